"""Bounds, factors and floors of momentum: closed forms against the steps themselves."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdhelpers.losses import stationary_variance
from gdhelpers.momentum import momentum_step
from gdhelpers.stability import contraction, max_stable_lr_momentum, noise_floor

quick = settings(max_examples=30)
CURVATURES = st.floats(0.01, 100)
MOMENTA = st.one_of(st.just(0.0), st.floats(0, 0.99))
BOTH = st.booleans()


def as_matrix(lr, curvature, momentum, nesterov):
    """One step on λθ²/2 as (θ, v) → M(θ, v) + nξ, from the step itself."""
    columns = [
        momentum_step(theta, velocity, curvature * theta, lr, momentum, nesterov)
        for theta, velocity in ((1.0, 0.0), (0.0, 1.0))
    ]
    noise = momentum_step(0.0, 0.0, 1.0, lr, momentum, nesterov)
    return np.array(columns).T, np.array(noise)


@quick
@given(CURVATURES, MOMENTA, BOTH, st.floats(0, 1.5))
def test_the_factor_is_the_steps_largest_eigenvalue(
    curvature, momentum, nesterov, part
):
    lr = part * max_stable_lr_momentum(curvature, momentum, nesterov)
    step, _ = as_matrix(lr, curvature, momentum, nesterov)
    largest = np.abs(np.linalg.eigvals(step)).max()
    found = contraction(lr, curvature, momentum, nesterov)
    assert found == pytest.approx(
        largest, abs=2e-6
    )  # a double root has half the digits


@quick
@given(CURVATURES, MOMENTA, BOTH)
def test_at_the_bound_the_factor_is_1(curvature, momentum, nesterov):
    bound = max_stable_lr_momentum(curvature, momentum, nesterov)
    at = [
        contraction(part * bound, curvature, momentum, nesterov)
        for part in (0.99, 1, 1.01)
    ]
    assert at[0] < 1 - 1e-4 and at[1] == pytest.approx(1) and at[2] > 1 + 1e-4


@quick
@given(CURVATURES, st.floats(0.01, 0.99))
def test_the_heavy_ball_allows_more_and_nesterov_less(curvature, momentum):
    nesterov, plain, heavy = (
        max_stable_lr_momentum(curvature, momentum, nesterov=True),
        max_stable_lr_momentum(curvature, 0.0),
        max_stable_lr_momentum(curvature, momentum),
    )
    assert nesterov < plain < heavy
    assert (
        plain == max_stable_lr_momentum(curvature, 0.0, nesterov=True) == 2 / curvature
    )


def grown(part, curvature, momentum, nesterov):
    """|θ| after a run from θ = 1 at this part of the bound, cut off where huge."""
    lr = part * max_stable_lr_momentum(curvature, momentum, nesterov)
    theta, velocity = 1.0, None
    for _ in range(1500):
        theta, velocity = momentum_step(
            theta, velocity, curvature * theta, lr, momentum, nesterov
        )
        if abs(theta) > 1e6:
            break
    return abs(theta)


@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9, 0.98])
def test_runs_turn_within_one_percent_of_the_bound(momentum, nesterov):
    assert grown(0.99, 2.5, momentum, nesterov) < 1e-3
    assert grown(1.01, 2.5, momentum, nesterov) > 1e3


@quick
@given(CURVATURES, MOMENTA, BOTH, st.floats(0.01, 0.97), st.integers(1, 64))
def test_the_floor_is_the_one_that_a_step_leaves_alone(
    curvature, momentum, nesterov, part, batch_size
):
    lr = part * max_stable_lr_momentum(curvature, momentum, nesterov)
    step, noise = as_matrix(lr, curvature, momentum, nesterov)
    # Lyapunov's equation S = MSMᵀ + nnᵀσ²/B for the covariance of (θ, v).
    added = np.outer(noise, noise) * 0.7**2 / batch_size
    settled = np.linalg.solve(np.eye(4) - np.kron(step, step), added.ravel())
    found = noise_floor(lr, curvature, 0.7, batch_size, momentum, nesterov)
    assert found == pytest.approx(curvature / 2 * settled[0], rel=1e-6)


@quick
@given(CURVATURES, st.floats(0.01, 1.97), st.floats(0, 5), st.integers(1, 64))
def test_without_momentum_it_is_what_lesson_02_knows(curvature, part, sigma, batch):
    lr = part / curvature
    variance = stationary_variance(lr, curvature, sigma / batch**0.5)
    for nesterov in (False, True):
        found = noise_floor(lr, curvature, sigma, batch, nesterov=nesterov)
        assert found == pytest.approx(curvature / 2 * variance, rel=1e-9)
    closed = lr * sigma**2 / (2 * batch * (2 - lr * curvature))
    assert found == pytest.approx(closed, rel=1e-9)


@quick
@given(st.floats(0.1, 0.99), BOTH, st.integers(2, 64))
def test_at_small_rates_only_the_rate_over_batch_and_fading_counts(
    momentum, nesterov, batch
):
    small = 1e-4 * (1 - momentum)
    plain = noise_floor(small, 1.0, 1.0)
    assert noise_floor(batch * small, 1.0, 1.0, batch) == pytest.approx(plain, rel=0.01)
    slowed = noise_floor(small * (1 - momentum), 1.0, 1.0, 1, momentum, nesterov)
    assert slowed == pytest.approx(plain, rel=0.01)


@pytest.mark.parametrize(
    ("lr", "batch_size", "momentum", "nesterov"),
    [
        (0.1, 1, 0.0, False),
        (0.4, 8, 0.0, False),
        (0.1, 8, 0.9, False),
        (0.05, 4, 0.9, True),
    ],
)
def test_minibatches_settle_at_the_floor(lr, batch_size, momentum, nesterov):
    rng = np.random.default_rng(0)
    data = rng.uniform(-1, 1, 500)
    data -= data.mean()  # θ*: the loss is the mean of λ(θ - x)²/2
    curvature, losses = 2.0, []
    theta, velocity = np.zeros(3000), 0.0
    for t in range(200):
        batch = rng.choice(data, (batch_size, len(theta))).mean(axis=0)
        grad = curvature * (theta - batch)
        theta, velocity = momentum_step(theta, velocity, grad, lr, momentum, nesterov)
        if t >= 100:
            losses.append(curvature / 2 * (theta**2).mean())
    sigma = curvature * data.std()
    wanted = noise_floor(lr, curvature, sigma, batch_size, momentum, nesterov)
    assert np.mean(losses) == pytest.approx(wanted, rel=0.05)


def test_a_floor_is_no_more_where_nothing_settles():
    for nesterov in (False, True):
        bound = max_stable_lr_momentum(2.0, 0.9, nesterov)
        with pytest.raises(ValueError, match=f"between 0 and {bound:g}, the largest"):
            noise_floor(bound, 2.0, 1.0, momentum=0.9, nesterov=nesterov)
        near = noise_floor(0.9999 * bound, 2.0, 1.0, 1, 0.9, nesterov)
        assert near > 20 * noise_floor(0.5 * bound, 2.0, 1.0, 1, 0.9, nesterov)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: noise_floor([0.1], 1.0, 1.0), r"lr must be a number, got \[0.1\]"),
        (lambda: max_stable_lr_momentum(0.0, 0.9), "curvature must be > 0, got 0.0"),
        (lambda: max_stable_lr_momentum(1.0, 1.0), "momentum must be ≥ 0 and < 1"),
        (lambda: contraction(-0.1, 1.0), "lr must be ≥ 0, got -0.1"),
        (lambda: contraction(0.1, -1.0), "curvature must be > 0, got -1.0"),
        (lambda: contraction(0.1, 1.0, -0.1), "momentum must be ≥ 0 and < 1"),
        (lambda: noise_floor(0.0, 1.0, 1.0), "lr must lie between 0 and 2, the larg"),
        (lambda: noise_floor(0.1, 1.0, -1.0), "sigma must be ≥ 0, got -1.0"),
        (lambda: noise_floor(0.1, 1.0, 1.0, 0), "batch_size must be a whole number"),
        (lambda: noise_floor(0.1, 1.0, 1.0, 2.5), "batch_size must be a whole number"),
        (lambda: noise_floor(0.1, 1.0, 1.0, 4, 2.0), "momentum must be ≥ 0 and < 1"),
    ],
)
def test_bad_input_says_what_to_do(call, message):
    with pytest.raises((ValueError, TypeError), match=message):
        call()
