"""Grade one notebook: bytes in; notebook, scores and remarks out. No database here."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path, PurePosixPath

from nbformat import NotebookNode
from nbgrader.utils import compute_checksum

from gdgrader.execute import execute
from gdgrader.gradebook import Scores
from gdgrader.instructor import Edition, marks
from gdgrader.judge import Judge
from gdgrader.limits import MB
from gdgrader.rescue import rescue
from gdgrader.sandbox import NoSandbox
from gdgrader.submission import read_submission

RECORD = "gdgrader"  # where the notebook's metadata says how it was graded
LARGEST_FILES = 20 * MB  # of all files beside a notebook
MOST_FILES = 200


def prepared(content: bytes, edition: Edition, notes: list[str]) -> NotebookNode:
    """A submission put right, with `notes` and what was put right in its metadata.

    Errors: gdgrader.submission.Unreadable.
    """
    notebook, found = rescue(read_submission(content), edition)
    notebook.metadata[RECORD] = {"notes": list(dict.fromkeys([*notes, *found]))}
    return notebook


def graded(
    notebook: NotebookNode,
    edition: Edition,
    seed: str,
    sandbox: NoSandbox,
    files: Mapping[str, bytes],
) -> Scores:
    """Execute and judge a prepared notebook in place; return its scores.

    The seed, which repeats the grading, the verdicts and the remarks are recorded in
    the notebook's metadata.
    """
    run = execute(notebook, edition, Judge(edition, seed), sandbox, files)
    record = notebook.metadata[RECORD]
    record["notes"] = [*record["notes"], *run.notes]
    record["seed"] = seed
    record["source"] = edition.fingerprint
    record["verdicts"] = {name: asdict(v) for name, v in run.verdicts.items()}
    points = {
        name: 1.0 if verdict.right else 0.0 for name, verdict in run.verdicts.items()
    }
    unanswered = set()
    for cell in notebook.cells:
        mark = marks(cell)
        if mark.get("solution") and compute_checksum(cell) == mark.get("checksum"):
            unanswered.add(mark["grade_id"])
            if mark.get("grade"):
                points[mark["grade_id"]] = 0.0
    return Scores(points, frozenset(unanswered))


def files_below(*folders: Path) -> tuple[dict[str, bytes], list[str]]:
    """Ordinary files of these folders, later folders' winning, but no notebooks.

    Links and special files are never followed. Returns the files and remarks.
    """
    found: dict[str, bytes] = {}
    notes = []
    for folder in folders:
        own: dict[str, bytes] = {}
        for path in _ordinary(folder):
            name = path.relative_to(folder).as_posix()
            try:
                name.encode()  # fails for bytes that are no text
                size = sum(map(len, [*found.values(), *own.values()]))
                if size + path.stat().st_size > LARGEST_FILES or len(own) >= MOST_FILES:
                    raise OSError("too much beside the notebook")
                own[name] = path.read_bytes()
            except (OSError, UnicodeError) as error:
                why = getattr(error, "strerror", None) or error
                notes.append(f"File {name!r} was left out: {why}.")
        found = merged(found, own)
    return found, notes


def merged(files: Mapping[str, bytes], over: Mapping[str, bytes]) -> dict[str, bytes]:
    """Both, `over` winning, also where one has a folder of the other's file name.

    >>> sorted(merged({"a/b": b"", "c": b"", "d": b""}, {"a": b"", "c/e": b""}))
    ['a', 'c/e', 'd']
    """
    folders = {str(p) for name in over for p in PurePosixPath(name).parents}
    kept = {
        name: data
        for name, data in files.items()
        if name not in folders
        and not any(str(p) in over for p in PurePosixPath(name).parents)
    }
    return {**kept, **over}


def _ordinary(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):  # does not enter links
        folders.sort()
        for name in sorted(names):
            path = Path(place, name)
            with contextlib.suppress(OSError):
                if path.suffix != ".ipynb" and stat.S_ISREG(path.lstat().st_mode):
                    yield path


def fingerprint(content: bytes, files: Mapping[str, bytes], edition: Edition) -> str:
    """Changes whenever a submission would have to be graded again."""
    digest = hashlib.sha256(edition.fingerprint.encode())
    for name, data in [("", content), *sorted(files.items())]:
        digest.update(hashlib.sha256(name.encode()).digest())
        digest.update(hashlib.sha256(data).digest())
    return digest.hexdigest()
