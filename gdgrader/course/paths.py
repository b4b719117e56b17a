"""Where a course keeps what: the one place that asks nbgrader's configuration."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from nbgrader.coursedir import CourseDirectory


class CoursePaths:
    """A course's folders, whatever its configuration calls them and how it nests them.

    Args:
        course: nbgrader's, with `source_directory`, `directory_structure` and so on.
    """

    def __init__(self, course: CourseDirectory) -> None:
        self.course = course

    def source(self, lesson: str) -> Path:
        """The instructor's folder of a lesson."""
        return self._of_all(self.course.source_directory, lesson)

    def release(self, lesson: str) -> Path:
        """What students are handed out of a lesson."""
        return self._of_all(self.course.release_directory, lesson)

    def submitted(self, student: str, lesson: str) -> Path:
        """What one student handed in."""
        return self._of_one(self.course.submitted_directory, student, lesson)

    def autograded(self, student: str, lesson: str) -> Path:
        """The same after grading."""
        return self._of_one(self.course.autograded_directory, student, lesson)

    def feedback(self, student: str, lesson: str) -> Path:
        """What one student gets back."""
        return self._of_one(self.course.feedback_directory, student, lesson)

    def notebook(self, lesson: str) -> Path:
        """The instructor's notebook of a lesson.

        Errors: FileNotFoundError where there is none, or more than one.
        """
        folder = self.source(lesson).resolve()
        found = sorted(folder.glob("*.ipynb"))
        if len(found) != 1:
            raise FileNotFoundError(
                f"{folder} should hold one notebook, but has {len(found)}"
            )
        return found[0]

    def submissions(
        self, lesson: str, student: str = "*"
    ) -> Iterator[tuple[str, Path]]:
        """Who handed in a lesson, and where; `student` may be a pattern.

        Someone who is called like a pattern is meant by it, and no other.
        """
        if (named := self.submitted(student, lesson)).is_dir():
            yield student, named
            return
        yield from self.matching(self.course.submitted_directory, student, lesson)

    def matching(
        self, step: str, student: str, lesson: str
    ) -> Iterator[tuple[str, Path]]:
        """Who has a folder in a step's directory, and where; all may be patterns."""
        wanted, base = self._of_one(step, student, lesson), Path(self.course.root)
        if not wanted.is_relative_to(base):
            base = Path(wanted.anchor)
        for folder in base.glob(str(wanted.relative_to(base))):
            if folder.is_dir() and (found := self.submission_at(folder, step)):
                yield found[0], folder

    def submission_at(self, folder: Path, step: str = "") -> tuple[str, str] | None:
        """The student and the lesson whose submission lies in `folder`, if one does.

        Args:
            folder: an absolute path.
            step: of what directory; of what was handed in unless told.
        """
        step = step or self.course.submitted_directory
        names = ("(?P<student>[^/]+)", "(?P<lesson>[^/]+)")
        pattern = self.course.format_path(step, *names, escape=True)
        found = re.fullmatch(pattern, str(folder))
        return (found["student"], found["lesson"]) if found else None

    def is_linked(self, student: str, lesson: str) -> bool:
        """Whether a link leads to what a student handed in.

        The folders above the student's are the course's, which may be links.
        """
        folder = self.submitted(student, lesson)
        pattern = self.submitted("*", lesson)
        own = next(i for i, part in enumerate(pattern.parts) if "*" in part)
        places = [folder, *folder.parents][: len(folder.parts) - own]
        # Unlike Path.is_symlink it does not mind a folder that may not be looked into.
        return any(map(os.path.islink, places))

    def _of_all(self, step: str, lesson: str) -> Path:
        return self._of_one(step, ".", lesson)

    def _of_one(self, step: str, student: str, lesson: str) -> Path:
        return Path(self.course.format_path(step, student, lesson))
