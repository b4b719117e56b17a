"""Tell the gradebook what a lesson's source asks, as `nbgrader generate_assignment`.

A fresh clone has `release/` but no gradebook, and nbgrader passes over a lesson that
is already released: without this step nothing could be graded.
"""

from __future__ import annotations

import tempfile
from copy import deepcopy
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps import NbGraderAPI
from nbgrader.utils import is_grade, is_solution
from traitlets.config import Config

from gdgrader.course.nbgrader_log import why


class CannotRegister(RuntimeError):
    """The gradebook holds another version of the lesson and cannot take this one."""


def register(lesson: str, source: Path, book: Gradebook, config: Config) -> bool:
    """Bring the gradebook up to date with a lesson's source; return whether it was not.

    Args:
        source: the instructor's notebook.
        config: nbgrader's configuration, whose `db_url` is that of `book`.

    Errors: CannotRegister where nbgrader cannot release the source or take its name,
        or where cells were added or taken away after submissions were graded.
    """
    if "+" in lesson:
        raise CannotRegister(
            f"{source.parent}: nbgrader takes no + in a lesson's name: rename it"
        )
    if _cells_known(book, lesson, source.stem) == _cells_of(source):
        return False
    book.db.rollback()  # nbgrader opens it anew, and must not wait for us
    config = deepcopy(config)
    with tempfile.TemporaryDirectory(prefix="gdgrader-release-") as folder:
        # Students' edition and git's working tree stay as they are.
        config.CourseDirectory.release_directory = folder
        config.PublicTable.written = False  # nobody reads it, and it takes seconds
        config.CourseDirectory.db_url = book.engine.url.render_as_string(
            hide_password=False
        )
        done = NbGraderAPI(config=config).generate_assignment(lesson)
    book.db.expire_all()
    if not done["success"]:
        raise CannotRegister(
            f"{source}: the gradebook cannot take this version of {lesson}: {why(done)}"
        )
    return True


def _cells_of(source: Path) -> dict[str, float | None]:
    """Points of every graded cell by grade id, None for what is only a solution."""
    cells = nbformat.read(source, as_version=4).cells
    return {
        cell.metadata.nbgrader["grade_id"]: (
            float(cell.metadata.nbgrader["points"]) if is_grade(cell) else None
        )
        for cell in cells
        if is_grade(cell) or is_solution(cell)
    }


def _cells_known(book: Gradebook, lesson: str, name: str) -> dict[str, float | None]:
    try:
        notebook = book.find_notebook(name, lesson)
    except MissingEntry:
        return {}
    known = {cell.name: None for cell in notebook.solution_cells}
    return known | {cell.name: cell.max_score for cell in notebook.grade_cells}
