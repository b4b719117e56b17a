"""Who needs a person's attention, why, and what already happened about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gdgrader.gradebook.states import FAILED, NOT_GRADED
from gdgrader.report.collect import ClassResults, Work
from gdgrader.submission.note import Note

NO_EFFECT = (
    "No point came of it: the verdicts are reached outside the process that runs a "
    "submission, which sees no other's work."
)


@dataclass(frozen=True)
class Concern:
    """One reason to look at one submission."""

    student: str
    kind: str
    what: tuple[str, ...]


ORDER = (
    "could not be graded",
    "reached for what is not its own",
    "put right or stopped",
    "not graded yet",
    "nothing attempted",
    "partly attempted",
    "late",
)


def concerns(group: ClassResults) -> dict[str, list[Concern]]:
    """What a person should look at, by student, the most pressing first."""
    found = {
        work.student: sorted(_of(work, group), key=lambda c: ORDER.index(c.kind))
        for work in group.works
    }
    pressing = sorted(
        (student for student in found if found[student]),
        key=lambda student: (ORDER.index(found[student][0].kind), student),
    )
    return {student: found[student] for student in pressing}


def _of(work: Work, group: ClassResults) -> Iterator[Concern]:
    if work.status == FAILED:
        yield Concern(work.student, ORDER[0], (_sentence(work.reason),))
    elif work.status == NOT_GRADED:
        why = work.reason or "handed in after the last grading, or never graded"
        yield Concern(work.student, ORDER[3], (_sentence(why),))
    if work.reached:
        yield Concern(work.student, ORDER[1], (*work.reached, NO_EFFECT))
    if work.notes:
        yield Concern(work.student, ORDER[2], tuple(_together(work.notes)))
    if work.graded and not work.attempted:
        yield Concern(
            work.student, ORDER[4], ("Every answer is as it was handed out.",)
        )
    elif work.unwritten:
        left = sorted({group.items[name].exercise for name in work.unwritten})
        yield Concern(work.student, ORDER[5], (f"Not written: {', '.join(left)}.",))
    if work.hours_late > 0:
        late = f"{_duration(work.hours_late)} late"
        if work.penalty:
            late += f"; {_points(work.penalty)} taken off by the late policy"
        yield Concern(work.student, ORDER[6], (f"{late}.",))


def _together(notes: tuple[Note, ...]) -> list[str]:
    """The same remark on many cells as one.

    >>> _together((Note("is new.", "a"), Note("Moved."), Note("is new.", "b")))
    ['Cell is new: a, b.', 'Moved.']
    """
    cells: dict[str, list[str]] = {}
    for note in notes:
        cells.setdefault(note.what, []).append(note.cell)
    return [
        f"Cell {what.removesuffix('.')}: {', '.join(names)}."
        if len(names) > 1
        else str(Note(what, *names))
        for what, names in cells.items()
    ]


def _points(number: float) -> str:
    return f"{number:g} point" + ("s" if number != 1 else "")


def _duration(hours: float) -> str:
    """Hours below two days, else days.

    >>> _duration(0.2), _duration(1.2), _duration(30), _duration(72)
    ('less than an hour', '1 hour', '30 hours', '3 days')
    """
    if hours < 1:
        return "less than an hour"
    number, word = (hours, "hour") if hours < 48 else (hours / 24, "day")
    return f"{number:.0f} {word}" + ("s" if round(number) != 1 else "")


def _sentence(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")
