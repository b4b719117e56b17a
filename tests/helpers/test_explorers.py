"""The explorers without a browser: every input answers, every target can be reached."""

import asyncio
import functools
import html
import io
import itertools
import json
import math
import subprocess
import sys

import ipywidgets as widgets
import nbformat
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from gdgrader.course import build
from gdhelpers import schedules, stability
from gdhelpers.explorers import (
    __all__,
    base,
    constant_rate,
    cooldown,
    descent,
    edge,
    minibatches,
    plateau,
    regression,
    sketcher,
    step_decay,
    student,
    trainer,
)

FINITE = st.floats(-1e6, 1e6)


@pytest.fixture(autouse=True)
def forgotten():
    """Let go of what a test opened: ipywidgets keeps each widget until it is closed.

    With an explorer goes its figure: all of this file's are four gigabytes.
    """
    yield
    widgets.Widget.close_all()


def first_slider(explorer: base.Explorer) -> widgets.SelectionSlider:
    return next(
        c for c in explorer.controls.values() if isinstance(c, widgets.SelectionSlider)
    )


NONSENSE = {
    "not written": NotImplementedError(),
    "raises": ZeroDivisionError("by zero"),
    "exits": SystemExit(1),
    "None": None,
    "NaN": math.nan,
    "inf": math.inf,
    "text": "4.0",
    "tensor": torch.tensor(4.0),
    "list": [4.0],
    "bool": True,
    "huge": 10**400,
}


def giving(answer):
    def mine(*args, **kwargs):
        print("a student's print stays out of the page")
        if isinstance(answer, BaseException):
            raise answer
        return answer

    return mine


# Lesson 01


@given(FINITE, FINITE, st.integers(0, 60))
def test_descent_answers_every_number_in_words(lr, theta0, steps):
    answer = descent.descent_answer(descent.plain_step, lr, theta0, steps)
    assert len(answer.words) > 20
    assert not answer.note
    assert np.isfinite(answer.data["theta"]).all()


@given(st.sampled_from(descent.RATES), st.sampled_from(descent.STARTS))
def test_descent_names_the_regime_that_the_path_shows(lr, theta0):
    answer = descent.descent_answer(descent.plain_step, lr, theta0 or 1, 8)
    size = np.abs(answer.data["theta"])
    turns = (np.diff(np.sign(answer.data["theta"])) != 0).any()
    assert ("diverges" in answer.words) == (size[-1] > size[0])
    assert ("side to side" in answer.words or "diverges" in answer.words) == (
        turns and lr != 0.5
    )


def test_descent_says_how_fast_the_rate_of_ten_diverges():
    answer = descent.descent_answer(descent.plain_step, 10, 1.0, 20)
    assert "diverges: ×19 a step" in answer.words
    assert "3.76e+25" in answer.words


def test_descent_target_is_reached_in_one_step_only():
    reached = {
        lr
        for lr in descent.RATES
        if descent.descent_answer(descent.plain_step, lr, 3.0, 40).reached
    }
    assert reached == {0.5}
    at_rest = descent.descent_answer(descent.plain_step, 0.5, 0.0, 40)
    assert not at_rest.reached
    assert "choose another" in at_rest.words


def test_descent_shows_a_wrong_function_and_says_where_it_differs():
    explorer = descent.explore_descent(lambda theta, lr: theta + lr * 2 * theta)
    assert "gives 4.8, but θ − η·2θ is 3.2" in explorer.note.value
    assert np.isclose(
        descent.descent_answer(lambda t, lr: t * 1.2, 0.1, 4.0, 1).data["theta"][1], 4.8
    )


def test_a_function_that_fails_later_on_is_reported_too():
    def picky(theta, learning_rate):
        return theta - 0.2 * theta if theta > 1 else [theta]

    answer = descent.descent_answer(picky, 0.1, 4.0, 20)
    assert "returned a list" in answer.note


def test_numbers_of_any_plain_kind_will_do():
    for value in (3, 3.0, np.float32(3), np.int64(3)):
        assert student.number(giving(value), value) == 3.0


# Lesson 02


@settings(deadline=None, max_examples=30)
@given(
    st.sampled_from(constant_rate.RATES),
    st.sampled_from(constant_rate.CURVATURES),
)
def test_without_noise_a_constant_rate_falls_below_the_bound_only(lr, curvature):
    answer = constant_rate.noisy_answer(
        constant_rate.largest_stable, lr, 0, curvature, 0
    )
    assert ("diverges" in answer.words) == (lr > 2 / curvature)
    assert not answer.reached, "the target asks for noise"


@pytest.mark.parametrize("lr", [0.05, 0.1, 0.5, 1.5])
def test_noise_floor_is_the_one_of_theory(lr):
    answer = constant_rate.noisy_answer(constant_rate.largest_stable, lr, 0, 1, 1)
    assert np.isclose(answer.data["mean"][500:].mean(), answer.data["floor"], rtol=0.05)
    assert f"noise floor is {answer.data['floor']:.2g}" in answer.words


def test_floor_and_target_are_named_at_their_lines():
    canvas = constant_rate.explore_constant_rate().canvas
    fall = canvas.axes[0]
    heights = {text.get_text(): text for text in fall.texts}
    assert heights["target"].get_position()[1] == constant_rate.GOAL
    (floor,) = [
        x for x in fall.lines if len({*x.get_ydata()}) == 1 and x.get_animated()
    ]
    level = fall.transAxes.inverted().transform(
        fall.transData.transform((0, floor.get_ydata()[0]))
    )[1]
    assert heights["floor"].get_position()[1] == pytest.approx(level, abs=0.01)
    (goal,) = [
        x for x in descent.explore_descent().canvas.axes[1].texts if x.get_text()
    ]
    assert (goal.get_text(), goal.get_position()[1]) == ("target", descent.GOAL)


def test_noise_target_needs_decay():
    def reached(lr, decay):
        found = constant_rate.noisy_answer(
            constant_rate.largest_stable, lr, decay, 1, 1
        )
        return bool(found.reached)

    assert not any(reached(lr, 0) for lr in constant_rate.RATES)
    assert reached(1, 1)


def test_a_wrong_bound_is_questioned():
    answer = constant_rate.noisy_answer(lambda curvature: 1 / curvature, 0.1, 0, 4, 1)
    assert "gives 0.25" in answer.note
    assert "largest stable rate" not in answer.words


# Lesson 03


@pytest.mark.parametrize("scale", regression.SCALES)
def test_the_excess_on_the_contour_is_that_of_the_loss(scale):
    facts = regression.problem(scale)
    path = regression.follow(regression.mean_gradient, facts, 0.1, 30)
    for a, ring in zip(path[-1:], facts["ellipses"], strict=False):
        loss = ((facts["x"] @ torch.from_numpy(a) - facts["y"]) ** 2).mean().item()
        d = a - facts["best"]
        assert np.isclose(loss, facts["floor"] + d @ facts["hessian"] @ d / 2)
        on_ring = torch.from_numpy(ring[:, 5].copy())
        level = ((facts["x"] @ on_ring - facts["y"]) ** 2).mean().item()
        assert np.isclose(level - facts["floor"], regression.LEVELS[0])


def test_regression_target_needs_the_feature_scaled():
    def reached(lr, scale):
        own = regression.mean_gradient, regression.stable_rate
        return bool(regression.regression_answer(*own, lr, 40, scale).reached)

    assert not any(reached(lr, 1) for lr in regression.RATES)
    assert reached(0.5, 1.75)


def test_regression_shows_the_students_gradient_and_questions_the_bound():
    answer = regression.regression_answer(
        lambda x, y, a: regression.mean_gradient(x, y, a) / 2, lambda x: 3.0, 0.1, 1, 1
    )
    right = regression.regression_answer(
        regression.mean_gradient, regression.stable_rate, 0.1, 1, 1
    )
    assert np.allclose(answer.data["path"][1], right.data["path"][1] / 2)
    assert "gives 3" in answer.note
    assert "mse_gradient" not in right.note


def test_a_gradient_that_changes_what_it_is_given_does_no_harm():
    def vandal(x, y, a):
        gradient = regression.mean_gradient(x, y, a)
        x.zero_(), y.zero_(), a.zero_()
        return gradient

    own = regression.stable_rate
    assert np.array_equal(
        regression.regression_answer(vandal, own, 0.1, 9, 1).data["path"],
        regression.regression_answer(regression.mean_gradient, own, 0.1, 9, 1).data[
            "path"
        ],
    )


# Lesson 04

OWN = stability.noise_floor, stability.max_stable_lr_momentum


def test_the_mean_of_many_runs_in_the_valley_is_the_exact_one():
    """Two thousand runs, step by step, beside the recursion of their moments."""
    lr, size, momentum, noise = 0.2, 32, 0.6, 1
    path, loss = minibatches.runs(lr, size, momentum, noise)
    rng = np.random.default_rng(1)
    theta = np.tile(minibatches.START, (2000, 1))
    v = np.zeros_like(theta)
    for t in range(len(loss)):
        losses = theta**2 @ minibatches.CURVATURES / 2
        error = losses.std() / 2000**0.5
        assert losses.mean() == pytest.approx(loss[t], abs=5 * error + 1e-9)
        kick = noise / size**0.5 * rng.standard_normal(theta.shape)
        v = momentum * v + minibatches.CURVATURES * theta + kick
        theta = theta - lr * v
    assert path.shape == (33, 2) and (path[0] == minibatches.START).all()


@pytest.mark.parametrize("momentum", minibatches.MOMENTA)
@pytest.mark.parametrize("size", [1, 32])
def test_without_noise_the_valley_is_left_beyond_the_bound_only(size, momentum):
    for lr in minibatches.RATES:
        answer = minibatches.minibatches_answer(*OWN, lr, size, momentum, 0)
        limit = stability.max_stable_lr_momentum(4.0, momentum)
        assert ("Beyond the bound" in answer.words) == (lr >= limit)
        assert not answer.reached


def test_the_valley_s_target_needs_a_large_batch_and_momentum():
    def reached(lr, size, momentum):
        found = minibatches.minibatches_answer(*OWN, lr, size, momentum, 1)
        return bool(found.reached)

    for lr in minibatches.RATES:
        for size in minibatches.SIZES:
            assert not reached(lr, size, 0)
        assert not any(reached(lr, s, 0.7) for s in (1, 4, 16))
    assert reached(0.15, 32, 0.7)


def test_the_mean_loss_settles_at_the_floor_that_is_drawn():
    for momentum in (0, 0.5):
        answer = minibatches.minibatches_answer(*OWN, 0.1, 2, momentum, 1)
        assert answer.data["loss"][-1] == pytest.approx(answer.data["floor"], rel=0.01)


def test_a_wrong_floor_and_a_wrong_bound_are_questioned():
    answer = minibatches.minibatches_answer(
        lambda lr, c, s, b=1: 2 * stability.noise_floor(lr, c, s, b),
        lambda c, m, nesterov=False: 2 / c * (1 - m),
        *(0.05, 4, 0, 1),
    )
    assert "do the runs settle there?" in answer.note
    answer = minibatches.minibatches_answer(
        stability.noise_floor, lambda c, m, nesterov=False: 1.0, 0.05, 4, 0.5, 1
    )
    assert "try a rate just below it" in answer.note


# Lesson 05


def test_step_decay_path_is_that_of_torch():
    answer = step_decay.step_decay_answer(step_decay.step_rate, 1.05, 0.5, 5)
    x = torch.tensor(500.0, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=1.05)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 5, 0.5)
    for _ in range(20):
        optimizer.zero_grad()
        (x**2).backward()
        optimizer.step()
        scheduler.step()
    assert np.isclose(answer.data["x"][-1], abs(x.item()))
    assert answer.reached
    assert "budget Ση is 9.84" in answer.words


def test_step_decay_target_asks_for_a_high_first_rate():
    answer = step_decay.step_decay_answer(step_decay.step_rate, 0.5, 1, 5)
    assert not answer.reached
    assert "first rate of 1 or more" in answer.words


def test_a_schedule_without_the_floor_is_told_where_it_differs():
    answer = step_decay.step_decay_answer(
        lambda t, lr, n, gamma: lr * gamma ** (t / n), 1.05, 0.5, 5
    )
    assert "0.9141 at step 1, but lr₀·γ^⌊t/n⌋ is 1.05" in answer.note


def test_step_decay_opens_on_a_drop_that_turns_the_run():
    explorer = step_decay.explore_step_decay()
    values = {name: c.value for name, c in explorer.controls.items()}
    answer = explorer.answer(**values)
    x, rates = answer.data["x"], answer.data["rates"]
    drop = int(np.flatnonzero(np.diff(rates) < 0)[0]) + 1
    assert 2 <= drop <= 15 and rates[drop] < rates[0] / 2  # seen on an axis of decades
    assert x[drop] > 2 * x[0] and x[-1] < x[0] / 100
    assert not answer.reached


# Lesson 06

PLATEAU = {
    "epoch": 0,
    "mode": "min",
    "factor": 0.1,
    "patience": 1,
    "threshold": 1e-4,
    "cooldown": 0,
}
numbers = st.lists(st.floats(width=16) | st.sampled_from([0.5, 0.5, 0.4]), min_size=1)


@settings(deadline=None, max_examples=60)
@given(numbers, st.sampled_from(["min", "max"]), st.integers(0, 4), st.integers(0, 4))
def test_plateau_states_agree_with_the_falls(metrics, mode, patience, cooldown):
    settings = {"mode": mode, "factor": 0.5, "patience": patience}
    states = plateau.watch(metrics, threshold=0.1, cooldown=cooldown, **settings)
    for before, state in itertools.pairwise(states):
        assert state["best"] == before["best"] or state["better"]
        assert state["better"] <= (state["bad"] == 0)
        if state["lr"] > 1e-7:  # torch drops no further than by 1e-8
            assert state["dropped"] == (state["bad"] > patience)
        if state["dropped"]:
            assert state["cooldown"] == cooldown


@settings(deadline=None, max_examples=60)
@given(st.text() | st.text("0123456789 .,;-+einfa"), st.integers(-3, 99))
def test_plateau_answers_any_text_in_words(series, epoch):
    answer = plateau.plateau_answer(
        None, **PLATEAU | {"series": series, "epoch": epoch}
    )
    assert len(answer.words) > 30


def test_plateau_says_what_it_left_out_and_what_is_missing():
    answer = plateau.plateau_answer(None, series="0.9, zero, 0.5", **PLATEAU)
    assert answer.data["metrics"] == [0.9, 0.5]
    assert "left out, as it is not a number: zero" in answer.note
    assert "no metric yet" in plateau.plateau_answer(None, series=" ", **PLATEAU).words


def test_plateau_tells_a_tie_a_threshold_and_a_fall():
    series = "0.5 0.5 0.49 0.6 0.6"
    said = [
        plateau.plateau_answer(
            None, **PLATEAU | {"series": series, "epoch": e, "threshold": 0.1}
        ).words
        for e in range(5)
    ]
    assert "first to compare with" in said[0]
    assert "below 0.45" in said[1] and "Bad epoch 1" in said[1]
    assert "Bad epoch 2" in said[2] and "the rate falls to 0.01" in said[2]
    assert "Bad epoch 1" in said[3]
    assert "In all, the rate falls twice, after epochs 2 and 4." in said[4]


def test_plateau_target_is_reached_by_patience():
    explorer = plateau.explore_plateau()
    assert "Reached" not in explorer.words.value
    explorer.controls["patience"].value = 2
    assert "Reached:</strong> two falls, after epochs 14 and 17" in explorer.words.value


def test_plateau_opens_on_falls():
    explorer = plateau.explore_plateau()
    assert "the rate falls 4 times" in explorer.words.value
    assert "Reached" not in explorer.words.value


@pytest.mark.parametrize(
    ("factors", "said"),
    [
        ((1, 0.5, 0.5, 0.5, 0.5), "falls 4 times, after epochs 1, 2, 3 and 4"),
        ((1, 1, 1, 1, 0.5), "falls once, after epoch 4"),
        ((1, 1, 1, 1, 1), "In all, the rate does not fall"),
        ((1, 1, 2, 1, 1), "In all, the rate does not fall"),
    ],
    ids=["often", "once", "never", "rises"],
)
def test_plateau_words_and_target_speak_of_the_rates_in_the_picture(factors, said):
    def mine(metrics, initial_lr, **settings):
        return [initial_lr * math.prod(factors[: t + 1]) for t in range(len(metrics))]

    ties = PLATEAU | {"series": "0.5 0.5 0.5 0.5 0.5", "epoch": 2}
    assert plateau.plateau_answer(None, **ties).reached  # torch's own falls twice
    answer = plateau.plateau_answer(mine, **ties)
    assert said in answer.words and not answer.reached
    at = answer.data["rates"][2]
    verb = {2: "rises to", 1: "stays", 0.5: "falls to"}[factors[2]]
    assert f"{verb} {at:.3g}." in answer.words
    twice = plateau.plateau_answer(
        lambda metrics, lr, **settings: [lr, lr / 2, lr / 2, lr / 4, lr / 4], **ties
    )
    assert twice.reached == "two falls, after epochs 1 and 3."


@pytest.mark.parametrize(
    ("series", "first"),
    [("nan 0.5", "nan"), ("inf 0.5", "inf"), ("nan nan", "nan"), ("-inf 2", "-inf")],
)
def test_plateau_takes_no_odd_metric_for_a_large_one(series, first):
    answer = plateau.plateau_answer(None, **PLATEAU | {"series": series})
    assert f"metric {first}" in answer.words and "e+06" not in answer.words
    assert not math.isfinite(answer.data["metrics"][0])
    canvas, draw = plateau.make_draw()
    draw(answer.data)
    assert canvas.axes[0].get_ylim()[1] < 10
    if first == "nan":
        assert "NaN is never better. Bad epoch 1" in answer.words


def test_plateau_shows_where_the_students_rates_part_from_torchs():
    def eager(metrics, initial_lr, **settings):
        return [initial_lr] + [initial_lr / 2] * (len(metrics) - 1)

    answer = plateau.plateau_answer(eager, series="0.5 0.4 0.3", **PLATEAU)
    assert "After epoch 1 eager has the rate 0.05, torch 0.1" in answer.note
    assert answer.data["rates"] == [0.1, 0.05, 0.05]
    short = plateau.plateau_answer(lambda m, lr, **s: [lr], series="1 2", **PLATEAU)
    assert "no row of 2 numbers" in short.note


def test_dragging_edits_the_series_and_looking_does_not():
    explorer = plateau.explore_plateau()
    series, epoch = explorer.controls["series"], explorer.controls["epoch"]
    drag = next(
        w for w in explorer.row.children if w.description == "metric of that epoch"
    )
    epoch.value = 2
    assert (series.value, drag.value) == (plateau.SERIES, 0.58)
    drag.value = 0.95
    assert plateau.read_series(series.value)[0][:4] == [0.9, 0.71, 0.95, 0.49]
    assert "Epoch 2: metric 0.95" in explorer.words.value
    series.value = "7 8"
    assert "There is no epoch 2 here. Epoch 1: metric 8" in explorer.words.value


# Lesson 07


@pytest.fixture
def league():
    sketcher.LEAGUE.clear()
    yield sketcher.LEAGUE
    sketcher.LEAGUE[:] = sketcher.examples()


OWN = sketcher.plain_cosine, schedules.warmup_then


def test_a_sketch_joins_warm_up_hold_and_decay():
    rates = sketcher.compose(*OWN, 0.4, 10, 40, "linear")
    assert np.allclose(rates[:21], np.linspace(0, 0.4, 21))
    assert (rates[20:100] == 0.4).all()
    assert np.allclose(rates[100:], 0.4 * (1 - np.arange(100) / 100))
    named = sketcher.describe(0.4, 10, 40, "linear")
    assert named == "10 % warm-up, 40 % hold, linear"


@settings(deadline=None)
@given(
    st.floats(0, 1e3),
    st.integers(0, 100),
    st.integers(0, 100),
    st.sampled_from(["stay constant", "cosine", "linear", "exponential", "1/t"]),
)
def test_every_sketch_has_a_rate_for_each_step(lr, warmup, hold, end):
    rates = sketcher.compose(*OWN, lr, warmup, hold, end)
    assert rates.shape == (sketcher.STEPS,)
    assert (rates >= 0).all() and (rates <= lr * (1 + 1e-12)).all()


def test_the_students_warm_up_is_used_and_its_nonsense_reported(league):
    def late(schedule, warmup_steps):
        return lambda t: 0.0 if t < warmup_steps else schedule(t - warmup_steps)

    sketch = 0.5, 10, 0, "cosine"
    answer = sketcher.sketch_answer(sketcher.plain_cosine, late, league, *sketch)
    assert (answer.data["rates"][:20] == 0).all() and not answer.note
    odd = sketcher.sketch_answer(sketcher.plain_cosine, lambda s, n: 3, league, *sketch)
    assert "returned no function of the step" in odd.note
    below = sketcher.sketch_answer(lambda t, n, top: -1.0, late, league, *sketch)
    assert "rates below 0" in below.note


def trained(explorer, end):
    explorer.controls["end"].value = end
    explorer.trainer.button.click()
    explorer.trainer.thread.join(1800)
    return explorer.words.value


def test_training_enters_the_league_and_reaches_the_target(league):
    explorer = sketcher.explore_schedules()
    assert "Reached" not in trained(explorer, "stay constant")
    assert "Reached:</strong> at a peak of 0.5, cosine is" in trained(
        explorer, "cosine"
    )
    assert [e.name for e in league] == ["constant", "cosine"]
    assert explorer.trainer.button.description == "Train"
    assert explorer.trainer.bar.value == explorer.trainer.bar.max
    again = sketcher.explore_schedules()
    assert "<td>1</td><td>cosine</td>" in again.children[-2].value, "kept"


def test_the_first_picture_compares_two_schedules():
    """Before anything is trained, and what it shows is what training gives."""
    explorer = sketcher.explore_schedules()
    assert "To begin with, cosine at 0.3, 91.0 % and constant" in explorer.words.value
    lines = explorer.canvas.axes[1].get_lines()
    assert [len(line.get_xdata()) for line in lines] == [sketcher.STEPS] * 2
    assert explorer.children[-2].value.count("<tr>") == 3
    explorer.controls["lr"].value = 0.3
    for end, example in zip(
        ("cosine", "stay constant"), sketcher.examples(), strict=True
    ):
        trained(explorer, end)
        entry = sketcher.LEAGUE[-1]
        assert (entry.name, entry.lr, entry.flat) == (
            example.name,
            example.lr,
            example.flat,
        )
        assert entry.accuracy == pytest.approx(example.accuracy, abs=0.3)
        smoothed = sketcher.smooth(entry.loss)
        assert smoothed == pytest.approx(sketcher.smooth(example.loss), rel=0.05)
    assert len(sketcher.LEAGUE) == 2, "trained again, they stand there once"
    sketcher.LEAGUE[:] = sketcher.examples()


@pytest.mark.parametrize(
    ("name", "lr", "left"),
    [("cosine", 0.3, 2), ("constant", 0.3, 2), ("cosine", 0.5, 3), ("linear", 0.3, 3)],
)
def test_a_schedule_trained_twice_stands_once(name, lr, left):
    league = sketcher.examples()
    sketcher.entered(league, sketcher.Entry(name, lr, False, 50.0, np.zeros(200)))
    assert len(league) == left and league[-1].accuracy == 50.0
    assert sketcher.table(league).count(f"<td>{name}</td><td>{lr:g}</td>") == 1


def test_training_can_be_cancelled_and_diverging_is_told(league):
    explorer = sketcher.explore_schedules()
    explorer.trainer.button.click()
    assert explorer.trainer.button.description == "Cancel"
    explorer.trainer.button.click()
    explorer.trainer.thread.join(1800)
    assert (league, explorer.trainer.button.description) == ([], "Train")
    explorer.controls["lr"].value = 10
    assert "diverged" in trained(explorer, "stay constant") or league[-1].accuracy < 30


def test_training_that_cannot_be_is_told_calmly(league, monkeypatch):
    explorer = sketcher.explore_schedules()
    monkeypatch.setattr(trainer, "load", lambda: 1 / 0)
    trained(explorer, "cosine")
    assert "Training was not possible: division" in explorer.note.value
    assert (league, explorer.trainer.button.description) == ([], "Train")


# Lesson 09


def test_a_cooldown_is_told_with_its_steps_and_its_gain():
    found = cooldown.cooldowns.cooldowns()
    answer = cooldown.cooldown_answer(cooldown.plain_wsd, 480, 60)
    gained = found["480+60"][-1] - found["constant"][480 // cooldown.EVERY - 1]
    assert "540 steps in all" in answer.words
    assert f"{gained:+.1f} points on the constant run" in answer.words
    assert "now with 420 steps in all or fewer" in answer.words and not answer.reached
    assert answer.data["at"][0] == 480 and answer.data["at"][-1] == 540
    assert answer.data["branch"][0] == answer.data["trunk"][31]
    assert (
        "or cool down longer"
        in cooldown.cooldown_answer(cooldown.plain_wsd, 120, 15).words
    )


def test_a_cooldown_reaches_its_target_from_the_middle():
    explorer = cooldown.explore_cooldown()
    assert "Reached" not in explorer.words.value
    explorer.controls["start"].value = 300
    explorer.controls["length"].value = 120
    assert "Reached" in explorer.words.value and "420 steps" in explorer.words.value


def test_every_branch_that_can_be_chosen_was_trained():
    found = cooldown.cooldowns.cooldowns()
    for start, length in itertools.product(cooldown.STARTS, cooldown.LENGTHS):
        values = found[cooldown.cooldowns.name(start, length)]
        assert len(values) == cooldown.TOTAL // cooldown.EVERY
        end = (start + length) // cooldown.EVERY - 1
        assert values[end:] == [values[end]] * (len(values) - end)  # the rate is 0


def test_a_wrong_schedule_is_shown_and_named():
    def wsd_lr(t, total_steps, max_lr, warmup_steps, decay_steps):
        return max_lr

    answer = cooldown.cooldown_answer(wsd_lr, 480, 60)
    assert "wsd_lr gives 0.4 at step 481, but the rate there is 0.3933" in answer.note
    assert (answer.data["rates"] == 0.4).all()


# What all share

EXPLORERS = {
    "descent": descent.explore_descent,
    "constant_rate": constant_rate.explore_constant_rate,
    "regression": regression.explore_regression,
    "step_decay": step_decay.explore_step_decay,
    "plateau": plateau.explore_plateau,
    "schedules": sketcher.explore_schedules,
    "edge": edge.explore_edge,
    "cooldown": cooldown.explore_cooldown,
}


@functools.cache
def untouched(explore) -> base.Explorer:
    """An explorer without a student's function, to be looked at and not moved."""
    return explore()


@pytest.mark.parametrize("answer", NONSENSE.values(), ids=NONSENSE)
@pytest.mark.parametrize("explore", EXPLORERS.values(), ids=EXPLORERS)
def test_an_unusable_function_is_reported_once_and_play_goes_on(
    explore, answer, capsys
):
    explorer = explore(giving(answer))
    first = explorer.note.value
    assert "mine" in first
    assert "Until then" in first
    assert "Traceback" not in first
    assert explorer.words.value == untouched(explore).words.value
    control = first_slider(explorer)
    control.index = control.index + 1
    assert explorer.note.value == first, "said once, not anew at each move"
    assert capsys.readouterr().out == ""


def pixels(picture) -> np.ndarray:
    """A PNG's colours, shape (height, width, 3), from 0 to 255."""
    with Image.open(io.BytesIO(bytes(picture))) as image:
        return np.asarray(image.convert("RGB"), dtype=float)


@pytest.mark.parametrize("explore", EXPLORERS.values(), ids=EXPLORERS)
class TestEveryExplorer:
    def test_keeps_its_figure_and_changes_its_picture(self, explore):
        explorer = explore()
        figure = explorer.canvas.figure
        artists = [id(a) for ax in figure.axes for a in ax.get_children()]
        before = explorer.picture.value
        control = first_slider(explorer)
        control.index = control.index + 1 if control.index == 0 else 0
        assert explorer.picture.value != before
        assert explorer.canvas.figure is figure
        assert [id(a) for ax in figure.axes for a in ax.get_children()] == artists

    def test_gives_the_same_picture_for_the_same_values(self, explore):
        assert explore().picture.value == untouched(explore).picture.value

    def test_every_control_has_a_description(self, explore):
        for control in untouched(explore).row.children:
            assert control.description
            assert control.tooltip, "ipywidgets would write a title of 'null'"

    def test_words_are_a_live_region_and_the_image_has_a_text(self, explore):
        explorer = untouched(explore)
        assert 'role="status" aria-live="polite"' in explorer.words.value
        assert len(explorer.picture.tooltip) > 60

    @settings(max_examples=12, deadline=None)
    @given(data=st.data())
    def test_no_choice_of_the_controls_raises(self, explore, data):
        explorer = explore()
        for control in explorer.controls.values():
            if isinstance(control, widgets.SelectionSlider | widgets.Dropdown):
                last = len(control.options) - 1
                control.index = data.draw(st.integers(0, last))
            else:
                control.value = data.draw(st.text("0123456789 .,-naife") | st.text())
        picture = Image.open(io.BytesIO(explorer.picture.value))
        assert len(picture.convert("L").getcolors()) > 10, "a blank picture"

    def test_a_burst_of_moves_is_answered_once_with_the_last(self, explore):
        async def burst():
            explorer = explore()
            drawn = explorer.pictures
            control = first_slider(explorer)
            for index in range(len(control.options)):
                control.index = index
            assert explorer.pictures == drawn, "drawn while moves were waiting"
            await asyncio.sleep(0.3)
            return explorer, explorer.pictures - drawn

        explorer, pictures = asyncio.run(burst())
        assert pictures == 1
        last = explore()
        for name, control in explorer.controls.items():
            last.controls[name].value = control.value
        assert last.picture.value == explorer.picture.value

    def test_leaves_a_still_picture_for_readers_without_a_kernel(
        self, explore, monkeypatch
    ):
        shown = []
        monkeypatch.setattr(
            "gdhelpers.plots.base.display",
            lambda data, metadata=None, raw=False: shown.append((data, metadata)),
        )
        explorer = explore()
        explorer._ipython_display_()
        (first, metadata), (second, _) = shown
        explorer.narrow.value = True  # as a phone would see it
        # Stored with a palette, so the same picture but for shades no eye parts.
        stored, live = pixels(first["image/png"]), pixels(explorer.picture.value)
        assert stored.shape == live.shape
        assert np.abs(stored - live).mean() < 1 and np.ptp(stored) > 200
        assert first["text/plain"] == metadata["image/png"]["alt"]
        assert "model_id" in json.dumps(
            first["application/vnd.jupyter.widget-view+json"]
        )
        # Who sees no controls reads the result and the target instead.
        said = html.unescape(second["text/html"])
        for words in (explorer.picture.tooltip, explorer.target, "Still picture"):
            assert words in said
        assert "hidden" not in said.partition("<img")[0]


def test_explorers_are_loaded_when_first_asked_for():
    code = (
        "import sys, gdhelpers.explorers as e; "
        "print(sorted({'ipywidgets', 'matplotlib', 'torch'} & set(sys.modules)))"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert out.stdout.strip() == "[]"


def test_the_worked_edition_holds_stills_and_passes_nbval(tmp_path):
    def worked() -> nbformat.NotebookNode:
        sources = [
            f"from gdhelpers.explorers import {name}\n\n{name}()" for name in __all__
        ]
        cells = [
            nbformat.v4.new_code_cell(source, id=f"cell-{i}")
            for i, source in enumerate(sources)
        ]
        notebook = nbformat.v4.new_notebook(cells=cells)
        build._execute(notebook, tmp_path, "play")
        return notebook

    notebook = worked()
    for cell in notebook.cells:
        still, words = cell.outputs
        assert set(still.data) == {"image/png", "text/plain"}
        assert still.metadata["image/png"].alt == still.data["text/plain"]
        assert "<p" in words.data["text/html"]
    assert notebook.cells == worked().cells, "two builds differ"
    assert len(json.dumps(notebook.cells[0])) < 100_000
    nbformat.write(notebook, tmp_path / "play.ipynb")
    command = [sys.executable, "-m", "pytest", "--nbval", "-q", "play.ipynb"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout[-3000:]
