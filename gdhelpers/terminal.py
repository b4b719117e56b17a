"""Say something on a terminal that has not every character: nothing is lost or fails.

A terminal of Windows, or one without a language, cannot write ✓ or a name in Hindi.
"""

from __future__ import annotations

import codecs
import sys
from typing import TextIO

IN_WORDS = "gdhelpers.in_words"  # what to do with a character that cannot be written
WORDS = {
    **{"✓": "[ok]", "✗": "[x]", "…": "...", "→": "->", "×": "x", "·": "-", "•": "-"},
    **{"≥": ">=", "≤": "<=", "≠": "!=", "−": "-", "–": "-", "—": "-", "₂": "2"},
    **{"‘": "'", "’": "'", "“": '"', "”": '"', "η": "eta", "θ": "theta"},
    **{"λ": "lambda", "\u00a0": " ", "\u202f": " "},
}


def _in_words(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    asked = error.object[error.start : error.end]
    said = (
        WORDS.get(c) or c.encode("ascii", "backslashreplace").decode() for c in asked
    )
    return "".join(said), error.end


codecs.register_error(IN_WORDS, _in_words)


def say(text: str, stream: TextIO | None = None) -> None:
    """Print a line; what the terminal cannot write is written in words or as its code.

    Args:
        stream: where, standard output unless told.

    >>> say("✓ Zoë")
    ✓ Zoë
    """
    stream = stream or sys.stdout
    try:
        print(text, file=stream)
    except UnicodeEncodeError:
        has = stream.encoding  # the error itself says "charmap" for many
        print(text.encode(has, IN_WORDS).decode(has), file=stream)


def let_everything_be_said(*streams: TextIO) -> None:
    """Have streams write so whatever is printed from here on; ours unless told."""
    for stream in streams or (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a test's or a notebook's has not
            stream.reconfigure(errors=IN_WORDS)
