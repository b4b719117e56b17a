"""The student's instant answer: `check(my_function, "exercise")`.

Runs public cases from the table `checks.json` that lies beside the notebook. When
a class is graded, other inputs are drawn and the ruling is made elsewhere: passing
here is a good sign, not the grade.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gdhelpers import my_progress, shared_inputs, stages
from gdhelpers.cases import run_case, unwritten
from gdhelpers.my_progress import TABLE
from gdhelpers.terminal import say
from gdhelpers.torch_errors import meaning
from gdhelpers.verdicts import Fault, cases_of, rule

SEEN = (Fault.ANSWER, Fault.RAISED, Fault.LIMIT)  # tried, and not right


class CheckFailed(AssertionError):
    """The answer is not right yet; the message says why, without a traceback.

    Attributes:
        fault: whose it is.
    """

    def __init__(self, message: str, fault: Fault = Fault.COURSE) -> None:
        super().__init__(message)
        self.fault = fault

    def _render_traceback_(self) -> list[str]:
        # IPython asks the exception for its own rendering before making one.
        return str(self).splitlines()


def check(
    function: Callable,
    exercise: str,
    property_name: str | None = None,
    folder: str | Path = ".",
) -> None:
    """Run an exercise's public cases and say what is right or what went wrong.

    Args:
        function: the student's function.
        exercise: its name in the table.
        property_name: check this property only; None checks all of them.
        folder: where the table lies, the notebook's own folder unless told.

    Errors: CheckFailed, with a message for the student, where an answer is wrong,
        the function is missing, or the table cannot be used.

    >>> check(lambda theta: theta, "no_such_exercise", folder="/nowhere")
    Traceback (most recent call last):
    ...
    gdhelpers.checks.CheckFailed: checks.json is missing from /nowhere: ...
    """
    entry = entry_of(Path(folder), exercise)
    if not callable(function):
        raise CheckFailed(
            f"✗ {exercise}: pass the function itself, as in "
            f'check({entry["function"]}, "{exercise}"), not {function!r}.',
            Fault.ANSWER,
        )
    try:
        cases = cases_of(entry, property_name)
    except ValueError as error:
        raise CheckFailed(f"✗ {exercise}: {error}") from None
    shared_inputs.remember()
    verdict = rule(entry, property_name, [run_case(function, c) for c in cases])
    if verdict.right:
        names = [property_name] if property_name else [*entry["properties"]]
        my_progress.note(exercise, names, True, folder)
    elif verdict.fault in SEEN:
        my_progress.note(exercise, property_name, False, folder)
    if not verdict.right:
        used = getattr(getattr(function, "__code__", None), "co_names", ())
        spoilt = [name for name in shared_inputs.changed() if name in used]
        lines = [*filter(None, [verdict.message, shared_inputs.note(spoilt)])]
        if verdict.fault in SEEN:
            failed = my_progress.failures(exercise, folder)
            told = stages.after(exercise, entry.get("help", {}), failed)
            lines += ["", told] if told else []
        raise CheckFailed("\n".join(lines), verdict.fault)
    say(verdict.message)


def entry_of(folder: Path, exercise: str) -> dict:
    """What the table in a folder says of an exercise.

    Errors: CheckFailed, with a message for the student.
    """
    path = folder / TABLE
    try:
        exercises = json.loads(path.read_text(encoding="utf-8"))["exercises"]
    except FileNotFoundError:
        raise CheckFailed(
            f"{TABLE} is missing from {folder.resolve()}: it lies beside the lesson's "
            "notebook in release/; copy it back, or open the notebook from there."
        ) from None
    except (ValueError, KeyError, TypeError) as error:
        raise CheckFailed(
            f"{path.resolve()} cannot be read ({type(error).__name__}): "
            "copy it anew from the course's release/ folder."
        ) from None
    if exercise not in exercises:
        raise CheckFailed(
            f"There is no exercise {exercise!r} in this lesson; "
            f"there are {', '.join(exercises)}."
        )
    return exercises[exercise]


@contextmanager
def once_written(*names: str) -> Iterator[None]:
    """Run a demonstration of the student's functions, or say calmly why not yet.

    >>> with once_written("gradient_descent"):
    ...     raise NotImplementedError
    This needs your gradient_descent: write it above, then run this cell again.
    """
    wanted = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
    them = "it" if len(names) == 1 else "them"
    shared_inputs.remember()
    before = shared_inputs.changed()
    if before:
        say(shared_inputs.note(before))
    try:
        yield
    except NotImplementedError as error:
        missing = unwritten(error)
        if missing.isidentifier() and missing not in names:
            wanted, them = missing, "it"  # what one of the names calls
        say(f"This needs your {wanted}: write {them} above, then run this cell again.")
    except NameError as error:
        if isinstance(error, UnboundLocalError):
            _say_it_failed(wanted, error)
            return
        if error.name not in names:
            raise
        say(f"This needs your {wanted}: run the cell that defines {them} first.")
    except (
        TypeError,
        ValueError,
        ArithmeticError,
        IndexError,
        AttributeError,
        RuntimeError,  # torch's own errors
    ) as error:
        _say_it_failed(wanted, error)
    finally:
        _put_back(wanted, set(before))


def _put_back(wanted: str, before: set[str]) -> None:
    """Undo what a demonstration did to the notebook's inputs."""
    spoilt = [name for name in shared_inputs.changed() if name not in before]
    if spoilt:
        shared_inputs.put_back(spoilt)
        them = " and ".join(f"`{name}`" for name in spoilt)
        say(
            f"Your {wanted} changed {them}, which belongs to the notebook: it is put "
            "back. Work on a copy, as `.clone()` or `list(…)` makes one."
        )


def _say_it_failed(wanted: str, error: Exception) -> None:
    say(
        f"This uses your {wanted}, which did not work out here "
        f"({type(error).__name__}: {error}).{meaning(str(error))} Its check says more."
    )
