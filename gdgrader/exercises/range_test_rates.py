"""The rates of a range test: `range_test_rates(low, high, n)`.

Tolerance: powers and logarithms in float64 agree to 1e-14, and `torch.logspace` in its
own float32 to 1e-6; the mistakes differ by more than 1e-2 of a rate. So 1e-5 of the
size.
"""

from gdgrader.exercises.base import Exercise, case

exercise = Exercise(
    "range_test_rates", "08_range_test_warmup", rel=1e-5, abs=0.0, place=1
)
exercise.help(
    passage="Your turn: the rates",
    first_line="factor = (high / low) ** (…)",
    why="Evenly spaced logarithms mean equal factors: n rates have n − 1 gaps, which "
    "multiply to high / low.",
)


def _ends(rng) -> tuple[float, float]:
    low = round(rng.uniform(1, 9), 2) * 10 ** -rng.randint(2, 5)
    return float(f"{low:.3g}"), round(low * rng.uniform(20, 5000), 3) + 1.0


@exercise.asks(
    "many rates",
    case(0.001, 10.0, 5),
    case(1e-6, 0.3, 8),
    case(0.02, 7.0, 120),
    case(0.5, 0.6, 4),
    case(0.5, 6000.0, 5),
    case(0.002, 3.0, 207),
)
def _(rng):
    return case(*_ends(rng), rng.randint(4, 30))


# Beside two rates there are three: to give both ends back is no answer.
@exercise.asks(
    "two or three",
    case(0.01, 4.0, 2),
    case(0.01, 4.0, 3),
    case(0.01, 9.0, 3),
    case(0.03, 9.0, 3),
    case(1e-4, 1.0, 3),
)
def _(rng):
    low, high = _ends(rng)
    return [case(low, high, 2), case(low, high, 3)]


@exercise.right
def _(low, high, n):
    factor = (high / low) ** (1 / (n - 1))
    return [low * factor**i for i in range(n)]


exercise.mistake(
    "evenly spaced rates",
    "these rates have equal differences, so nearly all of them are large. Give them "
    "equal factors: their logarithms are to be evenly spaced.",
    {
        "factor = (high / low) ** (1 / (n - 1))": "gap = (high - low) / (n - 1)",
        "low * factor**i": "low + gap * i",
    },
    {
        "factor = (high / low) ** (1 / (n - 1))": "gap = (high - low) / n",
        "low * factor**i": "low + gap * i",
    },
)
_WHOLE = """\
    factor = (high / low) ** (1 / (n - 1))
    return [low * factor**i for i in range(n)]
"""
exercise.mistake(
    "ends as exponents",
    "these are powers of ten with low and high as exponents. They are rates: hand "
    "`logspace` their logarithms, `log10(low)` and `log10(high)`.",
    {_WHOLE: "    import torch\n    return torch.logspace(low, high, n).tolist()\n"},
    {
        _WHOLE: "    import torch\n"
        "    return torch.logspace(low, high, n, dtype=torch.float64).tolist()\n"
    },
)
exercise.mistake(
    "ends too early",
    "the last rate is below high: n rates have n − 1 gaps between them.",
    {"1 / (n - 1)": "1 / n"},
)
exercise.mistake(
    "low left out",
    "the first rate is above low: it has to be low itself, and n rates have n − 1 gaps "
    "between them.",
    {"1 / (n - 1)": "1 / n", "range(n)": "range(1, n + 1)"},
)
exercise.mistake(
    "one rate too many",
    "this goes beyond high by one more factor: n rates, of which high is the last.",
    {"range(n)": "range(n + 1)"},
)
exercise.mistake(
    "one rate too few",
    "the last one, high, is missing.",
    {"range(n)": "range(n - 1)"},
)
exercise.mistake(
    "n gaps, n + 1 rates",
    "the ends are right, but there is one rate too many: n rates, not n gaps.",
    {"1 / (n - 1)": "1 / n", "range(n)": "range(n + 1)"},
)
exercise.mistake(
    "downwards",
    "the right rates, from high to low: a range test goes up.",
    {"low * factor**i": "high / factor**i"},
)
exercise.mistake(
    "logarithms returned",
    "these are the logarithms of the rates: raise e, or 10, to them at the end.",
    {
        "return": "from math import log\n    return",
        "low * factor**i": "log(low * factor**i)",
    },
    {
        "return": "from math import log10\n    return",
        "low * factor**i": "log10(low * factor**i)",
    },
)
exercise.mistake(
    "high as a factor",
    "the last rate is low times high: from low to high it is the factor high / low.",
    {"high / low": "high"},
)
exercise.mistake(
    "root forgotten",
    "every single rate is high / low times the one before. All n − 1 factors together "
    "are to be as much.",
    {" ** (1 / (n - 1))": ""},
)
exercise.mistake(
    "factor divided",
    "high / low divided by n − 1, or n, is no factor that n − 1 steps multiply to "
    "high / low: take the root.",
    {" ** (1 / (n - 1))": " / (n - 1)"},
    {" ** (1 / (n - 1))": " / n"},
)
exercise.mistake(
    "times ten",
    "every rate is ten times the one before, wherever that ends: the factor hangs on "
    "low, high and n.",
    {"(high / low) ** (1 / (n - 1))": "10"},
)
exercise.mistake(
    "doubled",
    "every rate is twice the one before, wherever that ends: the factor hangs on low, "
    "high and n.",
    {"(high / low) ** (1 / (n - 1))": "2"},
)
