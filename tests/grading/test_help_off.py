"""In grading nobody is shown a worked solution, whatever the environment says."""

import json

import pytest
from course import LESSON, Course, insert

from gdgrader.autograde import runner
from gdgrader.exercises import exercises
from gdhelpers.stages import SWITCH

NAME = "single_step_gradient_descent"
SECRET = "planted_solution"
ASKS = (
    f"from gdhelpers.stuck import help_me\nfor _ in range(3): help_me({NAME!r}, {{!r}})"
)


@pytest.fixture
def switched_on(tmp_path, monkeypatch):
    """Solutions as for a student's desk, and the table beside them."""
    path = tmp_path / "solutions.json"
    path.write_text(json.dumps({NAME: {"solution": SECRET}}), encoding="utf-8")
    monkeypatch.setenv(SWITCH, str(path))
    stages = exercises()[NAME].stages
    told = {"passage": stages.passage, "first_line": stages.first_line}
    table = {"lesson": LESSON, "exercises": {NAME: {"function": NAME, "help": told}}}
    return {"asked.json": json.dumps(table).encode()}


@pytest.mark.parametrize("isolated", [True, False])
def test_help_in_grading_ends_before_the_solution(tmp_path, switched_on, isolated):
    course = Course(tmp_path / "course", isolated=isolated)
    notebook = course.answered()
    insert(
        notebook,
        "step",
        "import os\nos.mkdir('asked')\nos.rename('asked.json', 'asked/checks.json')\n"
        + ASKS.format("asked"),
    )
    course.submit("ann", notebook, files=switched_on)
    (outcome,) = runner.grade(
        LESSON, ["ann"], config=course.config, isolated=isolated, workers=0
    )
    said = json.dumps(course.autograded("ann"))
    assert outcome.score == 0.0
    assert exercises()[NAME].stages.passage in said
    assert "No worked solution is given out here" in said
    assert SECRET not in said


@pytest.mark.parametrize("isolated", [True, False])
def test_the_desk_s_own_limit_is_off_in_grading(tmp_path, isolated):
    """The grader's limits decide, as `docs/limits.md` has them."""
    course = Course(tmp_path / "course", isolated=isolated)
    notebook = course.answered()
    insert(
        notebook,
        "step",
        "import time\nfrom gdhelpers import endless\nendless.SECONDS = 0.2\n"
        "def slow(theta):\n    time.sleep(1)\n    return theta\n"
        "with endless.Watch() as watch:\n    assert watch.run(lambda: slow(1)) == 1\n"
        "assert watch.place is None\nprint('came back')\n",
    )
    course.submit("ann", notebook)
    runner.grade(LESSON, ["ann"], config=course.config, isolated=isolated, workers=0)
    assert "came back" in json.dumps(course.autograded("ann")["cells"])
