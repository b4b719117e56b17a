"""What a step multiplies the error by: `contraction_factor(learning_rate, curvature)`.

Tolerance: one product and one difference, exact to 1e-15 in float64 and 1e-6 in a
student's float32; the mistakes differ by 1e-3 or more. So 1e-5 of the size.
"""

from gdgrader.exercises.base import Exercise, case

exercise = Exercise("contraction_factor", "01_single_step", rel=1e-5, abs=1e-9, place=3)
exercise.help(
    passage="What one step multiplies",
    first_line="return 1 - …",
    why="The slope at θ is λθ, so a step leads to θ − ηλθ = (1 − ηλ) · θ, and the "
    "bracket does not depend on θ.",
)


# The last two land, or nearly; float32 holds that one exactly.
@exercise.asks(
    "the curvature of θ²",
    case(0.2),
    case(0.9),
    case(1.1),
    case(0.5),
    case(0.5 - 2**-16),
)
def _(rng):
    return case(round(rng.uniform(0.6, 1.5), 3))


@exercise.asks(
    "any curvature",
    case(0.7, 4.0),
    case(0.1, 4.0),
    case(0.25, curvature=12.0),
    case(0.1, 300.0),
    case(300.0, 4.0),
    case(0.2, 0.0),
    case(0.3, -200.0),
)
def _(rng):
    return case(round(rng.uniform(0.6, 1.5), 3), round(rng.uniform(2.5, 9.0), 3))


@exercise.right
def _(learning_rate, curvature=2.0):
    return 1 - learning_rate * curvature


exercise.mistake(
    "absolute value",
    "the sign matters: a negative factor means the step jumps across the minimum. "
    "Return it as it is.",
    {"1 - learning_rate * curvature": "abs(1 - learning_rate * curvature)"},
)
exercise.mistake(
    "curvature ignored",
    "this is right for θ² alone. How steep the bowl is enters through the curvature.",
    {"learning_rate * curvature": "2 * learning_rate"},
)
exercise.mistake(
    "factor 2 twice",
    "a step removes ηλ, and you remove twice that from θ²: its curvature 2 is the 2 of "
    "the derivative already.",
    {"learning_rate * ": "2 * learning_rate * "},
)
exercise.mistake(
    "curvature left out",
    "1 − η is the factor for a bowl of curvature 1. Multiply η by the curvature, which "
    "is 2 where none is given.",
    {" * curvature": ""},
)
exercise.mistake(
    "sign flipped",
    "1 + ηλ is what climbing multiplies by. Downhill subtracts.",
    {"1 - ": "1 + "},
)
exercise.mistake(
    "minus the factor",
    "the sign is the other way round: 1 − ηλ, not ηλ − 1.",
    {"1 - learning_rate * curvature": "learning_rate * curvature - 1"},
)
exercise.mistake(
    "the share lost",
    "this is the share a step removes. The factor is what it leaves.",
    {"1 - ": ""},
)
exercise.mistake(
    "divided by the curvature",
    "a steeper bowl makes the step longer, not shorter: multiply by the curvature.",
    {" * curvature": " / curvature"},
)
exercise.mistake(
    "loss instead of error",
    "this is what a step multiplies the loss by. The error is multiplied by 1 − ηλ, "
    "without the square.",
    {"1 - learning_rate * curvature": "(1 - learning_rate * curvature) ** 2"},
)
exercise.mistake(
    "half the curvature",
    "the ½ is in the loss λθ²/2 already, so its derivative is λθ: no half is left.",
    {"learning_rate * ": "learning_rate / 2 * "},
    like=["curvature left out"],
)
exercise.mistake(
    "bracket too early",
    "this multiplies the 1 by λ, too. Multiply first, then subtract: 1 − ηλ.",
    {"1 - learning_rate": "(1 - learning_rate)"},
)
exercise.mistake(
    "curvature squared",
    "the curvature enters once: a step removes ηλ, not ηλ².",
    {"* curvature": "* curvature**2"},
    like=["factor 2 twice"],
)
exercise.mistake(
    "zero taken for none",
    "a curvature of 0 is given, not missing: `or` takes 0 for none.",
    {"    return": "    curvature = curvature or 2.0\n    return"},
)
