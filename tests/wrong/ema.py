"""Wrong ways to write `ema`, as people do: edits of one who loops by number."""


def right(weights, decay):
    average = weights[0].clone()
    for i in range(1, len(weights)):
        average = average * decay + weights[i] * (1 - decay)
    return average


EDITS = {
    "from_zero": (
        "Told: begins at zero.",
        {"weights[0].clone()": "weights[0] * 0", "range(1, ": "range("},
    ),
    "from_zero_and_one": (
        "Told: what came back.",
        {"weights[0].clone()": "weights[0] * 0"},
    ),
    "swapped": (
        "Told: shares swapped.",
        {"average * decay": "average * (1 - decay)", "(1 - decay)\n": "decay\n"},
    ),
    "mean": (
        "Told: all alike.",
        {"average * decay + weights[i] * (1 - decay)": "average + weights[i]",
         "return average": "return average / len(weights)"},
    ),
    "running_mean": (
        "Told: all alike.",
        {"average * decay + weights[i] * (1 - decay)":
         "average + (weights[i] - average) / (i + 1)"},
    ),
    "unscaled": ("Told: new weights not scaled.", {" * (1 - decay)": ""}),
    "unfaded": ("Told: old average not scaled.", {"average * decay": "average"}),
    "sum": (
        "Told: what came back.",
        {"average * decay + weights[i] * (1 - decay)": "average + weights[i]"},
    ),
    "last": (
        "Told: no average.",
        {"average * decay + weights[i] * (1 - decay)": "weights[i]"},
    ),
    "last_missing": ("Told: last step left out.", {"len(weights))": "len(weights) - 1)"}),
    "first_missing": (
        "Told: begins one step late.",
        {"weights[0].clone()": "weights[min(1, len(weights) - 1)].clone()"},
    ),
    "corrected": (
        "Told: bias corrected.",
        {"weights[0].clone()": "weights[0] * (1 - decay)",
         "return average": "return average / (1 - decay ** len(weights) or 1)"},
    ),
    "in_place": (
        "Told: first weights changed.",
        {".clone()": "", "average = average * decay": "average *= decay",
         "decay + weights": "decay\n        average += weights"},
    ),
    "list": (
        "Told: all averages.",
        {"    for": "    kept = [average]\n    for", "return average": "return kept",
         "(1 - decay)\n": "(1 - decay)\n        kept.append(average)\n"},
    ),
    "two": (
        "Told: last two only.",
        {"average * decay": "weights[i - 1] * decay"},
    ),
    "from_the_first": (
        "Told: first against last.",
        {"average * decay": "weights[0] * decay"},
    ),
    "reversed": (
        "Told: backwards.",
        {"    average = weights[0]": "    weights = weights[::-1]\n    average = weights[0]"},
    ),
    "half": (
        "Told: what came back.",
        {"average * decay + weights[i] * (1 - decay)": "(average + weights[i]) / 2"},
    ),
    "returned_early": ("Told: what came back.", {"    return": "        return"}),
}  # fmt: skip
