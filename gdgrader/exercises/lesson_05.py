"""Lesson 05: the plateau rule, a loop that feeds it, and whom it may listen to."""

from gdgrader.exercises.base import Exercise, case, scheduler

LESSON = "05_reduce_on_plateau"

# Rates are products of a few factors, equal to 1e-15 in any order; they get small, so
# only the relative difference counts. A mistake changes a rate by a factor of 2 or so.
simulate_plateau = Exercise("simulate_plateau", LESSON, "simulate_plateau", abs=0.0)
# As in lesson 04: float32 x, good to 1e-6 a step, and absolute 1e-4 where x is near 0.
# The rates stay above 0.01, and no loss comes near the best within rounding.
optimize_plateau = Exercise("optimize_plateau", LESSON, "optimize", rel=1e-4, abs=1e-4)
# Indices; what is right is for the rule "split" to say.
split_train_val = Exercise("split_train_val", LESSON, "split_train_val")


# simulate_plateau -------------------------------------------------------------------

# Two decimals, and thresholds of four odd digits: no metric lies on the boundary, so
# that best · (1 - threshold) and best - threshold · best decide alike.
_LOSSES = [3.0, 2.0, 2.0, 2.1, 1.5, 1.6, 1.5, 1.7, 1.65, 1.4, 1.5, 1.45, 1.4, 1.5, 0.9]
_CREEPING = [2.0, 1.97, 1.94, 1.91, 1.88, 1.85, 1.2, 1.19, 1.18, 1.5, 1.17, 1.1, 1.1]
_ODD = 0.0317
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


@simulate_plateau.asks(
    "patience",
    case([], 0.1),
    case([1.0] * 13, 0.1),
    case(_LOSSES, 0.1, factor=0.5, patience=0),
    case(_LOSSES, 0.5, factor=0.5, patience=1),
    case(_LOSSES, 0.5, factor=0.5, patience=2),
)
def _(rng):
    return case(_metrics(rng, 20), _rate(rng), factor=0.5, patience=rng.randint(0, 3))


@simulate_plateau.asks(
    "threshold",
    case(_CREEPING, 0.4, factor=0.5, patience=1, threshold=_ODD),
    case(_CREEPING, 0.4, factor=0.5, patience=0, threshold=_ODD),
    case([10 * m for m in _CREEPING], 0.4, factor=0.5, patience=1, threshold=_ODD),
    case(_LOSSES, 0.4, factor=0.5, patience=1, threshold=_ODD),
)
def _(rng):
    return case(
        _metrics(rng, 20), _rate(rng), factor=0.5, patience=rng.randint(0, 2),
        threshold=rng.choice([0.0213, 0.0317, 0.0523]),
    )  # fmt: skip


@simulate_plateau.asks(
    "mode max",
    case(
        [96.26, 96.96, 96.78, 97.7, 98.02, 98.03, 98.05, 98.01, 98.05, 98.04],
        0.1,
        mode="max",
        patience=0,
    ),
    case([0.5, 0.6, 0.7, 0.8, 0.8, 0.8, 0.7, 0.9, 0.9], 0.4, "max", 0.5, 1),
    case([50 - m for m in _LOSSES], 0.4, "max", 0.5, 1),
    case([5 - m for m in _CREEPING], 0.4, "max", 0.5, 1, _ODD),
    case([5 - m for m in _CREEPING], 0.4, "max", 0.5, 0, _ODD),
    case([50 - 10 * m for m in _CREEPING], 0.4, "max", 0.5, 0, _ODD),
    case([5.0, 4.93, 5.0, 4.96, 5.1, 5.05, 5.3], 0.4, "max", 0.5, 0, _ODD),
)
def _(rng):
    rising = [round(9 - m, 2) for m in _metrics(rng, 20)]
    return case(rising, _rate(rng), mode="max", factor=0.5, patience=rng.randint(0, 2))


@simulate_plateau.asks(
    "cooldown and min_lr",
    case(_LOSSES, 0.4, factor=0.5, patience=0, cooldown=2),
    case(_LOSSES, 0.4, factor=0.5, patience=1, cooldown=1),
    case([1.0] * 16, 0.4, factor=0.5, patience=1, cooldown=3),
    case([1.0] * 12, 0.4, factor=0.5, patience=1, min_lr=0.08),
    case(_CREEPING, 0.4, factor=0.5, patience=1, threshold=_ODD, cooldown=2),
    case(_CREEPING, 0.4, factor=0.5, patience=0, threshold=_ODD, min_lr=0.15),
    case(
        [10 * m for m in _CREEPING],
        0.4,
        factor=0.5,
        patience=0,
        threshold=_ODD,
        cooldown=1,
    ),
    case(_SPIKES, 0.4, factor=0.5, patience=0, cooldown=1),
)
def _(rng):
    return case(
        _metrics(rng, 24), _rate(rng), factor=0.5, patience=rng.randint(0, 1),
        cooldown=rng.randint(1, 3), min_lr=0.06,
    )  # fmt: skip


_NAN = float("nan")


# Below 0 the relative threshold turns round: best · (1 - threshold) lies *above* best,
# so that a tie counts as better. That is torch's rule.
@simulate_plateau.asks(
    "NaN and negative metrics",
    case([2.0, _NAN, _NAN, 1.5, _NAN, 1.2, 1.3, 1.1], 0.4, factor=0.5, patience=1),
    case([_NAN, _NAN, 3.0, 2.0, _NAN, 2.5, 1.0], 0.4, factor=0.5, patience=0),
    case(
        [-1.0, -2.0, -2.0, -2.0, -2.02, -1.99, -1.9, -1.9, -3.0],
        0.4,
        factor=0.5,
        patience=0,
        threshold=_ODD,
    ),
    case([-0.5, -1.0, -1.0, -0.7, -1.0, -0.8, -0.6, -1.2], 0.4, factor=0.5, patience=1),
    case(_LOSSES, 0.4, factor=0.5, patience=1),
    case(_CREEPING, 0.4, factor=0.5, patience=1, threshold=_ODD),
)
def _(rng):
    series = [round(m - 4, 2) for m in _metrics(rng, 20)]
    for i in rng.sample(range(20), 3):
        series[i] = _NAN
    return case(series, _rate(rng), factor=0.5, patience=rng.randint(0, 2))


@simulate_plateau.mistake(
    "an epoch too early",
    "the rate drops on bad epoch number `patience`; torch is patient for that many "
    "and drops on the next one.",
)
def _(
    metrics, initial_lr, mode="min", factor=0.1, patience=10, threshold=1e-4,
    cooldown=0, min_lr=0.0,
):  # fmt: skip
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
        if bad >= patience:
            lr, bad, resting = max(lr * factor, min_lr), 0, cooldown
        rates.append(lr)
    return rates


@simulate_plateau.mistake(
    "ties count as better",
    "a metric equal to the best is not an improvement: it counts as a bad epoch.",
)
def _(
    metrics, initial_lr, mode="min", factor=0.1, patience=10, threshold=1e-4,
    cooldown=0, min_lr=0.0,
):  # fmt: skip
    best = float("inf") if mode == "min" else float("-inf")
    lr, bad, resting, rates = initial_lr, 0, 0, []
    for metric in metrics:
        if mode == "min":
            better = metric <= best * (1 - 0 * threshold)
        else:
            better = metric >= best * (1 + 0 * threshold)
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


@simulate_plateau.mistake(
    "threshold ignored",
    "any smaller metric counts as better here. It must beat the best by the relative "
    "`threshold`, or the epoch is bad.",
)
def _(
    metrics, initial_lr, mode="min", factor=0.1, patience=10, threshold=1e-4,
    cooldown=0, min_lr=0.0,
):  # fmt: skip
    best = float("inf") if mode == "min" else float("-inf")
    lr, bad, resting, rates = initial_lr, 0, 0, []
    for metric in metrics:
        better = metric < best if mode == "min" else metric > best
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


@simulate_plateau.mistake(
    "threshold absolute",
    "here the threshold is subtracted. It is relative: the best is multiplied by 1 − "
    "threshold (mode max: 1 + threshold).",
)
def _(
    metrics, initial_lr, mode="min", factor=0.1, patience=10, threshold=1e-4,
    cooldown=0, min_lr=0.0,
):  # fmt: skip
    best = float("inf") if mode == "min" else float("-inf")
    lr, bad, resting, rates = initial_lr, 0, 0, []
    for metric in metrics:
        if mode == "min":
            better = metric < best - threshold
        else:
            better = metric > best + threshold
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


@simulate_plateau.mistake(
    "threshold of |best|",
    "for a negative best this makes the bar lower, torch makes it higher: it "
    "multiplies the best itself by 1 − threshold, whatever its sign.",
)
def _(
    metrics, initial_lr, mode="min", factor=0.1, patience=10, threshold=1e-4,
    cooldown=0, min_lr=0.0,
):  # fmt: skip
    best = float("inf") if mode == "min" else float("-inf")
    lr, bad, resting, rates = initial_lr, 0, 0, []
    for metric in metrics:
        margin = 0 if abs(best) == float("inf") else threshold * abs(best)
        better = metric < best - margin if mode == "min" else metric > best + margin
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


@simulate_plateau.mistake(
    "best is the plain minimum",
    "the best moves with every small improvement, also one below the threshold. Keep "
    "the old best until the threshold is beaten.",
)
def _(
    metrics, initial_lr, mode="min", factor=0.1, patience=10, threshold=1e-4,
    cooldown=0, min_lr=0.0,
):  # fmt: skip
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
            best = (min if mode == "min" else max)(best, metric)
        if resting > 0:
            resting, bad = resting - 1, 0
        if bad > patience:
            lr, bad, resting = max(lr * factor, min_lr), 0, cooldown
        rates.append(lr)
    return rates


@simulate_plateau.mistake(
    "compared with the epoch before",
    "each metric is compared with the one before it. Compare it with the best so far.",
)
def _(
    metrics, initial_lr, mode="min", factor=0.1, patience=10, threshold=1e-4,
    cooldown=0, min_lr=0.0,
):  # fmt: skip
    best = float("inf") if mode == "min" else float("-inf")
    lr, bad, resting, rates = initial_lr, 0, 0, []
    for metric in metrics:
        if mode == "min":
            better = metric < best * (1 - threshold)
        else:
            better = metric > best * (1 + threshold)
        if better:
            bad = 0
        else:
            bad += 1
        best = metric
        if resting > 0:
            resting, bad = resting - 1, 0
        if bad > patience:
            lr, bad, resting = max(lr * factor, min_lr), 0, cooldown
        rates.append(lr)
    return rates


@simulate_plateau.mistake(
    "best reset at a drop",
    "the best survives a drop: only the count of bad epochs starts again. Here the "
    "metric of the drop becomes the new best.",
)
def _(
    metrics, initial_lr, mode="min", factor=0.1, patience=10, threshold=1e-4,
    cooldown=0, min_lr=0.0,
):  # fmt: skip
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
            best = metric
        rates.append(lr)
    return rates


@simulate_plateau.mistake(
    "count kept after a drop",
    "after a drop the count of bad epochs starts again from 0. Here it goes on, so "
    "the next bad epoch drops the rate once more.",
)
def _(
    metrics, initial_lr, mode="min", factor=0.1, patience=10, threshold=1e-4,
    cooldown=0, min_lr=0.0,
):  # fmt: skip
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
            lr, resting = max(lr * factor, min_lr), cooldown
        rates.append(lr)
    return rates


@simulate_plateau.mistake(
    "count kept after an improvement",
    "an improvement sets the count of bad epochs back to 0. Here it only updates the "
    "best.",
)
def _(
    metrics, initial_lr, mode="min", factor=0.1, patience=10, threshold=1e-4,
    cooldown=0, min_lr=0.0,
):  # fmt: skip
    best = float("inf") if mode == "min" else float("-inf")
    lr, bad, resting, rates = initial_lr, 0, 0, []
    for metric in metrics:
        if mode == "min":
            better = metric < best * (1 - threshold)
        else:
            better = metric > best * (1 + threshold)
        if better:
            best = metric
        else:
            bad += 1
        if resting > 0:
            resting, bad = resting - 1, 0
        if bad > patience:
            lr, bad, resting = max(lr * factor, min_lr), 0, cooldown
        rates.append(lr)
    return rates


@simulate_plateau.mistake(
    "mode ignored",
    'this looks for small metrics in both modes. With mode="max" larger is better, '
    "and the best starts at −∞.",
)
def _(
    metrics, initial_lr, mode="min", factor=0.1, patience=10, threshold=1e-4,
    cooldown=0, min_lr=0.0,
):  # fmt: skip
    best = float("inf")
    lr, bad, resting, rates = initial_lr, 0, 0, []
    for metric in metrics:
        better = metric < best * (1 - threshold)
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


@simulate_plateau.mistake(
    "mode in the start alone",
    'with mode="max" an epoch is better if its metric lies *above* best · (1 + '
    "threshold). Here no metric can get below −∞, so every epoch is bad.",
)
def _(
    metrics, initial_lr, mode="min", factor=0.1, patience=10, threshold=1e-4,
    cooldown=0, min_lr=0.0,
):  # fmt: skip
    best = float("inf") if mode == "min" else float("-inf")
    lr, bad, resting, rates = initial_lr, 0, 0, []
    for metric in metrics:
        if metric < best * (1 - threshold):
            best, bad = metric, 0
        else:
            bad += 1
        if resting > 0:
            resting, bad = resting - 1, 0
        if bad > patience:
            lr, bad, resting = max(lr * factor, min_lr), 0, cooldown
        rates.append(lr)
    return rates


@simulate_plateau.mistake(
    "bar below the best",
    'with mode="max" the bar lies above the best, at best · (1 + threshold). With a '
    "minus even a slightly smaller metric counts as better.",
)
def _(
    metrics, initial_lr, mode="min", factor=0.1, patience=10, threshold=1e-4,
    cooldown=0, min_lr=0.0,
):  # fmt: skip
    best = float("inf") if mode == "min" else float("-inf")
    lr, bad, resting, rates = initial_lr, 0, 0, []
    for metric in metrics:
        bar = best * (1 - threshold)
        if metric < bar if mode == "min" else metric > bar:
            best, bad = metric, 0
        else:
            bad += 1
        if resting > 0:
            resting, bad = resting - 1, 0
        if bad > patience:
            lr, bad, resting = max(lr * factor, min_lr), 0, cooldown
        rates.append(lr)
    return rates


@simulate_plateau.mistake(
    "NaN counts as better",
    "NaN compares as false with everything, so “not worse” lets it pass as the new "
    "best. Ask “is it better?” instead.",
)
def _(
    metrics, initial_lr, mode="min", factor=0.1, patience=10, threshold=1e-4,
    cooldown=0, min_lr=0.0,
):  # fmt: skip
    best = float("inf") if mode == "min" else float("-inf")
    lr, bad, resting, rates = initial_lr, 0, 0, []
    for metric in metrics:
        if mode == "min":
            better = not metric >= best * (1 - threshold)
        else:
            better = not metric <= best * (1 + threshold)
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


@simulate_plateau.mistake(
    "cooldown ignored",
    "after a drop, `cooldown` epochs pass in which bad epochs do not count.",
)
def _(
    metrics, initial_lr, mode="min", factor=0.1, patience=10, threshold=1e-4,
    cooldown=0, min_lr=0.0,
):  # fmt: skip
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
            lr, bad, resting = max(lr * factor, min_lr), 0, 0
        rates.append(lr)
    return rates


@simulate_plateau.mistake(
    "cooldown keeps counting",
    "the rate rests during the cooldown, but the bad epochs still add up. Set the "
    "count to 0 in each epoch of it.",
)
def _(
    metrics, initial_lr, mode="min", factor=0.1, patience=10, threshold=1e-4,
    cooldown=0, min_lr=0.0,
):  # fmt: skip
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
            resting = resting - 1
        elif bad > patience:
            lr, bad, resting = max(lr * factor, min_lr), 0, cooldown
        rates.append(lr)
    return rates


@simulate_plateau.mistake(
    "cooldown skips the epoch",
    "an epoch in cooldown is left out altogether here. Only its bad count is: a metric "
    "that is better still becomes the best.",
)
def _(
    metrics, initial_lr, mode="min", factor=0.1, patience=10, threshold=1e-4,
    cooldown=0, min_lr=0.0,
):  # fmt: skip
    best = float("inf") if mode == "min" else float("-inf")
    lr, bad, resting, rates = initial_lr, 0, 0, []
    for metric in metrics:
        if mode == "min":
            better = metric < best * (1 - threshold)
        else:
            better = metric > best * (1 + threshold)
        if resting > 0:
            resting, bad = resting - 1, 0
        elif better:
            best, bad = metric, 0
        else:
            bad += 1
        if bad > patience:
            lr, bad, resting = max(lr * factor, min_lr), 0, cooldown
        rates.append(lr)
    return rates


@simulate_plateau.mistake(
    "min_lr ignored",
    "the rate falls below `min_lr`. It may not: take the larger of the two.",
)
def _(
    metrics, initial_lr, mode="min", factor=0.1, patience=10, threshold=1e-4,
    cooldown=0, min_lr=0.0,
):  # fmt: skip
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
            lr, bad, resting = lr * factor, 0, cooldown
        rates.append(lr)
    return rates


@simulate_plateau.mistake(
    "stops above min_lr",
    "a drop that would pass `min_lr` is left out here. Torch makes it, but only down "
    "to `min_lr`.",
)
def _(
    metrics, initial_lr, mode="min", factor=0.1, patience=10, threshold=1e-4,
    cooldown=0, min_lr=0.0,
):  # fmt: skip
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
            lr, bad, resting = lr * factor if lr * factor >= min_lr else lr, 0, cooldown
        rates.append(lr)
    return rates


@simulate_plateau.mistake(
    "rate before the metric",
    "this is the rate in force before each metric. Wanted is the one after it, when "
    "the rule has decided.",
)
def _(
    metrics, initial_lr, mode="min", factor=0.1, patience=10, threshold=1e-4,
    cooldown=0, min_lr=0.0,
):  # fmt: skip
    best = float("inf") if mode == "min" else float("-inf")
    lr, bad, resting, rates = initial_lr, 0, 0, []
    for metric in metrics:
        rates.append(lr)
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
    return rates


# optimize ---------------------------------------------------------------------------

_PATIENT = scheduler("ReduceLROnPlateau", factor=0.5, patience=1)
_HASTY = scheduler("ReduceLROnPlateau", factor=0.6, patience=0)


@optimize_plateau.asks(
    "as before",
    case(0.1, 5),
    case(0.1, 0),
    case(1.02, 10, scheduler("StepLR", step_size=4, gamma=0.5)),
    case(0.2, 6, scheduler("LinearLR", start_factor=0.5, total_iters=4)),
)
def _(rng):
    made = scheduler("StepLR", step_size=rng.randint(2, 3), gamma=0.6)
    return case(round(rng.uniform(0.1, 0.3), 3), rng.randint(6, 9), made)


@optimize_plateau.asks(
    "reduce on plateau",
    case(1.05, 12, _PATIENT),
    case(1.05, 8, _HASTY),
    case(1.3, 12, scheduler("ReduceLROnPlateau", factor=0.8, patience=0)),
    case(0.1, 8, _PATIENT),
    case(0.1, 8, scheduler("ReduceLROnPlateau", mode="max", factor=0.7, patience=1)),
)
def _(rng):
    made = scheduler(
        "ReduceLROnPlateau",
        factor=rng.choice([0.6, 0.7, 0.8]),
        patience=rng.choice([0, 1]),
    )
    return case(round(rng.uniform(1.05, 1.4), 2), rng.randint(6, 10), made)


@optimize_plateau.mistake(
    "loss not given",
    "ReduceLROnPlateau decides by the loss: its `step` needs it as an argument. The "
    "others take none, so ask which kind it is.",
)
def _(initial_lr=1.05, num_iterations=20, make_scheduler=None):
    import torch

    x = torch.tensor(500.0, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    scheduler = make_scheduler(optimizer) if make_scheduler else None
    xs, rates = [], []
    for _ in range(num_iterations):
        optimizer.zero_grad()
        loss = x**2
        loss.backward()
        optimizer.step()
        xs.append(x.item())
        rates.append(optimizer.param_groups[0]["lr"])
        if scheduler:
            scheduler.step()
    return xs, rates


@optimize_plateau.mistake(
    "loss given to every scheduler",
    "torch takes a number given to the other schedulers for the epoch, and jumps "
    "there. Give the loss to ReduceLROnPlateau only.",
)
def _(initial_lr=1.05, num_iterations=20, make_scheduler=None):
    import torch

    x = torch.tensor(500.0, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    scheduler = make_scheduler(optimizer) if make_scheduler else None
    xs, rates = [], []
    for _ in range(num_iterations):
        optimizer.zero_grad()
        loss = x**2
        loss.backward()
        optimizer.step()
        xs.append(x.item())
        rates.append(optimizer.param_groups[0]["lr"])
        if scheduler:
            scheduler.step(loss.item())
    return xs, rates


@optimize_plateau.mistake(
    "x given, not the loss",
    "the scheduler is given x. When x is negative that looks like a small loss. Give "
    "it the loss.",
)
def _(initial_lr=1.05, num_iterations=20, make_scheduler=None):
    import torch
    from torch.optim.lr_scheduler import ReduceLROnPlateau

    x = torch.tensor(500.0, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    scheduler = make_scheduler(optimizer) if make_scheduler else None
    xs, rates = [], []
    for _ in range(num_iterations):
        optimizer.zero_grad()
        loss = x**2
        loss.backward()
        optimizer.step()
        xs.append(x.item())
        rates.append(optimizer.param_groups[0]["lr"])
        if isinstance(scheduler, ReduceLROnPlateau):
            scheduler.step(x.item())
        elif scheduler:
            scheduler.step()
    return xs, rates


@optimize_plateau.mistake(
    "loss after the step",
    "the scheduler is given the loss of the new x. Give it the one this iteration "
    "computed and descended from.",
)
def _(initial_lr=1.05, num_iterations=20, make_scheduler=None):
    import torch
    from torch.optim.lr_scheduler import ReduceLROnPlateau

    x = torch.tensor(500.0, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    scheduler = make_scheduler(optimizer) if make_scheduler else None
    xs, rates = [], []
    for _ in range(num_iterations):
        optimizer.zero_grad()
        loss = x**2
        loss.backward()
        optimizer.step()
        xs.append(x.item())
        rates.append(optimizer.param_groups[0]["lr"])
        if isinstance(scheduler, ReduceLROnPlateau):
            scheduler.step(x.item() ** 2)
        elif scheduler:
            scheduler.step()
    return xs, rates


@optimize_plateau.mistake(
    "first loss for ever",
    "the scheduler is given the same loss in every iteration: it must be computed "
    "inside the loop.",
)
def _(initial_lr=1.05, num_iterations=20, make_scheduler=None):
    import torch
    from torch.optim.lr_scheduler import ReduceLROnPlateau

    x = torch.tensor(500.0, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    scheduler = make_scheduler(optimizer) if make_scheduler else None
    xs, rates = [], []
    first = x.item() ** 2
    for _ in range(num_iterations):
        optimizer.zero_grad()
        loss = x**2
        loss.backward()
        optimizer.step()
        xs.append(x.item())
        rates.append(optimizer.param_groups[0]["lr"])
        if isinstance(scheduler, ReduceLROnPlateau):
            scheduler.step(first)
        elif scheduler:
            scheduler.step()
    return xs, rates


@optimize_plateau.mistake(
    "plateau never stepped",
    "with ReduceLROnPlateau the rate never changes: nobody calls its `step(loss)`.",
)
def _(initial_lr=1.05, num_iterations=20, make_scheduler=None):
    import torch
    from torch.optim.lr_scheduler import ReduceLROnPlateau

    x = torch.tensor(500.0, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    scheduler = make_scheduler(optimizer) if make_scheduler else None
    xs, rates = [], []
    for _ in range(num_iterations):
        optimizer.zero_grad()
        loss = x**2
        loss.backward()
        optimizer.step()
        xs.append(x.item())
        rates.append(optimizer.param_groups[0]["lr"])
        if scheduler and not isinstance(scheduler, ReduceLROnPlateau):
            scheduler.step()
    return xs, rates


@optimize_plateau.mistake(
    "plateau only",
    "only ReduceLROnPlateau is stepped here. The other schedulers still need their "
    "`step()`.",
)
def _(initial_lr=1.05, num_iterations=20, make_scheduler=None):
    import torch
    from torch.optim.lr_scheduler import ReduceLROnPlateau

    x = torch.tensor(500.0, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    scheduler = make_scheduler(optimizer) if make_scheduler else None
    xs, rates = [], []
    for _ in range(num_iterations):
        optimizer.zero_grad()
        loss = x**2
        loss.backward()
        optimizer.step()
        xs.append(x.item())
        rates.append(optimizer.param_groups[0]["lr"])
        if isinstance(scheduler, ReduceLROnPlateau):
            scheduler.step(loss.item())
    return xs, rates


@optimize_plateau.mistake(
    "scheduler before optimizer",
    "the scheduler steps before the optimizer here, so a rate is skipped. Step the "
    "scheduler last.",
)
def _(initial_lr=1.05, num_iterations=20, make_scheduler=None):
    import torch
    from torch.optim.lr_scheduler import ReduceLROnPlateau

    x = torch.tensor(500.0, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    scheduler = make_scheduler(optimizer) if make_scheduler else None
    xs, rates = [], []
    for _ in range(num_iterations):
        optimizer.zero_grad()
        loss = x**2
        loss.backward()
        if isinstance(scheduler, ReduceLROnPlateau):
            scheduler.step(loss.item())
        elif scheduler:
            scheduler.step()
        optimizer.step()
        xs.append(x.item())
        rates.append(optimizer.param_groups[0]["lr"])
    return xs, rates


@optimize_plateau.mistake(
    "recorded after the step",
    "x moves as it should, but the rate is noted after the scheduler's step: that is "
    "the rate of the next iteration.",
)
def _(initial_lr=1.05, num_iterations=20, make_scheduler=None):
    import torch
    from torch.optim.lr_scheduler import ReduceLROnPlateau

    x = torch.tensor(500.0, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    scheduler = make_scheduler(optimizer) if make_scheduler else None
    xs, rates = [], []
    for _ in range(num_iterations):
        optimizer.zero_grad()
        loss = x**2
        loss.backward()
        optimizer.step()
        xs.append(x.item())
        if isinstance(scheduler, ReduceLROnPlateau):
            scheduler.step(loss.item())
        elif scheduler:
            scheduler.step()
        rates.append(optimizer.param_groups[0]["lr"])
    return xs, rates


@optimize_plateau.mistake(
    "constant recorded",
    "x moves as it should, but you note `initial_lr` every time. Ask the optimizer.",
)
def _(initial_lr=1.05, num_iterations=20, make_scheduler=None):
    import torch
    from torch.optim.lr_scheduler import ReduceLROnPlateau

    x = torch.tensor(500.0, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    scheduler = make_scheduler(optimizer) if make_scheduler else None
    xs, rates = [], []
    for _ in range(num_iterations):
        optimizer.zero_grad()
        loss = x**2
        loss.backward()
        optimizer.step()
        xs.append(x.item())
        rates.append(initial_lr)
        if isinstance(scheduler, ReduceLROnPlateau):
            scheduler.step(loss.item())
        elif scheduler:
            scheduler.step()
    return xs, rates


@optimize_plateau.mistake(
    "lists swapped",
    "the two lists come back in the wrong order: x first, then the rates.",
)
def _(initial_lr=1.05, num_iterations=20, make_scheduler=None):
    import torch

    x = torch.tensor(500.0, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    scheduler = make_scheduler(optimizer) if make_scheduler else None
    xs, rates = [], []
    for _ in range(num_iterations):
        optimizer.zero_grad()
        loss = x**2
        loss.backward()
        optimizer.step()
        xs.append(x.item())
        rates.append(optimizer.param_groups[0]["lr"])
        if isinstance(scheduler, torch.optim.lr_scheduler.ReduceLROnPlateau):
            scheduler.step(loss.item())
        elif scheduler:
            scheduler.step()
    return rates, xs


@optimize_plateau.mistake(
    "x recorded before the step",
    "x is noted before the step: the list begins with 500 and lacks the last point. "
    "Note it after `optimizer.step()`.",
)
def _(initial_lr=1.05, num_iterations=20, make_scheduler=None):
    import torch

    x = torch.tensor(500.0, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    scheduler = make_scheduler(optimizer) if make_scheduler else None
    xs, rates = [], []
    for _ in range(num_iterations):
        xs.append(x.item())
        optimizer.zero_grad()
        loss = x**2
        loss.backward()
        optimizer.step()
        rates.append(optimizer.param_groups[0]["lr"])
        if isinstance(scheduler, torch.optim.lr_scheduler.ReduceLROnPlateau):
            scheduler.step(loss.item())
        elif scheduler:
            scheduler.step()
    return xs, rates


@optimize_plateau.mistake(
    "gradients pile up",
    "each step uses the sum of all gradients so far: `optimizer.zero_grad()` is "
    "missing.",
)
def _(initial_lr=1.05, num_iterations=20, make_scheduler=None):
    import torch
    from torch.optim.lr_scheduler import ReduceLROnPlateau

    x = torch.tensor(500.0, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    scheduler = make_scheduler(optimizer) if make_scheduler else None
    xs, rates = [], []
    for _ in range(num_iterations):
        loss = x**2
        loss.backward()
        optimizer.step()
        xs.append(x.item())
        rates.append(optimizer.param_groups[0]["lr"])
        if isinstance(scheduler, ReduceLROnPlateau):
            scheduler.step(loss.item())
        elif scheduler:
            scheduler.step()
    return xs, rates


# split_train_val --------------------------------------------------------------------


def _fair(n: int, n_val: int, seed: int, twice=False) -> dict:
    wanted = f"{n - n_val} indices and {n_val} others, at random, all of 0…{n - 1}"
    if twice:
        wanted = "the same split twice" if twice is True else "two different splits"
    return case(n, n_val, seed, twice=twice, rule="split", wanted=wanted)


# From 6 on both parts have enough indices for the rule to see an order in them, and
# from 40 on chance does not make one.
@split_train_val.asks(
    "a fair split", _fair(50, 10, 0), _fair(4, 1, 3), _fair(5, 0, 1), _fair(60, 40, 2)
)
def _(rng):
    return _fair(rng.randint(50, 90), rng.randint(10, 20), rng.randint(3, 10**6))


@split_train_val.asks(
    "the seed decides",
    _fair(50, 10, 7, twice=True),
    _fair(50, 10, 7, twice=[50, 10, 8]),
)
def _(rng):
    n, n_val, seed = rng.randint(50, 90), rng.randint(10, 20), rng.randint(3, 10**6)
    return _fair(n, n_val, seed, twice=rng.choice([True, [n, n_val, seed + 1]]))


@split_train_val.mistake(
    "not shuffled",
    "the last images are cut off in order. If the data is sorted, whole classes are "
    "then missing from training. Draw them at random.",
)
def _(n, n_val, seed):
    return list(range(n - n_val)), list(range(n - n_val, n))


@split_train_val.mistake(
    "every k-th",
    "every k-th index is taken. That is the same for every seed, and unfair if the "
    "data has a rhythm. Draw them at random.",
)
def _(n, n_val, seed):
    val = list(range(0, n, n // n_val))[:n_val] if n_val else []
    return [i for i in range(n) if i not in val], val


@split_train_val.mistake(
    "trained on all",
    "the training indices still hold the validation ones: the model would be judged "
    "by images that it knows.",
)
def _(n, n_val, seed):
    import torch

    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(n, generator=generator)
    return order, order[:n_val]


@split_train_val.mistake(
    "the wrong way round",
    "the two parts are swapped: training first, and `n_val` is the size of the second.",
)
def _(n, n_val, seed):
    import torch

    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(n, generator=generator)
    return order[:n_val], order[n_val:]


@split_train_val.mistake(
    "one lost",
    "one index is in neither part: the slices leave a gap between them.",
)
def _(n, n_val, seed):
    import torch

    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(n, generator=generator)
    return order[n_val + 1 :], order[:n_val]


@split_train_val.mistake(
    "one in both",
    "one index is in both parts: the slices overlap by one.",
)
def _(n, n_val, seed):
    import torch

    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(n, generator=generator)
    return order[max(n_val - 1, 0) :], order[:n_val]


@split_train_val.mistake(
    "shuffled twice",
    "the two parts come from two different shuffles, so they share indices. Shuffle "
    "once and cut.",
)
def _(n, n_val, seed):
    import torch

    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(n, generator=generator)
    again = torch.randperm(n, generator=generator)
    return order[n_val:], again[:n_val]


@split_train_val.mistake(
    "drawn with repetition",
    "`randint` may draw an index more than once. Shuffle all of them and cut.",
)
def _(n, n_val, seed):
    import torch

    generator = torch.Generator().manual_seed(seed)
    val = torch.randint(n, (n_val,), generator=generator).tolist()
    return [i for i in range(n) if i not in val], val


@split_train_val.mistake(
    "seed ignored",
    "the seed of the generator is always the same: use the argument `seed`.",
)
def _(n, n_val, seed):
    import torch

    generator = torch.Generator().manual_seed(0)
    order = torch.randperm(n, generator=generator)
    return order[n_val:], order[:n_val]


@split_train_val.mistake(
    "training shuffled only",
    "the validation part is the same for every seed. Shuffle all indices together, "
    "then cut.",
)
def _(n, n_val, seed):
    import torch

    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(n - n_val, generator=generator)
    return order, torch.arange(n - n_val, n)
