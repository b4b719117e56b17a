"""The numbers in the prose of lesson 08; its trainings are run again."""

import math
from itertools import pairwise
from statistics import mean

import nbformat
import pytest
from prose import ROOT, assert_no_other_decimals, assert_stands, once, prose
from torch.optim import SGD
from torch.optim.lr_scheduler import LinearLR, ReduceLROnPlateau, SequentialLR

from gdgrader.exercises.reference import load_reference, source_notebook
from gdhelpers.edge import edge_table, full_batch, small_task
from gdhelpers.explorers.edge import GOAL
from gdhelpers.intervals import student_t
from gdhelpers.range_test import suggest_lr
from gdhelpers.schedules import constant, warmup_then
from gdhelpers.sharpness import sharpness
from gdhelpers.tuning import tuning_table

LESSON = "08_range_test_warmup"
lesson = load_reference(source_notebook(LESSON, ROOT))
NOTEBOOK = nbformat.read(source_notebook(LESSON, ROOT), as_version=4)
CELLS = {cell.id: cell.source for cell in NOTEBOOK.cells}


@once
def run_cells(*ids) -> dict:
    """The names after these cells of the lesson, run without their figures."""
    names = dict(lesson) | {"show": lambda *figure, **alt: None}
    for cell in ids:
        exec(CELLS[cell], names)
    return names


@once
def printed(*ids) -> str:
    said = []
    names = dict(lesson) | {"show": lambda *figure, **alt: None}
    names["print"] = lambda *words, **how: said.append(" ".join(map(str, words)))
    for cell in ids:
        exec(CELLS[cell], names)
    return "\n".join(said)


def range_test() -> dict:
    return run_cells("code-range-test", "code-three-rules", "given-lengths")


def warmed_up() -> dict:
    return run_cells(
        *("code-range-test", "code-three-rules", "code-warmed"),
        *("given-lengths", "given-warmup"),
    )


def middle(num_steps, rule):
    """The mean of sixteen seeds' logarithms, as a rate."""
    return math.exp(mean(map(math.log, range_test()["found"][num_steps][rule])))


def ends(num_steps, rule):
    found = range_test()["found"][num_steps][rule]
    return min(found), max(found)


@once
def edge() -> dict:
    return run_cells("code-edge")


def lambda_at(theta, gain=0.5):
    loss_fn, _ = small_task(gain)
    theta = theta.clone().requires_grad_()
    return sharpness(lambda: loss_fn(theta), [theta])


@once
def ratios() -> list[float]:
    """λη/2 at 0.3 and at 0.5, every 100 steps from step 200 on."""
    runs = edge()["runs"]
    return [lambda_at(p) * lr / 2 for lr in (0.3, 0.5) for p in runs[lr].thetas[2:]]


@once
def warm(step):
    """The sharpness of the run that warms up to 0.8 from large weights."""
    loss_fn, start = small_task(1.5)
    run = full_batch(loss_fn, start, warmup_then(constant(0.8), 100), 100, every=50)
    return lambda_at(run.thetas[run.steps.index(step)], 1.5)


@once
def curvatures(gain):
    """The largest eigenvalue of a start's Hessian, and the smallest."""
    loss_fn, start = small_task(gain)
    theta = start.clone().requires_grad_()
    return lambda_at(start, gain), -sharpness(lambda: -loss_fn(theta), [theta])


@once
def rising():
    """The warmed run from large weights, kept every ten steps; λη/2 from step 20 on."""
    loss_fn, start = small_task(1.5)
    lr = warmup_then(constant(0.8), 100)
    run = full_batch(loss_fn, start, lr, 200, every=10)
    kept = [(s, t) for s, t in zip(run.steps, run.thetas, strict=True) if s >= 20]
    return run, [lambda_at(theta, 1.5) * lr(step) / 2 for step, theta in kept]


def lag(num_steps):
    """The factor between the rates of a test that lie nine steps apart."""
    rates = lesson["range_test_rates"](0.001, 10.0, num_steps)
    return rates[9] / rates[0]


@once
def slow():
    """λ after 200 steps at a constant 0.07 from large weights."""
    loss_fn, start = small_task(1.5)
    return lambda_at(full_batch(loss_fn, start, 0.07, 200, every=200).thetas[-1], 1.5)


def turning():
    """v · Hv in three rounds of power iteration on curvatures 2 and 10."""
    v, found = [0.6, 0.8], []
    for _ in range(3):
        hv = [2 * v[0], 10 * v[1]]
        found.append(v[0] * hv[0] + v[1] * hv[1])
        v = [value / math.hypot(*hv) for value in hv]
    return found


def score(size, kind, lr):
    return warmed_up()["score"][size, kind, lr]


def gain(size, lr):
    return warmed_up()["gain"][f"weights × {size}, η = {lr}"]


def at(lr):
    return mean(tuning_table()["constant"][lr])


NUMBERS = {
    "The minimum is the largest, 0.62": lambda: range_test()["marks"]["minimum"],
    "its tenth the smallest, 0.06": lambda: range_test()["marks"]["tenth"],
    "the steepest place, at 0.19": lambda: range_test()["marks"]["steepest"],
    "turns up near 0.6": lambda: range_test()["marks"]["minimum"],
    "the steepest place is at 0.163": lambda: middle(120, "steepest"),
    "in 300 at 0.050": lambda: middle(300, "steepest"),
    "minimum goes from 0.88": lambda: middle(120, "minimum"),
    "goes from 0.88 to 0.43": lambda: middle(300, "minimum"),
    "a factor of three, too (0.39": lambda: ends(120, "minimum")[0],
    "(0.39 to 1.24": lambda: ends(120, "minimum")[1],
    "breaks down, from 0.28": lambda: ends(60, "steepest")[0],
    "from 0.28 to 3.92": lambda: ends(60, "steepest")[1],
    "at 0.1, where the tenth is, 92.7": lambda: at(0.1),
    "near the steepest, 93.4": lambda: at(0.2),
    "near the minimum, 86.3": lambda: at(0.8),
    "We measured** 0.088": lambda: middle(120, "tenth"),
    "steepest place, gave 0.163": lambda: middle(120, "steepest"),
    "It rises, from 3.9": lambda: edge()["first"],
    "At 0.1 it reaches 10.0": lambda: lambda_at(edge()["runs"][0.1].thetas[-1]),
    "the line 2/η, 6.7": lambda: 2 / 0.3,
    "2/η, 6.7 and 4.0": lambda: 2 / 0.5,
    "there it stays, 3": lambda: 100 * min(ratios()) - 100,
    "there it stays, 3 to 17": lambda: 100 * max(ratios()) - 100,
    "it ends at 0.025": lambda: edge()["runs"][0.3].losses[-1],
    "at 0.025 and 0.017": lambda: edge()["runs"][0.5].losses[-1],
    "below the 0.043": lambda: edge()["runs"][0.1].losses[-1],
    "above the bound 0.52": lambda: 2 / edge()["first"],
    "a sharpness of 25.6": lambda: lambda_at(small_task(1.5)[1], 1.5),
    "25.6 and a bound of 0.08": lambda: 2 / lambda_at(small_task(1.5)[1], 1.5),
    "at step 50 the sharpness is 5.8": lambda: warm(50),
    "at step 100 3.7": lambda: warm(100),
    "a factor of 4.1": lambda: lag(60),
    "in 60 steps, of 2.0": lambda: lag(120),
    "in 120 and of 1.3": lambda: lag(300),
    "from (0.6, 0.8) it is the 3rd round: 7.12": lambda: turning()[0],
    "3rd round: 7.12, 9.82": lambda: turning()[1],
    "7.12, 9.82, 9.99": lambda: turning()[2],
    "At the two starts below it is not so: 3.9": lambda: curvatures(0.5)[0],
    "3.9 against −0.8": lambda: curvatures(0.5)[1],
    "and 25.6 against": lambda: curvatures(1.5)[0],
    "and 25.6 against −3.0": lambda: curvatures(1.5)[1],
    "by a factor of 1.1": lambda: min(rising()[1]),
    "by a factor of 1.1 to 1.9": lambda: max(rising()[1]),
    "the loss jumps to 7.13": lambda: max(rising()[0].losses),
    "ends at 0.10": lambda: rising()[0].losses[-1],
    "ends at 0.10, from 1.65": lambda: rising()[0].losses[0],
    "with it λ is still 20.8": slow,
    "which leaves each a sixth of the 5 %, it is ± 3.15": lambda: (
        gain(8, 0.4)[1] / 2.20 * student_t(1 - 0.05 / 6, 11)
    ),
    "at lesson 7's level 0.992": lambda: 1 - 0.05 / 6,
    "its 95 % interval: 2.20": lambda: student_t(0.95, 11),
    "from either start: 92.0": lambda: mean(score(1, "plain", 0.1)),
    "92.0 and 92.1": lambda: mean(score(1, "warm", 0.1)),
    "92.1 %, 91.4": lambda: mean(score(8, "plain", 0.1)),
    "91.4 and 91.6": lambda: mean(score(8, "warm", 0.1)),
    "from the usual weights, 94.1": lambda: mean(score(1, "plain", 0.4)),
    "94.1 and 94.2": lambda: mean(score(1, "warm", 0.4)),
    "From the large ones it is 89.7": lambda: mean(score(8, "plain", 0.4)),
    "89.7 and 92.4": lambda: mean(score(8, "warm", 0.4)),
    "a gain of 2.66": lambda: gain(8, 0.4)[0],
    "a gain of 2.66 ± 2.16": lambda: gain(8, 0.4)[1],
    "at that level, too: 1.51": lambda: gain(1, 0.8)[0],
    "at that level, too: 1.51 ± 0.79": lambda: gain(1, 0.8)[1],
    "the large ones 10.3": lambda: gain(8, 0.8)[0],
    "the large ones 10.3 ± 6.5": lambda: gain(8, 0.8)[1],
    "6.5, from 81.7": lambda: mean(score(8, "plain", 0.8)),
    "81.7 to 92.0": lambda: mean(score(8, "warm", 0.8)),
    "the worst ended at 60.0": lambda: min(score(8, "plain", 0.8)),
    "so it begins at 0.133": lambda: 0.4 / 3,
}
# Rates of the runs and of the questions; the target; torch's own settings; addresses.
GIVEN = {
    "7.12",
    "0.001",
    "0.01",
    "0.1",
    "0.2",
    "0.25",
    "0.3",
    "0.4",
    "0.5",
    "0.7",
    "0.8",
}
GIVEN |= {
    "7.12",
    "0.6",
    "0.07",
    "1.5",
    "0.9",
    "1.0",
    "1.2",
    "0.016",
    "0.04",
    "0.08",
    "0.12",
    "0.16",
    "0.36",
}
PAPERS = {"1506.01186", "2103.00065", "1706.02677", "2110.04369"}


@pytest.mark.parametrize("text", NUMBERS)
def test_number(text):
    assert_stands(LESSON, text, NUMBERS[text]())


def test_no_number_without_a_test():
    assert_no_other_decimals(LESSON, NUMBERS, GIVEN | PAPERS)


def test_whole_numbers():
    text = prose(LESSON)
    rates = lesson["range_test_rates"](0.001, 10.0, 121)
    assert sum(lr > 0.999 for lr in rates) == 31 and "31: a quarter" in text
    even = [0.001 + (10 - 0.001) * i / 120 for i in range(121)]
    assert sum(lr >= 1 for lr in even) == 109 and "109 of 121" in text
    assert sum(lr < 0.25 for lr in even) == 3 and "and three below 0.25" in text
    found = turning()
    assert abs(found[1] - 10) > 0.1 > abs(found[2] - 10)
    assert small_task()[1].numel() == 3296 and "3296 × 3296" in text
    runs = edge()["runs"]
    assert [run.rises for run in runs.values()] == [0, 356, 471]
    assert "356 and 471 of the 1000" in text
    assert GOAL == 0.016
    below = sum(v < 90 for v in tuning_table()["constant"][0.8])
    assert below == 5 and "5 of 16 runs below 90" in text


def test_the_curve_is_as_told():
    names = range_test()
    rates, losses = names["rates"], names["losses"][: names["kept"]]
    first, lowest = losses[0], min(losses)
    falls = next(lr for lr, loss in zip(rates, losses, strict=False) if loss < 2.2)
    assert 0.01 < falls < 0.1 and first > 2.2 > lowest
    marks = names["marks"]
    assert marks["tenth"] < marks["steepest"] < marks["minimum"]
    # The line lags: the minibatches themselves fall below a loss at lower rates.
    assert next(
        lr for lr, v in zip(rates, names["test"].loss, strict=True) if v < 1.5
    ) < (next(lr for lr, v in zip(rates, losses, strict=False) if v < 1.5))


def test_a_slower_test_reads_lower_rates_of_every_rule():
    for rule in ("minimum", "tenth", "steepest"):
        fast, slow = (range_test()["found"][n][rule] for n in (120, 300))
        leads = [math.log(a / b) for a, b in zip(fast, slow, strict=True)]
        assert (
            mean(leads)
            > 2.13 * (sum((x - mean(leads)) ** 2 for x in leads) / 240) ** 0.5
        )
    low, high = ends(120, "steepest")
    assert high / low < 2  # the most even of the three at this length
    low, high = ends(120, "minimum")
    assert 2.5 < high / low < 3.5
    assert 2 <= 0.2 / middle(120, "tenth") < 0.4 / middle(120, "tenth") < 5
    assert middle(120, "steepest") < 0.2


def test_the_course_s_own_rule_reads_the_same():
    names = range_test()
    rates, losses = names["rates"][: names["kept"]], names["losses"][: names["kept"]]
    for rule, lr in names["marks"].items():
        assert suggest_lr(rates, losses, rule) == pytest.approx(lr)


def test_the_rates_that_tuning_cannot_tell_apart():
    """Lesson 7's list: 0.2 to 0.4 within a seventh of a point; 0.4 the largest that
    converges with every seed."""
    table = tuning_table()["constant"]
    assert at(0.2) - at(0.4) < 1 / 7 + 0.005 and at(0.3) > at(0.4)
    assert min(table[0.4]) >= 90 > min(table[0.8])


def test_the_sharpness_ends_near_the_line_above_the_bound():
    table = edge_table()
    start = table[0.05]["sharpness"][0]
    for lr in (0.7, 0.8, 1.0):
        row = table[lr]
        assert lr > 2 / start and row["last"] < row["loss"][0]
        assert 1 < row["sharpness"][-1] * lr / 2 < 1.2
    for lr in (1.2, 1.5, 2.0, 3.0):
        assert table[lr]["diverged"] and table[lr]["rises"] <= 6


def test_at_0_1_it_is_still_rising_and_the_loss_falls_in_every_step():
    run = edge()["runs"][0.1]
    assert run.rises == 0
    found = [lambda_at(p) for p in run.thetas]
    assert all(a < b for a, b in pairwise(found)) and found[-1] < 20


def test_the_warm_up_brings_the_sharpness_to_a_seventh():
    assert warm(100) == pytest.approx(lambda_at(small_task(1.5)[1], 1.5) / 7, rel=0.05)
    said = printed("code-warmed")
    assert "diverged without: True" in said and "diverged with a warm-up: False" in said


def test_which_intervals_lie_above_0():
    above = {
        name: lead - half > 0.1 for name, (lead, half) in warmed_up()["gain"].items()
    }
    assert sorted(name for name, gains in above.items() if gains) == [
        "weights × 1, η = 0.8",
        "weights × 8, η = 0.4",
        "weights × 8, η = 0.8",
    ]
    wider = student_t(1 - 0.05 / 6, 11) / 2.20  # what six of them ask for
    certain = [n for n, (a, half) in warmed_up()["gain"].items() if a > wider * half]
    assert certain == ["weights × 1, η = 0.8", "weights × 8, η = 0.8"]
    for name in set(above) - {n for n, gains in above.items() if gains}:
        lead, half = warmed_up()["gain"][name]
        assert lead - half < -0.01 < lead + half, name


def test_a_bad_start_is_not_made_good():
    bad = score(8, "warm", 0.4)
    assert max(bad) < min(score(1, "plain", 0.4) + score(1, "warm", 0.4)) - 0.3
    for lr in (0.1, 0.8):
        assert mean(bad) > mean(score(8, "warm", lr)) + 0.1
        assert mean(bad) > mean(score(8, "plain", lr))


def test_what_torch_does():
    assert printed("code-first-step").splitlines() == [
        "[0.0, 0.08, 0.16, 0.24, 0.32, 0.4, 0.4]",
        "[0.133, 0.187, 0.24, 0.293, 0.347, 0.4, 0.4]",
    ]
    always, in_turn = printed("code-first-step", "code-plateau").splitlines()[2:]
    assert always.endswith("0.4, 0.2, 0.4, 0.2]")
    assert in_turn.endswith("0.4, 0.2, 0.2, 0.1]")
    ways = printed("code-first-step", "code-resume").splitlines()[2:]
    assert [way.endswith("[0.16, 0.12, 0.08, 0.04]") for way in ways] == [
        False,
        False,
        False,
        True,
    ]
    assert "[0.4, 0.36" in ways[0] and "[0.4, 0.12" in ways[1]
    assert "[0.16, 0.36" in ways[2]


def test_what_torch_refuses():
    optimizer = SGD([small_task()[1].requires_grad_()], lr=0.4)
    with pytest.raises(ValueError, match="greater than 0"):
        LinearLR(optimizer, start_factor=0.0)
    both = [LinearLR(optimizer), ReduceLROnPlateau(optimizer)]
    with pytest.raises(ValueError, match="does not support `ReduceLROnPlateau`"):
        SequentialLR(optimizer, both, milestones=[3])


def test_power_iteration_as_told():
    said = printed("code-22").splitlines()
    assert said[0].endswith("10.0]") and said[1].endswith("8.0]")
    said = printed("code-hv").splitlines()
    assert "v · Hv = 7.12" in said[2]


def test_the_function_s_names_are_the_figure_s():
    names = run_cells("code-faults", "code-unnamed")
    found = [lesson["name_the_fault"](run) for run in names["unnamed"].values()]
    assert found == ["none", "planned in batches", "skipped step counted"]
