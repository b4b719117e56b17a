"""A submission in the instructor's frame: answers kept, everything else put right."""

import copy
import json
import random
from pathlib import Path

import nbformat
import pytest
from course import LESSON, RIGHT, Course, cell, insert
from fuzzed import tried
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell

from gdgrader.course.edition import instructors_version, is_demonstration, marks
from gdgrader.submission.read import Unreadable, read_submission
from gdgrader.submission.rescue import rescue

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return Course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module")
def edition(course):
    return instructors_version(course.root / "source" / LESSON / f"{LESSON}.ipynb")


def rescued(notebook, edition):
    return rescue(read_submission(nbformat.writes(notebook).encode()), edition)


def names(notebook) -> list[str]:
    return [marks(c).get("grade_id") or c.id for c in notebook.cells]


def test_the_students_edition_is_the_one_released(course, edition):
    assert edition.notebook == course.release()


def test_an_honest_notebook_is_left_as_it_is(course, edition):
    made, notes = rescued(course.answered(RIGHT), edition)
    assert notes == []
    assert made == course.answered(RIGHT)
    nbformat.validate(made)


def test_extra_cells_stay_behind_the_cell_they_followed(course, edition):
    notebook = course.answered(RIGHT)
    insert(notebook, "step", "first = 1", "second = 2")
    insert(notebook, "descend_long", "third = 3")
    notebook.cells.remove(cell(notebook, "step_up"))
    made, _ = rescued(notebook, edition)
    sources = [c.source for c in made.cells]
    place = sources.index(RIGHT["step"])
    assert sources[place + 1 : place + 3] == ["first = 1", "second = 2"]
    assert names(made)[place + 3] == "step_up"
    assert names(made)[sources.index("third = 3") - 1] == "descend_long"


def test_nothing_of_the_students_passes_for_the_instructors(course, edition):
    notebook = course.answered(RIGHT)
    forged = new_code_cell("1")
    forged.metadata = {
        "nbgrader": {
            **marks(cell(notebook, "step_up")),
            "grade_id": "mine",
            "points": 99,
        },
        "tags": ["demonstration", "skip-execution"],
    }
    notebook.cells.append(forged)
    target = cell(notebook, "step_up")
    target.metadata.nbgrader.update(points=99, locked=False, solution=True)
    target.metadata.tags = ["skip-execution", "demonstration"]
    target.source = "pass"
    made, notes = rescued(notebook, edition)
    assert cell(made, "step_up") == cell(edition.notebook, "step_up")
    assert made.cells[-1].source == "1" and made.cells[-1].metadata == {}
    assert any("marked as graded" in note.what for note in notes)
    assert any("read-only" in note.what for note in notes)


def test_a_demonstration_is_the_instructors_only_while_unchanged(edition):
    frame = copy.deepcopy(edition)
    plain = next(c for c in frame.notebook.cells if c.id == "try-it")
    plain.metadata["tags"] = ["demonstration"]
    same, _ = rescued(copy.deepcopy(frame.notebook), frame)
    assert next(c for c in same.cells if c.id == "try-it").metadata.tags
    changed = copy.deepcopy(frame.notebook)
    next(c for c in changed.cells if c.id == "try-it").source = "steps = 3"
    made, _ = rescued(changed, frame)
    assert not next(c for c in made.cells if c.id == "try-it").metadata


def test_only_locked_cells_can_be_skipped():
    for path in sorted((ROOT / "source").glob("*/*.ipynb")):
        cells = nbformat.read(path, as_version=4).cells
        tagged = [c for c in cells if "demonstration" in c.metadata.get("tags", [])]
        assert tagged and all(is_demonstration(c) for c in tagged)
        for c in tagged:
            c.metadata.nbgrader.locked = False
            assert not is_demonstration(c)


@tried(60)
@given(st.integers(0, 2**32), st.booleans())
def test_whatever_is_done_the_frame_stands(course, edition, seed, lose):
    """Cells dropped, doubled, shuffled, stripped, edited: the graded ones are all there
    once, in order and as the instructor wrote them."""
    rng = random.Random(seed)
    notebook = course.answered(RIGHT)
    cells = []
    for one in notebook.cells:
        for _ in range(rng.choice([0, 1, 1, 1, 2])):
            one = copy.deepcopy(one)
            if lose and rng.random() < 0.5:
                one.metadata = {}
            if rng.random() < 0.2:
                one.source += "\n# more"
            cells.append(one)
        if rng.random() < 0.2:
            cells.append(rng.choice([new_code_cell, new_markdown_cell])("x = 1"))
    if rng.random() < 0.5:
        rng.shuffle(cells)
    notebook.cells = cells
    made, _ = rescued(notebook, edition)
    wanted = [c for c in edition.notebook.cells if marks(c)]
    found = [c for c in made.cells if marks(c)]
    assert [c.metadata for c in found] == [c.metadata for c in wanted]
    for ours, theirs in zip(wanted, found, strict=True):
        if not marks(ours)["solution"]:
            assert ours == theirs
    ids = [c.id for c in made.cells]
    assert len(ids) == len(set(ids))
    nbformat.validate(made)


@tried(200)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "cells",
                        "cell_type",
                        "source",
                        "metadata",
                        "nbgrader",
                        "grade_id",
                        "id",
                        "outputs",
                        "attachments",
                        "nbformat",
                        "nbformat_minor",
                        "worksheets",
                        "tags",
                    ]
                ),
                inner | st.sampled_from(["code", "markdown", 3, 4]),
                max_size=5,
            )
        ),
        max_leaves=15,
    )
)
def test_any_json_is_a_notebook_or_said_not_to_be(edition, data):

    for content in (data, {"cells": [data], "nbformat": 4, "metadata": {}}):
        try:
            made, _ = rescue(read_submission(json.dumps(content).encode()), edition)
        except Unreadable as why:
            assert str(why)
        else:
            nbformat.validate(made)
