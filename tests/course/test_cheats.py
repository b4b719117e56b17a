"""No graded cell gives a point to a constant, an argument or what is known by heart."""

from dataclasses import replace

import nbformat
import pytest
from exercise_checks import ROOT, reference_of

from gdgrader.course.cheats import paid
from gdgrader.course.edition import graded_cells
from gdgrader.course.mistakes import SEEDS_OF_CHEATS
from gdgrader.exercises import exercises
from gdgrader.exercises.base import Property, case
from gdgrader.exercises.draws import a_rate, a_theta
from gdhelpers.scheduler_bugs import BUGS

NOTEBOOKS = sorted((ROOT / "source").glob("0*/*.ipynb"))
SEEDS = [f"seed {i}" for i in range(5)]
# The first are tried with the known mistakes, in tests/exercises/.
MORE = SEEDS[SEEDS_OF_CHEATS:]
STEP = exercises()["single_step_gradient_descent"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_cell_pays_a_cheat(path):
    cells = graded_cells(nbformat.read(path, 4)).values()
    assert cells
    for name in {cell.exercise for cell in cells}:
        exercise = exercises()[name]
        assert list(paid(exercise, reference_of(exercise), MORE)) == []


def only(draw, *edges):
    asked = Property("p", edges, draw)
    return {
        cheat
        for _, _, cheat in paid(
            replace(STEP, properties={"p": asked}), reference_of(STEP), ["a"]
        )
    }


@pytest.mark.parametrize(
    ("draw", "cheat"),
    [
        (lambda rng: case(a_theta(rng), 0.0), "the argument theta"),
        (lambda rng: case(0.0, a_rate(rng)), "always 0"),
        (
            lambda rng: case(0.5, rng.choice([0.3, 0.4])),
            "the nearest question's answer",
        ),
        (lambda rng: case(rng.choice([-1.0, -2.0]), 0.75), "always 0.5"),
        (
            lambda rng: case(-(r := a_rate(rng)) / (2 * r - 1), r),
            "the argument learning_rate",
        ),
    ],
)
def test_a_cell_that_pays_is_found(draw, cheat):
    edges = [case(0.5, 0.3), case(0.5, 0.4)]
    assert any(found.startswith(cheat) for found in only(draw, *edges))


def test_what_is_asked_fairly_pays_nobody():
    assert only(lambda rng: case(a_theta(rng), a_rate(rng))) == set()


def test_what_is_named_is_not_guessed():
    """Every name is right once at least in either cell, whatever the seed."""
    exercise = exercises()["spot_the_bug"]
    for seed in SEEDS:
        entry = replace(exercise, mistakes=[]).entry(reference_of(exercise), seed)
        for name, asked in entry["properties"].items():
            edges = len(exercise.properties[name].edges)
            drawn = [c["expected"]["value"] for c in asked["cases"][edges:]]
            assert sorted(drawn) == sorted(BUGS)
