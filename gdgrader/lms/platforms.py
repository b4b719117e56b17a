"""How Moodle and Canvas name the files of a download, and whom they may mean.

Sources: moodle, mod/assign/classes/downloader.php; canvas-lms, lib/content_zipper.rb.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import PurePath

from gdgrader.submission.find import TIMESTAMP

# Moodle's group of those who are in none has no number.
MOODLE = re.compile(
    r"(?P<name>.+?)(?:_(?P<number>\d+))?_assignsubmission_(?P<kind>[a-z]+)"
    r"(?:_(?P<file>.*))?"
)
CANVAS = re.compile(
    r"(?:late_)?(?P<number>\d+)_(?P<upload>\d+)_(?P<file>.+)", re.IGNORECASE
)
ANONYMOUS = re.compile(r"(?:LATE_)?anon_[^_]+_\d+_.+")  # Canvas'
# What Canvas and browsers add to a later version: "-2", " (2)".
VERSION = re.compile(r"(?:-(\d+)| ?\((\d+)\))$")


@dataclass(frozen=True)
class Person:
    """A student as the platform names them.

    Attributes:
        number: Canvas' of the student; Moodle's of the student in this assignment, ""
            for its group of those who are in none.
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


def recognise(parts: Collection[str], changed: float) -> list[Handed] | str:
    """Whose file this may be, by its path; or in words why nobody can tell.

    The outermost folder that names a student decides, so that no student's own zip can
    name another. Canvas' names can be read in more than one way where a number stands
    in a person's or a file's name; the likeliest is the first.

    >>> recognise(["all", "Öz Ann_7_assignsubmission_file_a (2).ipynb"], 0.0)[0].person
    Person(platform='moodle', name='Öz Ann', number='7')
    >>> [h.person.number for h in recognise(["öz_ann_12_345_01_step.ipynb"], 0.0)]
    ['12', '345']
    """
    file = PurePath(*parts).name
    if file == TIMESTAMP or any(p.startswith(("__MACOSX", ".")) for p in parts):
        return "a hidden file, or one that is not a student's to write"
    for part in parts:
        if ANONYMOUS.fullmatch(part):
            return "Canvas names nobody in the download of an anonymous assignment"
        if (text := MOODLE.fullmatch(part)) and text["kind"] != "file":
            return f"it is Moodle's {text['kind']}, not a file handed in"
        if read := [*_moodle(part)] or [*_canvas(part)]:
            named = part == parts[-1]
            handed = [
                _handed(p, own if named else file, n, changed) for p, own, n in read
            ]
            return [h for h in handed if h] or "it has no name of its own"
    return "its name is neither Moodle's nor Canvas'"


def _handed(person: Person, name: str, upload: int, changed: float) -> Handed | None:
    if not name or name.startswith(".") or name == TIMESTAMP:
        return None
    version = VERSION.search(PurePath(name).stem)
    number = int(version[1] or version[2]) if version else 0
    return Handed(person, name, (upload, changed, number))


def _moodle(part: str) -> Iterator[tuple[Person, str, int]]:
    """Whom a name of Moodle's means, and its file, which may lie in a folder."""
    if found := MOODLE.fullmatch(part):
        person = Person("moodle", found["name"].strip(), found["number"] or "")
        yield person, found["file"] or "", 0


def _canvas(part: str) -> Iterator[tuple[Person, str, int]]:
    """Every way to read a name of Canvas': person, file, number of the upload."""
    for place in (i for i, c in enumerate(part) if c == "_"):
        name = part[:place]
        if not all(_of_a_word(c) for c in name):
            return
        if found := CANVAS.fullmatch(part, place + 1):
            person = Person("canvas", name, found["number"])
            yield person, found["file"], int(found["upload"])


def _of_a_word(c: str) -> bool:
    """Whether Canvas leaves a character in a name: a letter is more than one of it."""
    kind = unicodedata.category(c)
    return kind[0] in "LMN" or kind == "Pc"


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
