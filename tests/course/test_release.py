"""What an instructor installs: the wheel is whole, and works away from the clone."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import pytest
import yaml
from light import LIGHT

ROOT = Path(__file__).parents[2]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
IMAGE = (ROOT / "docs" / "hosting.md").read_text(encoding="utf-8")
LESSON = "01_single_step"


def run(*command: str | Path, folder: Path, **variables: str) -> str:
    """What a command says in `folder`, where nothing points at the clone."""
    env = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | variables
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


@dataclass(frozen=True)
class Installed:
    """A Python that has the wheel; what that depends on is borrowed from ours.

    Attributes:
        site: where the packages lie.
    """

    python: Path
    site: Path
    variables: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str | Path, folder: Path) -> str:
        """What this Python says, in a folder away from the clone."""
        return run(self.python, *arguments, folder=folder, **self.variables)


def borrowing(pip: list, python: Path, site: Path, **variables: str) -> Installed:
    """Install as `pip` says; the rest is where this environment has it."""
    options = ["--no-index", "--no-deps", "--quiet"]
    run(sys.executable, "-m", "pip", *pip, *options, folder=site.parent)
    ours = Path(nbformat.__file__).parents[1]
    (site / "borrowed.pth").write_text(f"{ours}\n")
    return Installed(python, site, variables)


def in_a_virtual_environment(place: Path, wheel: Path) -> Installed:
    run(sys.executable, "-m", "venv", "--without-pip", place, folder=wheel.parent)
    python = place / ("Scripts" if os.name == "nt" else "bin") / "python"
    site = run(python, "-c", SITE, folder=place).strip()
    return borrowing(["--python", python, "install", wheel], python, Path(site))


def for_one_user(place: Path, wheel: Path) -> Installed:
    """As `pip install --user` does, into the Python that is the system's."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    python = Path(sys.base_prefix, "bin", version)
    site = place / "lib" / version / "site-packages"
    site.parent.mkdir(parents=True)
    pip = ["install", "--target", site, wheel]
    return borrowing(pip, python, site, PYTHONUSERBASE=str(place))


def in_a_folder_on_the_path(place: Path, wheel: Path) -> Installed:
    """As `pip install --target` does."""
    pip = ["install", "--target", place, wheel]
    return borrowing(pip, Path(sys.executable), place, PYTHONPATH=str(place))


def through_a_link(place: Path, wheel: Path) -> Installed:
    """An environment that lies elsewhere than its path says."""
    real = place.with_name("real")
    made = in_a_virtual_environment(real, wheel)
    place.symlink_to(real)
    moved = place / made.python.relative_to(real)
    return Installed(moved, place / made.site.relative_to(real))


SITE = "import site; print(site.getsitepackages()[0])"
WAYS = (
    in_a_virtual_environment,
    for_one_user,
    in_a_folder_on_the_path,
    through_a_link,
)


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Installed:
    """As docs/term.md has it."""
    place = tmp_path_factory.mktemp("installed") / "here"
    return in_a_virtual_environment(place, wheel)


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
    said = installed.run(
        "-c",
        "import gdhelpers, gdgrader; from gdhelpers.data import load_mnist; "
        "print(gdhelpers.__file__, gdgrader.__file__, len(load_mnist().x_train))",
        folder=tmp_path,
    )
    *places, images = said.split()
    assert all(Path(p).is_relative_to(installed.site) for p in places)
    assert images == "60000"


def test_a_class_is_graded_away_from_the_clone(installed, tmp_path):
    """From hand-in to the pages that need the package's own templates."""
    for name in ("source", "release"):
        shutil.copytree(ROOT / name / LESSON, tmp_path / name / LESSON)
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    shutil.copytree(ROOT / "release" / LESSON, tmp_path / "submitted" / "ann" / LESSON)

    def gdgrader(*arguments: str) -> str:
        command = installed.python.with_name("gdgrader")
        return run(command, *arguments, folder=tmp_path)

    assert "autograde" in gdgrader("--help")
    assert "--dask" in gdgrader("autograde", "--help")
    gdgrader("autograde", LESSON, "--workers", "1")
    gdgrader("report", LESSON, "--names")
    installed.run("-m", "nbgrader", "generate_feedback", LESSON, folder=tmp_path)
    report = (tmp_path / "reports" / f"{LESSON}.html").read_text()
    assert "<style>" in report and ">ann<" in report
    page = tmp_path / "feedback" / "ann" / LESSON / f"{LESSON}.html"
    assert re.search(r"<strong>0</strong>\s+of \d+ points", page.read_text())


# In a kernel: whatever it can write to, anywhere. In the next: what is there of that.
WRITE = """
import json, os
wrote = []
for place, folders, names in os.walk("/"):
    if place == "/":
        folders.remove("proc")
    try:
        open(os.path.join(place, "left"), "x").close()
        wrote.append(place)
    except OSError:
        pass
    for name in names:
        path = os.path.join(place, name)
        try:
            if os.path.isfile(path) and name != "left":
                os.close(os.open(path, os.O_WRONLY))
                wrote.append(path)
        except OSError:
            pass
print(json.dumps(wrote))
"""
# What is there of that, and what it can read of what was planted. The sandbox itself
# warms up without the libraries imported last, which takes a moment.
LOOK = """
import json, os
left, read = [], []
for place, folders, names in os.walk("/"):
    if "left" in names:
        left.append(place)
    for name in {"nbgrader_config.py", "kernel.json", "planted.txt"} & set(names):
        with open(os.path.join(place, name), "rb") as file:
            if b"the database's password" in file.read():
                read.append(os.path.join(place, name))
import matplotlib.pyplot, torch
from gdhelpers.data import load_mnist
print(json.dumps([left, read, len(load_mnist().x_train)]))
"""
PASSWORDS = (
    "etc/jupyter/nbgrader_config.py",
    "etc/ipython/planted.txt",
    "etc/planted.txt",
    "share/jupyter/kernels/own/kernel.json",
    "share/planted.txt",
    "planted.txt",
    "course/nbgrader_config.py",
)
KERNELS = """
import json, sys
from gdgrader.sandbox.host import Sandbox
from gdgrader.sandbox.manager import run_trusted
from gdgrader.sandbox.selftest import verify
nested, extra, *codes = sys.argv[1:]
with Sandbox(nested=json.loads(nested), extra=json.loads(extra)) as sandbox:
    verify(sandbox)
    print(json.dumps([json.loads(run_trusted(sandbox, c)[1]) for c in codes]))
"""


@pytest.fixture(
    scope="module",
    params=[*((way, "true") for way in WAYS), (in_a_virtual_environment, "false")],
    ids=lambda given: f"{given[0].__name__}-{'nested' if 'true' in given else 'outer'}",
)
def kernels(request, wheel, tmp_path_factory) -> dict:
    """What kernels find, one after the other, in a sandbox that passed its test.

    However the wheel was installed; `-e .` is what all other tests have.
    """
    way, nested = request.param
    folder = tmp_path_factory.mktemp("kernels")
    made = way(folder / "here", wheel)
    for name in PASSWORDS:
        path = folder / "here" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("the database's password")
    options = (nested, json.dumps(LIGHT))
    said = made.run("-c", KERNELS, *options, WRITE, LOOK, folder=folder)
    wrote, (left, read, images) = json.loads(said.splitlines()[-1])
    return {"wrote": wrote, "left": left, "read": read, "images": images}


def test_nothing_that_a_kernel_writes_is_seen_by_the_next(kernels):
    own = ("/tmp", "/dev/shm", "/home/student")
    assert {place for place in own if place in kernels["wrote"]} == set(own)
    assert [path for path in kernels["wrote"] if not path.startswith(own)] == []
    assert kernels["left"] == []


def test_a_kernel_has_the_packages(kernels):
    assert kernels["images"] == 60_000


def test_no_password_beside_the_packages_can_be_read(kernels):
    assert kernels["read"] == []


def test_one_version_everywhere():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["cff-version"] == "1.2.0" and citation["authors"]
    assert citation["title"] and citation["message"]
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## (?!Unreleased)(\S+)", changes, re.MULTILINE).group(1)
    assert citation["version"] == newest == VERSION
    # Who reports a hole is told which version is mended.
    security = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    assert re.findall(r"newest one, ([\d.]+\d),", security) == [
        VERSION.rpartition(".")[0]
    ]
