"""Answers without understanding: no graded cell may give a point for one.

Whoever hands one in knows the public table by heart. What it does not tell is answered
by a constant, by an argument handed back, or as the nearest question of the table.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from gdgrader.course.public_checks import public_entry
from gdgrader.exercises.base import Exercise
from gdhelpers.cases import decode, run_case
from gdhelpers.verdicts import problem

Cheat = Callable[[dict], dict]  # from a case to an answer

EMPTY = (None, [], "", ([], []), (), {}, ([None], [None]))
LONGEST = 1_000  # entries of a list that is made up
NUMBERS = (0, 1, -1, 0.0, 1.0, 0.5, True, False, float("nan"), float("inf"))


def paid(
    exercise: Exercise, reference: Callable, seeds: Iterable[str]
) -> Iterator[tuple[str, str, str]]:
    """Which cheats get the points of a graded cell: seed, property, the cheat's name.

    Args:
        reference: the function of the lesson's solution cell, trusted.
        seeds: what the questions are drawn from, each by itself.
    """
    bare = replace(exercise, mistakes=[])
    table = public_entry(bare, reference)["properties"]
    known = [case for asked in table.values() for case in asked["cases"]]
    memory = {_key(case) for case in known}
    fixed: dict[tuple[str, int], dict] = {}
    for seed in seeds:
        entry = bare.entry(reference, seed, fixed=fixed)
        for name, asked in entry["properties"].items():
            new = [case for case in asked["cases"] if _key(case) not in memory]
            for cheat, answer in _cheats(reference, known, new):
                if not any(problem(answer(c), c, entry["tolerance"]) for c in new):
                    yield seed, name, cheat


def _cheats(
    reference: Callable, known: list[dict], new: list[dict]
) -> Iterator[tuple[str, Cheat]]:
    yield "the nearest question's answer", _nearest(reference, known)
    for name, function in _functions(reference, new):
        yield name, lambda case, f=function: run_case(f, case)


def _functions(reference: Callable, new: list[dict]) -> Iterator[tuple[str, Callable]]:
    """Constants, those that fit a case of the cell among them, and arguments."""
    for value in (*EMPTY, *NUMBERS, *(v for case in new for v in _values(case))):
        name = f"always {json.dumps(value):.60}"
        yield name, lambda *args, v=value, **kwargs: decode(_listed(v))
        rate = f"a function, {name}"
        yield rate, lambda *args, v=value, **kwargs: lambda t: decode(v)
    signature = inspect.signature(reference)

    def given(args: tuple, kwargs: dict) -> list:
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        return list(bound.arguments.values())

    for i, p in enumerate(signature.parameters):
        for name, made in _MADE.items():
            yield f"{name} {p}", lambda *a, i=i, m=made, **k: m(given(a, k)[i])
        for j, q in enumerate(signature.parameters):
            yield (
                f"{p}, as often as {q} says",
                lambda *a, i=i, j=j, **k: [given(a, k)[i]] * _count(given(a, k)[j]),
            )
            yield (
                f"{p} and {q}",
                lambda *a, i=i, j=j, **k: [given(a, k)[n] for n in (i, j)],
            )


_MADE: dict[str, Callable] = {
    "the argument": lambda value: value,
    "always the rate": lambda value: lambda t: value,
    "the first rate of": lambda value: lambda t: value(0),
    "the first entry of": lambda value: value[0],
    "the last entry of": lambda value: value[-1],
    "a list of": lambda value: [value],
    "two lists of": lambda value: ([value], [value]),
}


def _count(value: object) -> int:
    return len(value) if isinstance(value, list | dict) else min(value, LONGEST)


def _listed(value: object) -> object:
    return [_listed(v) for v in value] if isinstance(value, tuple) else value


def _values(case: dict) -> list:
    """What is right here, and each of the rates where a function is asked for."""
    value = case["expected"]["value"]
    if "at" in case:
        return [value, *value]
    return value if case.get("twice") else [value]


def _key(case: dict) -> str:
    return json.dumps([case[k] for k in ("args", "kwargs")] + [case.get("twice")])


def _nearest(reference: Callable, known: list[dict]) -> Cheat:
    signature = inspect.signature(reference)

    def given(case: dict) -> dict:
        bound = signature.bind(*case["args"], **case["kwargs"])
        bound.apply_defaults()
        return dict(bound.arguments)

    questions = [(given(case), case) for case in known]

    def answer(case: dict) -> dict:
        own = given(case)
        # Asked in the same way, else one would have to work out what to say.
        alike = [q for q in questions if ("at" in q[1]) == ("at" in case)]
        _, found = min(alike, key=lambda question: _distance(own, question[0]))
        value = found["expected"]["value"]
        if "at" in case:
            steps = list(zip(found["at"], value, strict=True))
            value = [min(steps, key=lambda s: abs(s[0] - t))[1] for t in case["at"]]
        elif bool(case.get("twice")) != bool(found.get("twice")):
            value = [value, value] if case.get("twice") else value[0]
        return {"value": value}

    return answer


def _distance(one: object, other: object) -> float:
    """How far two arguments are from each other; relative for numbers."""
    if isinstance(one, dict) and isinstance(other, dict):
        shared = one.keys() & other.keys()
        apart = len(one.keys() ^ other.keys())
        return apart + sum(_distance(one[k], other[k]) for k in shared)
    if isinstance(one, list) and isinstance(other, list):
        pairs = list(zip(one, other, strict=False))
        rest = abs(len(one) - len(other)) / (1 + max(len(one), len(other)))
        return rest + sum(_distance(*p) for p in pairs) / (1 + len(pairs))
    numbers = all(isinstance(v, int | float) for v in (one, other))
    if numbers and one == one and other == other:
        return abs(one - other) / (abs(one) + abs(other) or 1)
    return float(one != other)
