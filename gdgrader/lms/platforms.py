"""How Moodle and Canvas name the files of a download, and whom they mean."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import PurePath

from gdgrader.submission.find import TIMESTAMP

MOODLE = re.compile(
    r"(?P<name>.+)_(?P<number>\d+)_assignsubmission_file(?:_(?P<file>.*))?"
)
CANVAS = re.compile(
    r"(?P<name>[^\W_]+)_(?:(?i:late)_)?(?P<number>\d+)_(?P<upload>\d+)_(?P<file>.+)"
)
# What Canvas and browsers add to a later version: "-2", " (2)".
VERSION = re.compile(r"(?:-(\d+)| ?\((\d+)\))$")


@dataclass(frozen=True)
class Person:
    """A student as the platform names them.

    Attributes:
        number: Canvas' of the student; Moodle's of the student in this assignment.
    """

    platform: str
    name: str
    number: str


@dataclass(frozen=True)
class Handed:
    """A file, whose it is, and how late: the newest version has the greatest `age`."""

    person: Person
    name: str
    age: tuple[int, float, int]


def recognise(parts: Collection[str], changed: float) -> Handed | str:
    """Whose file this is, by its path; or in words why nobody can tell.

    The outermost folder that names a student decides, so that no student's own zip can
    name another.

    >>> recognise(["all", "Öz Ann_7_assignsubmission_file_a (2).ipynb"], 0.0).person
    Person(platform='moodle', name='Öz Ann', number='7')
    """
    file = PurePath(*parts).name
    if file == TIMESTAMP or any(p.startswith(("__MACOSX", ".")) for p in parts):
        return "a hidden file, or one that is not a student's to write"
    for part in parts:
        for platform, names in (("moodle", MOODLE), ("canvas", CANVAS)):
            if not (match := names.fullmatch(part)):
                continue
            said = match.groupdict()
            name = said["file"] if part == parts[-1] else file
            if not name or name.startswith(".") or name == TIMESTAMP:
                return "it has no name of its own"
            version = VERSION.search(PurePath(name).stem)
            number = int(version[1] or version[2]) if version else 0
            person = Person(platform, said["name"].strip(), said["number"])
            return Handed(person, name, (int(said.get("upload") or 0), changed, number))
    return "its name is neither Moodle's nor Canvas'"


def released_name(name: str, released: Collection[str]) -> str:
    """A notebook's released name, if only a version was added; else as it is.

    >>> [released_name(name, ["step.ipynb"]) for name in ("step-2.ipynb", "a-2.csv")]
    ['step.ipynb', 'a-2.csv']
    """
    path = PurePath(name)
    stem = path.stem
    while f"{stem}{path.suffix}" not in released:
        shorter = VERSION.sub("", stem).rstrip()
        if shorter == stem:
            return name
        stem = shorter
    return f"{stem}{path.suffix}"


class Roster:
    """The gradebook's students, found by the names that platforms use."""

    def __init__(self, students: Iterable) -> None:
        self.by_name: dict[str, list] = defaultdict(list)
        self.by_number = {}
        for student in students:
            first, last = student.first_name or "", student.last_name or ""
            for name in {squashed(first + last), squashed(last + first)} - {""}:
                self.by_name[name].append(student)
            if student.lms_user_id:
                self.by_number[student.lms_user_id] = student

    def ids(self, people: Collection[Person]) -> dict[Person, tuple[str, str]]:
        """The id of each, or "" and the reason why it cannot be told.

        Who is not in the gradebook gets an id: in Canvas of their number, in Moodle of
        their name, as Moodle's number is another in each assignment.
        """
        namesakes: dict[str, set] = defaultdict(set)
        for person in people:
            namesakes[squashed(person.name)].add(person.number)
        return {person: self._id(person, namesakes) for person in people}

    def _id(self, person: Person, namesakes: dict[str, set]) -> tuple[str, str]:
        name = squashed(person.name)
        called = self.by_name.get(name, [])
        alone = len(called) <= 1 and len(namesakes[name]) == 1
        if person.platform == "canvas":
            if student := self.by_number.get(person.number):
                return student.id, ""
            if called and alone and not called[0].lms_user_id:
                return called[0].id, ""
            return f"canvas-{person.number}", ""  # see `canvas_number`
        if not alone:
            return "", f"more than one student is called {person.name!r}"
        if called:
            return called[0].id, ""
        words = re.split(r"[^\w]+|_+", _plain(person.name))
        student = "-".join(word for word in words if word)
        return student, "" if student else "it says no student's name"


def canvas_number(student) -> str:
    """Canvas' number of a student of the gradebook, "" where it is not known."""
    collected = re.fullmatch(r"canvas-(\d+)", student.id)
    return student.lms_user_id or (collected[1] if collected else "")


def squashed(name: str) -> str:
    """Letters and digits of a name, so that its spellings compare equal.

    >>> squashed("Müller-Straße, Jo") == squashed("mullerstrasse jo")
    True
    """
    return "".join(c for c in _plain(name) if c.isalnum())


def _plain(name: str) -> str:
    parts = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in parts if not unicodedata.combining(c))
