"""The rules of a range test against closed forms, NumPy and torch."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdhelpers.adam import AdamState, adam_step
from gdhelpers.range_test import (
    RULES,
    before_blow_up,
    range_test_rates,
    smoothed,
    suggest_lr,
)

quick = settings(max_examples=50)
LOWS, FACTORS = st.floats(1e-8, 1), st.floats(1.5, 1e8)
# Within a factor of four: nothing blows up.
CALM = st.lists(st.floats(1, 3.9), min_size=3, max_size=40)


@quick
@given(LOWS, FACTORS, st.integers(2, 200))
def test_rates_go_up_by_equal_factors(low, factor, n):
    rates = range_test_rates(low, low * factor, n)
    assert rates == pytest.approx(np.geomspace(low, low * factor, n), rel=1e-12)
    assert (rates[0], rates[-1]) == (low, low * factor)


@quick
@given(st.lists(st.floats(0, 100), max_size=30), st.floats(0, 0.99))
def test_smoothing_is_the_average_that_adam_takes(losses, decay):
    state, wanted = AdamState(), []
    for t, loss in enumerate(losses, start=1):
        _, state = adam_step(0.0, state, loss, 0.0, betas=(decay, 0.0))
        wanted.append(state.mean / (1 - decay**t))
    assert smoothed(losses, decay) == pytest.approx(wanted)
    if losses:
        shares = decay ** np.arange(len(losses))[::-1]
        mean = np.average(losses, weights=shares)
        assert smoothed(losses, decay)[-1] == pytest.approx(mean, rel=1e-9, abs=1e-12)


def descent(curvature, rates):
    """The losses of θ²λ/2 after a step at each rate: L₀Π(1 - ηλ)²."""
    return list(curvature / 2 * np.cumprod((1 - curvature * np.array(rates)) ** 2))


@quick
@given(st.floats(0.1, 50), st.integers(30, 120))
def test_on_a_bowl_the_minimum_is_the_last_rate_below_two_over_lambda(curvature, n):
    rates = range_test_rates(1e-3 / curvature, 40 / curvature, n)
    losses = descent(curvature, rates)
    below = max(lr for lr in rates if lr * curvature < 2)
    assert suggest_lr(rates, losses, "minimum") == below
    assert suggest_lr(rates, losses, "tenth") == below / 10
    last = suggest_lr(rates, losses, "last")
    lowest = losses[rates.index(below)]
    assert losses[rates.index(last)] <= 4 * lowest < losses[rates.index(last) + 1]
    assert below <= last
    assert suggest_lr(rates, losses, "steepest") < below


@quick
@given(LOWS, FACTORS, CALM)
def test_steepest_is_numpys_steepest_gradient(low, factor, losses):
    rates = range_test_rates(low, low * factor, len(losses))
    slopes = np.gradient(losses)
    if slopes.min() > -1e-9:
        return
    found = rates.index(suggest_lr(rates, losses, "steepest"))
    assert slopes[found] == pytest.approx(slopes.min(), rel=1e-9)


@pytest.mark.parametrize("rule", RULES)
@quick
@given(CALM, st.integers(-20, 20), st.integers(-20, 20))
def test_only_the_curves_shape_counts(rule, losses, of_rates, of_losses):
    losses = [3.9, *losses, 1.0, 50.0]
    rates = [2.0**i for i in range(len(losses))]
    # Powers of two, which round nothing: equal falls stay equal.
    found = suggest_lr(
        [2.0**of_rates * lr for lr in rates],
        [2.0**of_losses * loss for loss in losses],
        rule,
    )
    assert found == 2.0**of_rates * suggest_lr(rates, losses, rule)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(
    "after", [[9.0, 0.0, 0.0], [math.nan, 0.1, 0.1], [math.inf] * 3, [5.0, 4.0, 0.5]]
)
def test_what_comes_after_the_blow_up_does_not_count(rule, after):
    before = [8.0, 7.5, 3.0, 1.0, 1.1]
    rates = range_test_rates(1e-3, 10.0, 8)
    wanted = {"minimum": rates[3], "tenth": rates[3] / 10, "steepest": rates[2]}
    found = suggest_lr(rates, [*before, *after], rule)
    assert found == (wanted | {"last": rates[4]})[rule]


def test_what_blows_up_is_a_matter_of_the_factor():
    losses = [2.0, 1.0, 2.5, 3.9, 4.1]
    assert [before_blow_up(losses, f) for f in (2, 3, 4, 5)] == [2, 3, 4, 5]
    assert before_blow_up([0.0, 0.0, 1e-9]) == 2


RATES = [0.1, 0.2, 0.3]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: range_test_rates(0, 1, 5), "low must be > 0, got 0"),
        (
            lambda: range_test_rates(0.1, 0.1, 5),
            "high must be above low = 0.1, got 0.1",
        ),
        (lambda: range_test_rates(0.1, math.inf, 5), "high must be a finite"),
        (lambda: range_test_rates(0.1, 1, 1), "n must be ≥ 2, got 1"),
        (lambda: range_test_rates(0.1, 1, 2.5), "n must be a whole number"),
        (lambda: smoothed([1.0], 1.0), "decay must be ≥ 0 and < 1, got 1.0"),
        (lambda: before_blow_up([1.0], 1.0), "factor must be > 1, got 1.0"),
        (lambda: before_blow_up([1.0, -1.0]), r"got losses\[1\] = -1.0"),
        (lambda: before_blow_up([math.nan, 1.0]), "losses must begin with a finite"),
        (
            lambda: suggest_lr(RATES, [3, 2, 1], "best"),
            "rule must be one of minimum, tenth, steepest, last; got 'best'",
        ),
        (
            lambda: suggest_lr(RATES, [3, 2], "tenth"),
            "must be as many as rates, 3, got 2",
        ),
        (lambda: suggest_lr([0.1, 0.2], [3, 2], "tenth"), "rates must be 3 or more"),
        (lambda: suggest_lr([0.1, 0.3, 0.2], [3, 2, 1], "tenth"), "rates must rise"),
        (
            lambda: suggest_lr([0, 0.3, 0.4], [3, 2, 1], "tenth"),
            r"rates\[0\] must be > 0",
        ),
        (lambda: suggest_lr(RATES, [3, 2, 1], "last"), "losses must blow up"),
        (
            lambda: suggest_lr(RATES, [1, 2, 3], "steepest"),
            "losses must fall somewhere",
        ),
        (
            lambda: suggest_lr(RATES, [1, 9, 1], "steepest"),
            "losses must fall somewhere",
        ),
    ],
)
def test_bad_input_says_what_to_do(call, message):
    with pytest.raises(ValueError, match=message):
        call()
