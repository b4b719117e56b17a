"""`gdgrader due`, and that grading says a due date back, whoever set it."""

import pytest
from course import LESSON, Course
from nbgrader.api import Gradebook
from typer.testing import CliRunner

from gdgrader.cli import app


@pytest.fixture
def course(tmp_path) -> Course:
    return Course(tmp_path / "course")


def gdgrader(course: Course, *arguments: str) -> tuple[int, str]:
    """Run the command; its exit status and what it says, in one line."""
    done = CliRunner().invoke(app, [*arguments, "--root", str(course.root)])
    return done.exit_code, " ".join(done.output.split())


def stored(course: Course):
    with Gradebook(course.db_url) as book:
        return book.find_assignment(LESSON).duedate


def test_set_shown_and_taken_away(course):
    status, said = gdgrader(course, "due", LESSON, "2036-07-01 08:00 Europe/Berlin")
    assert status == 0
    assert "is due Tuesday 1 July 2036, 08:00 Europe/Berlin (UTC+02:00)" in said
    assert "Tuesday 1 July 2036, 06:00 UTC" in said
    assert stored(course).isoformat() == "2036-07-01T06:00:00"
    assert "Tuesday 1 July 2036, 06:00 UTC" in gdgrader(course, "due", LESSON)[1]
    unquoted = ("2016-07-01", "08:00", "+02:00")
    assert "was due Friday 1 July 2016" in gdgrader(course, "due", LESSON, *unquoted)[1]
    assert "nobody is late" in gdgrader(course, "due", LESSON, "--clear")[1]
    assert stored(course) is None


@pytest.mark.parametrize(
    "asked",
    [
        (LESSON, "2036-07-01 08:00:00 CEST"),
        (LESSON, "8:00 PM"),
        (LESSON, "01.07.2036"),
        (LESSON, "2036-07-01 08:00"),
        (LESSON, "2036-07-02 08:00 UTC", "--clear"),
        ("tiny_1", "2036-07-01 08:00 UTC"),
    ],
)
def test_what_is_refused_changes_nothing(course, asked):
    gdgrader(course, "due", LESSON, "2036-01-01 08:00 UTC")
    before = stored(course)
    status, said = gdgrader(course, "due", *asked)
    assert status == 1 and said.startswith("✗") and stored(course) == before
    with Gradebook(course.db_url) as book:
        assert [a.name for a in book.assignments] == [LESSON]


def test_a_lesson_the_gradebook_does_not_know_yet(course):
    (course.root / "source" / "next").mkdir()
    assert "no due date" in gdgrader(course, "due", "next")[1]
    assert "is due" in gdgrader(course, "due", "next", "2036-01-01 08:00 UTC")[1]
    assert "there is no lesson 'nxt'" in gdgrader(course, "due", "nxt")[1]


def test_grading_says_the_date_back_however_it_was_set(course):
    asked = ("autograde", LESSON, "--no-sandbox", "--workers=1")
    assert "due" not in gdgrader(course, *asked)[1]
    with Gradebook(course.db_url) as book:  # as nbgrader reads what a teacher wrote
        book.update_or_create_assignment(LESSON, duedate="01.07.2026 08:00:00 CEST")
    assert "was due Wednesday 7 January 2026, 08:00 UTC" in gdgrader(course, *asked)[1]
