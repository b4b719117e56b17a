"""Wrong ways to write `wsd_lr`, as people do: edits of one who names the parts."""


def right(t, total_steps, max_lr, warmup_steps, decay_steps):
    start_decay = total_steps - decay_steps
    if t < warmup_steps:
        return max_lr * (t / warmup_steps)
    elif t <= start_decay:
        return max_lr
    elif t < total_steps:
        return max_lr * (1 - (t - start_decay) / decay_steps)
    return 0.0


EDITS = {
    "ahead": ("Told: warm-up one step ahead.", {"(t / warmup": "((t + 1) / warmup"}),
    "no_rise": (
        "Told: no warm-up.",
        {"max_lr * (t / warmup_steps)": "max_lr"},
    ),
    "no_fall": (
        "Told: no decay.",
        {"max_lr * (1 - (t - start_decay) / decay_steps)": "max_lr"},
    ),
    "never_falls": (
        "Told: no decay.",
        {"max_lr * (1 - (t - start_decay) / decay_steps)": "max_lr", "0.0": "max_lr"},
    ),
    "all_the_way": (
        "Told: nothing stable.",
        {"total_steps - decay_steps": "warmup_steps",
         "/ decay_steps": "/ (total_steps - warmup_steps)"},
    ),
    "early": (
        "Told: decay one step early.",
        {"total_steps - decay_steps": "total_steps - decay_steps - 1",
         "t < total_steps": "t < total_steps - 1"},
    ),
    "late": (
        "Told: decay one step late.",
        {"total_steps - decay_steps": "total_steps - decay_steps + 1",
         "t < total_steps": "t < total_steps + 1"},
    ),
    "one_less": (
        "Told: decay one step late.",
        {"(t - start_decay)": "(t - start_decay - 1)"},
    ),
    "below": (
        "Told: below zero.",
        {"    elif t < total_steps:\n        return max_lr * (1 -":
         "    return max_lr * (1 -"},
    ),
    "soon": (
        "Told: what came back.",
        {"total_steps - decay_steps": "warmup_steps + decay_steps"},
    ),
    "swapped": (
        "Told: lengths swapped.",
        {"    start_decay": "    warmup_steps, decay_steps = decay_steps, warmup_steps\n"
         "    decay_steps = decay_steps or 1\n    start_decay"},
    ),
    "cosine": (
        "Told: a cosine.",
        {"(1 - (t - start_decay) / decay_steps)":
         "(1 + __import__('math').cos(3.141592653589793 * (t - start_decay) / "
         "decay_steps)) / 2"},
    ),
    "backwards": (
        "Told: decay begins at its end.",
        {"(1 - (t - start_decay) / decay_steps)": "((t - start_decay) / decay_steps)"},
    ),
    "added": (
        "Told: steps added to the plan.",
        {"    start_decay": "    total_steps = total_steps + warmup_steps\n    start_decay"},
    ),
    "share": (
        "Told: a share for the rate.",
        {"return max_lr * (t ": "return (t ", "return max_lr * (1 -": "return (1 -",
         "return max_lr\n": "return 1.0\n"},
    ),
    "back_at_the_top": ("Told: highest rate past the end.", {"0.0": "max_lr"}),
    "divides": (
        "Told: no steps of warm-up.",
        {"    if t < warmup_steps:\n        return max_lr * (t / warmup_steps)\n":
         "    rise = t / warmup_steps\n    if rise < 1:\n        return max_lr * rise\n"},
    ),
    "exponential": (
        "Told: what came back.",
        {"(1 - (t - start_decay) / decay_steps)": "0.01 ** ((t - start_decay) / decay_steps)"},
    ),
    "root": (
        "Told: what came back.",
        {"(t - start_decay) / decay_steps": "((t - start_decay) / decay_steps) ** 0.5"},
    ),
}  # fmt: skip
