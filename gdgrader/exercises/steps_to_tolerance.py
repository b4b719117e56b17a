"""Steps until the error is small: `steps_to_tolerance(rate, curvature, tolerance)`.

Tolerance: none, the answer is a whole number or None. An error just as large as the
tolerance will do; that is asked where powers of 2 keep all arithmetic exact, and
logarithms, too, and nowhere else, as rounding would decide.
"""

from math import log

from gdgrader.exercises.base import Exercise, case

exercise = Exercise(
    "steps_to_tolerance", "02_constant_learning_rate", rel=0.0, abs=0.0, place=2
)
exercise.help(
    passage="How long does it take?",
    first_line="factor = abs(1 - …)",
    why="The error after n steps is |1 − ηλ|ⁿ of the first, so n is log(tolerance) / "
    "log|1 − ηλ|, rounded up; a factor of 0 lands in one step, one of 1 or more never "
    "arrives.",
)


def _a_search(rng, side: int) -> dict:
    """A factor 1 ± …, and a tolerance that no number of steps just meets."""
    while True:
        factor, tolerance = rng.uniform(0.55, 0.95), rng.uniform(0.003, 0.05)
        curvature = round(rng.uniform(0.4, 9.0), 2)
        rate = round((1 + side * factor) / curvature, 4)
        tolerance = round(tolerance, 4)
        steps = log(tolerance) / log(abs(1 - rate * curvature))
        if 0.01 < steps % 1 < 0.99:
            return case(rate, curvature, tolerance)


# Rates, curvatures and tolerances of any size; hundreds of steps, too.
@exercise.asks(
    "creeping down",
    case(0.1, 2.0, 0.01),
    case(0.05, 1.0, 0.3),
    case(0.1, 2.0, 0.3),
    case(0.1, 5.0, 0.01),
    case(0.001, 2.0, 0.5),
    case(0.002, 350.0, 0.01),
    case(0.25, 2.0, 0.25),
    case(0.125, 4.0, 0.0625),
)
def _(rng):
    return _a_search(rng, -1)


@exercise.asks(
    "jumping across",
    case(0.9, 2.0, 0.01),
    case(1.5, 1.0, 0.2),
    case(150.0, 0.004, 0.2),
    case(0.75, 2.0, 0.25),
)
def _(rng):
    return _a_search(rng, 1)


# Beside these some do get there, and need more than a step or two.
@exercise.asks(
    "never",
    case(1.1, 2.0, 0.01),
    case(1.0, 2.0, 0.5),
    case(0.0, 2.0, 0.1),
    case(0.95, 2.0, 0.01),
    case(0.1, 2.0, 0.05),
)
def _(rng):
    curvature = round(rng.uniform(0.4, 9.0), 2)
    rate = round(rng.uniform(2.02, 6.0) / curvature, 4)
    tolerance = round(rng.uniform(0.003, 0.05), 4)
    return [case(rate, curvature, tolerance), _a_search(rng, -1), _a_search(rng, 1)]


@exercise.asks(
    "landing at once",
    case(0.5, 2.0, 1e-9),
    case(0.25, 4.0, 1e-3),
    case(0.3, 2.0, 1.0),
    case(0.3, 2.0, 5.0),
    case(1.1, 2.0, 1.0),
    case(2.0, 3.0, 1.5),
    case(0.3, 2.0, 0.1),
)
def _(rng):
    curvature = rng.choice([0.25, 0.5, 2.0, 4.0, 8.0])  # 1 − ηλ is 0 in any arithmetic
    anywhere = [round(rng.uniform(0.1, 3.0), 3) for _ in range(2)]
    return [
        case(1 / curvature, curvature, round(rng.uniform(0.001, 0.5), 4)),
        case(*anywhere, round(rng.uniform(1.0, 4.0), 2)),
        _a_search(rng, -1),
        _a_search(rng, 1),
    ]


@exercise.right
def _(learning_rate, curvature, tolerance):
    factor, n, left = abs(1 - learning_rate * curvature), 0, 1.0
    if factor >= 1:
        return None if tolerance < 1 else 0
    while left > tolerance:
        left, n = left * factor, n + 1
    return n


@exercise.mistake(
    "one step too few",
    "after this many steps the error is still larger than the tolerance. Round up; the "
    "step that lands counts too.",
    {"return n": "return max(n - 1, 0)"},
    {"return n": "return max(n - 1, int(factor == 0 < tolerance < 1))"},
)
def _(learning_rate, curvature, tolerance):  # rounded down, right just on the border
    from math import log

    factor = abs(1 - learning_rate * curvature)
    if factor >= 1 or tolerance >= 1:
        return None if tolerance < 1 else 0
    return int(log(tolerance) / log(factor)) if factor else 1


exercise.mistake(
    "one step too many",
    "the tolerance is already met one step earlier. Count from 0: no step taken.",
    {"return n": "return n + 1"},
)
exercise.mistake(
    "equal is not enough",
    "an error just as large as the tolerance will do, so with tolerance 1 the start "
    "itself does: 0 steps.",
    {"None if tolerance < 1 else 0": "None", "left > tolerance": "left >= tolerance"},
)


@exercise.mistake(
    "not a whole number",
    "there is no part of a step: round up to a whole number.",
)
def _(learning_rate, curvature, tolerance):
    from math import log

    factor = abs(1 - learning_rate * curvature)
    if factor >= 1:
        return None if tolerance < 1 else 0
    return log(tolerance) / log(factor) if factor else 1


exercise.mistake(
    "sign of the factor kept",
    "one step does not get there. A negative factor jumps across the minimum, and the "
    "error shrinks from step to step: compare its size, without the sign.",
    {"abs(1 - learning_rate * curvature)": "1 - learning_rate * curvature"},
)
exercise.mistake(
    "no answer for jumping rates",
    "no number comes back for rates beyond 1/λ. They overshoot, but up to 2/λ they "
    "converge: only a factor of size 1 or more never gets there.",
    {
        "abs(1 - learning_rate * curvature)": "1 - learning_rate * curvature",
        "factor >= 1": "factor < 0 or factor >= 1",
    },
)
exercise.mistake(
    "loss instead of error",
    "this counts until the loss has shrunk that far. The loss is the error squared, so "
    "it gets there in half the steps.",
    {"abs(1 - learning_rate * curvature)": "(1 - learning_rate * curvature) ** 2"},
)
exercise.mistake(
    "curvature taken for 1",
    "the factor is 1 − ηλ: the curvature is missing.",
    {" * curvature": "", "left > tolerance": "left > tolerance and n < 100_000"},
)
exercise.mistake(
    "number instead of None",
    "where the error never shrinks that far there is no number of steps: return None.",
    {
        "    if factor >= 1:\n        return None if tolerance < 1 else 0\n": "",
        "left > tolerance": "left > tolerance and n < 1000",
    },
    {"return None": 'return float("inf")'},
    {"return None": "return -1"},
    {"return None if tolerance < 1 else 0": "return 0"},
)
exercise.mistake(
    "factor 2 twice",
    "λ is the second derivative: the 2 of the derivative is in it already. The factor "
    "is 1 − ηλ.",
    {
        "1 - learning_rate": "1 - 2 * learning_rate",
        "left > tolerance": "left > tolerance and n < 100_000",
    },
    like=["no answer for jumping rates"],
    untold=["landing at once"],
)


@exercise.mistake(
    "rounded to the nearest",
    "`round` goes to the nearest whole number, and below it the tolerance is not met "
    "yet. Round up: `math.ceil`.",
)
def _(learning_rate, curvature, tolerance):
    from math import log

    factor = abs(1 - learning_rate * curvature)
    if factor >= 1:
        return None if tolerance < 1 else 0
    return round(log(tolerance) / log(factor)) if factor else int(tolerance < 1)


@exercise.mistake(
    "logarithm of zero",
    "where ηλ = 1 the factor is 0, and 0 has no logarithm: one step lands at once.",
)
def _(learning_rate, curvature, tolerance):
    from math import ceil, log

    factor = abs(1 - learning_rate * curvature)
    if factor >= 1:
        return None if tolerance < 1 else 0
    return ceil(log(tolerance) / log(factor) - 1e-9)


@exercise.mistake(
    "logarithm of a negative number",
    "beyond 1/λ the factor is negative and has no logarithm. Take that of its size.",
)
def _(learning_rate, curvature, tolerance):
    from math import ceil, log

    factor = 1 - learning_rate * curvature
    if abs(factor) >= 1:
        return None if tolerance < 1 else 0
    return ceil(log(tolerance) / log(factor) - 1e-9) if factor else int(tolerance < 1)


@exercise.mistake(
    "fraction upside down",
    "factor**n = tolerance gives n = log(tolerance) / log(factor), not the other way "
    "round.",
    like=["sign of the factor kept"],
)
def _(learning_rate, curvature, tolerance):
    from math import ceil, log

    factor = abs(1 - learning_rate * curvature)
    if factor >= 1 or tolerance >= 1:
        return None if tolerance < 1 else 0
    return ceil(log(factor) / log(tolerance)) if factor else 1
