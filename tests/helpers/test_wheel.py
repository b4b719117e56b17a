"""The package alone, from a wheel: a lesson and its table beside it, anywhere.

An environment of its own has the wheel and lends the libraries; no clone is in sight.
The lesson is as VS Code and as Colab write it, and nothing that shows widgets listens.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import nbformat
import pytest
from clone import clone_into
from elsewhere import INSTALL, colab, vscode

from gdgrader.exercises.reference import source_notebook

ROOT = Path(__file__).parents[2]
NAME = "01_single_step"
VIEW = "application/vnd.jupyter.widget-view+json"
# Colab and VS Code have folders of their own: the notebook's is the working one.
RUN = """
import sys, gdhelpers, nbformat
from nbclient import NotebookClient
print(gdhelpers.__file__)
for name in sys.argv[1:]:
    notebook = nbformat.read(name, as_version=4)
    NotebookClient(notebook, kernel_name="python3", store_widget_state=False).execute()
    nbformat.write(notebook, f"ran-{name}")
"""


def python(*words, **how) -> str:
    ran = subprocess.run(words, text=True, capture_output=True, **how)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """The Python of an environment with the wheel in it."""
    folder = tmp_path_factory.mktemp("wheel")
    clone = clone_into(folder / "clone")
    wheels = folder / "wheels"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    build = ["wheel", ".", "--no-deps", "--no-build-isolation", "--wheel-dir", wheels]
    python(*pip, *build, cwd=clone)
    python(sys.executable, "-m", "venv", "--without-pip", folder / "env")
    own = next((folder / "env").glob("[bS]*")) / Path(sys.executable).name
    (wheel,) = wheels.glob("*.whl")
    python(*pip, "--python", own, "install", "--no-index", "--no-deps", wheel)
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    lent = Path(python(own, "-c", where).strip()) / "lent.pth"
    lent.write_text(sysconfig.get_path("purelib") + "\n")
    return own


@pytest.fixture(scope="module")
def ran(installed, tmp_path_factory) -> dict[str, nbformat.NotebookNode]:
    """The solved lesson, run as each of them has it."""
    folder = tmp_path_factory.mktemp("my work")
    edition = ROOT / "release" / NAME
    lesson = nbformat.read(edition / f"{NAME}.ipynb", as_version=4)
    source = nbformat.read(source_notebook(NAME, ROOT), as_version=4)
    answers = {c.id: c.source for c in source.cells}
    for cell in lesson.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = answers[cell.id]
    (folder / "checks.json").write_bytes((edition / "checks.json").read_bytes())
    files = {"vscode": vscode(lesson), "colab": colab(lesson)}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    (wheel,) = (installed.parents[2] / "wheels").glob("*.whl")
    shutil.copy(wheel, folder)
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    said = python(installed, "-c", RUN, *files, cwd=folder, env=environment)
    assert Path(said.splitlines()[0]).is_relative_to(installed.parents[1])
    return {n: nbformat.read(folder / f"ran-{n}", as_version=4) for n in files}


@pytest.mark.parametrize("where", ["vscode", "colab"])
def test_the_lesson_runs_and_its_checks_answer(where, ran):
    graded = [c for c in ran[where].cells if c.source.startswith("check(")]
    assert len(graded) >= 8
    assert all("✓" in cell.outputs[0].text for cell in graded)


@pytest.mark.parametrize("where", ["vscode", "colab"])
def test_an_explorer_that_nobody_can_show_is_a_picture_in_words(where, ran):
    (cell,) = [c for c in ran[where].cells if "explore_descent(" in c.source]
    picture, words = cell.outputs
    assert {VIEW, "image/png", "text/plain"} == set(picture.data)
    assert "Still picture" in words.data["text/html"]
    assert "Target: get L below" in words.data["text/html"]


def test_the_cell_that_the_page_on_colab_shows_installs_the_wheel(installed, ran):
    (wheel,) = (installed.parents[2] / "wheels").glob("*.whl")
    page = (ROOT / "docs" / "colab.md").read_text(encoding="utf-8")
    assert INSTALL.endswith(f" {wheel.name}") and f"\n{INSTALL}\n" in page
    assert "ERROR" not in str(ran["colab"].cells[0].outputs)


def test_the_wheel_brings_the_settings_of_the_students_lab(installed):
    code = (
        "from gdhelpers.lab.__main__ import SETTINGS; "
        "print(*sorted(p.name for p in SETTINGS.rglob('*.json')))"
    )
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    found = python(installed, "-c", code, cwd=installed.parent, env=environment)
    assert found.split() == sorted(
        path.name for path in (ROOT / "gdhelpers" / "lab" / "student").rglob("*.json")
    )
