"""The rate after each metric by torch's plateau rule: `simulate_plateau(metrics, …)`.

Tolerance: rates are products of a few factors, equal to 1e-15 in any order; they get
small, so only the relative difference counts. A mistake changes a rate by a factor of 2
or so.
"""

from gdgrader.exercises.base import Exercise, case

exercise = Exercise("simulate_plateau", "06_reduce_on_plateau", abs=0.0, place=1)
exercise.help(
    passage="The rule",
    first_line="best, bad, resting, lr, rates = …\nfor metric in metrics:",
    why="It keeps the four things that the rule remembers, goes through the rule's "
    "three points in their order, and notes the rate after them.",
)

# Two decimals, and thresholds of four odd digits: no metric lies on the boundary, so
# that best · (1 - threshold) and best - threshold · best decide alike.
_LOSSES = [3.0, 2.0, 2.0, 2.1, 1.5, 1.6, 1.5, 1.7, 1.65, 1.4, 1.5, 1.45, 1.4, 1.5, 0.9]
_CREEPING = [2.0, 1.97, 1.94, 1.91, 1.88, 1.85, 1.2, 1.19, 1.18, 1.5, 1.17, 1.1, 1.1]
_ODD = 0.0317
_NAN = float("nan")
# Here a best that a drop has set anew is beaten by what is bad for the true one.
_SPIKES = [2.0, 3.0, 2.5, 2.4, 2.3, 1.5, 2.0, 1.9, 1.8, 1.7]


def _metrics(rng, n: int, low: float = 0.5) -> list[float]:
    """A series that falls, rests, ties and jumps."""
    value, series = low + 3.0, []
    for _ in range(n):
        series.append(round(value, 2))
        value += rng.choice([-0.4, -0.2, -0.03, 0.0, 0.0, 0.25])
        value = max(value, low)
    return series


def _rate(rng) -> float:
    return round(rng.uniform(0.1, 1.0), 3)


def _halving(metrics, initial_lr=0.4, **how) -> dict:
    return case(metrics, initial_lr, factor=0.5, **how)


@exercise.asks(
    "patience",
    case([], 0.1),
    case([1.0] * 13, 0.1),
    case([1.0] * 203, 1500.0, factor=0.5, patience=201),
    case(_LOSSES, 0.5, factor=0.125, patience=1),
    case(_LOSSES[:5], 0.5, factor=0.0, patience=0, min_lr=0.02),
    case(_LOSSES, 0.1, factor=0.5, patience=0),
    _halving(_LOSSES, 0.5, patience=1),
    _halving(_LOSSES, 0.5, patience=2),
)
def _(rng):
    factor = round(rng.uniform(0.5, 0.8), 3)  # far above what torch leaves out
    patience = rng.randint(0, 3)
    return case(_metrics(rng, 20), _rate(rng), factor=factor, patience=patience)


@exercise.asks(
    "threshold",
    _halving(_CREEPING, patience=1, threshold=_ODD),
    _halving(_CREEPING, patience=0, threshold=_ODD),
    _halving([10 * m for m in _CREEPING], patience=1, threshold=_ODD),
    _halving(_LOSSES, patience=1, threshold=_ODD),
    _halving(_CREEPING, patience=1),
    # By threshold 0 a tie lies on the bar; so large a one is hardly ever beaten.
    _halving([1.0, 0.99995, 0.9999, 0.9999, 0.9999], patience=0, threshold=0.0),
    case([1.0, 1.00005, 1.0001, 1.0001], 0.4, "max", 0.5, 0, 0.0),
    case([0.01, 1.2, 1.3, 9.0], 0.4, "max", 0.5, 0, 150.0),
)
def _(rng):
    return case(
        _metrics(rng, 20), _rate(rng), factor=0.5, patience=rng.randint(0, 2),
        threshold=rng.choice([0.0213, 0.0317, 0.0523]),
    )  # fmt: skip


@exercise.asks(
    "mode max",
    case(
        [96.26, 96.96, 96.78, 97.7, 98.02, 98.03, 98.05, 98.01, 98.05, 98.04],
        0.1,
        mode="max",
        patience=0,
    ),
    case([0.5, 0.6, 0.7, 0.8, 0.8, 0.8, 0.7, 0.9, 0.9], 0.4, "max", 0.5, 1),
    case([0.5, 0.6, 0.7, 0.8, 0.8, 0.8, 0.7, 0.9, 0.9], 0.4, "min", 0.5, 1),
    case([50 - m for m in _LOSSES], 0.4, "max", 0.5, 1),
    case([5 - m for m in _CREEPING], 0.4, "max", 0.5, 1, _ODD),
    case([5 - m for m in _CREEPING], 0.4, "max", 0.5, 0, _ODD),
    case([50 - 10 * m for m in _CREEPING], 0.4, "max", 0.5, 0, _ODD),
    case([5.0, 4.93, 5.0, 4.96, 5.1, 5.05, 5.3], 0.4, "max", 0.5, 0, _ODD),
)
def _(rng):
    rising = [round(9 - m, 2) for m in _metrics(rng, 20)]
    return case(rising, _rate(rng), mode="max", factor=0.5, patience=rng.randint(0, 2))


@exercise.asks(
    "cooldown and min_lr",
    _halving(_LOSSES, patience=0, cooldown=2),
    _halving(_LOSSES, patience=1, cooldown=1),
    case([1.0] * 16, 0.4, factor=0.5, patience=1, cooldown=3),
    case([1.0] * 12, 0.4, factor=0.5, patience=1, min_lr=0.08),
    case([1.0] * 5, 1500.0, factor=0.5, patience=0, min_lr=150.0625),
    case([1.0] * 5, 0.1, factor=0.5, patience=0, min_lr=0.15),
    case([1.0] * 204, 0.4, factor=0.5, patience=0, cooldown=201),
    _halving(_CREEPING, patience=1, threshold=_ODD, cooldown=2),
    _halving(_CREEPING, patience=0, threshold=_ODD, min_lr=0.15),
    _halving([10 * m for m in _CREEPING], patience=0, threshold=_ODD, cooldown=1),
    _halving(_SPIKES, patience=0, cooldown=1),
)
def _(rng):
    return case(
        _metrics(rng, 24), _rate(rng), factor=0.5, patience=rng.randint(0, 1),
        cooldown=rng.randint(1, 3), min_lr=0.0625,
    )  # fmt: skip


# Below 0 the relative threshold turns round: best · (1 - threshold) lies *above* best,
# so that a tie counts as better. That is torch's rule.
@exercise.asks(
    "NaN and negative metrics",
    _halving([2.0, _NAN, _NAN, 1.5, _NAN, 1.2, 1.3, 1.1], patience=1),
    _halving([_NAN, _NAN, 3.0, 2.0, _NAN, 2.5, 1.0], patience=0),
    _halving([_NAN, 3.0, _NAN, _NAN, 2.0], patience=1),
    case([-250.0, _NAN, -150.0, _NAN, _NAN, -9.0, -9.0, -300.0], 0.4, "max", 0.5, 0),
    case([-1.0, -1.0, -3.0, -2.0, -2.5, -0.5], 0.4, "max", 0.5, 0, _ODD),
    _halving(
        [-1.0, -2.0, -2.0, -2.0, -2.02, -1.99, -1.9, -1.9, -3.0],
        patience=0,
        threshold=_ODD,
    ),
    _halving([-0.5, -1.0, -1.0, -0.7, -1.0, -0.8, -0.6, -1.2], patience=1),
    _halving(_LOSSES, patience=1),
    _halving(_CREEPING, patience=1, threshold=_ODD),
)
def _(rng):
    series = [round(m - 4, 2) for m in _metrics(rng, 20)]
    for i in rng.sample(range(20), 3):
        series[i] = _NAN
    mode, patience = rng.choice(["min", "max"]), rng.randint(0, 2)
    return case(series, _rate(rng), mode=mode, factor=0.5, patience=patience)


@exercise.right
def _(
    metrics, initial_lr, mode="min", factor=0.1, patience=10, threshold=1e-4,
    cooldown=0, min_lr=0.0,
):  # fmt: skip
    min_lr = min(min_lr, initial_lr)
    best = float("inf") if mode == "min" else float("-inf")
    lr, bad, resting, rates = initial_lr, 0, 0, []
    for metric in metrics:
        if mode == "min":
            better = metric < best * (1 - threshold)
        else:
            better = metric > best * (1 + threshold)
        if better:
            best, bad = metric, 0
        else:
            bad += 1
        if resting > 0:
            resting, bad = resting - 1, 0
        if bad > patience:
            lr, bad, resting = max(lr * factor, min_lr), 0, cooldown
        rates.append(lr)
    return rates


_BY_MODE = """if mode == "min":
            better = metric < best * (1 - threshold)
        else:
            better = metric > best * (1 + threshold)
"""
_MIN_ONLY = {_BY_MODE: "better = metric < best * (1 - threshold)\n"}
_INFINITE = 'float("inf") if mode == "min" else float("-inf")'
_RESTING = "if resting > 0:\n            resting, bad = resting - 1, 0\n        "

exercise.mistake(
    "an epoch too early",
    "the rate drops on bad epoch number `patience`; torch is patient for that many "
    "and drops on the next one.",
    {"bad > patience": "bad >= patience"},
)
exercise.mistake(
    "ties count as better",
    "a metric equal to the best is not an improvement: it counts as a bad epoch.",
    {
        "< best * (1 - threshold)": "<= best * (1 - 0 * threshold)",
        "> best * (1 + threshold)": ">= best * (1 + 0 * threshold)",
    },
)
exercise.mistake(
    "threshold ignored",
    "any improvement counts here, however small. A metric must beat the best by the "
    "relative `threshold`, or the epoch is bad.",
    {" * (1 - threshold)": "", " * (1 + threshold)": ""},
)
exercise.mistake(
    "threshold absolute",
    "here the threshold is subtracted. It is relative: the best is multiplied by 1 − "
    "threshold (mode max: 1 + threshold).",
    {
        "best * (1 - threshold)": "best - threshold",
        "best * (1 + threshold)": "best + threshold",
    },
)
exercise.mistake(
    "threshold of |best|",
    "for a negative best this makes the bar lower, torch makes it higher: it "
    "multiplies the best itself by 1 − threshold, whatever its sign.",
    {
        'if mode == "min":': 'margin = 0 if abs(best) == float("inf") else '
        "threshold * abs(best)\n"
        '        if mode == "min":',
        "best * (1 - threshold)": "best - margin",
        "best * (1 + threshold)": "best + margin",
    },
)
exercise.mistake(
    "best is the plain minimum",
    "the best moves with every small improvement, also one below the threshold. Keep "
    "the old best until the threshold is beaten.",
    {
        "bad += 1": "bad += 1\n"
        '            best = (min if mode == "min" else max)(best, metric)'
    },
)
exercise.mistake(
    "compared with the epoch before",
    "each metric is compared with the one before it. Compare it with the best so far.",
    {
        "best, bad = metric, 0": "bad = 0",
        "if resting": "best = metric\n        if resting",
    },
)
exercise.mistake(
    "best reset at a drop",
    "the best survives a drop: only the count of bad epochs starts again. Here the "
    "metric of the drop becomes the new best.",
    {"0, cooldown": "0, cooldown\n            best = metric"},
)
exercise.mistake(
    "count kept after a drop",
    "after a drop the count of bad epochs starts again from 0. Here it goes on, so "
    "the next bad epoch drops the rate once more.",
    {"lr, bad, resting = ": "lr, resting = ", "min_lr), 0, ": "min_lr), "},
)
exercise.mistake(
    "count kept after an improvement",
    "an improvement sets the count of bad epochs back to 0. Here it only updates the "
    "best.",
    {"best, bad = metric, 0": "best = metric"},
)
exercise.mistake(
    "mode ignored",
    'this looks for small metrics in both modes. With mode="max" larger is better, '
    "and the best starts at −∞.",
    _MIN_ONLY | {' if mode == "min" else float("-inf")': ""},
)
exercise.mistake(
    "mode in the start alone",
    'with mode="max" every epoch is bad here. The best begins at −∞, and a metric is '
    "better if it lies above best · (1 + threshold): both turn round, not one alone.",
    _MIN_ONLY,
)
exercise.mistake(
    "bar below the best",
    'with mode="max" the bar lies above the best, at best · (1 + threshold). With a '
    "minus even a slightly smaller metric counts as better.",
    {"1 + threshold": "1 - threshold"},
    untold=["threshold", "NaN and negative metrics"],
)
exercise.mistake(
    "NaN counts as better",
    "NaN compares as false with everything, so “not worse” lets it pass as the new "
    "best. Ask “is it better?” instead.",
    {"metric < ": "not metric >= ", "metric > ": "not metric <= "},
)
exercise.mistake(
    "cooldown ignored",
    "after a drop, `cooldown` epochs pass in which bad epochs do not count.",
    {"0, cooldown": "0, 0"},
)
exercise.mistake(
    "cooldown keeps counting",
    "the rate rests during the cooldown, but the bad epochs still add up. Set the "
    "count to 0 in each epoch of it.",
    {"resting, bad = resting - 1, 0": "resting = resting - 1", "if bad": "elif bad"},
)
exercise.mistake(
    "cooldown skips the epoch",
    "an epoch in cooldown is left out altogether here. Only its bad count is: a metric "
    "that is better still becomes the best.",
    {_RESTING: "", "if better": f"{_RESTING}elif better"},
)
exercise.mistake(
    "min_lr ignored",
    "the rate falls below `min_lr`. It may not: take the larger of the two.",
    {"max(lr * factor, min_lr)": "lr * factor"},
)
exercise.mistake(
    "stops above min_lr",
    "a drop that would pass `min_lr` is left out here. Torch makes it, but only down "
    "to `min_lr`.",
    {"max(lr * factor, min_lr)": "lr * factor if lr * factor >= min_lr else lr"},
)
exercise.mistake(
    "raised to min_lr",
    "a rate that is below `min_lr` already is left alone: the rule only lowers rates.",
    {"    min_lr = min(min_lr, initial_lr)\n": ""},
)
exercise.mistake(
    "rate before the metric",
    "this is the rate in force before each metric. Wanted is the one after it, when "
    "the rule has decided.",
    {
        "rates.append(lr)": "",
        'if mode == "min":': 'rates.append(lr)\n        if mode == "min":',
    },
)
exercise.mistake(
    "dropped from the initial rate",
    "the rate drops once and then never again, as if every drop started from "
    "`initial_lr`. Each drop multiplies the rate as it is now.",
    {"max(lr * factor": "max(initial_lr * factor"},
)
exercise.mistake(
    "first metric is no improvement",
    "here the first metric is the best from the start, so its own epoch counts as bad. "
    "The best begins at ∞ (mode max: at −∞), which any metric beats.",
    {_INFINITE: "metrics[0] if metrics else 0"},
    {_INFINITE: "metrics[0]"},
)
exercise.mistake(
    "bar on the wrong side",
    "the bar is on the wrong side of the best: with mode min it is best · (1 − "
    "threshold), with mode max best · (1 + threshold). So a worse metric can pass.",
    {
        "< best * (1 - threshold)": "< best * (1 + threshold)",
        "> best * (1 + threshold)": "> best * (1 - threshold)",
    },
    like=["bar below the best", "ties count as better"],
)
exercise.mistake(
    "one epoch too patient",
    "the rate drops one bad epoch later than torch drops it: when the count of bad "
    "epochs is above `patience`, in that epoch.",
    {"bad > patience": "bad > patience + 1"},
)
exercise.mistake(
    "divided by factor",
    "the rate rises: `factor` is below 1, so multiply by it.",
    {"lr * factor": "lr / factor"},
)
exercise.mistake(
    "factor ignored",
    "each drop multiplies by 0.1 here, whatever `factor` says.",
    {"lr * factor": "lr * 0.1"},
)
exercise.mistake(
    "patience ignored",
    "the patience is always 10 here, whatever `patience` says.",
    {"bad > patience": "bad > 10"},
)
exercise.mistake(
    "zero taken for none",
    "0 is a value, too: `x or default` takes it for none, and so loses a `patience`, "
    "`threshold` or `factor` of 0.",
    {"bad > patience": "bad > (patience or 10)"},
    {"lr * factor": "lr * (factor or 0.1)"},
    {"    min_lr = ": "    threshold = threshold or 1e-4\n    min_lr = "},
)
exercise.mistake(
    "cooldown too long",
    "the rest after a drop is one epoch too long: `cooldown` epochs follow the drop.",
    {"0, cooldown": "0, cooldown + 1"},
)
exercise.mistake(
    "cooldown too short",
    "the rest after a drop is one epoch too short: `cooldown` epochs follow the drop, "
    "and that of the drop itself is none of them.",
    {"0, cooldown": "0, cooldown - 1"},
)
