"""The page a student gets: pleasant, small, true, and with nothing to run."""

import base64
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import SCREENSHOTS, browser_page
from course import LESSON, PNG, RIGHT, STEP, Course, cell, insert
from nbformat.v4 import new_code_cell, new_notebook, new_output
from nbgrader.api import Gradebook

from gdgrader.gradebook.states import NotebookKey, save_failure
from gdgrader.submission.outputs import PAGE_PICTURE_BYTES, PAGE_TEXT_BYTES, keep_small

WRONG = RIGHT | {"step": f"{STEP}    return theta + learning_rate * 2 * theta"}
FIGURE = (
    "from IPython.display import display\n"
    f"display({{'image/png': {PNG!r}, 'text/plain': ''}}, raw=True,"
    " metadata={'alt': 'The loss falls from 9 to 0 in ten steps.'})"
)
OFFLINE = "ERR_"  # MathJax comes from the web, which a test has not
LARGEST_PAGE = 12 << 20  # whatever a student's notebook prints
USUAL_PAGE = 200 << 10


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Course:
    """Ann is partly wrong, bob's file is cut short, cyd wrote too much."""
    made = Course(tmp_path_factory.mktemp("feedback") / "course", isolated=False)
    ann = made.answered(WRONG)
    cell(ann, "words").source = "**Fast**, as $\\eta$ is small."
    insert(ann, "descend", FIGURE)
    del ann.cells[ann.cells.index(cell(ann, "given_imports"))]
    made.submit("ann", ann)
    made.submit("bob", b'{"cells": [{"cell_type": "code", "sou')
    cyd = made.answered(RIGHT)
    insert(cyd, "descend", *["print('<&>' * 100_000)"] * 30, "# " + "<" * 500_000)
    made.submit("cyd", cyd)
    made.submit("zoe", made.answered({}))
    made.autograde()
    with Gradebook(made.db_url) as book:
        words = book.find_grade("words", LESSON, LESSON, "cyd")
        words.manual_score, words.needs_manual_grade = 2, False
        said = book.find_comment("words", LESSON, LESSON, "cyd")
        said.manual_comment = "Well put, <script>alert(1)</script>, but *why*?"
        book.db.commit()
    done = made.api.generate_feedback(LESSON, force=True)
    assert done["success"], done
    return made


def page_of(course: Course, student: str) -> str:
    """What a student gets."""
    path = course.root / "feedback" / student / LESSON / f"{LESSON}.html"
    return path.read_text(encoding="utf-8")


def test_the_verdict_stands_at_its_exercise(course):
    page = page_of(course, "ann")
    found = re.search(r'<section ([^>]*id="step_up"[^>]*)>(.*?)</section>', page, re.S)
    assert "card wrong" in found[1]
    words = re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", found[2]))
    assert "0 / 1" in words and "this step climbs" in words
    assert "came back" in words and "expected" in words
    assert page.index("Your answer") < page.index("this step climbs")
    assert "waits to be read" in page and "<strong>Fast</strong>" in page
    assert "given_imports was missing" in page


def test_who_has_not_tried_is_told_no_answer(course):
    page = page_of(course, "zoe")
    assert page.count("Not written yet: replace the <code>raise") == 3
    assert "expected" not in page and "came back" not in page


def test_figures_have_their_text(course):
    (figure,) = re.findall(r"<img[^>]*>", page_of(course, "ann"))
    assert 'alt="The loss falls from 9 to 0 in ten steps."' in figure


def test_it_tells_nothing_of_how_it_is_judged(course):
    for student in ("ann", "cyd"):
        page, record = page_of(course, student), course.autograded(student).metadata
        assert record.gdgrader.seed not in page
        for inside in ("check(", "checks.json", "BEGIN", "seed", "mistake"):
            assert inside not in page.replace("import check", "")


def test_the_only_script_is_for_formulas(course):
    for student in ("bob", "cyd", "zoe"):
        assert "<script" not in page_of(course, student)
    scripts = re.findall(r"<script[^>]*>", page_of(course, "ann"))
    assert scripts and all("mathjax" in script.lower() for script in scripts)


def test_a_person_has_spoken(course):
    page = page_of(course, "cyd")
    assert "2 / 3" in page and "<strong>9</strong>" in page
    assert "<em>why</em>" in page and "&lt;script&gt;alert(1)" in page


def test_pages_stay_small(course):
    assert len(page_of(course, "ann").encode()) < USUAL_PAGE
    page = page_of(course, "cyd").encode()
    assert len(page) < LARGEST_PAGE
    assert b"[cut here]" in page


def test_a_whole_notebook_is_cut():
    large = base64.b64encode(b"\0" * (PAGE_PICTURE_BYTES // 4)).decode()
    shown = new_output("display_data", {"image/png": large})
    text = new_output("stream", name="stdout", text="x" * (PAGE_TEXT_BYTES // 3))
    cells = [new_code_cell("1", outputs=[shown, text]) for _ in range(9)]
    notebook = new_notebook(cells=cells)
    keep_small(notebook)
    outputs = [output for c in notebook.cells for output in c.outputs]
    pictures = [o for o in outputs if "image/png" in o.get("data", {})]
    assert 1 <= len(pictures) <= 3
    assert sum(len(o.get("text", "")) for o in outputs) < PAGE_TEXT_BYTES + 1000


def test_who_failed_learns_why_and_what_to_do(course):
    page = page_of(course, "bob")
    assert "could not be graded" in page and "breaks off in the middle" in page
    assert "cut short?</p>" in page  # the sentence has its end
    assert "What to do" in page and "<script" not in page
    assert "points" not in re.sub("<style>.*?</style>", "", page, flags=re.S)


def test_a_failure_that_is_mended_gets_its_page(course):
    course.submit("dee", b"nothing")
    course.autograde("dee")
    assert course.api.generate_feedback(LESSON, force=False)["success"]
    assert "could not be graded" in page_of(course, "dee")
    course.submit("dee", course.answered(RIGHT))
    course.autograde("dee")
    assert course.api.generate_feedback(LESSON, force=False)["success"]
    assert "could not" not in page_of(course, "dee")
    # An older page does not outlive the score that it shows.
    course.submit("dee", b"nothing")
    course.autograde("dee")
    assert course.api.generate_feedback(LESSON, force=False)["success"]
    assert "could not be graded" in page_of(course, "dee")


def test_a_folder_without_a_notebook_keeps_no_older_score(course):
    """nbgrader leaves it out; who looks at score, notebook or page sees no old one."""
    course.submit("flo", course.answered(RIGHT))
    course.autograde("flo")
    assert course.points("flo") == course.most
    (course.folder("flo") / f"{LESSON}.ipynb").unlink()
    course.autograde()
    assert course.points("flo") == 0 and course.exported()["flo"]["score"] == ""
    assert "no notebook was handed in" in course.state("flo").reason
    assert not (course.root / "autograded" / "flo" / LESSON).exists()
    course.api.generate_feedback(LESSON, force=False)
    assert "no notebook was handed in" in page_of(course, "flo")


def test_the_graders_own_trouble_is_not_the_students(course):
    with Gradebook(course.db_url) as book:
        reason = "KeyError: /home/teacher/source"
        save_failure(book, NotebookKey(LESSON, "eve", LESSON), reason)
    course.api.generate_feedback(LESSON, force=False)
    page = page_of(course, "eve")
    assert "no fault of yours" in page and "teacher/source" not in page


@pytest.mark.parametrize("student", ["ann", "bob", "cyd", "zoe"])
def test_it_reads_well_in_a_browser(course, student):
    """Contrast, names and order, by axe; nothing runs."""
    path = course.root / "feedback" / student / LESSON / f"{LESSON}.html"
    with browser_page() as (page, errors):
        page.on("dialog", lambda _: errors.append("a dialog"))
        page.set_viewport_size({"width": 900, "height": 1000})
        page.goto(path.as_uri())
        found = Axe().run(page).response["violations"]
        assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found] == []
        assert page.evaluate("document.body.scrollWidth <= innerWidth")
        SCREENSHOTS.mkdir(exist_ok=True)
        if student in {"ann", "bob"}:
            shot = SCREENSHOTS / f"feedback-{student}.png"
            page.screenshot(path=shot, full_page=True)
        assert [e for e in errors if OFFLINE not in e] == []
