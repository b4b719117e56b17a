"""Wrong ways to step with momentum, as people do."""


def right(theta, velocity, grad, lr, momentum, nesterov=False):
    new = momentum * velocity + grad
    step = new
    if nesterov:
        step = grad + momentum * new
    return theta - lr * step, new


EDITS = {
    "no_nesterov": ("Told: Nesterov as heavy ball.", {"grad + momentum * new": "new"}),
    "looks_ahead_with_old": (
        "Told: Nesterov as heavy ball.",
        {"grad + momentum * new": "grad + momentum * velocity"},
    ),
    "always": (
        "Told: Nesterov always.",
        {"if nesterov": "if True"},
    ),
    "exchanged": ("Told: the two exchanged.", {"if nesterov": "if not nesterov"}),
    "old_velocity": (
        "Told: old velocity used.",
        {
            "grad + momentum * new": "grad + momentum * velocity",
            "step = new": "step = velocity",
        },
    ),
    "no_velocity": ("Told: momentum dropped.", {"momentum * velocity + grad": "grad"}),
    "not_damped": (
        "Told: velocity not damped.",
        {"momentum * velocity + grad": "velocity + grad"},
    ),
    "mean": (
        "Told: a mean of the two.",
        {"velocity + grad": "velocity + (1 - momentum) * grad"},
    ),
    "rate_inside": (
        "Told: rate inside the velocity.",
        {
            "velocity + grad": "velocity + lr * grad",
            "grad + momentum * new": "lr * grad + momentum * new",
            "lr * step": "step",
        },
    ),
    "rate_twice": ("Told: rate twice.", {"velocity + grad": "velocity + lr * grad"}),
    "no_rate": ("Told: rate forgotten.", {"lr * step": "step"}),
    "uphill": ("Told: uphill.", {"theta - lr": "theta + lr"}),
    "minus_inside": (
        "Told: gradient subtracted in the velocity.",
        {"velocity + grad": "velocity - grad"},
    ),
    "swapped": (
        "Told: results swapped.",
        {"theta - lr * step, new": "new, theta - lr * step"},
    ),
    "old_back": ("Told: velocity as it came.", {"step, new": "step, velocity"}),
    "step_back": ("Told: step returned for velocity.", {"step, new": "step, step"}),
    "in_place": (
        "Told: θ changed in place.",
        {"return theta - lr * step, new": "theta -= lr * step\n    return theta, new"},
    ),
    "velocity_in_place": (
        "Told: velocity changed in place.",
        {
            "new = momentum * velocity + grad": "velocity *= momentum\n    velocity += grad\n    new = velocity"
        },
    ),
    "theta_only": ("Told: what came back.", {"step, new": "step"}),
    "momentum_twice": (
        "Told: what came back.",
        {"step = new": "step = momentum * new"},
    ),
    "plus_old": ("Told: what came back.", {"step = new": "step = new + velocity"}),
    "no_grad": ("Told: what came back.", {"grad + momentum * new": "momentum * new"}),
}
