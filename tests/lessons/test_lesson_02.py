"""The numbers in the prose of lesson 02."""

import math

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from prose import DECIMAL, ROOT, assert_no_other_decimals, assert_stands, prose

from gdgrader.exercises.reference import load_reference, source_notebook
from gdhelpers.descent import descend
from gdhelpers.losses import absolute, noisy_quadratic, square, stationary_variance
from gdhelpers.plots import plot_errors, plot_results
from gdhelpers.schedules import exponential, linear

LESSON = "02_constant_learning_rate"
lesson = load_reference(source_notebook(LESSON, ROOT))
optimize, steps = lesson["optimize"], lesson["steps_to_tolerance"]


def rescued(gamma):
    return descend(square(), exponential(1.05, gamma), 500.0, 20)


def kink(rate):
    return abs(descend(absolute(), rate, 5.0, 200).theta[-1])


NUMBERS = {
    "a hundredth of it, 0.01": lesson["max_stable_lr"](200.0),
    "Both take 21": steps(0.1, 2.0, 0.01),
    "their factors are 0.8": 1 - 2 * 0.1,
    "constant rate ends 0.200": kink(0.3),
    "straight line, ends 0.001": kink(linear(0.3, 200)),
    "Theory says 0.3333": stationary_variance(0.5, 1.0, 1.0),
    "0.3333, 0.0526": stationary_variance(0.1, 1.0, 1.0),
    "and 0.0101": stationary_variance(0.02, 1.0, 1.0),
    "0.017": abs(rescued(0.8).theta[-1]),
    "0.017, 7.3": abs(rescued(0.5).theta[-1]),
    "and 424": abs(rescued(0.1).theta[-1]),
    "with Ση = 1.2": rescued(0.1).budget,
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
    "1.5e-07": f"{abs(rescued(0.9).theta[-1]):.1e}",
}
RATES = [
    "0.01",
    "0.1",
    "0.3",
    "0.4",
    "0.5",
    "0.9",
    "1.05",
    "0.02",
    "500.0",
    "0.95",
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
    loss = noisy_quadratic(1.0, 1.0, np.random.default_rng(0))
    for lr in (0.5, 0.1, 0.02):
        theta = np.ones(20_000)
        for _ in range(500):
            theta = theta - lr * loss.gradient(theta)
        wanted = stationary_variance(lr, 1.0, 1.0)
        assert theta.var() == pytest.approx(wanted, rel=0.03)


def test_slowest_decay_ends_nearest():
    ends = [abs(rescued(g).theta[-1]) for g in (0.95, 0.9, 0.8, 0.5, 0.1)]
    assert ends == sorted(ends)


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
    """The texts that reach beyond a drawn figure, or into the next panel."""
    FigureCanvasAgg(figure).draw()
    ends = [ax.yaxis.label.get_window_extent().x0 for ax in figure.axes[1:]]
    found = []
    for ax, start, end in zip(
        figure.axes, [0, *ends], [*ends, figure.bbox.x1], strict=True
    ):
        texts = [ax.title, ax.xaxis.label, ax.yaxis.label, *ax.texts]
        for axis in (ax.xaxis, ax.yaxis):
            low, high = sorted(axis.get_view_interval())
            ticks = axis.get_major_ticks()
            texts += [t.label1 for t in ticks if low <= t.get_loc() <= high]
        for text in texts:
            box = text.get_window_extent()
            across = start - 0.5 <= box.x0 and box.x1 <= end
            if not (across and box.y0 >= 0 and box.y1 <= figure.bbox.y1):
                found.append(text.get_text())
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
