"""Plain nbgrader from end to end, by its own commands, in a temporary course."""

import csv
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from typer.testing import CliRunner

from gdgrader.cli import app
from gdgrader.course import sameness

ROOT = Path(__file__).parents[2]
LESSON = "02_constant_learning_rate"
STUDENTS = ("blank", "half", "right")


def nbgrader(course: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=course,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def answered(lesson: str, release: Path, which: int | None) -> nbformat.NotebookNode:
    """The student edition with the first `which` solutions filled in; None: all."""
    source = nbformat.read(ROOT / "source" / lesson / f"{lesson}.ipynb", as_version=4)
    solutions = [
        (c.metadata.nbgrader.grade_id, c.source)
        for c in source.cells
        if c.metadata.get("nbgrader", {}).get("solution")
    ]
    filled = dict(solutions[:which] if which is not None else solutions)
    notebook = nbformat.read(release, as_version=4)
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.source = filled.get(grade_id, cell.source)
    return notebook


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    """A class of three, graded, fed back and exported."""
    folder = tmp_path_factory.mktemp("course")
    # All of it, as a lesson ends with links to the next one and to the pages.
    shutil.copytree(ROOT / "source", folder / "source")
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    nbgrader(folder, "generate_assignment", LESSON)
    release = folder / "release" / LESSON / f"{LESSON}.ipynb"
    for student, which in zip(STUDENTS, (0, 1, None), strict=True):
        target = folder / "submitted" / student / LESSON
        shutil.copytree(release.parent, target)
        nbformat.write(answered(LESSON, release, which), target / release.name)
    nbgrader(folder, "autograde", LESSON)
    nbgrader(folder, "generate_feedback", LESSON)
    nbgrader(folder, "export")
    return folder


def graded_points() -> dict[str, float]:
    """Points by exercise function of the automatically graded cells."""
    source = nbformat.read(ROOT / "source" / LESSON / f"{LESSON}.ipynb", as_version=4)
    points: dict[str, float] = {}
    for cell in source.cells:
        marks = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and marks.get("grade"):
            function = re.match(r"check\((\w+)", cell.source).group(1)
            points[function] = points.get(function, 0) + marks["points"]
    return points


def scores(course: Path) -> dict[str, float]:
    with (course / "grades.csv").open() as file:
        return {r["student_id"]: float(r["score"]) for r in csv.DictReader(file)}


def test_plain_nbgrader_releases_the_same_edition(course):
    theirs, ours = (where / "release" / LESSON for where in (course, ROOT))
    assert (theirs / f"{LESSON}.ipynb").read_bytes() == (
        ours / f"{LESSON}.ipynb"
    ).read_bytes()
    table = json.loads((ours / "checks.json").read_text(encoding="utf-8"))
    made = json.loads((theirs / "checks.json").read_text(encoding="utf-8"))
    assert sameness.kept_table(made, table) == table


def test_right_full_half_part_blank_zero(course):
    points = graded_points()
    first = next(iter(points))
    assert scores(course) == {
        "right": sum(points.values()),
        "half": points[first],
        "blank": 0.0,
    }


def test_feedback_shows_the_hints(course):
    page = (course / "feedback" / "blank" / LESSON / f"{LESSON}.html").read_text()
    assert "Not written yet" in page
    page = (course / "feedback" / "right" / LESSON / f"{LESSON}.html").read_text()
    assert "✓" in page and "✗" not in page


def test_written_answers_wait_for_a_person(course):
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        for student in STUDENTS:
            submission = gradebook.find_submission(LESSON, student)
            waiting = [g for n in submission.notebooks for g in n.grades]
            waiting = [g for g in waiting if g.needs_manual_grade]
            expected = 0 if student in {"blank", "half"} else 1
            assert len(waiting) == expected, student


def test_our_command_gives_the_same_scores(course, tmp_path):
    """`gdgrader autograde` in a copy of the class, then a file that is no notebook."""
    copy = shutil.copytree(course, tmp_path / "course")
    command = ["autograde", LESSON, "--force", "--root", str(copy), "--workers", "1"]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    nbgrader(copy, "export")
    assert scores(copy) == scores(course)
    path = copy / "submitted" / "blank" / LESSON / f"{LESSON}.ipynb"
    path.write_text("no notebook")
    done = CliRunner().invoke(app, command[:2] + command[3:])
    assert done.exit_code == 1
    assert "blank: the file is not JSON" in done.output and "unchanged" in done.output


def test_our_command_says_what_is_not_there(tmp_path):
    done = CliRunner().invoke(app, ["autograde", "nope", "--root", str(tmp_path)])
    assert done.exit_code == 1 and "nope" in done.output
