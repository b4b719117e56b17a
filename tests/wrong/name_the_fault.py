"""Wrong ways to name the fault, as people do."""


def right(trace):
    planned, used, stepped = trace["planned"], trace["used"], trace["stepped"]
    due = [planned[sum(stepped[:i])] for i in range(len(used))]
    wrong = [i for i in range(len(used)) if used[i] != due[i]]
    if not wrong:
        return "zero first step" if used[0] == 0 else "none"
    if wrong[0] == trace["resumed_at"]:
        return "resumed without its state"
    if not stepped[wrong[0] - 1]:
        return "skipped step counted"
    if wrong[0] > 1:
        return "overwritten by LambdaLR"
    return "stepped per batch" if used[1] > due[1] else "planned in batches"


EDITS = {
    "none_for_none": ("Told: what came back.", {'else "none"': "else None"}),
    "spelling": (
        "Told: what came back.",
        {'"overwritten by LambdaLR"': '"overwritten by lambdaLR"'},
    ),
    "underscores": (
        "Told: what came back.",
        {'"zero first step"': '"zero_first_step"'},
    ),
    "list": ("Told: what came back.", {'else "none"': 'else ["none"]'}),
    "no_zero": (
        "Told: zero not looked at.",
        {'"zero first step" if used[0] == 0 else "none"': '"none"'},
    ),
    "entry_by_entry": (
        "Told: skipped steps not counted out.",
        {"planned[sum(stepped[:i])]": "planned[i]"},
    ),
    "counted_itself": (
        "Told: what came back.",
        {"planned[sum(stepped[:i])]": "planned[sum(stepped[: i + 1]) - 1]"},
    ),
    "exchanged": (
        "Told: batches the wrong way round.",
        {"used[1] > due[1]": "due[1] > used[1]"},
    ),
    "one_for_both": (
        "Told: batches all alike.",
        {'"stepped per batch" if used[1] > due[1] else ': ""},
    ),
    "no_resuming": (
        "Told: resuming not looked at.",
        {
            '    if wrong[0] == trace["resumed_at"]:\n'
            '        return "resumed without its state"\n': ""
        },
    ),
    "no_skipping": (
        "Told: skipping not looked at.",
        {
            "    if not stepped[wrong[0] - 1]:\n"
            '        return "skipped step counted"\n': ""
        },
    ),
    "no_plateau": (
        "Told: plateau not looked at.",
        {'    if wrong[0] > 1:\n        return "overwritten by LambdaLR"\n': ""},
    ),
    "falls_through": (
        "Told: what came back.",
        {
            '    return "stepped per batch" if used[1] > due[1] else '
            '"planned in batches"\n': ""
        },
    ),
    "resumed_is_at_fault": (
        "Told: whatever happened is at fault.",
        {
            "    if not wrong:": '    if trace["resumed_at"] is not None:\n'
            '        return "resumed without its state"\n    if not wrong:'
        },
    ),
}


def wrong_always_none(trace):
    """Told: always none."""
    return "none"


def wrong_what_happened(trace):
    """Told: whatever happened is at fault."""
    planned, used = trace["planned"], trace["used"]
    if used[0] == 0:
        return "zero first step"
    if trace["resumed_at"]:
        return "resumed without its state"
    if False in trace["stepped"]:
        return "skipped step counted"
    if used == planned:
        return "none"
    if used[1] == planned[1]:
        return "overwritten by LambdaLR"
    return "stepped per batch" if used[1] > planned[1] else "planned in batches"


def wrong_prints(trace):
    """Told: what came back."""
    print(right(trace))


def wrong_number(trace):
    """Told: what came back."""
    return len(right(trace))
