"""Wrong ways to write the noise floor, as people do."""


def right(lr, curvature, sigma, batch_size=1):
    variance = lr * sigma**2 / batch_size / (curvature * (2 - lr * curvature))
    return curvature / 2 * variance


EDITS = {
    "no_batch": ("Told: batch size ignored.", {" / batch_size": ""}),
    "batch_squared": (
        "Told: divided by the square of B.",
        {" / batch_size": " / batch_size**2"},
    ),
    "batch_root": (
        "Told: divided by the root of B.",
        {" / batch_size": " / batch_size**0.5"},
    ),
    "times_batch": ("Told: multiplied by B.", {" / batch_size": " * batch_size"}),
    "variance": ("Told: variance of θ returned.", {"curvature / 2 * ": ""}),
    "no_half": ("Told: half forgotten.", {"curvature / 2 * ": "curvature * "}),
    "deviation": ("Told: σ not squared.", {"sigma**2": "sigma"}),
    "small_rates": (
        "Told: small rates only.",
        {"(2 - lr * curvature)": "2"},
    ),
    "plus": ("Told: plus below the line.", {"2 - lr": "2 + lr"}),
    "one_minus": ("Told: factor of one step.", {"2 - lr": "1 - lr"}),
    "one_step": (
        "Told: noise of one step.",
        {"lr * sigma": "lr**2 * sigma", " / (curvature * (2 - lr * curvature))": ""},
    ),
    "rate_squared": ("Told: rate squared.", {"lr * sigma": "lr**2 * sigma"}),
    "no_rate": ("Told: rate forgotten.", {"lr * sigma": "sigma"}),
    "curvature_left": (
        "Told: λ above the line.",
        {
            "(curvature * (2 - lr * curvature))": "(2 - lr * curvature)",
        },
    ),
    "root": ("Told: what came back.", {"* variance": "* variance**0.5"}),
    "no_curvature": (
        "Told: what came back.",
        {"(2 - lr * curvature)": "(2 - lr)"},
    ),
    "tensor": (
        "Told: what came back.",
        {
            "return ": "import torch\n    return torch.tensor(",
            "* variance": "* variance)",
        },
    ),
    "precedence": (
        "Told: what came back.",
        {
            " / (curvature * (2 - lr * curvature))": " / curvature * (2 - lr * curvature)"
        },
    ),
    "both_noises": (
        "Told: what came back.",
        {
            "return curvature / 2 * variance": "return curvature / 2 * (variance + lr**2)"
        },
    ),
}
