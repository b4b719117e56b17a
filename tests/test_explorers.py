"""The explorers without a browser: every input answers, every target can be reached."""

import asyncio
import io
import json
import math
import subprocess
import sys

import ipywidgets as widgets
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from gdhelpers.explorers import base, descent, student

FINITE = st.floats(-1e6, 1e6)


def options(explorer: base.Explorer, name: str) -> list:
    return [value for _, value in explorer.controls[name].options]


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


@pytest.mark.parametrize("answer", NONSENSE.values(), ids=NONSENSE)
def test_descent_reports_an_unusable_function_and_goes_on(answer, capsys):
    explorer = descent.explore_descent(giving(answer))
    first = explorer.note.value
    assert "mine" in first
    assert "Traceback" not in first
    assert "After 20 steps" in explorer.words.value
    explorer.controls["lr"].value = 0.2
    assert explorer.note.value == first, "said once, not anew at each move"
    assert capsys.readouterr().out == ""


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


# What all share

EXPLORERS = {"descent": descent.explore_descent}


@pytest.mark.parametrize("explore", EXPLORERS.values(), ids=EXPLORERS)
class TestEveryExplorer:
    def test_keeps_its_figure_and_changes_its_picture(self, explore):
        explorer = explore()
        figure = explorer.canvas.figure
        artists = [id(a) for ax in figure.axes for a in ax.get_children()]
        before = explorer.picture.value
        control = next(iter(explorer.controls.values()))
        control.index = control.index + 1 if control.index == 0 else 0
        assert explorer.picture.value != before
        assert explorer.canvas.figure is figure
        assert [id(a) for ax in figure.axes for a in ax.get_children()] == artists

    def test_gives_the_same_picture_for_the_same_values(self, explore):
        assert explore().picture.value == explore().picture.value

    def test_every_control_has_a_description(self, explore):
        for control in explore().controls.values():
            assert control.description
            assert control.tooltip, "ipywidgets would write a title of 'null'"

    def test_words_are_a_live_region_and_the_image_has_a_text(self, explore):
        explorer = explore()
        assert 'role="status" aria-live="polite"' in explorer.words.value
        assert len(explorer.picture.tooltip) > 60

    @settings(max_examples=25, deadline=None)
    @given(data=st.data())
    def test_no_choice_of_the_controls_raises(self, explore, data):
        explorer = explore()
        for control in explorer.controls.values():
            if isinstance(control, widgets.SelectionSlider | widgets.Dropdown):
                last = len(control.options) - 1
                control.index = data.draw(st.integers(0, last))
        picture = Image.open(io.BytesIO(explorer.picture.value))
        assert len(picture.convert("L").getcolors()) > 10, "a blank picture"

    def test_a_burst_of_moves_is_answered_once_with_the_last(self, explore):
        async def burst():
            explorer = explore()
            drawn = explorer.pictures
            name, control = next(iter(explorer.controls.items()))
            for value in options(explorer, name):
                control.value = value
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
        assert first["image/png"] == explorer.picture.value
        assert first["text/plain"] == metadata["image/png"]["alt"]
        assert "model_id" in json.dumps(
            first["application/vnd.jupyter.widget-view+json"]
        )
        assert explorer.alt[:30] in second["text/html"]


def test_explorers_are_loaded_when_first_asked_for():
    code = (
        "import sys, gdhelpers.explorers as e; "
        "print(sorted({'ipywidgets', 'matplotlib', 'torch'} & set(sys.modules)))"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert out.stdout.strip() == "[]"
