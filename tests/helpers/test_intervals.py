"""`student_t` against closed forms, a numerical integral and a printed table."""

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdhelpers.intervals import student_t

LEVELS = st.floats(0.01, 0.999)


@settings(deadline=None)
@given(LEVELS)
def test_one_and_two_degrees_have_a_closed_form(level):
    cauchy = math.tan(math.pi * level / 2)
    assert student_t(level, 1) == pytest.approx(cauchy, rel=1e-9)
    two = level * math.sqrt(2 / (1 - level**2))
    assert student_t(level, 2) == pytest.approx(two, rel=1e-9)


@pytest.mark.parametrize("degrees", [1, 2, 3, 4, 7, 15, 31, 60])
@pytest.mark.parametrize("level", [0.2, 0.68, 0.95, 0.99])
def test_the_density_holds_that_share_between(level, degrees):
    widest = math.atan(student_t(level, degrees))
    t, weights = np.polynomial.legendre.leggauss(400)
    angle = widest * t  # the variable is its tangent, so that long tails are short
    density = math.exp(
        math.lgamma((degrees + 1) / 2) - math.lgamma(degrees / 2)
    ) / math.sqrt(degrees * math.pi)
    at = density * (1 + np.tan(angle) ** 2 / degrees) ** (-(degrees + 1) / 2)
    share = widest * (weights * at / np.cos(angle) ** 2).sum()
    assert share == pytest.approx(level, abs=1e-9)


# Two-sided, from the tables printed in textbooks.
PRINTED = {
    (0.95, 3): 3.182,
    (0.95, 15): 2.131,
    (0.95, 31): 2.040,
    (0.99, 9): 3.250,
    (0.9, 10): 1.812,
    (0.8, 4): 1.533,
}


@pytest.mark.parametrize("asked", PRINTED)
def test_it_is_what_the_tables_print(asked):
    assert round(student_t(*asked), 3) == PRINTED[asked]


@settings(deadline=None)
@given(LEVELS)
def test_many_degrees_are_normal(level):
    normal = NormalDist().inv_cdf(0.5 + level / 2)
    assert normal < student_t(level, 500) < normal * 1.03


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ((1.0, 3), "level must lie between 0 and 1, got 1.0"),
        ((95, 3), "level must lie between 0 and 1, got 95"),
        ((0.95, 0), "degrees must be a whole number ≥ 1, got 0"),
        ((0.95, 2.5), "degrees must be a whole number ≥ 1, got 2.5"),
    ],
)
def test_bad_input_says_what_to_do(asked, message):
    with pytest.raises(ValueError, match=message):
        student_t(*asked)
