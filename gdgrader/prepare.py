"""Make a submission's folder safe for nbgrader, before it copies what lies there."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

from gdgrader.handin import TIMESTAMP, likeness, timestamp

remarks_on: dict[Path, list[str]] = {}  # of `prepare`, for the notebook's rescue


class Current:
    """How the run under way takes scores back; only its exporter knows the course."""

    take_back: ClassVar[Callable[[Path], None] | None] = None


def prepare(assignment: str, student: str, notebooks: list[str]) -> None:
    """nbgrader's `pre_convert_hook`: find the notebook; leave no links to follow.

    Called for each submission. nbgrader copies what links point at, and waits for ever
    for a pipe's content, so they are removed: they hold no work. A notebook of another
    name is copied to the name it should have.
    """
    folder = Path(notebooks[0]).resolve().parent
    remarks = []
    if Current.take_back:
        Current.take_back(folder)
    for path in list(folder.rglob("*")):
        if path.is_symlink() or not (path.is_dir() or path.is_file()):
            try:
                path.unlink()
            except OSError:
                notebooks.clear()  # better nothing of it than what a link leads to
                return
            remarks.append(f"{path.name} was a link or no file; it was removed.")
    for path in _in_the_way(folder):
        path.rename(path.with_name(f"{path.name}.submitted"))
        remarks.append(f"{path.name} took the place of a given file; it was renamed.")
    stamp = folder / TIMESTAMP
    # nbgrader gives a submission up for a time that it cannot read.
    if stamp.exists() and not timestamp({TIMESTAMP: stamp.read_bytes()[:200]}):
        stamp.unlink()
        remarks.append(f"{TIMESTAMP} said no time that can be read; it was removed.")
    names = sorted(p.name for p in Path("source", folder.name).glob("*.ipynb"))
    here = {p.name for p in folder.glob("*.ipynb")}
    for name in names:
        others = sorted(here - set(names), key=lambda n: likeness(n, name))
        if name not in here and others:
            shutil.copyfile(folder / others[-1], folder / name)
            remarks.append(f"The notebook was called {others[-1]!r}, not {name!r}.")
    found = [str(Path(notebooks[0]).parent / p.name) for p in folder.glob("*.ipynb")]
    notebooks[:] = sorted(n for n in found if Path(n).name in names) or notebooks
    for name in names:
        remarks_on[folder / name] = remarks


def _in_the_way(folder: Path) -> Iterator[Path]:
    """Folders where the instructor has a file, and files where there is a folder."""
    source = Path("source", folder.name)
    for given in source.rglob("*"):
        path = folder / given.relative_to(source)
        if path.exists() and path.is_dir() != given.is_dir():
            yield path
