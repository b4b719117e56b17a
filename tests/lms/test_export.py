"""Grades on their way out: for people, for Canvas, for Moodle, never as formulas."""

import csv
import subprocess
import sys

import pytest
from course import LESSON, RIGHT, Course, cell
from nbgrader.api import Gradebook

from gdgrader.lms.export import harmless

ROSTER = {
    "ann": {
        "first_name": "Ann",
        "last_name": "Öz, Jr.",
        "email": "ann@example.org",
        "lms_user_id": "4711",
    },
    "bob": {"first_name": "=HYPERLINK(1)", "last_name": "@SUM", "email": "-1+1"},
    "cyd": {},
    "dee": {},
    "+eve": {},
}
CONFIG = """
from gdgrader.config import apply

c = get_config()
apply(c)
c.CanvasExport.assignment_ids = {"tiny": 99}
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Course:
    """Ann is graded, bob waits, cyd failed, dee handed nothing in, eve has a zero."""
    made = Course(tmp_path_factory.mktemp("export") / "course")
    with Gradebook(made.db_url) as book:
        for student, known in ROSTER.items():
            book.add_student(student, **known)
    right = made.answered(RIGHT)
    made.submit("ann", right)
    cell(right, "words").source = "My own words."
    made.submit("bob", right)
    made.submit("cyd", b"no notebook")
    made.submit("+eve", made.answered({}))
    made.autograde()
    (made.root / "nbgrader_config.py").write_text(CONFIG)
    return made


def exported(course: Course, *arguments: str) -> list[list[str]]:
    """The rows that `nbgrader export` wrote."""
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "export", "--to=out.csv", *arguments],
        cwd=course.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with (course.root / "out.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_the_states_are_told(course):
    head, *rows = exported(course)
    found = {
        r["student_id"]: r for r in (dict(zip(head, x, strict=True)) for x in rows)
    }
    told = {student: (row["status"], row["score"]) for student, row in found.items()}
    assert told == {
        "ann": ("graded", "7.0"),
        "bob": ("waiting for a person", "7.0"),
        "cyd": ("failed", ""),
        "dee": ("not submitted", "0.0"),
        "'+eve": ("graded", "0.0"),
    }
    assert "not JSON" in found["cyd"]["reason"]


def test_canvas_reads_its_own_layout(course):
    head, points, *rows = exported(
        course, "--exporter=gdgrader.lms.export.CanvasExport"
    )
    assert head == ["Student", "ID", "SIS Login ID", "Section", f"{LESSON} (99)"]
    assert points == ["    Points Possible", "", "", "", "10"]
    assert {row[2]: (row[0], row[1], row[4]) for row in rows} == {
        "ann": ("Öz, Jr., Ann", "4711", "7"),
        "bob": ("'@SUM, =HYPERLINK(1)", "", ""),
        "cyd": ("cyd", "", ""),
        "dee": ("dee", "", ""),
        "'+eve": ("'+eve", "", "0"),
    }


def test_moodle_reads_its_own_layout(course):
    head, *rows = exported(course, "--exporter=gdgrader.lms.export.MoodleExport")
    assert head[:3] == ["Username", "ID number", "Email address"]
    assert head[5:] == [LESSON]
    assert {row[0]: (row[2], row[1], row[5]) for row in rows} == {
        "ann": ("ann@example.org", "4711", "7"),
        "bob": ("'-1+1", "", ""),
        "cyd": ("", "", ""),
        "dee": ("", "", ""),
        "'+eve": ("", "", "0"),
    }


def test_only_the_students_and_lessons_asked_for(course):
    _, *rows = exported(course, "--student", '["ann"]', "--assignment", f'["{LESSON}"]')
    assert [row[3] for row in rows] == ["ann"]
    assert len(exported(course, "--assignment", '["other"]')) == 1


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1"])
def test_no_cell_becomes_a_formula(cell):
    assert harmless(cell) == f"'{cell}"
    assert harmless(-1.0) == -1.0 and harmless("a=1") == "a=1"
