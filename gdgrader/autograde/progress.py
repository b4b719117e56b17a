"""What `gdgrader autograde` shows: one bar while it runs, then a summary."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TimeRemainingColumn,
)
from rich.text import Text

from gdgrader.autograde.record import UNCHANGED, Outcome
from gdgrader.gradebook.states import FAILED, GRADED, WAITING
from gdgrader.shown import clipped, for_terminal

SLOWEST = 5
NAMED = 10  # students named of those who wait; the report names all
LONGEST = 1000  # of a reason


class Rate(ProgressColumn):
    """Submissions per second, or seconds per submission, whichever is above 1."""

    def render(self, task: Task) -> Text:
        """Draw it."""
        speed = task.finished_speed or task.speed
        if not speed:
            return Text("")
        return Text(f"{speed:.1f}/s" if speed >= 1 else f"{1 / speed:.1f} s each")


class Bar:
    """A bar on a terminal; elsewhere, a line for each tenth of the class.

    Use its `advance` as the runner's `progress`.
    """

    def __init__(self, console: Console, lesson: str) -> None:
        self.console, self.lesson = console, lesson
        self.done, self.said = 0, 0
        self.bar = Progress(
            "{task.description}",
            BarColumn(),
            MofNCompleteColumn(),
            Rate(),
            TimeRemainingColumn(elapsed_when_finished=True),
            console=console,
            disable=not console.is_terminal,
        )
        self.task = self.bar.add_task(f"{lesson} (starting)", total=None)

    def __enter__(self) -> Self:
        self.bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.stop()

    def advance(self, outcome: Outcome, total: int) -> None:
        """Count one more of `total`."""
        self.done += 1
        self.bar.update(
            self.task, description=self.lesson, total=total, completed=self.done
        )
        tenth = 10 * self.done // total
        if not self.console.is_terminal and tenth > self.said:
            self.said = tenth
            self.console.print(f"{self.lesson}: {self.done} of {total}")


def summary(outcomes: Iterable[Outcome], seconds: float) -> Iterator[str]:
    """Lines of rich markup: how many of each kind, who failed and why, the slowest.

    Args:
        outcomes: of one run.
        seconds: how long that took.
    """
    outcomes = list(outcomes)
    count = Counter(o.status for o in outcomes)
    failed = [o for o in outcomes if o.status == FAILED]
    waiting = [o.student for o in outcomes if o.status == WAITING]
    worked = [o for o in outcomes if o.status != UNCHANGED]
    kinds = (GRADED, WAITING, UNCHANGED, FAILED)
    counts = [f"{count[kind]} {kind}" for kind in kinds if count[kind]]
    yield f"{'✗' if failed else '✓'} {', '.join(counts) or 'nothing was handed in'}"
    if worked:
        each = seconds / len(worked)
        yield f"  {len(worked)} submissions in {_clock(seconds)}, {each:.2f} s each"
    if failed:
        yield "Failed:"
        yield from (f"  {_said(o.student)}: {_said(o.reason)}" for o in failed)
    if waiting:
        more = f" and {len(waiting) - NAMED} more" if len(waiting) > NAMED else ""
        yield f"Waiting for a person: {', '.join(map(_said, waiting[:NAMED]))}{more}"
    slowest = sorted(worked, key=lambda o: -o.seconds)[:SLOWEST]
    if slowest:
        said = (f"{_said(o.student)} {o.seconds:.1f} s" for o in slowest)
        yield f"Slowest: {', '.join(said)}"


def _said(text: str) -> str:
    """A stranger's words within a line of ours."""
    return escape(for_terminal(clipped(text, LONGEST)))


def _clock(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    return time.strftime("%H:%M:%S", time.gmtime(seconds))
