"""For who is stuck: `help_me("exercise")`, `reset("exercise")` and `reset_lesson()`.

None of them changes a cell of an open notebook, none is graded, and nothing that a
student has written is lost by them.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import nullcontext, suppress
from pathlib import Path

from gdhelpers import handed_out, my_progress, stages
from gdhelpers.checks import TABLE, CheckFailed, entries, entry_of
from gdhelpers.terminal import say

RULE = "─" * stages.WIDTH
_asked: dict[str, int] = {}  # by exercise the stage that was told last, since a restart


def help_me(exercise: str | Callable = "", folder: str | Path = ".") -> None:
    """Say one thing more than was said before: a passage, a first line, a solution.

    Args:
        exercise: its name, as in `check(mse, "mse")`; or the function that is to be
            written, or its name, where no other exercise of the lesson has it.
        folder: where the lesson's table lies, the notebook's own folder unless told.
            On the start page the lessons' folders below it are looked through.

    Errors: CheckFailed where there is no such exercise, or no table.
    """
    folder, exercise = _lesson_with(exercise, Path(folder))
    entry = entry_of(folder, exercise)
    earned = stages.earned(my_progress.failures(exercise, folder))
    stage = min(max(earned, _asked.get(exercise, 0)) + 1, stages.SOLUTION)
    _asked[exercise] = stage
    say(stages.text(exercise, entry.get("help", {}), stage))


def reset(exercise: str | Callable = "", folder: str | Path = ".") -> None:
    """Show the exercise's cell as it was handed out, to be copied back into it.

    Args: those of `help_me`.

    Errors: CheckFailed where there is no such exercise, or what was handed out is gone.
    """
    folder, exercise = _lesson_with(exercise, Path(folder))
    function = entry_of(folder, exercise)["function"]
    text = _or_failed(handed_out.first_text, folder, exercise, function)
    say(
        f"Between the two lines is the cell of {exercise} as it was handed out.\n"
        "To put it back: copy it, click into the exercise's cell, select all (Ctrl+A)\n"
        "and paste (Ctrl+V). What you had comes back with Ctrl+Z. (Mac: ⌘ for Ctrl.)\n"
        f"{RULE}\n{text}\n{RULE}"
    )


def reset_lesson(folder: str | Path = ".") -> None:
    """Put the lesson back as it was handed out, and keep the file that was there.

    It is kept beside the lesson as `NAME-before-reset.ipynb`, then `-before-reset-2`.

    Errors: CheckFailed where the notebook is not saved yet, or something is missing or
        cannot be written; then nothing has been changed.
    """
    if os.environ.get("NBGRADER_EXECUTION"):
        say("reset_lesson() is for the open notebook: nothing is put back here.")
        return
    if _above_lessons(Path(folder)):
        raise CheckFailed(
            "reset_lesson() puts back the lesson it is run in: run it in a cell of "
            "that lesson's notebook. Nothing was changed."
        )
    name, kept = _or_failed(handed_out.put_back, Path(folder), _running_cell())
    if kept is None:
        say(f"{name} is as it was handed out already; nothing was changed.")
        return
    say(
        f"{name} is as it was handed out.\n"
        f"What you had is kept beside it, as {kept}.\n"
        "Two steps are left: File > Reload Notebook from Disk (if you are asked,\n"
        "choose Reload or Revert), then Kernel > Restart Kernel. Save nothing before."
    )


def _above_lessons(folder: Path) -> list[Path]:
    """The lessons below a folder that is none itself, as the start page's."""
    if (folder / TABLE).exists():
        return []
    return [table.parent for table in sorted(folder.glob(f"*/{TABLE}"))]


def _lesson_with(asked: str | Callable, folder: Path) -> tuple[Path, str]:
    """The lesson's folder and the exercise's name; from the start page, too.

    Errors: CheckFailed where nothing was asked for, or nothing that is there.
    """
    name = getattr(asked, "__name__", asked)
    lessons, known = _above_lessons(folder), {}
    for lesson in lessons or [folder]:
        with suppress(CheckFailed) if lessons else nullcontext():
            known |= {(lesson, n): e["function"] for n, e in entries(lesson).items()}
    found = [place for place in known if place[1] == name]
    found = found or [place for place, function in known.items() if function == name]
    if len(found) == 1:
        return found[0]
    here = "in the lessons here" if lessons else "in this lesson"
    if found:
        names = " or ".join(repr(exercise) for _, exercise in found)
        raise CheckFailed(f"{name!r} is asked for more than once {here}: say {names}.")
    what = f"no exercise {name!r}" if name else "more than one exercise"
    there = "" if lessons else f"; there are {', '.join(n for _, n in known)}"
    raise CheckFailed(
        f"There is {what} {here}{there}. Its name is the one in quotes in its check, "
        'as in check(mse, "mse").'
    )


def _running_cell() -> str:
    """The text of the cell that is running; "" outside of a notebook."""
    try:
        from IPython import get_ipython

        return get_ipython().history_manager.input_hist_raw[-1]
    except (ImportError, AttributeError, LookupError, TypeError):
        return ""


def _or_failed(function, *arguments):
    try:
        return function(*arguments)
    except handed_out.NotPossible as error:
        raise CheckFailed(str(error)) from None
