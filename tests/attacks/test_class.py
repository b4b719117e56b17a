"""A class: the same scores by any seed, and beside the worst of neighbours."""

import pytest
from busy import loops
from course import LESSON, Course

from gdgrader.autograde import runner

from .loaded import a_class, graded
from .pipeline import LIMITS
from .work import WORK

# That a seed decides inputs only; the rulings: `tests/exercises/`, under fifty.
SEEDS = range(3)


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


# In a class of thirty, and beside busy loops some of the others in `loaded.py`, which
# has them all in a class of forty.
WORST = ("a fork bomb", "a memory hog", "a blocking C call", "one long line", "exit")
SOME = (
    "a relay of processes",
    "exit a moment later",
    "a flood of output",
    "descriptors under way",
)


@pytest.mark.parametrize(
    ("count", "worst", "busy"),
    [(25, WORST, 0), (2 * len(WORK), SOME, 4)],
    ids=["on a machine of its own", "beside busy loops"],
)
def test_beside_the_worst_each_has_what_was_earned(count, worst, busy, tmp_path):
    honest, earned = a_class(count)
    with loops(busy):
        found = graded(tmp_path, honest, worst)
    assert len(found) == len(honest) + len(worst)
    assert {name: found[name].score for name in honest} == earned
    assert {found[name].score for name in found.keys() - honest.keys()} == {0.0}
