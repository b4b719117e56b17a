"""Wrong ways to write one cycle, as people do: edits of one who writes the end apart."""

from math import cos, pi


def right(t, total_steps, max_lr, pct_start=0.3, div_factor=25.0, final_div_factor=1e4):
    initial_lr = max_lr / div_factor
    min_lr = initial_lr / final_div_factor
    up, end = pct_start * total_steps - 1, total_steps - 1
    if t >= end:
        return min_lr
    if t <= up:
        share = t / up
        return initial_lr + (max_lr - initial_lr) * (1 - cos(pi * share)) / 2
    done = (t - up) / (end - up)
    return min_lr + (max_lr - min_lr) * (1 + cos(pi * done)) / 2


EDITS = {
    "peak_late": (
        "Told: peak one step late.",
        {"pct_start * total_steps - 1": "pct_start * total_steps"},
    ),
    "end_late": ("Told: last step missed.", {"total_steps - 1\n": "total_steps\n"}),
    "both_late": (
        "Told: steps counted from 1.",
        {
            "pct_start * total_steps - 1": "pct_start * total_steps",
            "total_steps - 1\n": "total_steps\n",
        },
    ),
    "peak_rounded": (
        "Told: peak on a whole step.",
        {"pct_start * total_steps - 1": "int(pct_start * total_steps) - 1"},
    ),
    "rise_a_line": (
        "Told: rise a straight line.",
        {"(1 - cos(pi * share)) / 2": "share"},
    ),
    "fall_a_line": (
        "Told: fall a straight line.",
        {"(1 + cos(pi * done)) / 2": "(1 - done)"},
    ),
    "lines": (
        "Told: straight lines / fall a straight line.",
        {
            "(1 - cos(pi * share)) / 2": "share",
            "(1 + cos(pi * done)) / 2": "(1 - done)",
        },
    ),
    "rise_upside_down": ("Told: rise upside down.", {"1 - cos": "1 + cos(0) * cos"}),
    "fall_upside_down": (
        "Told: fall upside down.",
        {"(1 + cos(pi * done))": "(1 - cos(pi * done))"},
    ),
    "both_upside_down": (
        "Told: upside down / fall upside down.",
        {
            "(1 - cos(pi * share))": "(1 + cos(0) * cos(pi * share))",
            "(1 + cos(pi * done))": "(1 - cos(pi * done))",
        },
    ),
    "from_zero": (
        "Told: starts from zero.",
        {"initial_lr + (max_lr - initial_lr)": "max_lr"},
    ),
    "last_from_the_highest": (
        "Told: last rate from the highest.",
        {"initial_lr / final": "max_lr / final"},
    ),
    "falls_to_the_first": (
        "Told: falls back to the first rate.",
        {"initial_lr / final_div_factor": "initial_lr"},
    ),
    "factors": (
        "Told: factors swapped.",
        {
            "max_lr / div_factor": "max_lr / final_div_factor",
            "initial_lr / final_div_factor": "initial_lr / div_factor",
        },
    ),
    "half_way": (
        "Told: peak always half-way.",
        {"pct_start * total_steps": "0.5 * total_steps"},
    ),
    "usual_shape": (
        "Told: shape arguments ignored.",
        {
            "max_lr / div_factor": "max_lr / 25",
            "initial_lr / final_div_factor": "initial_lr / 10000",
            "pct_start * total": "0.3 * total",
        },
    ),
    "goes_on": (
        "Told: climbs again.",
        {"    if t >= end:\n        return min_lr\n": ""},
    ),
    "highest_at_the_end": (
        "Told: highest rate past the end.",
        {"if t >= end:\n        return min_lr": "if t > end:\n        return max_lr"},
    ),
    "first_at_the_end": (
        "Told: first rate past the end.",
        {
            "if t >= end:\n        return min_lr": "if t > end:\n        return initial_lr"
        },
    ),
    "share_of_the_way": (
        "Told: peak at a share of the way.",
        {"pct_start * total_steps - 1": "pct_start * (total_steps - 1)"},
    ),
    "no_pi": ("Told: what came back.", {"pi * done": "done"}),
    "fall_over_all": (
        "Told: what came back.",
        {"(t - up) / (end - up)": "t / end"},
    ),
}
