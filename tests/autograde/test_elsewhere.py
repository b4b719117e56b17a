"""Work done in VS Code and in Colab is graded as if it had been done in JupyterLab."""

import nbformat
import pytest
from course import FULL, LESSON, LIMITS, RIGHT, Course
from elsewhere import DRESSES

from gdgrader.autograde import runner

# The second one takes one step whatever is asked.
ALMOST = RIGHT | {"descend": RIGHT["descend"].replace("(num_steps):", "(1):")}
EARNED = FULL | {"descend_long": 0.0}
NAMES = {"colab": f"Copy of {LESSON}.ipynb", "vscode": f"{LESSON}-1.ipynb"}


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Course:
    """One answer right and one wrong, in each kind of file, by `gdgrader autograde`."""
    assert ALMOST != RIGHT
    made = Course(tmp_path_factory.mktemp("elsewhere") / "course")
    for where, dress in DRESSES.items():
        name = NAMES.get(where, f"{LESSON}.ipynb")
        made.submit(where, dress(made.answered(ALMOST)), name=name)
    runner.grade(LESSON, config=made.config, limits=LIMITS, isolated=False, workers=0)
    return made


@pytest.mark.parametrize("where", DRESSES)
def test_it_is_graded_by_what_was_answered(where, course):
    scores = course.scores(where)
    assert {name: scores[name] for name in FULL} == EARNED
    nbformat.validate(course.autograded(where))
    assert "Now many steps." in course.feedback(where)
