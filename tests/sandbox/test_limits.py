"""The limits of the configuration, for `gdgrader autograde` and nbgrader alike."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
from course import LESSON, RIGHT, Course, insert
from traitlets.config import Config

from gdgrader.autograde import runner
from gdgrader.autograde.nbgrader_steps import GdExecute
from gdgrader.sandbox.limits import MB, Limits

PAGE = Path(__file__).parents[2] / "docs" / "limits.md"


def gdgrader(course: Course) -> None:
    runner.grade(LESSON, config=course.config, workers=0, isolated=False)


def nbgrader(course: Course) -> None:
    assert course.autograde()["success"]


@pytest.mark.parametrize("grade", [gdgrader, nbgrader])
def test_what_the_configuration_bounds_is_bounded(grade, tmp_path):
    course = Course(tmp_path, isolated=False)
    course.config.GdExecute.limits = {"cell_seconds": 2}
    notebook = course.answered(RIGHT)
    insert(notebook, "step", "import time; time.sleep(20)")
    course.submit("ann", notebook)
    grade(course)
    assert "Stopped after 2 s" in course.notes("ann")
    assert course.points("ann") == course.most


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"memory": 1}, "no limit is called 'memory'.*memory_bytes"),
        ({"processes": 0}, "processes must be a number above 0"),
        ({"cell_seconds": "60"}, "cell_seconds must be a number above 0"),
    ],
)
def test_what_is_no_limit_is_told(limits, words):
    config = Config({"GdExecute": {"limits": limits}})
    with pytest.raises(ValueError, match=words):
        GdExecute(config=config)


def test_the_page_tells_every_limit_with_its_default():
    rows = re.findall(r"^\| `(\w+)`[ †]*\| (\d+)( MB)?", PAGE.read_text(), re.MULTILINE)
    told = {name: int(value) * (MB if size else 1) for name, value, size in rows}
    assert told == {
        field.name: getattr(Limits(), field.name) for field in fields(Limits)
    }
