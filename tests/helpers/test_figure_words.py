"""A figure's words say what its data do, whatever was drawn; no cell has to tell."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from gdhelpers import plots
from gdhelpers.plots import base
from gdhelpers.plots.player import line_player
from gdhelpers.plots.words import MOST, describe, say


def words(figure) -> str:
    return describe(figure if isinstance(figure, Figure) else figure.figure)


def descent(rate, n=7):
    return [3.0 * (1 - 2 * rate) ** t for t in range(n)]


def test_a_descent_that_jumps_is_told_from_one_that_creeps():
    jumps = words(plots.plot_path(descent(0.9)))
    creeps = words(plots.plot_path(descent(0.1)))
    assert "a path of 7 points, from (3, 9) to (0.786, 0.618)" in jumps.casefold()
    assert "across x = 0 6 times" in jumps
    assert "(0.786, 0.618)" in creeps and "across" not in creeps
    grows = words(plots.plot_path(descent(1.1)))
    assert "from (3, 9) to (8.96, 80.2), across x = 0 6 times" in grows


def test_each_run_is_named_with_its_course():
    runs = {f"η = {r}": np.abs(descent(r)) for r in (0.1, 0.5, 0.9, 1.1)}
    said = words(plots.plot_errors(runs))
    assert said.startswith("Distance |θ| to the minimum (logarithmic) by step. ")
    for text in ("η = 0.1: falls from 3 to 0.786.", "η = 1.1: rises from 3 to 8.96."):
        assert text in said
    assert "Written in it" not in said  # every name stands at its line
    both = words(plots.plot_results({n: (x, [0.1] * 7) for n, x in runs.items()}))
    assert "2 panels. Panel 1: Distance to the minimum: |x| (logarithmic)" in both
    assert "Panel 2: Learning rate used: η by iteration. η = 0.1: stays at 0.1." in both


def test_a_wrong_answer_is_told_as_it_is():
    """A text in the cell would say what a right function would have drawn."""
    factor = [1 + 2 * r for r in np.linspace(0, 1, 9)]  # a sign lost
    assert "It rises from 1 to 3" in words(
        plots.plot_factor(np.linspace(0, 1, 9), factor)
    )
    late = [0.1] * 11 + [0.01] * 10
    right = [0.1] * 10 + [0.01] * 11
    said = words(plots.plot_rates(("page", late), ("yours", right)))
    assert "page: falls from 0.1 to 0.01, at 11." in said
    assert "yours: falls from 0.1 to 0.01, at 10." in said


def test_points_are_counted_on_either_side_of_a_line():
    x = np.stack([np.linspace(-1, 1, 40), np.ones(40)], axis=1)
    y = 3 * x[:, 0] + 2.5
    lines = {"below": (3, 2), "above": (3, 3), "flat": (0, 2.5)}
    said = words(plots.plot_lines(x, y, lines))
    assert "below: rises from −1 to 5, all 40 dots above it" in said
    assert "above: rises from 0 to 6, none of the 40 dots above it" in said
    assert "flat: stays at 2.5, 20 of the 40 dots above it" in said


def test_intervals_say_on_which_side_of_zero_they_lie():
    gains = {"cosine": (0.5, 0.2), "step": (0.1, 0.3), "linear": (-0.4, 0.1)}
    said = words(plots.plot_differences(gains))
    assert "cosine: 0.3 to 0.7, above 0." in said
    assert "step: −0.2 to 0.4, across 0." in said
    assert "linear: −0.5 to −0.3, below 0." in said
    assert "Upright line at 0" in said


def test_a_line_with_intervals_is_told_with_them():
    ax = base.finish(base.new_axes(), x="rate", y="accuracy")
    ax.errorbar([0.1, 0.2, 0.4], [92, 94, 93], yerr=[0.5, 0.2, 0.3], label="cosine")
    ax.errorbar([0.1, 0.2, 0.4], [91, 92, 93], yerr=0.1, label="step", capsize=3)
    said = words(ax)
    told = (
        "cosine: goes from 92 to 93, lowest 92 at 0.1, highest 94 at 0.2, ± 0.2 to 0.5."
    )
    assert told in said and "step: rises from 91 to 93, ± 0.1 to 0.1." in said
    assert said.count("cosine") == said.count("step") == 1


def test_bars_steps_and_levels_are_told():
    ax = base.finish(base.new_axes(), x="epoch", y="bad epochs")
    ax.bar(range(4), [0, 1, 2, 0])
    ax.stairs([0.1, 0.1, 0.01], [0, 1, 2, 3], baseline=None, color="#D55E00")
    ax.hlines([5, 4, 3], [0, 1, 2], [1, 2, 3], color="#009E73")
    ax.axhline(1.5)
    say(ax, "The third bar passes the line.")
    said = words(ax)
    for part in (
        "bars: goes from 0 to 0, lowest 0 at 0, highest 2 at 2.",
        "It falls from 0.1 to 0.01, at 2.",
        "It falls from 5 to 3.",
        "Line across at 1.5. The third bar passes the line.",
    ):
        assert part in said


def test_what_is_not_finite_is_said_so():
    ax = base.finish(base.new_axes(), x="step", y="loss")
    ax.plot([1, 10, np.inf, np.nan], label="wild")
    ax.plot([np.nan] * 3, label="nothing")
    ax.plot([1, 2, 1e300], label="far")
    said = words(ax)
    assert "wild: rises from 1 to 10, then leaves the picture." in said
    assert "nothing: nothing that can be shown." in said
    assert "far: rises from 0 to 1e+300, at 2." in said


def test_rounding_is_not_told():
    """It differs from one processor to another, and a lesson's words may not."""
    for noise in (1e-17, -3e-16, 4e-13):
        ax = base.finish(base.new_axes(), x="step", y="loss")
        ax.plot([1, 0.5, noise], label="a")
        ax.plot([2, 2 + noise, 2], label="b")
        assert words(ax) == "Loss by step. a: falls from 1 to 0. b: stays at 2."


@pytest.mark.parametrize("value", [665.5, -2.345, 1.005e-7, 12350.0, 0.9995, 99950.0])
def test_between_two_numbers_every_processor_takes_the_same(value):
    near = [value * (1 + share * 1e-7) for share in (-20, -1, 0, 1, 20)]
    heard = set()
    for y in near:
        ax = base.new_axes()
        ax.plot([0.0, y], label="a")
        heard.add(words(ax))
    assert len(heard) == 1
    assert "−0.01" in words(base.new_axes().plot([0, -0.01])[0].axes)


def test_many_panels_stay_short():
    axes = base.new_grid(4, 4, 8)
    for i, ax in enumerate(axes.flat):
        ax.plot(np.arange(9.0), label="long name of a line" * 3)
        base.finish(ax, f"panel's title {i}", "step", "loss")
    said = words(axes[0][0])
    assert len(said) <= MOST and said.startswith("16 panels.") and said.endswith("…")


def test_a_figure_without_a_text_is_shown_with_its_words(capsys, monkeypatch):
    shown = []
    monkeypatch.setattr(base, "display", lambda data, **how: shown.append((data, how)))
    base.show(plots.plot_errors({"a": descent(0.1)}))
    (png, how), (hidden, _) = shown
    said = (
        "Distance |θ| to the minimum (logarithmic) by step. a: falls from 3 to 0.786."
    )
    assert png["text/plain"] == how["metadata"]["image/png"]["alt"] == said
    assert said in hidden["text/html"]
    base.show(
        plots.plot_errors({"a": descent(0.1)}), alt="thirty characters of my own words"
    )
    assert shown[2][0]["text/plain"] == "thirty characters of my own words"
    with pytest.raises(ValueError, match="30 characters"):
        base.show(base.new_axes())


def test_the_player_says_where_its_lines_go():
    x = np.stack([np.linspace(-1, 1, 5), np.ones(5)], axis=1)
    paths = {"η = 0.1": [(0, 1), (1, 2), (2, 2)], "η = 1": [(0, 1), (3, -1), (0, 3)]}
    html = line_player(x, x[:, 0], paths).data
    assert (
        "η = 0.1: slope rises from 0 to 2; intercept rises from 1 to 2, at 1." in html
    )
    assert "η = 1: slope goes from 0 to 0, lowest 0 at 0, highest 3 at 1" in html


@pytest.mark.parametrize("plot", [plots.plot_guesses, plots.plot_seeds])
def test_dots_scattered_over_a_row_are_told_along_it(plot):
    found = words(plot({"few": [3.0, 1.0, 5.0, 4.0], "many": [2.0, 2.5, 2.2]}))
    assert "few: 4 dots between 1 and 5" in found
    assert "many: 3 dots between 2 and 2.5" in found


def test_dots_of_several_heights_are_told_by_their_heights():
    ax = base.finish(base.new_axes(), x="step", y="loss")
    ax.plot([0, 10, 20], [0.9, 1.1, 1.05], "o", label="mine")
    assert "mine: 3 dots between 0.9 and 1.1" in words(ax)
