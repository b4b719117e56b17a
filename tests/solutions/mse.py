"""Right ways to write `mse`."""


def right_as_the_source(y_hat, y):
    return ((y_hat - y) ** 2).mean()


def right_other_order(y_hat, y):
    return (y - y_hat).square().mean()


def right_torch_s_own(y_hat, y):
    from torch.nn.functional import mse_loss

    return mse_loss(y_hat, y)


def right_module(y_hat, y):
    import torch

    return torch.nn.MSELoss(reduction="mean")(y_hat, y)


def right_sum_over_count(y_hat, y):
    error = y_hat - y
    return (error * error).sum() / error.numel()


def right_dot_product(y_hat, y):
    error = (y_hat - y).flatten()
    return error @ error / len(error)


def right_loop(y_hat, y):
    import torch

    total, count = torch.zeros((), dtype=y.dtype), 0
    for p, t in zip(y_hat.flatten(), y.flatten(), strict=True):
        total = total + (p - t) ** 2
        count += 1
    return total / count


def right_expanded(y_hat, y):
    return (y_hat**2 - 2 * y_hat * y + y**2).mean()


def right_norm(y_hat, y):
    import torch

    return torch.linalg.vector_norm(y_hat - y) ** 2 / y.numel()


def right_numpy(y_hat, y):
    import numpy as np
    import torch

    return torch.tensor(np.mean((y_hat.numpy() - y.numpy()) ** 2))


def right_float32(y_hat, y):
    return ((y_hat.float() - y.float()) ** 2).mean()
