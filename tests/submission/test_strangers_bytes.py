"""Whatever bytes are handed in: a notebook in the instructor's frame, or a reason."""

import json
from datetime import datetime

import nbformat
import pytest
from course import LESSON, RIGHT, Course
from fuzzed import damaged, json_values, settled
from hypothesis import example, given
from hypothesis import strategies as st

from gdgrader.course.edition import instructors_version, marks
from gdgrader.course.times import UnclearTime, moment, said, utc
from gdgrader.grading.notebook import prepared
from gdgrader.submission.choose import find_notebook
from gdgrader.submission.find import TIMESTAMP, timestamp
from gdgrader.submission.outputs import clean_outputs, keep_small
from gdgrader.submission.prose import prose, prose_elsewhere
from gdgrader.submission.read import Unreadable, read_submission
from gdgrader.submission.rescue import rescue

CELL = st.fixed_dictionaries(
    {},
    optional={
        "cell_type": st.sampled_from(["code", "markdown", "raw", "x"]) | json_values,
        "source": st.text() | st.lists(st.text() | json_values) | json_values,
        "metadata": json_values
        | st.fixed_dictionaries(
            {
                "nbgrader": json_values
                | st.dictionaries(
                    st.sampled_from(
                        ["grade_id", "grade", "solution", "locked", "points", "task"]
                    ),
                    json_values | st.sampled_from(["step", "step_up", "words"]),
                )
            }
        ),
        "id": json_values | st.sampled_from(["step", "step-up", "title"]),
        "outputs": json_values,
        "attachments": json_values
        | st.dictionaries(st.text(), st.dictionaries(st.text(), st.text())),
    },
)
NOTEBOOK = st.fixed_dictionaries(
    {"cells": st.lists(CELL | json_values, max_size=6)},
    optional={"nbformat": st.integers(-1, 6) | json_values, "metadata": json_values},
)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return Course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module")
def edition(course):
    return instructors_version(course.root / "source" / LESSON / f"{LESSON}.ipynb")


@pytest.fixture(scope="module")
def whole(course):
    return nbformat.writes(course.answered(RIGHT)).encode()


def _in_the_frame(content, edition):
    """Read and put right, or None; always in the instructor's frame."""
    try:
        made = prepared(content, edition, [])
    except Unreadable as why:
        assert str(why)
        return None
    nbformat.validate(made)
    assert nbformat.reads(nbformat.writes(made), 4) == made
    wanted = [c for c in edition.notebook.cells if marks(c)]
    found = [c for c in made.cells if marks(c)]
    assert [marks(c) for c in found] == [marks(c) for c in wanted]
    for ours, theirs in zip(wanted, found, strict=True):
        assert theirs.cell_type == ours.cell_type
        if not marks(ours)["solution"]:
            assert theirs.source == ours.source
    assert len({c.id for c in made.cells}) == len(made.cells)
    return made


@settled
@given(st.data())
def test_a_damaged_notebook_is_put_right_or_refused(edition, whole, data):
    _in_the_frame(data.draw(damaged(whole)), edition)


@settled
@given(NOTEBOOK)
def test_odd_cells_are_put_right_or_refused(edition, notebook):
    content = json.dumps(notebook).encode()
    made = _in_the_frame(content, edition)
    if made is not None:  # what is in the frame stays there
        again = rescue(read_submission(nbformat.writes(made).encode()), edition)[0]
        assert [c.source for c in again.cells] == [c.source for c in made.cells]


@settled
@given(st.binary(max_size=300))
def test_any_bytes_are_refused_in_words(content):
    try:
        nbformat.validate(read_submission(content))
    except Unreadable as why:
        assert str(why)


@settled
@given(st.data())
def test_one_notebook_is_found_or_none(edition, whole, tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("handed-in")
    names = st.sampled_from(
        [f"{LESSON}.ipynb", "a.ipynb", "a.zip", "b/c.ipynb", "d.json", ".e.ipynb"]
    )
    contents = damaged(whole) | st.binary(max_size=40)
    for name, content in data.draw(st.dictionaries(names, contents)).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
    try:
        found = find_notebook(folder, LESSON, edition)
    except Unreadable as why:
        assert str(why)
    else:
        assert all(isinstance(word, str) for word in found.remarks)


@settled
@given(st.lists(CELL, max_size=5))
def test_words_are_found_in_whatever_is_a_cell(edition, cells):
    read = read_submission(json.dumps({"cells": cells, "nbformat": 4}).encode())
    for cell in read.cells:
        assert all(isinstance(piece, str) for piece in prose(cell))
    found = prose_elsewhere(read, set(), edition.notebook)
    assert all(piece.strip() for piece in found)


OUTPUT = json_values | st.fixed_dictionaries(
    {
        "output_type": st.sampled_from(
            ["stream", "error", "display_data", "execute_result", "x"]
        )
    },
    optional={
        "text": json_values,
        "name": json_values,
        "ename": json_values,
        "evalue": json_values,
        "traceback": json_values | st.lists(json_values),
        "metadata": json_values
        | st.fixed_dictionaries({"image/png": json_values, "alt": json_values}),
        "data": json_values
        | st.dictionaries(
            st.sampled_from(["text/plain", "text/html", "image/png", "image/svg+xml"]),
            json_values | st.just("iVBORw0KGgo="),
        ),
    },
)


@settled
@given(st.lists(OUTPUT.filter(lambda x: isinstance(x, dict)), max_size=5))
@example([{"output_type": "display_data", "data": {"text/plain": [None]}}])
@example([{"output_type": "display_data", "data": {"text/plain": "\x07", "x": ""}}])
def test_outputs_become_text_and_pictures(outputs):
    cell = nbformat.v4.new_code_cell()
    cell.outputs = nbformat.from_dict(outputs)
    clean_outputs(cell)
    notebook = nbformat.v4.new_notebook(cells=[cell])
    nbformat.validate(notebook)
    for output in cell.outputs:
        assert set(output.get("data", {})) <= {"text/plain", "image/png", "image/jpeg"}
    once = nbformat.writes(notebook)
    clean_outputs(cell)
    keep_small(notebook)
    assert nbformat.writes(notebook) == once


DATES = st.text(max_size=60) | st.builds(
    "{}{}{}{}{}".format,
    st.dates().map(str)
    | st.from_regex(r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}", fullmatch=True),
    st.sampled_from(["T", " ", "", "  "]),
    st.times().map(str) | st.from_regex(r"[0-9]{2}:?[0-9]{2}", fullmatch=True),
    st.sampled_from([" ", ""]),
    st.sampled_from(["Z", "UTC", "+02:00", "-1400", "+14:01", "Europe/Berlin", "CET"])
    | st.from_regex(r"[+-][0-9]{2}:?[0-9]{0,2}", fullmatch=True)
    | st.text(max_size=20),
)


@settled
@given(DATES)
@example("0001-01-01 00:00 +14:00")
@example("9999-12-31 23:59 -14:00")
@example("0001-01-01 00:00 Europe/Berlin")
def test_a_date_is_one_moment_and_said_back_or_unclear(text):
    try:
        when = moment(text)
    except UnclearTime as why:
        assert str(why)
        return
    assert isinstance(said(utc(when), when.tzinfo), str)
    assert moment(utc(when).isoformat() + "Z") == when


@settled
@given(st.binary(max_size=80) | DATES.map(lambda x: x.encode("utf-8", "replace")))
def test_a_timestamp_is_a_moment_or_none(content):
    found = timestamp({TIMESTAMP: content})
    assert found is None or (isinstance(found, datetime) and found.tzinfo is None)
