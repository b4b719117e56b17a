"""`gdgrader mistakes`: it says so when a mistake passes or a right solution fails."""

from dataclasses import replace

from exercise_checks import ROOT, reference_of
from typer.testing import CliRunner

from gdgrader.cli import app
from gdgrader.course.mistakes import trial
from gdgrader.exercises import exercises
from gdgrader.exercises.base import Mistake, Property, case

STEP = exercises()["single_step_gradient_descent"]


def test_command_prints_every_exercise_of_a_lesson():
    ran = CliRunner().invoke(
        app, ["mistakes", "01_single_step", "--seeds", "2", "--root", str(ROOT)]
    )
    assert ran.exit_code == 0, ran.output
    for exercise in exercises("01_single_step").values():
        assert exercise.name in ran.output
        n = len(exercise.mistakes)
        assert f"{n} of {n}" in ran.output


def test_unknown_lesson_is_said():
    ran = CliRunner().invoke(app, ["mistakes", "07_none", "--root", str(ROOT)])
    assert ran.exit_code == 1 and "07_none has no exercises" in ran.output


def test_a_mistake_that_passes_is_reported():
    def right(theta, learning_rate):
        return theta - learning_rate * 2 * theta

    fake = Mistake("no mistake at all", "None.", right)
    tried = trial(replace(STEP, mistakes=[fake]), reference_of(STEP), {}, ["a", "b"])
    assert (tried.named, tried.mistakes) == (0, 1)
    assert len(tried.wrong) == 2 and "passes" in tried.wrong[0]


def test_a_mistake_told_another_ones_hint_is_reported():
    flipped = STEP.mistakes[0]
    twin = Mistake("its twin", "Another hint.", flipped.function)
    exercise = replace(STEP, mistakes=[flipped, twin])
    tried = trial(exercise, reference_of(STEP), {}, ["a"])
    assert tried.named == 1 and "'its twin'" in tried.wrong[0]


def test_a_cell_that_pays_a_cheat_is_reported():
    asked = Property("p", (), lambda rng: case(rng.random(), 0.0))
    exercise = replace(STEP, mistakes=[], properties={"p": asked})
    tried = trial(exercise, reference_of(STEP), {}, ["a", "b"])
    assert tried.wrong == ("cheat 'the argument theta' earns the cell 'p' under 'a'",)


def test_points_that_hang_on_the_draw_are_reported():
    lost = next(m for m in STEP.mistakes if m.name == "absolute slope")
    asked = Property("p", (), lambda rng: case(rng.choice([-2.0, 2.0]), 0.1))
    exercise = replace(STEP, mistakes=[lost], properties={"p": asked})
    seeds = [str(n) for n in range(40)]
    told = trial(exercise, reference_of(STEP), {}, seeds).wrong
    here = [line for line in told if "passes here, and under '0' it fails" in line]
    there = [line for line in told if "passes not, and under '0' it passes" in line]
    assert bool(here) != bool(there), told
    both = Property("p", (), lambda rng: [case(-2.0, 0.1), case(2.0, rng.random())])
    steady = replace(exercise, properties={"p": both})
    told = trial(steady, reference_of(STEP), {}, seeds).wrong
    assert not any("and under" in line for line in told)


def test_a_right_solution_that_fails_is_reported():
    wrong = STEP.mistakes[0].function
    tried = trial(STEP, reference_of(STEP), {"right_but_not": wrong}, ["a"])
    assert (tried.passed, tried.right) == (0, 1) and "right_but_not" in tried.wrong[0]


def test_what_every_seed_asks_is_asked_once():
    def asked(*seeds: str) -> int:
        calls = []

        def right(theta, learning_rate):
            calls.append(theta)
            return theta - learning_rate * 2 * theta

        assert trial(STEP, reference_of(STEP), {"right": right}, seeds).passed == 1
        return len(calls)

    edges = sum(len(p.edges) for p in STEP.properties.values())
    assert 2 * asked("a") - asked("a", "b") >= edges > 0
