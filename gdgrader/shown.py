"""Strangers' words where they are shown: what would move a cursor, or turn the reading
direction around, is spelt out."""

from __future__ import annotations

import re
from typing import Any

from rich.console import Console

# Controls, and halves of a character, which no file can hold.
CONTROLS = "\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff"
# Whatever Unicode calls a Bidi_Control.
BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
ON_A_LINE = re.compile(f"[{CONTROLS}{BIDI}]")
ON_A_PAGE = re.compile(f"(?![\t\n\r\u2028\u2029])[{CONTROLS}{BIDI}]")


def for_terminal(text: object) -> str:
    r"""The text on one line of a terminal, or of a log.

    >>> for_terminal("\x1b[2Jann\n\u202e✓ graded")
    '\\x1b[2Jann\\n\\u202e✓ graded'
    """
    return ON_A_LINE.sub(_spelt, str(text))


def for_page(text: str) -> str:
    r"""The text, or a whole page, for a browser.

    >>> for_page("a\x00\n\u2066b")
    'a\\x00\n\\u2066b'
    """
    return ON_A_PAGE.sub(_spelt, text)


def clipped(text: str, most: int = 300) -> str:
    """The beginning of a text that is too long.

    >>> clipped("a" * 9, most=6)
    'aaaaa…'
    """
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _spelt(found: re.Match) -> str:
    return ascii(found[0])[1:-1]


class PlainConsole(Console):
    """A terminal on which nothing that is said moves the cursor."""

    def print(self, *objects: Any, **options: Any) -> None:
        """Print as rich does; colours by rich's markup only."""
        said = (lines(x) if isinstance(x, str) else x for x in objects)
        super().print(*said, **options)


def lines(text: str) -> str:
    """The text for a terminal, line by line."""
    return "\n".join(map(for_terminal, text.split("\n")))
