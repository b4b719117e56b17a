"""What a link leads to is nobody's answer: by our command, by nbgrader's, by a button.

Who looks through a link sees a neighbour's work, or the source: 7 of 7 points.
"""

import shutil
from pathlib import Path

import pytest
from course import LESSON, RIGHT, Course

from gdgrader.autograde import runner

NOTEBOOK = f"{LESSON}.ipynb"
SECRET, WHEN = "zoe's word", "2026-03-02 08:00:00 UTC"


def lesson_to_a_neighbours(place: Path, root: Path) -> None:
    place.parent.mkdir()
    place.symlink_to(f"../zoe/{LESSON}")


def lesson_to_the_source(place: Path, root: Path) -> None:
    place.parent.mkdir()
    place.symlink_to(root / "source" / LESSON)


def lesson_by_a_chain(place: Path, root: Path) -> None:
    place.parent.mkdir()
    (place.parent / "one").symlink_to("two")
    (place.parent / "two").symlink_to(root / "submitted" / "zoe" / LESSON)
    place.symlink_to("one")


def lesson_to_a_copy_elsewhere(place: Path, root: Path) -> None:
    shutil.copytree(root / "submitted" / "zoe" / LESSON, root / place.parent.name)
    place.parent.mkdir()
    place.symlink_to(root / place.parent.name)


def student_to_a_neighbour(place: Path, root: Path) -> None:
    place.parent.symlink_to("zoe")


def student_to_the_source(place: Path, root: Path) -> None:
    place.parent.symlink_to(root / "source")


def student_elsewhere(place: Path, root: Path) -> None:
    shutil.copytree(root / "submitted" / "zoe", root / place.parent.name)
    place.parent.symlink_to(root / place.parent.name)


def both(place: Path, root: Path) -> None:
    (root / place.parent.name).mkdir()
    (root / place.parent.name / LESSON).symlink_to(root / "submitted" / "zoe" / LESSON)
    place.parent.symlink_to(root / place.parent.name)


def notebook(place: Path, root: Path) -> None:
    place.mkdir(parents=True)
    (place / NOTEBOOK).symlink_to(root / "source" / LESSON / NOTEBOOK)


def notebook_of_another_name(place: Path, root: Path) -> None:
    place.mkdir(parents=True)
    (place / "mine.ipynb").symlink_to(f"../../zoe/{LESSON}/{NOTEBOOK}")


def notebook_in_a_linked_folder(place: Path, root: Path) -> None:
    place.mkdir(parents=True)
    (place / "work").symlink_to(f"../../zoe/{LESSON}")
    (place / NOTEBOOK).symlink_to(f"work/{NOTEBOOK}")


LINKS = (
    *(lesson_to_a_neighbours, lesson_to_the_source, lesson_by_a_chain),
    *(lesson_to_a_copy_elsewhere, student_to_a_neighbour, student_to_the_source),
    *(student_elsewhere, both, notebook, notebook_of_another_name),
    notebook_in_a_linked_folder,
)


def our_command(course: Course) -> None:
    runner.grade(LESSON, config=course.config, workers=0, isolated=False)


def plain_nbgrader(course: Course) -> None:
    course.autograde()


def a_button(course: Course) -> None:
    for folder in sorted((course.root / "submitted").iterdir()):
        done = course.autograde(folder.name)
        assert done["success"] == (folder.name == "zoe"), done


def entries(folder: Path) -> dict[str, bytes | None]:
    """All that lies below a folder."""
    return {
        str(path): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


@pytest.fixture(
    scope="module",
    params=[our_command, plain_nbgrader, a_button],
    ids=lambda grade: grade.__name__,
)
def course(request, tmp_path_factory) -> Course:
    """Zoe is honest; each of the others is called as what they did."""
    root = tmp_path_factory.mktemp("links")
    course = Course(root, isolated=False)
    files = {"submission_secret.txt": SECRET.encode(), "timestamp.txt": WHEN.encode()}
    course.submit("zoe", course.answered(RIGHT), files=files)
    for attack in LINKS:
        attack(root / "submitted" / attack.__name__ / LESSON, root)
    course.before = entries(root / "submitted" / "zoe") | entries(root / "source")
    request.param(course)
    assert course.api.generate_feedback(LESSON, force=True)["success"]
    return course


@pytest.mark.parametrize("student", [attack.__name__ for attack in LINKS])
def test_nothing_behind_a_link_is_graded(student, course):
    state = course.state(student)
    assert state.status == "failed"
    assert "link" in state.reason or "no notebook" in state.reason
    assert set(course.scores(student).values()) == {None}
    for step in ("autograded", "feedback"):
        found = entries(course.root / step / student).values()
        assert SECRET.encode() not in found


def test_the_honest_neighbour_is_as_before(course):
    assert course.points("zoe") == course.most
    assert course.state("zoe").status == "graded"
    zoe = course.root / "submitted" / "zoe"
    assert entries(zoe) | entries(course.root / "source") == course.before
    secret = course.root / "feedback" / "zoe" / LESSON / "submission_secret.txt"
    assert secret.read_text() == SECRET


@pytest.mark.parametrize("grade", [our_command, plain_nbgrader])
def test_a_link_takes_an_older_score_back(grade, tmp_path):
    course = Course(tmp_path, isolated=False)
    for student in ("eve", "zoe"):
        course.submit(student, course.answered(RIGHT))
    grade(course)
    assert course.points("eve") == course.most
    shutil.rmtree(course.folder("eve").parent)
    lesson_to_a_neighbours(tmp_path / "submitted" / "eve" / LESSON, tmp_path)
    grade(course)
    assert course.state("eve").status == "failed"
    assert not (tmp_path / "autograded" / "eve" / LESSON).exists()
    assert course.points("zoe") == course.most


@pytest.mark.parametrize("grade", [our_command, plain_nbgrader])
def test_the_courses_own_folders_may_be_links(grade, tmp_path):
    """To a larger disk, say."""
    course = Course(tmp_path / "course", isolated=False)
    course.submit("zoe", course.answered(RIGHT))
    (course.root / "submitted").rename(tmp_path / "disk")
    (course.root / "submitted").symlink_to(tmp_path / "disk")
    (tmp_path / "linked").symlink_to(course.root)
    course.config.CourseDirectory.root = str(tmp_path / "linked")
    grade(course)
    assert course.points("zoe") == course.most
