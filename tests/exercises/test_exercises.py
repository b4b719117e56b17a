"""One file an exercise: how they are found, and mistakes as edits of a right text."""

from types import ModuleType

import pytest

from gdgrader.exercises import exercise_of, exercises
from gdgrader.exercises.base import DRAWN_CASES, Exercise, Property, case


def module(name, **holds):
    made = ModuleType(f"gdgrader.exercises.{name}")
    vars(made).update(holds)
    return made


def doubling(**edits_of_mistakes):
    exercise = Exercise("doubled", "10_newton")

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
        Exercise("doubled", "10_newton").mistake("late", "A hint.", {"x": "y"})


# What is asked ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("draw", "said"),
    [
        (lambda rng: case(3.0), "draws the same cases for every seed"),
        (lambda rng: [case(3.0), case(rng.choice([4.0]))], "draws the same cases"),
        (lambda rng: [], "gives no case"),
        (None, "draws no cases: decorate a function"),
        (case(3.0), "draws no cases"),
    ],
)
def test_a_property_without_a_draw_is_refused_and_named(draw, said):
    with pytest.raises(ValueError, match=f"10_newton, doubled: .*'of three'.*{said}"):
        doubling().asks("of three", case(3.0))(draw)


def test_there_is_no_way_to_ask_fixed_cases_alone():
    adding = {name for name in vars(Exercise) if name.startswith("ask")}
    assert adding == {"asks"}
    for exercise in exercises().values():
        for asked in exercise.properties.values():
            assert callable(asked.draw)
            assert len(asked.drawn("a")) >= DRAWN_CASES
            assert asked.drawn("a") != asked.drawn("b")


@pytest.mark.parametrize("number", [1, 2, 3, 5, 9])
def test_a_draw_may_give_several_cases(number):
    asked = Property(
        "p", (case(0.0),), lambda r: [case(r.random()) for _ in range(number)]
    )
    cases = asked.cases("a")
    assert cases[0] == case(0.0) and cases[1:] == asked.drawn("a")
    assert DRAWN_CASES <= len(cases[1:]) < DRAWN_CASES + number
    assert len(cases[1:]) % number == 0
