"""The public table of a lesson: what `check` runs in a student's notebook."""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from gdgrader.exercises import exercises
from gdgrader.exercises.reference import load_reference
from gdhelpers.checks import TABLE

PUBLIC_SEED = "public"
DIGITS = 12  # last bits differ between machines; a build compares by value


@dataclass(frozen=True)
class GradedCell:
    """What a graded cell asks: `check(function, "exercise", "property")`."""

    function: str
    exercise: str
    property_name: str | None


def graded_cell(source: str) -> GradedCell:
    """Read a graded cell of the instructor's notebook.

    Errors: ValueError where it is not exactly one such call.

    >>> graded_cell('check(step_lr, "step_lr", "boundaries")')
    GradedCell(function='step_lr', exercise='step_lr', property_name='boundaries')
    """
    match ast.parse(source).body:
        case [
            ast.Expr(
                ast.Call(
                    func=ast.Name("check"),
                    args=[ast.Name(function), ast.Constant(exercise), *rest],
                    keywords=[],
                )
            )
        ]:
            match rest:
                case []:
                    return GradedCell(function, exercise, None)
                case [ast.Constant(str(name))]:
                    return GradedCell(function, exercise, name)
    raise ValueError(
        'a graded cell is one line, check(function, "exercise", "property"), '
        f"not {source!r}"
    )


def graded_cells(notebook: NotebookNode) -> dict[str, GradedCell]:
    """The automatically graded cells of an instructor's notebook, by grade id."""
    found = {}
    for cell in notebook.cells:
        marks = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and marks.get("grade"):
            found[marks["grade_id"]] = graded_cell(cell.source)
    return found


def public_table(lesson: str, notebook: NotebookNode, path: Path) -> dict:
    """Cases, answers and hints of every exercise the lesson's graded cells ask for.

    Errors: ValueError where a graded cell and the catalogue do not agree.
    """
    known = exercises(lesson)
    asked: dict[str, list[str | None]] = {}
    for cell in graded_cells(notebook).values():
        asked.setdefault(cell.exercise, []).append(cell.property_name)
        exercise = known.get(cell.exercise)
        if exercise is None or exercise.function != cell.function:
            raise ValueError(
                f"{path}: check({cell.function}, {cell.exercise!r}) names no exercise "
                f"of gdgrader.exercises for {lesson}; there are {sorted(known)}"
            )
    for name, exercise in known.items():
        got = sorted(asked.get(name, []), key=str)
        if got not in ([None], sorted(exercise.properties)):
            raise ValueError(
                f"{path}: {name} has the properties {sorted(exercise.properties)}, "
                f"its graded cells ask for {got}: each must be asked once"
            )
    namespace = load_reference(path)
    entries = {
        name: exercise.entry(namespace[exercise.function], PUBLIC_SEED)
        for name, exercise in known.items()
    }
    return {"lesson": lesson, "exercises": rounded(entries)}


def rounded(value):
    """The same data with every float at `DIGITS` significant digits."""
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(v) for v in value]
    return value


def as_text(table: dict) -> str:
    """The table as it lies in the file, one property a line."""
    lines = []
    for name, entry in table["exercises"].items():
        head = {k: v for k, v in entry.items() if k != "properties"}
        inner = ",\n   ".join(
            f"{json.dumps(p)}: {json.dumps(cases, ensure_ascii=False)}"
            for p, cases in entry["properties"].items()
        )
        start = json.dumps(head, ensure_ascii=False)[:-1]
        lines.append(
            f'  {json.dumps(name)}: {start},\n   "properties": {{\n   {inner}}}}}'
        )
    body = ",\n".join(lines)
    lesson = json.dumps(table["lesson"])
    return f'{{"lesson": {lesson},\n "exercises": {{\n{body}}}}}\n'


class PublicTable(NbGraderPreprocessor):
    """Put `checks.json` beside the student's notebook when nbgrader generates it."""

    def preprocess(
        self, nb: NotebookNode, resources: dict
    ) -> tuple[NotebookNode, dict]:
        """Add the table to the files nbconvert writes with the notebook."""
        lesson = resources["nbgrader"]["assignment"]
        folder = Path(resources["metadata"]["path"])
        path = folder / f"{resources['nbgrader']['notebook']}.ipynb"
        if exercises(lesson):
            table = as_text(public_table(lesson, nb, path))
            resources.setdefault("outputs", {})[TABLE] = table.encode()
        return nb, resources
