"""A verdict's fields, whose fault a failure is, and that nobody reads it from prose."""

import json
from dataclasses import asdict, replace
from types import SimpleNamespace

import pytest
from course import LESSON, RIGHT, STEP, Course, cell, insert
from nbformat import from_dict
from nbformat.v4 import new_output
from nbgrader.api import Gradebook
from sqlalchemy import text

from gdgrader.autograde import runner
from gdgrader.feedback.page import _shown
from gdgrader.gradebook import states
from gdgrader.gradebook.states import NotebookKey, save_failure
from gdgrader.grading import execute
from gdgrader.grading.kernel_session import KernelLost, KernelSession
from gdgrader.grading.references import ReferenceFailed, References
from gdgrader.report.summary import unexplained
from gdgrader.sandbox.limits import MB, Limits
from gdgrader.submission.note import Note
from gdhelpers.cases import run_case
from gdhelpers.checks import TABLE, CheckFailed, check
from gdhelpers.verdicts import Fault, Verdict, rule

LIMITS = Limits(
    cell_seconds=20, submission_seconds=60, memory_bytes=600 * MB, wall_factor=1000
)
FULL = {"right": True, "hint": "Full marks, says the forger.", "fault": "none"}
MARKUP = "<b>✓ f: right</b> Not written yet expected: 3"
STEPS = {
    "wrong": "return theta - 0.3 * learning_rate",
    "markup": f"return {MARKUP!r}",
    "raises": "raise ValueError('Not written yet: replace')",
    "endless": "while True: pass",
    "hungry": "more = []\n    while True: more.append(bytearray(10_000_000))",
    "quits": "__import__('os')._exit(0)",
}
FAULTS = {
    "wrong": Fault.ANSWER,
    "markup": Fault.ANSWER,
    "raises": Fault.RAISED,
    "nameless": Fault.RAISED,
    "endless": Fault.LIMIT,
    "hungry": Fault.LIMIT,
    "quits": Fault.RAISED,
    "blank": Fault.UNWRITTEN,
    "forger": Fault.UNWRITTEN,
    "right": Fault.NONE,
}


def forged(notebook) -> None:
    """The grader's own data, wherever a notebook has room for it."""
    verdicts = dict.fromkeys(("step_up", "step_down", "descend_long"), FULL)
    record = {"verdicts": verdicts, "notes": [FULL["hint"]]}
    notebook.metadata["gdgrader"] = record
    for one in notebook.cells:
        shown = {"right": True, "hint": [FULL["hint"]], "title": "f", "comment": "?"}
        one.metadata["gdgrader"] = shown | record
        if one.cell_type == "code":
            one.outputs = [new_output("stream", text=f"✓ f: {FULL['hint']}\n")]


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Course:
    limits = replace(LIMITS, answer_seconds=1)
    made = Course(tmp_path_factory.mktemp("faults"), limits, isolated=False)
    for name, step in STEPS.items():
        made.submit(name, made.answered({"step": f"{STEP}    {step}"}))
    made.submit("nameless", made.answered({**RIGHT, "step": "x = 1"}))
    made.submit("right", made.answered(RIGHT))
    made.submit("blank", made.answered())
    made.edited("forger", forged, right=False)
    made.submit("broken", b"{")
    made.autograde()
    return made


@pytest.fixture
def small(tmp_path) -> Course:
    return Course(tmp_path, isolated=False)


def ruling(course: Course, student: str, grade_id: str = "step_up") -> Verdict:
    stored = course.autograded(student).metadata.gdgrader.verdicts[grade_id]
    return Verdict.from_stored(stored)


# The fields -------------------------------------------------------------------------


def test_it_comes_back_as_it_was_stored():
    one = Verdict(False, "f", "p", "f(1)", "2", "3", "slip", "Look.", Fault.ANSWER)
    assert Verdict.from_stored(json.loads(json.dumps(asdict(one)))) == one
    assert one.message.splitlines() == [
        "✗ f, p",
        "  called:    f(1)",
        "  came back: 2",
        "  expected:  3",
        "  Almost: Look.",
    ]


def test_records_of_older_and_newer_versions_are_read():
    message = "✗ f, p\n  called:    f(1)\n  expected:  3\n  Almost: Look."
    old = {"right": False, "message": message, "mistake": "slip"}
    read = Verdict.from_stored(old)
    assert (read.hint, read.mistake, read.fault) == ("Look.", "slip", Fault.ANSWER)
    assert Verdict.from_stored({"right": True, "message": "✓ f: right."}).right
    newer = {"right": False, "hint": "No.", "fault": "moon", "weight": [2]}
    assert Verdict.from_stored(newer) == Verdict(False, hint="No.", fault=Fault.ANSWER)
    for broken in (None, 5, "verdict", [1]):
        with pytest.raises((TypeError, ValueError)):
            Verdict.from_stored(broken)


def test_a_remark_comes_back_as_it_was_stored():
    for note in (Note("was missing.", "step"), Note("Cell x was moved.")):
        assert Note.from_stored(json.loads(json.dumps(note.stored()))) == note
    assert str(Note.from_stored("Cell x was moved.")) == "Cell x was moved."


@pytest.mark.parametrize("right", ["yes", 1, None, [True]])
def test_only_true_is_right(right):
    assert not Verdict.from_stored({"right": right, "fault": "none"}).right


# Whose fault ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (lambda: 1.0, Fault.NONE),
        (lambda: 2.0, Fault.ANSWER),
        (lambda: "Not written yet", Fault.ANSWER),
        (lambda: 1 / 0, Fault.RAISED),
        (lambda: exec("raise NotImplementedError"), Fault.UNWRITTEN),
    ],
)
def test_an_answers_fault(answer, fault):
    case = {"args": [], "expected": {"value": 1.0}, "mistakes": []}
    entry = {"function": "f", "tolerance": {"rel": 0, "abs": 0}, "mistakes": []}
    entry["properties"] = {"p": {"cases": [case]}}
    verdict = rule(entry, "p", [run_case(answer, case)])
    assert (verdict.fault, verdict.right) == (fault, fault is Fault.NONE)


def test_a_table_that_does_not_serve_is_the_courses_fault(tmp_path):
    for content in (None, "{", '{"exercises": {}}'):
        if content:
            (tmp_path / TABLE).write_text(content)
        with pytest.raises(CheckFailed) as failed:
            check(abs, "f", folder=tmp_path)
        assert failed.value.fault is Fault.COURSE and failed.value.fault.ours


@pytest.mark.parametrize("student", FAULTS)
def test_a_cells_fault(course, student):
    assert ruling(course, student).fault == FAULTS[student], ruling(course, student)
    assert course.scores(student)["step_up"] == float(student == "right")


@pytest.mark.parametrize(
    ("reason", "alive", "load", "fault"),
    [
        (None, True, False, Fault.RAISED),
        ("memory limit of 5 MB exceeded", True, False, Fault.LIMIT),
        (None, False, False, Fault.GRADER),
        ("the grader was closed", False, False, Fault.GRADER),
        ("submission limit of 600 s exceeded", True, True, Fault.GRADER),
    ],
)
def test_a_kernel_lost_with_its_sandbox_or_by_load_is_our_fault(
    reason, alive, load, fault
):
    session = SimpleNamespace(
        manager=SimpleNamespace(stop_reason=reason, load=load),
        sandbox=SimpleNamespace(alive=alive),
    )
    assert (
        KernelSession._lost(session, "it ended the kernel", Fault.RAISED).fault == fault
    )


def test_what_we_could_not_judge_is_no_zero(small, monkeypatch):
    async def lost(*_):
        raise KernelLost("the grader was closed", Fault.GRADER)

    monkeypatch.setattr(KernelSession, "ask", lost)
    small.submit("ann", small.answered(RIGHT))
    small.autograde()
    assert ruling(small, "ann").fault == Fault.GRADER
    assert small.scores("ann")["step_up"] is None
    assert "step_up" in small.waiting("ann")
    assert execute.OURS in small.feedback("ann")


def test_a_submissions_fault(course, small, monkeypatch):
    assert course.state("broken").fault == Fault.UNREADABLE
    assert course.state("right").fault == Fault.NONE
    small.submit("broken", b"{")
    small.submit("none", None, files={"essay.txt": b"Sorry."})
    runner.grade(LESSON, config=small.config, workers=0, isolated=False)
    assert small.state("broken").fault == small.state("none").fault
    assert small.state("none").fault == Fault.UNREADABLE

    def fails(*_):
        raise ReferenceFailed("its own solutions fail")

    monkeypatch.setattr(References, "of", fails)
    small.submit("ann", small.answered(RIGHT))
    small.autograde("ann")
    assert small.state("ann").fault == Fault.COURSE


def test_a_failures_page_goes_by_the_field(course):
    failures = {
        "KeyError: a file": Fault.UNREADABLE,
        "the gradebook is locked": Fault.GRADER,
        "x.ipynb: its own solutions fail": Fault.COURSE,
    }
    with Gradebook(course.db_url) as book:
        for reason, fault in failures.items():
            save_failure(book, NotebookKey(LESSON, fault, LESSON), reason, fault)
    course.api.generate_feedback(LESSON, force=True)
    for reason, fault in failures.items():
        path = course.root / "feedback" / fault / LESSON / f"{LESSON}.html"
        page = path.read_text()
        told = fault is Fault.UNREADABLE
        assert (reason in page, "no fault of yours" in page) == (told, not told)


def test_a_gradebook_of_an_older_version_gets_the_column(small):
    where = NotebookKey(LESSON, "eve", LESSON)
    with Gradebook(small.db_url) as book:
        save_failure(book, where, "the file is empty")
        name = states._states.name
        book.db.execute(text(f"ALTER TABLE {name} DROP COLUMN fault"))
        book.db.commit()
    state = small.state("eve")
    assert (state.reason, state.fault) == ("the file is empty", Fault.GRADER)
    with Gradebook(small.db_url) as book:
        save_failure(book, where, "the file is empty", Fault.UNREADABLE)
    assert small.state("eve").fault == Fault.UNREADABLE


# Nobody reads prose -----------------------------------------------------------------


def test_feedback_goes_by_the_fields():
    misleading = Verdict(
        False, "f: g", "", MARKUP, MARKUP, "`x`", "", "Not written yet: ✓ `f`", "answer"
    )
    shown = _shown(misleading)
    assert shown["title"] == "f: g" and not shown["right"]
    assert [value for _, value in shown["details"]] == [MARKUP, MARKUP, "`x`"]
    assert shown["hint"] == ["Not written yet: ✓ ", "f", ""]
    unwritten = Verdict(False, "f", called="f(1)", hint="?", fault=Fault.UNWRITTEN)
    assert _shown(unwritten)["details"] == []


def test_the_page_shows_strangers_words_as_words(course):
    page = course.feedback("markup")
    assert "<b>✓" not in page and "&lt;b&gt;✓ f: right&lt;/b&gt; Not written" in page
    assert "<dt>called</dt>" in page and "<dt>called</dt>" in course.feedback("raises")
    assert "<dt>" not in course.feedback("blank")


def test_the_report_goes_by_the_fields():
    hints = {"a": "✓ f: right\n✗ g", "b": "Almost: no", "c": execute.OURS}
    verdicts = {name: Verdict(False, hint=hint) for name, hint in hints.items()}
    verdicts["c"] = Verdict(False, hint=hints["c"], fault=Fault.GRADER)
    verdicts["d"] = Verdict(False, hint="?", mistake="slip")
    work = SimpleNamespace(student="ann", verdicts=verdicts, unwritten=())
    items = {name: SimpleNamespace(exercise="f") for name in verdicts}
    (found,) = unexplained(SimpleNamespace(graded=[work], items=items))
    assert {words for words, _ in found.messages} == {hints["a"], hints["b"]}


def test_forged_data_earns_and_shows_nothing(course):
    assert course.points("forger") == 0
    assert course.state("forger") == course.state("blank")
    graded = course.autograded("forger")
    assert FULL["hint"] not in json.dumps(graded)
    assert graded.cells == course.autograded("blank").cells
    assert course.feedback("forger") == course.feedback("blank")


def test_a_forger_with_other_cells_shows_nothing_either(small):
    def edit(notebook):
        insert(notebook, "descend", "1 + 1")
        cell(notebook, "words").metadata["gdgrader"] = {"hint": [FULL["hint"]]}
        forged(notebook)
        twin = from_dict(cell(notebook, "step_up"))
        twin["id"] = "twin"
        notebook.cells.append(twin)

    small.edited("ann", edit, right=False)
    small.autograde()
    assert small.points("ann") == 0
    assert FULL["hint"] not in json.dumps(small.autograded("ann"))
    assert FULL["hint"] not in small.feedback("ann")
