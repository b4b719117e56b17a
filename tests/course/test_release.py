"""What an instructor installs: the wheel is whole, and works away from the clone."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import nbformat
import pytest
import yaml

ROOT = Path(__file__).parents[2]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
IMAGE = (ROOT / "docs" / "hosting.md").read_text(encoding="utf-8")
LESSON = "01_single_step"


def run(*command: str | Path, folder: Path) -> str:
    """What a command says in `folder`, where nothing points at the clone."""
    env = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    # nbgrader's programs and nbconvert's templates are borrowed as the libraries are.
    env["JUPYTER_PATH"] = str(Path(sys.prefix, "share", "jupyter"))
    env["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{env['PATH']}"
    done = subprocess.run(
        command,
        cwd=folder,
        env=env,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """Built from just those files that docs/hosting.md copies into an image."""
    place = tmp_path_factory.mktemp("wheel")
    clone = place / "clone"
    clone.mkdir()
    for line in re.findall(r"^COPY (.*)$", IMAGE, re.MULTILINE):
        *names, target = line.split()
        for name in names:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, clone / target)
            else:
                shutil.copy(ROOT / name, clone / target)
    pip = [sys.executable, "-m", "pip", "wheel", ".", "--no-deps", "--wheel-dir", place]
    # The build's own tools are those of this environment: nothing is downloaded.
    run(*pip, "--no-build-isolation", "--no-index", folder=clone)
    (made,) = place.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel) -> Path:
    """A new environment with the wheel; what it depends on is borrowed from ours."""
    venv = wheel.parent / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", venv, folder=wheel.parent)
    scripts = venv / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / Path(sys.executable).name
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--no-index"]
    run(*pip, "--no-deps", wheel, folder=wheel.parent)
    site = run(
        python,
        "-c",
        "import site; print(site.getsitepackages()[0])",
        folder=wheel.parent,
    ).strip()
    ours = Path(nbformat.__file__).parents[1]
    (Path(site) / "borrowed.pth").write_text(f"{ours}\n")
    return scripts


def test_the_wheel_holds_every_file_of_the_packages(wheel):
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "gdhelpers", "gdgrader"],
        cwd=ROOT,
        text=True,
        capture_output=True,
        check=True,
    ).stdout.split()
    wanted = {name for name in listed if (ROOT / name).is_file()}
    assert {"gdhelpers/mnist.npz", "gdgrader/report/page.css"} <= wanted
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert wanted - names == set()
    assert not [n for n in names if n.startswith(("source", "tests", "release"))]


def test_the_package_works_away_from_the_clone(installed, tmp_path):
    said = run(
        installed / "python",
        "-c",
        "import gdhelpers, gdgrader; from gdhelpers.data import load_mnist; "
        "print(gdhelpers.__file__, gdgrader.__file__, len(load_mnist().x_train))",
        folder=tmp_path,
    )
    *places, images = said.split()
    assert all(Path(p).is_relative_to(installed.parent) for p in places)
    assert images == "60000"


def test_a_class_is_graded_away_from_the_clone(installed, tmp_path):
    """From hand-in to the pages that need the package's own templates."""
    for name in ("source", "release"):
        shutil.copytree(ROOT / name / LESSON, tmp_path / name / LESSON)
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    shutil.copytree(ROOT / "release" / LESSON, tmp_path / "submitted" / "ann" / LESSON)
    gdgrader, python = installed / "gdgrader", installed / "python"
    assert "autograde" in run(gdgrader, "--help", folder=tmp_path)
    assert "--dask" in run(gdgrader, "autograde", "--help", folder=tmp_path)
    alone = ["--no-sandbox", "--workers", "1"]
    run(gdgrader, "autograde", LESSON, *alone, folder=tmp_path)
    run(gdgrader, "report", LESSON, "--names", folder=tmp_path)
    run(python, "-m", "nbgrader", "generate_feedback", LESSON, folder=tmp_path)
    report = (tmp_path / "reports" / f"{LESSON}.html").read_text()
    assert "<style>" in report and ">ann<" in report
    page = tmp_path / "feedback" / "ann" / LESSON / f"{LESSON}.html"
    assert re.search(r"<strong>0</strong>\s+of \d+ points", page.read_text())


def test_one_version_everywhere():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["cff-version"] == "1.2.0" and citation["authors"]
    assert citation["title"] and citation["message"]
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## (?!Unreleased)(\S+)", changes, re.MULTILINE).group(1)
    assert citation["version"] == newest == VERSION
