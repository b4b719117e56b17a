"""A course may call its folders what it likes, and nest them as it likes."""

import nbformat
import pytest
from course import LESSON, RIGHT, Course
from nbgrader.coursedir import CourseDirectory

from gdgrader.autograde import runner
from gdgrader.course.paths import CoursePaths
from gdgrader.report import collect

NAMES = {
    "source_directory": "instructor",
    "submitted_directory": "handed-in",
    "feedback_directory": "returned",
    "directory_structure": "{nbgrader_step}/{assignment_id}/{student_id}",
}
WHEN = "2026-03-02 08:00:00 UTC"


def gdgrader(course: Course) -> None:
    runner.grade(LESSON, config=course.config, workers=0, isolated=False)


def nbgrader(course: Course) -> None:
    course.autograde()


@pytest.fixture
def renamed(tmp_path) -> Course:
    """Ann is right; bob's file has another name, and eve's is no notebook."""
    course = Course(tmp_path, isolated=False)
    right = nbformat.writes(course.answered(RIGHT)).encode()
    course.config.CourseDirectory.update(NAMES)
    (tmp_path / "source").rename(tmp_path / "instructor")
    for student, name, content in (
        ("ann", f"{LESSON}.ipynb", right),
        ("bob", "my work.ipynb", right),
        ("eve", f"{LESSON}.ipynb", b"{"),
    ):
        folder = tmp_path / "handed-in" / LESSON / student
        folder.mkdir(parents=True)
        (folder / name).write_bytes(content)
        (folder / "timestamp.txt").write_text(WHEN)
    return course


@pytest.mark.parametrize("grade", [gdgrader, nbgrader])
def test_renamed_folders_are_found(grade, renamed):
    grade(renamed)
    assert renamed.points("ann") == renamed.points("bob") == renamed.most
    assert renamed.state("eve").status == "failed"
    found = collect(LESSON, renamed.config)
    assert [work.student for work in found.works] == ["ann", "bob", "eve"]
    assert renamed.api.generate_feedback(LESSON, force=True)["success"]
    back = renamed.root / "returned" / LESSON
    assert "could not be graded" in (back / "eve" / f"{LESSON}.html").read_text()
    assert (back / "eve" / "timestamp.txt").read_text() == WHEN
    assert (back / "ann" / f"{LESSON}.html").exists()


def test_whose_submission_lies_in_a_folder(renamed):
    paths = CoursePaths(CourseDirectory(config=renamed.config))
    assert paths.submission_at(paths.submitted("ann", LESSON)) == ("ann", LESSON)
    assert paths.submission_at(paths.source(LESSON)) is None
    assert sorted(who for who, _ in paths.submissions(LESSON)) == ["ann", "bob", "eve"]
    assert [who for who, _ in paths.submissions(LESSON, "e*")] == ["eve"]
