"""Names that are patterns to a shell are names to us, by every door."""

import pytest
from course import LESSON, RIGHT, Course

NAMES = ["ann [retake]", "bo?", "[a-z]*", "cy [!x]", "plain"]


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Course:
    """All were right and graded; then they hand in a blank notebook."""
    made = Course(tmp_path_factory.mktemp("course"), isolated=False)
    for name in NAMES:
        made.submit(name, made.answered(RIGHT))
    made.autograde()
    made.before = {name: made.points(name) for name in NAMES}
    for name in NAMES:
        made.submit(name, made.answered())
    made.result = made.autograde()
    made.pages = made.api.generate_feedback(LESSON, force=True)
    return made


@pytest.mark.parametrize("name", NAMES)
def test_they_are_graded_like_any_other(course, name):
    assert course.before[name] == course.most
    assert course.points(name) == 0
    assert course.state(name).status == "graded"
    assert course.result["success"] and course.pages["success"]


@pytest.mark.parametrize("name", NAMES)
def test_they_get_their_page(course, name):
    page = course.root / "feedback" / name / LESSON / f"{LESSON}.html"
    assert "Not written yet" in page.read_text(encoding="utf-8")
