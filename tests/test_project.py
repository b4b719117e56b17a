"""The project's own promises: environments agree, imports stay light."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
WORKFLOW = ROOT / ".github" / "workflows" / "test.yml"
CONDA_NAMES = {"torch": "pytorch-cpu", "matplotlib": "matplotlib-base"}


def needed(*extras: str) -> dict[str, str]:
    lines = list(PROJECT["dependencies"])
    for extra in extras:
        lines += PROJECT["optional-dependencies"][extra]
    return dict(re.match(r"([\w-]+)(.*)", line).groups() for line in lines)


def test_conda_environment_asks_for_what_the_package_does():
    listed = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    plain = [d for d in listed if isinstance(d, str)]
    versions = dict(re.match(r"([\w-]+)(.*)", d).groups() for d in plain)
    assert re.fullmatch(r"=3\.\d+", versions.pop("python")), "pin Python's minor"
    versions.pop("pip")
    wanted = {CONDA_NAMES.get(k, k): v for k, v in needed("lab", "grader").items()}
    assert versions == wanted
    assert {"pip": ["-e ."]} in listed


def test_lock_pins_every_dependency_exactly():
    lock = (ROOT / "requirements.lock").read_text().splitlines()
    pinned = {re.match(r"([\w.-]+)==\S+", line).group(1) for line in lock}
    wanted = needed(*PROJECT["optional-dependencies"])
    assert {n.lower().replace("_", "-") for n in wanted} <= pinned
    assert "torch==2.13.0" in lock
    assert not [line for line in lock if re.match("nvidia|cuda|triton", line)]


def test_no_command_waits_for_a_grammar():
    """A newer jsonschema brings one that is parsed at each import, locked or not."""
    assert "rfc3987" not in (ROOT / "requirements.lock").read_text()
    assert needed("grader")["jsonschema"] == "<4.25"


def test_nothing_is_skipped_for_want_of_a_program():
    """Without bubblewrap, Chromium, PostgreSQL tests fail and say what to install."""
    ways = r"\bskipif\b|importorskip|\bxfail\b|\.skip\("
    found = {
        path.name: len(re.findall(ways, path.read_text(encoding="utf-8")))
        for path in sorted((ROOT / "tests").rglob("*.py"))
        if path != Path(__file__)
    }
    # What was computed already, and what trains for long on another processor.
    assert {name: n for name, n in found.items() if n} == {
        "conftest.py": 1,
        "prose.py": 1,  # says what `untrained.py` said before
        "untrained.py": 1,
    }


EXTRAS = set(PROJECT["optional-dependencies"])


@pytest.mark.parametrize(
    ("folders", "extras"),
    [
        (("gdhelpers", "source"), set()),
        (("gdhelpers/lab",), {"lab"}),
        (("gdgrader",), {"grader", "cluster", "postgres"}),
        (("tests", "tests/support", "benchmarks"), EXTRAS),
    ],
)
def test_what_is_imported_is_declared(folders, extras, tmp_path):
    found = tmp_path / "found.json"
    first = ("gdhelpers", "gdgrader", "tests", "benchmarks")
    ours = [word for name in first for word in ("--known-first-party", name)]
    command = [sys.executable, "-m", "deptry", *folders, *ours, "--json-output", found]
    # The tests are not left out, as they are by default. Opening JupyterLab takes more
    # than the lessons do.
    beside = "gdhelpers/lab/" if "gdhelpers" in folders else "$^"
    command += ["--ignore", "DEP002", "--exclude", beside]
    # Those that these folders may not count on.
    if beyond := sorted(EXTRAS - extras):
        command += ["--optional-dependencies-dev-groups", ",".join(beyond)]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    # A warmed process has gdgrader/sandbox/inside as its folder of modules.
    inside = {
        path.stem for path in (ROOT / "gdgrader" / "sandbox" / "inside").glob("*.py")
    }
    assert [
        f"{problem['location']['file']}: {problem['error']['message']}"
        for problem in json.loads(found.read_text())
        if problem["module"] not in inside
    ] == []


def test_workflow_is_one_that_github_reads():
    schema = ["--builtin-schema", "vendor.github-workflows", str(WORKFLOW)]
    told = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", *schema],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout


def test_workflow_tries_what_the_package_names_by_what_the_readme_says():
    workflow = yaml.safe_load(WORKFLOW.read_text())
    tried = [job["strategy"]["matrix"]["python"] for job in workflow["jobs"].values()]
    last = [c.rpartition(" :: ")[2] for c in PROJECT["classifiers"]]
    named = [c for c in last if re.fullmatch(r"3\.\d+", c)]
    assert all(set(named) <= set(versions) for versions in tried)
    assert PROJECT["requires-python"] == f">={named[0]}"
    for name in workflow["env"]["STUDENT"].split():
        assert (ROOT / name).exists(), name
    windows = workflow["jobs"]["student-on-windows"]["steps"]
    typed = [step["run"] for step in windows if "pip" in step.get("run", "")]
    readme = (ROOT / "README.md").read_text().splitlines()
    assert len(typed) == 2 and set(typed) <= set(readme)


def test_importing_the_package_is_light():
    code = (
        "import sys, time; t = time.perf_counter(); import gdhelpers; "
        "heavy = {'torch', 'matplotlib', 'numpy', 'IPython'} & set(sys.modules); "
        "print(sorted(heavy))"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert out.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("module", "foreign"),
    [
        ("gdhelpers.losses", {"torch", "matplotlib", "IPython"}),
        ("gdhelpers.schedules", {"torch", "matplotlib", "numpy", "IPython"}),
        *(
            (f"gdhelpers.{name}", {"torch", "matplotlib", "numpy", "IPython"})
            for name in ("adam", "averaging", "momentum", "range_test", "stability")
        ),
        ("gdhelpers.sharpness", {"matplotlib", "ipywidgets", "IPython"}),
        ("gdhelpers.descent", {"torch", "matplotlib", "IPython"}),
        ("gdhelpers.checks", {"torch", "matplotlib", "numpy", "IPython"}),
        ("gdhelpers.plots", {"torch", "ipywidgets"}),
        ("gdhelpers.training", {"matplotlib", "ipywidgets", "IPython"}),
    ],
)
def test_a_module_brings_only_what_it_needs(module, foreign):
    code = f"import sys, {module}; print(sorted({foreign!r} & set(sys.modules)))"
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert out.stdout.strip() == "[]"


def test_nothing_speaks_of_machines_or_registries():
    files = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    names = ("/" + "work/", "/" + "root/", "pypi" + ".org", "python" + "hosted")
    found = [
        (name, word)
        for name in files
        if name and (ROOT / name).suffix not in {".npz", ".png"}
        for word in names
        if word in (ROOT / name).read_text(encoding="utf-8")
    ]
    assert found == []
