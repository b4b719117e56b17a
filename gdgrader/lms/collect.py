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
from gdgrader.lms.people import People
from gdgrader.lms.platforms import Handed, recognise, released_name

NOBODY = (
    "Nothing was collected: the gradebook has no students, so nobody can tell whose "
    "work it is. Import the class (gdgrader roster students.csv), then collect again "
    "with --force."
)
ASK = (
    "Whose some of the work is, you have to say. A student's: give the class list the "
    "name, or for Canvas the number (lms_user_id), that the platform uses, import it "
    "(gdgrader roster students.csv) and collect again with --force; or put the file "
    "into submitted/<id>/<lesson>/ yourself. A group's: put it into the folder of each "
    "who is in it. An anonymous assignment's: have the platform reveal the names, and "
    "download it again. Nothing is lost: it lies in extracted/."
)


class LmsCollector(FileNameCollectorPlugin):
    """Knows Moodle's and Canvas' names of files, and the students of the gradebook.

    Of several versions the newest is taken. Every file that is not taken is named in
    the log with the reason, and stays in `extracted/`. Nobody is added to the class,
    and where a name or number means two people, it means neither.
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
        people = self._people()
        found = {}
        for path in sorted(p for p in root.rglob("*") if p.is_file()):
            read = self._read(path, root, people)
            file = read if isinstance(read, str) else people.reading(read)
            if isinstance(file, Handed):
                found[path] = file
            else:
                self._not(path, root, file)
        matches = people.matches({file.person for file in found.values()})
        versions: dict[tuple[str, str], list[Path]] = defaultdict(list)
        for path, file in found.items():
            match = matches[file.person]
            if match.student:
                name = released_name(file.name, released)
                versions[match.student, name].append(path)
            else:
                self._not(path, root, match.why)
        taken, remarks = {}, {}
        for (student, name), paths in versions.items():
            *older, newest = sorted(paths, key=lambda p: (found[p].age, str(p)))
            for path in older:
                self._not(path, root, f"a newer {name} of {student} was taken")
            taken[str(newest)] = {"student_id": student, "file_id": name}
            if remark := matches[found[newest].person].remark:
                remarks[remark] = newest.relative_to(root)
        for remark, path in remarks.items():
            self.log.warning("%s: %s", path, remark)
        if any(not match.student for match in matches.values()):
            self.log.warning(ASK)
        return taken

    def _read(self, path: Path, root: Path, people: People) -> list[Handed] | str:
        parts, changed = path.relative_to(root).parts, path.stat().st_mtime
        read = recognise(parts, changed)
        if isinstance(read, str) or any(people.known(h.person) for h in read):
            return read
        # An archive of the name hw_2026_07_01.zip looks like a file of student 2026's.
        inner = recognise(parts[1:], changed) if len(parts) > 1 else ""
        return inner if isinstance(inner, list) else read

    def _people(self) -> People:
        with Gradebook(self.parent.coursedir.db_url) as book:
            students = book.students
            if not students:
                self.parent.fail(NOBODY)
            return People(students)

    def _not(self, path: Path, root: Path, why: str) -> None:
        self.log.warning("Not collected: %s: %s", path.relative_to(root), why)
