"""Who is stuck, on the screen: help comes by itself, and one can begin again."""

import json
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from browser import PATIENCE, Lesson, browser_page, jupyter
from playwright.sync_api import expect

from gdgrader.course import staged_help
from gdgrader.exercises import exercises
from gdgrader.exercises.reference import source_notebook
from gdhelpers.stages import SWITCH
from gdhelpers.stuck import RULE

ROOT = Path(__file__).parents[2]
NAME = "single_step_gradient_descent"
LESSON = "01_single_step"
ANSWER, CHECK, OWN = NAME, "single_step_positive", "code-08"
WRONG = f"def {NAME}(theta, learning_rate):\n  return 0.5"


@pytest.fixture
def at_home(tmp_path, monkeypatch):
    """A student's lesson, in a server as `make lab` starts it."""
    folder = tmp_path / "course" / LESSON
    shutil.copytree(ROOT / "release" / LESSON, folder)
    source = nbformat.read(source_notebook(LESSON, ROOT), as_version=4)
    solutions = tmp_path / "solutions.json"
    found = {NAME: staged_help.worked(exercises()[NAME], source)}
    solutions.write_text(json.dumps(found), encoding="utf-8")
    monkeypatch.setenv(SWITCH, str(solutions))
    monkeypatch.delenv("PYTEST_VERSION")
    monkeypatch.delenv("GDHELPERS_PROGRESS", raising=False)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return folder


def test_stuck_in_jupyterlab(at_home, tmp_path):
    path = at_home / f"{LESSON}.ipynb"
    handed_out = path.read_bytes()
    url = f"lab/tree/{LESSON}/{path.name}"
    home = tmp_path / "home"
    home.mkdir()
    with jupyter(at_home.parent, home) as address, browser_page() as (page, _):
        lesson = Lesson(page, address, path, url)
        lesson.run("given_02")
        lesson.write(ANSWER, WRONG)
        lesson.run(ANSWER)
        said = [lesson.run(CHECK) for _ in range(4)]
        assert ["Stuck?" in one for one in said] == [False, True, True, True]
        assert "“The rule”" in said[1] and "gradient = …" not in said[1]
        assert "gradient = …" in said[3] and "Traceback" not in said[3]
        lesson.screenshot("stuck-1280")

        def own(code):
            lesson.write(OWN, code)
            return lesson.run(OWN)

        assert "return theta - learning_rate * gradient" in own(f'help_me("{NAME}")')
        first = own(f'reset("{NAME}")').split(RULE)[1].strip("\n")
        lesson.screenshot("stuck-reset-1280")
        lesson.write(ANSWER, first)
        lesson.run(ANSWER)
        assert "Not written yet" in lesson.run(CHECK)
        assert "Save the notebook first" in own("reset_lesson()")
        assert path.read_bytes() == handed_out or _has(path, "0.5")
        lesson.save()
        work = path.read_bytes()
        assert "-before-reset.ipynb" in lesson.run(OWN)
        lesson.screenshot("stuck-reset-lesson-1280")
        kept = path.with_name(f"{LESSON}-before-reset.ipynb")
        assert kept.read_bytes() == work and path.read_bytes() == handed_out
        page.get_by_role("menuitem", name="File", exact=True).click()
        page.get_by_text("Reload Notebook from Disk", exact=True).click()
        lesson.screenshot("stuck-asked-1280")
        ask = page.locator(".jp-Dialog-button", has_text=re.compile("Re(load|vert)"))
        ask.click()
        expect(lesson.cell(OWN)).to_contain_text("with once_written", **PATIENCE)
        expect(lesson.cell(ANSWER)).to_contain_text("YOUR CODE HERE")
        lesson.screenshot("stuck-reloaded-1280")
        assert path.read_bytes() == handed_out


def _has(path, text):
    return text in path.read_text(encoding="utf-8")
