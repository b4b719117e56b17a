"""Plain nbgrader with our steps: every verdict in its place, and nothing else."""

import shutil
from dataclasses import replace

import pytest
from course import (
    DESCEND,
    LESSON,
    LIMITS,
    RIGHT,
    RIGHT_STEP,
    STEP,
    Course,
    insert,
    judge_of,
)
from nbgrader.api import Gradebook
from nbgrader.utils import determine_grade, is_grade

from gdgrader.autograde import nbgrader_steps
from gdgrader.course.edition import instructors_version
from gdgrader.grading import execute
from gdgrader.sandbox.bubblewrap import SandboxUnavailable
from gdgrader.sandbox.current import CurrentSandbox

WRONG = {"step": STEP + "    return theta + learning_rate * 2 * theta"}


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Course:
    """A class of four, graded in one run."""
    course = Course(tmp_path_factory.mktemp("course"))
    course.submit("right", course.answered({**RIGHT, "words": "Fast *at first*."}))
    course.submit("wrong", course.answered({**RIGHT, **WRONG}))
    course.submit("half", course.answered({"step": RIGHT_STEP}))
    course.submit("blank", course.answered())
    course.result = course.autograde()
    return course


def test_the_run_succeeds(course):
    assert course.result["success"], course.result


def test_points(course):
    assert course.scores("right") == {
        "step_up": 1.0,
        "step_down": 2.0,
        "descend_long": 4.0,
        "words": None,
    }
    assert course.points("wrong") == 0  # its descent takes wrong steps
    assert course.points("half") == 3.0
    assert course.scores("blank") == dict.fromkeys(course.scores("right"), 0.0)


def test_what_a_person_has_to_read_waits(course):
    assert course.waiting("right") == {"words"}
    assert course.waiting("blank") == set()
    states = {s: course.state(s).status for s in ("right", "wrong", "blank")}
    assert states == {
        "right": "waiting for a person",
        "wrong": "graded",
        "blank": "graded",
    }


def test_the_hint_names_the_mistake(course):
    for text in (course.verdict("wrong", "step_up"), course.feedback("wrong")):
        assert "this step climbs" in text
    assert "Not written yet" in course.verdict("half", "descend_long")
    assert "right in" in course.feedback("right")


def test_the_export_tells_the_state(course):
    rows = course.exported()
    assert (rows["right"]["score"], rows["right"]["max_score"]) == ("7.0", "10.0")
    assert rows["right"]["status"] == "waiting for a person"
    assert (rows["blank"]["score"], rows["blank"]["status"]) == ("0.0", "graded")


def test_expected_values_stay_outside(course):
    """Of a case the kernel is told the inputs; of the exercise nothing."""
    edition = instructors_version(course.root / "source" / LESSON / f"{LESSON}.ipynb")
    judge = judge_of(edition, "seed")
    for grade_id in edition.graded:
        request = judge.request(grade_id)
        assert "args" in request
        for word in ("expected", "mistakes", "hint", "tolerance", "seed"):
            assert word not in request


def test_a_grading_can_be_repeated(course):
    record = course.autograded("wrong").metadata.gdgrader
    again = Course.__new__(Course)
    again.root, again.config = course.root, course.config.copy()
    again.config.SubmissionExporter.seed = record.seed
    assert again.autograde("wrong")["success"]
    assert course.autograded("wrong").metadata.gdgrader == record
    assert course.autograde("wrong")["success"]
    assert course.autograded("wrong").metadata.gdgrader.seed != record.seed


@pytest.fixture
def small(tmp_path) -> Course:
    """A course whose submissions run without a sandbox, for what is no attack."""
    return Course(tmp_path, isolated=False)


def test_no_old_score_outlives_a_run_that_failed(small):
    small.submit("ann", small.answered(RIGHT))
    small.autograde()
    assert small.points("ann") == small.most
    small.submit("ann", b"{")
    small.autograde()
    assert set(small.scores("ann").values()) == {None}
    assert small.state("ann").status == "failed"
    small.submit("ann", small.answered({"step": RIGHT_STEP}))
    small.autograde()
    assert small.points("ann") == 3.0
    assert small.state("ann").status == "graded"


def test_a_run_broken_off_leaves_no_score(small, monkeypatch):
    small.submit("ann", small.answered(RIGHT))
    small.autograde()

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(nbgrader_steps, "graded", interrupted)
    assert "KeyboardInterrupt" in small.autograde()["error"]
    assert set(small.scores("ann").values()) == {None}
    assert "interrupted" in small.state("ann").reason


def test_no_old_score_outlives_a_submission_that_cannot_be_copied(small, monkeypatch):
    """nbgrader gives up before it opens the notebook."""
    small.submit("ann", small.answered(RIGHT))
    small.autograde()
    monkeypatch.setattr(shutil, "copy", _full_disk)
    small.submit("ann", None, files={"notes.txt": b"x"})
    assert not small.autograde()["success"]
    assert set(small.scores("ann").values()) == {None}
    assert small.state("ann").status == "failed"


def _full_disk(*_, **__):
    raise OSError("no space left on device")


def test_what_a_person_gave_stays_within_bounds(small):
    small.submit("ann", small.answered({"words": "Because."}))
    small.autograde()
    with Gradebook(small.db_url) as book:
        grade = book.find_grade("words", LESSON, LESSON, "ann")
        grade.manual_score, grade.needs_manual_grade = 2.5, False
        book.find_grade("step_up", LESSON, LESSON, "ann").manual_score = 99.0
        book.find_comment("words", LESSON, LESSON, "ann").manual_comment = "Fine."
        book.db.commit()
    small.submit("ann", small.answered({**RIGHT, "words": "Because."}))
    small.autograde()
    with Gradebook(small.db_url) as book:
        grades = {
            name: book.find_grade(name, LESSON, LESSON, "ann")
            for name in ("words", "step_up", "step_down")
        }
        assert {n: g.score for n, g in grades.items()} == {
            "words": 2.5,
            "step_up": 1.0,
            "step_down": 2.0,
        }
        assert book.find_comment("words", LESSON, LESSON, "ann").comment == "Fine."


@pytest.mark.parametrize(
    "end", ["__import__('os')._exit(3)", "[1 for _ in iter(int, 1)]"]
)
def test_who_asks_together_is_not_judged_together(small, end):
    """`step_up` and `step_down` go in one message; only the latter is to blame."""
    small.config.GdExecute.limits = replace(LIMITS, answer_seconds=2)
    step = f"{RIGHT_STEP}\n".replace(STEP, f"{STEP}    if theta < 0:\n        {end}\n")
    many = f"{DESCEND}    return theta * (1 - 2 * learning_rate) ** num_steps"
    small.submit("ann", small.answered({"step": step, "descend": many}))
    small.autograde()
    found = {"step_up": 1.0, "step_down": 0.0, "descend_long": 4.0, "words": 0.0}
    assert small.scores("ann") == found
    notes = small.autograded("ann").metadata.gdgrader.notes
    assert all("step_down" in note for note in notes), notes


@pytest.mark.parametrize(
    "many", ["display(i)", "print(i, flush=True)", "clear_output(wait=True); print(i)"]
)
def test_a_cell_may_say_much(small, many):
    code = f"from IPython.display import clear_output\nfor i in range(3000): {many}"
    small.edited("ann", lambda nb: insert(nb, "step", code))
    small.autograde()
    assert small.points("ann") == 7
    assert small.autograded("ann").metadata.gdgrader.notes == []


def test_a_reply_that_is_no_reply_costs_its_author_alone(small):
    code = """
from jupyter_client.session import Session
sent = Session.send
def send(self, stream, message, content=None, parent=None, **more):
    if message == "execute_reply" and getattr(Session, "armed", False):
        message = self.msg(message, content, parent)
        message["parent_header"] = []
    return sent(self, stream, message, content, parent, **more)
Session.send = send
"""
    step = RIGHT_STEP + "\n"
    arm = "    from jupyter_client.session import Session; Session.armed = True\n"
    step = step.replace(STEP, STEP + arm)
    notebook = small.answered({"step": step})
    insert(notebook, "step", code)
    small.submit("ann", notebook)
    small.autograde()
    assert small.state("ann").status != "failed"
    assert small.points("ann") == 3  # what the function earns in a kernel left alone


def test_a_cell_without_a_verdict_gets_nothing(small, monkeypatch):
    """Should the judge be passed over, nobody gets points for it."""
    small.submit("ann", small.answered(RIGHT))
    monkeypatch.setattr(execute._Execution, "_judge", _nothing)
    small.autograde()
    assert small.points("ann") == 0
    assert small.waiting("ann") == {"step_up", "step_down", "descend_long"}
    assert "not judged" in small.feedback("ann")


async def _nothing(*_):
    return None


def test_nbgrader_reads_the_same_from_the_outputs(course):
    for student in ("right", "wrong", "half", "blank"):
        for one in course.autograded(student).cells:
            name = one.metadata.get("nbgrader", {}).get("grade_id")
            if name and one.cell_type == "code" and is_grade(one):
                score, _ = determine_grade(one)
                assert score == course.scores(student)[name]


def test_without_a_sandbox_nothing_is_run(small, monkeypatch, tmp_path):
    def refuse(*_):
        raise SandboxUnavailable("bubblewrap is not here")

    monkeypatch.setattr(CurrentSandbox, "open", refuse)
    small.submit("ann", small.answered(RIGHT))
    assert not small.autograde()["success"]
    assert "bubblewrap is not here" in small.state("ann").reason
    assert set(small.scores("ann").values()) == {None}
