"""A synthetic class through the whole pipeline: handed in, graded, fed back, reported.

make → runner.grade → feed_back → report → findings
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI

from gdgrader.autograde import runner
from gdgrader.config import load_config
from gdgrader.course.edition import instructors_version
from gdgrader.demo.students import Planned, planned
from gdgrader.demo.variants import LESSONS, PLANTED
from gdgrader.report import ClassResults, write_report
from gdgrader.report.summary import misconceptions

MARKER = ".gdgrader-demo"
DUE = datetime(2026, 3, 2, 8, tzinfo=UTC)
OURS = ("source", "release", "submitted", "autograded", "feedback", "reports")
CONFIG = '''"""The demo's course: our defaults, and a point off for each day late."""

from gdgrader.config import apply

c = get_config()  # noqa: F821  (nbgrader puts it here)
apply(c)
c.CourseDirectory.db_url = "sqlite:///{database}"
c.AssignLatePenalties.plugin_class = "gdgrader.demo.late.PointADay"
'''


class DemoError(ValueError):
    """The demo cannot be made; the message says why."""


@dataclass(frozen=True)
class Findings:
    """What the report of a lesson found of what was planted.

    Attributes:
        found, planted: mistakes that the report counts just as planted, and all.
        report: the page.
    """

    plan: Planned
    group: ClassResults
    report: Path
    found: int
    planted: int


def demo(
    folder: Path,
    root: Path = Path(),
    lessons: Iterable[str] = LESSONS,
    workers: int = 1,
    isolated: bool = True,
    say: Callable[[str], None] = print,
) -> list[Findings]:
    """Make a demo course in `folder` and take it through the whole pipeline.

    Args:
        folder: made, or made anew; never one that the demo did not make.
        root: the course whose `source/` the lessons are taken from.

    Errors: DemoError; gdgrader.sandbox.bubblewrap.SandboxUnavailable.
    """
    lessons = list(lessons)
    if unknown := [lesson for lesson in lessons if lesson not in PLANTED]:
        raise DemoError(
            f"no class is made up for {unknown[0]}; {' and '.join(LESSONS)} have one"
        )
    folder, root = folder.absolute(), root.absolute()
    plans = {lesson: _plan(root, lesson) for lesson in lessons}
    _empty(folder)
    done = []
    for lesson, plan in plans.items():
        shutil.copytree(root / "source" / lesson, folder / "source" / lesson)
        config = load_config(folder)
        _succeed(NbGraderAPI(config=config).generate_assignment(lesson))
        _hand_in(folder, plan)
        say(f"{lesson}: {len(plan.content)} students handed in.")
        outcomes = runner.grade(
            lesson, root=folder, config=config, workers=workers, isolated=isolated
        )
        states = [outcome.status for outcome in outcomes]
        counts = [f"{states.count(s)} {s}" for s in sorted(set(states))]
        say(f"{lesson}: {', '.join(counts)}.")
        _succeed(NbGraderAPI(config=config).generate_feedback(lesson))
        path, group = write_report(lesson, folder)
        done.append(_findings(plan, group, path))
    return done


def _plan(root: Path, lesson: str) -> Planned:
    try:
        path = root / "source" / lesson / f"{lesson}.ipynb"
        return planned(instructors_version(path))
    except FileNotFoundError as error:
        raise DemoError(f"{error}; run it in the course's folder") from None


def _empty(folder: Path) -> None:
    """Make the folder, or remove what an earlier demo put into it."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise DemoError(f"{folder} is no folder of the demo's")
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARKER).exists():
            raise DemoError(
                f"{folder} was not made by the demo, so it is left alone; "
                "name another folder"
            )
        for name in OURS:
            shutil.rmtree(folder / name, ignore_errors=True)
        for path in folder.glob("gradebook.db*"):
            path.unlink()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARKER).write_text("Made by gdgrader demo, which may empty it again.\n")
    text = CONFIG.format(database=folder / "gradebook.db")
    (folder / "nbgrader_config.py").write_text(text, encoding="utf-8")


def _hand_in(folder: Path, plan: Planned) -> None:
    database = f"sqlite:///{folder / 'gradebook.db'}"
    with Gradebook(database) as book:
        due = DUE.replace(tzinfo=None)
        book.update_or_create_assignment(plan.lesson, duedate=due)
    for number, (student, content) in enumerate(sorted(plan.content.items())):
        place = folder / "submitted" / student / plan.lesson
        place.mkdir(parents=True)
        (place / f"{plan.lesson}.ipynb").write_bytes(content)
        early = timedelta(hours=-(number + 1))
        late = plan.hours_late.get(student)
        when = DUE + (timedelta(hours=late) if late else early)
        (place / "timestamp.txt").write_text(f"{when:%Y-%m-%d %H:%M:%S} UTC\n")


def _succeed(result: dict) -> None:
    if not result["success"]:
        raise DemoError(result.get("error") or result.get("log") or "nbgrader failed")


def _findings(plan: Planned, group: ClassResults, path: Path) -> Findings:
    counted = {(m.exercise, m.name): set(m.students) for m in misconceptions(group)}
    found = sum(counted.get(key) == who for key, who in plan.mistakes.items())
    return Findings(plan, group, path, found, len(plan.mistakes))
