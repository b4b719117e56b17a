"""Lesson 01: one step downhill, many steps, and what a step multiplies."""

from gdgrader.exercises.base import Exercise, case

LESSON = "01_single_step"

# float64 arithmetic in any order of operations agrees to about 1e-13 here; 1e-6
# leaves room for a student's float32 tensor and stays far from every mistake.
contraction_factor = Exercise("contraction_factor", LESSON, "contraction_factor")


@contraction_factor.asks(
    "any rate", case(0.2), case(0.5), case(1.1), case(0.0), case(0.5, 4.0)
)
def _(rng):
    return case(round(rng.uniform(0.01, 1.5), 4), round(rng.uniform(0.1, 9.0), 4))


@contraction_factor.mistake(
    "absolute value",
    "the sign matters: a negative factor means the step jumps across the minimum. "
    "Return 1 − ηλ itself, without abs().",
)
def _(learning_rate, curvature=2.0):
    return abs(1 - learning_rate * curvature)
