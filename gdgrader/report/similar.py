"""Submissions more alike than chance, by RapidFuzz on code with names taken out.

Why RapidFuzz and not copydetect (MOSS's winnowing, also on PyPI): winnowing compares
k-grams of some 25 tokens, and a solution here has 5 to 60, so that it sees either
nothing or everything. RapidFuzz's indel similarity works at any length, compares
sequences of tokens in C++, and is already among the grader's dependencies. Pygments
reads the tokens, also of code that does not parse.

Short right answers are alike by nature. So a pair counts by its surprise: for each
exercise, −log2 of the share of the class that is at least as near to one of the two as
the other is. What everybody writes has 0 bits; what only these two wrote, in a class
of 30, almost 5. A pair is shown from log2 of the number of pairs on: then, did the
exercises not depend on each other, fewer than one pair in such a class would be as much
alike by chance.
"""

from __future__ import annotations

import builtins
import math
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from pygments.lexers import PythonLexer
from pygments.token import Comment, Literal, Name, Text
from rapidfuzz.distance import Indel

ALIKE = 0.85  # of all tokens of a pair; renaming and moving a line or two stay above
MOST_PAIRS = 15
LONGEST, MOST_TOKENS = 20_000, 500  # letters, tokens: a solution has 60 tokens
SHORT = 12  # tokens: fewer say nothing of where they come from


@dataclass(frozen=True)
class Pair:
    """Two submissions that are alike.

    Attributes:
        alike: share of common tokens over all exercises, 0 to 1.
        bits: how surprising that is in this class.
        same: the exercises that are equal but for names, comments and spacing.
        tokens: how long the two are together, on average.
        same_names: whether the student's own names are the same, too.
    """

    students: tuple[str, str]
    alike: float
    bits: float
    same: tuple[str, ...]
    tokens: int
    same_names: bool


Tokens = tuple[tuple[str, ...], tuple[str, ...]]  # and the names among them


def tokens(source: str, skeleton: str) -> Tokens:
    """What a student wrote, as tokens, and the names they chose in order.

    Of what is too long the beginning counts. Lines of the instructor's `skeleton`,
    comments, docstrings and spacing do not; a name of the student's own becomes its
    number.

    >>> tokens("def f(x):\\n    y = 2 * x  # twice\\n    y", "def f(x):\\n    pass")
    (('n0', '=', '2', '*', 'x', 'n0'), ('y',))
    """
    given = {"", *(line.strip() for line in skeleton.splitlines())}
    kept = "\n".join(x for x in source[:LONGEST].splitlines() if x.strip() not in given)
    common = {text for kind, text in _read(skeleton) if kind in Name} | {*dir(builtins)}
    names: dict[str, str] = {}
    found: list[str] = []
    for kind, text in _read(kept):
        if kind in Comment or kind in Text or kind in Literal.String.Doc:
            continue
        own = kind in Name and text not in common and found[-1:] != ["."]
        found.append(names.setdefault(text, f"n{len(names)}") if own else text)
        if len(found) == MOST_TOKENS:
            break
    return tuple(found), tuple(names)


def _read(source: str):
    return [(kind, text) for kind, text in PythonLexer().get_tokens(source)]


def alike(
    answers: Mapping[str, Mapping[str, str]], skeletons: Mapping[str, str]
) -> list[Pair]:
    """The pairs that are alike and surprisingly so, the most surprising first.

    Args:
        answers: by student, then by exercise.
        skeletons: what was handed out, by exercise.
    """
    return alike_tokens(
        {
            student: {
                name: tokens(text, skeletons[name])
                for name, text in written.items()
                if name in skeletons
            }
            for student, written in answers.items()
        }
    )


def alike_tokens(read: Mapping[str, Mapping[str, Tokens]]) -> list[Pair]:
    """The same of answers that `tokens` has read."""
    pairs = {pair: _scores(read, *pair) for pair in combinations(sorted(read), 2)}
    near = _near(pairs, read)
    surprising = math.log2(max(len(pairs), 2))
    found = []
    for (one, other), scores in pairs.items():
        if not scores:
            continue
        length = {
            name: (len(read[one][name][0]) + len(read[other][name][0])) / 2
            for name in scores
        }
        whole = sum(length.values())
        bits = sum(
            _bits(score, near[one, name], near[other, name])
            for name, score in scores.items()
        )
        mean = sum(scores[name] * length[name] for name in scores) / whole
        if mean >= ALIKE and bits >= surprising and whole >= SHORT:
            found.append(
                Pair(
                    (one, other),
                    mean,
                    bits,
                    tuple(name for name, score in scores.items() if score == 1),
                    round(whole),
                    all(read[one][n][1] == read[other][n][1] for n in scores),
                )
            )
    return sorted(found, key=lambda pair: -pair.bits)[:MOST_PAIRS]


def _scores(read: Mapping, one: str, other: str) -> dict[str, float]:
    return {
        name: Indel.normalized_similarity(read[one][name][0], read[other][name][0])
        for name in read[one]
        if name in read[other] and (read[one][name][0] or read[other][name][0])
    }


def _near(pairs: Mapping, read: Mapping) -> dict[tuple[str, str], list[float]]:
    """How alike the others are to each student's answer, by exercise, in order."""
    found = {(student, name): [] for student in read for name in read[student]}
    for pair, scores in pairs.items():
        for name, score in scores.items():
            for student in pair:
                found[student, name].append(score)
    return {key: sorted(scores) for key, scores in found.items()}


def _bits(score: float, *near: list[float]) -> float:
    """−log2 of the share of others that are as near, where that is larger.

    >>> _bits(1.0, [0.2, 0.3, 0.5, 1.0]), _bits(1.0, [0.2, 0.3, 0.5, 1.0], [1.0] * 4)
    (2.0, 0.0)
    """
    shares = [(len(s) - bisect_left(s, score)) / len(s) for s in near]
    return -math.log2(max(shares)) + 0.0
