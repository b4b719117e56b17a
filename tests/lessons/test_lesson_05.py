"""The numbers in the prose of lesson 05, measured."""

import inspect
import math
import warnings
from statistics import mean, stdev

import nbformat
import numpy as np
import pytest
import torch
from prose import ROOT, assert_no_other_decimals, assert_stands, once, prose
from torch.optim import SGD, lr_scheduler
from torch.optim.lr_scheduler import StepLR

from gdgrader.exercises.reference import load_reference, source_notebook
from gdhelpers.intervals import student_t
from gdhelpers.network import Perceptron
from gdhelpers.plots import plot_gallery, plot_rates, plot_results, plot_seeds
from gdhelpers.published_runs import SOURCE_RUNS, compare, reproduce_source
from gdhelpers.scheduler_bugs import BUGS, make_trace, unnamed_traces

LESSON = "05_step_decay"
STEP_RUNS = [name for name, run in SOURCE_RUNS.items() if run.step_size]
lesson = load_reference(source_notebook(LESSON, ROOT))
NOTEBOOK = nbformat.read(source_notebook(LESSON, ROOT), as_version=4)
CELLS = {cell.id: cell.source for cell in NOTEBOOK.cells}


def run_cells(*ids) -> dict:
    """The names after these cells of the lesson, run without their figures."""
    names = dict(lesson) | {"show": lambda *figure, **alt: None}
    for cell in ids:
        exec(CELLS[cell], names)
    return names


@once
def coasting() -> dict:
    path = run_cells("two-momenta")["momentum_path"]
    return {inside: path(inside)[5:] for inside in (True, False)}


@once
def looking_ahead() -> list[float]:
    """θ after steps 5, 6 and 7 by the tutorial's formula, with its look ahead."""
    theta, v, path = 1.0, 0.0, []
    for lr in [0.02] * 5 + [0.002] * 2:
        v = 0.9 * v + lr * 2 * (theta - 0.9 * v)
        theta = theta - v
        path.append(theta)
    return path[4:]


@once
def five() -> dict:
    """name -> (x_history, lr_history) of the lesson's five schedulers."""
    return run_cells("code-15", "five-rates")["results"]


def end(gamma):
    return abs(lesson["optimize"](1.05, 20, lambda o: StepLR(o, 5, gamma))[0][-1])


NUMBERS = {
    "It gives about 0.03": 0.1 * 0.1 ** (5 / 10),
    "its second rate, 0.525": 1.05 * 0.5,
    "almost the perfect one, 0.5": 1 / 2,
    "x is still 221": end(0.1),
    "larger budget, Ση = 11.0": sum(five()["CosineAnnealingLR"][1]),
    "Ση = 11.0 against 9.2": sum(five()["ExponentialLR"][1]),
    "numbers together are θ, 79510": sum(p.numel() for p in Perceptron().parameters()),
    "endlessly many seeds 1.96": student_t(0.95, 10**5),
    "log 10 = 2.30": math.log(10),
    "on after the drop, 0.522": coasting()[True][0],
    "0.522 → 0.396": coasting()[True][1],
    "0.396 → 0.282": coasting()[True][2],
    "0.282 (with it 0.544": looking_ahead()[0],
    "(with it 0.544 → 0.428": looking_ahead()[1],
    "0.544 → 0.428 → 0.321": looking_ahead()[2],
    "brakes at once: 0.522": coasting()[False][0],
    "0.522 → 0.508": coasting()[False][1],
    "0.508 → 0.493": coasting()[False][2],
    "bound 2/λ = 0.02": 2 / 100,
    # 100 minibatches in each of the three epochs that are left
    "every epoch Ση is 0.11": sum(100 * 0.1 * 0.1**epoch for epoch in (2, 3, 4)),
}
# Rates, factors and quoted settings of the sources and of the questions.
# 2.20 is Student's t for twelve seeds.
GIVEN = {"0.1", "0.9", "0.5", "1.05", "0.96", "0.01", "2.20", "0.25", "0.75"}
GIVEN |= {"0.001", "0.005", "1.1"}
SOURCE = {
    "last lines differ, 97.36, 97.89 and 97.66": None,
    "part by up to 0.013": None,
}
EACH, TWO, SLOW = "γ 0.1 every epoch", "γ 0.1 every 2", "γ 0.96 every 2"


@once
def league() -> dict:
    """Run the lesson's own two cells of the comparison, without their figures."""
    return run_cells("given-34", "given-35")


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
    "after 5 epochs: 92.9": lambda: mean(accuracy()),
    "after 5 epochs: 92.9 ± 0.3": lambda: stdev(accuracy()),
    "% at a constant rate, 90.6": lambda: mean(accuracy(EACH)),
    "% at a constant rate, 90.6 ± 0.2": lambda: stdev(accuracy(EACH)),
    "with γ = 0.1 every epoch, 92.1": lambda: mean(accuracy(TWO)),
    "with γ = 0.1 every epoch, 92.1 ± 0.1": lambda: stdev(accuracy(TWO)),
    "with γ = 0.1 every 2 epochs, 92.9": lambda: mean(accuracy(SLOW)),
    "with γ = 0.1 every 2 epochs, 92.9 ± 0.3": lambda: stdev(accuracy(SLOW)),
    "γ = 0.1 every epoch ends 2.27": lambda: apart(EACH)[0],
    "γ = 0.1 every epoch ends 2.27 ± 0.15": lambda: apart(EACH)[1],
    "γ = 0.1 every 2 epochs ends 0.82": lambda: apart(TWO)[0],
    "γ = 0.1 every 2 epochs ends 0.82 ± 0.18": lambda: apart(TWO)[1],
    "(of the same runs, not printed) stops at 0.328": lambda: mean(losses(EACH, 4)),
    "it stops at a training loss of 0.328": lambda: mean(losses(EACH, 4)),
    "the constant rate reaches 0.225": lambda: mean(losses("constant 0.1", 4)),
    "γ = 0.1 every 2: 0.279": lambda: mean(losses(TWO, 2)),
    "which is 0.012": lambda: mean(faster()),
    "which is 0.012 ± 0.002": lambda: 2.20 * stdev(faster()) / 12**0.5,
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
    assert max(gaps[:4]) < 1e-5 and f"{max(gaps):.3f}" == "0.013"
    printed = {value for name in STEP_RUNS for value in SOURCE_RUNS[name].accuracy}
    assert printed == {96, 97}


def test_training_at_the_page_s_comment_loses_no_epoch_and_its_plot_does():
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # torch has nothing to say against it
        names = run_cells("code-10")
    used, plotted = names["used"], names["plotted"]
    ours = [lesson["step_lr"](t, 0.1, 10, 0.1) for t in range(25)]
    text = prose(LESSON)
    assert "its comment uses 0.1 for 10 epochs: **holds**" in text
    assert "Its plot shows 0.1 for 9 only" in text
    assert used.count(0.1) == 10 and plotted.count(0.1) == 9
    assert used == pytest.approx(ours) and plotted[:-1] == pytest.approx(ours[1:])


def test_torch_warns_of_the_page_s_loop_as_printed():
    assert "torch warns that the optimizer never stepped" in prose(LESSON)
    scheduler = StepLR(SGD([torch.zeros(2, 2)], lr=0.1), step_size=10, gamma=0.1)
    with pytest.warns(UserWarning, match=r"before `optimizer.step\(\)`"):
        scheduler.step()


def test_the_tutorial_s_listing_skips_its_first_rate_today():
    optimizer = SGD([torch.zeros(2, 2)], lr=0.1)
    scheduler, used, printed = StepLR(optimizer, step_size=1, gamma=0.1), [], []
    with warnings.catch_warnings(action="ignore"):
        for _ in range(5):  # its order: the scheduler, the printout, the training
            scheduler.step()
            printed += scheduler.get_lr()
            used.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
    assert "trains its first epoch at 0.01 and prints 0.001" in prose(LESSON)
    assert used[0] == pytest.approx(0.01) and printed[0] == pytest.approx(0.001)


def test_the_images_need_no_gradient():
    assert "the same gradients of the weights without the one" in prose(LESSON)
    model, gradients = torch.nn.Linear(4, 2), []
    for asks in (False, True):
        images = torch.linspace(0, 1, 12).view(3, 4).requires_grad_(asks)
        model.zero_grad()
        model(images).square().sum().backward()
        gradients.append(model.weight.grad.clone())
    assert torch.equal(*gradients)


def test_the_worksheet_s_template_would_plot_a_flat_line():
    assert "its right-hand plot stays flat whatever the scheduler does" in prose(LESSON)
    optimizer = SGD([torch.tensor(500.0, requires_grad=True)], lr=1.05)
    scheduler, noted, used = StepLR(optimizer, 5, 0.5), [], []
    for _ in range(20):
        used.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        noted.append(1.05)  # lr_history.append(initial_lr)
        scheduler.step()
    assert len(set(noted)) == 1 and len(set(used)) == 4


def test_torch_keeps_the_rate_outside_the_velocity():
    for inside, path in coasting().items():
        theta = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
        optimizer = SGD([theta], lr=0.02, momentum=0.9)
        found = []
        for t in range(7):
            optimizer.param_groups[0]["lr"] = 0.02 if t < 5 else 0.002
            optimizer.zero_grad()
            (theta**2).backward()
            optimizer.step()
            found.append(theta.item())
        assert (found[4:] == pytest.approx(path, abs=1e-12)) is not inside


def test_the_exponential_spends_longest_in_the_good_range():
    ends = {name: abs(x[-1]) for name, (x, _) in five().items()}
    assert min(ends, key=ends.get) == "ExponentialLR"
    assert (
        ends["ExponentialLR"] < min(ends[n] for n in ends if n != "ExponentialLR") / 5
    )
    good = {
        n: sum(0.25 <= r <= 0.75 for r in rates) for n, (_, rates) in five().items()
    }
    assert good["ExponentialLR"] == 10 == max(good.values())
    assert all(abs(1 - 2 * rate) <= 0.5 for rate in np.linspace(0.25, 0.75, 11))
    assert ends["CosineAnnealingLR"] > 1000 * ends["ExponentialLR"]
    rates = five()["CosineAnnealingLR"][1]
    assert min(rates[:5]) > 0.9 and max(rates[-4:]) < 0.15


def rates_of(steps: int, make, momentum=0.9):
    optimizer = SGD([torch.zeros(1)], lr=0.1, momentum=momentum)
    scheduler, rates = make(optimizer), []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates, optimizer.param_groups[0]["momentum"]


def test_the_map_has_all_of_torch_s_schedulers():
    made = {
        name
        for name, kind in vars(lr_scheduler).items()
        if inspect.isclass(kind)
        and issubclass(kind, lr_scheduler.LRScheduler)
        and kind.__module__ == lr_scheduler.__name__
        and not name.startswith("_")
    } - {"LRScheduler", "SWALR"}
    text = CELLS["text-map"]
    assert made and {name for name in made if f"`{name}`" not in text} == set()


ENDS = {
    "has none: drops on and on": [
        lambda o: StepLR(o, 5, 0.5),
        lambda o: lr_scheduler.ExponentialLR(o, 0.9),
    ],
    "stays after the last drop": [lambda o: lr_scheduler.MultiStepLR(o, [3, 6])],
    "stays at its last rate": [
        lambda o: lr_scheduler.LinearLR(o, 1.0, 0.2, 20),
        lambda o: lr_scheduler.PolynomialLR(o, 20),
    ],
    "jumps back to the optimizer's rate": [
        lambda o: lr_scheduler.ConstantLR(o, 0.5, 20)
    ],
    "climbs back up": [lambda o: lr_scheduler.CosineAnnealingLR(o, 20)],
    "begins again at the top": [
        lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 20)
    ],
}
AFTER = {  # what the rates of the steps 20 to 39 are like, of those before given
    "has none: drops on and on": lambda way, after: min(after) < min(way),
    "stays after the last drop": lambda way, after: set(after) == {way[-1]},
    "stays at its last rate": lambda way, after: (
        len({f"{r:.9f}" for r in after}) == 1 and after[0] < way[-1]
    ),
    "jumps back to the optimizer's rate": lambda way, after: (
        set(way) == {0.05} and set(after) == {0.1}
    ),
    "climbs back up": lambda way, after: after[0] < 1e-9 and after[-1] > 0.09,
    "begins again at the top": lambda way, after: after == pytest.approx(way),
}


@pytest.mark.parametrize("end", ENDS)
def test_the_end_of_the_way_is_as_the_map_says(end):
    rows = [row for row in CELLS["text-map"].splitlines() if end in row]
    assert len(rows) == 1
    for make in ENDS[end]:
        rates, _ = rates_of(40, make)
        name = type(make(SGD([torch.zeros(1)], lr=0.1))).__name__
        assert f"`{name}`" in rows[0]
        assert AFTER[end](rates[:20], rates[20:]), name


def test_the_rest_of_the_map():
    def cyclic(optimizer):
        return lr_scheduler.CyclicLR(optimizer, 0.01, 0.1, step_size_up=10)

    def one_cycle(optimizer):
        return lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=20)

    rates, momentum = rates_of(45, cyclic)
    assert rates[20:40] == pytest.approx(rates[:20]) and momentum != 0.9
    assert rates_of(15, one_cycle)[1] != 0.9
    with pytest.raises(ValueError, match="total"):
        rates_of(21, one_cycle)
    for kind, grown in (("LambdaLR", 0.1 * 1.1**39), ("MultiplicativeLR", 4.1)):
        function = (lambda t: 1.1**t) if kind == "LambdaLR" else (lambda t: 1.1)
        make = getattr(lr_scheduler, kind)
        assert rates_of(40, lambda o, m=make, f=function: m(o, f))[0][-1] == (
            pytest.approx(grown, rel=0.01)
        )

    def joined(optimizer):
        parts = [StepLR(optimizer, 50), lr_scheduler.ExponentialLR(optimizer, 0.9)]
        return lr_scheduler.SequentialLR(optimizer, parts, milestones=[10])

    def chained(optimizer):
        parts = [StepLR(optimizer, 20, 0.5), lr_scheduler.ExponentialLR(optimizer, 0.9)]
        return lr_scheduler.ChainedScheduler(parts)

    rates, _ = rates_of(40, joined)
    assert rates[39] == pytest.approx(rates[20] * 0.9**19)
    rates, _ = rates_of(40, chained)
    assert rates[39] == pytest.approx(0.1 * 0.5 * 0.9**39)


def stepped(scheduler, optimizer, times):
    for _ in range(times):
        optimizer.step()
        scheduler.step()
    return optimizer.param_groups[0]["lr"]


def test_a_resumed_run_begins_its_schedule_anew_unless_its_state_is_loaded():
    assert "unless you save `scheduler.state_dict()`" in CELLS["text-map"]
    rates = []
    for load in (False, True):
        first = SGD([torch.zeros(1)], lr=0.1)
        whole = StepLR(first, 5, 0.1)
        stepped(whole, first, 7)
        again = SGD([torch.zeros(1)], lr=0.1)
        resumed = StepLR(again, 5, 0.1)
        if load:
            resumed.load_state_dict(whole.state_dict())
            again.load_state_dict(first.state_dict())
        rates.append(stepped(resumed, again, 4))
    assert rates == pytest.approx([0.1, 0.001])  # epoch 4 of a new run; epoch 11


@pytest.mark.parametrize("k", [2, 3, 5])
def test_gathered_gradients_make_fewer_steps_than_planned(k):
    assert "make k times fewer optimizer steps" in CELLS["text-map"]
    lasts = []
    for planned in (60, 60 // k):
        optimizer = SGD([torch.zeros(1)], lr=0.1)
        scheduler = lr_scheduler.LinearLR(optimizer, 1.0, 0.0, planned)
        steps = sum((batch + 1) % k == 0 for batch in range(60))
        lasts.append(stepped(scheduler, optimizer, steps))
    assert lasts == pytest.approx([0.1 * (1 - 1 / k), 0.0])


def test_a_step_that_is_left_out_is_counted_all_the_same():
    assert "leaves a step out where a gradient grew too large" in prose(LESSON)
    theta = torch.zeros(1, requires_grad=True)
    optimizer = SGD([theta], lr=0.1)
    scheduler = lr_scheduler.ExponentialLR(optimizer, 0.5)
    scaler = torch.amp.GradScaler("cpu")
    for gradient in (1.0, math.inf, 1.0):
        optimizer.zero_grad()
        scaler.scale((theta * gradient).sum()).backward()
        scaler.step(optimizer)
        scaler.update()
        scheduler.step()
    assert theta.item() == pytest.approx(-(0.1 + 0.025))  # not 0.05: left out
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.0125)  # three counted


def test_lambda_lr_undoes_what_a_plateau_took_off():
    assert "has taken off beside it is back a step later" in prose(LESSON)
    optimizer = SGD([torch.zeros(1)], lr=0.1)
    by_step = lr_scheduler.LambdaLR(optimizer, lambda t: 1.0)
    plateau = lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.1, patience=0)
    optimizer.step()
    for loss in (1.0, 1.0):
        plateau.step(loss)
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.01)
    by_step.step()
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.1)


def test_a_sequence_refuses_a_plateau():
    assert "`SequentialLR` refuses `ReduceLROnPlateau`" in CELLS["text-map"]
    optimizer = SGD([torch.zeros(1)], lr=0.1)
    parts = [
        lr_scheduler.LinearLR(optimizer, 0.1, 1.0, 3),
        lr_scheduler.ReduceLROnPlateau(optimizer),
    ]
    with pytest.raises(ValueError, match="ReduceLROnPlateau"):
        lr_scheduler.SequentialLR(optimizer, parts, milestones=[3])
    for part in parts:  # one after the other they work
        optimizer.step()
        part.step(*([1.0] if part is parts[1] else []))


def test_which_bowl_the_three_plans_end_in(capsys):
    run_cells("two-bowls")
    printed = [line.split()[-1] for line in capsys.readouterr().out.splitlines()]
    assert printed == ["-1.00", "2.00", "2.00"]  # the narrow one, twice the wide one
    names = run_cells("two-bowls")
    assert all(len(plan) == 200 for plan in names["plans"].values())
    # Still in it at the drop, the run is saved: two steps too large, from nearer by.
    theta = -1 + 1e-4
    for lr in [0.021] * 5 + [0.005] * 100:
        theta = theta - lr * names["slope"](theta)
    assert theta == pytest.approx(-1, abs=1e-6)


def test_what_the_sum_of_rates_says_on_a_bowl():
    text = prose(LESSON)
    assert "with momentum 0.9 about exp(−10 λΣη)" in text
    for curvature, lr, steps in ((0.1, 0.01, 300), (0.02, 0.05, 400), (0.5, 0.01, 50)):
        plain = math.prod([1 - curvature * lr] * steps)
        total = lr * steps
        assert plain == pytest.approx(math.exp(-curvature * total), rel=0.02)
    for curvature, lr, steps in ((0.01, 0.01, 400), (0.02, 0.01, 400)):
        theta = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
        optimizer = SGD([theta], lr=lr, momentum=0.9, nesterov=True)
        for _ in range(steps):
            theta.grad = curvature * theta.detach()
            optimizer.step()
        about = math.exp(-10 * curvature * lr * steps)
        assert theta.item() == pytest.approx(about, rel=0.02)
    assert "where λ is 0.1, nine tenths of the error stay" in text
    assert math.exp(-10 * 0.1 * NUMBERS["every epoch Ση is 0.11"]) == pytest.approx(
        0.9, abs=0.01
    )


def test_no_screen_answers_its_own_question():
    """What is to be predicted stands in no cell that runs; answers are folded."""
    for cell in ("code-11", "code-20", "five-rates", "unnamed", "given-34"):
        assert "alt=" not in CELLS[cell]
    # First the rates alone, and traces without a name; then the cell that tells.
    order = list(CELLS)
    for asks, tells in (("five-rates", "five-schedulers"), ("unnamed", "code-30")):
        assert order.index(tells) == order.index(asks) + 2
    assert "distance=False" in CELLS["five-rates"]
    figure = plot_results(five(), distance=False)
    assert [ax.get_title() for ax in figure.axes] == ["Learning rate used"]
    assert set(run_cells("unnamed")["unnamed"]) == set("ABC")
    assert "spot_the_bug" not in CELLS["unnamed"]
    assert len(unnamed_traces()) == 3
    found = [lesson["spot_the_bug"](trace) for trace in unnamed_traces()]
    assert len(set(found)) == 3 and not any(
        name in CELLS[cell] for name in found for cell in ("unnamed", "code-30")
    )
    predictions = "\n".join(c.source for c in NOTEBOOK.cells).count("**Predict:**")
    text = "\n".join(CELLS.values())
    assert text.count("<summary>Open when you have decided") >= predictions - 1


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
    assert [title.replace("\n", " ") for title in titles] == list(BUGS)
    ax = plot_seeds({"one": [97.0, 98.0], "two": [96.0, 96.0]})
    assert [text.get_text() for text in ax.texts] == ["97.5 ± 0.7", "96.0 ± 0.0"]
