"""Try an exercise as a tester would: known mistakes must fail, right ways must pass.

Every mistake of the catalogue is handed in as a student's answer under many seeds and
must be failed with its own hint; every right solution must pass. What takes no
understanding, such as a constant, must earn no graded cell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from gdgrader.course.cheats import paid
from gdgrader.exercises import exercises
from gdgrader.exercises.base import Exercise, Mistake
from gdgrader.exercises.reference import load_reference, source_notebook
from gdhelpers.cases import run_case
from gdhelpers.verdicts import Verdict, cases_of, rule

SEEDS_OF_CHEATS = 3


@dataclass(frozen=True)
class Trial:
    """How one exercise did.

    Attributes:
        mistakes, named: how many are known, and how many of them were failed with
            their own hint under every seed.
        right, passed: how many right solutions there are, and how many passed.
        wrong: a line for each ruling that was not as it should be.
    """

    exercise: str
    mistakes: int
    named: int
    right: int
    passed: int
    wrong: tuple[str, ...]


def trials(
    lesson: str | None, root: Path, solutions: Path | None, seeds: Iterable[str]
) -> Iterator[Trial]:
    """Try every exercise of a lesson, or of the course.

    Args:
        root: the course's folder, whose `source/` holds the references.
        solutions: a folder with `<exercise>.py`, each function named right_… a right
            way of writing it; None for none.

    Errors: FileNotFoundError where the lesson's source is not there.
    """
    seeds = list(seeds)
    for exercise in exercises(lesson).values():
        names = load_reference(source_notebook(exercise.lesson, root))
        path = solutions / f"{exercise.name}.py" if solutions else None
        right = right_solutions(path) if path and path.exists() else {}
        yield trial(exercise, names[exercise.function], right, seeds)


def trial(
    exercise: Exercise,
    reference: Callable,
    right: Mapping[str, Callable],
    seeds: Iterable[str],
) -> Trial:
    """Try one exercise under these seeds; cheats under the first of them."""
    wrong: dict[str, list[str]] = {}
    seeds = list(seeds)
    for seed, asked, cheat in paid(exercise, reference, seeds[:SEEDS_OF_CHEATS]):
        found = f"cheat {cheat!r} earns the cell {asked!r} under {seed!r}"
        wrong.setdefault(f"cheat: {asked}", [found])
    fixed: dict[tuple[str, int], dict] = {}
    answers = {name: _Answers(function, fixed) for name, function in right.items()}
    earned: dict[tuple[int, str | None], tuple[bool, str]] = {}
    for seed in seeds:
        entry = exercise.entry(reference, seed, fixed=fixed)
        for name in right:
            for asked, verdict in _each(entry, answers[name]):
                if not verdict.right:
                    found = f"right solution {name!r} fails {_where(asked, seed)}"
                    wrong.setdefault(name, []).append(f"{found}: {verdict.message}")
        for index, mistake in enumerate(exercise.mistakes):
            for asked, verdict in _rulings_of_mistake(entry, index):
                before = earned.setdefault((index, asked), (verdict.right, seed))
                if verdict.right != before[0]:  # points must not hang on what is drawn
                    found = f"mistake {mistake.name!r} {_where(asked, seed)}: passes "
                    found += f"{'here' if verdict.right else 'not'}, and under "
                    found += f"{before[1]!r} it {'passes' if before[0] else 'fails'}"
                    wrong.setdefault(f"{mistake.name}: {asked}", []).append(found)
                # One property may not touch the mistake; the whole exercise must.
                if asked is not None and (verdict.right or asked in mistake.untold):
                    continue
                # And one property may not tell it from one that is alike there.
                if not _named(verdict, mistake, alike=asked is not None):
                    told = "passes" if verdict.right else verdict.message
                    found = f"mistake {mistake.name!r} {_where(asked, seed)}: {told}"
                    wrong.setdefault(mistake.name, []).append(found)
    return Trial(
        exercise.name,
        len(exercise.mistakes),
        sum(m.name not in wrong for m in exercise.mistakes),
        len(right),
        sum(name not in wrong for name in right),
        tuple(line for lines in wrong.values() for line in lines),
    )


class _Answers:
    """What a function answers; what every seed asks, it is asked once."""

    def __init__(self, function: Callable, fixed: Mapping[object, dict]) -> None:
        self.function, self.fixed = function, fixed
        self.given: dict[int, dict] = {}

    def __call__(self, case: dict) -> dict:
        if not any(case is one for one in self.fixed.values()):
            return run_case(self.function, case)
        if id(case) not in self.given:
            self.given[id(case)] = run_case(self.function, case)
        return self.given[id(case)]


def _named(verdict: Verdict, mistake: Mistake, alike: bool) -> bool:
    if alike and verdict.mistake in mistake.like:
        return True
    return (verdict.mistake, verdict.hint) == (mistake.name, mistake.hint)


def right_solutions(path: Path) -> dict[str, Callable]:
    """Give the functions of a module whose names start with right_."""
    spec = spec_from_file_location(f"solutions_{path.stem}", path)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return {k: f for k, f in vars(module).items() if k.startswith("right_")}


def _rulings_of_mistake(
    entry: dict, index: int
) -> Iterator[tuple[str | None, Verdict]]:
    """Rule on a known mistake, whose answers the entry holds."""
    return _each(entry, lambda case: case["mistakes"][index])


def _each(
    entry: dict, answer: Callable[[dict], dict]
) -> Iterator[tuple[str | None, Verdict]]:
    """Rule on each property and, under None, on the exercise as a whole."""
    everything = []
    for name in entry["properties"]:
        answers = [answer(case) for case in cases_of(entry, name)]
        everything += answers
        yield name, rule(entry, name, answers)
    yield None, rule(entry, None, everything)


def _where(asked: str | None, seed: str) -> str:
    return f"on {asked or 'the whole'!r} under {seed!r}"
