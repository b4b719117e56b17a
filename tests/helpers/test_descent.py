"""Losses against autograd, descent against its closed form."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gdhelpers.descent import descend, follow
from gdhelpers.losses import (
    absolute,
    bowl,
    noisy_quadratic,
    quadratic,
    square,
    stationary_variance,
)
from gdhelpers.schedules import exponential

THETA = st.floats(-100, 100).filter(lambda t: abs(t) > 1e-3)


@given(THETA, st.floats(0.01, 50))
def test_gradients_agree_with_autograd(theta, curvature):
    for loss in (square(), absolute(), quadratic(curvature)):
        x = torch.tensor(theta, dtype=torch.float64, requires_grad=True)
        loss.value(x).backward()
        assert loss.gradient(theta) == pytest.approx(x.grad.item())


def test_bowl_has_the_gradient_of_its_value():
    lam, theta = np.array([1.0, 5.0]), np.array([2.0, -3.0])
    loss, h = bowl(lam), 1e-6
    for i, step in enumerate(np.eye(2) * h):
        slope = (loss.value(theta + step) - loss.value(theta - step)) / (2 * h)
        assert loss.gradient(theta)[i] == pytest.approx(slope)
    assert loss.curvature == 5.0


@given(st.floats(-10, 10), st.floats(0.0, 1.2), st.integers(0, 30))
def test_descent_on_the_square_is_a_power(theta, lr, steps):
    run = descend(square(), lr, theta, steps)
    wanted = theta * (1 - 2 * lr) ** np.arange(steps + 1)
    assert run.theta == pytest.approx(wanted, rel=1e-9, abs=1e-12)
    assert len(run.loss) == steps + 1 and len(run.lr) == run.num_steps == steps


def test_the_rate_recorded_is_the_rate_used():
    run = descend(square(), exponential(0.4, 0.5), 1.0, 3)
    assert run.lr.tolist() == [0.4, 0.2, 0.1]
    assert run.theta[1:] / run.theta[:-1] == pytest.approx(1 - 2 * run.lr)
    assert run.budget == pytest.approx(0.7)


def test_divergence_overflows_instead_of_raising():
    run = descend(square(), 10.0, 1.0, 240)
    assert math.isinf(run.loss[-1]) and math.isfinite(run.theta[-1])
    assert math.isnan(descend(square(), 10.0, 1.0, 400).theta[-1])


def test_noise_comes_from_the_given_generator_and_settles_as_theory_says():
    def spread(seed):
        loss = noisy_quadratic(2.0, 0.5, np.random.default_rng(seed))
        theta = np.zeros(20_000)
        for _ in range(300):
            theta = theta - 0.3 * loss.gradient(theta)
        return theta.var()

    assert spread(1) == spread(1) != spread(2)
    assert spread(1) == pytest.approx(stationary_variance(0.3, 2.0, 0.5), rel=0.03)


def test_any_rule_can_be_followed():
    run = follow(lambda theta, lr: theta - lr, square(), 0.25, 1.0, 4)
    assert run.theta.tolist() == [1.0, 0.75, 0.5, 0.25, 0.0]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: descend(square(), 0.1, 1.0, -3), "num_steps must be ≥ 0, got -3"),
        (lambda: descend(square(), 0.1, math.nan, 3), "initial_theta must be finite"),
        (lambda: descend(square(), math.inf, 1.0, 3), "lr must be a finite number"),
        (lambda: quadratic(0.0), "curvature must be > 0"),
        (lambda: bowl([1.0, -1.0]), "numbers > 0"),
        (lambda: stationary_variance(3.0, 1.0, 1.0), "0 < ηλ < 2"),
        (lambda: noisy_quadratic(1.0, -1.0, None), "noise_std must be ≥ 0"),
    ],
)
def test_bad_input_says_what_to_do(call, words):
    with pytest.raises(ValueError, match=words.replace("(", r"\(")):
        call()
