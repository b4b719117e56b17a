"""However busy the machine is, nobody loses a point by it; and whoever would run, or
wait, for ever is ended and named."""

import contextlib
import time
from types import SimpleNamespace

import pytest
from busy import one_processor_with
from course import DESCEND, FULL, LESSON, RIGHT, STEP, Course, insert

from gdgrader.autograde import runner
from gdgrader.autograde.runner import Outcome
from gdgrader.gradebook.states import WAITING
from gdgrader.grading import kernel_session, notebook
from gdgrader.sandbox.current import CurrentSandbox
from gdgrader.sandbox.limits import Limits
from gdhelpers.verdicts import Fault

# By the clock far more than these tests can take, however busy the machine.
PATIENT = {"submission_seconds": 200, "wall_factor": 10_000}
LOOPS = 2
CLOSED = DESCEND + "    return theta * (1 - 2 * learning_rate) ** num_steps"
HELPER = "def helper(theta, rate):\n    return theta - rate * 2 * theta"
USES_IT = STEP + "    return helper(theta, learning_rate)"
SPIN = (
    "import time\n"
    "def spin(seconds):\n"
    "    end = time.process_time() + seconds\n"
    "    while time.process_time() < end: pass\n"
)
# Work that a cell, or an answer, may do: half of the second that it has, which is one
# and a half by the clock where it gets a third of a processor.
HEAVY = {
    "in a cell": [f"{SPIN}spin(0.5)\n{HELPER}"],
    "in a loop that prints": [
        f"{SPIN}for i in range(50):\n    print(i, flush=True)\n    spin(0.01)\n{HELPER}"
    ],
    "in a child": [
        "import subprocess, sys\n"
        "code = 'import time as t' + chr(10) + 'while t.process_time()<.4:0'\n"
        f"subprocess.run([sys.executable, '-S', '-c', code], check=True)\n{HELPER}"
    ],
    "in threads": [
        f"{SPIN}import threading\n"
        "crew = [threading.Thread(target=spin, args=[0.3]) for _ in range(2)]\n"
        "for one in crew: one.start()\n"
        f"for one in crew: one.join()\n{HELPER}"
    ],
    "in two cells": [f"{SPIN}spin(0.5)", f"spin(0.5)\n{HELPER}"],
}
IN_ANSWERS = {
    "when first called": "    if not hasattr(spin, 'done'):\n"
    "        spin.done = spin(0.5)\n"
    "    return helper(theta, learning_rate)",
    "at every call": "    spin(0.02)\n    return helper(theta, learning_rate)",
    "in a child, when called": "    if not hasattr(spin, 'done'):\n"
    "        import os\n"
    "        child = os.fork()\n"
    "        if not child:\n"
    "            spin(0.5); os._exit(0)\n"
    "        spin.done = os.waitpid(child, 0)\n"
    "    return helper(theta, learning_rate)",
}


def graded(course: Course, loops: int = 0, workers: int = 0) -> dict[str, Outcome]:
    """Grade; beside loops in a sandbox of our own, which is then as busy as we are."""
    sandbox = None
    with contextlib.ExitStack() as busy:
        if loops:
            sandbox = busy.enter_context(contextlib.closing(CurrentSandbox()))
            host = sandbox.open(True, course.config.GdExecute.limits)
            busy.enter_context(one_processor_with(loops, host))
        outcomes = runner.grade(
            LESSON, config=course.config, sandbox=sandbox, workers=workers
        )
    return {outcome.student: outcome for outcome in outcomes}


@pytest.fixture(scope="module")
def busy(tmp_path_factory) -> Course:
    """Honest ones with much to do, on a processor that others use."""
    limits = Limits(cell_seconds=1, answer_seconds=1, **PATIENT)
    made = Course(tmp_path_factory.mktemp("busy"), limits)
    for name, cells in HEAVY.items():
        work = made.answered({**RIGHT, "step": USES_IT})
        insert(work, "given_imports", *cells)
        made.submit(name, work)
    for name, body in IN_ANSWERS.items():
        work = made.answered({"step": STEP + body, "descend": CLOSED})
        insert(work, "given_imports", f"{SPIN}{HELPER}")
        made.submit(name, work)
    made.outcomes = graded(made, LOOPS)
    return made


@pytest.mark.parametrize("student", [*HEAVY, *IN_ANSWERS])
def test_heavy_work_keeps_its_points_on_a_busy_machine(busy, student):
    assert busy.points(student) == busy.most, busy.notes(student)
    assert busy.notes(student) == ""


# What never comes to an end, and takes no processor. ----------------------------------

WAITS = {
    "a sleep": "time.sleep(1e6)",
    "many short sleeps": "while True: time.sleep(0.02)",
    "a lock": "lock = threading.Lock(); lock.acquire(); lock.acquire()",
    "a pipe": "os.read(os.pipe()[0], 1)",
    "an event": "threading.Event().wait()",
    "a child that sleeps": "subprocess.run(['sleep', '1000000'])",
    "a socket": "pair = socket.socketpair(); pair[0].recv(1)",
    "a process that is stopped": "child = subprocess.Popen(['sleep', '9'])\n"
    "child.send_signal(19); child.wait()",
}
MODULES = "import os, socket, subprocess, threading, time\n"


@pytest.fixture(scope="module")
def waiting(tmp_path_factory) -> Course:
    limits = Limits(cell_seconds=1, answer_seconds=1, **PATIENT)
    made = Course(tmp_path_factory.mktemp("waiting"), limits)
    for name, code in WAITS.items():
        work = made.answered(RIGHT)
        insert(work, "given_imports", MODULES + code)
        made.submit(name, work)
        body = "\n    ".join((MODULES + code).splitlines())
        step = {"step": f"{STEP}    {body}", "descend": DESCEND + "    return theta"}
        made.submit(f"{name}, asked", made.answered(step))
    asks = made.answered(RIGHT)
    insert(asks, "given_imports", "input('How are you? ')")
    made.submit("a question", asks)
    made.outcomes = graded(made, workers=6)  # which wait most of the time
    return made


@pytest.mark.parametrize("student", WAITS)
def test_a_cell_that_waits_for_ever_is_ended_and_named(waiting, student):
    assert waiting.points(student) == waiting.most, waiting.notes(student)
    assert "Cell 3 (the student's own): Stopped after 1 s" in waiting.notes(student)


@pytest.mark.parametrize("student", WAITS)
def test_a_function_that_waits_for_ever_is_wrong(waiting, student):
    assert waiting.outcomes[f"{student}, asked"].score == 0
    words = " ".join(waiting.verdict(f"{student}, asked", "step_up").split())
    assert "did not finish within 1 s" in words


def test_nobody_answers_a_question(waiting):
    assert waiting.points("a question") == waiting.most


# What load may have caused. -----------------------------------------------------------


class Clock:
    """A clock that runs so fast that nothing can be done in time: to who reads it the
    same as a machine that does nothing else."""

    def __init__(self, monkeypatch) -> None:
        self.fast, self.tries = 0, 0
        now = SimpleNamespace(monotonic=self.monotonic)
        monkeypatch.setattr(kernel_session, "time", now)
        tried = notebook.execute

        def execute(*arguments):
            self.tries += 1
            return tried(*arguments)

        monkeypatch.setattr(notebook, "execute", execute)

    def monotonic(self) -> float:
        return time.monotonic() * (1e9 if self.tries <= self.fast else 1)


LATE = {
    "a cell": [f"import time\ntime.sleep(0.3)\n{HELPER}"],
    "two cells": ["import time\ntime.sleep(0.3)", f"time.sleep(0.3)\n{HELPER}"],
    "a cell that does not heed it": [
        "import signal, time\n"
        "signal.signal(signal.SIGINT, signal.SIG_IGN)\ntime.sleep(0.3)\n"
        f"signal.signal(signal.SIGINT, signal.default_int_handler)\n{HELPER}"
    ],
    "a function": [
        "import time\ndef helper(theta, rate):\n    time.sleep(0.1)\n"
        "    return theta - rate * 2 * theta"
    ],
}


@pytest.fixture
def small(tmp_path) -> Course:
    return Course(tmp_path, Limits(), isolated=False)


def hand_in(course: Course, name: str) -> None:
    work = course.answered({"step": USES_IT, "descend": CLOSED})
    insert(work, "given_imports", *LATE[name])
    course.submit("ann", work)


def nbgrader(course: Course) -> None:
    course.autograde()


def gdgrader(course: Course) -> None:
    runner.grade(LESSON, config=course.config, workers=0, isolated=False)


BOTH = [*((name, gdgrader) for name in LATE), ("a cell", nbgrader)]


@pytest.mark.parametrize(("name", "grade"), BOTH)
def test_what_came_too_late_is_tried_again(small, monkeypatch, name, grade):
    hand_in(small, name)
    clock = Clock(monkeypatch)
    clock.fast = 1
    grade(small)
    assert clock.tries == 2
    assert small.points("ann") == small.most
    assert small.notes("ann") == ""


@pytest.mark.parametrize(("name", "grade"), BOTH)
def test_what_cannot_be_decided_is_for_a_person(small, monkeypatch, name, grade):
    hand_in(small, name)
    clock = Clock(monkeypatch)
    clock.fast = 2
    grade(small)
    assert small.state("ann").status == WAITING
    scores = small.scores("ann")
    assert all(scores[g] in (None, most) for g, most in FULL.items())
    assert scores["step_up"] is None
    assert "too busy" in small.notes("ann")
    stored = small.autograded("ann").metadata.gdgrader.verdicts["step_up"]
    assert stored["fault"] == Fault.GRADER


def test_the_next_run_tries_what_was_not_decided(small, monkeypatch):
    hand_in(small, "a cell")
    with monkeypatch.context() as patch:
        clock = Clock(patch)
        clock.fast = 2
        gdgrader(small)
    assert small.state("ann").status == WAITING
    gdgrader(small)
    assert small.points("ann") == small.most
    assert small.state("ann").status == "graded"


def test_a_kernel_that_does_not_start_is_tried_again(small, monkeypatch):
    started, kept = kernel_session.KernelSession.start, []

    async def start(session) -> None:
        await started(session)
        if len(kept) < 2:
            kept.append(session)
            raise RuntimeError("Kernel didn't respond in 1800 seconds")

    monkeypatch.setattr(kernel_session.KernelSession, "start", start)
    hand_in(small, "a cell")
    gdgrader(small)
    assert len(kept) == 2
    assert small.points("ann") == small.most


def test_who_is_kept_waiting_by_a_disk_is_not_blamed(tmp_path):
    """A parent waits for its child's exec as it would for a disk."""
    code = (
        "import ctypes, time\n"
        "if ctypes.PyDLL(None).syscall(58) == 0:\n    time.sleep(1000)"
    )
    limits = Limits(cell_seconds=1, answer_seconds=1, **PATIENT)
    course = Course(tmp_path, limits)
    work = course.answered({"step": "def (", "descend": RIGHT["descend"]})
    insert(work, "given_imports", code)
    course.submit("ann", work)
    with contextlib.closing(CurrentSandbox()) as sandbox:
        (outcome,) = runner.grade(
            LESSON, config=course.config, workers=0, sandbox=sandbox
        )
    assert outcome.status == WAITING
    assert course.scores("ann") == {**dict.fromkeys(FULL), "words": 0.0}
