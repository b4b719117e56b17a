"""The student's instant answer: `check(my_function, "exercise")`.

Runs public cases from the table `checks.json` that lies beside the notebook. When
a class is graded, other inputs are drawn and the ruling is made elsewhere: passing
here is a good sign, not the grade.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from gdhelpers import calm, my_progress, shared_inputs, stages
from gdhelpers.cases import run_case, unwritten
from gdhelpers.endless import Watch
from gdhelpers.loop_words import Place
from gdhelpers.my_progress import TABLE
from gdhelpers.printed import Ear
from gdhelpers.progress import Stopped
from gdhelpers.terminal import say
from gdhelpers.torch_errors import meaning
from gdhelpers.verdicts import Fault, Verdict, cases_of, describe_call, rule

SEEN = (Fault.ANSWER, Fault.RAISED, Fault.LIMIT)  # tried, and not right

UNCHANGED = (
    "(It is the same {} as the last time. If you have changed its cell since, run that "
    "cell first, then this one.)"
)
# By exercise and property what failed last, since a restart.
_failed: dict[tuple[str, str | None], Callable] = {}

calm.at_home()


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
        the function does not come back or is not the newest, or the table cannot be
        used. In a notebook what is not written yet is said on the error stream, which
        earns nothing, so that "Run All" goes on.

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
    called = entry["function"]
    if old := _stale(called, function):
        title = Verdict(False, called, property_name or "").title
        what = "Mend that cell, run it, then this one again."
        words = calm.folded(f"✗ {title}: not checked, as {old}. {what}")
        raise CheckFailed(words, Fault.RAISED)
    shared_inputs.remember()
    answers, ears, place = _asked(function, called, cases)
    if place:
        verdict = _endless(called, property_name, cases[len(answers)], place)
    else:
        verdict = rule(entry, property_name, answers)
    _show_printed(called, cases, ears, verdict)
    if verdict.right:
        names = [property_name] if property_name else [*entry["properties"]]
        my_progress.note(exercise, names, True, folder)
    elif verdict.fault in SEEN:
        my_progress.note(exercise, property_name, False, folder)
    if any("missing" in answer for answer in answers) and calm.in_a_notebook():
        say(f"{verdict.title}\n  {verdict.hint}", sys.stderr)
    elif not verdict.right:
        unchanged = _failed.get((exercise, property_name)) is function
        _failed[exercise, property_name] = function
        used = getattr(getattr(function, "__code__", None), "co_names", ())
        spoilt = [name for name in shared_inputs.changed() if name in used]
        lines = [*filter(None, [verdict.message, shared_inputs.note(spoilt)])]
        if verdict.fault in SEEN:
            failed = my_progress.failures(exercise, folder)
            told = stages.after(exercise, entry.get("help", {}), failed)
            lines += ["", told] if told else []
            lines += ["", calm.folded(UNCHANGED.format(called))] if unchanged else []
        raise CheckFailed("\n".join(lines), verdict.fault)
    else:
        say(verdict.message)


def _stale(name: str, function: Callable) -> str:
    cells = calm.cells()
    return cells.stale(name, function) if cells else ""


def _asked(
    function: Callable, called: str, cases: list[dict]
) -> tuple[list[dict], list[Ear], Place | None]:
    """The answers, what was printed for each, and where it did not come back.

    Errors: Stopped where a person interrupted it.
    """
    answers: list[dict] = []
    ears: list[Ear] = []

    def ask() -> None:
        for case in cases:
            ears.append(Ear())
            answer = run_case(function, case, ears[-1])
            if watch.place:  # it swallowed the interrupt
                return
            answers.append(answer)

    try:
        with Watch() as watch:
            watch.run(ask)
            return answers, ears, watch.place
    except KeyboardInterrupt as error:
        line = calm.line_of(error)
        at = f", at the line `{line}`" if line else ""
        call = describe_call(called, cases[min(len(answers), len(cases) - 1)])
        raise Stopped(f" in {call}{at}") from None


def _endless(
    called: str, property_name: str | None, case: dict, place: Place
) -> Verdict:
    line = f", at the line `{place.line}`" if place.line else ""
    return Verdict(
        False,
        called,
        property_name or "",
        called=describe_call(called, case),
        came_back=f"nothing: stopped after {place.seconds:g} s{line}",
        hint=place.advice,
        fault=Fault.LIMIT,
    )


def _show_printed(
    called: str, cases: list[dict], ears: list[Ear], verdict: Verdict
) -> None:
    """Show what was printed in the call the verdict is about, else in the first."""
    heard = {
        describe_call(called, c): e.lines for c, e in zip(cases, ears, strict=False)
    }
    loud = {call: lines for call, lines in heard.items() if lines}
    if loud:
        call = verdict.called if verdict.called in loud else next(iter(loud))
        say("\n    ".join([f"Printed by {call}:", *loud[call]]))


def entry_of(folder: Path, exercise: str) -> dict:
    """What the table in a folder says of an exercise.

    Errors: CheckFailed, with a message for the student.
    """
    exercises = entries(folder)
    if exercise not in exercises:
        raise CheckFailed(
            f"There is no exercise {exercise!r} in this lesson; "
            f"there are {', '.join(exercises)}."
        )
    return exercises[exercise]


def entries(folder: Path) -> dict[str, dict]:
    """The table in a folder: its exercises by name.

    Errors: CheckFailed, with a message for the student.
    """
    path = folder / TABLE
    try:
        return {**json.loads(path.read_text(encoding="utf-8"))["exercises"]}
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


@contextmanager
def once_written(*names: str, seconds: float | None = None) -> Iterator[None]:
    """Run a demonstration of the student's functions, or say calmly why not yet.

    Args:
        names: of the functions that it needs.
        seconds: what they may take in it, unless it is as long as in a check: more
            where one of them trains.

    >>> with once_written("gradient_descent"):
    ...     raise NotImplementedError
    This needs your gradient_descent: write it above, then run this cell again.
    """
    wanted, them = _listed(names)
    shared_inputs.remember()
    before = shared_inputs.changed()
    if before:
        say(shared_inputs.note(before))
    _say_what_is_stale(names)
    watch = Watch(sys._getframe(2), seconds)  # the cell's own frame
    try:
        with watch:
            try:
                yield
            except KeyboardInterrupt:
                if not watch.place:
                    raise
            place = watch.place
        if place:
            own = f"your {place.function}, which did not come back"
            say(calm.folded(f"This uses {own}. {place.words}"))
    except Stopped:
        raise
    except KeyboardInterrupt as error:
        line = calm.line_of(error)
        raise Stopped(f" at the line `{line}`" if line else "") from None
    except NotImplementedError as error:
        missing = unwritten(error)
        if missing.isidentifier() and missing not in names:
            wanted, them = missing, "it"  # what one of the names calls
        elif waiting := _unwritten_of(names, error):
            wanted, them = _listed(waiting)
        say(f"This needs your {wanted}: write {them} above, then run this cell again.")
    except NameError as error:
        if isinstance(error, UnboundLocalError):
            _say_it_failed(wanted, error)
            return
        if error.name not in names:
            if waiting := _unwritten_of(names, error):
                # An earlier demonstration of theirs would have made it.
                wanted, them = _listed(waiting)
                say(
                    f"This needs your {wanted}: write {them} above, then run this cell "
                    "and those above it again."
                )
                return
            raise
        what = _what_to_do(error.name, names)
        say(calm.folded(f"This needs your {error.name}: {what} first."))
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


def _listed(names: Sequence[str]) -> tuple[str, str]:
    """The names in a row, and how to speak of them."""
    row = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
    return row, "it" if len(names) == 1 else "them"


def _what_to_do(name: str, names: tuple[str, ...]) -> str:
    cells = calm.cells()
    return cells.missing(name, names) if cells else "run the cell that defines it"


def _unwritten_of(names: Iterable[str], error: NameError) -> list[str]:
    """Those of the functions that are as they were handed out, where the cell ran."""
    found = []
    for frame, _ in traceback.walk_tb(error.__traceback__):
        for name in names:
            code = getattr(frame.f_globals.get(name), "__code__", None)
            if code and "NotImplementedError" in code.co_names and name not in found:
                found.append(name)
    return found


def _say_what_is_stale(names: tuple[str, ...]) -> None:
    cells = calm.cells()
    for name in names if cells else ():
        if old := cells.stale(name, cells.names.get(name)):
            say(calm.folded(f"Mind that {old}."))


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
