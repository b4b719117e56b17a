"""The numbers in the prose of lesson 01."""

import pytest
from prose import ROOT, assert_no_other_decimals, assert_stands, prose

from gdgrader.exercises.reference import load_reference, source_notebook
from gdhelpers.plots import plot_factor, plot_path

LESSON = "01_single_step"
lesson = load_reference(source_notebook(LESSON, ROOT))
step, descend = lesson["single_step_gradient_descent"], lesson["gradient_descent"]
factor = lesson["contraction_factor"]

NUMBERS = {
    "the way from 3 to 3.001: L grows from 9 to 9.006001": 3.001**2,
    "from 9 to 9.006001, so by about 6": (3.001**2 - 9) / 0.001,
    "a tenth of it is 0.6": 0.1 * 6,
    "3 − 0.6 leaves 2.4": step(3.0, 0.1),
    "One step from 3 led to 2.4": step(3.0, 0.1),
    "at −1.6": step(-4.0, 0.3),
    "hardly moved: 0.961": descend(1.0, 0.001, 20),
    "one step from 1 leads to 0.6": step(1.0, 0.2),
    "one from 5 to 3": step(5.0, 0.2),
    "one from −10 to −6": step(-10.0, 0.2),
    "its factor is −0.8": factor(0.9),
    "The factor at 0.2 is 0.60": factor(0.2),
    "and 0.6 to": factor(0.2),
    "at 0.2 the error falls by the factor 0.6": abs(factor(0.2)),
    "at 0.9 by the factor 0.8": abs(factor(0.9)),
    "it grows by 1.2": abs(factor(1.1)),
}
POWERS = {
    "At 0.2 you are at 3.66e-05": f"{descend(1.0, 0.2, 20):.2e}",
    "At 10 you are at 3.76e+25": f"{descend(1.0, 10.0, 20):.2e}",
    "to the power of 20 is 3.656e-05": f"{factor(0.2) ** 20:.3e}",
}
# 3.001 is a place, 3.66 a way to write the number before it.
RATES = ["0.1", "0.2", "0.3", "0.5", "0.9", "0.001", "1.1", "3.001", "3.66"]


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


def test_a_constant_factor_makes_a_straight_line_and_0_2_the_steepest():
    falls = {rate: abs(factor(rate)) for rate in (0.001, 0.2, 0.9, 1.1)}
    assert min(falls, key=falls.get) == 0.2
    assert [rate for rate, fall in falls.items() if fall > 1] == [1.1]


def test_the_factor_is_the_same_wherever_one_stands():
    """So `contraction_factor` says of every θ what its text says of three."""
    for curvature in (2.0, 0.5, 7.0):
        for theta in (-10.0, 0.3, 5.0):
            ahead = theta - 0.2 * curvature * theta
            assert ahead / theta == pytest.approx(factor(0.2, curvature))


def test_the_first_path_shows_its_tangent_and_all_its_points_have_names():
    ax = plot_path([step_by_step(0.1, t) for t in range(5)], tangent=True)
    said = [text.get_text() for text in ax.texts]
    assert "slope 6" in said
    (line,) = [x for x in ax.lines if len(x.get_xdata()) == 2]
    (x0, x1), (y0, y1) = line.get_data()
    assert (y1 - y0) / (x1 - x0) == pytest.approx(6)
    assert y0 + 6 * (3 - x0) == pytest.approx(9)  # it touches the parabola at θ₀
    jumping = plot_path([descend(3.0, 0.9, t) for t in range(7)])
    names = " ".join(text.get_text() for text in jumping.texts)
    assert names == "θ₀ θ₁ θ₂ θ₃ θ₄ θ₅ θ₆"


def step_by_step(rate, steps):
    return descend(3.0, rate, steps)


def test_the_factor_s_figure_marks_where_it_lands_and_where_it_diverges():
    rates = [i / 100 for i in range(121)]
    ax = plot_factor(rates, [factor(rate) for rate in rates])
    marks = {
        tuple(line.get_xydata()[0]) for line in ax.lines if line.get_marker() == "o"
    }
    assert marks == {(0.5, 0.0), (1.0, -1.0)}
    for rate, height in marks:
        assert factor(rate) == pytest.approx(height)
