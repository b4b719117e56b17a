"""Help for who is stuck: what of it students have, and the worked solutions apart."""

from __future__ import annotations

import ast
import json
import re
import textwrap
from pathlib import Path

from nbformat import NotebookNode

from gdgrader.course.edition import graded_cells, marks
from gdgrader.exercises import Exercise

HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
MARKS = re.compile(r"^ *### (?:BEGIN|END) SOLUTION\n?", re.MULTILINE)


def told(exercise: Exercise, notebook: NotebookNode, path: Path) -> dict:
    """What the public table says to who is stuck: {} where nothing is written.

    In a lesson that is not the exercise's own, a passage that is not there is left out.

    Errors: ValueError where the exercise's own lesson has no such passage above it.
    """
    stages = exercise.stages
    if stages is None:
        return {}
    above = headings_above(exercise, notebook)
    if stages.passage in above:
        return {"passage": stages.passage, "first_line": stages.first_line}
    if path.stem == exercise.lesson:
        raise ValueError(
            f"{path}: the help of {exercise.name} sends to {stages.passage!r}, and no "
            f"heading above the exercise is called so; there are {above}"
        )
    return {"first_line": stages.first_line}


def headings_above(exercise: Exercise, notebook: NotebookNode) -> list[str]:
    """The lesson's headings, from its beginning to the exercise's answer cell."""
    end = notebook.cells.index(answer_cell(exercise, notebook))
    texts = (c.source for c in notebook.cells[:end] if c.cell_type == "markdown")
    return [heading for text in texts for heading in HEADING.findall(text)]


def answer_cell(exercise: Exercise, notebook: NotebookNode) -> NotebookNode:
    """The cell where the exercise is written: the last above its first graded cell.

    Errors: ValueError where there is none.
    """
    graded = graded_cells(notebook)
    found = None
    for cell in notebook.cells:
        asked = graded.get(marks(cell).get("grade_id"))
        if asked and asked.exercise == exercise.name:
            break
        code = cell.cell_type == "code" and marks(cell).get("solution")
        if code and f"def {exercise.function}(" in cell.source:
            found = cell
    if found is None:
        raise ValueError(
            f"{exercise.lesson}: no answer cell above the checks of {exercise.name} "
            f"defines {exercise.function}"
        )
    return found


def worked(exercise: Exercise, notebook: NotebookNode) -> dict:
    """The worked solution as who is stuck reads it, and why it works."""
    cell = answer_cell(exercise, notebook)
    made = {"solution": without_docstring(MARKS.sub("", cell.source))}
    return made | ({"why": exercise.stages.why} if exercise.stages else {})


def without_docstring(source: str) -> str:
    """The text without its functions' docstrings: the student has them before them.

    >>> print(without_docstring('def f(x):\\n    "Twice."\\n    return 2 * x  # why'))
    def f(x):
        return 2 * x  # why
    """
    lines = source.splitlines()
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node):
            text = node.body[0]
            lines[text.lineno - 1 : text.end_lineno] = [None] * (
                text.end_lineno - text.lineno + 1
            )
    return textwrap.dedent("\n".join(x for x in lines if x is not None)).strip()


def as_text(solutions: dict[str, dict]) -> str:
    """The file of worked solutions, which students have where they are given it."""
    return json.dumps(solutions, ensure_ascii=False, indent=1) + "\n"
