"""The course's exercises as data: inputs, comparisons and known mistakes."""

from importlib import import_module
from pkgutil import iter_modules

from gdgrader.exercises.base import Exercise


def exercises(lesson: str | None = None) -> dict[str, Exercise]:
    """Every exercise of the course by name, or those of one lesson.

    Each module `lesson_NN` of this package holds one lesson's exercises.
    """
    found = {}
    for module in iter_modules(__path__):
        if not module.name.startswith("lesson_"):
            continue
        for value in vars(import_module(f"{__name__}.{module.name}")).values():
            if isinstance(value, Exercise) and lesson in (None, value.lesson):
                found[value.name] = value
    return found
