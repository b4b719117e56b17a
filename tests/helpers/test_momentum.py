"""Momentum's steps against torch.optim.SGD, and the source's Nesterov against both."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from steps import (
    KINDS,
    RATES,
    SEEDS,
    SHAPES,
    as_number,
    assert_close,
    drawn,
    torch_path,
)
from torch.optim import SGD

from gdhelpers.losses import bowl
from gdhelpers.momentum import as_torch, momentum_step, nesterov_step

quick = settings(max_examples=25)
MOMENTA = st.one_of(st.just(0.0), st.floats(0, 0.999))


@quick
@given(SHAPES, SEEDS, RATES, MOMENTA, st.floats(-0.5, 1), st.booleans())
def test_a_step_is_torchs(shape, seed, rates, momentum, dampening, nesterov):
    if nesterov:
        dampening = 0.0
    theta, *grads = drawn(shape, len(rates) + 1, seed)
    path, state = torch_path(
        SGD,
        theta,
        grads,
        rates,
        momentum=momentum,
        dampening=dampening,
        nesterov=nesterov and momentum > 0,  # torch refuses it without momentum
    )
    velocity = None
    for grad, lr, wanted in zip(grads, rates, path, strict=True):
        theta, velocity = momentum_step(
            theta, velocity, grad, lr, momentum, nesterov, dampening
        )
        assert_close(theta, wanted)
    if momentum:
        assert_close(velocity, state["momentum_buffer"])


@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_numbers_arrays_and_tensors_step_alike_and_stay_as_they_were(
    momentum, nesterov
):
    found = {}
    for kind in KINDS:
        values = [kind(x) for x in (2.0, -0.7, 3.0)]
        theta, velocity = momentum_step(*values, 0.3, momentum, nesterov)
        assert [as_number(x) for x in values] == [2.0, -0.7, 3.0]
        assert type(theta) is type(velocity) is type(values[0])
        found[type(theta)] = [as_number(theta), as_number(velocity)]
    assert len(found) == 3
    for values in found.values():
        assert values == pytest.approx(found[float], rel=1e-12)


@pytest.mark.parametrize("momentum", [0.0, 0.5])
def test_the_first_velocity_is_no_view_of_the_gradient(momentum):
    grad = torch.ones(2)
    _, velocity = momentum_step(torch.zeros(2), None, grad, 0.1, momentum)
    grad.zero_()
    assert velocity.tolist() == [1.0, 1.0]


BOWLS = st.lists(st.floats(0.1, 5), min_size=1, max_size=3)
FALLING = st.lists(st.floats(1e-3, 0.2), min_size=2, max_size=25)


def starts(curvatures):
    return np.linspace(1.0, 2.0, len(curvatures))


@quick
@given(BOWLS, FALLING, st.floats(0, 0.99))
def test_the_sources_step_is_torchs_seen_from_the_point_ahead(
    curvatures, rates, momentum
):
    gradient = bowl(curvatures).gradient
    theta, velocity = starts(curvatures), np.zeros(len(curvatures))
    for lr in rates:
        ahead, scaled = as_torch(theta, velocity, lr, momentum)
        theta, velocity = nesterov_step(theta, velocity, gradient, lr, momentum)
        wanted = momentum_step(
            ahead, scaled, gradient(ahead), lr, momentum, nesterov=True
        )
        found = as_torch(theta, velocity, lr, momentum)
        assert_close(found[0], wanted[0])
        assert_close(found[1], wanted[1])


def sources_path(curvatures, rates, momentum):
    """The points at which the source takes its gradients."""
    theta, velocity, path = starts(curvatures), np.zeros(len(curvatures)), []
    for lr in rates:
        path.append(theta - momentum * velocity)
        theta, velocity = nesterov_step(
            theta, velocity, bowl(curvatures).gradient, lr, momentum
        )
    return path


@quick
@given(BOWLS, FALLING, st.floats(0.01, 0.99))
def test_runs_agree_where_torchs_velocity_is_scaled_at_each_change(
    curvatures, rates, momentum
):
    p = torch.tensor(starts(curvatures), requires_grad=True)
    optimizer = SGD([p], lr=rates[0], momentum=momentum, nesterov=True)
    before = rates[0]
    for lr, wanted in zip(
        rates, sources_path(curvatures, rates, momentum), strict=True
    ):
        assert_close(p.detach(), wanted, rel=1e-8)
        optimizer.param_groups[0]["lr"] = lr
        if optimizer.state[p]:
            optimizer.state[p]["momentum_buffer"] *= before / lr
        p.grad = torch.tensor(curvatures, dtype=torch.float64) * p.detach()
        optimizer.step()
        before = lr


def test_at_one_rate_the_source_and_torch_take_the_same_gradients_and_else_not():
    def torchs(rates):
        p, path = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True), []
        optimizer = SGD([p], lr=1.0, momentum=0.9, nesterov=True)
        for lr in rates:
            path.append(p.detach().tolist())
            optimizer.param_groups[0]["lr"] = lr
            p.grad = torch.tensor([1.0, 3.0], dtype=torch.float64) * p.detach()
            optimizer.step()
        return path

    steady, dropped = [0.1] * 12, [0.1] * 6 + [0.01] * 6
    for rates, same in ((steady, 12), (dropped, 7)):
        pairs = zip(sources_path([1.0, 3.0], rates, 0.9), torchs(rates), strict=True)
        close = [np.allclose(ours, theirs, atol=1e-12) for ours, theirs in pairs]
        assert close == [True] * same + [False] * (12 - same)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: momentum_step(1.0, None, 1.0, -0.1, 0.9),
            ValueError,
            "lr must be ≥ 0",
        ),
        (
            lambda: momentum_step(1.0, None, 1.0, float("nan"), 0.9),
            ValueError,
            "lr must be a finite number, got nan",
        ),
        (
            lambda: momentum_step(1.0, None, 1.0, "fast", 0.9),
            TypeError,
            "lr must be a number, got 'fast'",
        ),
        (
            lambda: momentum_step(1.0, None, 1.0, 0.1, 1.0),
            ValueError,
            "momentum must be ≥ 0 and < 1, got 1.0",
        ),
        (
            lambda: momentum_step(1.0, None, 1.0, 0.1, 0.9, True, 0.5),
            ValueError,
            "dampening must be 0 with nesterov, got 0.5",
        ),
        (
            lambda: momentum_step(1.0, None, 1.0, 0.1, 0.9, False, float("inf")),
            ValueError,
            "dampening must be a finite",
        ),
        (
            lambda: momentum_step(np.zeros(3), None, np.zeros((3, 1)), 0.1, 0.9),
            ValueError,
            r"grad must have the shape of theta, \(3,\), got \(3, 1\)",
        ),
        (
            lambda: momentum_step(np.zeros(3), np.zeros(2), np.zeros(3), 0.1, 0.9),
            ValueError,
            "velocity must have the shape of theta",
        ),
        (
            lambda: momentum_step([1.0], None, [1.0], 0.1, 0.9),
            TypeError,
            "theta must be a number, an array or a tensor, got list",
        ),
        (
            lambda: nesterov_step(np.zeros(3), 0.0, lambda theta: 1.0, 0.1, 0.9),
            ValueError,
            r"gradient\(theta\) must have the shape of theta",
        ),
        (
            lambda: nesterov_step(1.0, 0.0, lambda theta: theta, 0.1, -0.5),
            ValueError,
            "momentum must be ≥ 0 and < 1, got -0.5",
        ),
        (lambda: as_torch(1.0, 1.0, 0.0, 0.9), ValueError, "lr must be > 0, got 0.0"),
    ],
)
def test_bad_input_says_what_to_do(call, error, message):
    with pytest.raises(error, match=message):
        call()
