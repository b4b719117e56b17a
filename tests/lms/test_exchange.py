"""A term's way through nbgrader's exchange, by the commands people type."""

import subprocess
from pathlib import Path

import nbformat
import pytest
from course import LESSON, RIGHT, STEP, Course, cell
from typed import environment

CONFIG = """
from gdgrader.config import apply

c = get_config()
apply(c)
c.Exchange.root = {exchange!r}
c.Exchange.cache = {cache!r}
"""
WRONG = RIGHT | {"step": f"{STEP}    return theta + learning_rate * 2 * theta"}


class Place:
    """The folder of a person, instructor or student, who shares the exchange."""

    def __init__(self, folder: Path, exchange: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        cache = str(folder / "cache")
        text = CONFIG.format(exchange=str(exchange), cache=cache)
        (folder / "nbgrader_config.py").write_text(text)

    def run(self, program: str, *arguments: str, fails: bool = False) -> str:
        """Run a command here; its output."""
        home = {"HOME": str(self.folder), "JUPYTER_DATA_DIR": str(self.folder / "data")}
        done = subprocess.run(
            [program, *arguments],
            cwd=self.folder,
            env=environment(**home),
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode != 0) == fails, done.stdout + done.stderr
        return done.stdout + done.stderr

    def nbgrader(self, *arguments: str) -> str:
        """Run a command of nbgrader's."""
        return self.run("nbgrader", *arguments)

    @property
    def notebook(self) -> Path:
        """The fetched notebook."""
        return self.folder / LESSON / f"{LESSON}.ipynb"

    def answer(self, answers: dict[str, str]) -> None:
        """Write answers into the fetched notebook."""
        notebook = nbformat.read(self.notebook, as_version=4)
        for name, text in answers.items():
            cell(notebook, name).source = text
        nbformat.write(notebook, self.notebook)

    def feedback(self) -> list[str]:
        """The pages fetched, the oldest submission's first."""
        pages = sorted((self.folder / LESSON / "feedback").rglob("*.html"))
        return [page.read_text(encoding="utf-8") for page in pages]


def hand_in(student: Place, name: str) -> None:
    """Submit, and have it told."""
    said = student.nbgrader("submit", LESSON, f"--student={name}")
    assert "Submitted as" in said


@pytest.fixture(scope="module")
def after_class(tmp_path_factory) -> tuple[Course, dict[str, Place]]:
    """Released, fetched, submitted, collected, graded, and fed back."""
    root = tmp_path_factory.mktemp("exchange")
    (root / "exchange").mkdir()
    (root / "exchange").chmod(0o777)
    course = Course(root / "course")
    teacher = Place(course.root, root / "exchange")
    teacher.nbgrader("release_assignment", LESSON)
    students = {n: Place(root / n, root / "exchange") for n in ("ann", "bob")}
    for student in students.values():
        student.nbgrader("fetch_assignment", LESSON)
    students["ann"].answer(WRONG)
    hand_in(students["ann"], "ann")
    students["ann"].answer(RIGHT)
    hand_in(students["ann"], "ann")
    students["bob"].notebook.write_text('{"cells": [{"cell_type": "code", "sou')
    hand_in(students["bob"], "bob")
    teacher.nbgrader("collect", LESSON)
    said = teacher.run("gdgrader", "autograde", LESSON, "--workers=1", fails=True)
    assert "bob: the file breaks off in the middle" in said
    teacher.nbgrader("generate_feedback", LESSON)
    teacher.nbgrader("release_feedback", LESSON)
    for name, student in students.items():
        student.nbgrader("fetch_feedback", LESSON, f"--student={name}")
    return course, students


def test_the_last_submission_counts(after_class):
    course, _ = after_class
    assert course.points("ann") == course.most
    state = course.state("bob")
    assert (state.status, "breaks off" in state.reason) == ("failed", True)


def test_each_student_gets_their_own_page(after_class):
    _, students = after_class
    (ann,) = students["ann"].feedback()
    assert "right in" in ann and "✗" not in ann
    (bob,) = students["bob"].feedback()
    assert "could not be graded" in bob and "breaks off in the middle" in bob


def test_students_receive_no_answers(after_class):
    _, students = after_class
    names = {p.name for p in students["bob"].notebook.parent.iterdir()}
    files = {f"{LESSON}.ipynb", "checks.json", "handed_out.json", "numbers.csv"}
    assert names == {*files, "feedback"}
    handed_out = students["bob"].notebook.with_name("handed_out.json")
    assert "SOLUTION" not in handed_out.read_text(encoding="utf-8")
    notebook = nbformat.read(students["ann"].notebook, as_version=4)
    assert "SOLUTION" not in nbformat.writes(notebook)
