"""A class: the same scores by any seed, and beside the worst of neighbours."""

import pytest
from course import DESCEND, LESSON, RIGHT, RIGHT_DESCEND, RIGHT_STEP, STEP, Course

from gdgrader.autograde import runner

from . import ATTACKS
from .pipeline import LIMITS

LOOP = "    for _ in range(num_steps):\n"
CLOSED = DESCEND + "    return theta * (1 - 2 * learning_rate) ** num_steps"
UPHILL = STEP + "    return theta + learning_rate * 2 * theta"
AUTOGRAD = (
    "import torch\n"
    + STEP
    + "    x = torch.tensor(theta, dtype=torch.float64, requires_grad=True)\n"
    "    (x**2).backward()\n"
    "    return (x - learning_rate * x.grad).item()"
)
# What a student hands in, and the points it has earned.
WORK = {
    "right": (RIGHT, 7.0),
    "by autograd and in closed form": ({"step": AUTOGRAD, "descend": CLOSED}, 7.0),
    "blank": ({}, 0.0),
    "uphill": ({"step": UPHILL, "descend": RIGHT_DESCEND}, 0.0),
    "only a step": ({"step": RIGHT_STEP}, 3.0),
    "only many steps": ({"step": "def (", "descend": CLOSED}, 4.0),
    "a step too few": (
        {**RIGHT, "descend": RIGHT_DESCEND.replace("(num_steps)", "(num_steps - 1)")},
        3.0,
    ),
    "right above zero only": (
        {"step": STEP + "    return abs(theta) * (1 - 2 * learning_rate)"},
        1.0,
    ),
}
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
