"""One sandbox for all workers of a machine: what is shared, and what is not."""

import json
import multiprocessing
import os
import signal
import threading
import time
from dataclasses import replace
from functools import partial

import nbformat
import psutil
import pytest
from course import FULL, LESSON, LIMITS, RIGHT, Course, insert
from light import LIGHT

from gdgrader.autograde import runner
from gdgrader.course.edition import instructors_version
from gdgrader.exercises.reference import entries
from gdgrader.grading import references as references_module
from gdgrader.grading.references import PendingReferences, ReferenceFailed, References
from gdgrader.grading.task import Task
from gdgrader.grading.worker import WorkerKit, edition_of, grade_submission, own_kit
from gdgrader.sandbox import current as current_module
from gdgrader.sandbox.bubblewrap import SandboxUnavailable
from gdgrader.sandbox.current import CurrentSandbox
from gdgrader.sandbox.host import BorrowedSandbox, Sandbox
from gdgrader.sandbox.manager import run_trusted
from gdgrader.sandbox.selftest import verify

spawn = multiprocessing.get_context("spawn")
NEXT = "print(__import__('os').getpid())"


@pytest.fixture(scope="module")
def lender():
    with Sandbox(LIMITS) as sandbox:
        yield sandbox


def ended(process_id: int, seconds: float = 600) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            os.kill(process_id, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


def hold(lent, pipe) -> None:
    """A worker that forks a kernel, tells its process id, and waits."""
    with BorrowedSandbox(lent) as sandbox:
        _, kernel = sandbox.fork(b"key")
        pipe.send(kernel.pid)
        pipe.recv()


def test_a_killed_workers_kernel_ends_and_no_other(lender):
    crew = []
    for _ in range(2):
        ours, theirs = spawn.Pipe()
        process = spawn.Process(target=hold, args=(lender.handle(), theirs))
        process.start()
        crew.append((process, ours, ours.recv()))
    (first, _, gone), (second, pipe, stays) = crew
    os.kill(first.pid, signal.SIGKILL)
    first.join()
    assert ended(gone)
    assert not ended(stays, 0.3)
    assert run_trusted(lender, "print(6 * 7)") == ("ok", "42\n")
    pipe.send("enough")
    second.join()
    assert ended(stays) and lender.alive


def test_a_warning_is_no_part_of_the_answer(lender):
    code = "import warnings; warnings.warn('old'); print(1)"
    assert run_trusted(lender, code) == ("ok", "1\n")


def test_a_borrowed_sandbox_shuts_in_as_its_own_does(lender):
    with BorrowedSandbox(lender.handle()) as sandbox:
        verify(sandbox)
        assert sandbox.isolated


def test_kernels_of_two_borrowers_see_nothing_of_each_other(lender):
    look = "import os; print(sorted(os.listdir('.')), os.listdir('/tmp'))"
    with (
        BorrowedSandbox(lender.handle()) as one,
        BorrowedSandbox(lender.handle()) as two,
    ):
        write = "open('/tmp/mark', 'w').write('x'); open('mark', 'w').write('x')"
        one.fork(b"key")
        assert run_trusted(one, write)[0] == "ok"
        status, words = run_trusted(two, look)
    assert (status, "mark" in words) == ("ok", False)


def test_without_the_lender_a_sandbox_of_its_own_is_opened():
    with Sandbox(LIMITS, extra=LIGHT) as lender:
        current = CurrentSandbox(lender.handle())
        try:
            borrowed = current.open(True, LIMITS)
            assert isinstance(borrowed, BorrowedSandbox)
            assert run_trusted(borrowed, "print(1)") == ("ok", "1\n")
            lender.server.process.kill()
            end = time.monotonic() + 600
            while borrowed.alive and time.monotonic() < end:
                time.sleep(0.02)
            own = current.open(True, LIMITS)
            assert type(own) is Sandbox
            assert run_trusted(own, "print(2)") == ("ok", "2\n")
        finally:
            current.close()


def test_a_class_is_graded_in_one_sandbox(tmp_path, monkeypatch):
    course = Course(tmp_path / "course")
    for number in range(6):
        course.submit(f"s{number}", course.answered(RIGHT))
    opened = []
    start = Sandbox.open
    monkeypatch.setattr(
        Sandbox, "open", lambda self: opened.append(self) or start(self)
    )
    own_kit().sandbox.close()
    done = runner.grade(LESSON, config=course.config, limits=LIMITS, workers=2)
    assert [outcome.score for outcome in done] == [7.0] * 6  # 3 are a person's
    assert len(set(opened)) == 1
    assert all(type(sandbox) is Sandbox for sandbox in opened)
    own_kit().sandbox.close()


@pytest.fixture
def terms(tmp_path):
    course = Course(tmp_path / "course")
    known = {"lesson": LESSON, "config": course.config, "limits": LIMITS}
    return {**known, "force": False, "isolated": True, "kit": own_kit()}


FILES = "import resource; print(resource.getrlimit(resource.RLIMIT_FSIZE)[0])"


@pytest.fixture
def light(monkeypatch):
    """A process's own sandbox is warm in a moment."""
    monkeypatch.setattr(current_module, "Sandbox", partial(Sandbox, extra=LIGHT))


def test_a_warm_up_begun_early_is_used_with_whatever_limits(light):
    current = CurrentSandbox().begin(True, LIMITS)
    try:
        process = current._hosts[True].server.process
        begun = current.open(True, LIMITS)
        assert begun.server.process is process
        other = replace(LIMITS, file_bytes=LIMITS.file_bytes // 2)
        for limits in (LIMITS, other, LIMITS):
            host = current.open(True, limits)
            assert host.server.process is process and host.limits == limits
            assert run_trusted(host, FILES) == ("ok", f"{limits.file_bytes}\n")
            assert not current.open(False, limits).isolated  # and this one beside it
        wide = replace(LIMITS, tmp_bytes=LIMITS.tmp_bytes * 2)
        assert current.open(True, wide).limits == wide
        assert process.poll() is not None and not begun.alive
    finally:
        current.close()
    assert not current._hosts and not current._tested


def test_workers_are_told_the_references(terms):
    run = runner._Run(**terms, seed="a given seed")
    try:
        kits = [run.equip_worker(), run.equip_worker()]  # for two workers, asked once
        edition = edition_of(run.terms)  # as a worker makes it, from what travelled
        # Without a kernel.
        found = [kit.references.of(edition, "a given seed", None) for kit in kits]
        assert set(found[0]) == {cell.exercise for cell in edition.graded.values()}
        assert found[1] == found[0] is not found[1]
        late = run.equip_worker()  # a worker that takes the place of one that died
        assert late.references.of(edition, "a given seed", None) == found[0]
    finally:
        own_kit().sandbox.close()


def test_a_promise_that_the_sandbox_broke_is_kept_by_whoever_asks(terms, lender):
    run = runner._Run(**terms, seed="a broken seed")
    with Sandbox(LIMITS, extra=LIGHT) as gone:
        gone.open()
    gone.fork = None  # whatever is asked of it fails
    pending = PendingReferences(References(), run.edition, "a broken seed", gone)
    found = References(pending.share()).of(run.edition, "a broken seed", lender)
    assert set(found) == {cell.exercise for cell in run.edition.graded.values()}


def test_references_are_what_this_process_would_find(lender, tmp_path):
    course = Course(tmp_path / "course")
    path = course.root / "source" / LESSON / f"{LESSON}.ipynb"
    edition = instructors_version(path, course.config)
    found = References().of(edition, "a seed", lender)
    assert found == json.loads(json.dumps(entries(path, found, "a seed")))
    assert set(found) == {cell.exercise for cell in edition.graded.values()}


def test_a_source_whose_solutions_fail_is_told(lender, tmp_path):
    course = Course(tmp_path / "course")
    path = course.root / "source" / LESSON / f"{LESSON}.ipynb"
    text = path.read_text()
    assert "return theta" in text
    path.write_text(text.replace("return theta", "return nothing_known  # theta", 1))
    edition = instructors_version(path, course.config)
    with pytest.raises(ReferenceFailed, match=r"its own solutions fail.*nothing_known"):
        References().of(edition, "another seed", lender)


@pytest.mark.parametrize(
    ("right", "broken", "said_of_it"),
    [
        ("return theta", "return nothing_known  # theta", "own solutions fail"),
        ("a positive start", "no such case", "no such case"),
    ],
)
def test_a_broken_source_is_told_once_and_nobody_loses(
    tmp_path, right, broken, said_of_it
):
    course = Course(tmp_path / "course")
    course.submit("ann", course.answered(RIGHT))
    how = {"config": course.config, "limits": LIMITS}
    before = runner.grade(LESSON, **how)
    path = course.root / "source" / LESSON / f"{LESSON}.ipynb"
    text = path.read_text()
    assert right in text
    path.write_text(text.replace(right, broken, 1))
    with pytest.raises(SandboxUnavailable, match=said_of_it):
        runner.grade(LESSON, **how)
    path.write_text(text)
    again = runner.grade(LESSON, **how)
    assert [(o.status, o.score) for o in again] == [("unchanged", before[0].score)]


def handed_in(terms, seed: str, *first: str) -> Task:
    """Right answers, after `first` cells of the student's own."""
    course = terms["course"]
    notebook = course.answered(RIGHT)
    for source in first:
        insert(notebook, "step", source)
    run = runner._Run(**{k: v for k, v in terms.items() if k != "course"}, seed=seed)
    content = nbformat.writes(notebook).encode()
    return Task("ann", run.terms, content, {}, (), seed, "a mark")


def zygotes(sandbox: Sandbox) -> list[psutil.Process]:
    found = psutil.Process(sandbox.server.process.pid).children(recursive=True)
    return [process for process in found if process.name().startswith("python")]


def test_a_warmed_process_that_ends_costs_nobody_a_point(terms, tmp_path):
    course = Course(tmp_path / "own")
    task = handed_in(
        {**terms, "course": course}, "a seed", "import time; time.sleep(2)"
    )
    kit = WorkerKit()
    sandbox = kit.sandbox.open(True, LIMITS)
    killed = []

    def kill() -> None:
        for process in zygotes(sandbox):
            killed.append(process.pid)
            process.kill()

    timer = threading.Timer(1.5, kill)
    timer.start()
    result = grade_submission(task, kit)
    timer.join()
    kit.sandbox.close()
    assert killed
    assert result.reason == "" and result.notes == ()
    assert sum(result.scores.points.values()) == len(FULL)


def test_the_machines_trouble_is_no_failure_of_a_student(
    terms, tmp_path, monkeypatch, light
):
    course = Course(tmp_path / "own")
    task = handed_in({**terms, "course": course}, "another seed")

    def silent(*_):
        raise RuntimeError("Kernel didn't respond in 60 seconds")

    monkeypatch.setattr(references_module, "run_trusted", silent)
    kit = WorkerKit()
    result = grade_submission(task, kit)
    kit.sandbox.close()
    assert result.unavailable and "didn't respond" in result.reason
