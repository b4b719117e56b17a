"""A run killed at any moment, twenty times over; what it leaves is whole in the end.

The grading itself is done once and its results are then replayed, so that most kills
hit what can be torn: workers, pipes, gradebook and files.
"""

import errno
import multiprocessing
import os
import random
import signal
import time
from contextlib import suppress

import psutil
import pytest
from course import LESSON, LIMITS, RIGHT, RIGHT_STEP, STEP, Course
from grades import everything
from replay import RECORD, replay

from gdgrader.autograde import pool, runner
from gdgrader.autograde.record import Record
from gdgrader.gradebook.folders import GradedFiles

CLASS, KILLS = 60, 20
SEED = "the same each time"
WRONG = {**RIGHT, "step": STEP + "    return theta + learning_rate * 2 * theta"}
KINDS = [RIGHT, WRONG, {"step": RIGHT_STEP}, {}, {**RIGHT, "words": "Fast."}, None]


def submit_class(course: Course) -> Course:
    for number in range(CLASS):
        answers = KINDS[number % len(KINDS)]
        torn = f'{{"cells": {number}'.encode()
        handed = torn if answers is None else course.answered(answers)
        course.submit(f"s{number:02}", handed, files={"n.txt": str(number).encode()})
    return course


def grade(course: Course, **options) -> list[runner.Outcome]:
    how = {"limits": LIMITS, "isolated": False, "seed": SEED, "workers": 0}
    return runner.grade(LESSON, config=course.config, **{**how, **options})


@pytest.fixture(scope="module")
def reference(tmp_path_factory) -> dict:
    """An uninterrupted run's gradebook and files; its results stay recorded."""
    folder = tmp_path_factory.mktemp("reference")
    course = submit_class(Course(folder / "course"))
    (folder / "record").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(RECORD, str(folder / "record"))
        patch.setattr(runner, "grade_submission", replay)
        # Quicker than a fork server, as replaying needs few imports; nor does one that
        # an earlier test started know this environment.
        patch.setattr(pool, "context", multiprocessing.get_context("spawn"))
        grade(course)
        yield everything(course.root, course.db_url)


def coordinator(course: Course, force: bool = False) -> int:
    """A run in a process group of its own, as a shell starts one; its process id.

    Returns once a signal reaches the run, not the copy of this process before it.
    """
    ready, begun = os.pipe()
    pid = os.fork()
    if pid:
        os.close(begun)
        assert os.read(ready, 1), "it begins"
        os.close(ready)
        return pid
    status = 1
    try:
        os.setpgid(0, 0)
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 2)  # what the workers say of their coordinator's end
        signals = (signal.SIGTERM, signal.SIGINT)
        for number in signals:
            signal.signal(number, signal.default_int_handler)
        os.write(begun, b"!")
        grade(course, workers=2, force=force)
        for number in signals:  # from here on it is over
            signal.signal(number, signal.SIG_IGN)
        status = 0
    except KeyboardInterrupt:
        status = 130
    finally:
        os._exit(status)


def workers_of(pid: int) -> list[psutil.Process]:
    found = []
    for child in psutil.Process(pid).children():
        with suppress(psutil.NoSuchProcess):  # it has just ended
            if "spawn_main" in " ".join(child.cmdline()):
                found.append(child)
    return found


def kill_something(pid: int, how: str, rng: random.Random) -> None:
    """The whole group at once, or a signal to the coordinator, or one worker."""
    if how == "group":
        os.killpg(pid, signal.SIGKILL)
    elif how == "worker":
        workers = workers_of(pid)
        with suppress(psutil.NoSuchProcess):
            for worker in rng.sample(workers, min(1, len(workers))):
                worker.kill()
        time.sleep(rng.uniform(0, 0.3))
        os.killpg(pid, signal.SIGKILL)
    else:
        os.kill(pid, signal.Signals[how])


def first_result(course: Course) -> None:
    """Wait until this run has written something into the gradebook."""
    book = course.root / "gradebook.db"
    before, end = book.stat().st_mtime_ns, time.monotonic() + 600
    while time.monotonic() < end and book.stat().st_mtime_ns == before:
        time.sleep(0.005)


def _graded(course: Course) -> int:
    return len(list((course.root / "autograded").glob("*/*")))


def test_twenty_kills_leave_what_one_run_would(reference, tmp_path):
    course = submit_class(Course(tmp_path / "course"))
    rng = random.Random(5)
    ways = ["group", "SIGTERM", "SIGINT", "worker"] * (KILLS // 4)
    rng.shuffle(ways)
    over = 0
    while ways:
        how = ways[-1]
        # With force where little is left, or a run might end before its kill.
        much = _graded(course) > CLASS // 2
        pid = coordinator(course, force=much or rng.random() < 0.3)
        if rng.random() < 0.7:
            first_result(course)
        time.sleep(rng.uniform(0, 0.15))
        kill_something(pid, how, rng)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        if status == 0 and over < KILLS:  # over before its kill, which is tried again
            assert everything(course.root, course.db_url) == reference
            over += 1
            continue
        assert status in (-signal.SIGKILL, 130), f"{how}: ended with {status}"
        ways.pop()
    last = grade(course, workers=2)
    assert len(last) == CLASS
    assert "unchanged" in {outcome.status for outcome in last}
    assert everything(course.root, course.db_url) == reference
    assert not list(course.root.rglob(".*.new"))


def test_a_worker_killed_is_no_submissions_loss(reference, tmp_path):
    course = submit_class(Course(tmp_path / "course"))
    pid = coordinator(course)
    first_result(course)
    with suppress(psutil.NoSuchProcess):
        for worker in workers_of(pid)[:1]:
            worker.kill()
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert everything(course.root, course.db_url) == reference


@pytest.mark.parametrize("place", ["files", "gradebook"])
def test_a_full_disk_ends_the_run_and_the_next_goes_on(
    reference, tmp_path, monkeypatch, place
):
    course = submit_class(Course(tmp_path / "course"))
    full = OSError(errno.ENOSPC, "No space left on device")
    calls = iter(range(100))
    owner, name = {
        "files": (GradedFiles, "make_ready"),
        "gradebook": (Record, "_register"),
    }[place]
    real = getattr(owner, name)

    def filling(*arguments):
        if next(calls) == 17:
            raise full
        return real(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, filling)
        with pytest.raises(OSError, match="No space left"):
            grade(course)
    assert 0 < _graded(course) < CLASS
    grade(course)
    assert everything(course.root, course.db_url) == reference


def test_a_limit_on_file_size_stands_for_a_disk_that_is_really_full(
    reference, tmp_path
):
    """The kernel refuses the gradebook's next page, in the middle of a write."""
    import resource

    course = submit_class(Course(tmp_path / "course"))
    size = (course.root / "gradebook.db").stat().st_size
    pid = os.fork()
    if not pid:
        try:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # then write() says EFBIG
            resource.setrlimit(resource.RLIMIT_FSIZE, (size + 40_000, size + 40_000))
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            grade(course)
        except Exception:
            os._exit(7)
        os._exit(0)
    began = time.monotonic()
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
    assert time.monotonic() - began < 30, "a full disk is not waited for"
    assert 0 < _graded(course) < CLASS
    grade(course)
    assert everything(course.root, course.db_url) == reference
