"""The numbers in the prose of lesson 06, the source's runs and the figures' data."""

from statistics import mean, stdev

import nbformat
import numpy as np
import pytest
import torch
from prose import ROOT, assert_no_other_decimals, assert_stands, once, prose
from torch.optim.lr_scheduler import ReduceLROnPlateau, StepLR

from gdgrader.exercises.reference import load_reference, source_notebook
from gdhelpers.data import hold_out, load_mnist, small_mnist
from gdhelpers.plateau import plateau_decisions
from gdhelpers.plots import plot_decisions, plot_patience, plot_steered
from gdhelpers.published_runs import compare, reproduce_source
from gdhelpers.training import train

LESSON = "06_reduce_on_plateau"
lesson = load_reference(source_notebook(LESSON, ROOT))
simulate, optimize = lesson["simulate_plateau"], lesson["optimize"]
NOTEBOOK = nbformat.read(source_notebook(LESSON, ROOT), as_version=4)
CELLS = {cell.id: cell.source for cell in NOTEBOOK.cells}
METRICS = [1.0, 0.7, 0.72, 0.695, 0.71, 0.71, 0.6, 0.61, 0.6, 0.62, 0.61, 0.5]
rows = plateau_decisions(METRICS, 0.1, patience=1, threshold=0.01, cooldown=2)


def noisy(epochs=100, seed=0):
    noise = np.random.default_rng(seed).normal(0, 0.05, epochs)
    return (np.exp(-np.arange(epochs) / (0.6 * epochs)) + noise).round(4).tolist()


def drops(patience, epochs=100, seed=0):
    rates = simulate(noisy(epochs, seed), 0.1, factor=0.5, patience=patience)
    return len(set(rates)) - 1


def torch_drops(patience, epochs=100, seed=0):
    sgd = torch.optim.SGD([torch.zeros(1)], lr=0.1)
    scheduler = ReduceLROnPlateau(sgd, factor=0.5, patience=patience)
    rates = []
    for loss in noisy(epochs, seed):
        scheduler.step(loss)
        rates.append(sgd.param_groups[0]["lr"])
    return len(set(rates)) - 1


@once
def other_draws():
    """How often patience 5 drops in 500 epochs, for 200 draws of the noise."""
    return [drops(5, 500, seed) for seed in range(200)]


@once
def history(factor):
    return reproduce_source(f"plateau, factor {factor}", num_threads=1)


@once
def source(factor):
    return compare(f"plateau, factor {factor}", history(factor))


def right(factor, epoch):
    """Which test images were right, by what the rule was told after that epoch."""
    return history(factor).metrics["test_right"][600 * (epoch + 1) // 500 - 1]


def only(one, other):
    """How many images `one` has right and `other` wrong."""
    return int((one & ~other).sum())


def apart():
    """The images that one final run has right and the other wrong, either way."""
    first, second = right("0.1", 9), right("0.5", 9)
    return only(first, second), only(second, first)


@once
def easier():
    """Test minus validation accuracy in points, for eight splits."""
    found = []
    for seed in range(8):
        data = small_mnist(n_train=10_000, n_val=20_000, seed=seed)
        run = train(
            0.1, epochs=5, data=data, hidden=32, num_threads=1, dtype=torch.float64
        ).metrics
        found.append(run["test_accuracy"][-1] - run["val_accuracy"][-1])
    return found


def images(a, b):
    return 100 * (a - b)


@once
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
    "</summary 76": lambda: drops(0),
    "76 drops with patience 0, 6": lambda: drops(5),
    "torch's own stops after 23": lambda: torch_drops(0),
    "model of 500 epochs, 68": lambda: drops(5, 500),
    "68 drops with patience 5 (56": lambda: min(other_draws()),
    "(56 to 71": lambda: max(other_draws()),
    "torch's own makes all of its 23": lambda: torch_drops(5, 500),
    "holds** (6": lambda: drops(5),
    "6 drops in place of 76": lambda: drops(0),
    "here 20 leaves 13": lambda: drops(20, 500),
    "50 leaves 3": lambda: drops(50, 500),
    "better? 98.04": lambda: source("0.1").accuracy[-1][0],
    "98.04 % against 97.97": lambda: source("0.5").accuracy[-1][0],
    "98.04 % against 97.97 %: 7": lambda: images(
        source("0.1").accuracy[-1][0], source("0.5").accuracy[-1][0]
    ),
    "At epoch 5 our run and the source's differ by 3": lambda: images(
        *source("0.5").accuracy[5]
    ),
    "Here that is 14": lambda: 10_000 * (0.98 * 0.02 / 10_000) ** 0.5,
    "they disagree on 63": lambda: sum(apart()),
    "63 images only, 35": lambda: apart()[0],
    "35 against 28": lambda: apart()[1],
    "the standard error of the difference is 7.9": lambda: sum(apart()) ** 0.5,
    "was for a loss of 4": lambda: images(
        source("0.1").accuracy[6][0], source("0.1").accuracy[7][0]
    ),
    "loss of 4 images, 18": lambda: only(right("0.1", 6), right("0.1", 7)),
    "18 lost and 14": lambda: only(right("0.1", 7), right("0.1", 6)),
    "the run ends at 98.0": lambda: steered()["test_accuracy"][-1],
    "And now 98.0": lambda: steered()["test_accuracy"][-1],
    "The validation accuracy is lower, 97.7": lambda: steered()["val_accuracy"][-1],
    "there the test set comes out 0.4": lambda: mean(easier()),
    # 2.36 is Student's t for eight splits
    "there the test set comes out 0.4 ± 0.2": lambda: 2.36 * stdev(easier()) / 8**0.5,
}
# Rates, factors and settings of the examples.
GIVEN = {"0.05", "0.1", "0.5", "1.05", "0.01", "0.6", "0.9"}


@pytest.mark.parametrize("text", NUMBERS)
def test_the_number_is_measured(text):
    assert_stands(LESSON, text, float(NUMBERS[text]()))


def test_no_other_number_is_quoted():
    assert_no_other_decimals(LESSON, NUMBERS, GIVEN)


def test_much_patience_sees_through_the_noise():
    assert "none with patience 20" in prose(LESSON)
    assert drops(20) == 0


def test_the_source_s_patience_fails_at_its_own_length():
    """At 500 epochs patience 5 ends where patience 0 does, whatever the noise."""
    assert "as it does with patience 0" in prose(LESSON)
    for seed in range(5):
        assert torch_drops(5, 500, seed) == torch_drops(0, 500, seed) == 23
    assert torch_drops(5) < 10 and torch_drops(20, 500) < 23
    namespace = {}
    exec(CELLS["code-15"].split("with once")[0], namespace)
    for epochs in (100, 500):
        assert namespace["noisy_loss"](epochs) == noisy(epochs)


def test_an_absolute_threshold_does_not_shrink_with_the_loss():
    assert (
        'With `threshold_mode="abs"` torch asks for best − threshold'
        in CELLS["text-14"]
    )
    for metrics, mode, wanted in (
        ([-1.0, -1.0], "rel", 0.1),  # below 0 even a tie is better
        ([-1.0, -1.0], "abs", 0.01),
        ([1.0, 0.85], "abs", 0.1),
        ([0.1, 0.085], "abs", 0.01),  # the same share, but too small now
        ([0.1, 0.085], "rel", 0.1),
    ):
        sgd = torch.optim.SGD([torch.zeros(1)], lr=0.1)
        scheduler = ReduceLROnPlateau(
            sgd, patience=0, threshold=0.1, threshold_mode=mode
        )
        for metric in metrics:
            scheduler.step(metric)
        assert sgd.param_groups[0]["lr"] == pytest.approx(wanted)


def test_the_difference_of_two_runs_is_that_of_the_images_they_disagree_on():
    first, second = right("0.1", 9), right("0.5", 9)
    difference = first.astype(float) - second
    exact = difference.std(ddof=0) * len(first) ** 0.5
    assert exact == pytest.approx(sum(apart()) ** 0.5, rel=0.01)
    one = 10_000 * (0.98 * 0.02 / 10_000) ** 0.5
    assert exact < 0.6 * one  # half of what is right for a single run
    assert abs(difference.sum()) < exact  # "less than one standard error"
    lost, won = (only(right("0.1", a), right("0.1", b)) for a, b in ((6, 7), (7, 6)))
    assert abs(lost - won) < (lost + won) ** 0.5
    names = {"runs": {f: history(f) for f in ("0.1", "0.5")}}
    exec(CELLS["discordant"], names)
    assert (names["only_first"], names["only_second"]) == apart()


def test_the_test_set_is_easier_for_every_split():
    assert min(easier()) > 0
    assert mean(easier()) > 2 * 2.36 * stdev(easier()) / 8**0.5


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
    for patience in (0, 1, 4):
        middle = plot_decisions(rows, patience=patience).axes[1]
        (line,), (name,) = middle.lines[:1], middle.texts
        assert set(line.get_ydata()) == {patience} == {name.xy[1]}
        assert name.get_text() == f"patience {patience}"
    assert max(heights) > 1 == rows[2].bad  # a drop is where a bar passes the line
    ax = plot_steered({"a": [1, 2, 2, 3]}, [0.1, 0.1, 0.05, 0.05])
    assert [(t.get_position()[0], t.get_text()) for t in ax.texts] == [(2.55, "0.05")]


def test_a_hasty_rate_does_not_flatten_the_others():
    rates = {"hasty": [0.1, 1e-3, 1e-24], "calm": [0.1, 0.05, 0.025]}
    ax = plot_patience([1, 2, 3], rates, lowest=5e-4)
    low, high = ax.get_ylim()
    assert low == 5e-4 and high == 0.2
    assert [text.get_text() for text in ax.texts] == ["hasty,\nlater 1e-24", "calm"]
    assert ax.texts[0].xy == (2, 5e-4) and ax.texts[1].xy == (2, 0.025)


def test_no_screen_answers_its_own_question():
    """What is to be predicted stands in no cell that runs; answers are folded."""
    for cell in ("code-04", "code-15", "code-28", "given-30", "given-40"):
        assert "alt=" not in CELLS[cell]
    text = "\n".join(CELLS.values())
    folded = text.count("<summary>Open when you have decided")
    # How the two MNIST runs end is printed, and told after three verdicts.
    assert folded >= text.count("**Predict:**") - 1


def test_a_metric_list_that_was_spoilt_once_is_made_fresh():
    def spoils(metrics, *args, **kwargs):
        rates = simulate(metrics, *args, **kwargs)
        metrics.clear()
        return rates

    names = dict(lesson) | {"show": lambda *figure: None, "simulate_plateau": spoils}
    for again in range(2):
        for cell in ("code-08", "code-15", "code-17"):
            if not again and cell == "code-08":
                exec(CELLS["code-03"], names)
            exec(CELLS[cell], names | {"simulate_plateau": (spoils, simulate)[again]})
    assert names["metrics"] == METRICS
