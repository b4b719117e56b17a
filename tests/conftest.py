"""Fixtures shared by the tests."""

import os
import re
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# The same long trainings are wanted by lessons, their tests and browsers.
os.environ.setdefault("GDHELPERS_REMEMBER", str(ROOT / ".pytest_cache" / "trainings"))


# Workers take whole files, so that what a file sets up is set up once; these take their
# parts apart. The long ones begin, so that no worker ends alone.
APART = {
    "test_docs.py": r"works\[(.*)\]",
    "test_build.py": r"::(\w+)",
    "test_browser.py": r"\[\d(\d)",
}
LONG = (
    "test_odd_submissions",
    "test_attacks",
    "test_judge",
    "test_exercises_05",
    "test_exercises_02",
    "test_exercises_04",
    "06_cosine",
    "test_lesson_04",
    "test_seed_table",
    "test_browser",
    "test_class",
    "test_demo",
    "test_killed",
    "test_docs",
    "test_build",
    "test_runner",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say which tests stay together, and put what takes long first."""
    for item in items:
        group = Path(item.nodeid.partition("::")[0]).name
        if group in APART and (part := re.search(APART[group], item.nodeid)):
            group = f"{group} {part[1]}"
        item.add_marker(pytest.mark.xdist_group(group))
    items.sort(
        key=lambda item: next(
            (i for i, name in enumerate(LONG) if name in item.nodeid), len(LONG)
        )
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    """File names that are no text, in what a test logged, must not stop a worker."""
    report = yield
    report.sections = [
        (name, said.encode(errors="backslashreplace").decode())
        for name, said in report.sections
    ]
    return report


@pytest.fixture
def release_copy(tmp_path: Path) -> Path:
    """A copy of the student edition, to work in."""
    return shutil.copytree(ROOT / "release", tmp_path / "release")
