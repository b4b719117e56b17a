"""The files that lie beside a notebook: ordinary ones, not too many, by name."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from gdgrader.shown import clipped
from gdgrader.submission.read import MB

LARGEST_FILES = 20 * MB  # of all files beside a notebook
MOST_FILES = 200
MOST_NOTES = 20  # on files that were left out


def files_below(*folders: Path) -> tuple[dict[str, bytes], list[str]]:
    """Ordinary files of these folders, later folders' winning, but no notebooks.

    Links and special files are never followed. Returns the files and remarks.
    """
    found: dict[str, bytes] = {}
    notes = []
    for folder in folders:
        own: dict[str, bytes] = {}
        for path in _ordinary(folder, notes):
            name = path.relative_to(folder).as_posix()
            try:
                name.encode()  # fails for bytes that are no text
                size = sum(map(len, [*found.values(), *own.values()]))
                if size + path.stat().st_size > LARGEST_FILES or len(own) >= MOST_FILES:
                    raise OSError("too much beside the notebook")
                own[name] = path.read_bytes()
            except (OSError, UnicodeError) as error:
                why = getattr(error, "strerror", None) or error
                notes.append(f"File {clipped(name, 100)!r} was left out: {why}.")
        found = merged(found, own)
    if (more := len(notes) - MOST_NOTES) > 0:
        notes[MOST_NOTES:] = [f"{more} more files were left out."]
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


def _ordinary(folder: Path, notes: list[str]) -> Iterator[Path]:
    def refused(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            name = clipped(Path(error.filename).name, 100)
            notes.append(f"Folder {name!r} was left out: {error.strerror}.")

    for place, folders, names in os.walk(folder, onerror=refused):  # enters no links
        folders.sort()
        for name in sorted(names):
            path = Path(place, name)
            with contextlib.suppress(OSError):
                if path.suffix != ".ipynb" and stat.S_ISREG(path.lstat().st_mode):
                    yield path


def fingerprint(content: bytes, files: Mapping[str, bytes], edition: str) -> str:
    """Changes whenever a submission would have to be graded again.

    Args:
        edition: the fingerprint of the instructor's version.
    """
    digest = hashlib.sha256(edition.encode())
    for name, data in [("", content), *sorted(files.items())]:
        digest.update(hashlib.sha256(name.encode()).digest())
        digest.update(hashlib.sha256(data).digest())
    return digest.hexdigest()
