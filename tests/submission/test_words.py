"""A written answer is found, or waits for a person: only who wrote nothing gets 0."""

from pathlib import Path

import nbformat
import pytest
from course import LESSON, PNG, RIGHT, Course, cell, course_config
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

from gdgrader.autograde import runner
from gdgrader.course.edition import instructors_version
from gdgrader.gradebook.scores import RECORD
from gdgrader.grading.notebook import prepared
from gdgrader.submission.prose import is_prose, prose, prose_elsewhere

ANSWER = "Each step removes only a share of what is left, so it crawls."


def stripped(notebook):
    """The answer's cell has lost its marks and its id; it stands where it stood."""
    place = notebook.cells.index(cell(notebook, "words"))
    notebook.cells[place] = new_markdown_cell(ANSWER)


def another_type(new):
    def edit(notebook):
        place = notebook.cells.index(cell(notebook, "words"))
        notebook.cells[place] = new(ANSWER)

    return edit


def split(notebook):
    place = notebook.cells.index(cell(notebook, "words"))
    notebook.cells[place : place + 1] = map(new_markdown_cell, ANSWER.split(", "))


def all_stripped(notebook):
    cell(notebook, "words").source = ANSWER
    for one in notebook.cells:
        one.metadata, one.id = {}, f"new-{one.id}"


def doubled(notebook):
    """A copy of the untouched cell besides the one with the answer."""
    words = cell(notebook, "words")
    twin = nbformat.from_dict(words)
    twin.id = "twin"
    words.source = ANSWER
    notebook.cells.append(twin)


def own_cell(new, place=None, text=ANSWER):
    """The placeholder stays; the answer stands in a new cell."""

    def edit(notebook):
        at = len(notebook.cells) if place is None else place
        notebook.cells.insert(at, new(text))

    return edit


def in_a_given_cell(name):
    def edit(notebook):
        given = next(c for c in notebook.cells if c.id == name)
        given.source += f"\n\n{ANSWER}"

    return edit


def on_a_given_line(notebook):
    given = next(c for c in notebook.cells if c.id == "text")
    given.source += f" {ANSWER}"


def picture(notebook):
    one = new_markdown_cell("![page](attachment:page.png)")
    one.attachments = {"page.png": {"image/png": PNG}}
    notebook.cells.append(one)


# Found, and put into its cell.
FOUND = {
    "marks and id lost": stripped,
    "every mark and id lost": all_stripped,
    "now a raw cell": another_type(new_raw_cell),
    "now a code cell": another_type(new_code_cell),
    "in two cells": split,
    "a copy left empty": doubled,
}
# Shown to the person who grades.
ELSEWHERE = {
    "below the placeholder": own_cell(new_markdown_cell),
    "above everything": own_cell(new_markdown_cell, 0),
    "between others": own_cell(new_markdown_cell, 4),
    "short": own_cell(new_markdown_cell, None, "It crawls."),
    "in a raw cell": own_cell(new_raw_cell),
    "as code": own_cell(new_code_cell),
    "as a comment": own_cell(new_code_cell, None, f"# {ANSWER}\nx = 1"),
    "as lines of comment": own_cell(
        new_code_cell, 3, f"# {ANSWER}".replace(", so", ",\n# so")
    ),
    "as a string": own_cell(new_code_cell, None, f'print("""{ANSWER}""")'),
    "in Chinese": own_cell(new_code_cell, None, "# 学习率太大时误差会越来越大直到发散"),
    "in the title": in_a_given_cell("title"),
    "in a given cell": in_a_given_cell("text"),
    "on a given line": on_a_given_line,
    "in a locked cell": in_a_given_cell("given-imports"),
    "as a picture": picture,
}
# What says nothing: the cell is blank.
BLANK = {
    "nothing": lambda notebook: None,
    "code of one's own": own_cell(new_code_cell, None, "# try it\nprint('a', 1)"),
    "an empty cell": own_cell(new_markdown_cell, None, " \n"),
    "a typing error mended": lambda notebook: notebook.cells[0].update(
        source="# A very tiny lesson"
    ),
    "comments in a solution": lambda notebook: cell(notebook, "step").update(
        source=RIGHT["step"] + f"\n# {ANSWER}"
    ),
    "the cell deleted": lambda notebook: notebook.cells.remove(cell(notebook, "words")),
}


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Course:
    made = Course(tmp_path_factory.mktemp("words"), isolated=False)
    for name, edit in (FOUND | ELSEWHERE | BLANK).items():
        made.edited(name, edit)
    runner.grade(LESSON, config=made.config, isolated=False, workers=0)
    made.edited("by nbgrader", ELSEWHERE["below the placeholder"])
    made.autograde("by nbgrader")
    return made


@pytest.mark.parametrize("student", FOUND)
def test_it_is_found(course, student):
    assert course.waiting(student) == {"words"}
    assert course.scores(student)["words"] is None
    words = cell(course.autograded(student), "words")
    assert words.cell_type == "markdown"
    for part in ANSWER.split(", "):
        assert words.source.count(part) == 1
    assert course.points(student) == course.most


@pytest.mark.parametrize("student", [*ELSEWHERE, "by nbgrader"])
def test_it_waits_for_a_person_who_is_shown_it(course, student):
    assert course.state(student).status == "waiting for a person"
    assert course.waiting(student) == {"words"}
    assert course.scores(student)["words"] is None
    assert "No response" not in course.feedback(student)
    assert "Cell words was left as it was" in course.notes(student)
    page = course.formgrader(student)
    assert "Nothing was written here, but elsewhere" in page
    if student == "as a picture":
        assert PNG[:40] in page.replace("\n", "")
    elif student not in ("short", "in Chinese"):
        assert page.replace("\n", " ").count("what is left") >= 1


@pytest.mark.parametrize("student", BLANK)
def test_who_wrote_nothing_is_answered_at_once(course, student):
    assert course.state(student).status == "graded", course.notes(student)
    assert course.scores(student)["words"] == 0
    assert "Nothing was written here" not in course.formgrader(student)


@pytest.mark.parametrize("lesson", ["02_constant_learning_rate", "07_cosine_one_cycle"])
def test_a_lesson_as_it_was_handed_out_is_blank(lesson):
    """Also where its own strings are in pieces, as those that describe a figure."""
    root = Path(__file__).parents[2]
    notebook = f"{lesson}/{lesson}.ipynb"
    edition = instructors_version(root / "source" / notebook, course_config(root))
    handed_out = (root / "release" / notebook).read_bytes()
    record = prepared(handed_out, edition, []).metadata[RECORD]
    assert record == {"notes": [], "elsewhere": []}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[Start](../start.ipynb)", []),
        ("[Start](../start.ipynb) · [Words](glossary.ipynb) · [x y](a/b.ipynb)", []),
        ("Next: [3 · Can we tell?](../03_line/03_line.ipynb)\n\n[Start](s.ipynb)", []),
        (f"Next: {ANSWER}", [f"Next: {ANSWER}"]),
        (f"[Start](../start.ipynb) {ANSWER}", [f"[Start](../start.ipynb) {ANSWER}"]),
        (f"[{ANSWER}](https://example.org)", [f"[{ANSWER}](https://example.org)"]),
        (f"[Start](../start.ipynb)\n\n{ANSWER}", [ANSWER]),
    ],
)
def test_a_line_of_links_to_pages_is_no_answer(text, found):
    """So a lesson's last line may differ from that of the edition graded by."""
    given = nbformat.v4.new_notebook(cells=[new_markdown_cell("Given.")])
    own = nbformat.v4.new_notebook(cells=[new_markdown_cell(f"Given.\n\n{text}")])
    assert prose_elsewhere(own, set(), given) == found


def test_what_is_prose():
    said = 'x = f"{y} is what remains after all those steps"'
    assert prose(new_code_cell(said)) == [" is what remains after all those steps"]
    assert not is_prose(new_code_cell(said))
    assert not prose(new_code_cell("plot(x, label='three words only')"))
    assert is_prose(new_code_cell(f"# {ANSWER}")) and is_prose(new_raw_cell("No."))
