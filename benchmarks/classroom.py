"""A class of submissions to one lesson in a temporary course, for the benchmarks.

A quarter each is right (written in many ways, from `tests/solutions`), wrong (from the
catalogue of mistakes), blank, and slow (right, with a loop that takes a while).
"""

from __future__ import annotations

import ast
import inspect
import os
import shutil
import sys
from collections.abc import Iterator
from importlib import import_module
from itertools import cycle
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.apps import NbGraderAPI

from gdgrader.config import load_config
from gdgrader.course.edition import marks
from gdgrader.exercises import exercises

ROOT = Path(__file__).parents[1]
LESSON = "02_constant_learning_rate"  # the first that uses torch, and an optimizer
KINDS = ("right", "wrong", "blank", "slow")
# As long as a cell that trains something small; the same work for every grader.
SLOW = "\n\nsum(i * i for i in range(3_000_000))"


class Classroom:
    """A course of one lesson below `root`, released, with nobody in it yet."""

    def __init__(self, root: Path, lesson: str = LESSON) -> None:
        self.root, self.lesson = root, lesson
        shutil.copytree(ROOT / "source" / lesson, root / "source" / lesson)
        shutil.copy(ROOT / "nbgrader_config.py", root)
        here = Path.cwd()
        os.chdir(root)
        try:
            made = NbGraderAPI(config=load_config(root)).generate_assignment(lesson)
        finally:
            os.chdir(here)
        if not made["success"]:
            raise RuntimeError(made["log"])
        path = root / "release" / lesson / f"{lesson}.ipynb"
        self.release = nbformat.read(path, as_version=4)

    def enrol(self, number: int) -> None:
        """Let `number` students, s0000 and on, hand in."""
        for student, work in zip(
            range(number), submissions(self.release, self.lesson), strict=False
        ):
            folder = self.root / "submitted" / f"s{student:04}" / self.lesson
            shutil.copytree(
                self.root / "release" / self.lesson, folder, dirs_exist_ok=True
            )
            (folder / f"{self.lesson}.ipynb").write_text(work, encoding="utf-8")


def submissions(release: NotebookNode, lesson: str) -> Iterator[str]:
    """Notebooks without end: right, wrong, blank, slow, and again."""
    asked = [e for e in exercises().values() if e.lesson == lesson]
    right = {e.function: cycle(_solutions(e.name, e.function)) for e in asked}
    wrong = {
        e.function: cycle([m.source(e.function) for m in e.mistakes]) for e in asked
    }
    for kind in cycle(KINDS):
        answers = {"right": right, "wrong": wrong, "slow": right}.get(kind, {})
        yield _answered(release, {name: next(a) for name, a in answers.items()}, kind)


def _solutions(exercise: str, function: str) -> list[str]:
    sys.path.insert(0, str(ROOT / "tests" / "solutions"))
    try:
        module = import_module(exercise)
    finally:
        sys.path.pop(0)
    found = [f for name, f in vars(module).items() if name.startswith("right")]
    return [_renamed(inspect.getsource(f), function) for f in found]


def _renamed(source: str, function: str) -> str:
    tree = ast.parse(source)
    tree.body[0].name = function
    return ast.unparse(tree)


def _answered(release: NotebookNode, answers: dict[str, str], kind: str) -> str:
    notebook = nbformat.from_dict(release)
    for cell in notebook.cells:
        name = next((n for n in answers if f"def {n}(" in cell.source), None)
        if name and marks(cell).get("solution"):
            cell.source = answers[name]
            if kind == "slow":  # in the first answer only
                cell.source, kind = cell.source + SLOW, ""
    return nbformat.writes(notebook)
