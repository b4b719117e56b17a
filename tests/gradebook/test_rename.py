"""`gdgrader rename`: scores and work follow a lesson's new name."""

import shutil

import pytest
from course import LESSON, RIGHT, Course
from nbgrader.api import Gradebook
from typer.testing import CliRunner

from gdgrader.autograde import runner
from gdgrader.cli import app
from gdgrader.gradebook import states

NEW = "small"


def gdgrader(course: Course, *arguments: str) -> tuple[int, str]:
    """Run the command; its exit status and what it says, in one line."""
    done = CliRunner().invoke(app, [*arguments, "--root", str(course.root)])
    return done.exit_code, " ".join(done.output.split())


def rename_source(course: Course) -> None:
    folder = course.root / "source" / LESSON
    folder.rename(folder.with_name(NEW))
    notebook = folder.with_name(NEW) / f"{LESSON}.ipynb"
    notebook.rename(notebook.with_name(f"{NEW}.ipynb"))


def known(course: Course, lesson: str) -> dict[str, tuple]:
    """What the gradebook has of everybody's work."""
    with Gradebook(course.db_url) as book:
        return {
            s.student.id: (
                states.state(book, lesson, s.student.id),
                {
                    (g.name, g.auto_score, g.manual_score, g.needs_manual_grade)
                    for notebook in s.notebooks
                    for g in notebook.grades
                },
            )
            for s in book.assignment_submissions(lesson)
        }


@pytest.fixture(scope="module")
def graded(tmp_path_factory) -> Course:
    """A class of two, one with points from a person; one page of feedback."""
    course = Course(tmp_path_factory.mktemp("course"), isolated=False)
    course.submit("ann", course.answered(RIGHT), files={"own.csv": b"x"})
    course.submit("bob", course.answered())
    runner.grade(LESSON, config=course.config, isolated=False, workers=0)
    with Gradebook(course.db_url) as book:
        ann = book.find_submission_notebook(LESSON, LESSON, "ann")
        words = next(grade for grade in ann.grades if grade.name == "words")
        words.manual_score, words.needs_manual_grade = 2.0, False
        book.db.commit()
    course.feedback("ann")
    return course


@pytest.fixture
def course(graded, tmp_path) -> Course:
    """The class anew, its lesson called otherwise."""
    copy = Course(tmp_path / "course", isolated=False)
    shutil.copytree(graded.root, copy.root, dirs_exist_ok=True)
    rename_source(copy)
    return copy


def test_everything_follows_and_grading_goes_on(course):
    before = known(course, LESSON)
    assert before["ann"][0].status == states.GRADED
    status, said = gdgrader(course, "rename", LESSON, NEW)
    assert status == 0 and said.endswith(f"✓ {LESSON} is {NEW} now."), said
    assert known(course, NEW) == before
    names = {
        str(path.relative_to(course.root))
        for step in ("submitted", "autograded", "feedback")
        for path in (course.root / step).rglob("*.*")
    }
    assert {
        *(f"submitted/{s}/{NEW}/{NEW}.ipynb" for s in before),
        *(f"autograded/{s}/{NEW}/{NEW}.ipynb" for s in before),
        f"submitted/ann/{NEW}/own.csv",
        f"feedback/ann/{NEW}/{NEW}.html",
    } <= names
    assert not [name for name in names if f"/{LESSON}" in name]
    with Gradebook(course.db_url) as book:
        assert [a.name for a in book.assignments] == [NEW]

    def grade(**how):
        return runner.grade(NEW, config=course.config, isolated=False, workers=0, **how)

    grade(force=True)
    after = known(course, NEW)
    points = {s: {g[:3] for g in found} for s, (_, found) in before.items()}
    assert {s: {g[:3] for g in found} for s, (_, found) in after.items()} == points
    status, said = gdgrader(course, "report", NEW)
    assert status == 0 and (course.root / "reports" / f"{NEW}.html").exists()


def test_a_lesson_only_told_of_gives_way(course):
    with Gradebook(course.db_url) as book:
        book.add_assignment(NEW)
        book.add_notebook(NEW, NEW)
    before = known(course, LESSON)
    assert gdgrader(course, "rename", LESSON, NEW)[0] == 0
    assert known(course, NEW) == before


def test_broken_off_it_does_the_rest(course):
    done = course.root / "submitted" / "ann" / LESSON
    done.rename(done.with_name(NEW))
    before = known(course, LESSON)
    assert gdgrader(course, "rename", LESSON, NEW)[0] == 0
    assert known(course, NEW) == before
    late = course.folder("cem") / f"{LESSON}.ipynb"  # under the old name, afterwards
    late.write_bytes(b"{}")
    assert gdgrader(course, "rename", LESSON, NEW)[0] == 0
    assert (course.root / "submitted" / "cem" / NEW / f"{NEW}.ipynb").exists()
    status, said = gdgrader(course, "rename", LESSON, NEW)
    assert status == 1 and f"nothing here is called {LESSON}" in said


def _source_still_there(course):
    (course.root / "source" / LESSON).mkdir()


def _no_such_source(course):
    shutil.rmtree(course.root / "source" / NEW)


def _work_under_both(course):
    (course.root / "submitted" / "ann" / NEW).mkdir()


def _graded_under_both(course):
    with Gradebook(course.db_url) as book:
        book.add_assignment(NEW)
        book.add_submission(NEW, "ann")


@pytest.mark.parametrize(
    ("spoilt", "why"),
    [
        (_source_still_there, "is still there"),
        (_no_such_source, "should hold one notebook"),
        (_work_under_both, "under both names"),
        (_graded_under_both, "submissions to tiny and to small"),
    ],
)
def test_what_is_refused_changes_nothing(course, spoilt, why):
    spoilt(course)
    before = known(course, LESSON), sorted(course.root.rglob("*"))
    status, said = gdgrader(course, "rename", LESSON, NEW)
    assert status == 1 and why in said and said.endswith("Nothing was renamed.")
    assert (known(course, LESSON), sorted(course.root.rglob("*"))) == before


def test_a_name_is_no_pattern(course):
    before = sorted(course.root.rglob("*"))
    status, said = gdgrader(course, "rename", "t*", NEW)
    assert status == 1 and "nothing here is called t*" in said
    assert sorted(course.root.rglob("*")) == before


def test_the_courses_own_folders_and_a_notebook_that_keeps_its_name(course):
    new = course.root / "source" / NEW / f"{NEW}.ipynb"
    new.rename(new.with_name(f"{LESSON}.ipynb"))
    (course.root / "submitted").rename(course.root / "handed in")
    (course.root / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.submitted_directory = 'handed in'\n"
    )
    assert gdgrader(course, "rename", LESSON, NEW)[0] == 0
    assert (course.root / "handed in" / "ann" / NEW / f"{LESSON}.ipynb").exists()
    with Gradebook(course.db_url) as book:
        assert book.find_submission_notebook(LESSON, NEW, "ann").score > 0
        assert states.state(book, NEW, "ann").status == states.GRADED


def test_a_link_to_elsewhere_is_moved_not_followed(course, tmp_path):
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / f"{LESSON}.ipynb").write_bytes(b"{}")
    link = course.root / "submitted" / "eve" / LESSON
    link.parent.mkdir()
    link.symlink_to(theirs)
    assert gdgrader(course, "rename", LESSON, NEW)[0] == 0
    assert [path.name for path in theirs.iterdir()] == [f"{LESSON}.ipynb"]
    assert link.with_name(NEW).readlink() == theirs
