"""Find what students handed in, below `submitted/`, and what is graded of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gdgrader.course.edition import Edition
from gdgrader.course.times import UnclearTime, moment, utc
from gdgrader.submission.choose import find_notebook
from gdgrader.submission.files import files_below, merged
from gdgrader.submission.read import Unreadable
from gdhelpers.verdicts import Fault

TIMESTAMP = "timestamp.txt"
STAMP = "2026-03-02 08:00:00 UTC"  # as nbgrader writes it
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


def read_hand_in(folder: Path, notebook: str, edition: Edition) -> HandIn:
    """Read a submission; what is wrong with it is in the answer, never raised."""
    content, reason, remarks, beside = b"", "", [], {}
    if folder.is_symlink():
        return HandIn(b"", {}, (), None, LINKED)
    try:
        found = find_notebook(folder, notebook, edition)
        content, beside = found.content, found.files
        remarks += found.remarks
    except Unreadable as error:
        reason = str(error)
    except OSError as error:
        reason = f"it cannot be read: {error.strerror}"
    files, left_out = files_below(folder)
    files = merged(files, beside)
    when = timestamp(files)
    if when is None and TIMESTAMP in files:
        remarks.append(f"{TIMESTAMP} says no time with a zone, as in {STAMP}.")
    return HandIn(content, files, (*remarks, *left_out), when, reason)


def timestamp(files: Mapping[str, bytes]) -> datetime | None:
    """When it was handed in, in UTC, as nbgrader's `timestamp.txt` says.

    None where there is none, and where it says no moment, such as a time without zone.
    """
    text = files.get(TIMESTAMP, b"")[:100].decode("utf-8-sig", "replace")
    try:
        return utc(moment(text))
    except UnclearTime:
        return None
