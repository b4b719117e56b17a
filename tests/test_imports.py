"""Imports run downwards; `docs/architecture.md` draws them as they are."""

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINT = "from importlinter.cli import lint_imports_command; lint_imports_command()"
# The first lines of these say why; an exercise's known mistakes are students' code.
SPOKEN_FOR = ("cli", "zygote", "kernelapp", "deferred")
MODULES = [
    path
    for path in sorted((ROOT / "gdgrader").rglob("*.py"))
    if path.stem not in SPOKEN_FOR
    and (path.parent.name != "exercises" or path.stem == "reference")
]


def checked(folder: Path) -> subprocess.CompletedProcess:
    command = [sys.executable, "-c", LINT, "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def test_no_import_runs_up():
    told = checked(ROOT)
    assert told.returncode == 0, told.stdout


@pytest.mark.parametrize(
    ("module", "arrow"),
    [
        ("gdgrader/sandbox/limits.py", "import gdgrader.grading.judge"),
        ("gdgrader/sandbox/inside/isolation.py", "import gdgrader.sandbox.limits"),
        ("gdgrader/submission/read.py", "import gdgrader.gradebook.scores"),
        ("gdgrader/grading/judge.py", "import gdgrader.feedback.page"),
        ("gdgrader/lms/export.py", "import gdgrader.report.page"),
        ("gdhelpers/losses.py", "import gdgrader.cli"),
        ("gdgrader/attic.py", ""),  # a room on no floor
    ],
)
def test_a_planted_arrow_up_is_found(module, arrow, tmp_path):
    for name in ("gdgrader", "gdhelpers"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / module).open("a", encoding="utf-8") as file:
        file.write(f"\n{arrow}\n")
    told = checked(tmp_path)
    assert told.returncode == 1, told.stdout + told.stderr
    assert module.removesuffix(".py").replace("/", ".").split(".")[-1] in told.stdout


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_an_import_inside_a_function_has_its_reason_beside_it(path):
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    for function in ast.walk(ast.parse(text)):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.Import | ast.ImportFrom):
                near = lines[node.lineno - 2] + lines[node.lineno - 1]
                assert "#" in near, f"{path.name}:{node.lineno}"


def test_the_picture_shows_the_imports_as_they_are():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    drawn = re.search(r"^```mermaid\n(.*?)^```", page, re.MULTILINE | re.DOTALL)[1]
    command = [sys.executable, "docs/arrows.py"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert drawn == told.stdout, "paste what `python docs/arrows.py` prints"


GRADES = """
import sys
import gdgrader.autograde.runner, gdgrader.grading.worker
from gdgrader.exercises import exercises
exercises()
print(*{"torch", "numpy.random", "matplotlib"} & sys.modules.keys())
"""


def test_who_grades_loads_no_library_that_only_the_graded_need():
    """They take seconds and hundreds of MB, in each of the grader's processes."""
    command = [sys.executable, "-c", GRADES]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
