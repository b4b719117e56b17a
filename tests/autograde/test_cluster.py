"""`gdgrader autograde --dask`: a real scheduler, real workers over TCP, one killed."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from course import LESSON, LIMITS, RIGHT, STEP, Course
from grades import everything

from gdgrader.autograde import cluster, runner

WRONG = {**RIGHT, "step": STEP + "    return theta + learning_rate * 2 * theta"}
SEED = "the same for both"
COUNT = 16


def submit_class(course: Course) -> Course:
    for number in range(COUNT):
        answers = [RIGHT, WRONG, {}, {**RIGHT, "words": "Fast."}][number % 4]
        course.submit(f"s{number:02}", course.answered(answers))
    course.submit("torn", b"{")
    return course


def start(module: str, *options: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", f"distributed.cli.{module}", *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


@contextlib.contextmanager
def running(folder: Path) -> Iterator[tuple[str, list[subprocess.Popen]]]:
    """A scheduler with two single-threaded workers; its file, and the workers."""
    file = str(folder / "scheduler.json")
    options = ("--scheduler-file", file, "--no-dashboard")
    crew = [start("dask_scheduler", *options, "--host", "127.0.0.1", "--port", "0")]
    worker = ("--nthreads", "1", "--no-nanny", "--local-directory", str(folder))
    crew += [start("dask_worker", *options, *worker) for _ in range(2)]
    try:
        while not Path(file).exists():
            assert crew[0].poll() is None
            time.sleep(0.05)
        yield file, crew[1:]
    finally:
        for process in crew:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    """One for all who leave it as it is."""
    with running(tmp_path_factory.mktemp("cluster")) as made:
        yield made


@pytest.fixture
def own_scheduler(tmp_path):
    with running(tmp_path) as made:
        yield made


def test_a_cluster_that_loses_a_worker_gives_the_same(own_scheduler, tmp_path):
    file, workers = own_scheduler
    local = submit_class(Course(tmp_path / "local"))
    far = submit_class(Course(tmp_path / "far"))
    told = []

    def grade(course: Course, **options) -> None:
        runner.grade(
            LESSON,
            config=course.config,
            limits=LIMITS,
            isolated=options.pop("isolated", True),
            seed=SEED,
            **options,
        )

    def progress(outcome: runner.Outcome, total: int) -> None:
        told.append(outcome.student)
        if len(told) == COUNT // 2:
            workers[0].send_signal(signal.SIGKILL)

    grade(far, dask=file, progress=progress)
    assert workers[0].wait() == -signal.SIGKILL
    assert sorted(told) == sorted({f"s{n:02}" for n in range(COUNT)} | {"torn"})
    grade(local, workers=1)
    assert everything(far.root, far.db_url) == everything(local.root, local.db_url)


def test_few_are_in_flight_and_errors_come_back(scheduler):
    file, workers = scheduler
    taken = []

    def where(task: float) -> int:  # sent whole, as workers do not know the tests
        time.sleep(task)
        return os.getpid()

    def tasks():
        for number in range(30):
            taken.append(number)
            yield 0.01 if number else "no number"

    with cluster.connect(file) as client:
        client.wait_for_workers(2, timeout=600)
        found = []
        for _, result in cluster.results(where, tasks(), client):
            found.append(result)
            assert len(taken) - len(found) <= cluster.AHEAD * 2
    assert len(found) == 30
    assert (
        sum(isinstance(r, RuntimeError) and "TypeError" in str(r) for r in found) == 1
    )
    assert {r for r in found if isinstance(r, int)} == {w.pid for w in workers}


def test_no_scheduler_and_no_dask_are_told(monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1)
    with pytest.raises(cluster.ClusterUnavailable, match=re.escape("at tcp://127.0.0")):
        cluster.connect("tcp://127.0.0.1:9")
    with pytest.raises(cluster.ClusterUnavailable, match="no-such-file is neither"):
        cluster.connect("no-such-file")
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(cluster.ClusterUnavailable, match="pip install"):
        cluster.connect("tcp://127.0.0.1:9")


def test_another_version_on_a_worker_is_told(scheduler, monkeypatch):
    monkeypatch.setattr(cluster, "grader_version", lambda: str(os.getpid()))
    with pytest.raises(cluster.ClusterUnavailable, match="other code"):
        cluster.connect(scheduler[0])


def test_a_restart_of_the_cluster_is_nobodys_failure(own_scheduler):
    with cluster.connect(own_scheduler[0]) as client:
        found = cluster.results(time.sleep, [0.01, *[3] * 7], client)
        next(found)
        with cluster.connect(own_scheduler[0]) as somebody:
            somebody.restart(wait_for_workers=False)
        with pytest.raises(cluster.ClusterUnavailable, match="run it again"):
            list(found)


def test_what_load_may_have_done_is_tried_again_alone(scheduler, tmp_path):
    file, _ = scheduler
    folder = tmp_path / "running"
    folder.mkdir()

    def work(name):  # sent by value, as workers have not this module
        mine, tried = folder / name, folder.parent / name
        mine.touch()
        try:
            time.sleep(0.1)
            if name == "never" or (name.startswith("late") and not tried.exists()):
                tried.touch()
                return "load"
            if name == "raises" and tried.exists():
                raise ValueError(name)
            tried.touch()
            return (
                "load"
                if name == "raises"
                else sorted(one.name for one in folder.iterdir())
            )
        finally:
            mine.unlink()

    names = ["late 1", "a", "never", "b", "late 2", "raises", "c", "late 3"]
    with cluster.connect(file) as client:
        found = list(cluster.results(work, names, client, lambda r: r == "load"))
    assert sorted(name for name, _ in found) == sorted(names)
    results = dict(found)
    assert sorted(name for name, _ in found[:3]) == ["a", "b", "c"]
    assert all(results[name] == [name] for name in names if name.startswith("late"))
    assert results["never"] == results["raises"] == "load"
