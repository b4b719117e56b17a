"""Copy a stranger's folder: follow no link, wait for nobody, take only what is theirs.

A path may lead elsewhere a moment after it was looked at. So each folder and file is
opened relative to the one above it, and it is the opened descriptor that is asked.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import BinaryIO

MOST = 1000  # files and folders, those that are left out included
LISTED = 100_000  # names that are looked at, to find the notebook among them
DEEPEST = 20
LONGEST = 1000  # bytes of a path
TOP = PurePosixPath()
CHUNK = 1 << 20


class LeftOut(Exception):
    """Something is not taken; the message says why."""


@dataclass(frozen=True)
class Bounds:
    """What is taken of a folder, as `nbgrader.coursedir.CourseDirectory` says it.

    Attributes:
        file_bytes, total_bytes: at most, for each file and for all.
        ignore, include: patterns of names, of which `include` is for files only.
    """

    file_bytes: int
    total_bytes: int
    ignore: tuple[str, ...] = ()
    include: tuple[str, ...] = ("*",)


@contextlib.contextmanager
def opened(name: str, above: int | None = None, folder: bool = False) -> Iterator[int]:
    """A descriptor of what is called `name` in the folder `above`, if it is no link.

    Errors: LeftOut.
    """
    # Without O_NONBLOCK a pipe, or a file under lease, would be waited for.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    if folder:
        flags |= os.O_DIRECTORY
    try:
        number = os.open(name, flags, dir_fd=above)
    except OSError as error:
        raise LeftOut(_why(name, above) or error.strerror) from None
    try:
        yield number
    finally:
        os.close(number)


def _why(name: str, above: int | None) -> str:
    """What it is that could not be opened; only for words."""
    with contextlib.suppress(OSError):
        mode = os.stat(name, dir_fd=above, follow_symlinks=False).st_mode
        if stat.S_ISLNK(mode):
            return "it is a link"
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            return "it is no ordinary file"
    return ""


@dataclass
class Copy:
    """One folder's copy.

    Attributes:
        owner: the user whose files are taken.
        left_out: what was not taken, and why.
    """

    owner: int
    bounds: Bounds
    left_out: list[tuple[str, str]] = field(default_factory=list)
    _entries: int = 0
    _listed: int = 0
    _bytes: int = 0

    def folder(self, source: int, target: Path, path: PurePosixPath = TOP) -> None:
        """Copy what lies in the opened folder `source` to `target`, which is made.

        Errors: OSError where `target` cannot be written.
        """
        target.mkdir()
        for name in self._names(source):
            below = path / name
            if self._entries >= MOST:
                self.left_out.append((f"{below} …", f"there are more than {MOST}"))
                break
            self._entries += 1
            try:
                self._one(name, source, target / name, below)
            except LeftOut as why:
                self.left_out.append((str(below), str(why)))

    def _one(self, name: str, above: int, target: Path, path: PurePosixPath) -> None:
        if any(fnmatch(name, pattern) for pattern in self.bounds.ignore):
            return  # as nbgrader, without a word
        if len(path.parts) > DEEPEST or len(os.fsencode(path)) > LONGEST:
            raise LeftOut("it lies too deep")
        with opened(name, above) as number:
            found = os.fstat(number)
            if found.st_uid != self.owner:
                raise LeftOut("it belongs to somebody else")
            if stat.S_ISDIR(found.st_mode):
                self.folder(number, target, path)
            elif not stat.S_ISREG(found.st_mode):
                raise LeftOut("it is no ordinary file")
            elif found.st_nlink != 1:
                # Of whom the other name is, nobody can tell.
                raise LeftOut("it is a hard link")
            elif any(fnmatch(name, pattern) for pattern in self.bounds.include):
                self._file(number, found.st_size, target)

    def _file(self, source: int, size: int, target: Path) -> None:
        room = min(self.bounds.file_bytes, self.bounds.total_bytes - self._bytes)
        if size > room:
            raise LeftOut("it is too large")
        try:
            with target.open("xb") as file:
                self._bytes += _copied(source, file, room)
        except LeftOut:
            target.unlink()
            raise

    def _names(self, source: int) -> list[str]:
        """What lies in a folder, notebooks first."""
        try:
            with os.scandir(source) as entries:
                names = [entry.name for entry in islice(entries, LISTED - self._listed)]
        except OSError as error:
            raise LeftOut(error.strerror) from None
        self._listed += len(names)
        return sorted(names, key=lambda name: (not name.endswith(".ipynb"), name))


def _copied(source: int, target: BinaryIO, most: int) -> int:
    """Copy at most so many bytes; return how many there were.

    Errors: LeftOut where there are more, or they cannot be read.
    """
    size = 0
    while True:
        try:
            chunk = os.read(source, CHUNK)
        except OSError as error:
            raise LeftOut(error.strerror) from None
        size += len(chunk)
        if size > most:
            raise LeftOut("it is too large")
        if not chunk:
            return size
        target.write(chunk)


@contextlib.contextmanager
def replacing(folder: Path) -> Iterator[Path]:
    """A place for a new folder, which takes that of `folder` in the end."""
    new = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    try:
        yield new
        if folder.is_dir() and not folder.is_symlink():
            shutil.rmtree(folder)
        elif os.path.lexists(folder):
            folder.unlink()
        new.rename(folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)
