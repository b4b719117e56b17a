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


NUMBERS = {
    "The intercept is 2.526": best[1],
    "tends to 2.5": 2 + 1 / 2,
    "it looks for is not 2 but 2.5": 2 + 1 / 2,
    "variance 1/12 = 0.0833": 1 / 12,
    "The loss starts at 7.511": losses(0.1)[0],
    "cannot fall below 0.0818": floor,
    "near least squares, 3.019": best[0],
    "3.019 and 2.526": best[1],
    "Your hundred points give 0.66": flat,
    "0.66 and 2.00": steep,
    "So we expect 67": predicted_steps(0.1),
    "8 at 0.7 (7.4": predicted_steps(0.7),
    "an error that *grows* by 2.2": 100 * (worst_factor(1.01) - 1),
    "67 and 8: as predicted": counted_steps(0.7),
    "We measured** 67": counted_steps(0.1),
    "67 and 8": counted_steps(0.7),
    "a factor of −1.022": 1 - 1.01 * steep,
    "because the bound is 0.9992": 2 / steep,
    "2/(λ_min + λ_max) = 0.75": 2 / (flat + steep),
    "with the factor 0.50": worst_factor(2 / (flat + steep)),
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
