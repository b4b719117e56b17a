"""Formgrader on a real server, in a real browser: grade, regrade, read, fail."""

import re

import nbformat
import pytest
from browser import SCREENSHOTS, browser_page, jupyter
from course import LESSON, RIGHT, Course, cell
from nbgrader.api import Gradebook
from playwright.sync_api import Page, expect
from typer.testing import CliRunner

from gdgrader.cli import app

CONFIG = "from gdgrader.config import apply\n\nc = get_config()\napply(c)\n"
ANSWER = "Because each step removes only a share of what is left."
RUBRIC = "Rubric, one point each: names the share; says why; gives a number."
COMMENT = "Good reason; **which** number?"
GRADING_MS = 90_000


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Course:
    """Ann's answers are right, bob's file is cut short; nobody is graded yet."""
    made = Course(tmp_path_factory.mktemp("formgrader") / "course")
    (made.root / "nbgrader_config.py").write_text(CONFIG)
    path = made.root / "source" / LESSON / f"{LESSON}.ipynb"
    source = nbformat.read(path, as_version=4)
    words = cell(source, "words")
    words.source = words.source.replace("Fast.", f"Fast.\n\n{RUBRIC}")
    nbformat.write(source, path)
    ann = made.answered(RIGHT)
    cell(ann, "words").source = ANSWER
    made.submit("ann", ann)
    made.submit("bob", b'{"cells": [{"cell_type": "code", "sou')
    return made


@pytest.fixture(scope="module")
def formgrader(course) -> Page:
    """A page of a browser, and the address of formgrader."""
    with (
        jupyter(course.root, course.root) as address,
        browser_page() as (page, _),
    ):
        yield page, f"{address}/formgrader"


def autograde(page: Page, address: str, student: str) -> str:
    """Press formgrader's button for a student; what it says of it."""
    page.goto(f"{address}/manage_submissions/{LESSON}")
    row = page.locator("tr").filter(has_text=student)
    row.locator(".autograde a").click(timeout=GRADING_MS)
    dialog = page.locator(".modal-content")
    dialog.wait_for(timeout=GRADING_MS)
    return dialog.inner_text()


def row_of(page: Page, address: str, student: str) -> str:
    """What the list of submissions says of a student."""
    page.goto(f"{address}/manage_submissions/{LESSON}")
    row = page.locator("tr").filter(has_text=student)
    expect(row.locator(".status")).not_to_be_empty(timeout=GRADING_MS)
    return re.sub(r"\s+", " ", row.inner_text())


def open_submission(page: Page, address: str, course: Course, student: str) -> None:
    """Open the page on which a submission is graded by hand."""
    with Gradebook(course.db_url) as book:
        found = book.find_submission_notebook(LESSON, LESSON, student)
        number = found.id
    page.goto(f"{address}/submissions/{number}/")
    # It loads scores and comments by itself, after the page.
    page.wait_for_load_state("networkidle")


def test_the_button_judges(course, formgrader):
    page, address = formgrader
    assert "Successfully autograded" in autograde(page, address, "ann")
    assert course.points("ann") == course.most
    row = row_of(page, address, "ann")
    assert "needs manual grading" in row and "7 / 10" in row


def test_a_failed_submission_is_shown_as_it_is(course, formgrader):
    page, address = formgrader
    said = autograde(page, address, "bob")
    assert "error autograding" in said and "breaks off in the middle" in said
    row = row_of(page, address, "bob")
    assert "needs autograding" in row and "/ 10" not in row
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / "formgrader-submissions.png")
    # Nothing of it can be opened and graded as if it had been read.
    name = page.locator("tr").filter(has_text="bob").locator(".student-name")
    expect(name).not_to_be_empty()
    assert name.locator("a").count() == 0
    assert course.state("bob").status == "failed"


def test_a_written_answer_is_graded_and_stays_so(course, formgrader):
    page, address = formgrader
    if course.state("ann").status == "not graded":
        autograde(page, address, "ann")
    open_submission(page, address, course, "ann")
    text = page.locator("body").inner_text()
    assert text.index(ANSWER) < text.index(RUBRIC)
    assert "a positive start: right in" in text
    page.locator("input#words").fill("2")
    page.locator("input#words").blur()
    expect(page.locator(".score-saved").last).to_be_visible()
    page.locator("textarea#words-comment").fill(COMMENT)
    page.locator("textarea#words-comment").blur()
    page.wait_for_load_state("networkidle")
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / "formgrader-written.png")

    command = ["autograde", LESSON, "--force", "--root", str(course.root)]
    done = CliRunner().invoke(app, [*command, "--workers", "1", "--student", "ann"])
    assert done.exit_code == 0, done.output

    open_submission(page, address, course, "ann")
    expect(page.locator("input#words")).to_have_value("2")
    expect(page.locator("textarea#words-comment")).to_have_value(COMMENT)
    feedback = course.feedback("ann")
    assert "2 / 3" in feedback and "<strong>which</strong> number?" in feedback
    assert RUBRIC not in feedback
    assert float(course.exported()["ann"]["score"]) == course.most + 2
