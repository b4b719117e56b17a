"""Whose work a download holds: each is one of the class, or the instructor is asked."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from nbgrader.api import Student

from gdgrader.lms.names import letters, number_in, skeleton, words
from gdgrader.lms.platforms import Handed, Person

COMPARED = {"canvas": letters, "moodle": words}
MADE = "canvas-"  # ids that an earlier version gave to those whom nobody knew


@dataclass(frozen=True)
class Match:
    """The student whose work it is, or why that cannot be told; what is to be said."""

    student: str = ""
    why: str = ""
    remark: str = ""


class People:
    """The gradebook's students, found by the names and numbers that platforms use.

    A name or a number counts only where it means one student, and one of the download.
    """

    def __init__(self, students: Iterable[Student]) -> None:
        students = list(students)
        self.by_number: dict[str, list[Student]] = defaultdict(list)
        self.by_name: dict[tuple[str, str], list[Student]] = defaultdict(list)
        self.like: dict[str, list[Student]] = defaultdict(list)
        for student in students:
            if number := number_in(student.lms_user_id):
                self.by_number[number].append(student)
            first, last = student.first_name or "", student.last_name or ""
            orders = (f"{first} {last}", f"{last} {first}")
            for platform, spelled in COMPARED.items():
                for name in {spelled(order) for order in orders} - {""}:
                    self.by_name[platform, name].append(student)
            for name in {skeleton(order) for order in orders} - {""}:
                self.like[name].append(student)
        for student in students:  # of whom only that is known
            if (number := canvas_number(student)) and number not in self.by_number:
                self.by_number[number].append(student)
        self.by_id = {number_in(student.id): student for student in students}

    def known(self, person: Person) -> bool:
        """Whether anybody of the class has the name or the number."""
        numbered = person.platform == "canvas" and person.number in self.by_number
        return numbered or bool(self._called(person))

    def reading(self, readings: Sequence[Handed]) -> Handed | str:
        """The reading of a file's name that fits the class best, else the likeliest.

        In words, where two fit equally well.
        """

        def fit(handed: Handed) -> int:
            numbered = self.by_number.get(handed.person.number, [])
            return bool(numbered) + (
                numbered != [] and numbered == self._called(handed.person)
            )

        best = max(map(fit, readings))
        fitting = [handed for handed in readings if fit(handed) == best]
        if best and len(fitting) > 1:
            numbers = " or ".join(handed.person.number for handed in fitting)
            return f"its name can be read as that of number {numbers}"
        return fitting[0]

    def matches(self, people: Collection[Person]) -> dict[Person, Match]:
        """Who each of a download's people is."""
        found = {}
        for person in people:
            of = self._of_canvas if person.platform == "canvas" else self._of_moodle
            found[person] = of(person)
        alike = Counter(map(self._spelled, people))
        for person, match in found.items():
            if match.why and (count := alike[self._spelled(person)]) > 1:
                said = f"{match.why} ({count} of the download are: is it anonymous?)"
                found[person] = Match(why=said)
        claims: dict[tuple[str, str], set[Person]] = defaultdict(set)
        for person, match in found.items():
            if match.student:
                claims[person.platform, match.student].add(person)
        for (_, student), claiming in claims.items():
            if len({person.number for person in claiming}) > 1:
                names = " and ".join(
                    sorted(f"{p.name!r} ({p.number})" for p in claiming)
                )
                why = f"{names} are two of the download, and {student!r} is one student"
                found |= dict.fromkeys(claiming, Match(why=why))
        return found

    def _of_canvas(self, person: Person) -> Match:
        numbered = self.by_number.get(person.number, [])
        named = self._called(person)
        if len(numbered) > 1:
            return Match(why=f"the number {person.number} is of {_all(numbered)}")
        if numbered:
            (student,) = numbered
            if student in named or not (student.first_name or student.last_name):
                return Match(student.id, remark=self._spelling(student))
            if named:
                return Match(
                    why=f"it names {_all(named)}, but the number {person.number} is of "
                    f"{who(student)} in the gradebook"
                )
            return Match(
                student.id,
                remark=f"it names {person.name!r}; by the number {person.number} it is "
                f"taken for {who(student)}. A group's work counts for each of the "
                "group only where you put it into each one's folder",
            )
        if not named:
            return self._unknown(person, f"the number {person.number}")
        if len(named) > 1:
            return Match(why=f"{_all(named)} are called {person.name!r}")
        (student,) = named
        if student.lms_user_id:
            return Match(
                why=f"it names {who(student)}, whose number in the gradebook is "
                f"{student.lms_user_id!r}, not {person.number}"
            )
        return Match(
            student.id,
            remark=f"by its name alone it is taken for {who(student)}; nobody in the "
            f"gradebook has the number {person.number}",
        )

    def _of_moodle(self, person: Person) -> Match:
        if not person.number:
            return Match(why=f"it is of {person.name!r}, Moodle's group of all in none")
        named = self._called(person)
        if len(named) > 1:
            return Match(why=f"{_all(named)} are called {person.name!r}")
        return Match(named[0].id) if named else self._unknown(person)

    def _spelling(self, student: Student) -> str:
        said, number = student.lms_user_id, number_in(student.lms_user_id)
        if not said or said == number:
            return ""
        return f"lms_user_id {said!r} of {who(student)} was read as {number}"

    def _called(self, person: Person) -> list[Student]:
        return self.by_name.get(self._spelled(person), [])

    def _spelled(self, person: Person) -> tuple[str, str]:
        return person.platform, COMPARED[person.platform](person.name)

    def _unknown(self, person: Person, number: str = "") -> Match:
        has = f"has {number} or " if number else ""
        why = f"nobody in the gradebook {has}is called {person.name!r}"
        if number and (owner := self.by_id.get(person.number)):
            why += f" ({who(owner)} has it as id; Canvas' numbers are `lms_user_id`)"
        elif alike := self.like.get(skeleton(person.name)):
            why += f" (nearly so: {_all(alike)}: is it the same person?)"
        return Match(why=why)


def canvas_number(student: Student) -> str:
    """Canvas' number of a student of the gradebook, "" where it is not known."""
    made = student.id.removeprefix(MADE) if student.id.startswith(MADE) else ""
    return number_in(student.lms_user_id) or number_in(made)


def who(student: Student) -> str:
    """A student's name and id, as one is told of them."""
    names = " ".join(filter(None, (student.first_name, student.last_name)))
    return f"{names} ({student.id!r})" if names else repr(student.id)


def _all(students: Iterable[Student]) -> str:
    return " and ".join(map(who, students))
