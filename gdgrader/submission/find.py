"""Find what students handed in, below `submitted/`, and what is graded of it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from pathlib import Path

from nbgrader.utils import parse_utc

from gdgrader.submission.files import files_below
from gdgrader.submission.read import LARGEST, MB, Unreadable
from gdhelpers.verdicts import Fault

TIMESTAMP = "timestamp.txt"
LINKED = "the folder handed in is a link"


@dataclass(frozen=True)
class HandIn:
    """One student's folder, read.

    Attributes:
        content: the notebook; empty where `reason` says why it could not be read.
        files: what lies beside it.
        fault: whose it is that it could not be read.
    """

    content: bytes
    files: Mapping[str, bytes]
    notes: tuple[str, ...]
    timestamp: datetime | None
    reason: str = ""
    fault: Fault = Fault.UNREADABLE


def read_hand_in(folder: Path, notebook: str) -> HandIn:
    """Read a submission; what is wrong with it is in the answer, never raised."""
    content, reason, remarks = b"", "", []
    if folder.is_symlink():
        return HandIn(b"", {}, (), None, LINKED)
    try:
        path = find_notebook(folder, notebook)
        if path.name != f"{notebook}.ipynb":
            remarks.append(f"The notebook was called {path.name!r}.")
        content = read_ordinary(path)
    except Unreadable as error:
        reason = str(error)
    except OSError as error:
        reason = f"it cannot be read: {error.strerror}"
    files, left_out = files_below(folder)
    when = timestamp(files)
    if when is None and TIMESTAMP in files:
        remarks.append(f"{TIMESTAMP} says no time that can be read.")
    return HandIn(content, files, (*remarks, *left_out), when, reason)


def find_notebook(folder: Path, name: str) -> Path:
    """The notebook of that name, or the one most like it.

    Errors: Unreadable where the folder holds none.
    """
    wanted = folder / f"{name}.ipynb"
    if os.path.lexists(wanted):
        return wanted
    others = [p for p in folder.glob("*.ipynb") if p.is_file() and not p.is_symlink()]
    if not others:
        raise Unreadable("no notebook was handed in")
    return max(others, key=lambda p: (likeness(p.stem, name), p.name))


def likeness(one: str, other: str) -> float:
    """From 0 to 1."""
    return SequenceMatcher(None, one, other).ratio()


def read_ordinary(path: Path, largest: int = LARGEST) -> bytes:
    """A file's content, if it is an ordinary file of tolerable size.

    Errors: Unreadable.
    """
    if path.is_symlink() or not path.is_file():
        raise Unreadable("it is a link or no ordinary file")
    size = path.stat().st_size
    if size > largest:
        raise Unreadable(
            f"the file has {size / MB:.0f} MB, more than the {largest / MB:.0f} MB "
            "allowed; ask for it with its outputs cleared"
        )
    return path.read_bytes()


def timestamp(files: Mapping[str, bytes]) -> datetime | None:
    """When it was handed in, in UTC, as nbgrader's `timestamp.txt` says."""
    text = files.get(TIMESTAMP, b"").decode("utf-8", "replace").strip()
    try:
        return parse_utc(text) if 0 < len(text) < 100 else None
    except (ValueError, OverflowError):
        return None
