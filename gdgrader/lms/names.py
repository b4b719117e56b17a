"""Names and numbers of people: their spellings compare equal, two people never do.

A vowel sign, a point or an accent makes another name: रमा is not राम, Peña not Pena.
"""

from __future__ import annotations

import re
import unicodedata

# What Moodle leaves out of file names, and how else an apostrophe is written.
LEFT_OUT = "&<>\"`|':\\/\u2018\u2019\u02bc\u00b4\u2032"
WHOLE = re.compile(r"(\d+)(?:[.,]00?)?")


def words(name: str) -> str:
    """A name as its words: whatever its case, spaces, hyphens and apostrophes.

    >>> words("  Müller–Lüdenscheidt,  O’NEIL ") == words("Müller-Lüdenscheidt ONeil")
    True
    >>> words("राम") == words("रमा"), words("Li Ann") == words("Lia Nn")
    (False, False)
    """
    kept = []
    for letter in _composed(name):
        kind = unicodedata.category(letter)
        if letter in "_," or letter.isspace():
            kept.append(" ")
        elif kind == "Pd":
            kept.append("-")
        elif kind not in ("Cf", "Cc") and letter not in LEFT_OUT:
            kept.append(letter)
    return _folded(" ".join("".join(kept).split()))


def letters(name: str) -> str:
    """A name as Canvas writes it: its letters, with their marks, and its digits.

    >>> letters("Sharma, Ra_m 2") == "sharmaram2", letters("राम") == letters("रम")
    (True, False)
    """
    kept = (c for c in _composed(name) if unicodedata.category(c)[0] in "LMN")
    return _folded("".join(kept))


def skeleton(name: str) -> str:
    """What is left of a name without marks and spaces: only to guess who may be meant.

    >>> skeleton("Peña") == skeleton("pena"), skeleton("रमा") == skeleton("राम")
    (True, True)
    """
    plain = unicodedata.normalize("NFKD", letters(name).casefold().replace("ı", "i"))
    return "".join(c for c in plain if unicodedata.category(c)[0] in "LN")


def unspread(text: str | None) -> str:
    """An id or a number without what a spreadsheet or a space key added.

    >>> [unspread(text) for text in (" 1235 ", "1236.0", "007", "s01", None)]
    ['1235', '1236', '007', 's01', '']
    """
    plain = _composed(text or "").strip()
    found = WHOLE.fullmatch(plain)
    return found[1] if found else plain


def number_in(text: str | None) -> str:
    """A platform's number of a person, "" where it is none.

    >>> [number_in(text) for text in (" 1235 ", "1236.0", "1.2E+05", "s01", None)]
    ['1235', '1236', '', '', '']
    """
    plain = unspread(text)
    return str(int(plain)) if plain.isdecimal() else ""


def _composed(name: str) -> str:
    return unicodedata.normalize("NFKC", name)


def _folded(text: str) -> str:
    # Strauß is not Strauss, so ß is spared.
    parts = text.replace("ẞ", "ß").split("ß")
    return unicodedata.normalize("NFKC", "ß".join(part.casefold() for part in parts))
