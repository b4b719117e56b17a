"""Adam's and AdamW's steps against torch.optim."""

import math

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
from torch.optim import Adam, AdamW

from gdhelpers.adam import AdamState, adam_step, adamw_step, shrinkage

quick = settings(max_examples=25)
BETAS = st.tuples(st.floats(0, 0.999), st.floats(0, 0.9999))
DECAYS = st.one_of(st.just(0.0), st.floats(0, 1))
EPS = st.floats(1e-10, 1e-2)


@pytest.mark.parametrize(("step", "oracle"), [(adam_step, Adam), (adamw_step, AdamW)])
@quick
@given(SHAPES, SEEDS, RATES, BETAS, EPS, DECAYS)
def test_a_step_is_torchs(step, oracle, shape, seed, rates, betas, eps, decay):
    how = {"betas": betas, "eps": eps, "weight_decay": decay}
    theta, *grads = drawn(shape, len(rates) + 1, seed)
    path, kept = torch_path(oracle, theta, grads, rates, **how)
    state = AdamState()
    for grad, lr, wanted in zip(grads, rates, path, strict=True):
        theta, state = step(theta, state, grad, lr, **how)
        assert_close(theta, wanted, rel=1e-9)
    assert state.step == kept["step"] == len(rates)
    assert_close(state.mean, kept["exp_avg"])
    assert_close(state.square, kept["exp_avg_sq"])


@pytest.mark.parametrize(("step", "oracle"), [(adam_step, Adam), (adamw_step, AdamW)])
def test_the_defaults_are_torchs(step, oracle):
    theta, *grads = drawn((3,), 6, seed=1)
    path, _ = torch_path(oracle, theta, grads, [0.1] * 5)
    state = AdamState()
    for grad, wanted in zip(grads, path, strict=True):
        theta, state = step(theta, state, grad, 0.1)
        assert_close(theta, wanted)


@pytest.mark.parametrize("step", [adam_step, adamw_step])
def test_numbers_arrays_and_tensors_step_alike_and_stay_as_they_were(step):
    found = {}
    for kind in KINDS:
        start, grads = kind(2.0), [kind(3.0), kind(-0.5)]
        first, state = step(start, AdamState(), grads[0], 0.1, weight_decay=0.5)
        kept = [as_number(x) for x in state]
        theta, last = step(first, state, grads[1], 0.1, weight_decay=0.5)
        assert [as_number(x) for x in (start, *grads)] == [2.0, 3.0, -0.5]
        assert [as_number(x) for x in state] == kept
        assert type(theta) is type(last.mean) is type(last.square) is type(start)
        found[type(theta)] = [as_number(x) for x in (theta, *last)]
    assert len(found) == 3
    for values in found.values():
        assert values == pytest.approx(found[float], rel=1e-12)


@quick
@given(st.floats(1e-3, 1e3), st.booleans(), BETAS, st.floats(1e-4, 1))
def test_the_first_step_is_as_long_as_the_rate(size, down, betas, lr):
    grad = -size if down else size
    theta, _ = adam_step(0.0, AdamState(), grad, lr, betas, eps=1e-12)
    assert theta == pytest.approx(-math.copysign(lr, grad), rel=1e-6)


@quick
@given(SEEDS, RATES, st.floats(0.01, 1))
def test_adamws_decay_keeps_out_of_the_moments_and_adams_does_not(seed, rates, decay):
    theta, *grads = drawn((2,), len(rates) + 1, seed)
    states = {
        "plain": AdamState(),
        "decoupled": AdamState(),
        "in the gradient": AdamState(),
    }
    thetas = dict.fromkeys(states, theta)
    for grad, lr in zip(grads, rates, strict=True):
        for name, step, wd in (
            ("plain", adam_step, 0.0),
            ("decoupled", adamw_step, decay),
            ("in the gradient", adam_step, decay),
        ):
            thetas[name], states[name] = step(
                thetas[name], states[name], grad, lr, weight_decay=wd
            )
    assert states["decoupled"].mean.tolist() == states["plain"].mean.tolist()
    assert states["in the gradient"].mean.tolist() != states["plain"].mean.tolist()


@quick
@given(RATES, st.floats(0, 1))
def test_shrinkage_is_what_adamw_does_without_a_gradient(rates, decay):
    theta, state = 5.0, AdamState()
    for lr in rates:
        theta, state = adamw_step(theta, state, 0.0, lr, decay)
    assert theta == pytest.approx(5.0 * shrinkage(rates, decay), rel=1e-12, abs=1e-300)
    path, _ = torch_path(
        AdamW,
        torch.tensor(5.0, dtype=torch.float64),
        [torch.zeros((), dtype=torch.float64)] * len(rates),
        rates,
        weight_decay=decay,
    )
    assert path[-1].item() == pytest.approx(theta, rel=1e-12, abs=1e-300)


START = AdamState()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: adam_step(1.0, START, 1.0, -1), ValueError, "lr must be ≥ 0, got -1"),
        (lambda: adamw_step(1.0, START, 1.0, math.inf), ValueError, "lr must be a fin"),
        (
            lambda: adam_step(1.0, START, 1.0, 0.1, (1.0, 0.9)),
            ValueError,
            r"betas\[0\] must be ≥ 0 and < 1, got 1.0",
        ),
        (
            lambda: adam_step(1.0, START, 1.0, 0.1, (0.9, -0.1)),
            ValueError,
            r"betas\[1\] must be ≥ 0 and < 1, got -0.1",
        ),
        (lambda: adam_step(1.0, START, 1.0, 0.1, eps=0), ValueError, "eps must be > 0"),
        (
            lambda: adam_step(1.0, START, 1.0, 0.1, weight_decay=-1),
            ValueError,
            "weight_decay must be ≥ 0, got -1",
        ),
        (
            lambda: adamw_step(1.0, START, 1.0, 0.1, -1),
            ValueError,
            "weight_decay must be ≥ 0, got -1",
        ),
        (
            lambda: adam_step(np.zeros(2), START, np.zeros((2, 1)), 0.1),
            ValueError,
            "grad must have the shape of theta",
        ),
        (
            lambda: adam_step(1.0, AdamState(1, np.zeros(2), 0.0), 1.0, 0.1),
            ValueError,
            "state.mean must have the shape of theta",
        ),
        (
            lambda: adam_step(1.0, AdamState(1, 0.0, np.zeros(2)), 1.0, 0.1),
            ValueError,
            "state.square must have the shape of theta",
        ),
        (
            lambda: shrinkage([0.1, -0.1], 0.5),
            ValueError,
            r"rates\[1\] must be ≥ 0, got -0.1",
        ),
        (lambda: shrinkage([0.1], -0.5), ValueError, "weight_decay must be ≥ 0"),
    ],
)
def test_bad_input_says_what_to_do(call, error, message):
    with pytest.raises(error, match=message):
        call()
