"""The numbers in the prose of lesson 05, the source's runs and the figures' data."""

import functools

import numpy as np
import pytest
import torch
from prose import ROOT, assert_no_other_decimals, assert_stands, prose
from torch.optim.lr_scheduler import ReduceLROnPlateau, StepLR

from gdgrader.exercises.reference import load_reference, source_notebook
from gdhelpers.data import hold_out, load_mnist
from gdhelpers.plateau import plateau_decisions
from gdhelpers.plots import plot_decisions, plot_steered
from gdhelpers.published_runs import compare, reproduce_source
from gdhelpers.training import train

LESSON = "05_reduce_on_plateau"
lesson = load_reference(source_notebook(LESSON, ROOT))
simulate, optimize = lesson["simulate_plateau"], lesson["optimize"]
METRICS = [1.0, 0.7, 0.72, 0.695, 0.71, 0.71, 0.6, 0.61, 0.6, 0.62, 0.61, 0.5]
rows = plateau_decisions(METRICS, 0.1, patience=1, threshold=0.01, cooldown=2)


def noisy():
    noise = np.random.default_rng(0).normal(0, 0.05, 100)
    return (np.exp(-np.arange(100) / 60) + noise).round(4).tolist()


def drops(patience):
    return len(set(simulate(noisy(), 0.1, factor=0.5, patience=patience))) - 1


def torch_drops(patience):
    sgd = torch.optim.SGD([torch.zeros(1)], lr=0.1)
    scheduler = ReduceLROnPlateau(sgd, factor=0.5, patience=patience)
    rates = []
    for loss in noisy():
        scheduler.step(loss)
        rates.append(sgd.param_groups[0]["lr"])
    return len(set(rates)) - 1


@functools.cache
def source(factor):
    name = f"plateau, factor {factor}"
    return compare(name, reproduce_source(name, num_threads=1))


def images(a, b):
    return 100 * (a - b)


@functools.cache
def steered():
    data = hold_out(load_mnist(), *lesson["split_train_val"](60_000, 10_000, seed=0))
    return train(
        0.1,
        epochs=10,
        data=data,
        monitor="val_accuracy",
        num_threads=1,
        dtype=torch.float64,
        make_scheduler=lambda o: ReduceLROnPlateau(o, "max", factor=0.1, patience=0),
    ).metrics


NUMBERS = {
    "0.695 is the smallest loss so far": lambda: min(METRICS[:4]),
    "It had to be below 0.7 · 0.99 = 0.693": lambda: rows[3].bar,
    "6 drops in place of 76": lambda: drops(0),
    "76 drops with patience 0, 6": lambda: drops(5),
    "torch's own stops at 23": lambda: torch_drops(0),
    "better? 98.04": lambda: source("0.1").accuracy[-1][0],
    "98.04 % against 97.97": lambda: source("0.5").accuracy[-1][0],
    "98.04 % against 97.97 %: 7": lambda: images(
        source("0.1").accuracy[-1][0], source("0.5").accuracy[-1][0]
    ),
    "At epoch 5 the two runs differ by 3": lambda: images(*source("0.5").accuracy[5]),
    "The drop after epoch 7 was for a loss of 4": lambda: images(
        source("0.1").accuracy[6][0], source("0.1").accuracy[7][0]
    ),
    "0.14 points, or 14": lambda: 10_000 * (0.98 * 0.02 / 10_000) ** 0.5,
    "0.14 points": lambda: 100 * (0.98 * 0.02 / 10_000) ** 0.5,
    "the run ends at 98.0": lambda: steered()["test_accuracy"][-1],
    "And now 98.0": lambda: steered()["test_accuracy"][-1],
    "The validation accuracy is lower, 97.7": lambda: steered()["val_accuracy"][-1],
}
# Rates, factors and settings of the examples.
GIVEN = {"0.1", "0.5", "1.05", "0.01", "0.6"}


@pytest.mark.parametrize("text", NUMBERS)
def test_the_number_is_measured(text):
    assert_stands(LESSON, text, float(NUMBERS[text]()))


def test_no_other_number_is_quoted():
    assert_no_other_decimals(LESSON, NUMBERS, GIVEN)


def test_much_patience_sees_through_the_noise():
    assert "none with patience 20" in prose(LESSON)
    assert drops(20) == 0


def test_the_walk_through():
    assert "After epochs 3 and 8." in prose(LESSON)
    assert [i for i, row in enumerate(rows) if row.dropped] == [3, 8]
    assert [row.better for row in rows[3:6]] == [False] * 3
    assert [row.bad for row in rows[3:6]] == [2, 0, 0]  # the rest keeps it at 0
    assert METRICS[8] == rows[7].best and not rows[8].better  # the tie
    rates = simulate(METRICS, 0.1, patience=1, threshold=0.01, cooldown=2)
    assert rates == [row.lr for row in rows]


def test_the_wrong_mode_decays_a_good_run():
    falling = [0.8**epoch for epoch in range(10)]
    assert simulate(falling, 0.1, mode="min", patience=2) == [0.1] * 10
    assert "falls to a tenth every three epochs" in prose(LESSON)
    rates = simulate(falling, 0.1, mode="max", patience=2)
    drops = [i for i in range(1, 10) if rates[i] < rates[i - 1]]
    assert drops == [3, 6, 9]


def test_what_torch_refuses_today():
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=0.1)
    with pytest.raises(TypeError, match="verbose"):
        ReduceLROnPlateau(optimizer, verbose=True)
    with pytest.raises(ValueError, match=r"Factor should be < 1\.0"):
        ReduceLROnPlateau(optimizer, factor=1.0)


def test_the_loss_notices_a_rate_that_is_too_large():
    assert "In the fourth. The first loss is the best" in prose(LESSON)
    x, rates = optimize(
        1.05, 15, lambda o: ReduceLROnPlateau(o, factor=0.5, patience=1)
    )
    assert rates == [1.05] * 3 + [0.525] * 12  # the fourth is the first smaller one
    assert abs(x[-1]) < 1e-6 and abs(optimize(1.05, 15)[0][-1]) > 500
    halved = optimize(1.05, 12, lambda o: StepLR(o, 5, 0.5))[1]
    assert halved == [1.05] * 5 + [0.525] * 5 + [0.2625] * 2


def test_the_source_s_plateau_runs():
    first, second = source("0.1"), source("0.5")
    assert first.reduced_after == ((2, 7, 8, 9), (2, 7, 8, 9))
    for ours, theirs in first.accuracy:
        assert ours == pytest.approx(theirs, abs=0.0101)
    assert second.reduced_after == ((2, 6, 9), (2, 6, 8))
    assert second.reduced_after[0][:2] == second.reduced_after[1][:2] == (2, 6)
    text = prose(LESSON)
    assert "holds up to epoch 6" in text
    assert "drops after epochs 2, 7, 8 and 9" in text
    assert "drops after 2, 6 and 8. Ours drops after 2, 6 and 9" in text


def test_the_validation_set_steers():
    metrics = steered()
    rates = simulate(metrics["val_accuracy"].tolist(), 0.1, mode="max", patience=0)
    assert metrics["lr_after"] == pytest.approx(rates)
    assert (metrics["test_accuracy"] > metrics["val_accuracy"]).sum() >= 8


def test_the_figures_show_every_drop():
    figure = plot_decisions(rows, patience=1)
    assert [t.get_text() for t in figure.axes[2].texts] == [
        "drops to 0.01",
        "drops to 0.001",
    ]
    heights = [bar.get_height() for bar in figure.axes[1].patches]
    assert heights == [row.bad for row in rows]
    ax = plot_steered({"a": [1, 2, 2, 3]}, [0.1, 0.1, 0.05, 0.05])
    assert [(t.get_position()[0], t.get_text()) for t in ax.texts] == [(2.45, "0.05")]
