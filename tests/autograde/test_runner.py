"""`gdgrader autograde`: the same grades as plain nbgrader's, written once and whole."""

import math
import multiprocessing
import os
import shutil
import signal
import sqlite3
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from pathlib import Path

import nbformat
import pytest
from course import LESSON, LIMITS, RIGHT, RIGHT_STEP, STEP, Course, insert
from nbgrader.api import Gradebook
from nbgrader.plugins import BasePlugin

from gdgrader.autograde import pool, runner
from gdgrader.autograde.record import Record
from gdgrader.gradebook import states
from gdgrader.gradebook.folders import GradedFiles
from gdgrader.gradebook.states import WAITING, DatabaseBusy

WRONG = {**RIGHT, "step": STEP + "    return theta + learning_rate * 2 * theta"}


def run(course: Course, **options) -> dict[str, runner.Outcome]:
    outcomes = runner.grade(
        LESSON,
        config=course.config,
        limits=LIMITS,
        **{"isolated": False, "workers": 0, **options},
    )
    assert [o.student for o in outcomes] == sorted(o.student for o in outcomes)
    return {o.student: o for o in outcomes}


def submit_class(course: Course) -> None:
    course.submit("right", course.answered({**RIGHT, "words": "Fast."}))
    course.submit("wrong", course.answered(WRONG))
    course.submit("half", course.answered({"step": RIGHT_STEP}))
    course.submit("blank", course.answered())
    course.submit("broken", b"{")
    course.edited("killer", lambda nb: insert(nb, "step", "import os; os._exit(1)"))
    course.submit("renamed", course.answered(RIGHT), name=f"{LESSON} (1).ipynb")
    course.submit("none", None, files={"essay.txt": b"Sorry."})


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Course:
    course = Course(tmp_path_factory.mktemp("course"))
    submit_class(course)
    course.seen = []
    course.outcomes = run(
        course,
        workers=2,
        isolated=True,
        progress=lambda o, of: course.seen.append((o, of)),
    )
    return course


def test_outcomes(course):
    found = {s: (o.status, o.score) for s, o in course.outcomes.items()}
    assert found == {
        "right": ("waiting for a person", 7.0),
        "wrong": ("graded", 0.0),
        "half": ("graded", 3.0),
        "blank": ("graded", 0.0),
        "broken": ("failed", None),
        "killer": ("graded", 7.0),
        "renamed": ("graded", 7.0),
        "none": ("failed", None),
    }
    assert sorted((o.student, of) for o, of in course.seen) == [
        (student, len(found)) for student in sorted(found)
    ]
    assert "no notebook was handed in" in course.outcomes["none"].reason
    assert "breaks off" in course.state("broken").reason
    assert course.exported()["none"]["score"] == ""


def test_plain_nbgrader_gives_the_same(course, tmp_path):
    plain = Course(tmp_path)
    submit_class(plain)
    plain.autograde()
    for student in ("right", "wrong", "half", "blank", "killer", "renamed", "broken"):
        assert plain.scores(student) == course.scores(student), student
        assert plain.waiting(student) == course.waiting(student), student


def test_formgrader_and_feedback_find_what_they_need(course):
    folder = course.root / "autograded" / "right" / LESSON
    assert {p.name for p in folder.iterdir()} == {f"{LESSON}.ipynb", "numbers.csv"}
    assert "this step climbs" in course.feedback("wrong")
    assert not (course.root / "autograded" / "broken" / LESSON).exists()


@pytest.fixture
def small(tmp_path) -> Course:
    course = Course(tmp_path)
    for student in ("ann", "bob"):
        course.submit(student, course.answered(RIGHT))
    return course


def test_only_what_changed_is_graded_again(small):
    assert {o.status for o in run(small).values()} == {"graded"}
    seed = small.autograded("ann").metadata.gdgrader.seed
    small.submit("bob", small.answered(WRONG))
    found = run(small)
    assert found["ann"].status == "unchanged" and found["ann"].score == 7.0
    assert found["bob"].status == "graded" and found["bob"].score == 0.0
    assert small.autograded("ann").metadata.gdgrader.seed == seed
    assert run(small, students=["ann"], force=True)["ann"].status == "graded"
    assert small.autograded("ann").metadata.gdgrader.seed != seed


def test_a_failure_takes_the_old_score_and_file(small):
    run(small)
    small.submit("ann", b"oops")
    assert run(small)["ann"].status == "failed"
    assert set(small.scores("ann").values()) == {None}
    assert not (small.root / "autograded" / "ann" / LESSON).exists()
    small.submit("ann", small.answered(RIGHT))
    assert run(small)["ann"].score == 7.0


class Ended(BaseException):
    """Stands for a process that is gone."""


def end(*_):
    raise Ended


@pytest.mark.parametrize(
    ("owner", "moment"),
    [
        (GradedFiles, "make_ready"),
        (Record, "_register"),
        (GradedFiles, "take_place"),
    ],
)
def test_a_run_ended_at_any_moment_is_completed_by_the_next(
    small, monkeypatch, owner, moment
):
    """Before the files are ready, before the scores, before the files take place."""
    run(small)
    small.submit("ann", small.answered(WRONG))
    with monkeypatch.context() as patch:
        patch.setattr(owner, moment, end)
        with pytest.raises(Ended):
            run(small)
    # Files and scores belong together, or the next run puts them together.
    found = run(small)
    assert found["ann"].score == 0.0 == small.points("ann")
    assert small.verdict("ann", "step_up").startswith("✗")
    left = {p.name for p in (small.root / "autograded" / "ann").iterdir()}
    assert left == {LESSON}
    assert found["bob"].status == "unchanged"


def test_late_work_and_manual_scores(small):
    small.submit("ann", None, files={"timestamp.txt": b"2026-05-04 10:00:00 UTC"})
    small.submit("bob", None, files={"timestamp.txt": b"yesterday, I think"})
    run(small)
    with Gradebook(small.db_url) as book:
        submission = book.find_submission(LESSON, "ann")
        assert submission.timestamp.isoformat() == "2026-05-04T10:00:00"
        assert book.find_submission(LESSON, "bob").timestamp is None
        book.find_grade("words", LESSON, LESSON, "ann").manual_score = 2.0
        book.db.commit()
    assert "no time" in "".join(small.autograded("bob").metadata.gdgrader.notes)
    assert run(small, force=True)["ann"].score == 9.0


class TenPercentADay(BasePlugin):
    """Of the score, for each day begun; never more than half."""

    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return score * min(0.5, 0.1 * math.ceil(total_seconds_late / 86_400))


def due(course: Course, when: str) -> None:
    with Gradebook(course.db_url) as book:
        book.update_or_create_assignment(LESSON, duedate=when)


def penalties(course: Course) -> dict[str, float]:
    with Gradebook(course.db_url) as book:
        found = book.assignment_submissions(LESSON)
        return {s.student.id: s.late_submission_penalty for s in found}


@pytest.fixture
def late(small) -> Course:
    """Ann is 26 hours late, Bob is in time, and nobody is punished yet."""
    small.config.AssignLatePenalties.plugin_class = TenPercentADay
    due(small, "2026-05-03 08:00:00 UTC")
    for student, when in {"ann": "05-04 10:00:00", "bob": "05-03 07:00:00"}.items():
        stamp = f"2026-{when} UTC".encode()
        small.submit(student, None, files={"timestamp.txt": stamp})
    return small


def test_the_late_policy_is_nbgraders(late):
    assert run(late)["ann"].score == pytest.approx(7.0 - 1.4)
    ours = penalties(late)
    assert ours == pytest.approx({"ann": 1.4, "bob": 0.0})
    row = late.exported()["ann"]
    assert float(row["late_submission_penalty"]) == pytest.approx(1.4)
    late.autograde()
    assert penalties(late) == ours


def test_a_new_due_date_counts_without_grading_anew(late):
    run(late)
    due(late, "2026-05-01 08:00:00 UTC")
    found = run(late)
    assert {o.status for o in found.values()} == {"unchanged"}
    assert penalties(late) == pytest.approx({"ann": 2.8, "bob": 1.4})
    due(late, "2026-06-01")
    assert run(late)["ann"].score == 7.0
    assert penalties(late) == {"ann": 0.0, "bob": 0.0}


def test_points_given_by_hand_are_late_too(late):
    run(late)
    with Gradebook(late.db_url) as book:
        book.find_grade("words", LESSON, LESSON, "ann").manual_score = 3.0
        book.db.commit()
    assert run(late)["ann"].score == pytest.approx(10.0 - 2.0)


def test_a_run_ended_before_the_late_policy_is_completed(late, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(Record, "_penalise", end)
        with pytest.raises(Ended):
            run(late)
    assert run(late)["ann"].score == pytest.approx(7.0 - 1.4)


def work(task):
    """For the pool: tasks that say what shall happen to their worker."""
    if task == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if task == "raise":
        raise ValueError("no")
    if task.startswith("/") and not Path(task).exists():
        Path(task).touch()
        os._exit(3)
    return os.getpid()


def test_a_worker_that_dies_is_replaced(tmp_path):
    once = str(tmp_path / "was here")
    tasks = ["a", "die", "b", once, "raise", "c"]
    found = dict(pool.results(work, tasks, workers=2, patience=300))
    assert isinstance(found["die"], pool.WorkerDied)
    assert "SIGKILL" in str(found["die"])
    assert isinstance(found["raise"], RuntimeError) and "no" in str(found["raise"])
    assert all(isinstance(found[name], int) for name in ("a", "b", "c", once))


def test_what_waits_behind_a_task_that_kills_is_not_blamed():
    tasks = ["die", "a", "die", "b", "die", "c", "die", "d", "e", "f"]
    found = [(task, type(r)) for task, r in pool.results(work, tasks, 2, patience=300)]
    assert sorted(found) == sorted(
        (task, pool.WorkerDied if task == "die" else int) for task in tasks
    )


def weigh(task):
    return task * 2


def test_tasks_and_results_larger_than_any_pipe_pass_each_other():
    tasks = [f"{n}" * 3_000_000 for n in range(8)]
    found = dict(pool.results(weigh, tasks, workers=2, patience=300))
    assert all(found[task] == task * 2 for task in tasks)


def meet(task):
    if task.endswith("wait"):
        while not Path(task.removesuffix("wait")).exists():
            time.sleep(0.01)
    elif task.startswith("/"):
        Path(task).touch()
    return os.getpid()


def test_at_the_end_no_worker_holds_what_another_could_do(tmp_path):
    here = str(tmp_path / "here")
    found = dict(pool.results(meet, [f"{here}wait", "a", here], 2, patience=300))
    assert all(isinstance(result, int) for result in found.values())


LOAD = "the machine's load, perhaps"


def burdened(task):
    """Undecided the first time, if its name says so; else who is at work meanwhile."""
    path = Path(task)
    running = path.parent / "running"
    running.mkdir(exist_ok=True)
    mine = running / path.name
    mine.touch()
    try:
        time.sleep(0.1)
        if path.name.startswith("late") and not path.exists():
            path.touch()
            return LOAD
        if path.name.startswith("never"):
            return LOAD
        if path.name.startswith("dies"):
            if path.exists():
                os._exit(3)
            path.touch()
            return LOAD
        return sorted(other.name for other in running.iterdir())
    finally:
        mine.unlink()


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_what_load_may_have_done_is_tried_again_alone(tmp_path, workers):
    names = ["late 1", "a", "never", "b", "late 2", "c", "d", "late 3", "e"]
    names += ["dies"] if workers else []
    tasks = [str(tmp_path / name) for name in names]
    found = list(
        pool.results(burdened, tasks, workers, 300, undecided=lambda r: r == LOAD)
    )
    by_name = {Path(task).name: result for task, result in found}
    assert sorted(by_name) == sorted(names) and len(found) == len(names)
    for name in ("late 1", "late 2", "late 3"):
        assert by_name[name] == [name]
    assert by_name["never"] == LOAD
    assert by_name.get("dies", LOAD) == LOAD
    first = [Path(task).name for task, _ in found[:5]]
    assert sorted(first) == ["a", "b", "c", "d", "e"]


def at_work(task):
    return signal.getsignal(signal.SIGTSTP) is not signal.SIG_IGN


def test_a_worker_is_not_paused():
    [(_, paused)] = pool.results(at_work, ["a"], workers=1, patience=300)
    assert not paused


def sleep(task):
    signal.pause()


def test_a_worker_that_hangs_is_ended():
    found = dict(pool.results(sleep, ["x"], workers=1, patience=1))
    assert isinstance(found["x"], pool.WorkerDied)


def test_two_runs_at_once_fail_nobody(small):
    """They take turns at each student's folder."""
    for number in range(6):
        small.submit(f"s{number}", small.answered(RIGHT))
    run(small)
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        runs = [pool.submit(run, small, force=True) for _ in range(2)]
        for found in runs:
            outcomes = found.result(timeout=3600)
            assert {o.status for o in outcomes.values()} <= {"graded", WAITING}
    assert not list(small.root.rglob(".*.new"))


def test_one_folder_does_not_end_the_run_for_all(small):
    odd = os.fsdecode(b"odd\xff")
    shutil.copytree(small.folder("ann"), small.root / "submitted" / odd / LESSON)
    run(small)
    (small.root / "autograded" / "ann" / f".{LESSON}.new").write_text("a file")
    graded = small.root / "autograded" / "bob" / LESSON / f"{LESSON}.ipynb"
    for content in ("[]", "null", "{}"):
        graded.chmod(0o644)
        graded.write_text(content)
        found = run(small)
        assert found["bob"].status != "failed"
        assert found["odd?"].status == "failed" and "UTF-8" in found["odd?"].reason
        assert nbformat.read(graded, 4).metadata.gdgrader.fingerprint
    assert run(small)["bob"].status == "unchanged"


def test_a_gradebook_that_another_holds_is_told(small, monkeypatch):
    run(small)
    monkeypatch.setattr(states, "LOCKED_SECONDS", 1)
    other = sqlite3.connect(small.root / "gradebook.db", isolation_level=None)
    with closing(other):
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DatabaseBusy, match="cannot be used"):
            run(small, force=True)
