"""In a notebook an interrupt and a missing name are one line, and a stub goes on."""

import os
import re
import signal
import threading
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from gdhelpers import calm
from gdhelpers.lab.__main__ import FIRST

KERNEL = Config(IPKernelApp={}, HistoryManager={"enabled": False})
LESSON = Path(__file__).parents[2] / "release" / "01_single_step"
STEP = "single_step_gradient_descent"
CHECK = f'check({STEP}, "{STEP}", "a positive start")'
RIGHT = (
    f"def {STEP}(theta, learning_rate):\n    return theta * (1 - 2 * learning_rate)\n"
)


@pytest.fixture
def shell(monkeypatch):
    """IPython, as a kernel has it, in a lesson's folder and with its first cell run."""
    monkeypatch.chdir(LESSON)
    monkeypatch.delenv(calm.GRADING, raising=False)
    made = InteractiveShell(config=KERNEL)
    monkeypatch.setattr(calm, "_shell", lambda: made)
    monkeypatch.setattr(calm, "_cells", None)
    calm.at_home()
    made.run_cell("from gdhelpers.checks import check, once_written")
    return made


def said(capsys) -> str:
    out, err = capsys.readouterr()
    return " ".join(re.sub(r"\x1b\[[\d;]*m", "", out + err).split())


@pytest.mark.parametrize(
    "code",
    [
        CHECK,
        f"from gdhelpers.explorers import explore_descent\nexplore_descent({STEP})",
        f"print({STEP}(3, 0.1))",
    ],
)
def test_after_a_restart_it_says_which_cell_to_run(shell, capsys, code):
    result = shell.run_cell(code)
    assert type(result.error_in_exec) is NameError  # it earns nothing, as before
    assert said(capsys) == (
        f"`{STEP}` is not defined in this kernel: run the cell with `def {STEP}(…)` "
        "(if you have renamed it, give it this name again), then this one again."
    )


@pytest.mark.parametrize(
    ("lesson", "code", "begins"),
    [
        ("01_single_step", CHECK, "from gdhelpers.checks import check"),
        (
            "01_single_step",
            "with once_written('x'):\n    pass",
            "from gdhelpers.checks",
        ),
        ("02_constant_learning_rate", "torch.zeros(3)", "import math"),
        ("03_linear_regression", "x, y, start = problem()", "import torch"),
        ("05_step_decay", "show(fig)", ""),
    ],
)
def test_after_a_restart_the_lessons_own_names_have_a_cell(
    lesson, code, begins, monkeypatch, capsys
):
    monkeypatch.chdir(LESSON.with_name(lesson))
    monkeypatch.delenv(calm.GRADING, raising=False)
    made = InteractiveShell(config=KERNEL)
    monkeypatch.setattr(calm, "_shell", lambda: made)
    monkeypatch.setattr(calm, "_cells", None)
    made.safe_execfile(FIRST, made.user_ns)
    assert "_calm" not in made.user_ns
    assert type(made.run_cell(code).error_in_exec) is NameError
    words = said(capsys)
    assert "is not defined in this kernel: run the cell that begins with" in words
    assert f"with `{begins}" in words and "Traceback" not in words


def test_before_the_first_cell_is_run_one_can_ask_for_help(monkeypatch, capsys):
    """And not by a word that IPython takes for a command of its own."""
    monkeypatch.chdir(LESSON)
    made = InteractiveShell(config=KERNEL)
    made.safe_execfile(FIRST, made.user_ns)
    assert made.run_cell(f"reset('{STEP}')").success
    assert f"is the cell of {STEP} as it was handed out" in said(capsys)
    assert made.run_cell(f"help_me('{STEP}')").success and "The rule" in said(capsys)
    assert callable(made.user_ns["reset_lesson"])
    made.run_cell("kept = 1\n%reset -f")  # IPython's, with its own sign
    assert "kept" not in made.user_ns


def test_a_renamed_function_is_told_from_one_not_yet_run(shell, capsys):
    demonstration = f'with once_written("{STEP}"):\n    {STEP}(3.0, 0.1)'
    shell.run_cell(demonstration)
    assert f"run the cell with `def {STEP}(…)`" in said(capsys)
    shell.run_cell(RIGHT.replace("descent", "decent"), cell_id="own")
    for code in (demonstration, CHECK):
        shell.run_cell(code)
        assert "you have defined `single_step_gradient_decent`" in said(capsys)


def test_an_older_function_is_not_checked_without_a_word(shell, capsys):
    shell.run_cell(RIGHT, cell_id="own")
    assert shell.run_cell(CHECK).success and "✓" in said(capsys)
    shell.run_cell(RIGHT + ")", cell_id="own")
    capsys.readouterr()
    assert not shell.run_cell(CHECK).success
    words = said(capsys)
    assert "not checked, as the cell that defines" in words and "✓" not in words
    assert "(SyntaxError: unmatched ')')" in words
    shell.run_cell(f'with once_written("{STEP}"):\n    print({STEP}(3.0, 0.1))')
    words = said(capsys)
    assert words.startswith("Mind that the cell that defines") and "2.4" in words
    shell.run_cell(RIGHT, cell_id="own")
    assert shell.run_cell(CHECK).success


@pytest.mark.parametrize(
    ("code", "kept"),
    [
        ("print(nowhere)", "NameError: name 'nowhere' is not defined"),
        (f"def g():\n    return {STEP}\ng()", f"NameError: name '{STEP}'"),
        ("def g():\n    del a\n    a = 1\ng()", "UnboundLocalError"),
        ("1 / 0", "ZeroDivisionError"),
    ],
)
def test_every_other_error_is_shown_as_ever(shell, capsys, code, kept):
    assert not shell.run_cell(code).success
    words = said(capsys)
    assert kept in words and "Traceback" in words


@pytest.mark.parametrize(
    "code",
    [
        "while True:\n    pass",
        "import time\ntime.sleep(60)",
        "[0 for _ in iter(int, 1)]",
    ],
)
def test_an_interrupt_by_hand_is_one_line(shell, capsys, code):
    press = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    press.start()
    result = shell.run_cell(code)
    assert isinstance(result.error_in_exec, KeyboardInterrupt)
    words = said(capsys)
    assert words.startswith("Stopped") and words.endswith(
        "Run the cell again to begin anew."
    )
    assert "Traceback" not in words


def test_what_was_asked_of_ipython_before_is_asked_still(shell, capsys, monkeypatch):
    shell.set_custom_exc((KeyError,), lambda *_, tb_offset=None: print("their own"))
    monkeypatch.setattr(calm, "_cells", None)
    calm.at_home()
    shell.run_cell("{}[1]")
    assert said(capsys) == "their own"
    shell.run_cell(CHECK)
    assert "is not defined in this kernel" in said(capsys)


def test_nothing_is_asked_where_a_class_is_graded(monkeypatch):
    made = InteractiveShell(config=KERNEL)
    monkeypatch.setattr(calm, "_shell", lambda: made)
    monkeypatch.setattr(calm, "_cells", None)
    monkeypatch.setenv(calm.GRADING, "1")
    calm.at_home()
    assert calm.cells() is None and made.custom_exceptions == ()


def test_what_is_not_written_yet_lets_the_notebook_go_on(shell, capsys):
    shell.run_cell(
        f"def {STEP}(theta, learning_rate):\n    raise NotImplementedError()"
    )
    assert shell.run_cell(CHECK).success
    out, err = capsys.readouterr()
    assert out == "" and err.startswith(f"{STEP}, a positive start\n  Not written yet")
