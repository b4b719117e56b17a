"""Find what a student wrote in words, wherever in a notebook it stands."""

from __future__ import annotations

import ast
import difflib
import itertools
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from nbformat import NotebookNode

from gdgrader.submission.source_code import tree

FEW_WORDS = 6  # fewer, in a cell of code, are a label or a reminder
ALIKE = 0.7  # from 0 to 1: a line that is a given one, edited
# As a lesson ends: lessons and pages differ by edition, links alone are no answer.
_LINK = r"\[[^\]]+\]\([^)\s]+\.ipynb\)"
LINKS = re.compile(rf"(?:Next: )?{_LINK}(?: · {_LINK})*")
FEW_LETTERS = 12  # the same where words are not set apart, as in Chinese


def prose(cell: NotebookNode) -> list[str]:
    """What a cell says in words: its text, or the longer comments and strings of code.

    >>> from nbformat.v4 import new_code_cell, new_markdown_cell
    >>> prose(new_markdown_cell("It diverges."))
    ['It diverges.']
    >>> prose(new_code_cell("# a first try\\nx = 1"))
    []
    >>> prose(new_code_cell("The rate was too high, so it diverged."))
    ['The rate was too high, so it diverged.']
    """
    if cell.cell_type != "code":
        return [cell.source] if cell.source.strip() else []
    found = tree(cell.source)
    if found is None:
        return [cell.source] if _long(cell.source) else []
    strings = [
        node.value
        for node in ast.walk(found)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return list(filter(_long, [*_comments(cell.source), *strings]))


def is_prose(cell: NotebookNode) -> bool:
    """Whether a cell holds words and no code that does anything."""
    if not prose(cell):
        return False
    found = tree(cell.source) if cell.cell_type == "code" else None
    return found is None or all(
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        for node in found.body
    )


def prose_elsewhere(
    submitted: NotebookNode, answers: set[str], given: NotebookNode
) -> list[str]:
    """What a student wrote in words outside the cells meant for it.

    Args:
        answers: sources that are accounted for.
        given: the notebook that the student received.
    """
    text, known, lines = _given(tuple((c.cell_type, c.source) for c in given.cells))
    found = []
    for cell in submitted.cells:
        if not any(cell.source.strip() in answer for answer in answers):  # or a part
            # Python joins strings, so that a piece need not stand in the text as it is.
            for piece in (p for p in prose(cell) if p not in known):
                own = [_added(line.strip(), lines) for line in piece.splitlines()]
                found.append("\n".join(filter(None, own)).strip())
    return [piece for piece in dict.fromkeys(found) if piece and piece not in text]


@lru_cache(maxsize=8)  # a worker grades one lesson after the other
def _given(
    cells: tuple[tuple[str, str], ...],
) -> tuple[str, frozenset[str], tuple[str, ...]]:
    """Of cells by kind and source: their text, its pieces in words, its lines."""
    text = "\n".join(source for _, source in cells)
    each = (NotebookNode(cell_type=kind, source=source) for kind, source in cells)
    known = frozenset(piece for cell in each for piece in prose(cell))
    return text, known, tuple(dict.fromkeys(x.strip() for x in text.splitlines()))


def _added(line: str, given: Sequence[str]) -> str:
    """A line, or what of it was added to a line given; "" for nothing to speak of."""
    if line in given or LINKS.fullmatch(line):
        return ""
    for near in difflib.get_close_matches(line, given, 1, ALIKE):
        words = difflib.SequenceMatcher(None, near.split(), line.split())
        more = [
            " ".join(line.split()[a:b])
            for what, _, _, a, b in words.get_opcodes()
            if what in ("insert", "replace")
        ]
        return "\n".join(filter(_long, more))  # a word is an author's second thought
    return line


def _comments(source: str) -> Iterator[str]:
    """Comments that have lines to themselves, those that follow one another as one."""
    lines = (line.strip() for line in source.splitlines())
    for commented, group in itertools.groupby(lines, lambda x: x.startswith("#")):
        if commented:
            yield "\n".join(line.lstrip("# ") for line in group)


def _long(text: str) -> bool:
    letters = sum(c.isalpha() and not c.isascii() for c in text)
    return len(text.split()) >= FEW_WORDS or letters >= FEW_LETTERS
