"""One row for each person: a second one, blank, would overwrite the first's score."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

from nbgrader.api import Assignment, Gradebook, MissingEntry, Student

from gdgrader.gradebook.strangers import is_listed
from gdgrader.lms.names import number_in, skeleton, unspread
from gdgrader.lms.people import MADE, canvas_number, who


class TwoRows(ValueError):
    """Two students of the gradebook are, or may be, one person."""


class Rows:
    """Who gets a row, and whose work it tells of.

    Work that was collected for `canvas-1235`, before the class list said who has that
    number, is that student's.

    Args:
        students: those to be exported; all of the gradebook are looked at.

    Errors: TwoRows, naming everyone it is about.
    """

    def __init__(
        self,
        gradebook: Gradebook,
        assignments: Sequence[Assignment],
        students: Sequence[Student],
    ) -> None:
        self.gradebook = gradebook
        every = gradebook.students
        numbered = defaultdict(list)
        for student in every:
            if number := number_in(student.lms_user_id):
                numbered[number].append(student)
        made = [s for s in every if s.id.startswith(MADE) and not s.lms_user_id]
        self.earlier = {
            numbered[number][0].id: student
            for student in made
            if len(numbered.get(number := canvas_number(student), ())) == 1
        }
        gone = {student.id for student in self.earlier.values()}
        self.students = [s for s in students if s.id not in gone]
        wanted = {student.id for student in self.students}
        found = [
            why
            for one, other, why in _twins([s for s in every if s.id not in gone])
            if wanted & {one.id, other.id}
        ]
        found += [
            f"{who(student)} and {self.earlier[student.id].id!r} are one person, and "
            f"both have handed in {assignment.name}; remove the one that does not count"
            for student in self.students
            for assignment in assignments
            if student.id in self.earlier
            and self._handed_in(assignment, student)
            and self._handed_in(assignment, self.earlier[student.id])
        ]
        if found:
            raise TwoRows(
                "one person would have two rows, and the blank one would take the "
                f"other's score away: {'; '.join(found)}. (`nbgrader db student remove "
                "ID` removes one, and its scores with --force.)"
            )

    def whose(self, assignment: Assignment, student: Student) -> str:
        """The id under which a student's work was collected."""
        earlier = self.earlier.get(student.id)
        if earlier and not self._handed_in(assignment, student):
            return earlier.id
        return student.id

    def _handed_in(self, assignment: Assignment, student: Student) -> bool:
        try:
            self.gradebook.find_submission(assignment.name, student.id)
        except MissingEntry:
            return False
        return True


def _twins(students: Sequence[Student]) -> Iterator[tuple[Student, Student, str]]:
    """Pairs that may be one person, and why."""
    same: tuple[tuple[Callable[[Student], str], str], ...] = (
        (lambda s: unspread(s.id).casefold(), "have one id"),
        (lambda s: number_in(s.lms_user_id), "have one lms_user_id"),
    )
    for key, why in same:
        groups = defaultdict(list)
        for student in students:
            groups[key(student)].append(student)
        for told, group in groups.items():
            for one, other in combinations(group if told else (), 2):
                yield one, other, f"{who(one)} and {who(other)} {why}"
    # A folder named by what a platform calls somebody made a student of its own.
    called = defaultdict(list)
    for student in students:
        for name in _also_called(student):
            called[name].append(student)
    for student in students:
        if is_listed(student):
            continue
        for name in {unspread(student.id).casefold(), skeleton(student.id)}:
            for other in called[name]:
                yield student, other, f"{student.id!r} may be {who(other)}"


def _also_called(student: Student) -> set[str]:
    """What else than their id a student may go by: number, address, whole name."""
    first, last = student.first_name, student.last_name
    names = (
        {skeleton(first + last), skeleton(last + first)} if first and last else set()
    )
    address = (student.email or "").strip().casefold()
    return {*names, address, unspread(student.lms_user_id)} - {""}
