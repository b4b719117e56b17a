"""The `gdgrader` command.

Each command imports what it needs when it is called, so that `--help` answers at once.
"""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from gdgrader.shown import PlainConsole
from gdhelpers.terminal import let_everything_be_said

if TYPE_CHECKING:
    from rich.table import Table


class Command(typer.Typer):
    """Typer's, which also runs where a terminal cannot write ✓."""

    def __call__(self, *args, **kwargs):
        """Run the command."""
        let_everything_be_said()
        return super().__call__(*args, **kwargs)


app = Command(
    help="Build the course's editions, grade a class, report on it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
console = PlainConsole(highlight=False, soft_wrap=True)

AGAIN = "Run it again to go on."

Root = Annotated[
    Path, typer.Option(help="The course's folder.", file_okay=False, exists=True)
]


def _end(reason: object, then: str = "", status: int = 1) -> NoReturn:
    """Say why the command ends, and what that means."""
    console.print(f"✗ {reason}", markup=False)
    if then:
        console.print(then)
    raise typer.Exit(status) from None


@contextmanager
def _ends_with(*errors: type[Exception], then: str = "") -> Iterator[None]:
    """End the command with the reason if one of `errors` is raised."""
    try:
        yield
    except errors as error:
        _end(error, then)


def _judged(table: Table, wrong: list[str], seeds: int) -> None:
    """Print the table and what went wrong under these seeds; exit 1 if anything did."""
    console.print(table)
    for line in wrong:
        console.print(f"✗ {line}", markup=False)
    if wrong:
        raise typer.Exit(1)
    console.print(f"✓ under {seeds} seeds")


def _without_a_compiler() -> None:
    """Keep torch's optimizers from importing its compiler, which takes a second."""
    from gdgrader.sandbox.inside.deferred import defer

    defer()


@app.callback()
def main() -> None:
    """Keep nbgrader's chatter about its own libraries out of the terminal."""
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    warnings.filterwarnings("ignore", module=r"nbgrader\.api")


@app.command()
def build(
    check: Annotated[
        bool, typer.Option("--check", help="Only list what is stale; exit 1 if any.")
    ] = False,
    outputs: Annotated[
        bool,
        typer.Option("--outputs", help="With --check: run every lesson, too."),
    ] = False,
    root: Root = Path(),
) -> None:
    """Regenerate release/ and notebooks/ from source/."""
    from gdgrader.course import build as builder

    with _ends_with(builder.BuildError, ValueError):
        if check or outputs:
            lines = builder.stale(root, outputs)
            for line in lines:
                console.print(f"✗ {line}")
            if lines:
                console.print("Mend it with: gdgrader build")
                raise typer.Exit(1)
            console.print("✓ release/ and notebooks/ are what source/ gives.")
        else:
            changed = builder.build(root)
            for path in changed:
                console.print(f"wrote {path}")
            console.print(f"✓ built: {len(changed)} files changed.")


@app.command()
def autograde(
    lesson: Annotated[str, typer.Argument(help="Such as 01_single_step.")],
    student: Annotated[
        list[str] | None, typer.Option(help="Only this one; may be repeated.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes; all cores unless told.")
    ] = None,
    dask: Annotated[
        str | None,
        typer.Option(help="Grade on this Dask cluster: tcp://… or a scheduler file."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Grade unchanged submissions again.")
    ] = False,
    seed: Annotated[
        str | None, typer.Option(help="Repeat an earlier grading; secret until then.")
    ] = None,
    no_sandbox: Annotated[
        bool,
        typer.Option(
            "--no-sandbox",
            help="Run students' code with your own rights: it can read your files "
            "and use your network.",
        ),
    ] = False,
    root: Root = Path(),
) -> None:
    """Grade a lesson's submissions; exit 0 only if none failed."""
    from gdgrader.sandbox.current import CurrentSandbox
    from gdgrader.sandbox.limits import Limits

    sandbox = CurrentSandbox()
    if dask is None and not no_sandbox:  # it takes longest, so it begins before we do
        sandbox.begin(True, Limits())
    from gdgrader.autograde import progress, runner, stopping
    from gdgrader.autograde.cluster import ClusterUnavailable
    from gdgrader.config import load_config
    from gdgrader.gradebook import due as dates
    from gdgrader.gradebook.register import CannotRegister
    from gdgrader.gradebook.states import DatabaseBusy
    from gdgrader.gradebook.strangers import strangers
    from gdgrader.sandbox.bubblewrap import SandboxUnavailable

    unavailable = (SandboxUnavailable, ClusterUnavailable)
    began = time.monotonic()
    try:
        with stopping.stoppable(), progress.Bar(console, lesson) as bar:
            outcomes = runner.grade(
                lesson,
                student,
                root=root.resolve(),
                workers=workers or os.cpu_count() or 1,
                dask=dask,
                force=force,
                isolated=not no_sandbox,
                seed=seed,
                progress=bar.advance,
                sandbox=sandbox,
            )
    except stopping.Stopped as stopped:
        _end(f"{stopped}; what is graded is kept. {AGAIN}", status=stopped.status)
    except (FileNotFoundError, CannotRegister, *unavailable) as error:
        _end(error)
    except (DatabaseBusy, OSError) as error:
        _end(error, f"What is graded is kept. {AGAIN}")
    for line in sandbox.weaknesses:
        console.print(f"! {line}", markup=False)
    for line in progress.summary(outcomes, time.monotonic() - began):
        console.print(line)
    with dates.opened(load_config(root), lesson) as book:
        if found := dates.due_date(book, lesson):
            console.print(dates.told(lesson, found), markup=False)
        if unknown := strangers(book, [o.student for o in outcomes]):
            names = ", ".join(unknown[: progress.NAMED])
            more = f" and {len(unknown) - progress.NAMED} more"
            more = more if len(unknown) > progress.NAMED else ""
            console.print(f"In no class list: {names}{more}", markup=False)
    if any(o.status == "failed" for o in outcomes):
        raise typer.Exit(1)


@app.command()
def roster(
    file: Annotated[
        Path, typer.Argument(help="A CSV, of your own, Canvas' or Moodle's.")
    ],
    encoding: Annotated[
        str | None, typer.Option(help="Such as latin-1; found out unless told.")
    ] = None,
    root: Root = Path(),
) -> None:
    """Tell the gradebook who is in the class."""
    from gdgrader.config import load_config
    from gdgrader.lms import roster as rosters

    with _ends_with(rosters.BadRoster, OSError, then="Nothing was imported."):
        found = rosters.read_roster(file, encoding)
        added, known = rosters.import_into(load_config(root), found)
    for remark in found.remarks:
        console.print(f"  {remark}", markup=False)
    console.print(f"✓ students: {added} new, {known} known before")


@app.command()
def due(
    lesson: Annotated[str, typer.Argument(help="Such as 01_single_step.")],
    when: Annotated[
        list[str] | None,
        typer.Argument(
            help="Such as 2026-07-01 08:00 Europe/Berlin; shown if left out."
        ),
    ] = None,
    clear: Annotated[
        bool, typer.Option("--clear", help="Take the date away: nobody is late.")
    ] = False,
    root: Root = Path(),
) -> None:
    """Set, show or take away the date when a lesson is due."""
    from gdgrader.config import load_config
    from gdgrader.course.times import UnclearTime, moment
    from gdgrader.gradebook import due as dates

    if when and clear:
        _end("give a date or --clear, not both")
    with _ends_with(UnclearTime, dates.NoLesson):
        new = moment(" ".join(when)) if when else None
        with dates.opened(load_config(root), lesson) as book:
            if new or clear:
                dates.set_due_date(book, lesson, new)
            found = dates.due_date(book, lesson)
    console.print(f"✓ {dates.told(lesson, found, new)}", markup=False)


@app.command()
def rename(
    old: Annotated[str, typer.Argument(help="What the lesson was called.")],
    new: Annotated[str, typer.Argument(help="What source/ calls it now.")],
    root: Root = Path(),
) -> None:
    """Let gradebook, work and feedback follow a lesson's new name."""
    from gdgrader.config import load_config
    from gdgrader.gradebook import rename as renaming

    with _ends_with(renaming.CannotRename, then="Nothing was renamed."):
        done = renaming.rename(load_config(root), old, new)
    for line in done:
        console.print(f"  {line}", markup=False)
    console.print(f"✓ {old} is {new} now.", markup=False)


@app.command()
def mistakes(
    lesson: Annotated[
        str | None, typer.Argument(help="Such as 01_single_step; all unless told.")
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, help="How many seeds to try.")] = 50,
    solutions: Annotated[
        Path | None,
        typer.Option(help="Folder of right solutions, <exercise>.py with right_…()."),
    ] = None,
    root: Root = Path(),
) -> None:
    """Hand in every known mistake and right solution; exit 1 if one is misjudged."""
    from gdgrader.exercises import exercises

    if not exercises(lesson):
        _end(f"{lesson} has no exercises in gdgrader/exercises.")
    from rich.table import Table

    from gdgrader.course import mistakes as tester

    folder = solutions or root / "tests" / "solutions"
    _without_a_compiler()
    table = Table("exercise", "mistakes named", "right solutions passed")
    wrong = []
    with _ends_with(FileNotFoundError):
        for t in tester.trials(lesson, root, folder, map(str, range(seeds))):
            named, passed = f"{t.named} of {t.mistakes}", f"{t.passed} of {t.right}"
            table.add_row(t.exercise, named, passed)
            wrong += t.wrong
    _judged(table, wrong[:20], seeds)


@app.command()
def hints(
    lesson: Annotated[
        str | None, typer.Argument(help="Such as 01_single_step; all unless told.")
    ] = None,
    wrong: Annotated[
        Path | None,
        typer.Option(help="Folder of wrong functions, <exercise>.py with wrong_…()."),
    ] = None,
    root: Root = Path(),
) -> None:
    """Hand in wrong functions, known and plausible ones; print what each is told."""
    from gdgrader.exercises import exercises

    if not exercises(lesson):
        _end(f"{lesson} has no exercises in gdgrader/exercises.")
    from rich.table import Table

    from gdgrader.course import hints as tester

    folder = wrong or root / "tests" / "wrong"
    _without_a_compiler()
    table = Table("exercise", "handed in", "in", "mistake", "hint", show_lines=True)
    with _ends_with(FileNotFoundError):
        for t in tester.table(lesson, root, folder):
            asked = ", ".join(t.where)
            table.add_row(t.exercise, t.handed_in, asked, t.mistake or "–", t.hint)
    console.print(table, markup=False)


@app.command()
def mutants(
    exercise: Annotated[
        str | None, typer.Argument(help="Such as step_lr; all unless told.")
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, help="How many seeds to try.")] = 20,
    share: Annotated[
        float, typer.Option(min=0, max=1, help="How large a part of them to try.")
    ] = 1.0,
    solutions: Annotated[
        Path | None,
        typer.Option(help="Folder of right solutions, <exercise>.py with right_…()."),
    ] = None,
    root: Root = Path(),
) -> None:
    """Hand in every small change of a right function; exit 1 if one gets all points."""
    from rich.table import Table

    from gdgrader.course import mutants as hunter
    from gdgrader.exercises import exercises

    known = exercises()
    if exercise is not None and exercise not in known:
        _end(f"there is no exercise {exercise}; there are {', '.join(known)}.")
    folder = solutions or root / "tests" / "solutions"
    _without_a_compiler()
    table = Table("exercise", "mutants", "right anyway", "survivors")
    wrong = []
    for name in [exercise] if exercise else known:
        with _ends_with(FileNotFoundError):
            h = hunter.hunt(known[name], root, folder, map(str, range(seeds)), share)
        table.add_row(name, *map(str, (h.tried, h.equal, len(h.survivors))))
        wrong += h.lines
    _judged(table, wrong, seeds)


@app.command()
def report(
    lesson: Annotated[str, typer.Argument(help="Such as 01_single_step.")],
    names: Annotated[
        bool, typer.Option("--names", help="Show names; pseudonyms otherwise.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option(help="The page; reports/LESSON.html unless told.", dir_okay=False),
    ] = None,
    root: Root = Path(),
) -> None:
    """Write a class report: what to explain again, and who needs attention."""
    from gdgrader.report import ReportError, write_report

    with _ends_with(ReportError, OSError):
        path, _ = write_report(lesson, root, names, output)
    console.print(f"✓ {path}", markup=False)


@app.command()
def demo(
    folder: Annotated[
        Path, typer.Argument(help="Made, or made anew; never one of yours.")
    ] = Path("demo"),
    lesson: Annotated[
        list[str] | None, typer.Option(help="Only this one; may be repeated.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes; all cores unless told.")
    ] = None,
    no_sandbox: Annotated[
        bool,
        typer.Option(
            "--no-sandbox",
            help="Run the class's code, an attack on the grader included, with your "
            "own rights.",
        ),
    ] = False,
    root: Root = Path(),
) -> None:
    """Grade, feed back and report on a synthetic class of thirty."""
    from gdgrader import demo as demos
    from gdgrader.sandbox.bubblewrap import SandboxUnavailable

    with _ends_with(demos.DemoError, SandboxUnavailable, OSError):
        done = demos.demo(
            folder,
            root,
            lesson or demos.LESSONS,
            workers=workers or os.cpu_count() or 1,
            isolated=not no_sandbox,
            say=lambda text: console.print(text, markup=False),
        )
    for one in done:
        sign = "✓" if one.found == one.planted else "✗"
        console.print(
            f"{sign} {one.report}: {one.found} of {one.planted} planted mistakes "
            "found, each with its count.",
            markup=False,
        )
    if any(one.found < one.planted for one in done):
        raise typer.Exit(1)


if __name__ == "__main__":
    app()
