"""The folders of graded notebooks: each appears as a whole or not at all."""

import contextlib
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import nbformat

from gdgrader.course.paths import CoursePaths
from gdgrader.gradebook.scores import RECORD

try:
    import fcntl
except ImportError:  # Windows, where nobody grades
    fcntl = None

READABLE = 0o444  # as nbgrader leaves what it graded


class GradedFiles:
    """A lesson's folders below `autograded/`.

    A new one is made ready beside the old and, once its scores are written down, takes
    its place.
    """

    def __init__(self, paths: CoursePaths, lesson: str, notebook: str) -> None:
        self.paths, self.lesson, self.notebook = paths, lesson, notebook

    def mark(self, student: str) -> tuple[str, str]:
        """The fingerprint and seed that the graded notebook says it was graded with."""
        return self._mark(self._folder(student))

    @contextlib.contextmanager
    def alone(self, student: str) -> Iterator[None]:
        """Let no other run of this machine write this student's folder meanwhile."""
        folder = self._folder(student).parent
        if fcntl is None:
            yield
            return
        folder.mkdir(parents=True, exist_ok=True)
        number = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(number, fcntl.LOCK_EX)
            yield
        finally:
            os.close(number)

    def half_done(self, student: str) -> bool:
        """Whether a run was ended, or is now, before a new folder took its place."""
        return self._new(student).exists()

    def make_ready(self, student: str, files: Mapping[str, bytes]) -> None:
        """Write a new folder beside the old one."""
        new = self._new(student)
        shutil.rmtree(new, ignore_errors=True)
        for name, content in files.items():
            path = new / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                file.write(content)
                os.fsync(file.fileno())
            path.chmod(READABLE)

    def take_place(self, student: str) -> None:
        """Put the new folder where the old one was."""
        shutil.rmtree(self._folder(student), ignore_errors=True)
        self._new(student).rename(self._folder(student))

    def remove(self, student: str) -> None:
        """Leave nothing: the submission could not be graded."""
        shutil.rmtree(self._new(student), ignore_errors=True)
        shutil.rmtree(self._folder(student), ignore_errors=True)

    def complete(self, student: str, saved: tuple[str, str]) -> None:
        """Finish, or undo, what a run that was ended left half done.

        Args:
            saved: the fingerprint and seed of what the gradebook holds; the first is
                "" where it holds nothing.
        """
        new = self._new(student)
        if not new.exists():
            return
        if saved[0] and self._mark(new) == saved:
            self.take_place(student)
        else:
            shutil.rmtree(new)

    def _folder(self, student: str) -> Path:
        return self.paths.autograded(student, self.lesson)

    def _new(self, student: str) -> Path:
        folder = self._folder(student)
        return folder.with_name(f".{folder.name}.new")

    def _mark(self, folder: Path) -> tuple[str, str]:
        try:
            found = nbformat.read(folder / f"{self.notebook}.ipynb", as_version=4)
            record = found.metadata.get(RECORD, {})
            return record.get("fingerprint", ""), record.get("seed", "")
        except Exception:  # whatever it is, it is not what we wrote
            return "", ""
