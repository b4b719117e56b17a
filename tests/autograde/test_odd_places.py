"""Odd names of folders: temporary ones, lessons', those of students who are gone."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
import pytest
from course import LESSON, RIGHT, Course, source
from nbgrader.api import Gradebook

from gdgrader.autograde import runner
from gdgrader.course.build import BuildError, make_release
from gdgrader.gradebook.register import CannotRegister
from gdgrader.sandbox.sockets import SocketFolder, short
from gdhelpers.checks import TABLE

GRADE = """
from pathlib import Path
from course import LESSON, Course
from gdgrader.autograde import runner
from gdgrader.config import load_config
import sys
if __name__ == "__main__":
    (one,) = runner.grade(LESSON, root=Path(sys.argv[1]), isolated=False, workers=1)
    print(one.score)
"""


@pytest.fixture
def course(tmp_path) -> Course:
    made = Course(tmp_path / "course", isolated=False)
    made.submit("ann", made.answered(RIGHT))
    return made


# Whatever is too long is not used; of these one is so by little, one by much.
@pytest.mark.parametrize("length", [30, 180])
def test_temporary_folders_may_have_long_names(course, tmp_path, length):
    script = tmp_path / "grade.py"
    script.write_text(GRADE)
    folder = tmp_path / "t" / ("x" * length)
    folder.mkdir(parents=True)
    done = subprocess.run(
        [sys.executable, str(script), str(course.root)],
        env={
            **os.environ,
            "TMPDIR": str(folder),
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        },
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "7.0", done.stderr[-2000:]


def test_the_longest_folder_that_is_used_has_room_for_sockets(monkeypatch):
    with tempfile.TemporaryDirectory(dir="/tmp") as base:
        folder = Path(base, "x" * (59 - len(base)))
        folder.mkdir()
        assert short(str(folder)) == str(folder) and short(f"{folder}x") == "/tmp"
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
        with contextlib.closing(SocketFolder()) as sockets:
            assert sockets.path.parent == folder
            for channel in sockets.bind(f"{sockets.path}/{10**9}"):
                channel.close()


@pytest.mark.parametrize("name", ["ps1", "Übung 1", "week-03"])
def test_a_lesson_may_have_any_name(course, name):
    """Its checks go with it, whatever the catalogue calls it."""
    (course.root / "source" / LESSON).rename(course.root / "source" / name)
    assert course.api.generate_assignment(name)["success"]
    table = json.loads((course.root / "release" / name / TABLE).read_text())
    asked = {"single_step_gradient_descent", "gradient_descent"}
    assert set(table["exercises"]) == asked


def test_a_lesson_without_checks_is_released_too(course):
    """As other courses write their graded cells; the log says that it has no table."""
    notebook = source()
    for cell in notebook.cells:
        if cell.source.startswith("check("):
            cell.source = "assert True"
    folder = course.root / "source" / "other"
    folder.mkdir()
    nbformat.write(notebook, folder / "other.ipynb")
    done = course.api.generate_assignment("other")
    assert done["success"] and f"no {TABLE}" in done["log"]
    assert not (course.root / "release" / "other" / TABLE).exists()


def test_a_plus_in_a_lessons_name_is_named(course, tmp_path):
    folder = course.root / "source" / "a+b"
    (course.root / "source" / LESSON).rename(folder)
    with pytest.raises(CannotRegister, match=r"no \+ in a lesson's name"):
        runner.grade("a+b", config=course.config, isolated=False, workers=0)
    (folder / f"{LESSON}.ipynb").rename(folder / "a+b.ipynb")
    with pytest.raises(BuildError, match=r"no \+ in a lesson's name"):
        make_release(course.root, tmp_path / "made")


def test_a_student_who_is_gone_keeps_nobody_from_feedback(course):
    course.submit("gone", course.answered(RIGHT))
    runner.grade(LESSON, config=course.config, isolated=False, workers=0)
    with Gradebook(course.db_url) as book:
        book.remove_student("gone")
    done = course.api.generate_feedback(LESSON, force=True)
    assert done["success"], done["log"]
    assert "gone" in done["log"] and "not in the gradebook" in done["log"]
    folder = course.root / "feedback"
    assert [p.name for p in folder.iterdir()] == ["ann"]
