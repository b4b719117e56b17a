"""`gdgrader mutants`: survivors are told, none is left, few are right anyway."""

from dataclasses import replace
from functools import cache

import pytest
from exercise_checks import ROOT, reference_of
from typer.testing import CliRunner

from gdgrader.cli import app
from gdgrader.course import mutants as hunting
from gdgrader.course.equal_mutants import EQUAL
from gdgrader.course.mutants import (
    Clock,
    Mutant,
    hunt,
    is_meant,
    made,
    mutants,
    questions,
    survived,
)
from gdgrader.exercises import exercises
from gdgrader.exercises.base import Property, case
from gdgrader.exercises.reference import load_reference, source_notebook
from gdhelpers.cases import run_case

SOLUTIONS = ROOT / "tests" / "solutions"
STEP = exercises()["single_step_gradient_descent"]
SHARE, SEEDS = 0.05, ("a", "b", "c")


@cache
def all_mutants(name):
    """Made once: it takes longer than to hand in a sample of them."""
    exercise = exercises()[name]
    path = source_notebook(exercise.lesson, ROOT)
    return tuple(mutants(exercise, load_reference(path), path, SOLUTIONS))


@pytest.mark.slow
@pytest.mark.parametrize("name", exercises())
def test_no_mutant_of_a_sample_gets_every_point(name, monkeypatch):
    monkeypatch.setattr(hunting, "mutants", lambda *asked: all_mutants(name))
    found = hunt(exercises()[name], ROOT, SOLUTIONS, SEEDS, SHARE)
    assert found.tried >= 3
    assert not found.lines


@pytest.mark.slow
def test_the_list_of_right_mutants_is_short_and_each_is_there():
    listed = tried = 0
    for name in exercises():
        known = [p for patterns in EQUAL[name].values() for p in patterns]
        found = [mutant for mutant, _ in all_mutants(name)]
        for line in known:
            assert any(is_meant(line, m) for m in found), f"{name}: {line}"
        listed += sum(any(is_meant(line, m) for line in known) for m in found)
        tried += len(found)
    assert 0 < listed <= 0.03 * tried
    assert set(EQUAL) == set(exercises())


def weak():
    """The exercise when it asked about starts near 3.0 at rate 0.1 alone."""
    asked = Property(
        "a positive start",
        (case(3.0, 0.1),),
        lambda rng: case(round(rng.uniform(2.9, 3.1), 3), 0.1),
    )
    return replace(STEP, properties={asked.name: asked})


def test_survivors_are_told():
    found = hunt(weak(), ROOT, None, ["a", "b"], known={})
    told = {mutant.change: seeds for mutant, seeds in found.survivors}
    assert told["theta = abs(theta)"] == ("a", "b")
    assert {"theta = min(theta, 10.0)", "cached without learning_rate"} <= set(told)
    assert "return theta - learning_rate * gradient" not in str(told)
    line = "single_step_gradient_descent, source: theta = abs(theta)  (every point"
    assert any(text.startswith(line) for text in found.lines)


def test_a_listed_one_is_no_survivor_and_a_stale_one_is_told():
    known = {
        "why": ("theta = abs(theta)", "theta = min(theta, 10…"),
        "no": ("theta = 7",),
    }
    found = hunt(weak(), ROOT, None, ["a"], known=known)
    assert found.equal == 3 and found.stale == (("theta = 7", "no survivor has it"),)
    assert not any("abs(theta)" in m.change for m, _ in found.survivors)
    assert "equal_mutants.py: no survivor has it: theta = 7" in found.lines[-1]


def test_a_listed_one_that_is_refused_is_told():
    found = hunt(weak(), ROOT, None, ["a"], known={"why": ("theta = …",)})
    ((listed, why),) = found.stale
    assert listed == "theta = …" and "it fits the refused 'theta = " in why


def test_a_line_may_name_the_right_solution():
    for mutant in (Mutant("e", o, "a → b", "") for o in ("right_x", "right_y")):
        assert is_meant("a → …", mutant)
        assert is_meant("right_x: a → b", mutant) == (mutant.origin == "right_x")


def test_a_sample_is_the_same_each_time():
    found = [m for m, _ in all_mutants(STEP.name)]
    sample = [m for m in found if m.in_share(0.3)]
    anew = all_mutants.__wrapped__(STEP.name)
    assert sample == [m for m, _ in anew if m.in_share(0.3)]
    assert 0.2 * len(found) < len(sample) < 0.4 * len(found)
    assert all(m.in_share(1.0) for m in found)


@pytest.mark.parametrize(
    "body",
    [
        "while True: pass",
        "for n in __import__('itertools').count(): pass",
        "return sum(1 for _ in __import__('itertools').count())",
        "return next(filter(lambda n: n < 0, __import__('itertools').count()))",
        "[x for x in iter(int, 1)]",
    ],
)
def test_an_endless_loop_ends(body):
    function = made(f"def f():\n    {body}", {}, Clock())
    assert run_case(function, {"args": []})["error"].startswith("TooLong")


def test_a_clock_counts_each_case_anew():
    clock = Clock()
    function = made("def f(n):\n    for i in range(n): pass\n    return i", {}, clock)
    assert run_case(function, {"args": [5_000]}) == {"value": 4_999}
    assert "error" in run_case(function, {"args": [5_000]})
    clock.left = 5_000
    assert run_case(function, {"args": [5_000]}) == {"value": 4_999}


def test_what_outlives_a_call_begins_anew_with_each_seed():
    text = (
        "def single_step_gradient_descent(theta, learning_rate, seen=[]):\n"
        "    seen.append(1)\n"
        "    return (1 - 2 * learning_rate) * theta if len(seen) < 100 else None"
    )
    asked = questions(STEP, reference_of(STEP), ["a", "b", "c", "d", "e", "f", "g"])
    assert survived(text, {}, asked) == ["a", "b", "c", "d", "e", "f", "g"]


def test_command_prints_a_line_for_the_exercise():
    ran = CliRunner().invoke(
        app, ["mutants", "max_stable_lr", "--seeds", "2", "--root", str(ROOT)]
    )
    assert ran.exit_code == 0, ran.output
    assert "max_stable_lr" in ran.output and "✓ under 2 seeds" in ran.output


def test_command_knows_its_exercises_and_its_course(tmp_path):
    ran = CliRunner().invoke(app, ["mutants", "no_such", "--root", str(ROOT)])
    assert ran.exit_code == 1 and "no exercise no_such; there are single" in ran.output
    ran = CliRunner().invoke(app, ["mutants", "step_lr", "--root", str(tmp_path)])
    assert ran.exit_code == 1 and "05_step_decay" in ran.output
