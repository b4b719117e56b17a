"""A class list as spreadsheets and learning platforms write it, into the gradebook."""

from __future__ import annotations

import codecs
import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from gdgrader.gradebook.states import with_timeout
from gdgrader.lms.names import unspread

# What nbgrader, Canvas' gradebook and Moodle's list of participants call the columns.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": (
        *("id", "student id", "studentid", "username", "user name", "login"),
        *("login id", "sis login id"),
    ),
    "first_name": ("first name", "firstname", "given name"),
    "last_name": ("last name", "lastname", "surname", "family name"),
    "email": ("email", "e-mail", "mail", "email address", "e-mail address"),
    "lms_user_id": ("lms user id", "canvas id", "canvas user id", "id number"),
    "name": ("student", "name", "full name"),
}
SEPARATORS = ",;\t|"
ROUNDED = re.compile(r"[0-9]+([.,][0-9]+)?[eE][+]?[0-9]+")
# Rows of Canvas' gradebook that are nobody.
NOBODY = ("points possible", "student, test")
BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx and .ods, .xls
MOST_SAID = 10


class BadRoster(ValueError):
    """A class list that cannot be imported; the message says where it is wrong."""


@dataclass
class Roster:
    """The students of a class list by id, and what is to be said of it."""

    students: dict[str, dict[str, str]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


def read_roster(path: Path, encoding: str | None = None) -> Roster:
    """Read a class list; every mistake in it is told at once.

    Args:
        encoding: the file's; found out unless told.

    Errors: BadRoster, OSError.
    """
    roster = Roster()
    text = _text(path, encoding, roster)
    table = list(_table(path, text))
    if not table:
        raise BadRoster(f"{path} is empty")
    (_, head), *rows = table
    columns = _columns(path, head)
    wrong: list[str] = []
    first_at: dict[tuple[str, str], int] = {}
    for line, row in rows:
        if any(row[len(head) :]):
            wrong.append(
                f"line {line} has {len(row)} cells, the first has {len(head)}: a name "
                'with a comma in it needs quotes, "like, this"'
            )
            continue
        cells = {c: row[i].strip() for i, c in columns.items() if i < len(row)}
        if cells.get("name", "").casefold().startswith(NOBODY):
            continue
        _split_name(cells)
        for column in ("id", "lms_user_id"):
            said = cells.get(column, "")
            plain = cells[column] = unspread(said)
            if ROUNDED.fullmatch(said):
                wrong.append(f"line {line}: a spreadsheet rounded {column} to {said}")
            if plain != said:
                roster.remarks.append(f"line {line}: {column} {said} is {plain}")
            before = first_at.setdefault((column, plain.casefold()), line)
            if plain and before != line:
                wrong.append(f"lines {before} and {line} have one {column}, {plain!r}")
        student = cells.pop("id")
        if not student:
            wrong.append(f"line {line} has no id: {', '.join(filter(None, row))}")
        elif re.search(r"[/\\\0]", student) or student.startswith("."):
            wrong.append(f"line {line}: the id {student!r} cannot be a folder's name")
        roster.students[student] = {c: said for c, said in cells.items() if said}
    if wrong:
        more = f" (and {len(wrong) - MOST_SAID} more)" if len(wrong) > MOST_SAID else ""
        raise BadRoster(f"{path}: {'; '.join(wrong[:MOST_SAID])}{more}")
    if not roster.students:
        raise BadRoster(f"{path} names nobody: it has only a first line")
    return roster


def import_into(config: Config, roster: Roster) -> tuple[int, int]:
    """Do `import_roster` in a course's gradebook; JupyterHub is told where it is used.

    Errors: BadRoster.
    """
    course = CourseDirectory(config=config)
    hub = Authenticator(config=config)
    db_url = with_timeout(course.db_url)
    with Gradebook(db_url, course.course_id, hub) as book:
        return import_roster(book, roster)


def import_roster(book: Gradebook, roster: Roster) -> tuple[int, int]:
    """Bring the gradebook up to date; how many students are new, and how many changed.

    Nobody who handed in is removed, and an empty cell takes nothing away.

    Errors: BadRoster where one person would become two in the gradebook.
    """
    known = {student.id: student for student in book.students}
    listed = {_plain(new): new for new in roster.students}
    otherwise = [s for s in known.values() if listed.get(_plain(s.id), s.id) != s.id]
    wrong = [
        f"{listed[_plain(s.id)]!r} has handed in as {s.id!r}"
        for s in otherwise
        if s.submissions
    ]
    numbers = {s.id: s.lms_user_id for s in known.values() if s not in otherwise}
    for new, cells in roster.students.items():
        numbers[new] = cells.get("lms_user_id") or numbers.get(new)
    having = defaultdict(list)
    for student, number in numbers.items():
        having[unspread(number)].append(student)
    wrong += [
        f"{' and '.join(map(repr, students))} have one lms_user_id, {number}"
        for number, students in having.items()
        if number and len(students) > 1
    ]
    if wrong:
        raise BadRoster(
            f"with the gradebook it does not fit: {'; '.join(wrong)}. Write them as "
            "they are there, or remove who is wrong: nbgrader db student remove ID"
        )
    for student in otherwise:
        roster.remarks.append(f"{student.id!r}, who handed nothing in, was removed")
        book.remove_student(student.id)
    for new, cells in roster.students.items():
        book.update_or_create_student(new, **cells)
    if left := sorted(s.id for s in book.students if s.id not in roster.students):
        roster.remarks.append(f"in the gradebook, not in the list: {', '.join(left)}")
    added = set(roster.students) - set(known)
    return len(added), len(roster.students) - len(added)


def _plain(student: str) -> str:
    return unspread(student).casefold()


def _text(path: Path, encoding: str | None, roster: Roster) -> str:
    content = path.read_bytes()
    if content.startswith(WORKBOOKS):
        raise BadRoster(f"{path} is a spreadsheet's own file: save it as CSV")
    if encoding is None:
        encoding = next((e for bom, e in BOMS.items() if content.startswith(bom)), None)
    if encoding is None and b"\0" in content[:200]:  # of Latin letters every other byte
        encoding = "utf-16-le" if content[1:2] == b"\0" else "utf-16-be"
    try:
        return content.decode(encoding or "utf-8")
    except LookupError:
        raise BadRoster(f"there is no encoding {encoding!r}") from None
    except UnicodeDecodeError:
        if encoding:
            raise BadRoster(f"{path} is not written in {encoding}") from None
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        raise BadRoster(
            f"{path} is written neither in UTF-8 nor in Latin-1: save it as UTF-8, or "
            "give its --encoding"
        ) from None
    odd = dict.fromkeys(re.findall(r"\w*[^\W\x00-\x7f]\w*", text))
    roster.remarks.append(
        f"read as Latin-1: {', '.join(list(odd)[:MOST_SAID])}. If that is not how they "
        "are called, save the file as UTF-8, or give its --encoding"
    )
    return text


def _table(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold something, each with the number of its line."""
    before = 0
    if told := re.match(r"sep=(.)\r?\n", text):  # Excel's
        text, before = text[told.end() :], 1
    first = next(filter(str.strip, text.splitlines()), "")

    def understood(separator: str) -> int:
        head = next(csv.reader([first], delimiter=separator), [])
        return sum(_column(title) is not None for title in head)

    reader = None
    try:
        separator = told[1] if told else max(SEPARATORS, key=understood)
        reader = csv.reader(
            StringIO(text, newline=""), delimiter=separator, strict=True
        )
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num + before, row
    # A ValueError or TypeError is for what cannot part two cells.
    except (csv.Error, ValueError, TypeError) as error:
        line = (reader.line_num if reader else 1) + before
        raise BadRoster(f"{path}, line {line}: {error}") from None


def _column(title: str) -> str | None:
    plain = " ".join(re.split(r"[\s_]+", title.strip("\ufeff \t\xa0").casefold()))
    return next((c for c, titles in COLUMNS.items() if plain in titles), None)


def _columns(path: Path, head: list[str]) -> dict[int, str]:
    """What each column is, by its place."""
    found = {i: column for i, title in enumerate(head) if (column := _column(title))}
    plain = [title.strip().casefold() for title in head]
    if "sis login id" in plain and "id" in plain:  # Canvas' own
        found[plain.index("id")] = "lms_user_id"
    twice = {c for c in found.values() if list(found.values()).count(c) > 1}
    if twice or "id" not in found.values():
        what = f"more than one column of {twice.pop()}" if twice else "no column of id"
        wanted = ", ".join(c for c in COLUMNS if c != "name")
        raise BadRoster(
            f"{path} has {what}: its first line is {', '.join(head)!r}, and it should "
            f"name {wanted}"
        )
    return found


def _split_name(cells: dict[str, str]) -> None:
    """Take a name apart where it says how: Canvas writes "Last, First"."""
    last, comma, first = cells.pop("name", "").partition(",")
    if comma:
        cells.setdefault("last_name", last.strip())
        cells.setdefault("first_name", first.strip())
