"""The numbers in the prose of lesson 09; its runs and its race are made again."""

import re
from statistics import mean, stdev

import nbformat
import pytest
import torch
from prose import ROOT, assert_no_other_decimals, assert_stands, once, prose
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from gdgrader.exercises.reference import load_reference, source_notebook
from gdhelpers import contest, cooldowns
from gdhelpers.averaging import ema_noise
from gdhelpers.contest import CONTESTS, contest_table
from gdhelpers.explorers import cooldown
from gdhelpers.intervals import student_t
from gdhelpers.losses import stationary_variance
from gdhelpers.tuning import SEEDS, STEPS, tuning_table

LESSON = "09_averaging_adamw"
lesson = load_reference(source_notebook(LESSON, ROOT))
AVERAGE = "val_accuracy, EMA 0.99"


@once
def run() -> dict:
    """Run the lesson's own cells, without their figures."""
    names = dict(lesson) | {"show": lambda *figure, **alt: None}
    notebook = nbformat.read(source_notebook(LESSON, ROOT), as_version=4)
    cells = {cell.id: cell.source for cell in notebook.cells}
    for cell in ("code-11", "given-13", "given-34", "given-38", "given-40", "given-42"):
        exec(cells[cell], names)
    return names


def measured(name: str, step: int, metric: str = "val_accuracy") -> list[float]:
    """A run's accuracy after so many steps, one a seed."""
    runs = (run()["branches"] | run()["curves"])[name]
    return [float(r.metrics[metric][step // 30 - 1]) for r in runs]


def after(name: str, step: int, metric: str = "val_accuracy") -> float:
    return mean(measured(name, step, metric))


def interval(a: list[float], b: list[float], level: float = 0.95):
    gains = [x - y for x, y in zip(a, b, strict=True)]
    half = student_t(level, len(gains) - 1) * stdev(gains) / len(gains) ** 0.5
    return mean(gains), half


def lead(name: str, other: str, level: float = 0.95) -> tuple[float, float]:
    return interval(run()["score"][name], run()["score"][other], level)


def gain(start: int) -> tuple[float, float]:
    """A branch's, over the constant run at the step where it leaves."""
    branch = measured(f"from {start}", start + 60)
    return interval(branch, measured("constant 0.4", start))


def ahead(start: int) -> tuple[float, float]:
    """A branch's lead over the constant run at the branch's last step."""
    end = start + 60
    return interval(measured(f"from {start}", end), measured("constant 0.4", end))


def share(lr: float, curvature: float) -> list[float]:
    """What is left of a start at 1 after each of 300 steps without noise."""
    return [(1 - lr * curvature) ** t for t in range(1, 301)]


def tuned(name: str, lr: float, other: float) -> tuple[float, float]:
    by_rate = contest_table()[name]
    return interval(by_rate[lr], by_rate[other])


@once
def raced(name: str) -> float:
    """What lesson 7's race printed, in its worked edition."""
    notebook = nbformat.read(ROOT / "notebooks" / "07_cosine_one_cycle.ipynb", 4)
    said = "".join(
        output.get("text", "")
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
    )
    return float(re.search(rf"^{name} +([\d.]+) ± ", said, re.MULTILINE)[1])


def adams() -> list[tuple[float, float]]:
    return [lead(name, "Adam 0.02") for name in run()["adams"]]


def noise(decay: float) -> float:
    return stationary_variance(0.4, 1.0, 1.0) * ema_noise(decay, 0.4, 1.0)


def slow(decay: float) -> float:
    return stationary_variance(1 - decay, 1.0, 1.0)


def falling() -> float:
    variance = stationary_variance(0.4, 1.0, 1.0)
    for k in range(100):
        lr = 0.4 * (1 - k / 100)
        variance = (1 - lr) ** 2 * variance + lr**2
    return variance


def left(rates: list[float], weight_decay: float) -> float:
    return lesson["shrinkage"](rates, weight_decay)


LINE = [0.03 * (1 - t / 600) for t in range(600)]
AVERAGED = "constant 0.4, averaged"

NUMBERS = {
    "4, 5 and 5.75": lambda: lesson["ema"]([4.0, 8.0, 8.0], 0.75),
    "At η = 0.4 that is 0.25": lambda: stationary_variance(0.4, 1.0, 1.0),
    "d = 0.9 | 0.0441": lambda: noise(0.9),
    "d = 0.9 | 0.0441 | 0.0526": lambda: slow(0.9),
    "d = 0.98 | 0.0097": lambda: noise(0.98),
    "d = 0.98 | 0.0097 | 0.0101": lambda: slow(0.98),
    "d = 0.99 | 0.0049": lambda: noise(0.99),
    "d = 0.99 | 0.0049 | 0.0050": lambda: slow(0.99),
    "falls in 100 steps | 0.0287": falling,
    "half of the plan, it has 93.6": lambda: after("constant 0.4", 300, AVERAGE),
    "where the run has 92.3": lambda: after("constant 0.4", 300),
    "and one-cycle 91.7": lambda: after("one-cycle 0.4", 300),
    "the average is behind, 71.6": lambda: after("constant 0.4", 30, AVERAGE),
    "behind, 71.6 % against 84.2": lambda: after("constant 0.4", 30),
    "Four tenths, 0.406": lambda: left(LINE, 0.1),
    "Four tenths, 0.406 against 0.165": lambda: left([0.03] * 600, 0.1),
    "and not exp(−0.5) = 0.61": lambda: 2.718281828 ** (-0.5),
    "0.25, 0.5, 0.25": lambda: lesson["wsd_lr"](80, 100, 0.5, 10, 40),
    "the run at 0.01 has 0.049": lambda: share(0.01, 1)[-1],
    "left and the average 0.030": lambda: lesson["ema"](share(0.4, 1), 0.99),
    "the run at 0.01 has 0.97": lambda: share(0.01, 0.01)[-1],
    "the run at 0.4 has 0.30": lambda: share(0.4, 0.01)[-1],
    "0.30, and its average 0.47": lambda: lesson["ema"](share(0.4, 0.01), 0.99),
    "on noise alone it is typically 0.23": lambda: (0.1 / 1.9) ** 0.5,
    "They lead it by 1.66": lambda: ahead(120)[0],
    "They lead it by 1.66 ± 0.55": lambda: ahead(120)[1],
    "± 0.55, 1.32": lambda: ahead(300)[0],
    "± 0.55, 1.32 ± 0.33": lambda: ahead(300)[1],
    "± 0.33 and 0.99": lambda: ahead(480)[0],
    "± 0.33 and 0.99 ± 0.35": lambda: ahead(480)[1],
    "warm-up, stable, decay ended at 94.3": lambda: raced("warm-up, stable, decay"),
    "94.3 there, the cosine at 94.1": lambda: raced("cosine"),
    "constant run loses 1.35": lambda: -tuned("Adam constant", 0.06, 0.02)[0],
    "constant run loses 1.35 ± 0.45": lambda: tuned("Adam constant", 0.06, 0.02)[1],
    "and the others none to 0.37": lambda: (
        -tuned("Adam constant, averaged", 0.06, 0.03)[0]
    ),
    "averaged, 0.4 beats 0.2 by 0.37": lambda: tuned("constant, averaged", 0.4, 0.2)[0],
    "beats 0.2 by 0.37 ± 0.21": lambda: tuned("constant, averaged", 0.4, 0.2)[1],
    "only 0.73": lambda: (6000 - 1600) / 5999,
    "the first ends lowest, at 92.8": lambda: after("from 120", 180),
    "the others at 93.6": lambda: after("from 300", 360),
    "the others at 93.6 % and 93.8": lambda: after("from 480", 540),
    "three branches of one run, each 0.98": lambda: min(
        gain(start)[0] for start in (120, 300, 480)
    ),
    "or an average gains 0.67": lambda: min(g for g, _ in adams()),
    "or an average gains 0.67 to 1.21": lambda: max(g for g, _ in adams()),
    "no better than SGD's: −0.08": lambda: lead("Adam 0.02", "constant 0.2")[0],
    "no better than SGD's: −0.08 ± 0.38": lambda: lead("Adam 0.02", "constant 0.2")[1],
    "a straight fall gains 0.80": lambda: lead("Adam linear 0.03", "Adam 0.02")[0],
    "straight fall gains 0.80 ± 0.24": lambda: lead("Adam linear 0.03", "Adam 0.02")[1],
    "warm-up, stable, decay 1.04": lambda: lead("Adam wsd 0.06", "Adam 0.02")[0],
    "stable, decay 1.04 ± 0.19": lambda: lead("Adam wsd 0.06", "Adam 0.02")[1],
    "but over one-cycle 0.12": lambda: lead(AVERAGED, "one-cycle 0.4")[0],
    "over one-cycle 0.12 ± 0.14": lambda: lead(AVERAGED, "one-cycle 0.4")[1],
    "at 0.4 and 0.35": lambda: lead(AVERAGED, "one-cycle 0.8")[0],
    "at 0.4 and 0.35 ± 0.12": lambda: lead(AVERAGED, "one-cycle 0.8")[1],
    "**We measured** 1.31": lambda: lead(AVERAGED, "constant 0.2")[0],
    "**We measured** 1.31 ± 0.34": lambda: lead(AVERAGED, "constant 0.2")[1],
    "rate of SGD, and 1.21": lambda: lead("Adam 0.03, averaged", "Adam 0.02")[0],
    "rate of SGD, and 1.21 ± 0.19": lambda: lead("Adam 0.03, averaged", "Adam 0.02")[1],
    "one-cycle at 0.8 by 0.35": lambda: lead(AVERAGED, "one-cycle 0.8")[0],
    "one-cycle at 0.8 by 0.35 ± 0.12": lambda: lead(AVERAGED, "one-cycle 0.8")[1],
    "not one-cycle at 0.4, 0.12": lambda: lead(AVERAGED, "one-cycle 0.4")[0],
    "not one-cycle at 0.4, 0.12 ± 0.14": lambda: lead(AVERAGED, "one-cycle 0.4")[1],
    "**We measured** 0.51": lambda: lead("schedule-free", "constant 0.2")[0],
    "**We measured** 0.51 ± 0.27": lambda: lead("schedule-free", "constant 0.2")[1],
    "constant rate, and 0.45": lambda: lead("schedule-free", "one-cycle 0.8")[0],
    "constant rate, and 0.45 ± 0.15": lambda: lead("schedule-free", "one-cycle 0.8")[1],
    "at the level 0.9964": lambda: 1 - 0.05 / 14,
}
# Rates, decays and the exercises' own numbers, and the addresses of papers.
GIVEN = ["0.01", "0.02", "0.025", "0.03", "0.05", "0.06", "0.1", "0.15", "0.2", "0.25"]
GIVEN += ["0.3", "0.4", "0.5", "0.8", "0.9", "0.95", "0.98", "0.99", "0.999", "0.001"]
GIVEN += ["12.5", "0.015", "0.75"]
PAPERS = ["1711.05101", "1803.05407", "2405.18392", "2405.15682", "1412.6980"]
PAPERS += ["2404.06395", "1711.00489", "2203.03466", "2301.07733", "2306.06101"]
PAPERS += ["2309.07879"]


@pytest.mark.parametrize("text", NUMBERS)
def test_number(text):
    assert_stands(LESSON, text, NUMBERS[text]())


def test_no_number_without_a_test():
    assert_no_other_decimals(LESSON, NUMBERS, GIVEN + PAPERS)


@pytest.mark.parametrize("decay", [0.9, 0.98, 0.99])
def test_theory_meets_experiment_averages_against_decay(decay):
    """The table of the lesson, against 4000 runs: their mean of squares is known to
    √(2/4000), 2.2 %; four of these."""
    path = run()["path"]
    averaged = lesson["ema"](path([0.4] * 1000), decay)
    at_rest = path([1 - decay] * 1000)[-1]
    assert (averaged**2).mean().item() == pytest.approx(noise(decay), rel=0.09)
    assert (at_rest**2).mean().item() == pytest.approx(slow(decay), rel=0.09)
    assert noise(decay) == pytest.approx((1 - decay) / 2, rel=0.13)
    fallen = path([0.4] * 500 + [0.4 * (1 - k / 100) for k in range(100)])[-1]
    assert (fallen**2).mean().item() == pytest.approx(falling(), rel=0.09)


def test_an_average_is_as_quiet_as_the_rate_1_minus_d_and_quieter_than_the_fall():
    assert "As quiet as 0.01, which is 1 − d; and quieter than the fall" in prose(
        LESSON
    )
    assert noise(0.99) == pytest.approx(slow(0.99), rel=0.03)
    assert 5 * noise(0.99) < falling()


def test_the_average_is_torch_s():
    model = torch.nn.Linear(2, 1)
    average = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.7))
    seen = []
    for i in range(5):
        with torch.no_grad():
            model.weight += i + 1
        seen.append(model.weight.detach().clone())
        average.update_parameters(model)
    assert torch.allclose(average.module.weight, lesson["ema"](seen, 0.7))


def test_the_average_is_ahead_from_step_150_on():
    assert "ahead of the run it is taken of from step 150 on" in prose(LESSON)
    for step in range(150, 601, 30):
        won, half = interval(
            measured("constant 0.4", step, AVERAGE), measured("constant 0.4", step)
        )
        assert won > half, step
    won, half = interval(
        measured("constant 0.4", 600, AVERAGE), measured("one-cycle 0.4", 600)
    )
    assert abs(won) < half and won + half < 0.4  # level, to a tenth or two


def test_what_the_branches_gain_and_where_they_end():
    first, last = (
        [
            a - b
            for a, b in zip(
                measured(f"from {s}", s + 60), measured("constant 0.4", s), strict=True
            )
        ]
        for s in (120, 480)
    )
    won, half = interval(first, last)
    assert won > 2 * half
    won, half = interval(measured("from 300", 360), measured("from 120", 180))
    assert won > 2 * half
    best = max(after("constant 0.4", step) for step in range(30, 601, 30))
    assert after("from 300", 360) > best + 0.3 and after("from 480", 540) > best + 0.3


def test_a_branch_takes_the_same_first_steps():
    trunk = run()["curves"]["constant 0.4"]
    for start in (120, 300, 480):
        for branch, whole in zip(run()["grown"][f"from {start}"], trunk, strict=True):
            assert branch.loss[:start] == pytest.approx(whole.loss[:start], rel=1e-9)


def test_the_verdicts_hold_at_the_level_that_fourteen_intervals_leave():
    assert "There are fourteen of them" in prose(LESSON)
    assert len(run()["pairs"]) == 14
    level = 1 - 0.05 / 14
    off = [pair for pair in run()["pairs"] if abs(lead(*pair)[0]) > lead(*pair)[1]]
    assert len(off) == 5 + 2 + 2 + 2
    for pair in off:
        won, half = lead(*pair, level)
        assert abs(won) > half, pair
    for name in ("constant 0.3, averaged", AVERAGED):
        won, half = lead(name, "one-cycle 0.4")
        assert abs(won) < half


@pytest.mark.parametrize("base", ["constant 0.2", "constant 0.3", "constant 0.4"])
def test_averages_lead_every_constant_rate_that_the_tuning_left(base):
    won, half = lead(AVERAGED, base)
    assert won > 2 * half


def test_what_the_prose_says_of_the_tuning():
    table = contest_table()
    tuned = {n: {lr: mean(v) for lr, v in by.items()} for n, by in table.items()}
    best = {name: max(by, key=by.get) for name, by in tuned.items()}
    assert best == {
        "constant": 0.2, "constant, averaged": 0.4, "Adam constant": 0.02,
        "Adam linear": 0.03, "Adam warm-up, stable, decay": 0.06,
        "Adam constant, averaged": 0.03, "schedule-free": 4.0,
    }  # fmt: skip
    near = {
        name: {lr for lr, v in by.items() if v > by[best[name]] - 0.15}
        for name, by in tuned.items()
    }
    assert near["Adam linear"] == near["Adam warm-up, stable, decay"] == {0.03, 0.06}
    assert near["Adam constant"] == {0.02} and near["schedule-free"] == {4.0}
    assert near["constant"] == {0.2, 0.3, 0.4}
    assert near["constant, averaged"] == {0.3, 0.4}
    assert near["Adam constant, averaged"] == {0.03}
    one = {lr: mean(v) for lr, v in tuning_table()["one-cycle"].items()}
    assert max(one.values()) - one[0.4] < 0.15
    for name, by in table.items():  # none is best at an end of its list
        assert min(by) < best[name] < max(by)


def test_all_were_tuned_alike():
    table = contest_table()
    assert {len(by_rate) for by_rate in table.values()} == {5}
    assert (
        {len(v) for by in table.values() for v in by.values()} == {16} == {len(SEEDS)}
    )
    networks = 16 * sum(len(rates) * len(own) for rates, own in CONTESTS.values())
    assert "The tuning trains 400 networks" in prose(LESSON) and networks == 400
    assert table["constant"] == {
        lr: pytest.approx(v, abs=0.026) for lr, v in tuning_table()["constant"].items()
    }


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "schedule-free"])
def test_the_table_is_what_a_tuning_finds(optimizer):
    """One seed again; an image of 4000 is 0.025 points."""
    found, table = contest.tune(optimizer, [SEEDS[5]], progress=False), contest_table()
    for name, by_rate in found.items():
        for lr, (value,) in by_rate.items():
            assert table[name][lr][5] == pytest.approx(value, abs=0.051), (name, lr)


def test_the_race_trains_as_many_networks_as_it_says():
    assert "160 networks" in prose(LESSON)
    assert 16 * (len(run()["race"]) - len(run()["curves"])) == 160


def test_the_batches_of_the_ramp():
    steps = [200 * 100 / batch for batch in (100, 400, 1600)]
    assert steps == [200, 50, 12.5] and round(sum(steps) + 0.01) == 263
    assert "about 263 steps instead of 600" in prose(LESSON)
    assert [0.4 / b for b in (100, 400, 1600)] == pytest.approx(
        [lr / 100 for lr in (0.4, 0.1, 0.025)]
    )


def test_the_branches_of_the_explorer_are_what_training_finds():
    found = cooldowns.grow([300], [60], progress=False)
    for name, values in found.items():
        end = 360 // cooldowns.EVERY
        assert cooldowns.cooldowns()[name][:end] == pytest.approx(
            values[:end], abs=0.02
        )


def test_the_explorer_s_target_is_reached_in_one_way():
    reached = [
        (start, length)
        for start in cooldowns.STARTS
        for length in cooldowns.LENGTHS
        if cooldown.cooldown_answer(lesson["wsd_lr"], start, length).reached
    ]
    assert reached == [(300, 120)]


def test_wsd_is_the_library_s():
    from gdhelpers.schedules import wsd

    mine = [lesson["wsd_lr"](t, STEPS, 0.4, 60, 120) for t in range(STEPS + 9)]
    theirs = wsd(0.4, STEPS, 60, 120)
    assert mine == pytest.approx([theirs(t) for t in range(STEPS + 9)])
