"""What every exercise must hold: right solutions pass, each mistake is named."""

import os
from functools import cache
from pathlib import Path

from gdgrader.course import mistakes, public_checks
from gdgrader.exercises import exercises
from gdgrader.exercises.reference import load_reference, source_notebook
from gdhelpers.cases import run_case
from gdhelpers.verdicts import Verdict, cases_of, rule

ROOT = Path(__file__).parents[2]
# Fewer where only the arithmetic differs: see test_arithmetic.py.
SEEDS = [f"seed {i}" for i in range(int(os.environ.get("TRIAL_SEEDS", "50")))]


def reference_of(exercise):
    names = load_reference(source_notebook(exercise.lesson, ROOT))
    return names[exercise.function]


def right_solutions(name: str) -> dict:
    """The functions of tests/solutions/<name>.py whose names start with right_."""
    return mistakes.right_solutions(ROOT / "tests" / "solutions" / f"{name}.py")


@cache
def public_entry(name: str) -> dict:
    """The exercise as the public table has it, made from `source/`."""
    exercise = exercises()[name]
    return public_checks.public_entry(exercise, reference_of(exercise))


def ruling(entry, property_name, function) -> Verdict:
    answers = [run_case(function, c) for c in cases_of(entry, property_name)]
    return rule(entry, property_name, answers)


@cache
def trial(name: str) -> mistakes.Trial:
    exercise = exercises()[name]
    right = {"the text that mistakes edit": exercise.answer, **right_solutions(name)}
    return mistakes.trial(exercise, reference_of(exercise), right, SEEDS)


def assert_right_solutions_pass(name: str) -> None:
    found = trial(name)
    assert found.right >= 9
    assert found.passed == found.right, found.wrong[:5]


def assert_mistakes_are_named(name: str) -> None:
    """On the whole exercise, and on every property where it fails."""
    exercise, found = exercises()[name], trial(name)
    assert len(exercise.properties) >= 2 and found.mistakes >= 6
    assert found.named == found.mistakes, found.wrong[:5]
