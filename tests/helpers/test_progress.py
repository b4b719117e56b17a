"""A long computation says how far it is, leaves nothing behind and can be stopped."""

import os
import signal
import threading
from pathlib import Path
from unittest import mock

import nbformat
import numpy as np
import pytest
import torch
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from gdgrader.sandbox.bubblewrap import sandbox_environment
from gdhelpers import progress as module
from gdhelpers import remember
from gdhelpers.data import small_mnist
from gdhelpers.many_runs import train_many
from gdhelpers.progress import Stopped, each, progress
from gdhelpers.training import train


@pytest.fixture
def at_once(monkeypatch):
    """Everything is long, every step is told, and nothing asks for silence."""
    monkeypatch.setattr(module, "LONG", 0.0)
    monkeypatch.setattr(module, "SOON", 0.0)
    init = module._Bar.__init__

    def often(bar, **how):
        init(bar, **how)
        bar.mininterval = 0.0

    monkeypatch.setattr(module._Bar, "__init__", often)
    for name in module.SILENT:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def data():
    return small_mnist(n_train=300, n_val=0, n_test=10)


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\r") if line.strip()]


def test_a_terminal_sees_how_far_it_is_and_is_left_clean(at_once, capsys, data):
    train(0.1, data=data, epochs=2, hidden=3, label="at 0.1")
    train_many({"a": 0.1, "b": 1}, [0, 1], data=data, epochs=1, hidden=3)
    out, err = capsys.readouterr()
    told = lines(err)
    assert [line.partition(" |")[0] for line in told[:2]] == [
        "training at 0.1:  17%",
        "training at 0.1:  33%",
    ]
    assert told[-1].startswith("training 4 networks side by side: 100% |")
    assert all("left" in line for line in told) and out == ""
    assert not err.endswith("left") and err.split("\r")[-2].strip() == ""


def test_what_is_short_says_nothing(monkeypatch, capsys, data):
    for name in module.SILENT:
        monkeypatch.delenv(name, raising=False)
    train(0.1, data=data, epochs=1, hidden=3)
    train_many({"a": 0.1}, [0], data=data, epochs=1, hidden=3)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("name", module.SILENT)
def test_nothing_is_shown_where_nobody_watches(at_once, monkeypatch, capsys, name):
    monkeypatch.setenv(name, "1")
    for _ in each(range(3), "three"):
        with progress(2, "two") as advance:
            advance()
    assert capsys.readouterr() == ("", "")


def test_nothing_is_shown_where_it_is_not_wanted_or_off_the_main_thread(
    at_once, capsys, data
):
    train_many({"a": 0.1}, [0], data=data, epochs=1, hidden=3, progress=False)
    own = threading.Thread(
        target=train, args=(0.1,), kwargs={"data": data, "epochs": 1}
    )
    own.start()
    own.join()
    assert capsys.readouterr() == ("", "")


def test_trainings_in_a_loop_move_one_bar(at_once, capsys):
    for seed in each([4, 5], "two seeds"):
        with progress(4, f"seed {seed}") as advance:
            for _ in range(6):  # more than it said: never beyond its own half
                advance()
    shares = [line.partition("%")[0] for line in lines(capsys.readouterr().err)]
    assert shares[:5] == [f"two seeds:  {n}" for n in (12, 25, 38, 50, 50)]
    assert shares[-1] == "two seeds: 100" and not any("seed 4" in s for s in shares)


def test_several_steps_may_be_done_at_once(at_once, capsys):
    with (
        pytest.raises(Stopped, match="after 7 of 8 parts"),
        progress(8, "threads", unit="part") as advance,
    ):
        for count in (0, 6, 1):
            advance(count)
        raise KeyboardInterrupt
    shares = [line.partition(" |")[0] for line in lines(capsys.readouterr().err)]
    assert shares == ["threads:   0%", "threads:  75%", "threads:  88%"]


def test_a_loop_that_was_left_early_moves_no_later_bar(at_once, capsys):
    for _ in each(range(9), "nine"):
        break
    with progress(1, "afterwards") as advance:
        advance()
    assert lines(capsys.readouterr().err)[-1].startswith("afterwards: 100%")


@pytest.fixture(autouse=True)
def interrupts():
    """Heeded also where the tests run in the background, which is started without."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def interrupted(n: int, time: int = 1):
    """A rate that interrupts when asked for step n, as a notebook's button does."""
    asked = []

    def rate(step):
        asked.append(step)
        if step == n and asked.count(n) == time:
            signal.raise_signal(signal.SIGINT)
        return 0.1

    return rate


def state():
    return (
        torch.get_num_threads(),
        torch.is_grad_enabled(),
        torch.is_inference_mode_enabled(),
        torch.get_rng_state().tolist(),
        module._Bar.current,
        len(module._Bar._instances),
    )


@pytest.mark.parametrize("n", [1, 4])
def test_a_training_stops_in_good_order(at_once, data, n):
    how = {"data": data, "epochs": 2, "hidden": 3, "num_threads": 1}
    whole, before = train(0.1, **how).loss, state()
    with pytest.raises(
        Stopped, match=rf"training, after {n} of 6 steps\. Run the cell"
    ):
        train(interrupted(n), **how)
    with pytest.raises(Stopped, match=r"^Stopped\. Run the cell again to begin"):
        train_many({"a": interrupted(n)}, [0], **how)  # its rates are asked for first
    assert state() == before
    assert np.array_equal(train(0.1, **how).loss, whole)


def test_of_a_stopped_training_nothing_is_remembered(data, tmp_path, monkeypatch):
    monkeypatch.setenv(remember.FOLDER, str(tmp_path))
    monkeypatch.setattr(remember, "WORTH_STEPS", 1)
    how = {"data": data, "epochs": 2, "hidden": 3}
    with pytest.raises(Stopped, match="after 3 of 6"):
        train(interrupted(3, time=2), **how)  # first it is asked what run it is
    with pytest.raises(Stopped):
        train_many({"a": interrupted(3, time=2)}, [0], **how)
    assert not list(tmp_path.glob("*.npz"))
    again = train(interrupted(3, time=0), **how)
    assert len(again.loss) == 6 and len(list(tmp_path.glob("*.npz"))) == 1


def test_a_stop_within_a_loop_says_where_it_was(at_once, data):
    with pytest.raises(Stopped, match=r"after 2 of 3 steps \(seeds: 1 of 5\)\. Run"):
        for seed in each(range(5), "seeds"):
            rate = interrupted(2 if seed == 1 else -1)
            train(rate, data=data, epochs=1, hidden=3)
    assert module._Bar.current is None


CELLS = (
    "import signal\n"
    "from gdhelpers import progress as module\n"
    "module.LONG = module.SOON = 0.0",
    "print('before')\n"
    "for _ in range(2):\n"
    "    with module.progress(3, 'training') as advance:\n"
    "        for _ in range(3):\n"
    "            module.time.sleep(0.45)\n"
    "            advance()\n"
    "print('after')",
    "with module.progress(2, 'training') as advance:\n"
    "    module.time.sleep(0.45)\n"
    "    advance()\n"
    "    signal.raise_signal(signal.SIGINT)",
    "print(1 + 1)",
)


def run_notebook(tmp_path: Path, **environment: str) -> tuple[list, list[str]]:
    """The outputs of each cell, and all that was ever shown as HTML."""
    notebook = new_notebook(cells=[new_code_cell(source) for source in CELLS])
    seen: list[str] = []

    class Client(NotebookClient):
        def process_message(self, msg, cell, cell_index):
            seen.append(msg["content"].get("data", {}).get("text/html", ""))
            return super().process_message(msg, cell, cell_index)

    quiet = dict.fromkeys(module.SILENT, "") | environment
    with mock.patch.dict(os.environ, quiet):
        Client(
            notebook,
            kernel_name="gdgrader-fast",
            allow_errors=True,
            resources={"metadata": {"path": str(tmp_path)}},
        ).execute()
    nbformat.validate(notebook)
    return [cell.outputs for cell in notebook.cells], [text for text in seen if text]


def test_a_notebook_keeps_nothing_of_it_and_goes_on_after_a_stop(tmp_path):
    (_, trained, stopped, after), seen = run_notebook(tmp_path)
    assert seen and all('<progress max="100"' in text for text in seen)
    assert "done, about" in seen[0] and "left" in seen[0] and "I twice" in seen[0]
    kinds = [(o.output_type, o.get("text", o.get("data"))) for o in trained]
    assert kinds == [
        ("stream", "before\n"),
        ("display_data", {"text/html": ""}),
        ("stream", "after\n"),
    ]
    told = "Stopped: training, after 1 of 2 steps. Run the cell again to begin anew."
    assert stopped[-1].traceback == [told]
    assert [o.get("data") for o in stopped[:-1]] == [{"text/html": ""}]
    assert [o.text for o in after] == ["2\n"]


def test_a_built_or_graded_notebook_has_nothing_of_it(tmp_path):
    (_, trained, *_), seen = run_notebook(tmp_path, TQDM_DISABLE="1")
    assert seen == []
    assert [o.output_type for o in trained] == ["stream"] * len(trained)


def test_nothing_is_shown_where_a_class_is_graded():
    assert set(sandbox_environment()) & set(module.SILENT)
    with mock.patch.dict(os.environ, sandbox_environment()):
        assert module._is_silent()
