"""The numbers in the prose of lesson 02."""

import math
import statistics

import numpy as np
import pytest
import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg
from prose import DECIMAL, ROOT, assert_no_other_decimals, assert_stands, prose

from gdgrader.exercises.reference import load_reference, source_notebook
from gdhelpers.descent import descend
from gdhelpers.losses import (
    absolute,
    bowl,
    noisy_quadratic,
    square,
    stationary_variance,
)
from gdhelpers.plots import plot_errors, plot_results
from gdhelpers.schedules import exponential, linear, one_cycle, wsd

LESSON = "02_constant_learning_rate"
lesson = load_reference(source_notebook(LESSON, ROOT))
optimize, steps = lesson["optimize"], lesson["steps_to_tolerance"]


def rescued(gamma):
    return descend(square(), exponential(1.05, gamma), 500.0, 20)


def worked(steps):
    """Where the text's own loop is after so many steps: (x − 4)² from 1 at 0.1."""
    x = 1.0
    for _ in range(steps):
        x -= 0.1 * 2 * (x - 4)
    return x


def kink(rate):
    return abs(descend(absolute(), rate, 5.0, 200).theta[-1])


NUMBERS = {
    "the root of the number, 2/√3 = 1.15": statistics.stdev([2, 4, 6]) / math.sqrt(3),
    "One writes 4 ± 1.15": statistics.stdev([2, 4, 6]) / math.sqrt(3),
    "their number: 8/2 = 4": statistics.variance([2, 4, 6]),
    "a hundredth of it, 0.01": lesson["max_stable_lr"](200.0),
    "both take 21": steps(0.1, 2.0, 0.01),
    "their factors are 0.8": 1 - 2 * 0.1,
    "From 1 to 1.6": worked(1),
    "1.6, 2.08": worked(2),
    "2.08 and 2.464": worked(3),
    "the distance to 4 by 0.8": 1 - 2 * 0.1,
    "20 iterations left 5.8": optimize(0.1)[0][-1],
    "The share is 0.01153": (1 - 2 * 0.1) ** 20,
    "constant rate ends 0.200": kink(0.3),
    "straight line, ends 0.001": kink(linear(0.3, 200)),
    "Theory says 0.3333": stationary_variance(0.5, 1.0, 1.0),
    "0.3333, 0.0526": stationary_variance(0.1, 1.0, 1.0),
    "and 0.0101": stationary_variance(0.02, 1.0, 1.0),
    "at 0.99, x is still 68": abs(rescued(0.99).theta[-1]),
    "the rate only falls to 0.87": rescued(0.99).lr[-1],
    "Faster, 0.5 ends at 7.3": abs(rescued(0.5).theta[-1]),
    "at 7.3 and 0.1 at 424": abs(rescued(0.1).theta[-1]),
    "With Ση = 1.2": rescued(0.1).budget,
    "where 500 became 3364": optimize()[0][-1],
    "still 5.8": optimize(0.1)[0][-1],
    "the minimum, 0.2": kink(0.3),
}
# The source's numbers are float32's: another processor rounds another last digit.
SOURCE = {
    "x is 3363.744384765625 after 20 iterations at 1.05": 1.05,
    "and 5.764606952667236 at 0.1": 0.1,
}
POWERS = {
    "6.1e-10": f"{abs(rescued(0.95).theta[-1]):.1e}",
    "3.9e-11": f"{abs(rescued(0.94).theta[-1]):.1e}",
    "1.5e-07": f"{abs(rescued(0.9).theta[-1]):.1e}",
}
RATES = [
    "1.0",
    "0.01",
    "0.1",
    "0.3",
    "0.4",
    "0.5",
    "0.9",
    "1.05",
    "0.02",
    "500.0",
    "0.94",
    "0.95",
    "0.99",
    "0.05",
    "5.0",
    "0.8",
    "−0.8",
    "3363.745",  # what one other processor gives
]


@pytest.mark.parametrize("text", NUMBERS)
def test_number(text):
    assert_stands(LESSON, text, NUMBERS[text])


@pytest.mark.parametrize("text", SOURCE)
def test_the_source_s_number_to_a_millionth(text):
    assert text in prose(LESSON)
    quoted = float(DECIMAL.findall(text)[0])
    assert optimize(SOURCE[text])[0][-1] == pytest.approx(quoted, rel=1e-6)


@pytest.mark.parametrize("text", POWERS)
def test_power(text):
    assert text in prose(LESSON) and text == POWERS[text]


def test_no_number_without_a_test():
    assert_no_other_decimals(LESSON, [*NUMBERS, *SOURCE, *POWERS], RATES)


def test_what_the_prose_says_of_steps():
    assert steps(0.9, 2.0, 0.01) == steps(0.1, 2.0, 0.01) == 21
    assert steps(0.5, 2.0, 0.01) == 1
    assert steps(1.05, 2.0, 0.01) is None


def test_a_fifth_of_the_rate():
    small, large = (stationary_variance(lr, 1.0, 1.0) for lr in (0.02, 0.1))
    assert large / small == pytest.approx(5, rel=0.1)


def test_a_constant_rate_settles_where_theory_says():
    """The cell's own numbers: within two standard errors of theory."""
    loss = noisy_quadratic(1.0, 1.0, np.random.default_rng(0))
    for lr in (0.5, 0.1, 0.02):
        theta = np.ones(20_000)
        for _ in range(500):
            theta = theta - lr * loss.gradient(theta)
        squares = theta**2
        error = squares.std() / math.sqrt(len(squares))
        wanted = stationary_variance(lr, 1.0, 1.0)
        assert abs(squares.mean() - wanted) < 2 * error < 0.03 * wanted


def test_a_decay_may_be_too_slow_and_too_fast():
    ends = {g: abs(rescued(g).theta[-1]) for g in (0.99, 0.95, 0.9, 0.5, 0.1)}
    assert list(ends) != sorted(ends, key=ends.get)  # the slowest is not the best
    assert ends[0.95] < 1e-9 < ends[0.9] < 1e-6 < ends[0.5] < ends[0.99] < ends[0.1]
    # The winners cross η = 0.5, where a step lands, and have budget left after that.
    for gamma in (0.95, 0.9):
        lr = rescued(gamma).lr
        crossed = int(np.argmax(lr < 0.5))
        assert 5 < crossed < 18 and lr[crossed:].sum() > 1.5
    slow, fast = rescued(0.99).lr, rescued(0.1).lr
    assert slow.min() > 0.5 and fast[1] < 0.5 and fast[1:].sum() < 0.2
    assert abs(1 - 2 * slow[-1]) == pytest.approx(0.75, abs=0.03)  # three quarters


@pytest.mark.parametrize("rate", [0.1, 0.4, 0.9, 1.05])
def test_the_start_does_not_change_the_rate(rate):
    ends = [
        descend(square(), rate, start, 20).theta[-1] / start
        for start in (500.0, 5.0, -0.05)
    ]
    assert ends == pytest.approx([(1 - 2 * rate) ** 20] * 3)


def test_no_constant_rate_beats_the_one_that_lands_but_two_curvatures_change_that():
    """What the lesson says of schedules on a bowl holds in one direction only."""
    assert descend(square(), 0.5, 3.0, 1).theta[-1] == 0
    two = bowl([2 / 3, 2.0])
    start = np.array([4.0, 1.0])
    scheduled = descend(two, lambda t: (0.5, 1.5)[t], start, 2).theta[-1]
    constant = min(
        np.linalg.norm(descend(two, lr, start, 2).theta[-1])
        for lr in np.linspace(0.01, 1, 100)
    )
    assert np.linalg.norm(scheduled) < 1e-12 < 0.5 < constant


def test_large_first_is_the_idea_of_a_decay_and_not_of_every_schedule():
    text = prose(LESSON)
    assert "that is the idea of every *decay*" in text
    assert "lesson 7 has one that begins small" in text
    for schedule in (wsd(1.0, 100, 10, 20), one_cycle(1.0, 100)):
        assert schedule(0) < 0.1 < 0.9 < max(map(schedule, range(100)))


def test_gradients_pile_up():
    x = torch.tensor(1.0, requires_grad=True)
    for wanted in (-6.0, -12.0):
        ((x - 4) ** 2).backward()
        assert x.grad.item() == wanted


def test_the_noise_floor_is_where_the_variance_stays():
    """Whatever rate, curvature and noise: v = (1 − ηλ)²v + η²σ²."""
    for lr, curvature, noise in [(0.1, 1.0, 1.0), (0.3, 2.0, 0.5), (0.05, 30.0, 2.0)]:
        v = stationary_variance(lr, curvature, noise)
        assert (1 - lr * curvature) ** 2 * v + (lr * noise) ** 2 == pytest.approx(v)


def test_recording_the_first_rate_hides_a_scheduler():
    """The fault of the source's template: its plot of the rates would stay flat."""
    x = torch.tensor(500.0, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=1.05)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9)
    used, recorded = [], []
    for _ in range(4):
        optimizer.zero_grad()
        (x**2).backward()
        optimizer.step()
        recorded.append(1.05)  # as the template does
        used.append(optimizer.param_groups[0]["lr"])
        scheduler.step()
    assert len(set(recorded)) == 1 and len(set(used)) == 4


@pytest.mark.parametrize("bad", [{"num_iterations": -1}, {"initial_lr": math.nan}])
def test_bad_input_is_named(bad):
    with pytest.raises(ValueError, match=r"initial_lr must be finite.*got"):
        optimize(**bad)


def test_powers_of_ten_are_plain_characters():
    """TeX labels would double what a figure costs."""
    ax = plot_errors({"few": [1e-3, 1.0], "many": [1e-12, 1e4]})
    labels = ax.yaxis.get_major_formatter().format_ticks([1e-12, 1.0, 1e4])
    assert labels == ["10⁻¹²", "10⁰", "10⁴"]
    narrow = plot_errors({"narrow": [0.2, 0.3]})
    ticks = narrow.yaxis.get_minorticklocs()
    labels = narrow.yaxis.get_minor_formatter().format_ticks(ticks)
    assert "2×10⁻¹" in labels


def outside(figure):
    """The texts that reach beyond a drawn figure, or into the panel above."""
    FigureCanvasAgg(figure).draw()
    found, above = [], figure.bbox.y1
    for ax in figure.axes:
        texts = [ax.title, ax.xaxis.label, ax.yaxis.label, *ax.texts]
        for axis in (ax.xaxis, ax.yaxis):
            low, high = sorted(axis.get_view_interval())
            ticks = axis.get_major_ticks()
            texts += [t.label1 for t in ticks if low <= t.get_loc() <= high]
        seen = [text for text in texts if text.get_visible() and text.get_text()]
        boxes = [(text.get_window_extent(), text) for text in seen]
        for box, text in boxes:
            across = box.x0 >= -0.5 and box.x1 <= figure.bbox.x1
            if not (across and box.y0 >= 0 and box.y1 <= above):
                found.append(text.get_text())
        above = min([ax.bbox.y0, *(box.y0 for box, _ in boxes)])
    return [text for text in found if text]


@pytest.mark.parametrize("name", ["η", "η = 0.1", "a run of a longer name"])
def test_known_margins_hold_all_texts(name):
    falls = [10.0 ** -(k / 1.5) for k in range(21)]
    runs = {name: falls, f"{name} too": [1e250] * 21}
    assert outside(plot_errors(runs).figure) == []
    results = {key: (path, [0.1] * 21) for key, path in runs.items()}
    assert outside(plot_results(results)) == []


def test_the_check_of_margins_sees_a_text_that_is_cut_off():
    ax = plot_errors({"a": [1.0, 0.5]})
    ax.figure.subplots_adjust(left=0.01)
    assert "distance |θ| to the minimum" in outside(ax.figure)
