"""A signal waits while something is written down; then it ends the run, in order."""

import os
import signal
import threading
from contextlib import suppress
from functools import partial

import pytest
from course import LESSON, LIMITS, RIGHT, STEP, Course
from grades import everything
from sqlalchemy import event
from sqlalchemy.orm import Session

from gdgrader.autograde import runner
from gdgrader.autograde.stopping import SIGNALS, Stopped, stoppable, undisturbed
from gdgrader.gradebook.folders import GradedFiles
from gdgrader.limited import MB, Allowance, limited

CLASS = 3
MOMENTS = ("before_flush", "after_flush", "after_flush_postexec", "before_commit")
MOMENTS += (
    "after_commit",
    "after_begin",
    "after_transaction_end",
    "after_soft_rollback",
)


@pytest.fixture(autouse=True)
def handlers():
    """Whatever a test does, the runner of the tests has its own again."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    yield
    assert {number: signal.getsignal(number) for number in SIGNALS} == before


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_waits_until_it_is_written(number):
    done = []
    with pytest.raises(Stopped) as stopped, stoppable():
        with undisturbed():
            signal.raise_signal(number)
            done.append("written")
        done.append("more")
    assert done == ["written"] and stopped.value.status == 128 + number


def test_who_cannot_wait_asks_twice():
    done = []
    with pytest.raises(Stopped) as stopped, stoppable(), undisturbed():
        signal.raise_signal(signal.SIGINT)
        done.append("one")
        signal.raise_signal(signal.SIGTERM)
        done.append("two")
    assert done == ["one"] and stopped.value.status == 128 + signal.SIGINT


def test_one_within_another_is_one():
    done = []
    with pytest.raises(Stopped), stoppable():
        with undisturbed():
            with undisturbed():
                signal.raise_signal(signal.SIGINT)
                done.append("inner")
            done.append("outer")
        done.append("more")
    assert done == ["inner", "outer"]


def test_it_ends_the_run_though_the_writing_fails():
    with pytest.raises(Stopped) as stopped, stoppable(), undisturbed():
        signal.raise_signal(signal.SIGINT)
        raise OSError("no space left")
    assert isinstance(stopped.value.__context__, OSError)


def test_without_a_command_it_is_what_python_makes_of_it():
    done = []
    with pytest.raises(KeyboardInterrupt), undisturbed():
        signal.raise_signal(signal.SIGINT)
        done.append("written")
    assert done == ["written"]


@pytest.mark.parametrize("how", [signal.SIG_IGN, signal.SIG_DFL])
def test_what_is_ignored_or_deadly_stays_so(how):
    """In a copy of this process, which the signal may end."""
    pid = os.fork()
    if not pid:
        with suppress(BaseException):
            signal.signal(signal.SIGTERM, how)
            with undisturbed():
                signal.raise_signal(signal.SIGTERM)
            os._exit(7)
        os._exit(1)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert status == (7 if how == signal.SIG_IGN else -signal.SIGTERM)


@pytest.mark.parametrize("number", SIGNALS)
def test_who_was_started_to_go_on_goes_on(number):
    """`nohup` ignores SIGHUP, a shell's background SIGINT."""
    before = signal.signal(number, signal.SIG_IGN)
    try:
        with stoppable():
            signal.raise_signal(number)
        hangs_up = partial(signal.raise_signal, number)
        assert limited(Allowance(seconds=9, memory=99 * MB), hangs_up) is None
    finally:
        signal.signal(number, before)
    with pytest.raises(Stopped), stoppable():
        signal.raise_signal(number)


def test_another_thread_may_grade_too():
    done = []

    def work():
        with undisturbed():
            done.append(threading.current_thread().name)

    thread = threading.Thread(target=work, name="beside")
    thread.start()
    thread.join()
    assert done == ["beside"]


def submitted(course: Course) -> Course:
    wrong = {**RIGHT, "step": STEP + "    return theta + learning_rate * 2 * theta"}
    for number in range(CLASS):
        course.submit(f"s{number}", course.answered(wrong if number % 2 else RIGHT))
    return course


def grade(course: Course) -> list[runner.Outcome]:
    how = {"limits": LIMITS, "isolated": False, "seed": "the same", "workers": 0}
    return runner.grade(LESSON, config=course.config, **how)


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """What one run that nobody stops leaves, and its results, to be had again."""
    course = submitted(Course(tmp_path_factory.mktemp("whole") / "course"))
    real, results = runner.grade_submission, {}

    def work(task, *kit):
        if task.student not in results:
            results[task.student] = real(task, *kit)
        return results[task.student]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runner, "grade_submission", work)
        grade(course)
        yield everything(course.root, course.db_url)


def asked_to_stop(course: Course) -> bool:
    """Whether a run ends by the stop alone; where it ends so, another finishes."""
    try:
        with stoppable():
            grade(course)
    except Stopped:
        return True
    return False


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("nth", [1, 9])
def test_a_signal_amid_the_gradebook_s_affairs(graded, tmp_path, moment, nth):
    """If it did not wait, SQLAlchemy would say that a transaction is closed."""
    course = submitted(Course(tmp_path / "course"))
    calls = []

    def signalled(*_):
        calls.append(1)
        if len(calls) == nth:
            signal.raise_signal(signal.SIGTERM)

    event.listen(Session, moment, signalled)
    try:
        stopped = asked_to_stop(course)
    finally:
        event.remove(Session, moment, signalled)
    assert stopped == (len(calls) >= nth)
    assert stopped or moment == "after_soft_rollback"
    grade(course)
    assert everything(course.root, course.db_url) == graded


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (runner, "read_hand_in"),
        (runner, "register"),
        (runner, "Gradebook"),
        (GradedFiles, "make_ready"),
        (GradedFiles, "take_place"),
    ],
)
def test_a_signal_is_nobody_s_failure(graded, tmp_path, monkeypatch, owner, name):
    """Amid reading and writing a library may take it for an error of its own."""
    course = submitted(Course(tmp_path / "course"))
    real = getattr(owner, name)

    def signalled(*arguments, **options):
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            raise ValueError("what a library makes of it") from None
        return real(*arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, signalled)
        assert asked_to_stop(course)
    assert {o.status for o in grade(course)} <= {"graded", "unchanged"}
    assert everything(course.root, course.db_url) == graded
