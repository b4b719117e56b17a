"""The instructor's version of a lesson, as students received it."""

from __future__ import annotations

import ast
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import (
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ClearSolutions,
    ComputeChecksums,
    LockCells,
)
from traitlets.config import Config

from gdgrader.exercises.reference import load_reference

DEMONSTRATION = "demonstration"
# What nbgrader does to a source notebook to release it, but for its gradebook.
RELEASE = (
    LockCells,
    ClearSolutions,
    ClearOutput,
    ClearHiddenTests,
    ClearMarkScheme,
    ComputeChecksums,
)


@dataclass(frozen=True)
class GradedCell:
    """What a graded cell asks: `check(function, "exercise", "property")`."""

    function: str
    exercise: str
    property_name: str | None


@dataclass(frozen=True)
class Edition:
    """What students received, and what its graded cells ask.

    Attributes:
        path: of the source notebook, perhaps on another machine.
        source: what it holds; its solutions are the reference.
        notebook: the student edition.
        graded: the cells that are graded automatically, by grade id.
        fingerprint: changes whenever the source does.
    """

    path: Path
    source: bytes
    notebook: NotebookNode
    graded: dict[str, GradedCell]
    fingerprint: str

    @property
    def lesson(self) -> str:
        """The lesson's name, that of its folder."""
        return self.path.parent.name


def instructors_version(path: Path, config: Config | None = None) -> Edition:
    """The student edition made anew from `source/<lesson>/<notebook>.ipynb`.

    Errors: FileNotFoundError where there is no such source; ValueError where a graded
        cell cannot be judged.
    """
    path = Path(path).resolve()
    if not path.exists():
        raise FileNotFoundError(
            f"{path} is missing: the instructor's version is needed to grade"
        )
    return edition_from(path.read_bytes(), path, config or Config())


def edition_from(source: bytes, path: Path, config: Config) -> Edition:
    """The same from what lies, or lay on another machine, at `path`."""
    return _made(source, path, _Hashed(config))


class _Hashed:
    """A configuration as a cache's key: by what it says."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.text = repr(sorted((config.get("ClearSolutions") or {}).items()))

    def __hash__(self) -> int:
        return hash(self.text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Hashed) and self.text == other.text


@lru_cache(maxsize=64)
def _made(source: bytes, path: Path, config: _Hashed) -> Edition:
    load_reference.cache_clear()  # it would answer with the source as it was
    notebook = nbformat.reads(source.decode(), as_version=4)
    graded = graded_cells(notebook)
    for step in RELEASE:
        notebook, _ = step(config=config.config).preprocess(notebook, {})
    notebook.metadata.pop("celltoolbar", None)
    digest = hashlib.sha256(source + config.text.encode()).hexdigest()
    return Edition(path, source, notebook, graded, digest)


def marks(cell: NotebookNode) -> dict:
    """nbgrader's marks of a cell, {} where it has none."""
    found = cell.metadata.get("nbgrader")
    return found if isinstance(found, dict) else {}


def is_demonstration(cell: NotebookNode) -> bool:
    """Whether grading may skip a cell: locked, and marked so by the instructor."""
    locked = marks(cell).get("locked") and not marks(cell).get("solution")
    return bool(locked) and DEMONSTRATION in cell.metadata.get("tags", [])


def graded_cell(source: str) -> GradedCell:
    """Read a graded cell of the instructor's notebook.

    Errors: ValueError where it is not exactly one such call.

    >>> graded_cell('check(step_lr, "step_lr", "boundaries")')
    GradedCell(function='step_lr', exercise='step_lr', property_name='boundaries')
    """
    match ast.parse(source).body:
        case [
            ast.Expr(
                ast.Call(
                    func=ast.Name("check"),
                    args=[ast.Name(function), ast.Constant(exercise), *rest],
                    keywords=[],
                )
            )
        ]:
            match rest:
                case []:
                    return GradedCell(function, exercise, None)
                case [ast.Constant(str(name))]:
                    return GradedCell(function, exercise, name)
    raise ValueError(
        'a graded cell is one line, check(function, "exercise", "property"), '
        f"not {source!r}"
    )


def graded_cells(notebook: NotebookNode) -> dict[str, GradedCell]:
    """The automatically graded cells of an instructor's notebook, by grade id."""
    found = {}
    for cell in notebook.cells:
        if cell.cell_type == "code" and marks(cell).get("grade"):
            found[marks(cell)["grade_id"]] = graded_cell(cell.source)
    return found
