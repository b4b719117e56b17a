"""One rate for each step, until nothing is left: `landing_rates(curvatures)`.

Tolerance: one division each, exact to 1e-16 in float64 and 1e-7 in a student's float32;
the mistakes differ by more than 1e-2 of a rate. So 1e-5 of the size.
"""

from gdgrader.exercises.base import Exercise, case

exercise = Exercise("landing_rates", "03_linear_regression", rel=1e-5, abs=0.0, place=5)
exercise.help(
    passage="Two rates, two steps",
    first_line="return [… for curvature in …]",
    why="A step with the rate 1/λ leaves nothing of the error along λ, so each "
    "different curvature takes one step, and the steepest has the smallest rate.",
)


def _apart(rng, n: int) -> list[float]:
    """Curvatures in no order, each at least 1.3 times the next smaller one."""
    value, made = rng.uniform(0.2, 0.9), []
    for _ in range(n):
        made.append(round(value, 3))
        value *= rng.uniform(1.3, 3.0)
    made[-1] = round(2.5 * made[-1], 3)  # so that some rate lies beyond the bound
    return [made[1], made[-1], made[0], *made[2:-1]]


@exercise.asks(
    "all different",
    case([0.5, 2.0]),
    case([1.0, 4.0, 0.25]),
    case([8.0]),
    case([3000.0, 0.004, 0.05]),
    case([2.0, 3.0, 1.9]),
    case([1.0, 4.0, 0.25], twice=True),
)
def _(rng):
    return case(_apart(rng, rng.randint(3, 5)))


@exercise.asks(
    "some alike",
    case([2.0, 8.0, 2.0]),
    case([5.0, 5.0, 5.0]),
    case([4.0] * 205 + [2.0]),
    case([1.0, 4.0, 0.5, 4.0, 1.0]),
    case([2.0, 8.0, 3.0, 5.0, 3.0]),
)
def _(rng):
    made = _apart(rng, 3)
    return case([*made, rng.choice(made), made[0]])


@exercise.right
def _(curvatures):
    return [1 / curvature for curvature in sorted(set(curvatures), reverse=True)]


exercise.mistake(
    "twice the rate",
    "each of these rates only turns its direction's error round: 1 − ηλ = −1. Which "
    "one leaves nothing of it?",
    {"1 / ": "2 / "},
)
exercise.mistake(
    "curvatures returned",
    "these are the curvatures. The rate that makes the factor 1 − ηλ zero is not λ "
    "itself.",
    {"1 / curvature": "curvature"},
    {"1 / curvature": "curvature", ", reverse=True": ""},
    {
        "1 / curvature": "curvature",
        "sorted(set(curvatures), reverse=True)": "curvatures",
    },
)
exercise.mistake(
    "largest rate first",
    "the right rates, the wrong way round: a large rate first makes the error of the "
    "steep directions larger. Begin with the smallest rate.",
    {", reverse=True": ""},
)
exercise.mistake(
    "order as given",
    "the right rates, in the order in which the curvatures came. Sort them, the "
    "smallest rate first.",
    {"sorted(set(curvatures), reverse=True)": "dict.fromkeys(curvatures)"},
)
exercise.mistake(
    "a step for every direction",
    "there are more steps than it takes: directions of the same curvature land "
    "together, in one step.",
    {"set(curvatures)": "curvatures"},
)
exercise.mistake(
    "a step for every direction, largest rate first",
    "the smallest rate comes first, and directions of the same curvature land "
    "together, in one step.",
    {"set(curvatures)": "curvatures", ", reverse=True": ""},
    like=["largest rate first"],
)
exercise.mistake(
    "a step for every direction, as given",
    "there is a step for every entry, in the order given. Directions of the same "
    "curvature land together, and the smallest rate comes first.",
    {"sorted(set(curvatures), reverse=True)": "curvatures"},
    like=["order as given"],
)
exercise.mistake(
    "best constant rate",
    "2/(λ_min + λ_max) is best where one rate must serve all steps. It makes every "
    "error smaller and none zero. Here each step may have a rate of its own.",
    {
        "1 / curvature for curvature in sorted(set(curvatures), reverse=True)": "2 / "
        "(min(curvatures) + max(curvatures)) for _ in set(curvatures)"
    },
    {
        "1 / curvature for curvature in sorted(set(curvatures), reverse=True)": "2 / "
        "(min(curvatures) + max(curvatures)) for _ in curvatures"
    },
    {
        "1 / curvature for curvature in sorted(set(curvatures), reverse=True)": "2 / "
        "(min(curvatures) + max(curvatures))"
    },
)
exercise.mistake(
    "steepest only",
    "this step lands the steepest direction alone. The others still have an error: "
    "each needs a step of its own.",
    {"sorted(set(curvatures), reverse=True)": "[max(curvatures)]"},
)
exercise.mistake(
    "flattest only",
    "this step lands the flattest direction alone, and what it leaves of the others "
    "is not zero: each needs a step of its own.",
    {"sorted(set(curvatures), reverse=True)": "[min(curvatures)]"},
)
exercise.mistake(
    "only rates below the bound",
    "the rates beyond the bound 2/λ_max are missing. Used once, after the steep "
    "directions have landed, they do no harm: there is no error left to enlarge.",
    {
        "reverse=True)": "reverse=True) if 1 / curvature < 2 / max(curvatures)",
    },
)
exercise.mistake(
    "cut at the bound",
    "no rate here lies beyond the bound 2/λ_max, so the flat directions do not land. "
    "Used once, after the steep ones have landed, a larger rate does no harm.",
    {"1 / curvature for": "min(1 / curvature, 2 / max(curvatures)) for"},
)
exercise.mistake(
    "half the rate",
    "each of these steps leaves half of its direction's error: 1 − ηλ = ½. Which rate "
    "leaves nothing?",
    {"1 / curvature": "1 / (2 * curvature)"},
)
exercise.mistake(
    "one step at the mean",
    "one step at the mean curvature lands no direction but one of just that curvature. "
    "Each curvature needs a step of its own.",
    {
        "[1 / curvature for curvature in sorted(set(curvatures), reverse=True)]": "["
        "len(curvatures) / sum(curvatures)]"
    },
)
exercise.mistake(
    "input sorted in place",
    "right, but `.sort()` changes the list that it was given, which belongs to whoever "
    "calls. `sorted(…)` makes a new one.",
    {
        "return [1": "curvatures.sort(reverse=True)\n    return [1",
        "sorted(set(curvatures), reverse=True)": "dict.fromkeys(curvatures)",
    },
)
