"""The `gdgrader` command.

Each command imports what it needs when it is called, so that `--help` answers at once.
"""

from __future__ import annotations

import os
import time
import warnings
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

app = typer.Typer(
    help="Build the course's editions, grade a class, report on it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
console = Console(highlight=False, soft_wrap=True)

AGAIN = "Run it again to go on."

Root = Annotated[
    Path, typer.Option(help="The course's folder.", file_okay=False, exists=True)
]


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

    try:
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
    except (builder.BuildError, ValueError) as error:
        console.print(f"✗ {error}", markup=False)
        raise typer.Exit(1) from None


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
    from gdgrader.autograde import progress, runner
    from gdgrader.autograde.cluster import ClusterUnavailable
    from gdgrader.gradebook.register import CannotRegister
    from gdgrader.gradebook.states import DatabaseBusy
    from gdgrader.sandbox.bubblewrap import SandboxUnavailable

    unavailable = (SandboxUnavailable, ClusterUnavailable)
    began = time.monotonic()
    try:
        with progress.stoppable(), progress.Bar(console, lesson) as bar:
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
    except progress.Stopped as stopped:
        console.print(f"✗ {stopped}; what is graded is kept. {AGAIN}", markup=False)
        raise typer.Exit(stopped.status) from None
    except (FileNotFoundError, CannotRegister, *unavailable) as error:
        console.print(f"✗ {error}", markup=False)
        raise typer.Exit(1) from None
    except (DatabaseBusy, OSError) as error:
        console.print(f"✗ {error}", markup=False)
        console.print(f"What is graded is kept. {AGAIN}")
        raise typer.Exit(1) from None
    for line in sandbox.weaknesses:
        console.print(f"! {line}", markup=False)
    for line in progress.summary(outcomes, time.monotonic() - began):
        console.print(line)
    if any(o.status == "failed" for o in outcomes):
        raise typer.Exit(1)


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
    from rich.table import Table

    from gdgrader.course import mistakes as tester
    from gdgrader.exercises import exercises

    if not exercises(lesson):
        console.print(f"✗ {lesson} has no exercises in gdgrader/exercises.")
        raise typer.Exit(1)
    folder = solutions or root / "tests" / "solutions"
    table = Table("exercise", "mistakes named", "right solutions passed")
    wrong = []
    try:
        for t in tester.trials(lesson, root, folder, map(str, range(seeds))):
            named, passed = f"{t.named} of {t.mistakes}", f"{t.passed} of {t.right}"
            table.add_row(t.exercise, named, passed)
            wrong += t.wrong
    except FileNotFoundError as error:
        console.print(f"✗ {error}", markup=False)
        raise typer.Exit(1) from None
    console.print(table)
    for line in wrong[:20]:
        console.print(f"✗ {line}", markup=False)
    if wrong:
        raise typer.Exit(1)
    console.print(f"✓ under {seeds} seeds")


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

    try:
        path, _ = write_report(lesson, root, names, output)
    except (ReportError, OSError) as error:
        console.print(f"✗ {error}", markup=False)
        raise typer.Exit(1) from None
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

    try:
        done = demos.demo(
            folder,
            root,
            lesson or demos.LESSONS,
            workers=workers or os.cpu_count() or 1,
            isolated=not no_sandbox,
            say=lambda text: console.print(text, markup=False),
        )
    except (demos.DemoError, SandboxUnavailable, OSError) as error:
        console.print(f"✗ {error}", markup=False)
        raise typer.Exit(1) from None
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
