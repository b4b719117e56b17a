"""The largest stable rate with momentum: `max_stable_lr_momentum(curvature, momentum)`.

Tolerance: a few operations in float64, so 1e-6 of the size leaves room for float32
alone; no draw has a momentum below 0.2, where the two kinds come near each other.
"""

from gdgrader.exercises.base import Exercise, case

exercise = Exercise(
    "max_stable_lr_momentum", "04_minibatches_momentum", rel=1e-6, abs=0.0, place=4
)
exercise.help(
    passage="Where it just does not settle",
    first_line="bound = 2 * (…) / curvature\nreturn … if nesterov else bound",
    why="At the bound every step just turns the error round; the heavy ball's w is "
    "against its gradient there, and Nesterov takes off the part that brakes.",
)


def _draw(rng) -> tuple[float, float]:
    return round(rng.uniform(0.2, 20.0), 3), round(rng.uniform(0.2, 0.95), 3)


@exercise.asks(
    "heavy ball",
    case(2.0, 0.9),
    case(5.0, 0.9),
    case(2.0, 0.0),
    case(5e5, 0.5),
    case(0.0004, 0.99),
    case(curvature=3.0, momentum=0.25),
    case(2.0, 0.9, True, aside=True),
)
def _(rng):
    return case(*_draw(rng))


@exercise.asks(
    "Nesterov",
    case(2.0, 0.9, True),
    case(5.0, 0.9, True),
    case(2.0, 0.0, True),
    case(5e5, 0.5, True),
    case(0.0004, 0.99, nesterov=True),
    case(2.0, 0.9, nesterov=False, aside=True),
)
def _(rng):
    return case(*_draw(rng), nesterov=True)


@exercise.right
def _(curvature, momentum, nesterov=False):
    bound = 2 * (1 + momentum) / curvature
    return bound / (1 + 2 * momentum) if nesterov else bound


exercise.mistake(
    "Nesterov as heavy ball",
    "right without Nesterov, and given with it, too. Nesterov steps along g + βw, "
    "which is (1 + 2β) times as long at the bound: it has a bound of its own.",
    {"bound / (1 + 2 * momentum) if nesterov else bound": "bound"},
    untold=["heavy ball"],
)
exercise.mistake(
    "the two exchanged",
    "the formulas of heavy ball and Nesterov are exchanged: ask `if nesterov` once "
    "more.",
    {"if nesterov": "if not nesterov"},
)
exercise.mistake(
    "Nesterov always",
    "this is Nesterov's bound. Without `nesterov` it is the heavy ball that is asked "
    "for.",
    {" if nesterov else bound": ""},
    untold=["Nesterov"],
)
exercise.mistake(
    "momentum ignored",
    "this is 2/λ, the bound without momentum. At the bound the velocity is against the "
    "gradient, so that it brakes: the bound moves with β.",
    {
        "2 * (1 + momentum) / curvature": "2 / curvature",
        "bound / (1 + 2 * momentum) if nesterov else bound": "bound",
    },
)
exercise.mistake(
    "as if the rate were η/(1 − β)",
    "η/(1 − β) is how far a *steady* gradient carries. At the bound the gradient turns "
    "round at every step, and the velocity works against it.",
    {
        "2 * (1 + momentum) / curvature": "2 * (1 - momentum) / curvature",
        "bound / (1 + 2 * momentum) if nesterov else bound": "bound",
    },
    {"2 * (1 + momentum) / curvature": "2 * (1 - momentum) / curvature"},
)
exercise.mistake(
    "divided by 1 − β",
    "this grows without end as β nears 1. Write down the velocity of an error that "
    "only turns round, w = λe − βw: what does it divide by?",
    {"2 * (1 + momentum) / curvature": "2 / (curvature * (1 - momentum))"},
    {
        "2 * (1 + momentum) / curvature": "2 / (curvature * (1 - momentum))",
        "bound / (1 + 2 * momentum) if nesterov else bound": "bound",
    },
)
exercise.mistake(
    "1 + β below the line",
    "1 + β is on the wrong side: 2 = ηλ/(1 + β), and what is wanted is η.",
    {"2 * (1 + momentum) / curvature": "2 / (curvature * (1 + momentum))"},
    {
        "2 * (1 + momentum) / curvature": "2 / (curvature * (1 + momentum))",
        "bound / (1 + 2 * momentum) if nesterov else bound": "bound",
    },
)
exercise.mistake(
    "curvature ignored",
    "this is the bound of one bowl only. It depends on the curvature.",
    {" / curvature": ""},
    {"2 * (1 + momentum) / curvature": "1 + momentum"},
)
exercise.mistake(
    "factor 2 missing",
    "half the bound: e becomes −e, so a step is 2e long.",
    {"2 * (1 + momentum) / ": "(1 + momentum) / "},
)
exercise.mistake(
    "1 + β for 1 + 2β",
    "with Nesterov this is 2/λ, as without momentum. At the bound g + βw is "
    "λe + βλe/(1 + β): bring it on one fraction line.",
    {"1 + 2 * momentum": "1 + momentum"},
    untold=["heavy ball"],
)
exercise.mistake(
    "multiplied for Nesterov",
    "Nesterov's step is longer at the bound, so its rate must be smaller: divide.",
    {"bound / (1 + 2": "bound * (1 + 2"},
    untold=["heavy ball"],
)
exercise.mistake(
    "2β without the 1",
    "g + βw at the bound is λe(1 + 2β)/(1 + β): at β = 0 the bound must be 2/λ again.",
    {"(1 + 2 * momentum)": "(2 * momentum)"},
    untold=["heavy ball"],
)
exercise.mistake(
    "multiplied by λ",
    "a steeper bowl wants a smaller rate: divide by the curvature.",
    {" / curvature": " * curvature"},
)
