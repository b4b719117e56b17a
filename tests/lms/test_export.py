"""Grades on their way out: for people, for Canvas, for Moodle, never as formulas."""

import csv
import logging
import subprocess

import pytest
from course import LESSON, RIGHT, Course, cell
from nbgrader.api import Gradebook
from typed import environment

from gdgrader.lms.export import CanvasExport, MoodleExport, StatusExport, harmless

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


def export(course: Course, *arguments: str) -> subprocess.CompletedProcess:
    """Run `nbgrader export`."""
    return subprocess.run(
        ["nbgrader", "export", "--to=out.csv", *arguments],
        cwd=course.root,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )


def exported(course: Course, *arguments: str) -> list[list[str]]:
    """The rows that `nbgrader export` wrote."""
    done = export(course, *arguments)
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


LAYOUTS = (StatusExport, CanvasExport, MoodleExport)
TWINS = [
    ({"1235": {}, "1235 ": {}}, "'1235' and '1235 ' have one id"),
    ({"1236": {}, "1236.0": {}}, "'1236' and '1236.0' have one id"),
    ({"Gus": {}, "gus": {}}, "'Gus' and 'gus' have one id"),
    (
        {"fay": {"lms_user_id": "9"}, "gil": {"lms_user_id": "9.0"}},
        "'fay' and 'gil' have one lms_user_id",
    ),
    (
        {"s02": {"first_name": "Bo", "last_name": "Röe"}, "roe-bo": {}},
        "'roe-bo' may be Bo Röe ('s02')",
    ),
    ({"s02": {"lms_user_id": "1235.0"}, "1235": {}}, "'1235' may be 's02'"),
    ({"s02": {"email": "Bo@x.org"}, "bo@x.org": {}}, "'bo@x.org' may be 's02'"),
]


@pytest.mark.parametrize(("students", "said"), TWINS)
def test_one_person_never_has_two_rows(tmp_path, caplog, students, said):
    """Of an upload of both, the blank one would win."""
    made = Course(tmp_path / "course")
    path = tmp_path / "out.csv"
    with Gradebook(made.db_url) as book:
        for student, known in students.items():
            book.add_student(student, **known)
        for layout in LAYOUTS:
            caplog.clear()
            with pytest.raises(SystemExit):
                layout(to=str(path), log=logging.getLogger("export")).export(book)
            assert said in caplog.text and not path.exists()
        book.remove_student(next(iter(students)))
        CanvasExport(to=str(path)).export(book)
        assert path.exists()


def test_two_people_have_two_rows(tmp_path):
    made = Course(tmp_path / "course")
    students = {
        "7": {"lms_user_id": "8"},
        "8": {"lms_user_id": "7"},
        "007": {},
        "bo": {"first_name": "Bo", "last_name": "Roe", "email": "same@x.org"},
        "bo2": {"first_name": "Bo", "last_name": "Roe", "email": "same@x.org"},
        "kim": {},
        "s9": {"first_name": "Kim"},
        "9": {"first_name": "Lee"},
        "s10": {"lms_user_id": "9"},
    }
    with Gradebook(made.db_url) as book:
        for student, known in students.items():
            book.add_student(student, **known)
        for layout in LAYOUTS:
            layout(to=str(tmp_path / "out.csv")).export(book)
    assert len((tmp_path / "out.csv").read_text().splitlines()) == 1 + len(students)


def test_work_collected_before_the_class_list_came(tmp_path):
    """`canvas-7` is whoever has the number 7, unless both handed in."""
    made = Course(tmp_path / "course")
    (made.root / "nbgrader_config.py").write_text(CONFIG)
    made.submit("canvas-7", made.answered(RIGHT))
    made.autograde()
    with Gradebook(made.db_url) as book:
        book.add_student("ann", first_name="Ann", lms_user_id="7.0")
    for layout, rows in (("CanvasExport", 3), ("MoodleExport", 2), ("StatusExport", 2)):
        exporter = f"--exporter=gdgrader.lms.export.{layout}"
        *_, row = found = exported(made, exporter)
        assert len(found) == rows and "canvas-7" not in row
        if layout == "CanvasExport":
            assert row == ["Ann", "7", "ann", "", "7"]
    made.submit("ann", made.answered({}))
    made.autograde()
    done = export(made, "--exporter=gdgrader.lms.export.CanvasExport")
    assert done.returncode == 1
    assert "'canvas-7' are one person, and both have handed in tiny" in done.stderr


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1"])
def test_no_cell_becomes_a_formula(cell):
    assert harmless(cell) == f"'{cell}"
    assert harmless(-1.0) == -1.0 and harmless("a=1") == "a=1"
