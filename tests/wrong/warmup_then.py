"""Wrong ways to warm up, as people do."""


def right(schedule, warmup_steps, start_factor=0.0):
    top = schedule(0)
    start = start_factor * top

    def lr(step):
        if step < warmup_steps:
            return start + (top - start) * step / warmup_steps
        return schedule(step - warmup_steps)

    return lr


EDITS = {
    "not_shifted": (
        "Told: schedule not shifted.",
        {"schedule(step - warmup_steps)": "schedule(step)"},
    ),
    "no_start": ("Told: start ignored.", {"start + (top - start)": "top"}),
    "start_on_top": ("Told: start added on top.", {"(top - start)": "top"}),
    "start_a_rate": (
        "Told: start taken as a rate.",
        {"start_factor * top": "start_factor"},
    ),
    "ahead": ("Told: one step ahead.", {"* step / ": "* (step + 1) / "}),
    "short": ("Told: rise too short.", {"/ warmup_steps": "/ (warmup_steps - 1)"}),
    "skips": (
        "Told: a jump at the join.",
        {"step - warmup_steps": "step - warmup_steps + 1"},
    ),
    "to_one": ("Told: share for rate.", {"top = schedule(0)": "top = 1.0"}),
    "to_a_later_rate": (
        "Told: rises to a later rate.",
        {"schedule(0)": "schedule(warmup_steps)"},
    ),
    "flat": ("Told: flat warm-up.", {" + (top - start) * step / warmup_steps": ""}),
    "whole_division": (
        "Told: flat warm-up.",
        {"step / ": "(step // warmup_steps) * step / "},
    ),
    "list": (
        "Told: what came back.",
        {"return lr": "return [lr(step) for step in range(104)]"},
    ),
    "called": ("Told: what came back.", {"return lr": "return lr(0)"}),
    "no_return": ("Told: what came back.", {"\n    return lr": ""}),
    "no_return_inside": (
        "Told: what came back.",
        {"return start +": "start +"},
    ),
}


def wrong_division_by_zero(schedule, warmup_steps, start_factor=0.0):
    """Told: division by zero."""

    def rate(step):
        part = min(1, step / warmup_steps)
        rise = start_factor + (1 - start_factor) * part
        return schedule(max(0, step - warmup_steps)) * rise

    return rate


def wrong_scaled(schedule, warmup_steps, start_factor=0.0):
    """Told: scaled, not joined."""

    def rate(step):
        if step >= warmup_steps:
            return schedule(step)
        part = step / warmup_steps
        return schedule(step) * (start_factor + (1 - start_factor) * part)

    return rate


def wrong_falling_meanwhile(schedule, warmup_steps, start_factor=0.0):
    """Told: schedule runs during the warm-up."""

    def rate(step):
        if step >= warmup_steps:
            return schedule(step - warmup_steps)
        part = step / warmup_steps
        return schedule(step) * (start_factor + (1 - start_factor) * part)

    return rate


def wrong_smaller(schedule, warmup_steps, start_factor=0.0):
    """Told: the smaller of the two."""

    def rate(step):
        if step >= warmup_steps:
            return schedule(step)
        rise = start_factor + (1 - start_factor) * step / warmup_steps
        return min(schedule(0) * rise, schedule(step))

    return rate


def wrong_larger(schedule, warmup_steps, start_factor=0.0):
    """Told: flat, then steep."""

    def rate(step):
        if step >= warmup_steps:
            return schedule(step - warmup_steps)
        return schedule(0) * max(start_factor, step / warmup_steps)

    return rate


def wrong_before_its_first(schedule, warmup_steps, start_factor=0.0):
    """Told: steps before the first."""

    def rate(step):
        lr = schedule(step - warmup_steps)
        if step < warmup_steps:
            lr *= start_factor + (1 - start_factor) * step / warmup_steps
        return lr

    return rate
