"""Wrong ways to write `adamw_step`, as people do: edits of one with β's by name."""


def right(theta, state, grad, lr, weight_decay):
    beta1, beta2, eps = 0.9, 0.999, 1e-8
    n, m, s = state
    n = n + 1
    m = beta1 * m + (1 - beta1) * grad
    s = beta2 * s + (1 - beta2) * grad * grad
    m_hat = m / (1 - beta1**n)
    s_hat = s / (1 - beta2**n)
    theta = theta - lr * weight_decay * theta
    theta = theta - lr * m_hat / (s_hat.sqrt() + eps)
    return theta, (n, m, s)


_DECAY = "    theta = theta - lr * weight_decay * theta\n"
_STEP = "    theta = theta - lr * m_hat / (s_hat.sqrt() + eps)\n"

EDITS = {
    "uncorrected": (
        "Told: no bias correction.",
        {"m / (1 - beta1**n)": "m", "s / (1 - beta2**n)": "s"},
    ),
    "mean_only": ("Told: only the mean corrected.", {"s / (1 - beta2**n)": "s"}),
    "square_only": ("Told: only the square corrected.", {"m / (1 - beta1**n)": "m"}),
    "hats_kept": ("Told: corrected averages kept.", {"(n, m, s)": "(n, m_hat, s_hat)"}),
    "l2": (
        "Told: decay in the gradient.",
        {_DECAY: "", "    m = beta1": "    grad = grad + weight_decay * theta\n    m = beta1"},
    ),
    "bare_decay": ("Told: decay without the rate.", {"lr * weight_decay": "weight_decay"}),
    "no_decay": ("Told: no decay.", {_DECAY: ""}),
    "decay_last": ("Told: decay after the step.", {_DECAY: "", _STEP: _STEP + _DECAY}),
    "eps_inside": (
        "Told: ε under the root.",
        {"(s_hat.sqrt() + eps)": "(s_hat + eps).sqrt()"},
    ),
    "no_eps": ("Told: ε left out.", {"1e-8": "1e-40"}),
    "not_counted": ("Told: step not counted.", {"(n, m, s)\n": "(n - 1, m, s)\n"}),
    "t_from_zero": (
        "Told: what came back.",
        {"n = n + 1": "pass", "(n, m, s)\n": "(n + 1, m, s)\n"},
    ),
    "squared_mean": ("Told: square of the mean.", {"grad * grad": "m * m"}),
    "no_root": ("Told: no root.", {"s_hat.sqrt()": "s_hat"}),
    "betas": (
        "Told: β's swapped.",
        {"0.9, 0.999": "0.999, 0.9"},
    ),
    "uphill": ("Told: uphill.", {"theta - lr * m_hat": "theta + lr * m_hat"}),
    "gradient": (
        "Told: gradient instead of its average.",
        {"m_hat / (s_hat": "grad / (s_hat"},
    ),
    "old_state": ("Told: state as it was.", {"(n, m, s)\n": "state\n"}),
    "swapped": (
        "Told: results swapped.",
        {"return theta, (n, m, s)": "return (n, m, s), theta"},
    ),
    "not_squared": ("Told: gradient not squared.", {"grad * grad": "grad"}),
    "pair": ("Told: state without its count.", {"(n, m, s)\n": "(m, s)\n"}),
    "sgd": (
        "Told: what came back.",
        {"lr * m_hat / (s_hat.sqrt() + eps)": "lr * m_hat"},
    ),
    "theta_only": ("Told: what came back.", {"return theta, (n, m, s)": "return theta"}),
}  # fmt: skip
