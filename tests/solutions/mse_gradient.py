"""Right ways to write `mse_gradient`."""


def right_closed_form(x, y, a):
    return 2 / len(y) * x.T @ (x @ a - y)


def right_normal_equations(x, y, a):
    return 2 * (x.T @ x @ a - x.T @ y) / x.shape[0]


def right_mean_over_points(x, y, a):
    return (2 * (x @ a - y)[:, None] * x).mean(dim=0)


def right_row_vector(x, y, a):
    return 2 * (x @ a - y) @ x / len(x)


def right_autograd(x, y, a):
    a = a.clone().requires_grad_()
    ((x @ a - y) ** 2).mean().backward()
    return a.grad


def right_autograd_grad(x, y, a):
    import torch

    a = torch.nn.Parameter(a.clone())
    return torch.autograd.grad(((y - x @ a) ** 2).mean(), a)[0]


def right_functional(x, y, a):
    import torch

    return torch.func.grad(lambda w: ((x @ w - y) ** 2).mean())(a)


def right_loop(x, y, a):
    import torch

    total = torch.zeros_like(a)
    for row, target in zip(x, y, strict=True):
        total += 2 * (row @ a - target) * row
    return total / len(y)


def right_einsum(x, y, a):
    import torch

    error = torch.einsum("nd,d->n", x, a) - y
    return torch.einsum("nd,n->d", x, error) * 2 / len(y)


def right_numpy(x, y, a):
    import torch

    m, t, w = x.numpy(), y.numpy(), a.numpy()
    return torch.from_numpy(2 * m.T.dot(m.dot(w) - t) / len(t))


def right_per_weight(x, y, a):
    import torch

    error = x @ a - y
    return torch.stack([2 * (error * x[:, j]).mean() for j in range(len(a))])
