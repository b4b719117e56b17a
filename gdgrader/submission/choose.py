"""Which of the files that a student handed in is the notebook."""

from __future__ import annotations

import contextlib
import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import partial
from pathlib import Path, PurePosixPath

from nbgrader.utils import compute_checksum

from gdgrader.course.edition import Edition, marks
from gdgrader.limited import Allowance, Delayed, Exceeded, limited
from gdgrader.submission.files import LARGEST_FILES, MOST_FILES, files_below
from gdgrader.submission.read import LARGEST, MB, Unreadable, read_submission
from gdgrader.submission.rescue import rescue
from gdhelpers.handed_out import is_kept

SUFFIX = ".ipynb"
PERHAPS = {"", ".txt", ".json"}  # what a notebook may be saved as
NOTHING = "no notebook was handed in"
ENDS = 1 << 16  # bytes, in which a notebook says its format
LOOKING = Allowance(seconds=20, memory=400 * MB)  # at all that may be the notebook
BROKEN = (
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError),
    *(RuntimeError, NotImplementedError),
)


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
    zip archives looked at. What `reset_lesson` kept from before its student began again
    is taken only where nothing else is there.

    Errors: Unreadable, which says what was found; gdgrader.limited.Delayed.
    """
    wanted = f"{name}{SUFFIX}"
    if not folder.is_dir():
        raise Unreadable(NOTHING)
    here = list(_here(folder, wanted))
    if len(here) == 1 and not any(_misnamed(folder)) and not any(_archives(folder)):
        (only,) = here
        content = only.read()
        if not _is_page(only.name, content, edition):
            return Chosen(only.name, content, {}, tuple(_called(only.name, wanted)))
    try:
        return limited(LOOKING, _best, folder, wanted, edition)
    except Delayed:
        raise
    except Exceeded as error:
        if not (folder / wanted).exists():
            raise Unreadable(f"looking for the notebook, {error}") from None
        content = read_ordinary(folder / wanted)
        remark = f"Of so many files only {wanted!r} was looked at: {error}."
        return Chosen(wanted, content, {}, (remark,))


def _best(folder: Path, wanted: str, edition: Edition) -> Chosen:
    refused: dict[str, str] = {}
    kept: dict[_File, tuple[float, bytes]] = {}  # from before a reset
    for place in (_here(folder, wanted), _misnamed(folder), _zipped(folder)):
        readable: dict[_File, tuple[float, bytes]] = {}
        for file in place:
            try:
                content = file.read()
                if _is_page(file.name, content, edition):
                    continue
                old = is_kept(file.name) and file.name != wanted
                (kept if old else readable)[file] = (_work(content, edition), content)
            except Unreadable as error:
                refused[file.name] = str(error)
        if readable:
            return _chosen(readable, kept, refused, wanted)
    if kept:
        return _chosen(kept, {}, refused, wanted)
    if refused:
        raise Unreadable(refused.get(wanted) or next(iter(refused.values())))
    raise Unreadable(_nothing(folder, wanted))


def _chosen(
    readable: Mapping[_File, tuple[float, bytes]],
    kept: Mapping[_File, tuple[float, bytes]],
    refused: Mapping[str, str],
    wanted: str,
) -> Chosen:
    def rank(file: _File) -> tuple:
        like = likeness(file.name, wanted)
        return all_of_them[file][0], file.name == wanted, like, file.name

    all_of_them = {**readable, **kept}
    best = max(readable, key=rank)
    remarks = [*_called(best.name, wanted)]
    remarks += (f"{n!r} cannot be read: {why}." for n, why in refused.items())
    others = sorted(all_of_them.keys() - {best}, key=rank)
    remarks += _left(all_of_them, best, others, wanted)
    return Chosen(best.name, readable[best][1], best.beside(), tuple(remarks))


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


def _is_page(name: str, content: bytes, edition: Edition) -> bool:
    """Whether it is a page of the course, such as its start page, and no lesson."""
    names = {path.name for path in edition.path.parents[1].glob(f"*{SUFFIX}")}
    return PurePosixPath(name).name in names and b'"nbgrader"' not in content


# Where it may lie ---------------------------------------------------------------------


def _here(folder: Path, wanted: str) -> Iterator[_File]:
    for path in sorted(folder.iterdir()):
        named = path.suffix.lower() == SUFFIX and not _hidden(path.name)
        if path.name == wanted or (named and _ordinary(path)):
            yield _File(path.name, partial(read_ordinary, path))


def _hidden(name: str) -> bool:
    """Whether a system hides it, as a Mac's shadow; an odd name is not hidden."""
    return name.startswith(".") and not name.startswith("..")


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
            if not _ordinary(path) or (here and path.suffix.lower() == SUFFIX):
                continue
            if not zipfile.is_zipfile(path) and _like_notebook(path):
                beside = dict if here else partial(_beside, path.parent)
                label = path.relative_to(folder).as_posix()
                yield _File(label, partial(read_ordinary, path), beside)


def _ordinary(path: Path) -> bool:
    """Whether it may be looked at: a pipe would be waited for, a link leads elsewhere.

    A second name for a file may be one for another's, so it is no more than a link.
    """
    with contextlib.suppress(OSError):
        found = path.lstat()
        return stat.S_ISREG(found.st_mode) and found.st_nlink == 1
    return False


def _like_notebook(path: Path) -> bool:
    if SUFFIX in path.name.lower():
        return True
    if path.suffix.lower() not in PERHAPS:
        return False
    with path.open("rb") as file:
        begins = file.read(ENDS)
        file.seek(max(0, path.stat().st_size - ENDS))
        ends = file.read(ENDS)
    return begins.lstrip()[:1] == b"{" and b'"nbformat"' in begins + ends


def _beside(folder: Path) -> Mapping[str, bytes]:
    return files_below(folder)[0]


def _archives(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir())[:MOST_FILES]:
        if _ordinary(path) and zipfile.is_zipfile(path):
            yield path


def _zipped(folder: Path) -> Iterator[_File]:
    for path in _archives(folder):
        with contextlib.suppress(*BROKEN):
            yield from _members(path)


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
    except BROKEN as error:
        raise Unreadable(f"it cannot be unpacked: {error}") from None


def _all_unpacked(path: Path, names: Mapping[str, str]) -> Mapping[str, bytes]:
    found, left = {}, LARGEST_FILES
    with zipfile.ZipFile(path) as archive:
        for name, member in names.items():
            parts = PurePosixPath(name).parts
            left -= archive.getinfo(member).file_size
            if left < 0 or ".." in parts or name.lower().endswith(SUFFIX):
                continue
            with contextlib.suppress(*BROKEN):  # its loss is the student's to see
                found[name] = archive.read(member)
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
