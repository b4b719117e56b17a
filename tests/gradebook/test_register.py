"""A fresh clone has release/ but no gradebook: grading must tell it the lesson."""

import nbformat
import pytest
from course import LESSON, RIGHT, Course, cell, insert
from nbgrader.api import Gradebook

from gdgrader.gradebook.register import CannotRegister, register


@pytest.fixture
def course(tmp_path):
    return Course(tmp_path)


def source_of(course):
    return course.root / "source" / LESSON / f"{LESSON}.ipynb"


def registered(course):
    with Gradebook(course.db_url) as book:
        return register(LESSON, source_of(course), book, course.config)


def files_of(folder):
    return {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def known(course):
    with Gradebook(course.db_url) as book:
        cells = book.find_notebook(LESSON, LESSON).grade_cells
        return {cell.name: cell.max_score for cell in cells}


def changed(course, edit):
    notebook = nbformat.read(source_of(course), as_version=4)
    edit(notebook)
    nbformat.write(notebook, source_of(course))


def test_a_lesson_it_does_not_know(course):
    (course.root / "gradebook.db").unlink()
    before = files_of(course.root / "release")
    assert registered(course)
    assert known(course) == {
        "step_up": 1,
        "step_down": 2,
        "descend_long": 4,
        "words": 3,
    }
    assert files_of(course.root / "release") == before
    assert not registered(course)


def test_other_points(course):
    def edit(notebook):
        cell(notebook, "step_up").metadata.nbgrader.points = 5

    changed(course, edit)
    assert registered(course)
    assert known(course)["step_up"] == 5


def test_another_cell_after_grading_is_refused(course):
    course.submit("ann", course.answered(RIGHT))
    course.autograde()

    def edit(notebook):
        insert(notebook, "step_up", cell(notebook, "step_up").source)
        twin = notebook.cells[notebook.cells.index(cell(notebook, "step_up")) + 1]
        twin.metadata = cell(notebook, "step_up").metadata.copy()
        twin.metadata.nbgrader = {**twin.metadata.nbgrader, "grade_id": "step_more"}

    changed(course, edit)
    with pytest.raises(CannotRegister, match=r"tiny\.ipynb.*add or remove cells"):
        registered(course)
    assert course.points("ann") == course.most


def test_a_broken_source_says_which_file(course):
    def edit(notebook):
        cell(notebook, "descend_long").metadata.nbgrader.grade_id = "step_up"

    changed(course, edit)
    with pytest.raises(CannotRegister, match=r"tiny\.ipynb"):
        registered(course)


def test_nothing_of_the_source_is_run_for_it(course, tmp_path):
    (course.root / "gradebook.db").unlink()
    ran = tmp_path / "ran"

    def edit(notebook):
        insert(notebook, "step", f"open({str(ran)!r}, 'w').close()")

    changed(course, edit)
    assert registered(course)
    assert not ran.exists()


@pytest.mark.parametrize(
    "asked", ['check(step, "no_such")', 'check(other, "gradient_descent")']
)
def test_a_check_of_no_exercise_is_refused(course, asked):
    def edit(notebook):
        cell(notebook, "descend_long").source = asked
        cell(notebook, "descend_long").metadata.nbgrader.points = 9

    changed(course, edit)
    with pytest.raises(CannotRegister, match="names no exercise"):
        registered(course)
