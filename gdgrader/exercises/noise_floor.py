"""Where a constant rate settles: `noise_floor(lr, curvature, sigma, batch_size=1)`.

Tolerance: a few operations, exact to 1e-15 in float64 and 1e-6 in a student's float32;
the mistakes differ by 1e-2 or more, as no draw has ηλ near 0, 1 or 2. So 1e-5.
"""

from gdgrader.exercises.base import Exercise, case

exercise = Exercise(
    "noise_floor", "04_minibatches_momentum", rel=1e-5, abs=0.0, place=2
)
exercise.help(
    passage="The floor of a batch",
    first_line="variance = lr * sigma**2 / …\nreturn … * variance",
    why="A mean of B examples has the variance σ²/B; put it into lesson 2's variance "
    "of θ, and half the curvature times that is the loss above the minimum.",
)


def _numbers(rng) -> tuple[float, float, float]:
    """A rate, a curvature and a noise; ηλ is from 0.2 to 0.8, or from 1.2 to 1.7."""
    curvature = round(rng.uniform(1.5, 8.0), 3)
    stiff = rng.choice([rng.uniform(0.2, 0.8), rng.uniform(1.2, 1.7)])
    return round(stiff / curvature, 4), curvature, round(rng.uniform(1.5, 5.0), 3)


@exercise.asks(
    "one example a step",
    case(0.1, 2.0, 3.0),
    case(0.3, 2.0, 3.0),
    case(0.1, 5.0, 3.0),
    case(0.1, 2.0, 7.0),
    case(0.5, 3.0, 0.2),
    case(0.004, 250.0, 30.0),
    case(150.0, 0.01, 0.3),
    case(0.3, 0.5, 500.0),
    case(0.2, 5.0, 0.5, 1),
)
def _(rng):
    return case(*_numbers(rng))


# Without noise every batch says the same and the floor is 0; such a case stands with
# others, so that a 0 for all earns nothing.
@exercise.asks(
    "a minibatch",
    case(0.1, 2.0, 3.0, 4),
    case(0.3, 2.0, 3.0, 4),
    case(0.1, 5.0, 3.0, 4),
    case(0.1, 2.0, 7.0, 4),
    case(0.2, 2.0, 3.0, 8),
    case(0.2, 2.0, 0.0, 16),
    case(0.5, 3.0, 0.2, 250),
    case(lr=0.3, curvature=4.0, sigma=2.5, batch_size=5),
)
def _(rng):
    return case(*_numbers(rng), rng.randint(3, 40))


@exercise.right
def _(lr, curvature, sigma, batch_size=1):
    return lr * sigma**2 / batch_size / (2 * (2 - lr * curvature))


exercise.mistake(
    "batch size ignored",
    "the batch size plays no part here. A mean of B examples has a B-th of the "
    "variance.",
    {" / batch_size": ""},
    untold=["one example a step"],
)
exercise.mistake(
    "divided by the square of B",
    "B divides twice here. The variance of a mean falls with B, once: its standard "
    "deviation falls with √B.",
    {" / batch_size": " / batch_size**2"},
    untold=["one example a step"],
)
exercise.mistake(
    "divided by the root of B",
    "the *standard deviation* falls with √B. The floor goes with the variance: divide "
    "it by B.",
    {" / batch_size": " / batch_size**0.5"},
    untold=["one example a step"],
)
exercise.mistake(
    "multiplied by B",
    "a larger batch has less noise: B belongs below the line.",
    {" / batch_size": " * batch_size"},
    untold=["one example a step"],
)
exercise.mistake(
    "variance of θ returned",
    "this is the variance of θ. The loss above the minimum is λ/2 times it.",
    {"(2 * (2 - lr * curvature))": "(curvature * (2 - lr * curvature))"},
)
exercise.mistake(
    "half forgotten",
    "twice too much: the loss of the bowl is λθ²/2, so take *half* of λ times the "
    "variance of θ.",
    {"(2 * (2 - lr * curvature))": "(2 - lr * curvature)"},
)
exercise.mistake(
    "σ not squared",
    "σ is the standard deviation; noise adds up by its variance, σ².",
    {"sigma**2": "sigma"},
)
exercise.mistake(
    "small rates only",
    "ησ²/(4B) holds for small ηλ only. Near the bound the factor 2 − ηλ below the line "
    "gets small, and the floor high.",
    {"(2 * (2 - lr * curvature))": "4"},
)
exercise.mistake(
    "plus below the line",
    "2 − ηλ comes from 1 − (1 − ηλ)² = ηλ(2 − ηλ): the floor rises without end as the "
    "rate nears its bound.",
    {"2 - lr": "2 + lr"},
)
exercise.mistake(
    "factor of one step",
    "1 − ηλ is what one step leaves of θ. The variance keeps (1 − ηλ)² of itself, so "
    "that ηλ(2 − ηλ) of it goes in a step.",
    {"(2 - lr * curvature)": "(1 - lr * curvature)"},
)
exercise.mistake(
    "noise of one step",
    "η²σ²/B is what one step adds to the variance. What settles is that over "
    "ηλ(2 − ηλ), the part that goes in a step.",
    {
        "lr * sigma**2 / batch_size / (2 * (2 - lr * curvature))": (
            "lr**2 * sigma**2 / batch_size"
        )
    },
    {
        "lr * sigma**2 / batch_size / (2 * (2 - lr * curvature))": (
            "curvature / 2 * lr**2 * sigma**2 / batch_size"
        )
    },
)
exercise.mistake(
    "rate squared",
    "the noise of one step goes with η². Divided by ηλ(2 − ηλ), one η is left.",
    {"lr * sigma": "lr**2 * sigma"},
)
exercise.mistake(
    "rate forgotten",
    "the rate itself is missing above the line: half of it, half the floor.",
    {"lr * sigma": "sigma"},
)
exercise.mistake(
    "λ above the line",
    "λ/2 times ησ²/(Bλ(2 − ηλ)): the λ above the line and the one below it cancel.",
    {"lr * sigma": "curvature * lr * sigma"},
)
