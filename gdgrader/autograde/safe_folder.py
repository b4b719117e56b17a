"""Make a submission's folder safe for nbgrader, before it copies what lies there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from gdgrader.submission.find import TIMESTAMP, likeness, timestamp


def made_safe(folder: Path, notebooks: list[str], source: Path) -> list[str]:
    """Find the notebook and leave no links to follow; say what had to be done.

    nbgrader copies what links point at, and waits for ever for a pipe's content, so
    they are removed: they hold no work. A notebook of another name is copied to the
    name it should have.

    Args:
        folder: the submission's.
        notebooks: nbgrader's list of those to be graded, which is put right.
        source: the instructor's folder of the lesson.
    """
    remarks = []
    for path in list(folder.rglob("*")):
        if path.is_symlink() or not (path.is_dir() or path.is_file()):
            try:
                path.unlink()
            except OSError:
                notebooks.clear()  # better nothing of it than what a link leads to
                return remarks
            remarks.append(f"{path.name} was a link or no file; it was removed.")
    for path in _in_the_way(folder, source):
        path.rename(path.with_name(f"{path.name}.submitted"))
        remarks.append(f"{path.name} took the place of a given file; it was renamed.")
    stamp = folder / TIMESTAMP
    # nbgrader gives a submission up for a time that it cannot read.
    if stamp.exists() and not unreadable(stamp) and not _says_when(stamp):
        stamp.unlink()
        remarks.append(f"{TIMESTAMP} said no time that can be read; it was removed.")
    names = sorted(p.name for p in source.glob("*.ipynb"))
    here = {p.name for p in folder.glob("*.ipynb")}
    for name in names:
        others = sorted(here - set(names), key=lambda n: likeness(n, name))
        if name not in here and others:
            shutil.copyfile(folder / others[-1], folder / name)
            remarks.append(f"The notebook was called {others[-1]!r}, not {name!r}.")
    found = [str(Path(notebooks[0]).parent / p.name) for p in folder.glob("*.ipynb")]
    notebooks[:] = sorted(n for n in found if Path(n).name in names) or notebooks
    return remarks


def unreadable(path: Path) -> str:
    """Why a file, or one below a folder, cannot be read; "" where all can."""
    try:
        for one in path.rglob("*") if path.is_dir() else [path]:
            if one.is_file():
                one.open("rb").close()
    except OSError as error:
        return f"{Path(error.filename).name!r} cannot be read: {error.strerror}"
    return ""


def _says_when(stamp: Path) -> bool:
    return bool(timestamp({TIMESTAMP: stamp.read_bytes()[:200]}))


def _in_the_way(folder: Path, source: Path) -> Iterator[Path]:
    """Folders where the instructor has a file, and files where there is a folder."""
    for given in source.rglob("*"):
        path = folder / given.relative_to(source)
        if path.exists() and path.is_dir() != given.is_dir():
            yield path
