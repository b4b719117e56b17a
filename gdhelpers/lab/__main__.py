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
from gdhelpers import stages

SETTINGS = Path(__file__).with_name("student")
FIRST = Path(__file__).with_name("at_start.py")
EDITION, WORKED = "release", "notebooks"
START = "start.ipynb"


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
    """The variables that name our folder of configuration, before others'; and what
    kernels run first and the worked solutions for who is stuck, where nobody else has
    said.
    """
    if role != "student":
        return {}
    name = "JUPYTER_CONFIG_PATH"
    paths = [str(SETTINGS), before.get(name, "")]
    told = {name: os.pathsep.join(filter(None, paths))}
    if not before.get("PYTHONSTARTUP"):
        told["PYTHONSTARTUP"] = str(FIRST)
    worked = root / WORKED / stages.SOLUTIONS
    if worked.is_file() and stages.SWITCH not in before:
        told[stages.SWITCH] = str(worked)
    return told


def main() -> None:
    """Start JupyterLab in this very process, so that Ctrl+C reaches it."""
    parser = argparse.ArgumentParser(
        prog="python -m gdhelpers.lab",
        description="Open the course in JupyterLab.",
        epilog="All other options are JupyterLab's, as in --no-browser --port 8899.",
        allow_abbrev=False,  # what is short for ours may be JupyterLab's
    )
    parser.add_argument(
        "--role",
        choices=("student", "instructor"),
        default="student",
        help="whose desk; an instructor's has all of nbgrader (default: %(default)s)",
    )
    parser.add_argument(
        "--no-solutions",
        action="store_true",
        help="show nobody a worked solution, however long they are stuck",
    )
    chosen, rest = parser.parse_known_args()
    root = course(Path.cwd())
    os.chdir(root)  # Validate reads nbgrader_config.py where the server was started
    if chosen.no_solutions:
        os.environ[stages.SWITCH] = ""
    os.environ.update(environment(root, chosen.role, os.environ))
    sys.argv = ["jupyter lab", *arguments(root, chosen.role), *rest]
    runpy.run_module("jupyterlab", run_name="__main__")


if __name__ == "__main__":
    main()
