"""Right answers to lesson 02's optimize, written in different ways."""


def right_source_loop(initial_lr=1.05, num_iterations=20):
    import torch

    x = torch.tensor(500.0, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    x_history, lr_history = [], []
    for _ in range(num_iterations):
        optimizer.zero_grad()
        loss = x**2
        loss.backward()
        optimizer.step()
        x_history.append(x.item())
        lr_history.append(initial_lr)
    return x_history, lr_history


def right_reads_the_group(initial_lr=1.05, num_iterations=20):
    import torch

    x = torch.nn.Parameter(torch.tensor(500.0))
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    xs, rates = [], []
    for _ in range(num_iterations):
        rates += [optimizer.param_groups[0]["lr"]]
        optimizer.zero_grad()
        x.square().backward()
        optimizer.step()
        xs += [float(x)]
    return xs, rates


def right_double(initial_lr=1.05, num_iterations=20):
    import torch

    x = torch.tensor(500.0, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    xs = []
    for _ in range(num_iterations):
        optimizer.zero_grad()
        (x * x).backward()
        optimizer.step()
        xs.append(x.detach().clone().item())
    return xs, [initial_lr] * num_iterations


def right_vector_of_one(initial_lr=1.05, num_iterations=20):
    import torch

    x = torch.tensor([500.0], requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    xs, rates = [], []
    for _ in range(num_iterations):
        optimizer.zero_grad()
        (x**2).sum().backward()
        optimizer.step()
        xs.append(x.item())
        rates.append(initial_lr)
    return [xs, rates]


def right_manual_update(initial_lr=1.05, num_iterations=20):
    import torch

    x = torch.tensor(500.0, requires_grad=True)
    xs, rates = [], []
    for _ in range(num_iterations):
        (gradient,) = torch.autograd.grad(x**2, x)
        with torch.no_grad():
            x -= initial_lr * gradient
        xs.append(x.item())
        rates.append(initial_lr)
    return xs, rates


def right_closed_form(initial_lr=1.05, num_iterations=20):
    xs = [500.0 * (1 - 2 * initial_lr) ** (i + 1) for i in range(num_iterations)]
    return xs, [initial_lr for _ in xs]


def right_arrays(initial_lr=1.05, num_iterations=20):
    import numpy as np

    factors = np.full(num_iterations, 1 - 2 * initial_lr)
    return 500.0 * np.cumprod(factors), np.full(num_iterations, initial_lr)


def right_while(initial_lr=1.05, num_iterations=20):
    x, xs, rates = 500.0, [], []
    while len(xs) < num_iterations:
        x = x - initial_lr * 2 * x
        xs.append(x)
        rates.append(initial_lr)
    return tuple(xs), tuple(rates)


def right_closure(initial_lr=1.05, num_iterations=20):
    import torch

    x = torch.tensor(500.0, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr)

    def one():
        optimizer.zero_grad()
        loss = torch.pow(x, 2)
        loss.backward()
        return loss

    pairs = []
    for _ in range(num_iterations):
        optimizer.step(one)
        pairs.append((x.item(), initial_lr))
    return [p[0] for p in pairs], [p[1] for p in pairs]
