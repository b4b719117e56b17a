"""The numbers in the prose of lesson 07; its tuning and its race are run again."""

import json
from itertools import combinations
from statistics import correlation, mean, stdev

import nbformat
import numpy as np
import pytest
import torch
from prose import ROOT, assert_no_other_decimals, assert_stands, once, prose
from torch.optim.lr_scheduler import (
    CosineAnnealingLR,
    CosineAnnealingWarmRestarts,
    LinearLR,
    OneCycleLR,
)

from gdgrader.exercises.reference import load_reference, source_notebook
from gdhelpers import schedules, tuning
from gdhelpers.history import History
from gdhelpers.intervals import student_t
from gdhelpers.plots import plot_differences, plot_race, plot_tuning
from gdhelpers.plots.many_runs import LOOKS
from gdhelpers.tuning import ENTRANTS, RATES, SEEDS, STEPS, tuning_table

LESSON = "07_cosine_one_cycle"
lesson = load_reference(source_notebook(LESSON, ROOT))
cosine, cycle = lesson["cosine_lr"], lesson["one_cycle_lr"]
interval = lesson["paired_interval"]
WSD = "warm-up, stable, decay"
GAINING = ("step", "linear", "cosine", "one-cycle", WSD)
SETTLED = ("exponential", "step", "linear", "cosine")
CONSTANTS = ("constant", "constant 0.3", "constant 0.4")


@once
def league() -> dict:
    """Run the lesson's own cells of the league, without their figures."""
    names = dict(lesson) | {"show": lambda *figure, **alt: None}
    notebook = nbformat.read(source_notebook(LESSON, ROOT), as_version=4)
    cells = {cell.id: cell.source for cell in notebook.cells}
    for cell in ("given-40", "given-41", "given-43", "given-45", "given-49"):
        exec(cells[cell], names)
    exec(cells["given-47"], names)
    return names


def score(name: str) -> list[float]:
    return league()["score"][name]


def apart(name: str, other: str, level: float = 0.95) -> tuple[float, float]:
    return interval(score(name), score(other), level)


def together(name: str, other: str) -> float:
    return correlation(score(name), score(other))


def tuned(name: str, lr: float) -> list[float]:
    return tuning_table()[name][lr]


def accuracy_after(epochs: int, name: str) -> float:
    runs = league()["race"][name]
    return mean(run.metrics["val_accuracy"][epochs - 1] for run in runs)


def gains(against: str) -> list[float]:
    """Those of the five, smallest first."""
    return sorted(apart(name, against)[0] for name in GAINING)


def picked(name: str, lr: float) -> float:
    """In how many percent of all choices of four seeds it gets this rate."""
    by_rate = tuning_table()[name]
    best = [
        max(RATES, key=lambda r: mean(by_rate[r][i] for i in four))
        for four in combinations(range(len(SEEDS)), 4)
    ]
    return 100 * best.count(lr) / len(best)


@once
def warmed() -> dict[str, list[float]]:
    """At 0.8, with the tuning's seeds, what 60 steps of warm-up in front lead to."""
    late = {n: getattr(schedules, n)(0.8, STEPS - 60) for n in ("cosine", "linear")}
    made = {n: lesson["warmup_then"](schedule, 60) for n, schedule in late.items()}
    entrants = {n: lambda lr, n=n: made[n] for n in made}
    found = tuning.tune(entrants, [0.8], SEEDS, progress=False)
    return {n: by_rate[0.8] for n, by_rate in found.items()}


def halving(t: int) -> float:
    return lesson["warmup_then"](lambda t: 0.5**t, 4)(t)


def first_four(lr: float) -> float:
    return mean(league()["four"]["constant"][lr])


NUMBERS = {
    "**standard deviation** √(2/3) ≈ 0.82": lambda: stdev([93, 94, 92, 93]),
    "deviation / √n = 0.82": lambda: stdev([93, 94, 92, 93]),
    "0.82 / √4 ≈ 0.41": lambda: stdev([93, 94, 92, 93]) / 2,
    "begins at 1/25 = 0.04": lambda: cycle(0, 100, 1.0),
    "ends at 0.000004": lambda: cycle(99, 100, 1.0),
    "clear: 93.29": lambda: first_four(0.2),
    "93.29 at 0.2, 93.08": lambda: first_four(0.3),
    "and 92.83": lambda: first_four(0.4),
    "constant has 93.36": lambda: mean(tuned("constant", 0.2)),
    "93.36 at 0.2, 93.28": lambda: mean(tuned("constant", 0.3)),
    "0.3 and 93.22": lambda: mean(tuned("constant", 0.4)),
    "choices of four, 52": lambda: picked("constant", 0.2),
    "pick 0.2, but 21": lambda: picked("constant", 0.3),
    "pick 0.3 and 26": lambda: picked("constant", 0.4),
    "no better off: one-cycle, 63": lambda: picked("one-cycle", 0.8),
    "63 for 0.8 and 37": lambda: picked("one-cycle", 0.4),
    "stable, decay, 62": lambda: picked(WSD, 0.3),
    "62 for 0.3 and 38": lambda: picked(WSD, 0.4),
    "in the mean at 93.7": lambda: mean(warmed()["cosine"]),
    "93.7 and not at 89.2": lambda: mean(tuned("cosine", 0.8)),
    "all but one, at 93.9": lambda: mean(warmed()["linear"]),
    "93.9 and not at 91.8": lambda: mean(tuned("linear", 0.8)),
    "0.4, in 89": lambda: min(picked(n, 0.4) for n in SETTLED),
    "0, 0.25, 0.5 and 0.75": lambda: halving(3),
    "0.5, 0.25 and 0.125": lambda: halving(7),
    "further than 1.96": lambda: student_t(0.95, 10**5),
    "it takes: 2.13": lambda: student_t(0.95, 15),
    "constant ends at 93.1": lambda: mean(score("constant")),
    "ends at 93.1, 93.2": lambda: mean(score("constant 0.3")),
    "93.1, 93.2 and 93.1": lambda: mean(score("constant 0.4")),
    "Exponential ends at 93.2": lambda: mean(score("exponential")),
    "the others between 93.8": lambda: min(mean(score(n)) for n in GAINING),
    "93.8 and 94.4": lambda: max(mean(score(n)) for n in (*GAINING, f"{WSD} 0.4")),
    "lead by 0.65": lambda: gains("constant")[0],
    "lead by 0.65 to 1.17": lambda: gains("constant")[-1],
    "not shown to: 0.06": lambda: apart("exponential", "constant")[0],
    "not shown to: 0.06 ± 0.30": lambda: apart("exponential", "constant")[1],
    "step's over constant 0.3, 0.54": lambda: apart("step", "constant 0.3")[0],
    "0.3, 0.54 ± 0.32": lambda: apart("step", "constant 0.3")[1],
    "baseline moves is the size of the lead, by 0.1": lambda: apart(
        "constant 0.3", "constant"
    )[0],
    "At the level 0.992": lambda: 1 - 0.05 / 6,
    "one-cycle at 0.8 it leads by 0.21": lambda: apart(WSD, "one-cycle")[0],
    "leads by 0.21 ± 0.17": lambda: apart(WSD, "one-cycle")[1],
    "run at 0.4 itself, by 0.31": lambda: apart(f"{WSD} 0.4", "one-cycle")[0],
    "itself, by 0.31 ± 0.18": lambda: apart(f"{WSD} 0.4", "one-cycle")[1],
    "it does not, −0.02": lambda: apart(WSD, "one-cycle 0.4")[0],
    "it does not, −0.02 ± 0.11": lambda: apart(WSD, "one-cycle 0.4")[1],
    "picked by 0.06": lambda: (
        mean(tuned("one-cycle", 0.8)) - mean(tuned("one-cycle", 0.4))
    ),
    "go in step, r = 0.75": lambda: together("cosine", "step"),
    "half width would have been 0.16": lambda: unpaired("cosine", "step"),
    "0.16 and not 0.08": lambda: apart("cosine", "step")[1],
    "We measured** 0.65": lambda: gains("constant")[0],
    "We measured** 0.65 to 1.17": lambda: gains("constant")[-1],
    "constant rate of 0.2, and 0.54": lambda: min(
        apart(n, c)[0] for n in GAINING for c in CONSTANTS
    ),
    "after five epochs one-cycle has 90.8": lambda: accuracy_after(5, "one-cycle"),
    "where constant has 92.0": lambda: accuracy_after(5, "constant"),
    "a lead of 0.03": lambda: apart("linear", "cosine")[0],
    "a lead of 0.03 ± 0.09": lambda: apart("linear", "cosine")[1],
    "a lead of 0.05": lambda: apart("cycled", "one-cycle")[0],
    "a lead of 0.05 ± 0.15": lambda: apart("cycled", "one-cycle")[1],
    "In the race it ended 1.17": lambda: apart(WSD, "constant")[0],
    "In the race it ended 1.17 ± 0.34": lambda: apart(WSD, "constant")[1],
}
# Rates, the schedules' own numbers, the addresses of papers, and examples.
GIVEN = ["0.0", "0.2", "0.25", "0.3", "0.4", "0.5", "0.8", "0.9", "0.85", "0.95"]
PAPERS = ["1608.03983", "2310.07831", "1708.07120", "2404.06395", "1706.02677"]


@pytest.mark.parametrize("text", NUMBERS)
def test_number(text):
    assert_stands(LESSON, text, NUMBERS[text]())


def test_no_number_without_a_test():
    assert_no_other_decimals(LESSON, NUMBERS, GIVEN + PAPERS)


def unpaired(name: str, other: str) -> float:
    """Half the width of the interval of two groups of 16."""
    error = (stdev(score(name)) ** 2 + stdev(score(other)) ** 2) / 16
    return student_t(0.95, 30) * error**0.5


def test_the_first_four_seeds_are_the_table_s():
    """Trained in the lesson; an image of 4000 is 0.025 points."""
    table = tuning_table()
    assert list(table) == list(ENTRANTS)
    for name, by_rate in league()["four"].items():
        assert list(by_rate) == list(table[name]) == list(RATES)
        for lr, found in by_rate.items():
            assert len(table[name][lr]) == len(SEEDS) == 16
            assert table[name][lr][:4] == pytest.approx(found, abs=0.026)


@pytest.mark.parametrize(
    ("name", "lr", "at"), [("constant", 0.2, 9), ("one-cycle", 0.8, 15), (WSD, 0.3, 12)]
)
def test_later_seeds_are_the_table_s_too(name, lr, at):
    found = tuning.tune({name: ENTRANTS[name]}, [lr], [SEEDS[at]], progress=False)
    assert found[name][lr] == pytest.approx([tuned(name, lr)[at]], abs=0.026)


def test_the_table_is_written_as_it_is_read(tmp_path, monkeypatch):
    entrants = {name: ENTRANTS[name] for name in ("constant", "linear")}
    monkeypatch.setattr(tuning, "TABLE", tmp_path / "tuning.json")
    found = {name: {0.1: [93.125, 92.0], 0.8: [90.05, 10.0]} for name in entrants}
    monkeypatch.setattr(tuning, "tune", lambda *asked: found)
    tuning.main()
    assert tuning_table() == found
    assert len(json.loads(tuning.TABLE.read_text())) == 2


def test_seeds_of_tuning_and_race_are_apart():
    assert not set(SEEDS) & set(range(16))
    assert min(len(SEEDS), len(score("constant"))) >= 16


def test_what_the_prose_says_of_the_tuning():
    text = prose(LESSON)
    best = {n: max(r, key=lambda lr: mean(r[lr])) for n, r in tuning_table().items()}
    assert league()["best_lr"] == best
    assert best["constant"] == 0.2 and best["one-cycle"] == RATES[-1]
    by_four = {
        n: max(r, key=lambda lr: mean(r[lr])) for n, r in league()["four"].items()
    }
    assert "constant wants 0.2, five of the others 0.4, and one-cycle 0.8" in text
    assert sorted(by_four.values()) == [0.2, 0.4, 0.4, 0.4, 0.4, 0.4, 0.8]
    assert "half a point has become a seventh" in text
    assert first_four(0.2) - first_four(0.4) == pytest.approx(1 / 2, abs=0.1)
    lead, half = interval(tuned("constant", 0.2), tuned("constant", 0.4))
    assert lead == pytest.approx(1 / 7, abs=0.02) and half > 2 * lead
    assert "5 of constant's, 3 of step's, 2 of linear's and 1 each of cosine's" in text
    fallen = {n: sum(v < 90 for v in r[0.8]) for n, r in tuning_table().items()}
    assert fallen == {
        "constant": 5, "exponential": 1, "step": 3, "linear": 2, "cosine": 1,
        "one-cycle": 0, WSD: 0,
    }  # fmt: skip


@pytest.mark.parametrize(("name", "higher"), [("cosine", 16), ("linear", 15)])
def test_a_warm_up_alone_keeps_the_large_rate_from_harm(name, higher):
    """Seed by seed: the means hang on the few runs that fail, their order does not."""
    assert "No run ends below 90 % any more" in prose(LESSON)
    assert min(warmed()[name]) > 92 and min(tuned(name, 0.8)) < 90
    pairs = zip(warmed()[name], tuned(name, 0.8), strict=True)
    assert sum(after > before for after, before in pairs) == higher


@pytest.mark.parametrize("constant", CONSTANTS)
def test_five_lead_every_constant_and_the_exponential_none(constant):
    assert "They do, all five" in prose(LESSON)
    for name in GAINING:
        lead, half = apart(name, constant)
        assert lead > 1.5 * half
        lead, half = apart(name, constant, level=0.992)
        assert lead > half
    lead, half = apart("exponential", constant)
    assert abs(lead) < half / 2
    assert ENTRANTS["exponential"](1.0)(STEPS // 2) == pytest.approx(0.1)


def test_the_race_names_no_winner():
    assert "The race names no winner" in prose(LESSON)
    means = {n: mean(score(n)) for n in league()["racing"]}
    assert max(means, key=means.get) == WSD
    for ours in (WSD, f"{WSD} 0.4"):
        lead, half = apart(ours, "one-cycle")
        assert lead > 1.1 * half
        lead, half = apart(ours, "one-cycle 0.4")
        assert abs(lead) < 0.7 * half


def test_pairing_helps_where_two_go_in_step():
    assert "none of the six has an r above 0.25" in prose(LESSON)
    assert 1 / (len(SEEDS) - 1) ** 0.5 == pytest.approx(
        1 / 4, abs=0.02
    )  # r's own error
    assert all(together(n, "constant") < 0.25 for n in (*GAINING, "exponential"))
    for name in GAINING:  # and hardly hurts
        assert apart(name, "constant")[1] < 1.15 * unpaired(name, "constant")


def test_who_is_ahead_when():
    assert "After half of the steps, step is ahead" in prose(LESSON)
    order = {
        epochs: sorted(league()["racing"], key=lambda n: accuracy_after(epochs, n))
        for epochs in (5, 10)
    }
    assert (order[5][-1], order[5][0]) == ("step", "one-cycle")
    assert order[10][-1] == WSD and set(order[10][:2]) == {"constant", "exponential"}


def test_sooner_at_the_goal_not_faster_all_the_way():
    goal = accuracy_after(10, "constant")
    for name in GAINING:
        assert any(accuracy_after(epoch, name) > goal for epoch in range(1, 10))
    lead = [accuracy_after(e, WSD) - accuracy_after(e, "constant") for e in (8, 10)]
    assert lead[0] < 0.05 < 0.9 < lead[1]  # the model answer's last fifth


def test_the_momentum_of_the_cycle_is_torch_s():
    sgd = torch.optim.SGD([torch.zeros(1)], lr=0.1, momentum=0.9)
    scheduler = OneCycleLR(sgd, max_lr=0.8, total_steps=STEPS)
    for t in range(STEPS):
        wanted = sgd.param_groups[0]["momentum"]
        assert 0.95 - 0.1 * league()["shape"](t) == pytest.approx(wanted, abs=1e-9)
        sgd.step()
        if t < STEPS - 1:
            scheduler.step()


def test_the_entrants_are_those_of_the_table_in_the_prose():
    tables = {
        name: [make(1.0)(t) for t in range(STEPS)] for name, make in ENTRANTS.items()
    }
    assert all(name in prose(LESSON) for name in tables)
    assert tables["step"][199:201] + tables["step"][399:401] == pytest.approx(
        [1, 0.1, 0.1, 0.01]
    )
    assert tables["exponential"][-1] == pytest.approx(0.01, rel=0.01)
    assert tables["linear"][300] == tables["cosine"][300] == pytest.approx(0.5)
    assert tables["one-cycle"][0] == pytest.approx(1 / 25)
    assert tables["one-cycle"][179] == pytest.approx(1)
    assert (tables[WSD][0], tables[WSD][60], tables[WSD][480]) == (0, 1, 1)
    assert tables[WSD][479] == 1 > tables[WSD][481]


def test_the_near_misses():
    two = [{"params": [torch.zeros(1)]}, {"params": [torch.zeros(1)]}]
    OneCycleLR(sgd := torch.optim.SGD(two, lr=0.1), max_lr=[0.1, 0.01], total_steps=9)
    firsts = [group["max_lr"] for group in sgd.param_groups]
    assert firsts == [0.1, 0.01]
    assert lesson["warmup_then"](lambda t: 1.0, 4)(0) == 0
    with pytest.raises(ValueError, match="greater than 0"):
        LinearLR(torch.optim.SGD([torch.zeros(1)], lr=0.1), start_factor=0.0)
    restarts = lesson["rates_of"](lambda o: CosineAnnealingWarmRestarts(o, 50), 52)
    assert restarts[49] < 0.001 and restarts[50] == pytest.approx(0.1)


def test_figures_that_compare_show_how_sure_they_are():
    table = tuning_table()
    tops = plot_tuning(table)
    assert len(tops.containers) == len(table)
    for bars, (name, by_rate) in zip(tops.containers, table.items(), strict=True):
        _, _, (lines,) = bars.lines
        segments = [segment[:, 1] for segment in lines.get_segments()]
        error = [stdev(values) / 4 for values in by_rate.values()]
        assert [high - low for low, high in segments] == pytest.approx(
            [2 * e for e in error]
        ), name
    runs = [
        History(np.empty(0), np.empty(0), np.empty(0), metrics, "")
        for metrics in (
            {"val_accuracy": np.array([90.0, 92.0]), "steps": np.array([1, 2])},
            {"val_accuracy": np.array([92.0, 92.0]), "steps": np.array([1, 2])},
        )
    ]
    curves = plot_race({"constant": runs, "linear": runs})
    assert len(curves.collections) == 2
    band = curves.collections[0].get_paths()[0].vertices[:, 1]
    assert (band.min(), band.max()) == (90.0, 92.0)  # 91 ± √2 / √2


@pytest.mark.parametrize("rows", [2, 3, 6])
def test_the_outer_rows_stand_off_the_frame(rows):
    leads = {f"schedule {i}": (0.1 * i, 0.2) for i in range(rows)}
    bottom, top = plot_differences(leads).get_ylim()
    assert top < -0.4 and bottom > rows - 0.7


def test_each_entrant_has_a_look_of_its_own():
    looks = [LOOKS[name] for name in ENTRANTS]
    for part in ("color", "marker"):
        assert len({str(look[part]) for look in looks}) == len(looks)


def test_the_three_traps():
    sgd = torch.optim.SGD([torch.zeros(1)], lr=0.1, momentum=0.0)
    scheduler = OneCycleLR(sgd, max_lr=1.0, total_steps=600)
    group = sgd.param_groups[0]
    assert (group["momentum"], group["base_momentum"]) == (0.95, 0.85)
    for _ in range(10):
        sgd.step()
        scheduler.step()
    assert group["lr"] < 0.05  # of a highest rate of 1: hardly begun
    for _ in range(590):
        sgd.step()
        scheduler.step()
    with pytest.raises(ValueError, match="total steps"):
        scheduler.step()
    rates = lesson["rates_of"](lambda o: CosineAnnealingLR(o, T_max=50), 101)
    assert rates[50] == pytest.approx(0) and rates[100] == pytest.approx(0.1)
    assert cosine(100, 50, 0.1) == 0.0


@pytest.mark.parametrize("total, share", [(100, 0.3), (60, 0.5), (1200, 0.1)])
def test_one_cycle_is_torchs(total, share):
    rates = lesson["rates_of"](
        lambda o: OneCycleLR(o, 0.8, total_steps=total, pct_start=share), total
    )
    mine = [cycle(t, total, 0.8, share) for t in range(total)]
    assert mine == pytest.approx(rates, rel=0, abs=1e-12)
