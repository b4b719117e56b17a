"""Wrong ways to write the plateau rule, as people do."""


def right(
    metrics, initial_lr, mode="min", factor=0.1, patience=10, threshold=1e-4,
    cooldown=0, min_lr=0.0,
):  # fmt: skip
    min_lr = min(min_lr, initial_lr)
    lr, best, num_bad, wait, rates = initial_lr, None, 0, 0, []
    for m in metrics:
        if best is None:
            better = m == m
        elif mode == "min":
            better = m < best * (1 - threshold)
        else:
            better = m > best * (1 + threshold)
        if better:
            best = m
            num_bad = 0
        else:
            num_bad += 1
        if wait > 0:
            wait -= 1
            num_bad = 0
        if num_bad > patience:
            lr = max(lr * factor, min_lr)
            num_bad = 0
            wait = cooldown
        rates.append(lr)
    return rates


EDITS = {
    "too_early": ("Told: an epoch too early.", {"num_bad > pat": "num_bad >= pat"}),
    "too_late": (
        "Told: one epoch too patient.",
        {"num_bad > pat": "num_bad > 1 + pat"},
    ),
    "ties": (
        "Told: ties count as better.",
        {
            "m < best * (1 - threshold)": "m <= best",
            "m > best * (1 + threshold)": "m >= best",
        },
    ),
    "no_threshold": (
        "Told: threshold ignored.",
        {" * (1 - threshold)": "", " * (1 + threshold)": ""},
    ),
    "no_threshold_for_max": (
        "Told: threshold ignored.",
        {" * (1 + threshold)": ""},
    ),
    "absolute": (
        "Told: threshold absolute.",
        {
            "best * (1 - threshold)": "best - threshold",
            "best * (1 + threshold)": "best + threshold",
        },
    ),
    "minimum": (
        "Told: best is the plain minimum.",
        {
            "        if better:\n            best = m\n": "        if best is None or "
            '(m < best if mode == "min" else m > best):\n            best = m\n'
            "        if better:\n"
        },
    ),
    "before": (
        "Told: compared with the epoch before.",
        {
            "            best = m\n": "",
            "        if wait": "        best = m\n        if wait",
        },
    ),
    "best_of_the_drop": (
        "Told: best reset at a drop.",
        {
            "            wait = cooldown\n": "            wait = cooldown\n            best = m\n"
        },
    ),
    "count_kept": (
        "Told: count kept after a drop.",
        {
            "            num_bad = 0\n            wait = cooldown": "            wait = cooldown"
        },
    ),
    "count_never_reset": (
        "Told: count kept after an improvement.",
        {"            best = m\n            num_bad = 0\n": "            best = m\n"},
    ),
    "no_mode": (
        "Told: mode ignored.",
        {'elif mode == "min"': "elif True"},
    ),
    "bar_below": ("Told: bar below the best.", {"1 + threshold": "1 - threshold"}),
    "no_cooldown": ("Told: cooldown ignored.", {"wait = cooldown": "pass"}),
    "no_min": ("Told: min_lr ignored.", {"max(lr * factor, min_lr)": "lr * factor"}),
    "smaller": (
        "Told: what came back.",
        {"max(lr * factor, min_lr)": "min(lr * factor, min_lr)"},
    ),
    "before_the_rule": (
        "Told: rate before the metric.",
        {
            "        rates.append(lr)\n": "",
            "        if best is None": "        rates.append(lr)\n        if best is None",
        },
    ),
    "from_the_initial": (
        "Told: dropped from the initial rate.",
        {"lr * factor": "initial_lr * factor"},
    ),
    "once": (
        "Told: dropped from the initial rate.",
        {"if num_bad > patience": "if num_bad > patience and lr == initial_lr"},
    ),
    "first_is_best": (
        "Told: first metric is no improvement.",
        {"initial_lr, None, 0, 0": "initial_lr, metrics[0], 0, 0"},
    ),
    "wrong_side": (
        "Told: bar on the wrong side / bar below the best / ties count as better.",
        {
            "m < best * (1 - threshold)": "m < best * (1 + threshold)",
            "m > best * (1 + threshold)": "m > best * (1 - threshold)",
        },
    ),
    "divided": ("Told: divided by factor.", {"lr * factor": "lr / factor"}),
    "last_only": ("Told: what came back.", {"return rates": "return lr"}),
    "drops_only": (
        "Told: what came back.",
        {"        rates.append(lr)\n": "", "wait = cooldown": "rates.append(lr)"},
    ),
    "returned_in_the_loop": (
        "Told: what came back.",
        {"    return rates": "        return rates"},
    ),
    "tensor": (
        "Told: what came back.",
        {"return rates": 'return __import__("torch").tensor(rates)'},
    ),
}


RATES = []


def wrong_global(metrics, initial_lr, *more, **how):
    """Told: kept between calls."""
    RATES.extend(right(metrics, initial_lr, *more, **how))
    return list(RATES)


def wrong_default(metrics, initial_lr, *more, rates=[], **how):
    """Told: kept between calls."""
    for rate in right(metrics, initial_lr, *more, **how):
        rates.append(rate)
    return rates[:]
