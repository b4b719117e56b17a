"""What weight decay leaves of a weight: `shrinkage(rates, weight_decay)`.

Tolerance: a product of 300 factors in float32 is good to 1e-5; mistakes differ by 1e-3
of the answer or more.
"""

from gdgrader.exercises.base import Exercise, case

exercise = Exercise("shrinkage", "09_averaging_adamw", rel=1e-4, abs=1e-12, place=3)
exercise.help(
    passage="Your turn: what decay leaves",
    first_line="left = 1.0\nfor lr in rates:\n    left = …",
    why="Every step multiplies the weight by 1 − η·wd, each with its own rate.",
)


def some_rates(rng, low: int, high: int) -> list[float]:
    """Rates that fall unevenly, so that no step can stand for another."""
    n = rng.randint(low, high)
    return [round(rng.uniform(0.2, 0.9) * (1 - 0.7 * i / n), 3) for i in range(n)]


@exercise.asks(
    "a constant rate",
    case([0.5] * 3, 0.5),
    case([0.1] * 300, 0.1),
    case([0.4], 0.25),
    case([0.25] * 4, 2.0),
    case([0.8, 0.4, 0.2], 0.5, aside=True),  # which step is missing shows there
)
def _(rng):
    lr = round(rng.uniform(0.2, 0.9), 3)
    return case([lr] * rng.randint(4, 9), round(rng.uniform(0.1, 0.6), 2))


@exercise.asks(
    "a schedule",
    case([0.8, 0.4, 0.2], 0.5),
    case([0.0, 0.5, 1.0, 0.5, 0.0], 0.3),
    case([150.0, 0.5], 0.004),
    case([0.9, 0.3], 150.0),
    case([2.0, 0.5], 0.8),  # turns the sign, and keeps it
    case([0.99, 0.98, 0.97, 0.96], 1.0),  # next to nothing is left
)
def _(rng):
    return case(some_rates(rng, 4, 9), round(rng.uniform(0.1, 0.6), 2))


# Without a step, or without decay, all is left: beside them something is lost.
@exercise.asks(
    "nothing to lose",
    case([], 0.5),
    case([0.5, 0.25], 0.0),
    case([0.5, 0.25], 0.3),
    case([0.5], 2.0),
)
def _(rng):
    rates = some_rates(rng, 3, 6)
    return [
        case([], 0.3),
        case(rates, 0.0),
        case(rates, round(rng.uniform(0.1, 0.6), 2)),
    ]


@exercise.right
def _(rates, weight_decay):
    left = 1.0
    for lr in rates:
        left = left * (1 - lr * weight_decay)
    return left


exercise.mistake(
    "added up",
    "the losses were added up. Each step takes its share of what is left by then, so "
    "the factors multiply.",
    {"left * (1 - lr * weight_decay)": "left - lr * weight_decay"},
)
exercise.mistake(
    "rate left out",
    "the rates play no part: each step multiplies by 1 − wd here. AdamW's decay is "
    "scaled by the step's rate.",
    {"lr * weight_decay": "weight_decay"},
)
exercise.mistake(
    "what is lost",
    "this is the share that is lost. Asked for is the share that is left.",
    {"return left": "return 1 - left"},
)
exercise.mistake(
    "exponential",
    "this is exp(−wd·Ση), which is near the product where the rates are small, and "
    "only there. Multiply the factors themselves.",
    {"left * (1 - lr * weight_decay)": "left * 2.718281828459 ** (-lr * weight_decay)"},
)
exercise.mistake(
    "first rate for all",
    "every step uses the first rate. Each has a rate of its own.",
    {"- lr *": "- rates[0] *"},
    untold=["a constant rate"],
)
exercise.mistake(
    "mean rate for all",
    "every step uses the mean rate. That is near, but the factors are those of the "
    "steps, each with its own rate.",
    {"- lr *": "- sum(rates) / len(rates) *"},
    untold=["a constant rate"],
)
exercise.mistake(
    "one step only",
    "one step's factor came back. All the steps' factors multiply.",
    {"left * (1": "1.0 * (1"},
)
exercise.mistake(
    "grows",
    "a weight decays, so each factor lies below 1: check the sign.",
    {"1 - lr": "1 + lr"},
)
exercise.mistake(
    "shares multiplied",
    "the shares that are lost were multiplied. Multiply what each step *leaves*, "
    "1 minus that.",
    {"(1 - lr * weight_decay)": "lr * weight_decay"},
)
exercise.mistake(
    "last step left out",
    "the last step's factor is missing.",
    {"in rates": "in rates[:-1]"},
)
exercise.mistake(
    "first step left out",
    "the first step's factor is missing.",
    {"in rates": "in rates[1:]"},
)
exercise.mistake(
    "decay squared",
    "each step shrinks the weight twice here. Its factor is 1 − η·wd, once.",
    {"(1 - lr * weight_decay)": "(1 - lr * weight_decay) ** 2"},
)
exercise.mistake(
    "factors below zero cut",
    "factors below 0 were cut off. Where η·wd is above 1 a step turns the weight's "
    "sign; leave it so.",
    {"(1 - lr * weight_decay)": "max(0.0, 1 - lr * weight_decay)"},
)
