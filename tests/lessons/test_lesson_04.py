"""The numbers in the prose of lesson 04, measured."""

import functools
from statistics import mean, stdev

import nbformat
import pytest
import torch
from prose import ROOT, assert_no_other_decimals, assert_stands, prose
from torch.optim import SGD
from torch.optim.lr_scheduler import StepLR

from gdgrader.exercises.reference import load_reference, source_notebook
from gdhelpers.plots import plot_gallery, plot_rates, plot_seeds
from gdhelpers.published_runs import SOURCE_RUNS, compare, reproduce_source
from gdhelpers.scheduler_bugs import BUGS, make_trace

LESSON = "04_step_decay"
STEP_RUNS = [name for name, run in SOURCE_RUNS.items() if run.step_size]
lesson = load_reference(source_notebook(LESSON, ROOT))


def end(gamma):
    return abs(lesson["optimize"](1.05, 20, lambda o: StepLR(o, 5, gamma))[0][-1])


NUMBERS = {
    "It gives about 0.03": 0.1 * 0.1 ** (5 / 10),
    "its second rate, 0.525": 1.05 * 0.5,
    "almost the perfect one, 0.5": 1 / 2,
    "x is still 221": end(0.1),
}
# Rates, factors and quoted settings of the sources and of the questions.
# 2.20 is Student's t for twelve seeds.
GIVEN = {"0.1", "0.9", "0.5", "1.05", "0.96", "0.01", "2.20"}
SOURCE = {
    "last lines differ, 97.36, 97.89 and 97.66": None,
    "part by up to 0.0134": None,
}
EACH, TWO, SLOW = "γ 0.1 every epoch", "γ 0.1 every 2", "γ 0.96 every 2"


@functools.cache
def league() -> dict:
    """Run the lesson's own two cells of the comparison, without their figures."""
    names = dict(lesson) | {"show": lambda *figure, **alt: None}
    notebook = nbformat.read(source_notebook(LESSON, ROOT), as_version=4)
    cells = {cell.id: cell.source for cell in notebook.cells}
    for cell in ("given-34", "given-35"):
        exec(cells[cell], names)
    return names


def accuracy(name="constant 0.1"):
    return league()["accuracies"][name]


def apart(name):
    """The paired difference to the constant rate and half its 95 % interval."""
    return league()["differences"][name]


def losses(name, epoch):
    """Each seed's training loss, the mean over that epoch."""
    return [run.metrics["train_loss"][epoch] for run in league()["runs"][name]]


def faster():
    """How far the first drop lowers the training loss of its epoch, seed by seed."""
    pairs = zip(losses("constant 0.1", 2), losses(TWO, 2), strict=True)
    return [ours - theirs for ours, theirs in pairs]


LEAGUE = {
    "after 5 epochs: 94.6": lambda: mean(accuracy()),
    "after 5 epochs: 94.6 ± 0.3": lambda: stdev(accuracy()),
    "% at a constant rate, 92.3": lambda: mean(accuracy(EACH)),
    "% at a constant rate, 92.3 ± 0.1": lambda: stdev(accuracy(EACH)),
    "with γ = 0.1 every epoch, 93.7": lambda: mean(accuracy(TWO)),
    "with γ = 0.1 every epoch, 93.7 ± 0.2": lambda: stdev(accuracy(TWO)),
    "with γ = 0.1 every 2 epochs, 94.6": lambda: mean(accuracy(SLOW)),
    "with γ = 0.1 every 2 epochs, 94.6 ± 0.3": lambda: stdev(accuracy(SLOW)),
    "γ = 0.1 every epoch ends 2.28": lambda: apart(EACH)[0],
    "γ = 0.1 every epoch ends 2.28 ± 0.18": lambda: apart(EACH)[1],
    "γ = 0.1 every 2 epochs ends 0.89": lambda: apart(TWO)[0],
    "γ = 0.1 every 2 epochs ends 0.89 ± 0.13": lambda: apart(TWO)[1],
    "training loss stops at 0.271": lambda: mean(losses(EACH, 4)),
    "the constant rate reaches 0.169": lambda: mean(losses("constant 0.1", 4)),
    "γ = 0.1 every 2: 0.221": lambda: mean(losses(TWO, 2)),
    "0.221, against 0.229": lambda: mean(losses("constant 0.1", 2)),
}


@pytest.fixture(scope="module")
def found():
    return {
        name: compare(name, reproduce_source(name, num_threads=1)) for name in STEP_RUNS
    }


@pytest.mark.parametrize("text", NUMBERS)
def test_the_number_is_measured(text):
    assert_stands(LESSON, text, NUMBERS[text])


def test_no_other_number_is_quoted():
    assert_no_other_decimals(LESSON, [*NUMBERS, *LEAGUE, *SOURCE], GIVEN)


@pytest.mark.parametrize("text", LEAGUE)
def test_the_number_over_seeds(text):
    assert_stands(LESSON, text, LEAGUE[text]())


def test_the_verdicts_over_seeds():
    for name in (EACH, TWO):
        gain, half = apart(name)
        assert gain < -2 * half  # far from a photo finish
    gain, half = apart(SLOW)
    assert abs(gain) < half / 2
    half = 2.20 * stdev(faster()) / 12**0.5
    assert mean(faster()) > 2 * half


def test_flat_is_not_converged():
    """What the model answers say of γ = 0.1 every epoch, and of the drop that helps."""
    stopped = mean(losses(EACH, 4))
    assert mean(losses(EACH, 2)) - stopped < 0.01
    constant = [mean(losses("constant 0.1", epoch)) for epoch in range(5)]
    assert constant[2] < stopped < constant[1]  # passed in epoch 2
    assert mean(losses(TWO, 2)) - mean(losses(TWO, 3)) < constant[2] - constant[3]
    assert -apart(EACH)[0] > max(stdev(accuracy(name)) for name in league()["runs"])


def test_the_source_s_runs(found):
    for text in SOURCE:
        assert text in prose(LESSON)
    assert "96 or 97 in every line" in prose(LESSON)
    last = [f"{found[name].accuracy[-1][0]:.2f}" for name in STEP_RUNS]
    assert last == ["97.36", "97.89", "97.66"]
    for name in STEP_RUNS[:2]:
        for ours, theirs in found[name].loss:
            assert f"{ours:.4f}" == f"{theirs:.4f}"
    gaps = [abs(ours - theirs) for ours, theirs in found[STEP_RUNS[2]].loss]
    assert max(gaps[:4]) < 1e-5 and f"{max(gaps):.4f}" == "0.0134"
    printed = {value for name in STEP_RUNS for value in SOURCE_RUNS[name].accuracy}
    assert printed == {96, 97}


@pytest.mark.filterwarnings("ignore:Detected call of .lr_scheduler.step")
def test_the_page_s_loop_loses_an_epoch():
    optimizer = SGD([torch.zeros(2, 2, requires_grad=True)], lr=0.1)
    scheduler = StepLR(optimizer, step_size=10, gamma=0.1)
    rates = []
    for _ in range(25):
        scheduler.step()
        rates.append(optimizer.param_groups[0]["lr"])
    ours = [lesson["step_lr"](t, 0.1, 10, 0.1) for t in range(25)]
    assert "**We measured** 9 in its loop" in prose(LESSON)
    assert rates.count(0.1) == 9 and ours.count(0.1) == 10
    assert rates[:-1] == pytest.approx(ours[1:])


def test_a_drop_of_a_half_rescues_best():
    ends = {gamma: end(gamma) for gamma in (0.9, 0.5, 0.1)}
    assert end(1) > 500 and min(ends, key=ends.get) == 0.5
    assert ends[0.5] < 1e-3 * min(ends[0.9], ends[0.1])


def test_the_figures_show_what_they_are_given():
    ax = plot_rates(("early", [1.0, 0.1, 0.1]), ("late", [1.0, 1.0, 0.1]))
    assert [text.get_text() for text in ax.texts] == ["early", "late"]
    assert list(ax.lines[0].get_ydata()) == [1.0, 0.1, 0.1]
    ax = plot_gallery({bug: make_trace(bug) for bug in BUGS})
    titles = [other.get_title() for other in ax.figure.axes]
    assert titles == list(BUGS)
    ax = plot_seeds({"one": [97.0, 98.0], "two": [96.0, 96.0]})
    assert [text.get_text() for text in ax.texts] == ["97.5 ± 0.7", "96.0 ± 0.0"]
