"""Make a submission's folder safe for nbgrader, before it copies what lies there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from nbgrader.utils import parse_utc

from gdgrader.submission.choose import Chosen
from gdgrader.submission.find import STAMP, TIMESTAMP, timestamp


def made_safe(
    folder: Path,
    notebooks: list[str],
    source: Path,
    find: Callable[[str], Chosen | None],
) -> list[str]:
    """Find the notebook and leave no links to follow; say what had to be done.

    nbgrader copies what links point at, and waits for ever for a pipe's content, so
    they are removed: they hold no work. Where no notebook has the name it should have,
    the one that is found gets a copy of that name.

    Args:
        folder: the submission's.
        notebooks: nbgrader's list of those to be graded, which is put right.
        source: the instructor's folder of the lesson.
        find: finds the notebook of a name.
    """
    remarks = []
    for path in list(folder.rglob("*")):
        if path.is_symlink() or not (path.is_dir() or path.is_file()):
            try:
                path.unlink()
            except OSError:
                notebooks.clear()  # better nothing of it than what a link leads to
                return [f"{path.name} is a link or no file, and cannot be removed."]
            remarks.append(f"{path.name} was a link or no file; it was removed.")
    for path in _in_the_way(folder, source):
        path.rename(path.with_name(f"{path.name}.submitted"))
        remarks.append(f"{path.name} took the place of a given file; it was renamed.")
    remarks += _stamped(folder / TIMESTAMP)
    names = sorted(p.name for p in source.glob("*.ipynb"))
    for path in (folder / name for name in names):
        if chosen := find(path.stem):
            remarks += chosen.remarks
            if not path.exists():
                path.write_bytes(chosen.content)
    found = [str(Path(notebooks[0]).parent / p.name) for p in folder.glob("*.ipynb")]
    notebooks[:] = sorted(n for n in found if Path(n).name in names) or notebooks
    return remarks


def _stamped(stamp: Path) -> Iterator[str]:
    """Leave no time that nbgrader cannot read, or reads otherwise than we do.

    For the first it gives a submission up; of a zone it does not know it makes UTC.
    """
    if not stamp.is_file() or unreadable(stamp):
        return
    content = stamp.read_bytes()
    if not (when := timestamp({TIMESTAMP: content})):
        aside = stamp.rename(stamp.with_name(f"{TIMESTAMP}.submitted"))
        yield f"{TIMESTAMP} said no time with a zone, as in {STAMP}; see {aside.name}."
        return
    try:
        alike = parse_utc(content.decode().strip()) == when
    except (ValueError, OverflowError, TypeError):
        alike = False
    if not alike:
        stamp.write_text(f"{when} UTC")


def unreadable(path: Path) -> str:
    """Why a file, or one below a folder, cannot be read; "" where all can."""
    try:
        for one in path.rglob("*") if path.is_dir() else [path]:
            if one.is_file():
                one.open("rb").close()
    except OSError as error:
        return f"{Path(error.filename).name!r} cannot be read: {error.strerror}"
    return ""


def _in_the_way(folder: Path, source: Path) -> Iterator[Path]:
    """Folders where the instructor has a file, and files where there is a folder."""
    for given in source.rglob("*"):
        path = folder / given.relative_to(source)
        if path.exists() and path.is_dir() != given.is_dir():
            yield path
