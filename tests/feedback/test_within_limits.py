"""Whatever a notebook holds, everybody has a page: in feedback and in formgrader."""

import re

import nbformat
import pytest
from course import LESSON, LIMITS, RIGHT, Course, insert
from nbformat.v4 import new_markdown_cell
from replay import RECORD, replay

from gdgrader.autograde import runner
from gdgrader.feedback import within_limits
from gdgrader.limited import MB, Allowance

ALLOWED = Allowance(seconds=1, memory=300 * MB)
PLAIN = "shown without colours and formatting"
NOTHING = "cannot be shown here"

# What Pygments or mistune read in time that grows with its square, or worse.
CODE = {
    "blank lines": [" \n" * 8_000 + "x"],
    "tabs": ["x" + "\t\n" * 8_000],
    "blank lines, in cells": [" \n" * 1_500 + f"x = {n}" for n in range(12)],
}
TEXT = {"maths": ["\\\\(" * 6_000] * 20}
# Of these feedback is not afraid, as it has one lexer for all.
LEXER = {"another lexer": ["%%cython\n" + " \n" * 9_900] * 6}
MANY = {"tiny cells": ["a"] * 40_000}


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Course:
    """Bombs among graded notebooks, as the grader would have kept them."""
    made = Course(tmp_path_factory.mktemp("limits") / "course", isolated=False)
    made.submit("ann", made.answered(RIGHT))
    for name in (*CODE, *LEXER, *TEXT, *MANY):
        made.submit(f"m {name}", made.answered(RIGHT))
    with pytest.MonkeyPatch.context() as patch:  # as all have handed in the same
        patch.setenv(RECORD, str(tmp_path_factory.mktemp("record")))
        patch.setattr(runner, "grade_submission", replay)
        how = {"limits": LIMITS, "isolated": False, "workers": 0}
        runner.grade(LESSON, config=made.config, **how)
    for name, parts in (CODE | LEXER | TEXT | MANY).items():
        path = made.root / "autograded" / f"m {name}" / LESSON / f"{LESSON}.ipynb"
        path.chmod(0o644)
        work = nbformat.read(path, as_version=4)
        parts = [parts] if isinstance(parts, str) else parts
        if name in CODE | LEXER:
            insert(work, "descend", *parts)
        else:
            work.cells += [new_markdown_cell(text) for text in parts]
        nbformat.write(work, path)
    return made


@pytest.fixture(autouse=True)
def _little(monkeypatch):
    monkeypatch.setattr(within_limits, "ALLOWED", ALLOWED)


def test_a_class_with_bombs_in_it_has_its_pages(course):
    assert course.api.generate_feedback(LESSON, force=True)["success"]
    pages = {
        path.parts[-3]: path.read_text(encoding="utf-8")
        for path in (course.root / "feedback").glob(f"*/{LESSON}/{LESSON}.html")
    }
    assert len(pages) == 2 + len(CODE) + len(TEXT) + len(MANY)
    assert 'class="highlight' in pages["ann"] and PLAIN not in pages["ann"]
    for name in (*CODE, *TEXT):
        page = pages[f"m {name}"]
        assert PLAIN in page and "more than 1 s" in page, name
        assert page.count("right in") == pages["ann"].count("right in")
        assert "<strong>7</strong>" in page  # the score
    (many,) = (pages[f"m {name}"] for name in MANY)
    assert NOTHING in many and "<strong>7</strong>" in many


@pytest.mark.parametrize("name", ["blank lines", "another lexer", "tiny cells"])
def test_formgrader_has_its_page(course, name):
    assert 'class="highlight' in re.sub(r"\s+", " ", course.formgrader("ann"))
    page = course.formgrader(f"m {name}")
    assert (NOTHING if name in MANY else PLAIN) in page


def test_long_code_has_no_colours_and_all_its_text(course):
    work = course.answered(RIGHT)
    insert(work, "descend", "x = '<i>'  # long\n" * 3_000)
    course.submit("lea", work)
    course.autograde("lea")
    page = course.feedback("lea")
    assert page.count("x = '&lt;i&gt;'  # long") == 3_000
    assert PLAIN not in page and 'class="kn"' in page  # an import of the instructor's
