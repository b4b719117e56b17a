"""Stand-ins for names, kept in the gradebook so that they never change.

Drawn at random, so that they tell neither the alphabet nor, without the gradebook,
anything else; whoever joins later gets the next number.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping

from nbgrader.api import Gradebook
from sqlalchemy import Column, Integer, MetaData, String, Table, select

_table = Table(
    "gdgrader_pseudonym",
    MetaData(),
    Column("student", String(128), primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
)
SHORTEST = 3  # letters of a name that is masked: shorter ones are in every word


def pseudonyms(book: Gradebook, students: Iterable[str]) -> dict[str, str]:
    """A stand-in for each student, such as "Student 7"."""
    _table.create(book.db.connection(), checkfirst=True)
    known = {row.student: row.number for row in book.db.execute(select(_table))}
    new = [student for student in students if student not in known]
    secrets.SystemRandom().shuffle(new)
    for number, student in enumerate(new, max(known.values(), default=0) + 1):
        known[student] = number
        book.db.execute(_table.insert().values(student=student, number=number))
    book.db.commit()
    return {student: f"Student {known[student]}" for student in students}


def masked(text: str, stand_ins: Mapping[str, str], names: Mapping[str, str]) -> str:
    """The text with ids, names and file names, which may hold them, replaced.

    >>> masked("File 'Ann.txt' of ann7.", {"ann7": "Student 2"}, {"ann7": "Ann Lee"})
    'File ‘…’ of Student 2.'
    """
    text = re.sub(r"(called|File) (['\"]).*?\2", r"\1 ‘…’", text)
    words = {
        word: stand_in
        for student, stand_in in stand_ins.items()
        for word in (student, *names.get(student, "").split())
        if len(word) >= SHORTEST
    }
    if not words:
        return text
    longest = sorted(words, key=len, reverse=True)
    found = re.compile(rf"\b({'|'.join(map(re.escape, longest))})\b", re.IGNORECASE)
    folded = {word.casefold(): stand_in for word, stand_in in words.items()}
    return found.sub(lambda m: folded.get(m[0].casefold(), "…"), text)
