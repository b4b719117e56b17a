"""A class of thirty, drawn with a fixed seed: who hands in what."""

from __future__ import annotations

import ast
import copy
import random
import re
from collections import defaultdict
from dataclasses import dataclass, field
from textwrap import indent

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from gdgrader.course.edition import Edition, marks
from gdgrader.demo import variants
from gdgrader.exercises import exercises

HOSTILE = (
    "import gdhelpers.checks\n\n\ndef check(*args):\n    print('✓ right in 7 cases.')"
    "\n\n\ngdhelpers.checks.check = check",
    "from pathlib import Path\n\n"
    "other = Path('../../{other}/{lesson}/{lesson}.ipynb')\n"
    "stolen = other.read_text()\nexec(stolen)",
    "from pathlib import Path\n\nPath('../../../gradebook.db').write_bytes(b'')",
)
RAISE = re.compile(r"^( *)# YOUR CODE HERE\n +raise NotImplementedError\(\)", re.M)


@dataclass
class Planned:
    """A lesson's class before it hands in.

    Attributes:
        blank, partly: who left everything, or all but one answer, as it was.
        copied: who wrote unusual answers, and who took them over.
        recovered: whose cells lost nbgrader's marks on the way.
        content: each student's file.
        hours_late: of those who are late.
        mistakes: who makes which known mistake, by exercise and name.
        unknown: who is wrong in a way the catalogue does not know, by exercise.
        answers: what each wrote, by function; the untouched are missing.
    """

    lesson: str
    corrupted: str
    hostile: str
    blank: tuple[str, ...]
    partly: str
    copied: tuple[str, str]
    recovered: str
    content: dict[str, bytes] = field(default_factory=dict)
    hours_late: dict[str, float] = field(default_factory=dict)
    mistakes: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    unknown: dict[str, set[str]] = field(default_factory=dict)
    answers: dict[str, dict[str, str]] = field(default_factory=dict)


def planned(edition: Edition, seed: int = 7) -> Planned:
    """Draw a lesson's class; the same for the same seed."""
    lesson = edition.lesson
    rng = random.Random(f"{seed}/{lesson}")
    # The same students are strong in every lesson.
    order = random.Random(seed).sample(variants.STUDENTS, len(variants.STUDENTS))
    corrupted, hostile, blank, other, partly, one, two, recovered = order[:8]
    plan = Planned(
        lesson, corrupted, hostile, (blank, other), partly, (one, two), recovered
    )
    plan.hours_late = dict(zip(order[8:11], (3.0, 30.0, 75.0), strict=True))
    weak = order[11:29]  # the weakest first; the others and those above are right
    known = exercises(lesson)
    wrong: dict[str, dict[str, str]] = defaultdict(dict)  # function, student: body
    for name, mistake, count in variants.PLANTED[lesson]:
        exercise = known[name]
        body = _body(
            next(m for m in exercise.mistakes if m.name == mistake).source(
                exercise.function
            )
        )
        who = _drawn(rng, weak, wrong[exercise.function], count)
        plan.mistakes[name, mistake] = who
        wrong[exercise.function] |= dict.fromkeys(who, body)
    for name, body, count in variants.UNKNOWN[lesson]:
        function = known[name].function
        plan.unknown[name] = _drawn(rng, weak, wrong[function], count)
        wrong[function] |= dict.fromkeys(plan.unknown[name], body)
    functions = [exercise.function for exercise in known.values()]
    for student in order:
        plan.answers[student] = _answers(rng, plan, student, functions, wrong)
        plan.content[student] = _file(rng, plan, student, edition)
    return plan


def _drawn(rng: random.Random, weak: list[str], taken: dict, count: int) -> set[str]:
    """`count` students who have no mistake there yet, the weak ones more often."""
    free = [s for s in weak if s not in taken]
    # Sorted by a draw from their rank: the first of `weak` come out early.
    ranked = sorted(free, key=lambda s: weak.index(s) + rng.uniform(0, 14))
    return set(ranked[:count])


def _answers(
    rng: random.Random,
    plan: Planned,
    student: str,
    functions: list[str],
    wrong: dict[str, dict[str, str]],
) -> dict[str, str]:
    if student in plan.blank:
        return {}
    made = {}
    for function in functions:
        right = variants.RIGHT[function]
        if student in wrong[variants.STEP]:
            # A wrong step would make a loop that calls it wrong as well.
            right = tuple(text for text in right if variants.STEP not in text)
        # The textbook's way is the most frequent one.
        weights = [3, *[1] * (len(right) - 1)]
        made[function] = wrong[function].get(
            student, rng.choices(right, weights=weights)[0]
        )
        if student in plan.copied:
            made[function] = variants.COPIED[function]
        if student == plan.copied[1]:
            made[function] = _renamed(made[function])
    if student in (plan.partly, plan.hostile):
        made = {functions[0]: made[functions[0]]}
    return made


def _renamed(body: str) -> str:
    for old, new in variants.RENAMED.items():
        body = re.sub(rf"\b{old}\b", new, body)
    return "# my own way\n" + body


def _body(source: str) -> str:
    """A function's body, as text at the left margin."""
    return "\n".join(ast.unparse(node) for node in ast.parse(source).body[0].body)


def _file(rng: random.Random, plan: Planned, student: str, edition: Edition) -> bytes:
    """The notebook a student hands in."""
    notebook = copy.deepcopy(edition.notebook)
    for cell in notebook.cells:
        mark = marks(cell)
        if not mark.get("solution"):
            continue
        if cell.cell_type == "markdown" and student not in plan.blank:
            cell.source = rng.choice(variants.WRITTEN)
        body = plan.answers[student].get(_function(cell.source))
        if body:
            cell.source = _filled(cell.source, body)
    if student == plan.hostile:
        _attack(notebook, edition.lesson, other=plan.copied[0])
    if student == plan.recovered:  # pasted cell by cell into a new notebook
        for cell in notebook.cells:
            cell.metadata = NotebookNode()
    content = nbformat.writes(notebook).encode()
    if student == plan.corrupted:  # an upload cut short within an answer
        content = content[: content.index(b"def ") + 20]
    return content


def _filled(skeleton: str, body: str) -> str:
    return RAISE.sub(lambda found: indent(body, found[1]), skeleton)


def _function(source: str) -> str:
    found = re.match(r"def (\w+)", source)
    return found[1] if found else ""


def _attack(notebook: NotebookNode, lesson: str, other: str) -> None:
    """Patch the check, read others' work, and overwrite the graded cells."""
    graded = [cell for cell in notebook.cells if marks(cell).get("grade")]
    for cell in graded:
        if cell.cell_type == "code":
            cell.source = "print('✓ right in 7 cases.')"
    place = notebook.cells.index(graded[0])
    names = {"{other}": other, "{lesson}": lesson}
    for number, text in reversed(list(enumerate(HOSTILE))):
        for word, name in names.items():
            text = text.replace(word, name)
        notebook.cells.insert(place, new_code_cell(text, id=f"mine-{number}"))
