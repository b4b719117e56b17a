"""Averages of weights against torch.optim.swa_utils, NumPy and closed forms."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from steps import KINDS, SEEDS, SHAPES, as_number, assert_close, drawn
from torch import nn
from torch.optim import swa_utils

from gdhelpers.averaging import (
    ema,
    ema_noise,
    equal_average,
    equal_noise,
    window_average,
)
from gdhelpers.losses import noisy_quadratic

quick = settings(max_examples=25)
STEPS = st.integers(1, 12)
DECAYS = st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0, 1))


class Weights(nn.Module):
    """A model that is nothing but its weights."""

    def __init__(self, w):
        super().__init__()
        self.w = nn.Parameter(w.clone())


def torchs(weights, **how):
    """The averages that an AveragedModel holds after each update."""
    model = Weights(weights[0])
    averaged, path = swa_utils.AveragedModel(model, **how), []
    for w in weights:
        model.w.data = w.clone()
        averaged.update_parameters(model)
        path.append(averaged.module.w.detach().clone())
    return path


def assert_same(ours, theirs, rel=1e-10):
    for mine, wanted in zip(ours, theirs, strict=True):
        assert_close(mine, wanted, rel)


@quick
@given(SHAPES, STEPS, SEEDS, DECAYS)
def test_ema_is_torchs(shape, steps, seed, decay):
    weights = drawn(shape, steps, seed)
    many, one = swa_utils.get_ema_multi_avg_fn(decay), swa_utils.get_ema_avg_fn(decay)
    found = list(ema(weights, decay))
    assert_same(found, torchs(weights, multi_avg_fn=many))
    assert_same(found, torchs(weights, avg_fn=one))


@quick
@given(SHAPES, STEPS, SEEDS)
def test_equal_average_is_torchs_and_numpys(shape, steps, seed):
    weights = drawn(shape, steps, seed)
    found = list(equal_average(weights))
    assert_same(found, torchs(weights))
    # This one of torch's divides in float32, whatever the weights are.
    many = swa_utils.get_swa_multi_avg_fn()
    assert_same(found, torchs(weights, multi_avg_fn=many), rel=1e-5)
    assert_close(found[-1], np.mean([w.numpy() for w in weights], axis=0))


@quick
@given(SHAPES, STEPS, SEEDS, st.integers(1, 15))
def test_window_average_is_the_mean_of_the_last(shape, steps, seed, size):
    weights = drawn(shape, steps, seed)
    found = list(window_average(weights, size))
    rows = [w.numpy() for w in weights]
    wanted = [np.mean(rows[max(0, t - size) : t], axis=0) for t in range(1, steps + 1)]
    assert_same(found, wanted)
    if size >= steps:
        assert_same(found, equal_average(weights))


AVERAGES = {
    "ema": lambda weights: ema(weights, 0.75),
    "equal": equal_average,
    "window": lambda weights: window_average(weights, 2),
}


@pytest.mark.parametrize("name", AVERAGES)
def test_a_run_may_go_on_in_the_same_tensor(name):
    average = AVERAGES[name]
    values = [4.0, 8.0, 0.0, -1.0]
    wanted = list(average(values))
    for kind in KINDS[1:]:
        place = kind(0.0)

        def run(place=place):
            for value in values:
                place[...] = value
                yield place

        found = list(average(run()))
        assert [as_number(w) for w in found] == wanted
        assert all(type(w) is type(place) for w in found)
        assert as_number(place) == values[-1]


@pytest.mark.parametrize("name", AVERAGES)
def test_a_models_weights_leave_their_graph_behind(name):
    weights = nn.Parameter(torch.ones(2))
    found = list(AVERAGES[name]([weights, 2 * weights]))
    assert not any(w.requires_grad for w in found)
    assert weights.requires_grad and found[0].tolist() == [1.0, 1.0]


@pytest.mark.parametrize("name", AVERAGES)
def test_it_is_taken_while_the_run_goes_on(name):
    seen = []

    def run():
        for t in range(100):
            seen.append(t)
            yield float(t)

    averages = AVERAGES[name](run())
    assert seen == []
    assert next(averages) == 0.0
    next(averages)
    assert seen == [0, 1]
    assert list(AVERAGES[name]([])) == []


@quick
@given(st.floats(0.02, 1.98), st.floats(0.1, 10), st.integers(1, 40), st.floats(0, 0.9))
def test_shares_of_the_noise_are_sums_of_covariances(part, curvature, n, decay):
    lr = part / curvature
    a = 1 - lr * curvature

    def variance(shares):
        """Of Σ shareᵢθᵢ, where θ of variance 1 has the covariance a^|i - j|."""
        i = np.arange(len(shares))
        return shares @ (a ** np.abs(i[:, None] - i)) @ shares

    found = equal_noise(n, lr, curvature)
    assert found == pytest.approx(variance(np.full(n, 1 / n)), rel=1e-9)
    fading = (1 - decay) * decay ** np.arange(400)
    assert ema_noise(decay, lr, curvature) == pytest.approx(variance(fading), rel=1e-6)


@pytest.mark.parametrize("decay", [0.0, 0.9, 0.98])
def test_averages_settle_as_theory_says(decay):
    loss = noisy_quadratic(1.0, 1.0, np.random.default_rng(0))

    def run():
        theta = np.zeros(2000)
        for _ in range(400):
            theta = theta - 0.2 * loss.gradient(theta)
            yield theta

    thetas = list(run())
    means = list(ema(thetas, decay))
    raw, averaged = (np.mean([x.var() for x in xs[-100:]]) for xs in (thetas, means))
    assert averaged / raw == pytest.approx(ema_noise(decay, 0.2, 1.0), rel=0.05)
    window = np.mean(thetas[-100:], axis=0)
    assert window.var() / raw == pytest.approx(equal_noise(100, 0.2, 1.0), rel=0.1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ema([1.0], "x"), "decay must be a number, got 'x'"),
        (lambda: ema_noise(0.9, None, 1.0), "lr must be a number, got None"),
        (
            lambda: list(ema([[1.0], [2.0]], 0.5)),
            "must be a number, an array or a tensor, got list",
        ),
        (lambda: ema([1.0], 1.1), r"decay must lie in \[0, 1\], got 1.1"),
        (lambda: ema([1.0], -0.1), r"decay must lie in \[0, 1\], got -0.1"),
        (lambda: window_average([1.0], 0), "size must be a whole number ≥ 1, got 0"),
        (
            lambda: list(ema([np.zeros(2), np.zeros(3)], 0.5)),
            r"weights\[1\] must have the shape of weights\[0\], \(2,\), got \(3,\)",
        ),
        (lambda: list(equal_average([np.zeros(2), 1.0])), r"weights\[1\] must have"),
        (
            lambda: list(window_average([np.zeros(2), np.zeros((2, 1))], 3)),
            r"weights\[1\] must have the shape",
        ),
        (lambda: ema_noise(1.0, 0.1, 1.0), "decay must be ≥ 0 and < 1, got 1.0"),
        (lambda: ema_noise(0.9, 2.0, 1.0), "lr must lie between 0 and 2, got 2.0"),
        (lambda: equal_noise(3, 0.1, 0.0), "curvature must be > 0, got 0.0"),
        (lambda: equal_noise(0, 0.1, 1.0), "n must be a whole number ≥ 1, got 0"),
    ],
)
def test_bad_input_says_what_to_do(call, message):
    with pytest.raises((ValueError, TypeError), match=message):
        call()
