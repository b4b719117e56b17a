"""Wrong ways to spot the bug, as people do."""


def right(trace):
    intended, recorded = trace["intended"], trace["recorded"]
    used = [rates[0] for rates in trace["used"]]
    if any(min(rates) != max(rates) for rates in trace["used"]):
        return "stepped per batch"
    if used[0] < intended[0] and used[:-1] == intended[1:]:
        return "stepped before the optimizer"
    if used == intended:
        if recorded == used:
            return "none"
        if recorded == [recorded[0]] * len(recorded):
            return "constant recorded"
        if recorded[:-1] == intended[1:]:
            return "recorded after the step"
        return "get_lr at a boundary"
    if min(used) == max(used) == intended[0]:
        return "never stepped"
    if used[0] < intended[0]:
        return "scheduler reused"
    if used[:-1] == intended[1:]:
        return "stepped before the optimizer"
    return "two schedulers"


EDITS = {
    "none_for_none": ("Told: what came back.", {'return "none"': "return None"}),
    "spelling": (
        "Told: what came back.",
        {'"get_lr at a boundary"': '"get_lr() at a boundary"'},
    ),
    "underscores": ("Told: what came back.", {'"never stepped"': '"never_stepped"'}),
    "list": ("Told: what came back.", {'return "none"': 'return ["none"]'}),
    "no_batches": (
        "Told: batches not looked at.",
        {
            "    if any(min(rates) != max(rates) for rates in trace"
            '["used"]):\n        return "stepped per batch"\n': ""
        },
    ),
    "shifts": (
        "Told: what came back.",
        {'return "recorded after the step"': 'return "stepped before the optimizer"'},
    ),
    "reused_is_two": (
        "Told: reused taken for two schedulers.",
        {'return "scheduler reused"': 'return "two schedulers"'},
    ),
    "get_lr_is_recorded_after": (
        "Told: what came back.",
        {'return "get_lr at a boundary"': 'return "recorded after the step"'},
    ),
    "falls_through": (
        "Told: what came back.",
        {'    return "two schedulers"\n': ""},
    ),
}


def wrong_always_none(trace):
    """Told: always none."""
    return "none"


def wrong_used_against_recorded(trace):
    """Told: what came back."""
    if [rates[0] for rates in trace["used"]] == trace["recorded"]:
        return "none"
    return right(trace)


def wrong_record_only(trace):
    """Told: believes the record."""
    intended, recorded = trace["intended"], trace["recorded"]
    if recorded == intended:
        return "none"
    if len(set(recorded)) == 1:
        return "never stepped"
    if recorded[:-1] == intended[1:]:
        return "stepped before the optimizer"
    return "scheduler reused" if recorded[0] < intended[0] else "two schedulers"


def wrong_first_epoch(trace):
    """Told: first epoch only."""
    if trace["used"][0][0] != trace["intended"][0]:
        return "scheduler reused"
    return "none"


def wrong_used_only(trace):
    """Told: records not looked at."""
    trace = {**trace, "recorded": [rates[0] for rates in trace["used"]]}
    return right(trace)


def wrong_prints(trace):
    """Told: what came back."""
    print(right(trace))


def wrong_number(trace):
    """Told: what came back."""
    return len(right(trace))
