"""Wrong ways to write the bound with momentum, as people do."""


def right(curvature, momentum, nesterov=False):
    bound = 2 * (1 + momentum) / curvature
    if nesterov:
        bound = bound / (1 + 2 * momentum)
    return bound


EDITS = {
    "no_nesterov": (
        "Told: Nesterov as heavy ball.",
        {"bound / (1 + 2 * momentum)": "bound"},
    ),
    "exchanged": ("Told: the two exchanged.", {"if nesterov": "if not nesterov"}),
    "always": ("Told: Nesterov always.", {"if nesterov": "if True"}),
    "plain": (
        "Told: momentum ignored.",
        {"2 * (1 + momentum)": "2", "bound / (1 + 2 * momentum)": "bound"},
    ),
    "smaller": (
        "Told: as if the rate were η/(1 − β).",
        {"1 + momentum)": "1 - momentum)", "bound / (1 + 2 * momentum)": "bound"},
    ),
    "smaller_nesterov": (
        "Told: as if the rate were η/(1 − β).",
        {"2 * (1 + momentum)": "2 * (1 - momentum)"},
    ),
    "tenfold": (
        "Told: divided by 1 − β.",
        {
            "2 * (1 + momentum) / curvature": "2 / (1 - momentum) / curvature",
            "bound / (1 + 2 * momentum)": "bound",
        },
    ),
    "below": (
        "Told: 1 + β below the line.",
        {"2 * (1 + momentum)": "2 / (1 + momentum)"},
    ),
    "no_curvature": ("Told: curvature ignored.", {" / curvature": ""}),
    "no_two": ("Told: factor 2 missing.", {"2 * (1 + momentum) /": "(1 + momentum) /"}),
    "one_beta": ("Told: 1 + β for 1 + 2β.", {"1 + 2 * momentum": "1 + momentum"}),
    "times": ("Told: multiplied for Nesterov.", {"bound / (1 + 2": "bound * (1 + 2"}),
    "no_one": ("Told: 2β without the 1.", {"(1 + 2 * momentum)": "(2 * momentum)"}),
    "times_curvature": ("Told: multiplied by λ.", {" / curvature": " * curvature"}),
    "one_minus_two": ("Told: what came back.", {"(1 + 2 *": "(1 - 2 *"}),
    "beta_squared": ("Told: what came back.", {"(1 + momentum)": "(1 + momentum**2)"}),
    "root": (
        "Told: what came back.",
        {"(1 + momentum)": "(1 + momentum**0.5) ** 2 / 2"},
    ),
    "no_return": ("Told: what came back.", {"    return bound": "    bound"}),
    "pair": ("Told: what came back.", {"return bound": "return bound, nesterov"}),
    "text": ("Told: what came back.", {"return bound": "return str(bound)"}),
}
