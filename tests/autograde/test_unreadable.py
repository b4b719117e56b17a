"""Plain nbgrader: what cannot be read is a failure with a reason, and only its own."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from course import LESSON, RIGHT, Course
from somebody import as_somebody, given_to_somebody

CASES = {
    "numbers.csv": 0o004,
    "timestamp.txt": 0o000,
    "own.txt": 0o200,
    "a folder/deep.txt": 0o004,
    f"{LESSON}.ipynb": 0o004,
}


@pytest.fixture(scope="module")
def course() -> Iterator[Course]:
    root = Path(tempfile.mkdtemp(prefix="unreadable-"))
    root.chmod(0o755)
    made = Course(root / "course", isolated=False)
    for name in CASES:
        folder = made.folder(name.replace("/", " "))
        (folder / "a folder").mkdir()
        (folder / "a folder" / "deep.txt").write_text("x")
        files = {"numbers.csv": b"1", "own.txt": b"x", "timestamp.txt": b"2026-01-01"}
        made.submit(folder.parent.name, made.answered(RIGHT), files=files)
    given_to_somebody(made.root)
    for name, mode in CASES.items():
        (made.folder(name.replace("/", " ")) / name).chmod(mode)
    yield made
    for name in CASES:
        (made.folder(name.replace("/", " ")) / name).chmod(0o755)
    shutil.rmtree(root)


def test_each_has_its_reason(course):
    def run() -> None:
        os.environ["HOME"] = str(course.root)
        course.autograde()

    as_somebody(run)
    for name in CASES:
        state = course.state(name.replace("/", " "))
        assert state.status == "failed", name
        last = Path(name).name if name != f"{LESSON}.ipynb" else "Permission denied"
        assert last in state.reason and "ermission denied" in state.reason
