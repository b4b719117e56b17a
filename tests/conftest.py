"""Fixtures shared by the tests."""

import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# The same long trainings are wanted by lessons, their tests and browsers.
os.environ.setdefault("GDHELPERS_REMEMBER", str(ROOT / ".pytest_cache" / "trainings"))


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
