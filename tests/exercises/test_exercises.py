"""One file an exercise: how they are found, and mistakes as edits of a right text."""

from types import ModuleType

import pytest

from gdgrader.exercises import exercise_of, exercises
from gdgrader.exercises.base import Exercise


def module(name, **holds):
    made = ModuleType(f"gdgrader.exercises.{name}")
    vars(made).update(holds)
    return made


def doubling(**edits_of_mistakes):
    exercise = Exercise("doubled", "07_newton")

    @exercise.right
    def _(x):
        twice = x + x
        return twice

    for name, edits in edits_of_mistakes.items():
        exercise.mistake(name, "A hint.", edits)
    return exercise


def test_exercises_come_by_lesson_and_by_their_place_in_it():
    order = [(x.lesson, x.place) for x in exercises().values()]
    assert order == sorted(order)
    assert len(set(order)) == len(order)


def test_a_file_without_an_exercise_is_named():
    with pytest.raises(ValueError, match=r"exercises/tripled\.py holds no exercise"):
        exercise_of(module("tripled"))


def test_a_file_named_otherwise_than_its_exercise_is_named():
    with pytest.raises(ValueError, match=r"name the file doubled\.py"):
        exercise_of(module("tripled", exercise=doubling()))


def test_a_mistake_is_the_right_text_after_its_edits():
    edits = {"x + x": "x", "return twice": "return twice + 1"}
    (mistake,) = doubling(early=edits).mistakes
    assert mistake.function(3) == 4
    assert mistake.source("doubled") == (
        "def doubled(x):\n    twice = x\n    return twice + 1"
    )


@pytest.mark.parametrize(
    ("edits", "said"),
    [
        ({"y": "z"}, r"'y' → 'z' must find .* exactly once, it is there 0 times"),
        ({"twice": "thrice"}, "it is there 2 times"),
        ({"x + x": "x +"}, "invalid syntax"),
    ],
)
def test_an_edit_that_does_not_fit_names_exercise_and_mistake(edits, said):
    with pytest.raises(ValueError, match=f"doubled, mistake 'late': .*{said}"):
        doubling(late=edits)


def test_an_edit_needs_a_right_text():
    with pytest.raises(ValueError, match="decorate the right text"):
        Exercise("doubled", "07_newton").mistake("late", "A hint.", {"x": "y"})
