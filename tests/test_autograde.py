"""Plain nbgrader with our steps: every verdict in its place, and nothing else."""

import pytest
from course import RIGHT, RIGHT_STEP, STEP, Course

WRONG = {"step": STEP + "    return theta + learning_rate * 2 * theta"}


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Course:
    """A class of four, graded in one run."""
    course = Course(tmp_path_factory.mktemp("course"))
    course.submit("right", course.answered({**RIGHT, "words": "Fast *at first*."}))
    course.submit("wrong", course.answered({**RIGHT, **WRONG}))
    course.submit("half", course.answered({"step": RIGHT_STEP}))
    course.submit("blank", course.answered())
    course.result = course.autograde()
    return course


def test_the_run_succeeds(course):
    assert course.result["success"], course.result


def test_points(course):
    assert course.scores("right") == {
        "step_up": 1.0,
        "step_down": 2.0,
        "descend_long": 4.0,
        "words": None,
    }
    assert course.points("wrong") == 0  # its descent takes wrong steps
    assert course.points("half") == 3.0
    assert course.scores("blank") == dict.fromkeys(course.scores("right"), 0.0)
