"""Every command in docs/ is run, in order, in a course as a clone gives it."""

import ast
import html
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from clone import clone_into
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from sqlalchemy import make_url
from typed import commands

from gdgrader.course.build import KERNEL

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
# Commands, and in comments what a reader does by hand: a file written, an upload.
STEP = re.compile(
    r"^```console\n(?P<console>.*?)^```"
    r"|^<!-- (?P<how>file|append) (?P<into>\S+) -->\n```\w+\n(?P<shown>.*?)^```"
    r"|^<!-- cell (?P<lesson>\S+) (?P<id>\S+) (?P<kind>\S+) -->\n"
    r"```\w+\n(?P<source>.*?)\n^```"
    r"|^<!-- run\n(?P<run>.*?)^-->"
    r"|^<!-- file (?P<name>\S+)\n(?P<text>.*?)^-->",
    re.MULTILINE | re.DOTALL,
)
FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
MADE = {
    "first-class.md": (
        "feedback/ann/01_single_step/01_single_step.html",
        "reports/01_single_step.html",
        "grades.csv",
    ),
    "work-in-grades-out.md": (
        "submitted/ann/01_single_step/01_single_step.ipynb",
        "canvas.csv",
        "moodle.csv",
    ),
    "regrade.md": (),
    "limits.md": (),
    "add-an-exercise.md": ("release/01_single_step/checks.json",),
    "add-a-lesson.md": ("notebooks/10_newton.ipynb", "reports/10_newton.html"),
    "term.md": ("home/01_single_step/01_single_step.ipynb", "grades.csv"),
    "vscode.md": ("autograded/ann/01_single_step/01_single_step.ipynb",),
    "colab.md": ("wheels/checks.json", "wheels/07_cosine_one_cycle.ipynb"),
    "late-policy.md": ("grades.csv", "reports/01_single_step.html"),
}


@pytest.fixture
def clone(tmp_path):
    """The project's own files, those not committed yet included."""
    clone_into(tmp_path)
    work = tmp_path / "submitted/zoe/01_single_step"
    work.mkdir(parents=True)
    shutil.copy(ROOT / "release/01_single_step/01_single_step.ipynb", work)
    return tmp_path


def bash(text, folder):
    here = Path(sys.executable).parent
    (folder / "home").mkdir(exist_ok=True)
    # test_release.py has our commands as pip installs them.
    env = os.environ | {
        "PATH": os.pathsep.join([str(commands()), str(here), os.environ["PATH"]]),
        "PYTHONPATH": str(folder),
        "HOME": str(folder / "home"),
        "JUPYTER_CONFIG_PATH": str(folder / "etc/jupyter"),
    }
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text],
        cwd=folder,
        env=env,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert ran.returncode == 0, f"{text}\n{ran.stdout}"


def add_cell(course, step):
    """What a reader does in JupyterLab, Nbgrader › Create Assignment."""
    lesson, kind = step["lesson"], step["kind"]
    path = course / "source" / lesson / f"{lesson}.ipynb"
    path.parent.mkdir(exist_ok=True)
    if path.exists():
        notebook = nbformat.read(path, as_version=4)
    else:
        notebook = new_notebook(metadata={"kernelspec": KERNEL})
    name = step["id"].replace("_", "-")
    make = new_markdown_cell if kind == "text" else new_code_cell
    cell = make(step["source"], id=name)
    if kind not in ("text", "code"):
        cell.metadata["nbgrader"] = {
            "schema_version": 3,
            "grade_id": step["id"],
            "grade": kind.isdigit(),
            "locked": kind != "solution",
            "solution": kind == "solution",
            "task": False,
        }
    if kind.isdigit():
        cell.metadata.nbgrader["points"] = int(kind)
    notebook.cells.append(cell)
    nbformat.write(notebook, path)


@pytest.mark.parametrize("name", MADE)
def test_every_command_works(name, clone):
    text = (DOCS / name).read_text(encoding="utf-8")
    steps = list(STEP.finditer(text.replace("/srv/", f"{clone}/srv/")))
    assert any(step["console"] for step in steps)
    for step in steps:
        if step["into"]:
            path = clone / step["into"].lstrip("/")
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a" if step["how"] == "append" else "w") as file:
                file.write("\n" + step["shown"])
        elif step["lesson"]:
            add_cell(clone, step)
        elif step["name"]:
            (clone / step["name"]).write_text(step["text"], encoding="utf-8")
        else:
            bash(step["console"] or step["run"], clone)
    for path in MADE[name]:
        assert (clone / path).stat().st_size > 0


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda p: p.name)
def test_what_cannot_be_run_is_at_least_well_formed(page):
    """Slurm, Kubernetes, Docker, a hub are not here: read what is written of them."""
    for language, text in FENCED.findall(page.read_text(encoding="utf-8")):
        match language:
            case "python":
                ast.parse(text)
            case "dockerfile":
                assert_image_can_be_made(text)
            case "" | "console":
                text = re.sub(r"^\$ .*", ":", text, flags=re.MULTILINE)
                subprocess.run(["bash", "-n"], input=text, text=True, check=True)
            case "markdown" | "mermaid":
                pass
            case _:
                pytest.fail(f"who reads {language!r}?")


def assert_image_can_be_made(dockerfile):
    """Every RUN is a command, every COPY copies something."""
    lines = dockerfile.replace("\\\n", " ").splitlines()
    steps = [line.partition(" ")[::2] for line in lines]
    assert steps[0][0] == "FROM" and steps[-1][0] == "CMD"
    for step, text in steps:
        if step == "RUN":
            subprocess.run(["bash", "-n"], input=text, text=True, check=True)
        elif step == "COPY":
            assert all((ROOT / name).exists() for name in text.split()[:-1])


def test_databases_are_addressed_with_the_driver_we_install():
    text = "".join(page.read_text(encoding="utf-8") for page in DOCS.glob("*.md"))
    addresses = re.findall(r'"(postgres[^"]*)"', text)
    assert addresses
    assert {make_url(a).drivername for a in addresses} == {"postgresql+psycopg2"}


def test_git_ignores_whatever_names_a_student():
    text = "".join(page.read_text(encoding="utf-8") for page in DOCS.glob("*.md"))
    made = {*re.findall(r"\w+\.csv", text), "downloaded/x", "submitted/x", "reports/x"}
    assert {"grades.csv", "canvas.csv", "students.csv"} <= made
    for name in [*made, "feedback/x", "autograded/x", "gradebook.db"]:
        subprocess.run(["git", "check-ignore", "-q", name], cwd=ROOT, check=True)


def test_command_reference_is_what_the_command_says():
    typer = Path(sys.executable).with_name("typer")
    said = subprocess.run(
        [typer, "gdgrader.cli", "utils", "docs", "--name", "gdgrader"],
        cwd=ROOT,
        text=True,
        capture_output=True,
        check=True,
    ).stdout
    written = (DOCS / "commands.md").read_text(encoding="utf-8")
    assert written.strip() == html.unescape(said).strip(), (
        "make it anew: typer gdgrader.cli utils docs --name gdgrader"
    )


def test_links_lead_somewhere():
    for page in [*DOCS.glob("*.md"), *ROOT.glob("*.md")]:
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"
