"""What the verdicts of a class add up to. Nothing here knows a name or a picture."""

from __future__ import annotations

import statistics
from collections import defaultdict
from dataclasses import dataclass

from gdgrader.course.edition import GradedCell
from gdgrader.exercises import exercises
from gdgrader.exercises.base import Exercise
from gdgrader.report.collect import ClassResults, Work
from gdhelpers.verdicts import ANYWHERE

FEW = 10  # below so many, a share of the class is one or two people's luck
FEW_FOR_CORRELATION = 20  # its standard error is about 1/√n: 0.22 here


@dataclass(frozen=True)
class Misconception:
    """A known mistake that somebody in this class made.

    Attributes:
        looks_like: the catalogue's own code for it, no student's.
    """

    exercise: str
    name: str
    hint: str
    students: tuple[str, ...]
    looks_like: str = ""


@dataclass(frozen=True)
class Unexplained:
    """Wrong answers to one exercise that are none of the known mistakes."""

    exercise: str
    students: tuple[str, ...]
    messages: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Item:
    """How the class did on one graded cell.

    Attributes:
        discrimination: the item-rest correlation, from −1 to 1: Pearson's correlation
            of this cell's 0 or 1 with the points of all other cells (the corrected
            point-biserial correlation). None where either does not vary. Submissions
            with nothing attempted are left out: they would make every cell look good.
            Source: Ebel & Frisbie, Essentials of Educational Measurement, 1991.
    """

    grade_id: str
    asked: GradedCell
    points: float
    right: int
    wrong: int
    unwritten: int
    discrimination: float | None

    @property
    def label(self) -> str:
        """What it asks, in words."""
        name = self.asked.property_name
        return f"{self.asked.exercise}: {name}" if name else self.asked.exercise

    @property
    def rate(self) -> float:
        """The share of graded submissions that are right."""
        return self.right / max(1, self.right + self.wrong + self.unwritten)


def earned(work: Work, points: dict[str, float]) -> float:
    """The points that the grader itself gave."""
    return sum(points[name] for name, v in work.verdicts.items() if v.right)


def misconceptions(group: ClassResults) -> list[Misconception]:
    """The known mistakes of this class, the most frequent first."""
    who = defaultdict(set)
    for work in group.graded:
        for grade_id, verdict in work.verdicts.items():
            if verdict.mistake:
                asked = group.items[grade_id]
                who[asked.exercise, verdict.mistake].add(work.student)
    catalogue = exercises(group.lesson) or exercises()
    found = []
    for (exercise, name), students in who.items():
        known = catalogue.get(exercise)
        mistake = next((m for m in known.mistakes if m.name == name), None)
        hint = next((m["hint"] for m in ANYWHERE if m["name"] == name), "")
        found.append(
            Misconception(
                exercise,
                name,
                _sentence(mistake.hint if mistake else hint),
                tuple(sorted(students)),
                _code(known, mistake),
            )
        )
    return sorted(found, key=lambda m: (-len(m.students), m.exercise, m.name))


def unexplained(group: ClassResults) -> list[Unexplained]:
    """Wrong answers that no known mistake explains, by exercise."""
    who: dict[str, set[str]] = defaultdict(set)
    why: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for work in group.graded:
        for grade_id, verdict in work.verdicts.items():
            wrong = not (verdict.right or verdict.fault.ours)
            if not wrong or verdict.mistake or grade_id in work.unwritten:
                continue
            exercise = group.items[grade_id].exercise
            who[exercise].add(work.student)
            why[exercise][verdict.hint].add(work.student)
    return [
        Unexplained(
            exercise,
            tuple(sorted(students)),
            tuple(
                sorted(
                    ((text, len(s)) for text, s in why[exercise].items()),
                    key=lambda pair: (-pair[1], pair[0]),
                )
            ),
        )
        for exercise, students in sorted(who.items(), key=lambda p: (-len(p[1]), p[0]))
    ]


def items(group: ClassResults) -> list[Item]:
    """How the class did on each graded cell, in the lesson's order."""
    tried = [work for work in group.graded if work.attempted]
    totals = [earned(work, group.points) for work in tried]
    found = []
    for grade_id, asked in group.items.items():
        verdicts = [
            (work.verdicts[grade_id].right, grade_id in work.unwritten)
            for work in group.graded
            if grade_id in work.verdicts
        ]
        own = [float(_right(work, grade_id)) for work in tried]
        rest = [
            total - mine * group.points[grade_id]
            for total, mine in zip(totals, own, strict=True)
        ]
        found.append(
            Item(
                grade_id,
                asked,
                group.points[grade_id],
                sum(right for right, _ in verdicts),
                sum(not right and not unwritten for right, unwritten in verdicts),
                sum(not right and unwritten for right, unwritten in verdicts),
                correlation(own, rest),
            )
        )
    return found


def correlation(one: list[float], other: list[float]) -> float | None:
    """Pearson's correlation; None where it is undefined.

    >>> correlation([0, 1, 1], [1, 3, 3])
    1.0
    >>> correlation([1, 1, 1], [1, 2, 3]) is None
    True
    """
    try:
        return round(statistics.correlation(one, other), 12)
    except statistics.StatisticsError:  # fewer than two, or no variance
        return None


def _right(work: Work, grade_id: str) -> bool:
    return grade_id in work.verdicts and work.verdicts[grade_id].right


def _code(exercise: Exercise, mistake) -> str:
    try:
        return mistake.source(exercise.function) if mistake else ""
    except OSError:  # installed without its source
        return ""


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
