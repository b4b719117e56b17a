"""Fixtures shared by the tests."""

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def release_copy(tmp_path: Path) -> Path:
    """A copy of the student edition, to work in."""
    return shutil.copytree(ROOT / "release", tmp_path / "release")
