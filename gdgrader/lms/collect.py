"""Say whose work each file of a learning platform's download is.

    nbgrader zip_collect 01_single_step

takes Moodle's and Canvas' archives from `downloaded/01_single_step/archive/`.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.plugins import FileNameCollectorPlugin
from nbgrader.utils import find_all_notebooks

from gdgrader.course.paths import CoursePaths
from gdgrader.lms.platforms import Handed, Person, Roster, recognise, released_name


class LmsCollector(FileNameCollectorPlugin):
    """Knows Moodle's and Canvas' names of files, and the students of the gradebook.

    Of several versions the newest is taken. Every file that is not taken is named in
    the log with the reason, and stays in `extracted/`.
    """

    _taken: dict[str, dict] | None = None

    def collect(self, submitted_file: str) -> dict | None:
        """Student and file name; None for what is not taken."""
        if self._taken is None:
            # Which version is the newest shows only when all files are known.
            app = self.parent
            root = Path(app._format_collect_path(app.extracted_directory))
            self._taken = self._choose(root)
        return self._taken.get(submitted_file)

    def _choose(self, root: Path) -> dict[str, dict]:
        course = self.parent.coursedir
        release = CoursePaths(course).release(course.assignment_id)
        released = find_all_notebooks(str(release))
        found = {}
        for path in sorted(p for p in root.rglob("*") if p.is_file()):
            file = recognise(path.relative_to(root).parts, path.stat().st_mtime)
            if isinstance(file, Handed):
                found[path] = file
            else:
                self._not(path, root, file)
        ids = self._students({file.person for file in found.values()})
        versions: dict[tuple[str, str], list[Path]] = defaultdict(list)
        for path, file in found.items():
            student, why = ids[file.person]
            if student:
                versions[student, released_name(file.name, released)].append(path)
            else:
                self._not(path, root, why)
        taken = {}
        for (student, name), paths in versions.items():
            *older, newest = sorted(paths, key=lambda p: (found[p].age, str(p)))
            for path in older:
                self._not(path, root, f"a newer {name} of {student} was taken")
            taken[str(newest)] = {"student_id": student, "file_id": name}
        return taken

    def _students(self, people: set[Person]) -> dict[Person, tuple[str, str]]:
        with Gradebook(self.parent.coursedir.db_url) as book:
            return Roster(book.students).ids(people)

    def _not(self, path: Path, root: Path, why: str) -> None:
        self.log.warning("Not collected: %s: %s", path.relative_to(root), why)
