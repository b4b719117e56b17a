"""`timestamp.txt` decides who is late: what could mean two moments is left aside."""

import pytest
from course import LESSON, RIGHT, Course
from nbgrader.api import Gradebook

from gdgrader.autograde import runner
from gdgrader.submission.find import TIMESTAMP, timestamp


@pytest.mark.parametrize(
    ("content", "read"),
    [
        (b"2026-05-04 10:00:00.123456 UTC", "2026-05-04T10:00:00.123456"),
        (b"2026-05-04 10:00:00 +0200\n", "2026-05-04T08:00:00"),
        (b"\xef\xbb\xbf2026-05-04T10:00:00Z\r\n", "2026-05-04T10:00:00"),
        (b"2026-05-04 10:00:00 Europe/Berlin", "2026-05-04T08:00:00"),
        (b"2026-05-04 10:00:00 CEST", None),
        (b"2026-05-04 10:00:00", None),
        (b"05/04/2026 10:00:00 UTC", None),
        (b"2026-05-04 10:00:00 UTC\nor the day before", None),
        ("2026-05-04 10:00:00 UTC".encode("utf-16"), None),
        (b"", None),
        (b"9" * 10_000, None),
    ],
)
def test_a_time_is_one_moment_or_none(content, read):
    found = timestamp({TIMESTAMP: content})
    assert (found and found.isoformat()) == read
    assert timestamp({}) is None


@pytest.mark.parametrize("grader", ["plain nbgrader", "gdgrader"])
def test_both_graders_read_alike(tmp_path, grader):
    course = Course(tmp_path / "course", isolated=False)
    stamps = {
        "berlin": b"2026-05-04 10:00:00 Europe/Berlin",
        "delhi": b"2026-05-04 10:00 +05:30",
        "summer": b"2026-05-04 10:00:00 CEST",
        "nowhere": b"2026-05-04 10:00:00",
    }
    for student, content in stamps.items():
        work = course.answered(RIGHT)
        course.submit(student, work, files={TIMESTAMP: content})
    if grader == "gdgrader":
        runner.grade(LESSON, config=course.config, isolated=False, workers=0)
    else:
        course.autograde()
    with Gradebook(course.db_url) as book:
        found = {s.student.id: s.timestamp for s in book.assignment_submissions(LESSON)}
    assert {student: when and when.isoformat() for student, when in found.items()} == {
        "berlin": "2026-05-04T08:00:00",
        "delhi": "2026-05-04T04:30:00",
        "summer": None,
        "nowhere": None,
    }
    for student in ("summer", "nowhere"):
        assert "no time with a zone" in course.notes(student)
        # Nothing is lost.
        left = [p.read_bytes() for p in course.folder(student).glob(f"{TIMESTAMP}*")]
        assert left == [stamps[student]]
