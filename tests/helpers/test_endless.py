"""A function that does not come back is stopped, wherever it loops, and says where."""

import faulthandler
import io
import linecache
import signal
import sys
import threading
import time
from functools import partial
from pathlib import Path

import pytest
import torch
from busy import one_processor_with

from gdhelpers import endless, insist, training
from gdhelpers.cases import run_case
from gdhelpers.checks import CheckFailed, check, once_written
from gdhelpers.endless import Watch
from gdhelpers.explorers.descent import explore_descent
from gdhelpers.explorers.student import Unusable, ask
from gdhelpers.progress import Stopped
from gdhelpers.verdicts import COLUMNS, Fault

LESSON = Path(__file__).parents[2] / "release" / "01_single_step"

# Each is in a cell of its own and defines `f(theta, learning_rate)`.
LOOPS = {
    "a condition": """
def f(theta, learning_rate):
    while abs(theta) > 0:
        theta = theta * 1.0
    return theta
""",
    "swallows it": """
def f(theta, learning_rate):
    while True:
        try:
            while True:
                theta = theta + 1
        except:
            pass
""",
    "swallows it twice": """
def step(theta):
    while True:
        try:
            while True:
                theta = theta + 1
        except BaseException:
            learning_rate = 1

def f(theta, learning_rate):
    while True:
        try:
            step(theta)
        except:
            continue
""",
    "swallows it and comes back": """
def f(theta, learning_rate):
    try:
        while True:
            theta = theta + 1
    except BaseException:
        return theta
""",
    "in a finally": """
def f(theta, learning_rate):
    try:
        return 1 / 0
    finally:
        while True:
            theta = theta + 1
""",
    "asleep": """
import time
def f(theta, learning_rate):
    time.sleep(1000)
""",
    "asleep, and swallows it": """
import time
def f(theta, learning_rate):
    while True:
        try:
            time.sleep(1000)
        except:
            pass
""",
    "a generator": """
def steps():
    while True:
        yield 1

def f(theta, learning_rate):
    return sum(steps())
""",
    "a lambda": """
f = lambda theta, learning_rate: [0 for _ in iter(int, 1)]
""",
    "without autograd": """
import torch
def f(theta, learning_rate):
    torch.set_grad_enabled(False)
    for _ in range(10**12):
        theta = theta + 1
""",
}

BUSY = """
import time
def f(until):
    while time.monotonic() < until:
        pass
"""

SPIN = """
import time
def f(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass
    return 4
"""


@pytest.fixture(autouse=True)
def short(monkeypatch):
    # Where a loop is not stopped after all, nothing else would end the run.
    faulthandler.dump_traceback_later(180, exit=True)
    monkeypatch.delenv(endless.GRADING, raising=False)
    monkeypatch.setattr(endless, "SECONDS", 0.25)
    monkeypatch.setattr(endless, "AGAIN", 0.15)
    monkeypatch.setattr(endless, "TICK", 0.02)
    monkeypatch.setattr(endless, "HEED", 0.1)
    # As a kernel has it while a cell runs; what a shell starts in the background not.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
    faulthandler.cancel_dump_traceback_later()


def defined(source: str, file: str = "", **names):
    """What a cell's code defines as `f`."""
    file = file or f"/tmp/ipykernel_1/{abs(hash(source))}.py"
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)
    exec(compile(source, file, "exec"), names)
    return names["f"]


def flat(text: str) -> str:
    return " ".join(text.split())


def stopped(function, exercise: str = "single_step_gradient_descent") -> CheckFailed:
    with pytest.raises(CheckFailed) as failed:
        check(function, exercise, None, LESSON)
    return failed.value


@pytest.mark.parametrize("name", LOOPS)
def test_it_is_stopped_and_nothing_is_left(name, monkeypatch):
    def tracer(*_):  # a debugger's
        return None

    out, threads = sys.stdout, threading.active_count()
    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        failed = stopped(defined(LOOPS[name]))
        assert sys.gettrace() is tracer
    finally:
        sys.settrace(before)
    assert failed.fault is Fault.LIMIT
    assert "called:    single_step_gradient_descent(3, 0.1)" in str(failed)
    assert "came back: nothing: stopped after 0.25 s, at the line `" in flat(
        str(failed)
    )
    assert max(map(len, str(failed).splitlines())) <= COLUMNS
    assert sys.stdout is out and torch.is_grad_enabled()
    assert threading.active_count() == threads and not insist._bases
    monitoring = getattr(sys, "monitoring", None)
    assert monitoring is None or monitoring.get_tool(4) is None
    time.sleep(3 * endless.HEED)  # and nothing arrives afterwards


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (
            LOOPS["a condition"],
            "Its loop `while abs(theta) > 0:` went on: `theta` was 3 by then. When",
        ),
        (LOOPS["swallows it"], "`while True:` ends only at a `break` or a `return`"),
        (
            LOOPS["without autograd"],
            "had not come to its end: how many rounds is that?",
        ),
        (LOOPS["asleep"], "What in it takes so long, or never ends?"),
        (
            "def f(theta, learning_rate):\n    n = 0\n    while n < 5:\n"
            "        theta = theta + 1\n",
            "`n` was 0 by then. Nothing in the loop changes `n`. When should it end?",
        ),
        (
            "def f(theta, learning_rate):\n    todo = [1]\n    while todo:\n"
            "        todo.append(todo.pop())\n",
            "Its loop `while todo:` ends only once that is false",
        ),
    ],
)
def test_it_says_what_a_tutor_would(source, words):
    assert words in flat(str(stopped(defined(source))))


def test_the_call_that_did_not_come_back_is_named():
    source = (
        "def f(theta, learning_rate, n):\n    while n != 1:\n        n = n - 1\n"
        "    return theta * (1 - 2 * learning_rate)\n"
    )
    text = str(stopped(defined(source), "gradient_descent"))
    assert "called:    gradient_descent(" in text and "`n` was -" in text


def test_what_was_stopped_once_is_given_less_time():
    function = defined(LOOPS["a condition"].replace("1.0", "1.00"))
    assert "after 0.25 s" in str(stopped(function))
    assert "after 0.15 s" in str(stopped(function))


def test_what_takes_long_and_comes_back_is_right(monkeypatch):
    monkeypatch.setattr(endless, "SECONDS", 5.0)

    def f(theta, learning_rate):
        time.sleep(0.03)
        return theta - 2 * learning_rate * theta

    check(f, "single_step_gradient_descent", "a positive start", LESSON)


@pytest.mark.parametrize("module", ["pdb", "bdb", "debugpy.server", "pydevd"])
def test_a_debugger_may_wait(module, capsys):
    waits, waited = defined(BUSY, __name__=module), []

    def f(theta, learning_rate):
        waits(time.monotonic() + (0 if waited else 0.4))
        waited.append(theta)
        return theta - 2 * learning_rate * theta

    check(f, "single_step_gradient_descent", "a positive start", LESSON)
    assert "✓" in capsys.readouterr().out


def test_nothing_watches_where_a_class_is_graded(monkeypatch):
    monkeypatch.setenv(endless.GRADING, "1")
    seen = []

    def f(theta, learning_rate):
        seen.append((threading.active_count(), endless.watching()))
        return theta - 2 * learning_rate * theta

    alone = threading.active_count(), None
    check(f, "single_step_gradient_descent", "a positive start", LESSON)
    assert set(seen) == {alone}


def test_another_thread_is_watched_as_well():
    found = []
    function = defined(LOOPS["swallows it"] + "\n")

    def work():
        with Watch() as watch:
            watch.run(partial(function, 1.0, 0.1))
            found.append(watch.place)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(20)
    assert found[0].function == "f" and not thread.is_alive()


def test_an_explorer_shows_the_courses_own_and_says_why():
    explorer = explore_descent(defined(LOOPS["swallows it twice"]))
    words = explorer.note.value
    assert "did not come back. It was stopped after" in words
    assert "you see the course&#x27;s own step" in words
    with Watch(), pytest.raises(Unusable, match="did not come back"):
        ask(defined(LOOPS["asleep"]), 1.0, 0.1)


def test_an_explorer_says_when_many_calls_take_too_long():
    source = (
        "import time\ndef f(theta, learning_rate):\n    time.sleep(0.03)\n"
        "    return theta - 2 * learning_rate * theta\n"
    )
    explorer = explore_descent(defined(source))
    assert "It was stopped after" in explorer.note.value


def test_an_explorer_says_when_it_takes_too_long_between_two_calls(capsys):
    slow = defined(BUSY)
    explorer = explore_descent()
    before, explorer.controls = explorer.pictures, {}
    explorer.answer = partial(slow, time.monotonic() + 9)
    explorer.redraw()
    assert "f takes too long. It was stopped" in explorer.note.value
    assert explorer.pictures == before
    explorer.pictures = 0
    explorer._ipython_display_()
    assert "widget-view" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["a condition", "swallows it", "a generator"])
def test_a_demonstration_says_it_too(name, capsys):
    function = defined(LOOPS[name])
    with once_written("f"):
        function(1.0, 0.1)
    out = flat(capsys.readouterr().out)
    assert "This uses your f, which did not come back. It was stopped after" in out


def test_a_demonstration_may_give_its_function_longer(capsys):
    slow = defined(BUSY.replace("pass", "until += 0"))
    with once_written("f", seconds=5):
        slow(time.monotonic() + 0.6)
    assert capsys.readouterr().out == ""
    with once_written("f"):
        slow(time.monotonic() + 9)
    assert "This uses your f" in capsys.readouterr().out


def test_who_shares_a_processor_has_what_it_would_take_alone():
    spin = defined(SPIN)
    with one_processor_with(3), Watch() as watch:
        assert watch.run(partial(spin, 0.15)) == 4
    assert watch.place is None


def test_a_demonstration_may_train_as_long_as_it_likes(capsys):
    trains = defined(BUSY, training.__file__)
    function = defined("def f(work, until):\n    work(until)\n")
    with once_written("f"):
        function(trains, time.monotonic() + 0.5)
    assert capsys.readouterr().out == ""


def test_what_the_lessons_own_cell_computes_is_nobodys_loop(capsys):
    works = defined(BUSY, str(Path(training.__file__).with_name("plateau.py")))
    until = time.monotonic() + 0.6
    with once_written("f"):
        sum(works(until) or 0 for _ in "12")  # in a frame of its own, of this cell
        (lambda: works(until))()
    assert capsys.readouterr().out == ""


def test_what_a_demonstration_took_away_is_given_back(capsys):
    source = (
        "import io, sys\ndef f(theta):\n    sys.stdout = io.StringIO()\n"
        "    while True:\n        theta = theta + 1\n"
    )
    with once_written("f"):
        defined(source)(1.0)
    assert "This uses your f" in capsys.readouterr().out


def interrupted(theta, learning_rate):
    raise KeyboardInterrupt


def test_an_interrupt_by_hand_is_one_line():
    with pytest.raises(Stopped) as one:
        check(interrupted, "single_step_gradient_descent", None, LESSON)
    words = str(one.value)
    assert words.startswith("Stopped in single_step_gradient_descent(3, 0.1), at the")
    assert "`raise KeyboardInterrupt`. Run the cell again" in words
    with (
        pytest.raises(Stopped, match=r"^Stopped at the line `raise Keyb"),
        once_written("f"),
    ):
        interrupted(1, 2)
    with pytest.raises(Stopped):
        explore_descent(interrupted)


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        ("print('a')", ["a"]),
        ("print('a\\n\\nb')", ["a", "", "b"]),
        ("print('x' * 500)", ["x" * 74 + " …"]),
        ("[print(i) for i in range(9)]", ["0", "1", "2", "3", "… and 5 lines more"]),
        ("print('y\\n' * 10**6)", ["y"] * 4 + ["… and 999997 lines more"]),
    ],
)
def test_what_it_prints_is_shown_and_cut(printed, shown, capsys):
    source = f"def f(theta, learning_rate):\n    {printed}\n    return theta * 0.8\n"
    with pytest.raises(CheckFailed):
        check(defined(source), "single_step_gradient_descent", None, LESSON)
    first, *lines = capsys.readouterr().out.rstrip("\n").split("\n")
    assert first.startswith("Printed by single_step_gradient_descent(")
    assert [line.removeprefix("    ") for line in lines] == shown


def test_the_call_that_is_wrong_is_the_one_whose_prints_are_shown(capsys):
    source = (
        "def f(theta, learning_rate):\n    print(theta, learning_rate)\n"
        "    return theta * (1 - 2 * learning_rate) if theta > 0 else 7.0\n"
    )
    with pytest.raises(CheckFailed) as failed:
        check(defined(source), "single_step_gradient_descent", None, LESSON)
    call = str(failed.value).split("called:")[1].splitlines()[0].strip()
    assert f"Printed by {call}:" in capsys.readouterr().out


def test_without_an_ear_a_case_costs_and_hears_nothing():
    out = sys.stdout = io.StringIO()
    try:
        assert run_case(lambda: print("x"), {}) == {"value": None}
    finally:
        sys.stdout = sys.__stdout__
    assert out.getvalue() == ""


# What is no doing of the function's. ----------------------------------------------


@pytest.mark.parametrize(
    ("used", "ticks"),
    [
        (1.0, 10),  # it has a processor of its own
        (8.0, 10),  # all threads are counted: it is none the sooner
        (0.7, 15),  # it shares it: by the clock it takes longer
        (0.3, 33),
        (0.12, 60),  # and never more than six times as long
        (0.0, 10),  # it sleeps
        (0.05, 10),
    ],
)
def test_what_waits_for_a_processor_has_longer(used, ticks, monkeypatch):
    monkeypatch.setattr(endless.frames, "waits_for_a_person", lambda *_: False)
    monkeypatch.setattr(endless, "_stopped_before", set())
    monkeypatch.setattr(endless, "raise_in", lambda *_: None)
    here = defined("import sys\ndef f():\n    return sys._getframe()\n")()
    monkeypatch.setattr(sys, "_current_frames", lambda: {watch._thread: here})
    watch = Watch(seconds=0.99)
    for tick in range(1, 80):
        watch._look(0.1, 0.1 * used, 0.1 * tick)
        if watch.place:
            break
    assert tick == ticks


def test_to_load_a_library_is_not_its_doing(tmp_path, monkeypatch):
    slow = "import time\nfor _ in range(100):\n    time.sleep(0.01)\n"
    (tmp_path / "a_slow_library.py").write_text(slow)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "a_slow_library", raising=False)
    f = defined("def f():\n    import a_slow_library\n    return 4\n")
    with Watch() as watch:
        assert watch.run(f) == 4
    assert watch.place is None
