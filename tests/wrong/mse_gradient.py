"""Wrong ways to write the gradient, as people do."""

import torch


def wrong_no_two(x, y, a):
    """Told: factor 2 forgotten."""
    return x.T @ (x @ a - y) / len(y)


def wrong_no_mean(x, y, a):
    """Told: not divided by n."""
    return 2 * x.T @ (x @ a - y)


def wrong_sign(x, y, a):
    """Told: sign flipped."""
    return 2 / len(y) * x.T @ (y - x @ a)


def wrong_backward(x, y, a):
    """Told: gradients kept in a."""
    a.requires_grad_(True)
    loss = ((x @ a - y) ** 2).mean()
    loss.backward()
    return a.grad


def wrong_no_inner(x, y, a):
    """Told: inner derivative forgotten."""
    return 2 * (x @ a - y).mean() * torch.ones(len(a))


def wrong_all_entries(x, y, a):
    """Told: divided by all entries of x."""
    return 2 * x.T @ (x @ a - y) / x.numel()


def wrong_no_target(x, y, a):
    """Told: target left out."""
    return 2 / len(y) * x.T @ (x @ a)


def wrong_sign_only(x, y, a):
    """Told: sign of the error only."""
    return x.T @ torch.sign(x @ a - y) / len(y)


def wrong_four(x, y, a):
    """Told: factor 2 twice."""
    return 4 / len(y) * x.T @ (x @ a - y)


def wrong_columns(x, y, a):
    """Told: divided by the weights."""
    return 2 / x.shape[1] * x.T @ (x @ a - y)


def wrong_square(x, y, a):
    """Told: error squared."""
    return 2 / len(y) * x.T @ (x @ a - y) ** 2


def wrong_mean(x, y, a):
    """Told: one number for all."""
    return torch.mean(2 / len(y) * x.T @ (x @ a - y))


def wrong_loss(x, y, a):
    """Told: loss returned."""
    return ((x @ a - y) ** 2).mean()


def wrong_no_transpose(x, y, a):
    """Told: what came back."""
    return 2 / len(y) * x @ (x @ a - y)


def wrong_no_leaf(x, y, a):
    """Told: what came back."""
    ((x @ a - y) ** 2).mean().backward()
    return a.grad


def wrong_returns_backward(x, y, a):
    """Told: what came back."""
    a = a.clone().requires_grad_()
    return ((x @ a - y) ** 2).mean().backward()


def wrong_columns_of_one(x, y, a):
    """Told: what came back."""
    return 2 / len(y) * x.T @ (x @ a - y)[:, None]


def wrong_per_point(x, y, a):
    """Told: what came back."""
    return 2 * x * (x @ a - y)[:, None]


def wrong_step(x, y, a):
    """Told: what came back."""
    return a - 2 / len(y) * x.T @ (x @ a - y)
