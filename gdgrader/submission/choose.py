"""Which of the files that a student handed in is the notebook."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import partial
from pathlib import Path, PurePosixPath

from nbgrader.utils import compute_checksum

from gdgrader.course.edition import Edition, marks
from gdgrader.submission.files import MOST_FILES, files_below
from gdgrader.submission.read import LARGEST, MB, Unreadable, read_submission
from gdgrader.submission.rescue import rescue

SUFFIX = ".ipynb"
PERHAPS = {"", ".txt", ".json"}  # what a notebook may be saved as
NOTHING = "no notebook was handed in"


@dataclass(frozen=True)
class Chosen:
    """The notebook that is graded.

    Attributes:
        name: its path below the student's folder.
        files: what lies beside it in a folder or an archive of its own.
        remarks: why this one, if that is not plain.
    """

    name: str
    content: bytes
    files: Mapping[str, bytes]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class _File:
    name: str
    read: Callable[[], bytes]
    beside: Callable[[], Mapping[str, bytes]] = dict


def find_notebook(folder: Path, name: str, edition: Edition) -> Chosen:
    """The notebook called `name`, or the one that it was meant to be.

    Of several the one with the most answers is taken, and of those the one of the right
    name. Only where none lies in the folder itself are other names, folders in it and
    zip archives looked at.

    Errors: Unreadable, which says what was found.
    """
    wanted = f"{name}{SUFFIX}"
    if not folder.is_dir():
        raise Unreadable(NOTHING)
    here, *more = list(_here(folder, wanted)), list(_misnamed(folder)), _zipped(folder)
    if len(here) == 1 and not any(more):
        (only,) = here
        return Chosen(only.name, only.read(), {}, tuple(_called(only.name, wanted)))
    refused: dict[str, str] = {}
    for place in (here, *more):
        readable: dict[_File, tuple[float, bytes]] = {}
        for file in place:
            try:
                content = file.read()
                readable[file] = (_work(content, edition), content)
            except Unreadable as error:
                refused[file.name] = str(error)

        def rank(file: _File, readable: dict = readable) -> tuple:
            like = likeness(file.name, wanted)
            return readable[file][0], file.name == wanted, like, file.name

        if readable:
            best = max(readable, key=rank)
            remarks = [*_called(best.name, wanted)]
            remarks += (f"{n!r} cannot be read: {why}." for n, why in refused.items())
            others = readable.keys() - {best}
            remarks += _left(readable, best, sorted(others, key=rank), wanted)
            return Chosen(best.name, readable[best][1], best.beside(), tuple(remarks))
    if refused:
        raise Unreadable(refused.get(wanted) or next(iter(refused.values())))
    raise Unreadable(_nothing(folder, wanted))


def likeness(one: str, other: str) -> float:
    """From 0 to 1."""
    return SequenceMatcher(None, one, other).ratio()


def read_ordinary(path: Path, largest: int = LARGEST) -> bytes:
    """A file's content, if it is an ordinary file of tolerable size.

    Errors: Unreadable.
    """
    if path.is_symlink() or not path.is_file():
        raise Unreadable("it is a link or no ordinary file")
    _check_size(path.stat().st_size, largest)
    return path.read_bytes()


def _check_size(size: int, largest: int = LARGEST) -> None:
    if size > largest:
        raise Unreadable(
            f"the file has {size / MB:.0f} MB, more than the {largest / MB:.0f} MB "
            "allowed; ask for it with its outputs cleared"
        )


def _work(content: bytes, edition: Edition) -> float:
    """How many answers a notebook has; less than one for mere cells of one's own."""
    notebook, _ = rescue(read_submission(content), edition)
    answers = [c for c in notebook.cells if marks(c).get("solution")]
    given = {cell.id for cell in edition.notebook.cells}
    own = any(cell.id not in given for cell in notebook.cells)
    return own / 2 + sum(compute_checksum(c) != marks(c)["checksum"] for c in answers)


# Where it may lie ---------------------------------------------------------------------


def _here(folder: Path, wanted: str) -> Iterator[_File]:
    for path in sorted(folder.iterdir()):
        named = path.suffix.lower() == SUFFIX and not path.name.startswith(".")
        ordinary = path.is_file() and not path.is_symlink()
        if path.name == wanted or (named and ordinary):
            yield _File(path.name, partial(read_ordinary, path))


def _misnamed(folder: Path) -> Iterator[_File]:
    """Notebooks of another suffix, and those in folders; hidden ones are no one's."""
    count = 0
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(f for f in folders if not f.startswith((".", "__MACOSX")))
        for path in (Path(place, n) for n in sorted(names) if not n.startswith(".")):
            count += 1
            if count > MOST_FILES:
                return
            here = path.parent == folder
            if path.is_symlink() or (here and path.suffix.lower() == SUFFIX):
                continue
            if not zipfile.is_zipfile(path) and _like_notebook(path):
                beside = dict if here else partial(_beside, path.parent)
                label = path.relative_to(folder).as_posix()
                yield _File(label, partial(read_ordinary, path), beside)


def _like_notebook(path: Path) -> bool:
    if SUFFIX in path.name.lower():
        return True
    if path.suffix.lower() not in PERHAPS or path.stat().st_size > LARGEST:
        return False
    content = path.read_bytes()
    return content.lstrip()[:1] == b"{" and b'"nbformat"' in content


def _beside(folder: Path) -> Mapping[str, bytes]:
    return files_below(folder)[0]


def _zipped(folder: Path) -> list[_File]:
    return [
        file
        for path in sorted(folder.iterdir())
        if path.is_file() and not path.is_symlink() and zipfile.is_zipfile(path)
        for file in _members(path)
    ]


def _members(path: Path) -> Iterator[_File]:
    with zipfile.ZipFile(path) as archive:
        names = [i.filename for i in archive.infolist()[:MOST_FILES] if not i.is_dir()]
    for name in names:
        parts = PurePosixPath(name).parts
        hidden = any(part.startswith((".", "__MACOSX")) for part in parts)
        if name.lower().endswith(SUFFIX) and not hidden:
            home = PurePosixPath(name).parent
            inside = [n for n in names if PurePosixPath(n).is_relative_to(home)]
            others = {str(PurePosixPath(n).relative_to(home)): n for n in inside}
            yield _File(
                f"{path.name}/{name}",
                partial(_unpacked, path, name),
                partial(_all_unpacked, path, others),
            )


def _unpacked(path: Path, name: str) -> bytes:
    try:
        with zipfile.ZipFile(path) as archive:
            _check_size(archive.getinfo(name).file_size)
            return archive.read(name)  # no more than the size that was told
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError) as error:
        raise Unreadable(f"it cannot be unpacked: {error}") from None


def _all_unpacked(path: Path, names: Mapping[str, str]) -> Mapping[str, bytes]:
    found, left = {}, LARGEST
    for name, member in names.items():
        if ".." not in PurePosixPath(name).parts and not name.lower().endswith(SUFFIX):
            with zipfile.ZipFile(path) as archive:
                left -= archive.getinfo(member).file_size
            if left >= 0:
                found[name] = _unpacked(path, member)
    return found


# What is said of it -------------------------------------------------------------------


def _called(name: str, wanted: str) -> Iterator[str]:
    if name != wanted:
        yield f"The notebook was called {name!r}, not {wanted!r}."


def _left(
    readable: Mapping[_File, tuple[float, bytes]],
    best: _File,
    others: list[_File],
    wanted: str,
) -> Iterator[str]:
    for other in others:
        work, content = readable[other]
        if content == readable[best][1]:
            continue
        if work:
            yield f"There are answers in {other.name!r} too, which was not graded."
        elif other.name == wanted:
            yield f"{wanted!r} is as it was handed out, so {best.name!r} was graded."


def _nothing(folder: Path, wanted: str) -> str:
    names = sorted(p.name for p in folder.iterdir() if not p.name.startswith("."))
    if not names:
        return f"{NOTHING}: the folder is empty"
    shown = ", ".join(repr(name) for name in names[:5])
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return f"{NOTHING}: here are {shown}{more}, and no {wanted!r}"
