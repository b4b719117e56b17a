"""The table of hints: what is handed in, and what is told.

Handed in are the known mistakes and, from a folder, functions that people plausibly
write. Who has others, such as mutants, gives `told` a mapping of names to functions.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from gdgrader.course.public_checks import public_entry
from gdgrader.exercises import exercises
from gdgrader.exercises.base import Exercise
from gdgrader.exercises.edits import compiled, edited, text_of
from gdgrader.exercises.reference import load_reference, source_notebook
from gdhelpers.cases import run_case
from gdhelpers.verdicts import cases_of, rule

PREFIX = "wrong_"
TOLD = "Told: "


@dataclass(frozen=True)
class Told:
    """What one wrong function is told.

    Attributes:
        mistake: the known mistake that is named; "" where none is.
        hint: the sentence, of the first case that is wrong where no mistake is named.
        where: the properties that tell it.
    """

    exercise: str
    handed_in: str
    mistake: str
    hint: str
    where: tuple[str, ...]


def table(lesson: str | None, root: Path, folder: Path | None) -> Iterator[Told]:
    """What every known mistake of a lesson, or of the course, is told.

    Args:
        folder: holds `<exercise>.py`, with the functions of `wrong_functions`.

    Errors: FileNotFoundError where the lesson's source is not there.
    """
    for exercise in exercises(lesson).values():
        names = load_reference(source_notebook(exercise.lesson, root))
        entry = public_entry(exercise, names[exercise.function])
        yield from told(exercise, entry, known_mistakes(exercise))
        if folder and (path := folder / f"{exercise.name}.py").exists():
            yield from told(exercise, entry, wrong_functions(path))


def told(
    exercise: Exercise, entry: dict, functions: Mapping[str, Callable]
) -> Iterator[Told]:
    """Hand in each function; give each hint once, a right function gets none."""
    for name, function in functions.items():
        hints: dict[tuple[str, str], list[str]] = {}
        for asked in entry["properties"]:
            answers = [run_case(function, case) for case in cases_of(entry, asked)]
            verdict = rule(entry, asked, answers)
            if not verdict.right:
                said = verdict.mistake, verdict.hint
                hints.setdefault(said, []).append(asked)
        for (mistake, hint), where in hints.items():
            yield Told(exercise.name, name, mistake, hint, tuple(where))


def known_mistakes(exercise: Exercise) -> dict[str, Callable]:
    """The catalogue as functions by name; several ways of one mistake are numbered."""
    found: dict[str, Callable] = {}
    for mistake in exercise.mistakes:
        ways = sum(name.partition(" #")[0] == mistake.name for name in found)
        found[f"{mistake.name} #{ways + 1}" if ways else mistake.name] = (
            mistake.function
        )
    return found


def wrong_functions(path: Path) -> dict[str, Callable]:
    """The functions of a module whose names start with wrong_, without that.

    Where little differs, a module has `right`, a function, and EDITS: names with the
    edits, old → new, of its text.
    """
    spec = spec_from_file_location(f"wrong_{path.stem}", path)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    found = {
        name.removeprefix(PREFIX): function
        for name, function in vars(module).items()
        if name.startswith(PREFIX)
    }
    for name, (says, edits) in getattr(module, "EDITS", {}).items():
        text = edited(text_of(module.right), edits)
        found[name] = compiled(text, vars(module), f"{path.name}, {name}")
        found[name].__doc__ = says
    return found


def expected(function: Callable) -> set[str]:
    """The mistakes that a wrong function may be told, "" where none may be named.

    Its docstring is "Told: sign flipped.", "Told: one mistake / another.", as some
    properties cannot tell them apart, or "Told: what came back."
    """
    says = (inspect.getdoc(function) or "").removeprefix(TOLD).removesuffix(".")
    return {"" if part == "what came back" else part for part in says.split(" / ")}
