"""Students whom the gradebook got from a folder's name, not from a class list."""

from __future__ import annotations

from collections.abc import Collection

from nbgrader.api import Gradebook, Student


def strangers(book: Gradebook, students: Collection[str]) -> list[str]:
    """Those of `students` of whom only the id is known, where more is known of others.

    A misspelled folder would otherwise become a person of its own, silently.
    """
    listed = {student.id for student in book.students if is_listed(student)}
    return sorted(set(students) - listed) if listed else []


def is_listed(student: Student) -> bool:
    """Whether more is known of a student than an id."""
    told = (student.first_name, student.last_name, student.email, student.lms_user_id)
    return any(told)
