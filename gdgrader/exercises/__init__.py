"""The course's exercises as data: inputs, tolerances and known mistakes.

ADD AN EXERCISE: put one file here, named as the exercise, which defines `exercise`
(`docs/add-an-exercise.md`). Nothing lists them; `exercises()` finds the files.
"""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from gdgrader.exercises.base import Exercise

SHARED = ("base", "draws", "edits", "reference")


def exercises(lesson: str | None = None) -> dict[str, Exercise]:
    """Every exercise of the course by name, or those of one lesson, in their order.

    Errors: ValueError, which names the file, where one of them is malformed.
    """
    return {x.name: x for x in _all() if lesson in (None, x.lesson)}


def exercise_of(module: ModuleType) -> Exercise:
    """The exercise that a file of this folder defines.

    Errors: ValueError where it defines none, or one of another name.
    """
    stem = module.__name__.rpartition(".")[2]
    file = f"gdgrader/exercises/{stem}.py"
    found = getattr(module, "exercise", None)
    if not isinstance(found, Exercise):
        raise ValueError(
            f'{file} holds no exercise: write exercise = Exercise("{stem}", …)'
        )
    if found.name != stem:
        raise ValueError(
            f"{file} holds the exercise {found.name!r}: name the file {found.name}.py"
        )
    return found


@cache
def _all() -> list[Exercise]:
    names = [m.name for m in iter_modules(__path__) if m.name not in SHARED]
    found = [exercise_of(import_module(f"{__name__}.{name}")) for name in names]
    return sorted(found, key=lambda x: (x.lesson, x.place, x.name))
