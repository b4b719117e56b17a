"""What a function prints while it is checked, cut to a few lines."""

from __future__ import annotations

import io

LINES, LETTERS, KEPT = 4, 76, 20_000


class Ear(io.TextIOBase):
    """Takes what is printed, and keeps its beginning, however much it is.

    >>> ear = Ear()
    >>> ear.write("a" + chr(10) + "b" + chr(10))
    4
    >>> ear.lines
    ['a', 'b']
    """

    def __init__(self) -> None:
        super().__init__()
        self._text = ""
        self._more = 0  # lines that were not kept

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, text: str) -> int:
        """Hear a text."""
        room = max(0, KEPT - len(self._text))
        self._text += text[:room]
        self._more += text[room:].count("\n")
        return len(text)

    @property
    def lines(self) -> list[str]:
        """Its first lines, and how many there were more."""
        said = self._text.splitlines()
        more = len(said) - LINES + self._more
        if more == 1 and not self._more:  # a line to say so is as long
            more = 0
        cut = [
            line if len(line) <= LETTERS else line[: LETTERS - 2] + " …"
            for line in said
        ]
        return [*cut[:LINES], f"… and {more} lines more"] if more > 0 else cut
