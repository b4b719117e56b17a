"""What a student is told who is stuck, one stage after the other.

After two failures of `check` in a row a passage of the lesson, after four how an answer
may begin, after six a worked solution. That last one only where somebody has given the
file of them: GDHELPERS_SOLUTIONS names it. Nothing that is handed out or handed in
holds it, and the grader's kernels are never told of one.
"""

from __future__ import annotations

import json
import os
import textwrap
from pathlib import Path

SWITCH = "GDHELPERS_SOLUTIONS"  # the path of the file; empty or absent: switched off
SOLUTIONS = "solutions.json"  # its name, where `gdgrader build` writes it
PASSAGE, FIRST_LINE, SOLUTION = 1, 2, 3
FAILURES = {PASSAGE: 2, FIRST_LINE: 4, SOLUTION: 6}
WIDTH = 80  # as a verdict has it


def earned(failures: int) -> int:
    """The stage after so many failures in a row; 0 before the first.

    >>> [earned(n) for n in range(1, 8)]
    [0, 1, 1, 2, 2, 3, 3]
    """
    return max((s for s, least in FAILURES.items() if failures >= least), default=0)


def after(exercise: str, help: dict, failures: int) -> str:
    """What stands below a failed check; "" where it is too early, or nobody asks.

    Args:
        exercise: its name.
        help: "help" of its entry in the table, {} where it has none.
        failures: how often in a row it failed, this one included.
    """
    if os.environ.get("NBGRADER_EXECUTION"):  # Validate, or grading: no place for it
        return ""
    stage = earned(failures)
    return text(exercise, help, stage) if stage else ""


def text(exercise: str, help: dict, stage: int) -> str:
    """All stages up to this one, in lines of at most WIDTH, and what comes next."""
    solution = solution_of(exercise)
    parts = []
    if help.get("passage"):
        parts.append(_wrapped(f"Stuck? Read once more, above: “{help['passage']}”."))
    if stage >= FIRST_LINE and help.get("first_line"):
        lines = textwrap.indent(help["first_line"], "    ")
        parts.append(f"One right answer begins so, or has this shape:\n\n{lines}\n")
    if stage >= SOLUTION and solution:
        parts.append(_worked(solution))
    elif solution or (stage < FIRST_LINE and help.get("first_line")):
        parts.append(f'More help, a step at a time: help_me("{exercise}")')
    elif stage >= SOLUTION:
        parts.append(
            _wrapped(
                "No worked solution is given out here: ask somebody who teaches or "
                f'takes this course, or begin again: reset("{exercise}")'
            )
        )
    return "\n".join(parts).rstrip()


def _worked(solution: dict) -> str:
    shown = textwrap.indent(solution["solution"], "    ")
    why = solution.get("why")
    return f"A worked solution:\n\n{shown}\n" + (f"\n{_wrapped(why)}" if why else "")


def solution_of(exercise: str) -> dict | None:
    """The worked solution, with "why" it works; None where it is switched off."""
    named = os.environ.get(SWITCH)
    if not named or os.environ.get("NBGRADER_EXECUTION"):
        return None
    try:
        found = json.loads(Path(named).read_text(encoding="utf-8"))[exercise]
        lines = {key: found[key] for key in ("solution", "why") if key in found}
    except (OSError, ValueError, LookupError, TypeError):
        return None
    right = "solution" in lines and all(isinstance(x, str) for x in lines.values())
    return lines if right else None


def _wrapped(line: str) -> str:
    return textwrap.fill(line, WIDTH, break_long_words=False, break_on_hyphens=False)
