"""Right ways to write `fit`."""


def right_closed_form(x, y, learning_rate, num_steps, initial_a):
    a, losses = initial_a, [((x @ initial_a - y) ** 2).mean().item()]
    for _ in range(num_steps):
        a = a - learning_rate * 2 / len(y) * x.T @ (x @ a - y)
        losses.append(((x @ a - y) ** 2).mean().item())
    return a, losses


def right_autograd(x, y, learning_rate, num_steps, initial_a):
    import torch

    a = torch.nn.Parameter(initial_a.clone())
    losses = []
    for _ in range(num_steps):
        loss = ((x @ a - y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            a.sub_(learning_rate * a.grad)
            a.grad.zero_()
    losses.append(((x @ a - y) ** 2).mean().item())
    return a.detach(), losses


def right_parameter_returned(x, y, learning_rate, num_steps, initial_a):
    a = initial_a.clone().requires_grad_()
    losses = [((x @ a - y) ** 2).mean().item()]
    for _ in range(num_steps):
        ((x @ a - y) ** 2).mean().backward()
        a.data -= learning_rate * a.grad
        a.grad = None
        losses.append(float(((x @ a - y) ** 2).mean()))
    return a, losses


def right_optimizer(x, y, learning_rate, num_steps, initial_a):
    import torch

    a = initial_a.clone().requires_grad_()
    optimizer = torch.optim.SGD([a], lr=learning_rate)

    def loss():
        return torch.nn.functional.mse_loss(x @ a, y)

    losses = [loss().item()]
    for _ in range(num_steps):
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()
        losses.append(loss().item())
    return a, losses


def right_recursion(x, y, learning_rate, num_steps, initial_a):
    loss = ((x @ initial_a - y) ** 2).mean().item()
    if num_steps == 0:
        return initial_a, [loss]
    step = learning_rate * 2 / len(y) * (x @ initial_a - y) @ x
    a, later = right_recursion(x, y, learning_rate, num_steps - 1, initial_a - step)
    return a, [loss, *later]


def right_while(x, y, learning_rate, num_steps, initial_a):
    a, losses = initial_a.clone(), []
    while True:
        error = x @ a - y
        losses.append((error @ error).item() / len(y))
        if len(losses) > num_steps:
            return a, losses
        a -= learning_rate * 2 * (x * error[:, None]).mean(0)


def right_numpy(x, y, learning_rate, num_steps, initial_a):
    import torch

    m, t, a = x.numpy(), y.numpy(), initial_a.numpy().copy()
    losses = [float(((m @ a - t) ** 2).mean())]
    for _ in range(num_steps):
        a -= learning_rate * 2 / len(t) * m.T @ (m @ a - t)
        losses.append(float(((m @ a - t) ** 2).mean()))
    return torch.from_numpy(a), losses


def right_accumulate(x, y, learning_rate, num_steps, initial_a):
    from itertools import accumulate

    def step(a, _):
        return a - learning_rate * 2 / len(y) * x.T @ (x @ a - y)

    path = list(accumulate(range(num_steps), step, initial=initial_a))
    return path[-1], [((x @ a - y) ** 2).mean().item() for a in path]


def right_eigenvectors(x, y, learning_rate, num_steps, initial_a):
    import torch

    best = torch.linalg.lstsq(x, y).solution
    curvature, axes = torch.linalg.eigh(2 / len(y) * x.T @ x)
    start = axes.T @ (initial_a - best)
    path = [
        best + axes @ ((1 - learning_rate * curvature) ** t * start)
        for t in range(num_steps + 1)
    ]
    return path[-1], [((x @ a - y) ** 2).mean().item() for a in path]


def right_tuple_of_losses(x, y, learning_rate, num_steps, initial_a):
    a, losses = initial_a, ()
    for t in range(num_steps + 1):
        losses += (((x @ a - y) ** 2).mean().item(),)
        if t < num_steps:
            a = a - learning_rate * 2 / len(y) * x.T @ (x @ a - y)
    return a, losses
