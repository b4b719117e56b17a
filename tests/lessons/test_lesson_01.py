"""The numbers in the prose of lesson 01."""

import pytest
from prose import ROOT, assert_no_other_decimals, assert_stands, prose

from gdgrader.exercises.reference import load_reference, source_notebook

LESSON = "01_single_step"
lesson = load_reference(source_notebook(LESSON, ROOT))
step, descend = lesson["single_step_gradient_descent"], lesson["gradient_descent"]
factor = lesson["contraction_factor"]

NUMBERS = {
    "a tenth of it is 0.6": 0.1 * 6,
    "3 − 0.6 leaves 2.4": step(3.0, 0.1),
    "One step from 3 led to 2.4": step(3.0, 0.1),
    "at −1.6": step(-4.0, 0.3),
    "hardly moved: 0.961": descend(1.0, 0.001, 20),
    "its factor is −0.8": factor(0.9),
    "The factor at 0.2 is 0.60": factor(0.2),
    "and 0.6 to": factor(0.2),
    "the error falls by the factor 0.8": abs(factor(0.9)),
    "it grows by 1.2": abs(factor(1.1)),
}
POWERS = {
    "At 0.2 you are at 3.66e-05": f"{descend(1.0, 0.2, 20):.2e}",
    "At 10 you are at 3.76e+25": f"{descend(1.0, 10.0, 20):.2e}",
    "to the power of 20 is 3.656e-05": f"{factor(0.2) ** 20:.3e}",
}
RATES = ["0.1", "0.2", "0.3", "0.5", "0.9", "0.001", "1.1"]


@pytest.mark.parametrize("text", NUMBERS)
def test_number(text):
    assert_stands(LESSON, text, NUMBERS[text])


@pytest.mark.parametrize("text", POWERS)
def test_power(text):
    assert text in prose(LESSON)
    assert text.split()[-1] == POWERS[text]


def test_no_number_without_a_test():
    assert_no_other_decimals(LESSON, [*NUMBERS, *POWERS], RATES)


def test_what_the_prose_says_of_rates():
    assert descend(1.0, 0.5, 1) == 0.0
    for rate in (0.5001, 0.9, 0.9999):
        assert factor(rate) < 0 and abs(factor(rate)) < 1
    assert abs(factor(1.0001)) > 1
    assert factor(1 / 3.0, 3.0) == pytest.approx(0)
    assert factor(2 / 3.0, 3.0) == pytest.approx(-1)
