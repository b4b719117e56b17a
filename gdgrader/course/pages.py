"""The pages beside the lessons: where to begin, words, a cheat sheet, what comes next.

`source/<page>.ipynb` is a page, `source/<lesson>/<lesson>.ipynb` a lesson: nbgrader and
our own commands know folders only, so no page is ever taken for a lesson. What a page
says of the lessons stands in it as a mark, which the build fills from their first
cells; and each lesson ends with links to the next one and to the pages.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

START = "start"  # the student edition's; readers of the worked one begin in the README
CLOSING = "closing"  # what follows the last lesson; linked from no other


class PageError(ValueError):
    """A page is no notebook, has no title, or has a cell that is graded."""


@dataclass(frozen=True)
class Head:
    """What a lesson's first cell says of it; what it does not say is empty.

    Attributes:
        lesson: its folder's name.
        title: "2 · Why is one rate never right?", or the folder's name.
        minutes: how long it takes; 0 where it does not say.
        before: what to know before, Markdown.
        able: what one can do after it, a sentence part each.
    """

    lesson: str
    title: str
    minutes: int
    before: str
    able: tuple[str, ...]

    @classmethod
    def of(cls, lesson: str, notebook: NotebookNode) -> Head:
        """Read a lesson's first cell."""
        text = notebook.cells[0].source if notebook.cells else ""

        def part(pattern: str) -> str:
            found = re.search(pattern, text, re.DOTALL | re.MULTILINE)
            return " ".join(found[1].split()) if found else ""

        able = part(r"^\*\*You will be able[^\n]*\n\n(- .+?)(?:\n\n|\Z)")
        return cls(
            lesson,
            part(r"\A# ([^\n]+)") or lesson,
            int(part(r"^\*\*Time:\*\* (\d+) minutes") or 0),
            part(r"^\*\*What you need[^*]*:\*\*(.+?)(?:\n\n|\Z)"),
            tuple(re.split(r"(?:\A| )- ", able)[1:]),
        )

    @property
    def link(self) -> str:
        """From a page to the lesson, in `source/` and `release/`."""
        return f"[{self.title}]({self.lesson}/{self.lesson}.ipynb)"


def pages(root: Path) -> list[str]:
    """The course's pages: the notebooks that lie in `source/` itself."""
    return sorted(path.stem for path in (root / "source").glob("*.ipynb"))


def lessons(root: Path) -> list[str]:
    """The lessons in order: the folders of `source/` with their notebook."""
    return sorted(path.stem for path in (root / "source").glob("*/*.ipynb"))


def filled(root: Path, page: str, heads: Sequence[Head]) -> NotebookNode:
    """A page with its marks filled.

    Errors: PageError where it is no notebook, or has a cell that is graded.
    """
    path = root / "source" / f"{page}.ipynb"
    try:
        notebook = nbformat.read(path, as_version=4)
    except Exception as error:
        raise PageError(f"{path} is not a notebook ({type(error).__name__})") from None
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            raise PageError(f"{path}: a page has no cells for nbgrader: {cell.id}")
        for mark, fill in MARKS.items():
            if mark in cell.source:
                cell.source = cell.source.replace(mark, fill(heads))
    return notebook


def _table(heads: Sequence[Head]) -> str:
    rows = ["| lesson | minutes | what to know before |", "|:--|--:|:--|"]
    for head in heads:
        # The box is in the lesson, not below this table.
        before = head.before.replace("the box below", "its box").replace("|", "\\|")
        rows.append(f"| {head.link} | {head.minutes or ''} | {before} |")
    return "\n".join(rows)


def _abilities(heads: Sequence[Head]) -> str:
    return "\n\n".join(
        "\n".join([f"{head.link}", "", *(f"- {one}" for one in head.able)])
        for head in heads
    )


def _hours(heads: Sequence[Head]) -> str:
    return f"{round(sum(head.minutes for head in heads) / 60)}"


MARKS: Mapping[str, Callable[[Sequence[Head]], str]] = {
    "<!-- lessons -->": _table,
    "<!-- abilities -->": _abilities,
    "<!-- hours -->": _hours,
    "<!-- number of lessons -->": lambda heads: str(len(heads)),
}


def footer(root: Path, but: Iterable[str] = (), up: str = "../") -> str:
    """The line with which a notebook ends: links to the pages; "" where are none.

    Args:
        root: the course's folder.
        but: pages that are not linked.
        up: the way from the notebook's folder to that of the pages.
    """
    linked = [START, *(p for p in pages(root) if p not in (START, CLOSING))]
    linked = [p for p in linked if p in pages(root) and p not in but]
    return " · ".join(f"[{_title(root, p)}]({up}{p}.ipynb)" for p in linked)


def ending(root: Path, lesson: str, but: Iterable[str] = ()) -> str:
    """What a lesson ends with: a link to the next, or the closing page, and the footer.

    Args:
        root: the course's folder.
        lesson: its folder's name.
        but: pages that are not linked.
    """
    return "\n\n".join(filter(None, [_next(root, lesson), footer(root, but)]))


def _next(root: Path, lesson: str) -> str:
    after = [name for name in lessons(root) if name > lesson]
    if after:
        path = root / "source" / after[0] / f"{after[0]}.ipynb"
        title = after[0]
        with contextlib.suppress(Exception):  # its own build says what is wrong with it
            title = Head.of(title, nbformat.read(path, as_version=4)).title
        return f"Next: [{title}](../{after[0]}/{after[0]}.ipynb)"
    if CLOSING in pages(root):
        return f"Next: [{_title(root, CLOSING)}](../{CLOSING}.ipynb)"
    return ""


def _title(root: Path, page: str) -> str:
    notebook = nbformat.read(root / "source" / f"{page}.ipynb", as_version=4)
    found = re.match(r"# ([^\n]+)", notebook.cells[0].source)
    if not found:
        raise PageError(f"source/{page}.ipynb: its first cell has no title")
    return found[1]


def add_footer(notebook: NotebookNode, line: str) -> None:
    """Put the line below a lesson's last text."""
    plain = [
        cell
        for cell in notebook.cells
        if cell.cell_type == "markdown" and "nbgrader" not in cell.metadata
    ]
    if plain and line:
        plain[-1].source = f"{plain[-1].source.rstrip()}\n\n{line}"


class Footer(NbGraderPreprocessor):
    """End each lesson with links onward when nbgrader generates it."""

    def preprocess(
        self, nb: NotebookNode, resources: dict
    ) -> tuple[NotebookNode, dict]:
        """Add the lines, which are no part of any graded cell."""
        folder = Path(resources["metadata"]["path"])
        add_footer(nb, ending(folder.parents[1], folder.name))
        return nb, resources
