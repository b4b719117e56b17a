"""The public table of a lesson: what `check` runs in a student's notebook."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from pathlib import Path

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool

from gdgrader.course import staged_help
from gdgrader.course.edition import graded_cells
from gdgrader.exercises import Exercise, exercises
from gdgrader.exercises.reference import load_reference
from gdhelpers.checks import TABLE
from gdhelpers.digests import digest, only_whole
from gdhelpers.verdicts import same

PUBLIC_SEED = "public"
DRAWN = 3  # cases beside those always asked: a grader draws more, a file has to be sent
LONG = 100  # letters; so much of whole numbers is known by its digest
DIGITS = 12  # last bits differ between machines; a build compares by value


def public_table(lesson: str, notebook: NotebookNode, path: Path) -> dict:
    """Cases, answers and hints of every exercise the lesson's graded cells ask for.

    Errors: ValueError where a graded cell and the catalogue do not agree.
    """
    known = asked_exercises(lesson, notebook, path)
    namespace = load_reference(path)
    entries = {
        name: public_entry(exercise, namespace[exercise.function])
        for name, exercise in known.items()
    }
    for name, entry in entries.items():
        _shorten(entry)
        if told := staged_help.told(known[name], notebook, path):
            entry["help"] = told
    return {"lesson": lesson, "exercises": rounded(entries)}


def public_entry(exercise: Exercise, reference: Callable) -> dict:
    """What students are asked at home, answered."""
    return exercise.entry(reference, PUBLIC_SEED, drawn=DRAWN)


def asked_exercises(
    lesson: str, notebook: NotebookNode, path: Path
) -> dict[str, Exercise]:
    """The exercises the lesson's graded cells ask for, by name.

    Errors: ValueError where a graded cell and the catalogue do not agree.
    """
    known = exercises(lesson)
    partly = not known
    if partly:  # a folder of another name: what its cells ask for is what it has
        names = {cell.exercise for cell in graded_cells(notebook).values()}
        known = {name: x for name, x in exercises().items() if name in names}
    asked: dict[str, list[str | None]] = {}
    for cell in graded_cells(notebook).values():
        asked.setdefault(cell.exercise, []).append(cell.property_name)
        exercise = known.get(cell.exercise)
        if exercise is None or exercise.function != cell.function:
            raise ValueError(
                f"{path}: check({cell.function}, {cell.exercise!r}) names no exercise "
                f"of gdgrader.exercises for {lesson}; there are "
                f"{sorted(known or exercises())}"
            )
    for name, exercise in known.items():
        got = sorted(asked.get(name, []), key=str)
        some = partly and set(got) <= {None, *exercise.properties}
        if not some and got not in ([None], sorted(exercise.properties)):
            raise ValueError(
                f"{path}: {name} has the properties {sorted(exercise.properties)}, "
                f"its graded cells ask for {got}: each must be asked once"
            )
    return known


def has_checks(lesson: str, notebook: NotebookNode) -> bool:
    """Whether a lesson needs the table, whatever its folder is called."""
    if exercises(lesson):
        return True
    try:
        return bool(graded_cells(notebook))
    except ValueError:  # it is graded by other means
        return False


def _shorten(entry: dict) -> None:
    """Write {} for what is right in a known mistake's answer, and no idle digits."""
    rel = entry["tolerance"]["rel"]
    digits = min(DIGITS, 2 - math.floor(math.log10(rel))) if rel else DIGITS
    for asked in entry["properties"].values():
        for case in asked["cases"]:
            case["mistakes"] = _once(
                rounded(_wrong_part(answer, case["expected"], entry), digits)
                for answer in case["mistakes"]
            )


def _once(answers: Iterable[dict]) -> list[dict | int]:
    """Each answer; one that was given before as its place."""
    places: dict[str, int] = {}
    said: list[dict | int] = []
    for answer in answers:
        first = places.setdefault(str(answer), len(said))
        said.append(first if answer and first < len(said) else answer)
    return said


def _wrong_part(answer: dict, expected: dict, entry: dict) -> dict:
    """The answer as `gdhelpers.verdicts.answer_of` reads it."""
    if same(answer, expected, entry):
        return {}
    if only_whole(answer.get("value")) and len(json.dumps(answer["value"])) > LONG:
        return {k: v for k, v in answer.items() if k != "value"} | {
            "digest": digest(answer["value"])
        }
    got, want = answer.get("value"), expected["value"]
    if not (isinstance(got, list) and isinstance(want, list) and len(got) == len(want)):
        return answer
    pairs = zip(got, want, strict=True)
    right = [same({"value": g}, {"value": w}, entry) for g, w in pairs]
    if any(isinstance(w, list | dict) for w in want):
        parts = [{} if r else g for g, r in zip(got, right, strict=True)]
        return answer | {"value": parts}
    if all(right):  # but for an argument that was changed
        return answer
    first, last = right.index(False), len(right) - right[::-1].index(False)
    return answer | {"value": got[first:last], "after": first}


def rounded(value, digits: int = DIGITS):
    """The same data with every float at so many significant digits."""
    if isinstance(value, float):
        return float(f"{value:.{digits}g}")
    if isinstance(value, dict):
        return {k: rounded(v, digits) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(v, digits) for v in value]
    return value


def as_text(table: dict) -> str:
    """The table as it lies in the file, one property a line."""
    lines = []
    for name, entry in table["exercises"].items():
        head = {k: v for k, v in entry.items() if k != "properties"}
        inner = ",\n   ".join(
            f"{json.dumps(p)}: {_closely(cases)}"
            for p, cases in entry["properties"].items()
        )
        start = json.dumps(head, ensure_ascii=False)[:-1]
        lines.append(
            f'  {json.dumps(name)}: {start},\n   "properties": {{\n   {inner}}}}}'
        )
    body = ",\n".join(lines)
    lesson = json.dumps(table["lesson"])
    return f'{{"lesson": {lesson},\n "exercises": {{\n{body}}}}}\n'


def _closely(cases: list[dict]) -> str:
    """As JSON without spaces, which would be a sixth of it."""
    return json.dumps(cases, ensure_ascii=False, separators=(",", ":"))


class PublicTable(NbGraderPreprocessor):
    """Put `checks.json` beside the student's notebook when nbgrader generates it."""

    written = Bool(
        True, help="Where nobody needs the table, only see that it could be made."
    ).tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: dict
    ) -> tuple[NotebookNode, dict]:
        """Add the table to the files nbconvert writes with the notebook."""
        lesson = resources["nbgrader"]["assignment"]
        folder = Path(resources["metadata"]["path"])
        path = folder / f"{resources['nbgrader']['notebook']}.ipynb"
        if has_checks(lesson, nb) and self.written:
            table = as_text(public_table(lesson, nb, path))
            resources.setdefault("outputs", {})[TABLE] = table.encode()
        elif has_checks(lesson, nb):
            asked_exercises(lesson, nb, path)
        else:
            self.log.warning("%s asks no `check`: no %s goes with it", lesson, TABLE)
        return nb, resources
