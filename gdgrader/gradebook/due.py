"""When a lesson is due, in nbgrader's gradebook."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from gdgrader.course.paths import CoursePaths
from gdgrader.course.times import said, utc
from gdgrader.gradebook.states import with_timeout


class NoLesson(LookupError):
    """There is no lesson of that name."""


@contextmanager
def opened(config: Config, lesson: str) -> Iterator[Gradebook]:
    """The gradebook of a course that has the lesson.

    Errors: NoLesson.
    """
    course = CourseDirectory(config=config)
    folder = CoursePaths(course).source(lesson)
    with Gradebook(with_timeout(course.db_url), course.course_id) as book:
        known = {assignment.name for assignment in book.assignments}
        if lesson not in known and not folder.is_dir():
            there = {path.name for path in folder.parent.glob("[!.]*") if path.is_dir()}
            has = ", ".join(sorted(known | there)) or "none"
            raise NoLesson(f"there is no lesson {lesson!r} in {folder.parent}: {has}")
        yield book


def due_date(book: Gradebook, lesson: str) -> datetime | None:
    """When a lesson is due, as it is stored: in UTC; None where no date is set."""
    try:
        return book.find_assignment(lesson).duedate
    except MissingEntry:
        return None


def set_due_date(book: Gradebook, lesson: str, when: datetime | None) -> None:
    """Set, or with None take away, a lesson's due date.

    Args:
        when: with its zone.
    """
    duedate = utc(when) if when else None
    book.update_or_create_assignment(lesson, duedate=duedate)


def told(lesson: str, stored: datetime | None, new: datetime | None = None) -> str:
    """A due date in words: in this machine's time, in UTC and as it was just set."""
    if stored is None:
        return f"{lesson} has no due date: nobody is late."
    past = stored.replace(tzinfo=UTC) < datetime.now(UTC)
    verb = "was" if past else "is"
    return f"{lesson} {verb} due {said(stored, *([new.tzinfo] if new else []), None)}"
