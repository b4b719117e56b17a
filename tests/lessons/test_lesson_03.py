"""The numbers in the prose of lesson 03, and its figures' parts that can fail."""

import json
import math
import re
from html import unescape
from itertools import pairwise

import pytest
import torch
from prose import ROOT, assert_no_other_decimals, assert_stands

from gdgrader.exercises.reference import load_reference, source_notebook
from gdhelpers.data import noisy_line
from gdhelpers.plots import line_player

LESSON = "03_linear_regression"
lesson = load_reference(source_notebook(LESSON, ROOT))
x, y = noisy_line(n=100, noise="uniform", seed=4)
start = torch.tensor([-1.0, 1.0], dtype=x.dtype)
best = torch.linalg.lstsq(x, y).solution
x_gauss, y_gauss = noisy_line(n=100, noise="gaussian", seed=4)
flat, steep = torch.linalg.eigvalsh(2 / len(x) * x.T @ x).tolist()
floor = lesson["mse"](x @ best, y).item()


def losses(lr, num_steps=100):
    return lesson["fit"](x, y, lr, num_steps, start)[1]


def worst_factor(lr):
    return max(abs(1 - lr * flat), abs(1 - lr * steep))


def predicted_steps(lr):
    return math.log(100) / -math.log(worst_factor(lr))


def counted_steps(lr):
    a, first, t = start, (start - best).norm(), 0
    while (a - best).norm() > first / 100:
        a, t = a - lr * lesson["mse_gradient"](x, y, a), t + 1
    return t


def rises(lr):
    return sum(after > before + 1e-12 for before, after in pairwise(losses(lr)))


def landed(rates):
    """What two steps leave of the first distance."""
    a = start
    for lr in rates:
        a = a - lr * lesson["mse_gradient"](x, y, a)
    return ((a - best).norm() / (start - best).norm()).item()


def chebyshev(low, high, n):
    """The n rates whose largest error over all curvatures in between is smallest."""
    middle, half = (high + low) / 2, (high - low) / 2
    angles = [(2 * k + 1) * math.pi / (2 * n) for k in range(n)]
    return [1 / (middle + half * math.cos(angle)) for angle in angles]


def left_of(rates, low, high):
    """The most that steps of these rates leave of an error, over the curvatures."""
    curvatures = torch.linspace(low, high, 20_001, dtype=torch.float64)
    left = torch.ones_like(curvatures)
    for lr in rates:
        left = left * (1 - lr * curvatures)
    return left.abs().max().item()


KAPPA = steep / flat
BEST_AT_100 = 99 / 101
NUMBERS = {
    "times (3, 2) is 4 · 3 + 1 · 2 = 14": 4 * 3 + 1 * 2,
    "The intercept is 2.526": best[1],
    "tends to 2.5": 2 + 1 / 2,
    "it finds is not 2 but 2.5": 2 + 1 / 2,
    "The loss starts at 7.511": losses(0.1)[0],
    "cannot fall below 0.0818": floor,
    "the variance 1/12 = 0.0833": 1 / 12,
    "near least squares, 3.019": best[0],
    "3.019 and 2.526": best[1],
    "close to the target: with 3.015": lesson["fit"](x, y, 0.1, 100, start)[0][0],
    "with 3.015 and 2.526": lesson["fit"](x, y, 0.1, 100, start)[0][1],
    "beside 3 and 2.5": 2 + 1 / 2,
    "give the curvatures 0.66": flat,
    "0.66 and 2.00": steep,
    "Off the diagonal stands −0.05": (2 / len(x) * x.T @ x)[0, 1],
    "the eigenvalues said: 67.0": predicted_steps(0.1),
    "67.0 and 7.4": predicted_steps(0.7),
    "steep direction grows by 2.2": 100 * (worst_factor(1.01) - 1),
    "**We measured** 67": counted_steps(0.1),
    "67 and 8": counted_steps(0.7),
    "a factor of −1.022": 1 - 1.01 * steep,
    "0.1 needs 9.1": math.log(worst_factor(0.7)) / math.log(worst_factor(0.1)),
    "70 to 8, or 8.75": 70 / 8,
    "because the bound is 0.9992": 2 / steep,
    "beyond the bound 0.9992": 2 / steep,
    "Here that is 0.75": 2 / (flat + steep),
    "and the factor is 0.50": worst_factor(2 / (flat + steep)),
    "than the flattest, here 3.01": KAPPA,
    "At κ = 100 the best one leaves 0.98": BEST_AT_100,
    "a hundredth takes 231": math.ceil(math.log(100) / -math.log(BEST_AT_100)),
    "The rates are 0.50": 1 / steep,
    "0.50 and 1.50": 1 / flat,
    "rounded to two digits, leave 0.2": 100 * landed([0.50, 1.50]),
    "leave at most 0.0033": left_of(chebyshev(1, 100, 32), 1, 100),
    "constant rate leaves 0.527": left_of([2 / 101] * 32, 1, 100),
    "1 − 0.99 · 2.0016": steep,
    "1 − 0.99 · 2.0016 = −0.9816": 1 - 0.99 * steep,
    "by the square, 0.963": (1 - 0.99 * steep) ** 2,
    "the loss rises at 0": rises(0.1) + rises(0.7) + rises(0.99),
    "the loss *falls* for 2": 100 - rises(1.01),
}
# The rates of the source and of the questions.
GIVEN = {"0.1", "0.7", "0.99", "1.01", "2.5"}


@pytest.mark.parametrize("text", NUMBERS)
def test_the_number_is_measured(text):
    assert_stands(LESSON, text, float(NUMBERS[text]))


def test_no_other_number_is_quoted():
    assert_no_other_decimals(LESSON, NUMBERS, GIVEN)


def test_what_the_prose_says_without_numbers():
    assert (y >= 3 * x[:, 0] + 2).all()  # every point lies above the line
    assert torch.linalg.lstsq(x_gauss, y_gauss).solution[1] == pytest.approx(2, abs=0.1)
    assert lesson["max_stable_lr_for"](10 * x) == pytest.approx(0.01 * 2 / steep)
    after = losses(1.01)
    assert after[2] < after[1] < after[0] and all(a < b for a, b in pairwise(after[2:]))


def test_the_lesson_draws_the_points_that_are_measured_here():
    theirs = lesson["problem"]()
    assert all(map(torch.allclose, theirs, (x, y, start)))
    for ours, again in zip(theirs, lesson["problem"](), strict=True):
        assert ours is not again and torch.equal(ours, again)


def test_two_rates_land_where_no_constant_one_does():
    rates = lesson["landing_rates"]([flat, steep])
    assert rates == sorted(rates) and rates[0] < 2 / steep < rates[1]
    assert landed(rates) < 1e-12 and landed(rates[::-1]) < 1e-12
    constant = [landed([lr, lr]) for lr in torch.linspace(0.3, 1, 71).tolist()]
    assert min(constant) > 0.2
    assert landed([2 / (flat + steep)] * 2) == pytest.approx(0.25, abs=0.01)


@pytest.mark.parametrize(
    "curvatures", [[2.0], [0.5, 2.0], [3.0, 1.0, 3.0], [1.0, 4.0, 0.25, 9.0, 4.0]]
)
def test_the_landing_rates_leave_nothing_and_no_error_grows_on_the_way(curvatures):
    left = torch.ones(len(curvatures), dtype=torch.float64)
    rates = lesson["landing_rates"](curvatures)
    assert len(rates) == len(set(curvatures))
    for lr in rates:
        after = left * (1 - lr * torch.tensor(curvatures, dtype=torch.float64))
        assert (after.abs() <= left.abs()).all()
        left = after
    assert left.abs().max() == 0


@pytest.mark.parametrize("kappa", [1.0, 3.0, 100.0])
def test_the_best_constant_rate_and_its_factor(kappa):
    """2/(λ_min + λ_max) with (κ − 1)/(κ + 1): no other rate has a smaller factor."""
    low, high = 0.7, 0.7 * kappa

    def factor(lr):
        return max(abs(1 - lr * low), abs(1 - lr * high))

    best_rate = 2 / (low + high)
    assert factor(best_rate) == pytest.approx((kappa - 1) / (kappa + 1))
    assert all(factor(best_rate * s) >= factor(best_rate) for s in (0.9, 0.99, 1.01))


def test_two_descents_are_nearly_the_hessian():
    """Twice the means of x², x and 1: 2/3, nearly 0 and 2."""
    hessian = 2 / len(x) * x.T @ x
    column = x[:, 0]
    assert hessian[0, 0] == pytest.approx(2 * (column**2).mean())
    assert hessian[0, 0] == pytest.approx(2 / 3, abs=0.01)
    assert (
        hessian[0, 1] == pytest.approx(2 * column.mean()) and abs(hessian[0, 1]) < 0.1
    )
    assert hessian[1, 1] == pytest.approx(2)
    gradient = lesson["mse_gradient"](x, y, start)
    assert torch.allclose(gradient, hessian @ (start - best))


@pytest.mark.parametrize("lr", [0.05, 0.3, 0.5, 0.75, 0.95, 0.998])
def test_the_loss_cannot_rise_at_a_stable_rate(lr):
    assert rises(lr) == 0


@pytest.mark.parametrize("tolerance", [0.5, 0.1, 1e-3, 1e-6])
def test_how_much_slower_0_1_is_than_0_7_does_not_hang_on_the_tolerance(tolerance):
    slow, quick = (math.log(tolerance) / math.log(worst_factor(r)) for r in (0.1, 0.7))
    assert slow / quick == pytest.approx(9.1, abs=0.05)


def test_the_gradient_of_one_point():
    one = torch.tensor([[4.0, 1.0]]), torch.tensor([5.0])
    found = lesson["mse_gradient"](*one, torch.tensor([-1.0, 1.0]))
    assert found.tolist() == [-64.0, -16.0]


@pytest.mark.parametrize("noise", ["uniform", "gaussian"])
def test_fit_ends_at_least_squares(noise):
    x, y = noisy_line(n=100, noise=noise, seed=4)
    a, _ = lesson["fit"](x, y, 0.75, 60, start)
    assert torch.allclose(a, torch.linalg.lstsq(x, y).solution, atol=1e-9)


def test_the_gradient_is_autograd_s():
    a = start.clone().requires_grad_()
    lesson["mse"](x @ a, y).backward()
    assert torch.allclose(lesson["mse_gradient"](x, y, start), a.grad, atol=1e-6)


def test_the_player_carries_the_lines_it_is_given():
    paths = {"slow": [(-1.0, 1.0), (3.0, 2.0)], "fast <b>": [(0.0, 0.0), (1.0, 1.0)]}
    made = line_player(x, y, paths, alt="Two lines that move to the points")
    html = made.data
    assert html == line_player(x, y, paths, "Two lines that move to the points").data
    frames = json.loads(unescape(re.search(r'data-frames="([^"]*)"', html)[1]))
    # The panel shows y from -4 (bottom, 200) to 8 (top, 0) at x = -1 and x = 1.
    assert frames[0] == [[100.0, 133.3], [150.0, 50.0]]
    words = json.loads(unescape(re.search(r'data-words="([^"]*)"', html)[1]))
    assert words[1].startswith("slow: slope 3.00, intercept 2.00; fast <b>: slope 1.00")
    assert "<b>" not in html and html.count('class="fit"') == 2
    with pytest.raises(ValueError, match="one length"):
        line_player(x, y, {"a": [(0, 0)], "b": []}, "Two lines that move to the points")
    with pytest.raises(ValueError, match="30 characters"):
        line_player(x, y, paths, alt="lines")
