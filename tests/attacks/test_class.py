"""A class: the same scores by any seed, and beside the worst of neighbours."""

import pytest
from busy import loops
from course import LESSON, Course

from gdgrader.autograde import runner

from . import ATTACKS
from .loaded import a_class, graded
from .pipeline import LIMITS
from .work import WORK

SEEDS = range(6)  # the rulings themselves: `tests/exercises/`, under fifty
CLASS = 30
WORST = ("a fork bomb", "a memory hog", "a blocking C call", "one long line", "exit")


def _scores(outcomes) -> dict[str, float | None]:
    return {outcome.student: outcome.score for outcome in outcomes}


def test_the_same_scores_by_any_seed(tmp_path):
    course = Course(tmp_path, limits=LIMITS)
    for student, (answers, _) in WORK.items():
        course.submit(student, course.answered(answers))
    earned = {student: points for student, (_, points) in WORK.items()}
    for seed in SEEDS:
        outcomes = runner.grade(
            LESSON,
            config=course.config,
            workers=0,
            limits=LIMITS,
            force=True,
            seed=f"seed {seed}",
        )
        assert _scores(outcomes) == earned, seed


@pytest.fixture
def honest() -> dict[str, dict[str, str]]:
    """The work of the 25 honest students, by their names."""
    work = [answers for answers, _ in WORK.values()]
    return {
        f"{number:02} student": work[number % len(work)]
        for number in range(CLASS - len(WORST))
    }


def test_a_class_with_the_worst_in_it_is_graded_as_without_them(honest, tmp_path):
    found = {}
    for case in ("alone", "together"):
        course = Course(tmp_path / case, limits=LIMITS)
        for student, answers in honest.items():
            course.submit(student, course.answered(answers))
        if case == "together":
            bad = [attack for attack in ATTACKS if attack.name in WORST]
            for number, attack in enumerate(bad):
                student = f"{5 * number:02} student's neighbour"
                attack.hand_in(course.root, student, course.release(), str)
        outcomes = runner.grade(
            LESSON,
            config=course.config,
            workers=2 * (case == "together"),
            limits=LIMITS,
        )
        found[case] = _scores(outcomes)
    together = found["together"]
    assert len(together) == CLASS
    assert {name: together[name] for name in honest} == found["alone"]
    assert set(found["alone"].values()) == {points for _, points in WORK.values()}
    assert {together[name] for name in together if name not in honest} == {0.0}


# Of the worst in `loaded.py`, which has them all in a class of forty.
SOME = (
    "a relay of processes",
    "exit a moment later",
    "a flood of output",
    "descriptors under way",
)


def test_beside_busy_loops_and_the_worst_each_has_what_was_earned(tmp_path):
    honest, earned = a_class(2 * len(WORK))
    with loops(4):
        found = graded(tmp_path, honest, SOME)
    assert len(found) == len(honest) + len(SOME)
    assert {name: found[name].score for name in honest} == earned
    assert {found[name].score for name in found.keys() - honest.keys()} == {0.0}
