"""Open the course: `python -m gdhelpers.lab`, the same on Linux, macOS and Windows.

Students get their edition without what nbgrader shows to instructors; `--role
instructor` opens the course's whole folder with all of it. What else is typed goes to
JupyterLab: `python -m gdhelpers.lab --no-browser --port 8899`.
"""

from __future__ import annotations

import argparse
import os
import runpy
import sys
from collections.abc import Mapping
from pathlib import Path

import gdhelpers

SETTINGS = Path(__file__).with_name("student")
EDITION = "release"
START = "start.ipynb"
SOLUTIONS = Path("notebooks", "solutions.json")
SOLUTIONS_SWITCH = "GDHELPERS_SOLUTIONS"


def course(here: Path) -> Path:
    """The folder the course lies in: `here`, or where this package was cloned to.

    A folder of lessons is one too, where a class was handed nothing else.
    """
    clone = Path(gdhelpers.__file__).parents[1]
    for folder in (here, clone):
        if (folder / EDITION).is_dir():
            return folder
    return here


def shown(root: Path, role: str) -> Path:
    """What the file browser shows: the student edition, or all for an instructor."""
    return root / EDITION if role == "student" and (root / EDITION).is_dir() else root


def arguments(root: Path, role: str) -> list[str]:
    """What JupyterLab is told."""
    folder = shown(root, role)
    told = [f"--ServerApp.root_dir={folder}"]
    if role == "student" and (folder / START).is_file():
        told.append(f"--LabApp.default_url=/lab/tree/{START}")
    if getattr(os, "geteuid", lambda: 1)() == 0:  # as in a container
        told.append("--allow-root")
    return told


def environment(root: Path, role: str, before: Mapping[str, str]) -> dict[str, str]:
    """The variables to set: our folder of configuration stands before others'.

    Worked solutions are there for who is stuck, unless somebody said otherwise: an
    empty variable switches them off.
    """
    if role != "student":
        return {}
    name = "JUPYTER_CONFIG_PATH"
    paths = [str(SETTINGS), before.get(name, "")]
    made = {name: os.pathsep.join(filter(None, paths))}
    worked = root / SOLUTIONS
    if SOLUTIONS_SWITCH not in before and worked.is_file():
        made[SOLUTIONS_SWITCH] = str(worked)
    return made


def main() -> None:
    """Start JupyterLab in this very process, so that Ctrl+C reaches it."""
    parser = argparse.ArgumentParser(
        prog="python -m gdhelpers.lab",
        description="Open the course in JupyterLab.",
        epilog="All other options are JupyterLab's, as in --no-browser --port 8899.",
    )
    parser.add_argument(
        "--role",
        choices=("student", "instructor"),
        default="student",
        help="whose desk; an instructor's has all of nbgrader (default: %(default)s)",
    )
    chosen, rest = parser.parse_known_args()
    root = course(Path.cwd())
    os.chdir(root)  # Validate reads nbgrader_config.py where the server was started
    os.environ.update(environment(root, chosen.role, os.environ))
    sys.argv = ["jupyter lab", *arguments(root, chosen.role), *rest]
    runpy.run_module("jupyterlab", run_name="__main__")


if __name__ == "__main__":
    main()
