"""The `gdgrader` command."""

from __future__ import annotations

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

Root = Annotated[
    Path, typer.Option(help="The course's folder.", file_okay=False, exists=True)
]


@app.callback()
def main() -> None:
    """Keep nbgrader's deprecation chatter out of the instructor's terminal."""
    warnings.filterwarnings("ignore", category=DeprecationWarning)


@app.command()
def build(
    check: Annotated[
        bool, typer.Option("--check", help="Only list what is stale; exit 1 if any.")
    ] = False,
    root: Root = Path(),
) -> None:
    """Regenerate release/ and notebooks/ from source/."""
    from gdgrader import build as builder

    try:
        if check:
            lines = builder.stale(root)
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


if __name__ == "__main__":
    app()
