"""The command's own behaviour, whichever subcommand is run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from course import LESSON, Course

from gdgrader.cli import app

COMMANDS = [
    command.name or command.callback.__name__ for command in app.registered_commands
]


def gdgrader(
    *arguments: str, encoding: str = "utf-8", folder: Path = Path()
) -> tuple[int, str]:
    """Run the command; its exit status and all that it says."""
    done = subprocess.run(
        [sys.executable, "-m", "gdgrader.cli", *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONIOENCODING": encoding, "TERM": "dumb"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return done.returncode, done.stdout.decode(encoding)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_in_any_terminal(command):
    assert gdgrader(command, "--help", encoding="ascii")[0] == 0


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
def test_a_failure_is_told_in_any_terminal(encoding, tmp_path):
    status, said = gdgrader("mistakes", "none", encoding=encoding)
    sign = "✗" if encoding == "utf-8" else "[x]"
    assert (status, said.split()[0]) == (1, sign)


def test_a_class_is_graded_in_the_poorest_terminal(tmp_path):
    course = Course(tmp_path)
    course.submit("राम", b"no notebook")
    told = ("autograde", LESSON, "--no-sandbox", "--workers=1")
    status, said = gdgrader(*told, encoding="ascii", folder=course.root)
    assert status == 1 and "[x] 1 failed" in said
    assert f"{'राम'.encode('ascii', 'backslashreplace').decode()}: " in said
    course.folder("राम").joinpath(f"{LESSON}.ipynb").unlink()
    course.folder("राम").rmdir()
    assert gdgrader(*told, encoding="ascii", folder=course.root)[0] == 0
