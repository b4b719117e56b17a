"""What cannot be read in one student's folder costs nobody else a page."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from course import LESSON, LIMITS, RIGHT, Course
from somebody import as_somebody, given_to_somebody

from gdgrader.autograde import runner


def deny(path: Path, mode: int) -> None:
    path.chmod(mode)


def replaced(path: Path, make: Callable) -> None:
    path.unlink()
    make(path)


CASES = {
    "file without rights": lambda f: deny(f / "timestamp.txt", 0o000),
    "file for others": lambda f: deny(f / "timestamp.txt", 0o004),
    "secret for others": lambda f: deny(f / "submission_secret.txt", 0o004),
    "folder without rights": lambda f: deny(f, 0o000),
    "folder for others": lambda f: deny(f, 0o005),
    "student's folder for others": lambda f: deny(f.parent, 0o005),
    "folder to be entered only": lambda f: deny(f, 0o100),
    "a folder for a file": lambda f: replaced(f / "timestamp.txt", Path.mkdir),
    "a pipe for a file": lambda f: replaced(f / "timestamp.txt", os.mkfifo),
    "odd bytes": lambda f: (f / "timestamp.txt").write_bytes(b"\xff\x00\x1b[2J"),
}


@pytest.fixture(scope="module")
def course() -> Iterator[Course]:
    """All failed, with files beside the notebook, but ann; each folder is spoilt."""
    root = Path(tempfile.mkdtemp(prefix="unreadable-"))
    root.chmod(0o755)
    made = Course(root / "course", isolated=False)
    made.submit("ann", made.answered(RIGHT))
    given = {"timestamp.txt": b"2026-01-01 10:00:00 UTC", "submission_secret.txt": b"s"}
    for name in CASES:
        made.submit(name, b"{", files=given)
    runner.grade(LESSON, config=made.config, isolated=False, workers=0, limits=LIMITS)
    given_to_somebody(made.root)
    for name, spoil in CASES.items():
        spoil(made.root / "submitted" / name / LESSON)
    yield made
    for path in (made.root / "submitted").iterdir():
        path.chmod(0o755)
        (path / LESSON).chmod(0o755)
    shutil.rmtree(root)


def test_they_cannot_be_read(course):
    path = course.root / "submitted" / "file for others" / LESSON / "timestamp.txt"
    with pytest.raises(PermissionError):
        as_somebody(path.read_bytes)


def test_everybody_has_a_page(course):
    done = as_somebody(lambda: course.api.generate_feedback(LESSON, force=True))
    assert done["success"], done
    pages = {
        path.parts[-3]: path.read_text(encoding="utf-8")
        for path in (course.root / "feedback").glob(f"*/{LESSON}/{LESSON}.html")
    }
    assert pages.keys() == {"ann", *CASES}
    assert "<strong>7</strong>" in pages["ann"]
    for name in CASES:
        assert "could not be graded" in pages[name]
        assert "breaks off in the middle" in pages[name]
