"""Wrong ways to write the fit, as people do: with autograd, and by the formula."""


def right(x, y, learning_rate, num_steps, initial_a):
    a = initial_a.clone()
    losses = [((x @ a - y) ** 2).mean().item()]
    for _ in range(num_steps):
        gradient = 2 / len(y) * x.T @ (x @ a - y)
        a = a - learning_rate * gradient
        losses.append(((x @ a - y) ** 2).mean().item())
    return a, losses


_LAST = "        losses.append(((x @ a - y) ** 2).mean().item())\n"

EDITS = {
    "no_first_loss": (
        "Told: start not recorded.",
        {"losses = [((x @ a - y) ** 2).mean().item()]": "losses = []"},
    ),
    "no_last_loss": (
        "Told: end not recorded.",
        {
            "losses = [((x @ a - y) ** 2).mean().item()]": "losses = []",
            _LAST: "",
            "        gradient = ": f"{_LAST}        gradient = ",
        },
    ),
    "losses_lag": (
        "Told: losses lag.",
        {_LAST: "", "        gradient = ": f"{_LAST}        gradient = "},
    ),
    "uphill": ("Told: uphill.", {"a - learning_rate": "a + learning_rate"}),
    "no_two": ("Told: factor 2 forgotten.", {"2 / len(y)": "1 / len(y)"}),
    "no_n": ("Told: not divided by n.", {"2 / len(y) * ": "2 * "}),
    "no_rate": ("Told: rate dropped.", {"learning_rate * gradient": "gradient"}),
    "once": (
        "Told: gradient computed once.",
        {
            "x.T @ (x @ a - y)": "x.T @ (x @ initial_a - y)",
        },
    ),
    "from_the_start": (
        "Told: always from the start.",
        {
            "x.T @ (x @ a - y)": "x.T @ (x @ initial_a - y)",
            "a = a - learning": "a = initial_a - learning",
        },
    ),
    "swapped": ("Told: results swapped.", {"return a, losses": "return losses, a"}),
    "from_zero": ("Told: start ignored.", {"initial_a.clone()": "0 * initial_a"}),
    "sums": (
        "Told: sum recorded.",
        {
            "losses = [((x @ a - y) ** 2).mean()": "losses = [((x @ a - y) ** 2).sum()",
            "append(((x @ a - y) ** 2).mean()": "append(((x @ a - y) ** 2).sum()",
        },
    ),
    "one_too_few": (
        "Told: one step too few.",
        {"range(num_steps)": "range(1, num_steps)"},
    ),
    "overwritten": (
        "Told: start overwritten.",
        {".clone()": "", "a = a - learning": "a -= learning"},
    ),
    "nothing_kept": (
        "Told: weights never kept.",
        {"a = a - learning": "b = a - learning"},
    ),
    "tensors": (
        "Told: what came back.",
        {".mean().item()]": ".mean()]", ".mean().item())": ".mean())"},
    ),
    "weights_only": ("Told: what came back.", {"return a, losses": "return a"}),
    "last_loss_only": ("Told: what came back.", {", losses\n": ", losses[-1]\n"}),
    "rounded": (
        "Told: what came back.",
        {".mean().item())": ".mean().item().__round__(2))"},
    ),
}


def wrong_leaf_lost(x, y, learning_rate, num_steps, initial_a):
    """Told: no leaf any more."""
    a = initial_a.clone().requires_grad_(True)
    losses = [((x @ a - y) ** 2).mean().item()]
    for _ in range(num_steps):
        loss = ((x @ a - y) ** 2).mean()
        loss.backward()
        a = a - a.grad * learning_rate
        losses.append(((x @ a - y) ** 2).mean().item())
    return a, losses


def wrong_leaf_changed(x, y, learning_rate, num_steps, initial_a):
    """Told: a leaf changed in place."""
    a = initial_a.clone().requires_grad_(True)
    losses = [((x @ a - y) ** 2).mean().item()]
    for _ in range(num_steps):
        loss = ((x @ a - y) ** 2).mean()
        loss.backward()
        a -= learning_rate * a.grad
        a.grad.zero_()
        losses.append(((x @ a - y) ** 2).mean().item())
    return a, losses


def wrong_pile(x, y, learning_rate, num_steps, initial_a):
    """Told: gradients pile up."""
    import torch

    a = initial_a.clone().requires_grad_(True)
    losses = [((x @ a - y) ** 2).mean().item()]
    for _ in range(num_steps):
        ((x @ a - y) ** 2).mean().backward()
        with torch.no_grad():
            a -= learning_rate * a.grad
        losses.append(((x @ a - y) ** 2).mean().item())
    return a, losses


def wrong_grad_cleared_too_early(x, y, learning_rate, num_steps, initial_a):
    """Told: weights never kept."""
    import torch

    a = initial_a.clone().requires_grad_(True)
    losses = [((x @ a - y) ** 2).mean().item()]
    for _ in range(num_steps):
        ((x @ a - y) ** 2).mean().backward()
        a.grad.zero_()
        with torch.no_grad():
            a -= learning_rate * a.grad
        losses.append(((x @ a - y) ** 2).mean().item())
    return a, losses


HISTORY = []


def wrong_global_losses(x, y, learning_rate, num_steps, initial_a):
    """Told: kept between calls."""
    a, losses = right(x, y, learning_rate, num_steps, initial_a)
    HISTORY.extend(losses)
    return a, list(HISTORY)
