"""A rate read off the curve of a range test: `suggest_lr(rates, losses, rule)`.

Tolerance: an answer is one of the rates, or a tenth of one. A student's float32 is good
to 1e-7, and neighbouring rates differ by a tenth or more: 1e-5 of the size.
"""

from gdgrader.exercises.base import Exercise, case

exercise = Exercise("suggest_lr", "08_range_test_warmup", rel=1e-5, abs=0.0, place=2)
exercise.help(
    passage="Your turn: three rules",
    first_line='if rule == "steepest":\n'
    "    inner = range(1, …)\n"
    "    return rates[max(inner, key=lambda i: …)]\n"
    "lowest = rates[losses.index(…)]",
    why="With equal factors between the rates every gap is as wide in log η, so the "
    "largest difference of two neighbours is the steepest fall.",
)
RISING = [0.001, 0.004, 0.016, 0.064, 0.256, 1.024, 4.096]
# Steepest about 0.016, lowest at 0.256, then up again, more steeply than ever down.
CURVE = [2.3, 2.25, 1.9, 1.2, 1.1, 1.6, 7.5]
# Steepest between its second and third rate; its lowest value stands there twice.
EARLY = [2.0, 1.9, 0.9, 0.5, 0.7, 0.5, 3.0]
# Falls fastest from the first rate to the next, which is no two neighbours' fall.
STEEP_END = [5.0, 3.0, 2.9, 2.0, 1.2, 1.1, 1.3]

LARGE, SMALL = [20 * 10.0**i for i in range(7)], [1e-9 * 4**i for i in range(7)]
# Two hundred rates and more, steepest and lowest near the end.
MANY = [float(f"{0.001 * 1.04**i:.4g}") for i in range(212)]
LATE = [
    round(3 - 0.001 * i - (i > 204) - (i > 205) + 2 * (i > 209), 3) for i in range(212)
]


def _rates(rng, n: int) -> list[float]:
    low, factor = round(rng.uniform(1e-4, 1e-2), 5), round(rng.uniform(1.3, 3), 2)
    return [float(f"{low * factor**i:.6g}") for i in range(n)]


def _curve(rng) -> tuple[list[float], list[float]]:
    """Flat, down, fastest somewhere on the way, and up: steepest and lowest apart."""
    flat, down, up = rng.randint(2, 4), rng.randint(4, 7), rng.randint(2, 4)
    fastest = rng.randrange(1, down - 2)
    falls = [round(rng.uniform(0.02, 0.06), 3) for _ in range(flat)]
    falls += [round(rng.uniform(0.08, 0.2), 3) for _ in range(down)]
    falls[flat + fastest] = round(rng.uniform(0.6, 0.8), 3)
    falls[flat + fastest + 1] = round(rng.uniform(0.3, 0.5), 3)
    losses = [round(rng.uniform(2.8, 3.6), 3)]
    for fall in falls:
        losses.append(round(losses[-1] - fall, 3))
    for _ in range(up):
        losses.append(round(losses[-1] + rng.uniform(0.9, 2.5), 3))
    return _rates(rng, len(losses)), losses


@exercise.asks(
    "minimum, and a tenth of it",
    case(RISING, CURVE, "minimum"),
    case(RISING, CURVE, "tenth"),
    case(RISING, EARLY, "minimum"),
    case(RISING, EARLY, "tenth"),
    case(RISING, STEEP_END, "minimum"),
    case(RISING[:3], [3.0, 2.0, 1.0], "minimum"),
    case(RISING[:3], [1.0, 2.0, 3.0], "tenth"),
    case(MANY, LATE, "minimum"),
    case(LARGE, CURVE, "minimum"),
    case(SMALL, CURVE, "tenth"),
)
def _(rng):
    return [case(*_curve(rng), "minimum"), case(*_curve(rng), "tenth")]


@exercise.asks(
    "steepest",
    case(RISING, CURVE, "steepest"),
    case(RISING, EARLY, "steepest"),
    case(RISING, STEEP_END, "steepest"),
    case(RISING[:3], [3.0, 2.0, 1.0], "steepest"),
    case(RISING[:5], [4.0, 3.0, 2.0, 1.0, 0.5], "steepest"),
    case(RISING[:5], [3.0, 2.8, 2.5, 2.4, 1.0], "steepest"),
    case(MANY, LATE, "steepest"),
    case(LARGE, CURVE, "steepest"),
    case(SMALL, CURVE, "steepest"),
    case(RISING, CURVE, "minimum", aside=True),
)
def _(rng):
    return case(*_curve(rng), "steepest")


@exercise.right
def _(rates, losses, rule):
    if rule == "steepest":
        inner = range(1, len(rates) - 1)
        return rates[max(inner, key=lambda i: losses[i - 1] - losses[i + 1])]
    lowest = rates[losses.index(min(losses))]
    return lowest / 10 if rule == "tenth" else lowest


_FALL = "losses[i - 1] - losses[i + 1]"
_STEEPEST = f"rates[max(inner, key=lambda i: {_FALL})]"
exercise.mistake(
    "place returned",
    "this is the place in the list, not the rate that stands there.",
    {
        f"return {_STEEPEST}": f"return max(inner, key=lambda i: {_FALL})",
        "rates[losses.index(min(losses))]": "losses.index(min(losses))",
        "lowest / 10": "lowest // 10",
    },
    {
        f"return {_STEEPEST}": f"return max(inner, key=lambda i: {_FALL})",
        "rates[losses.index(min(losses))]": "losses.index(min(losses))",
    },
)
exercise.mistake(
    "loss returned",
    "this is a loss, not the rate that belongs to it.",
    {
        "rates[losses.index(min(losses))]": "min(losses)",
        _STEEPEST: f"losses[max(inner, key=lambda i: {_FALL})]",
    },
)
exercise.mistake(
    "steepest rise",
    "here the loss rises fastest. Where does it fall fastest?",
    {_FALL: "losses[i + 1] - losses[i - 1]"},
)
exercise.mistake(
    "steepest either way",
    "the steepest place of all, up or down. A loss that shoots up is steep, too: "
    "look for "
    "falls alone.",
    {_FALL: "abs(losses[i - 1] - losses[i + 1])"},
)
exercise.mistake(
    "per rate, not per logarithm",
    "the fall is divided by the difference of the rates, so that the smallest rates "
    "always look steepest. Divide by that of their logarithms, which is the same for "
    "all.",
    {_FALL: f"({_FALL}) / (rates[i + 1] - rates[i - 1])"},
)
exercise.mistake(
    "fall to the next rate",
    "this compares a rate with the next one only. The fall at a rate is that between "
    "its "
    "two neighbours.",
    {
        _FALL: "losses[i] - losses[i + 1]",
        "range(1, len(rates) - 1)": "range(len(rates) - 1)",
    },
    {_FALL: "losses[i] - losses[i + 1]"},
)
exercise.mistake(
    "fall from the rate before",
    "this compares a rate with the one before only. The fall at a rate is that between "
    "its two neighbours.",
    {_FALL: "losses[i - 1] - losses[i]", "len(rates) - 1)": "len(rates))"},
    {_FALL: "losses[i - 1] - losses[i]"},
)
exercise.mistake(
    "last of the lowest",
    "the smallest loss stands here more than once: take the first, the smaller rate.",
    {"losses.index(min(losses))": "len(losses) - 1 - losses[::-1].index(min(losses))"},
)
exercise.mistake(
    "rule ignored",
    "this is where the loss is smallest, whatever rule was asked for.",
    {
        '    if rule == "steepest":\n        inner = range(1, len(rates) - 1)\n'
        f"        return {_STEEPEST}\n": "",
        'lowest / 10 if rule == "tenth" else lowest': "lowest",
    },
)
exercise.mistake(
    "largest loss",
    "this is where the loss is largest. Look for the smallest.",
    {"min(losses)": "max(losses)"},
)
exercise.mistake(
    "last rate",
    "this is the last rate, or a tenth of it, wherever the loss is smallest.",
    {"losses.index(min(losses))": "-1", _STEEPEST: "rates[-1]"},
)
exercise.mistake(
    "a tenth of the places",
    "this goes to a tenth of the *place* in the list. A tenth of the rate was asked "
    "for.",
    {
        "lowest / 10": "rates[losses.index(min(losses)) // 10]",
    },
)
exercise.mistake(
    "a tenth of the steepest",
    "this is a tenth of where the loss falls fastest. It is a tenth of where it is "
    "smallest.",
    {
        'if rule == "steepest":': 'if rule != "minimum":',
        f"return {_STEEPEST}": f'return {_STEEPEST} / (10 if rule == "tenth" else 1)',
    },
)
exercise.mistake(
    "ten times",
    "this is ten times the rate of the smallest loss: a tenth of it was asked for.",
    {"lowest / 10": "lowest * 10"},
)
