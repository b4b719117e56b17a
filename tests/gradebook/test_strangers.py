"""A folder that is nobody's of the class list is named when it is graded."""

import pytest
from course import LESSON, Course
from nbgrader.api import Gradebook
from typer.testing import CliRunner

from gdgrader.cli import app


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({"ann": {"first_name": "Ann"}, "bo": {"email": "b@c"}}, "list: Ann, team-1"),
        ({"ann": {"lms_user_id": "7"}}, "list: Ann, bo, team-1"),
        ({"ann": {}}, ""),
    ],
)
def test_who_is_in_no_class_list(tmp_path, known, said):
    course = Course(tmp_path / "course")
    with Gradebook(course.db_url) as book:
        for student, told in known.items():
            book.add_student(student, **told)
    for student in ("Ann", "bo", "team-1"):
        course.submit(student, b"no notebook")
    options = ["--no-sandbox", "--workers=1", "--root", str(course.root)]
    lines = CliRunner().invoke(app, ["autograde", LESSON, *options]).output.splitlines()
    found = [line for line in lines if line.startswith("In no class list")]
    assert (found[0].endswith(said) and len(found) == 1) if said else not found
