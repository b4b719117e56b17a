"""Wrong ways to write the mean squared error, as people do."""

import torch


def wrong_sum(y_hat, y):
    """Told: sum, not mean."""
    return torch.sum((y_hat - y) ** 2)


def wrong_rows(y_hat, y):
    """Told: divided by the rows."""
    return torch.sum((y_hat - y) ** 2) / y.shape[0]


def wrong_no_square(y_hat, y):
    """Told: not squared."""
    return (y_hat - y).mean()


def wrong_no_mean(y_hat, y):
    """Told: no mean."""
    return (y - y_hat) ** 2


def wrong_absolute(y_hat, y):
    """Told: mean absolute error."""
    return torch.nn.functional.l1_loss(y_hat, y)


def wrong_order(y_hat, y):
    """Told: square of the mean."""
    return (y_hat - y).mean() ** 2


def wrong_root(y_hat, y):
    """Told: root taken."""
    return torch.sqrt(((y_hat - y) ** 2).mean())


def wrong_half(y_hat, y):
    """Told: halved."""
    return 0.5 * ((y_hat - y) ** 2).mean()


def wrong_item(y_hat, y):
    """Told: plain number."""
    return ((y_hat - y) ** 2).mean().item()


def wrong_python(y_hat, y):
    """Told: plain number."""
    errors = [(a - b) ** 2 for a, b in zip(y_hat.flatten(), y.flatten(), strict=True)]
    return float(sum(errors) / len(errors))


def wrong_squares(y_hat, y):
    """Told: difference of squares."""
    return (y_hat**2 - y**2).mean()


def wrong_times_two(y_hat, y):
    """Told: times two, not squared."""
    return ((y_hat - y) * 2).mean()


def wrong_dim(y_hat, y):
    """Told: mean over one dimension."""
    return ((y_hat - y) ** 2).mean(dim=0)


def wrong_norm(y_hat, y):
    """Told: length of the error."""
    return torch.linalg.norm(y_hat - y)


def wrong_variance(y_hat, y):
    """Told: divided by one less."""
    return ((y_hat - y) ** 2).sum() / (y.numel() - 1)


def wrong_numpy(y_hat, y):
    """Told: plain number."""
    return ((y_hat.numpy() - y.numpy()) ** 2).mean()


def wrong_matmul(y_hat, y):
    """Told: what came back."""
    return (y_hat - y) @ (y_hat - y) / len(y)


def wrong_shape_kept(y_hat, y):
    """Told: what came back."""
    return ((y_hat - y) ** 2).mean().reshape(1)
