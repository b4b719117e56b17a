"""A lesson as it was handed out: shown cell by cell, or put back as a whole.

What was handed out lies beside the notebook in `handed_out.json`. It is no notebook by
its form, so that nobody opens it, hands it in or grades it in the place of one.
"""

from __future__ import annotations

import contextlib
import json
import re
import symtable
import tempfile
from pathlib import Path

FILE = "handed_out.json"
KEPT = "-before-reset"
_KEPT = re.compile(rf"{KEPT}(-\d+)?\b", re.IGNORECASE)


class NotPossible(Exception):
    """It cannot be done; the message says why and what to do. Nothing was changed."""


def is_kept(name: str) -> bool:
    """Whether a file was kept by `put_back`, also a copy or a download of it.

    >>> is_kept("05-before-reset-2.ipynb"), is_kept("05-before-reset (1).ipynb")
    (True, True)
    >>> is_kept("05.ipynb"), is_kept("what-to-do-before-resetting.ipynb")
    (False, False)
    """
    return bool(_KEPT.search(name))


def as_handed_out(lesson: str, notebook: dict) -> dict:
    """What the file holds of a released notebook."""
    return {
        "lesson": lesson,
        "cells": notebook["cells"],
        "metadata": notebook["metadata"],
        "minor": notebook["nbformat_minor"],
    }


def as_notebook(found: dict) -> str:
    """The notebook's file, letter for letter as it was handed out."""
    notebook = {
        "cells": found["cells"],
        "metadata": found["metadata"],
        "nbformat": 4,
        "nbformat_minor": found["minor"],
    }
    text = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True)
    return f"{text}\n"


def first_text(folder: Path, exercise: str, function: str) -> str:
    """The text of an exercise's cell as it was handed out.

    Errors: NotPossible.
    """
    found = None
    for cell in _read(folder)["cells"]:
        text, marks = "".join(cell["source"]), cell["metadata"].get("nbgrader", {})
        if found and marks.get("grade") and f'"{exercise}"' in text:
            return found
        if marks.get("solution") and f"def {function}(" in text:
            found = text
    raise NotPossible(
        f"{FILE} in {folder.resolve()} has no cell for {exercise}: "
        "copy the lesson's folder anew from where you got the course."
    )


def first_line(folder: Path, name: str) -> str:
    """How the first cell that was handed out with a meaning for `name` begins.

    "" where none has, or what was handed out cannot be read.
    """
    with contextlib.suppress(NotPossible):
        for cell in _read(folder)["cells"]:
            text = "".join(cell["source"])
            if cell["cell_type"] == "code" and name in _meant(text):
                return text.strip().splitlines()[0]
    return ""


def _meant(code: str) -> set[str]:
    """The names that a cell imports, defines or assigns."""
    try:
        found = symtable.symtable(code, "cell", "exec").get_symbols()
    except (SyntaxError, ValueError):  # such as one with a line of IPython's
        return set()
    return {s.get_name() for s in found if s.is_imported() or s.is_assigned()}


def put_back(folder: Path, running: str) -> tuple[str, str | None]:
    """Write the lesson's notebook anew, and keep the one that was there.

    Args:
        folder: the lesson's.
        running: the text of the cell that asks for it, which a saved notebook has; ""
            where that is not known.

    Returns: the notebook's name, and that of the file that was kept; None where it was
        as handed out already.

    Errors: NotPossible.
    """
    found = _read(folder)
    path = folder / f"{found['lesson']}.ipynb"
    fresh = as_notebook(found).encode()
    try:
        now = path.read_bytes()
    except FileNotFoundError:
        raise NotPossible(
            f"There is no {path.name} in {folder.resolve()}, so nothing was changed: "
            "give the notebook its name back (File > Rename Notebook), then run this "
            "cell again."
        ) from None
    except OSError as error:
        raise _refused(path, error) from None
    if running and not _has_cell(now, running):
        raise NotPossible(
            "Save the notebook first (Ctrl+S, on a Mac ⌘S), then run this cell again: "
            f"what is not yet in {path.name} could not be kept. Nothing was changed."
        )
    if now == fresh:
        return path.name, None
    try:
        kept = _keep(path, now)
        _replace(path, fresh)
    except OSError as error:
        raise _refused(path, error) from None
    return path.name, kept.name


def _read(folder: Path) -> dict:
    path = folder / FILE
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if not all(key in found for key in ("lesson", "cells", "metadata", "minor")):
            raise ValueError("not of this course")
        if Path(found["lesson"]).name != found["lesson"]:
            raise ValueError("a lesson's name is no path")
        return found
    except FileNotFoundError:
        raise NotPossible(
            f"{FILE} is missing from {folder.resolve()}, and in it is how the lesson "
            "was handed out: it lies beside the lesson's notebook in release/; copy it "
            "back. Nothing was changed."
        ) from None
    except (OSError, ValueError, TypeError) as error:
        raise NotPossible(
            f"{path.resolve()} cannot be read ({type(error).__name__}): copy it anew "
            "from the course's release/ folder. Nothing was changed."
        ) from None


def _has_cell(notebook: bytes, text: str) -> bool:
    """Whether a cell of the saved notebook has this text; what cannot be read has."""
    try:
        cells = json.loads(notebook)["cells"]
        return any("".join(c["source"]).strip() == text.strip() for c in cells)
    except (ValueError, LookupError, TypeError):
        return True  # it is kept as it is


def _keep(path: Path, content: bytes) -> Path:
    """Write the content beside `path` under a name that is free."""
    number = 1
    while True:
        end = f"-{number}" if number > 1 else ""
        kept = path.with_name(f"{path.stem}{KEPT}{end}{path.suffix}")
        with contextlib.suppress(FileExistsError), kept.open("xb") as file:
            try:
                file.write(content)
            except OSError:  # such as a full disk: a part of it is worth nothing
                kept.unlink()
                raise
            return kept
        number += 1


def _replace(path: Path, content: bytes) -> None:
    """Write all of it or nothing."""
    with tempfile.NamedTemporaryFile(
        dir=path.parent, prefix=".", suffix=".new", delete=False
    ) as file:
        file.write(content)
    new = Path(file.name)
    try:
        new.chmod(path.stat().st_mode)
        new.replace(path)
    except OSError:
        new.unlink()
        raise


def _refused(path: Path, error: OSError) -> NotPossible:
    return NotPossible(
        f"{path.name} cannot be put back ({error.strerror or error}). It is as it was."
    )
