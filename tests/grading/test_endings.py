"""Whatever ends a kernel, and whenever it does: the cell that did it is named, and no
other loses a point, however busy the machine is."""

import pytest
from course import RIGHT, STEP, Course, insert

from gdgrader.grading import kernel_session
from gdgrader.grading.execute import LATER, PERHAPS
from gdgrader.grading.kernel_session import EXIT, KernelSession
from gdgrader.sandbox.limits import MB, Limits
from gdgrader.sandbox.spent import Spent

LIMITS = Limits(
    cell_seconds=60, submission_seconds=300, output_bytes=4 * MB, memory_bytes=900 * MB
)
HELPER = "def helper(theta, rate):\n    return theta - rate * 2 * theta"
USES_IT = STEP + "    return helper(theta, learning_rate)"
TIMER = "import os, threading\nthreading.Timer({}, os._exit, [0]).start()"
SOON = TIMER.format(0.02)
ENDED = "it ended the kernel"
# Cells that a right notebook has besides, the number of the one to blame (0: the second
# cell is the first of them) and what is said of it; None where chance decides whether
# the kernel ends at all.
OWN = {
    "exit": (["exit()"], 0, EXIT),
    "quit": (["x = 1", "quit()"], 1, EXIT),
    "exit, uncalled": (["exit"], 0, EXIT),
    "exit before a definition": ([f"exit()\n{HELPER}"], 0, EXIT),
    "ask_exit": (["get_ipython().ask_exit()"], 0, EXIT),
    "many exits": (["exit()"] * 12, 7, EXIT),
    "exit that keeps the kernel": (["exit(keep_kernel=True)"], 0, None),
    "sys.exit": (["import sys\nsys.exit(3)"], 0, None),
    "SystemExit": (["raise SystemExit"], 0, None),
    "os._exit": (["import os", "os._exit(3)"], 1, ENDED),
    "a crash": (["import ctypes\nctypes.string_at(0)"], 0, ENDED),
    "a killer": (["import os\nos.kill(os.getpid(), 9)"], 0, None),
    "many crashes": (["import os\nos._exit(0)"] * 6, 3, ENDED),
    "a timer": ([SOON, "x = 1", "y = 2"], 0, None),
    "a slow timer": ([TIMER.format(0.3), "x = 1"], 0, None),
    "a thread": (
        [
            "import os, threading, time\n"
            "def die():\n    time.sleep(0.02)\n    os._exit(1)\n"
            "threading.Thread(target=die).start()"
        ],
        0,
        None,
    ),
    "two timers": ([SOON, "x = 1", SOON, "y = 2"], 2, None),
    "a callback": (
        ["import asyncio, os\nasyncio.get_event_loop().call_later(0.01, os._exit, 0)"],
        0,
        None,
    ),
    "a task": (
        [
            "import asyncio, os\n"
            "async def die():\n    await asyncio.sleep(0.01)\n    os._exit(0)\n"
            "task = asyncio.ensure_future(die())"
        ],
        0,
        None,
    ),
    "a hook": (
        [
            "import os\n"
            "get_ipython().events.register('pre_run_cell', lambda *_: os._exit(0))",
            "x = 1",
        ],
        0,
        LATER,
    ),
    "a loop that stops": (
        ["loop = get_ipython().kernel.io_loop\nloop.add_callback(loop.stop)"],
        0,
        None,
    ),
    "a flood": (["while True: print('x' * 10_000)"], 0, "output limit"),
}
# The same where the solution calls `helper` of the student's own, which is defined
# below what ends the kernel, or above it.
WITH_HELPER = {
    "a timer, then help": ([SOON, HELPER], 0, None),
    "help, then a crash": ([HELPER, "import os\nos._exit(0)"], 1, ENDED),
    "a callback, then help": (
        [
            "import asyncio, os\n"
            "asyncio.get_event_loop().call_later(0.005, os._exit, 0)",
            "x = 1",
            HELPER,
        ],
        0,
        None,
    ),
    "a finalizer that nobody sees": (
        [
            "import os, weakref\nclass A: pass\na = A()\n"
            "end = weakref.finalize(a, os._exit, 0)",
            f"if 'a' in globals():\n    del a\n{HELPER}",
        ],
        0,
        PERHAPS,
    ),
    "an idle thread with help, then a crash": (
        [
            "import threading, time\n"
            "threading.Thread(target=time.sleep, args=[60], daemon=True).start()\n"
            + HELPER,
            "import os\nos._exit(0)",
        ],
        1,
        ENDED,
    ),
    "nearly a flood, then help": (
        ["print('x' * 3_900_000)", f"print('x' * 400_000)\n{HELPER}"],
        0,
        PERHAPS,
    ),
    "much memory, then help": (
        [
            "import torch\nheld = torch.ones(120_000_000)",
            f"import torch\nx = torch.ones(130_000_000)\ndel x\n{HELPER}",
        ],
        0,
        PERHAPS,
    ),
    "exit with help": ([f"{HELPER}\nexit()"], 0, EXIT),
}
# Solutions that are right, and do it themselves.
SOLUTIONS = {
    "exit below a solution": RIGHT["step"] + "\nexit()",
    "exit in a solution": RIGHT["step"].replace("    return", "    exit()\n    return"),
    "a timer below a solution": f"{RIGHT['step']}\n{TIMER.format(0.5)}",
    "a timer in a solution": RIGHT["step"].replace(
        "    return",
        "    import os, threading\n"
        "    if 'timer' not in globals():\n"
        "        globals()['timer'] = threading.Timer(9, os._exit, [0])\n"
        "        globals()['timer'].start()\n"
        "    return",
    ),
}


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Course:
    made = Course(tmp_path_factory.mktemp("course"), LIMITS)
    for name, (cells, _, _) in (OWN | WITH_HELPER).items():
        step = USES_IT if name in WITH_HELPER else RIGHT["step"]
        work = made.answered({**RIGHT, "step": step})
        insert(work, "given_imports", *cells)
        made.submit(name, work)
    for name, step in SOLUTIONS.items():
        made.submit(name, made.answered({**RIGHT, "step": step}))
    fatal = STEP + "    import os\n    os._exit(0)"
    made.submit("fatal when called", made.answered({**RIGHT, "step": fatal}))
    made.autograde()
    return made


@pytest.mark.parametrize("student", [*OWN, *WITH_HELPER, *SOLUTIONS])
def test_nobody_loses_a_point_by_it(course, student):
    assert course.points(student) == course.most, course.notes(student)


def test_a_function_that_ends_the_kernel_is_wrong(course):
    assert course.points("fatal when called") == 0
    assert ENDED in course.verdict("fatal when called", "step_up")


@pytest.mark.parametrize("student", OWN | WITH_HELPER)
def test_who_did_it_is_named_and_no_other(course, student):
    _, number, said = (OWN | WITH_HELPER)[student]
    notes = course.notes(student)
    if said:
        assert f"Cell {3 + number} (the student's own): " in notes
        assert said in notes
    if student not in ("two timers", "many exits", "many crashes"):
        assert "Cell" not in notes.replace(f"Cell {3 + number} (the student's own)", "")


def test_short_cells_have_no_more_time_than_long_ones(tmp_path, monkeypatch):
    """Not the same time again in each new kernel, where no look came at them."""
    started, start = [], KernelSession.start
    spin = "import time\nend = time.process_time() + 0.1\n"
    spin += "while time.process_time() < end: pass"

    def starts(session):
        started.append(session)
        return start(session)

    monkeypatch.setattr(KernelSession, "start", starts)
    monkeypatch.setattr(kernel_session._Span, "spent", Spent())
    course = Course(tmp_path, Limits(submission_seconds=1), isolated=False)
    course.edited("ann", lambda work: insert(work, "given_imports", *[spin] * 30))
    course.autograde()
    assert len(started) == 1
    assert course.points("ann") == 0
    assert "submission limit of 1 s" in course.notes("ann")
