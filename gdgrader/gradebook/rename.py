"""A lesson that the course calls otherwise now: gradebook and folders follow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from gdgrader.course.paths import CoursePaths
from gdgrader.gradebook.states import rename_states, with_timeout


class CannotRename(RuntimeError):
    """Nothing was renamed; the message says why."""


def rename(config: Config, old: str, new: str) -> list[str]:
    """Call a lesson's scores, states and folders as `source/` calls it now.

    Scores, comments and dates stay as they are. Run again after it was broken off, it
    does the rest.

    Args:
        config: of the course, whose `source/` has the new name already.
        old: what the lesson was called.
        new: what it is called.

    Returns:
        What was renamed, one line each.

    Errors: CannotRename where `source/` does not have the new name alone, where work
        lies under both names, or where nothing has the old one.
    """
    course = CourseDirectory(config=config)
    paths = CoursePaths(course)
    if paths.source(old).is_dir():
        raise CannotRename(f"{paths.source(old)} is still there: rename it first")
    try:
        notebook = paths.notebook(new).stem
    except FileNotFoundError as error:
        raise CannotRename(str(error)) from None
    moves = dict(_folders(paths, old, new))
    for there in moves.values():
        if there.exists():
            raise CannotRename(f"{there} exists: work lies under both names")
    done = []
    with Gradebook(with_timeout(course.db_url), course.course_id) as book:
        if _in_gradebook(book, old, new, notebook):
            done.append(f"{old} in the gradebook")
        for folder, there in moves.items():
            _move(folder, there, old, notebook)
            done.append(str(folder))
        book.db.commit()
    if not done:
        raise CannotRename(f"nothing here is called {old}")
    return done


def _folders(paths: CoursePaths, old: str, new: str) -> Iterator[tuple[Path, Path]]:
    """Where students' work and its feedback lie, and where they belong."""
    places = {
        paths.course.submitted_directory: paths.submitted,
        paths.course.autograded_directory: paths.autograded,
        paths.course.feedback_directory: paths.feedback,
    }
    for step, place in places.items():
        for student, folder in sorted(paths.matching(step, "*", old)):
            if folder == place(student, old):  # and is no other, where `old` is a *
                yield folder, place(student, new)


def _move(folder: Path, there: Path, old: str, notebook: str) -> None:
    """The notebook and its page are called like the lesson, too."""
    there.parent.mkdir(parents=True, exist_ok=True)
    folder.rename(there)
    for ending in ("ipynb", "html"):
        path = there / f"{old}.{ending}"
        if not there.is_symlink() and path.exists():
            path.rename(there / f"{notebook}.{ending}")


def _in_gradebook(book: Gradebook, old: str, new: str, notebook: str) -> bool:
    """Rename the lesson there, not yet for good; whether it had the old name."""
    try:
        lesson = book.find_assignment(old)
    except MissingEntry:
        return False
    if new in {assignment.name for assignment in book.assignments}:
        if book.assignment_submissions(new):
            raise CannotRename(f"the gradebook has submissions to {old} and to {new}")
        book.remove_assignment(new)  # only told of the source, by a first build
    lesson.name = new
    for asked in lesson.notebooks:
        if asked.name == old:
            asked.name = notebook
    rename_states(book, old, new, notebook)
    book.db.flush()
    return True
