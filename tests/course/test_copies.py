"""Validate on a lesson nobody wrote in, with copied cells: calm words, no traceback.

JupyterLab gives a pasted cell a new id and the marks of the one it came from.
"""

import copy
import shutil
from pathlib import Path

import nbformat
import pytest
from nbgrader.utils import determine_grade, is_grade
from nbgrader.validator import Validator
from traitlets.config import Config

from gdgrader.config import apply
from gdgrader.copies import SetCopiesAside, TellCopies

ROOT = Path(__file__).parents[2]
LESSON = "01_single_step"
# A stub, a graded cell, a locked one, a written answer; and how often each is there.
COPIED = {
    "gradient_descent": 3,
    "descent_no_steps": 2,
    "given_02": 2,
}


def with_copies(path: Path, copied: dict[str, int]) -> nbformat.NotebookNode:
    notebook = nbformat.read(path, as_version=4)
    cells = []
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        for number in range(copied.get(name, 1) - 1):
            cells.append(copy.deepcopy(cell))
            cells[-1].id = f"copy-{number}-{cell.id}"[:60]
        cells.append(cell)
    notebook.cells = cells
    return notebook


@pytest.fixture(scope="module")
def validated(tmp_path_factory):
    """What Validate shows, and the cells as they were when it had run them."""
    place = tmp_path_factory.mktemp("home")
    folder = shutil.copytree(ROOT / "release" / LESSON, place / LESSON)
    path = folder / f"{LESSON}.ipynb"
    nbformat.write(with_copies(path, COPIED), path)
    config = Config()
    apply(config)
    validator = Validator(config=config)
    ran = []
    preprocess = validator._preprocess

    def keep(notebook):
        ran.append(preprocess(notebook))
        return ran[-1]

    validator._preprocess = keep
    return validator.validate(str(path)), ran[0].cells


def told(cell) -> list:
    return [o for o in cell.get("outputs", []) if o.get("ename") == "CopiedCell"]


def test_run_all_goes_to_the_end_of_an_untouched_lesson(validated):
    _, cells = validated
    code = [c for c in cells if c.cell_type == "code" and not told(c)]
    assert not [o for c in code for o in c.outputs if o.output_type == "error"]
    left_out = [c for c in code if not c.execution_count]
    assert all("demonstration" in c.metadata.get("tags", []) for c in left_out)
    assert len(left_out) < len(code) / 4


def test_what_is_not_written_earns_nothing_from_stock_nbgrader(validated):
    _, cells = validated
    graded = [c for c in cells if is_grade(c) and c.cell_type == "code" and not told(c)]
    assert len(graded) == 8
    for cell in graded:
        assert determine_grade(cell) == (0, cell.metadata.nbgrader.points)


def test_validate_says_not_written_yet(validated):
    failed = [f for f in validated[0]["failed"] if "copied cell" not in f["raw_error"]]
    assert len(failed) == 8
    assert all("Not written yet: replace" in f["raw_error"] for f in failed)


def test_validate_tells_each_copy_as_what_it_is(validated):
    found = validated[0]["failed"]
    for name, count in COPIED.items():
        words = [f for f in found if f"keeps the mark `{name}`" in _flat(f)]
        assert len(words) == count - 1
        times = "twice" if count == 2 else f"{count} times"
        assert all(f"This cell is there {times}:" in _flat(f) for f in words)
        assert all("delete the others" in _flat(f) for f in words)
        assert len({f["source"] for f in words}) == 1


def _flat(failed: dict) -> str:
    return " ".join(failed["raw_error"].split())


def test_a_written_answer_and_a_file_without_copies():
    name = "02_constant_learning_rate"
    path = ROOT / "release" / name / f"{name}.ipynb"
    cells = nbformat.read(path, as_version=4).cells
    answer = next(
        c.metadata.nbgrader.grade_id
        for c in cells
        if c.cell_type == "markdown" and c.metadata.get("nbgrader", {}).get("solution")
    )
    for copied, count in (({}, 0), ({answer: 2}, 1), ({answer: 4}, 3)):
        notebook = with_copies(path, copied)
        for step in (SetCopiesAside, TellCopies):
            notebook, _ = step().preprocess(notebook, {})
        assert sum(map(bool, map(told, notebook.cells))) == count
