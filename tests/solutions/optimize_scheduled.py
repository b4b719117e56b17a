"""Right ways to write the scheduler-enabled `optimize`."""


def right_rate_before_the_step(initial_lr=1.05, num_iterations=20, make_scheduler=None):
    import torch

    x = torch.tensor(500.0, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    scheduler = make_scheduler(optimizer) if make_scheduler else None
    x_history, lr_history = [], []
    for _ in range(num_iterations):
        lr_history.append(optimizer.param_groups[0]["lr"])
        optimizer.zero_grad()
        (x**2).backward()
        optimizer.step()
        if scheduler is not None:
            scheduler.step()
        x_history.append(x.item())
    return x_history, lr_history


def right_get_last_lr(initial_lr=1.05, num_iterations=20, make_scheduler=None):
    import torch

    x = torch.nn.Parameter(torch.tensor(500.0))
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    scheduler = make_scheduler(optimizer) if make_scheduler is not None else None
    xs, rates = [], []
    for _ in range(num_iterations):
        loss = x * x
        optimizer.zero_grad(set_to_none=False)
        loss.backward()
        optimizer.step()
        xs += [x.item()]
        if scheduler:
            rates += scheduler.get_last_lr()
            scheduler.step()
        else:
            rates += [initial_lr]
    return xs, rates


def right_constant_by_default(initial_lr=1.05, num_iterations=20, make_scheduler=None):
    import torch
    from torch.optim.lr_scheduler import ConstantLR

    make_scheduler = make_scheduler or (lambda o: ConstantLR(o, factor=1.0))
    x = torch.tensor(500.0, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    scheduler = make_scheduler(optimizer)
    pairs = []
    for _ in range(num_iterations):
        optimizer.zero_grad()
        x.square().backward()
        optimizer.step()
        pairs.append((x.item(), optimizer.param_groups[0]["lr"]))
        scheduler.step()
    return [p[0] for p in pairs], [p[1] for p in pairs]


def right_float64(initial_lr=1.05, num_iterations=20, make_scheduler=None):
    import torch

    x = torch.tensor([500.0], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    scheduler = make_scheduler(optimizer) if make_scheduler else None
    xs, rates = [], []
    while len(xs) < num_iterations:
        optimizer.zero_grad()
        torch.sum(x**2).backward()
        optimizer.step()
        xs.append(float(x))
        rates.append(float(optimizer.param_groups[0]["lr"]))
        if scheduler:
            scheduler.step()
    return tuple(xs), tuple(rates)


def right_closure(initial_lr=1.05, num_iterations=20, make_scheduler=None):
    import torch

    x = torch.tensor(500.0, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    scheduler = make_scheduler(optimizer) if make_scheduler else None

    def loss():
        optimizer.zero_grad()
        value = x**2
        value.backward()
        return value

    def one():
        optimizer.step(loss)
        found = x.item(), optimizer.param_groups[0]["lr"]
        if scheduler:
            scheduler.step()
        return found

    history = [one() for _ in range(num_iterations)]
    return [x for x, _ in history], [lr for _, lr in history]


def right_gradient_by_hand(initial_lr=1.05, num_iterations=20, make_scheduler=None):
    import torch

    x = torch.tensor(500.0, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    scheduler = make_scheduler(optimizer) if make_scheduler else None
    xs, rates = [], []
    for _ in range(num_iterations):
        x.grad = 2 * x.detach()
        optimizer.step()
        xs.append(x.item())
        rates.append(optimizer.param_groups[0]["lr"])
        if scheduler:
            scheduler.step()
    return xs, rates


def right_rates_first(initial_lr=1.05, num_iterations=20, make_scheduler=None):
    import torch

    idle = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=initial_lr)
    scheduler = make_scheduler(idle) if make_scheduler else None
    rates = []
    for _ in range(num_iterations):
        rates.append(idle.param_groups[0]["lr"])
        idle.step()
        if scheduler:
            scheduler.step()
    x, xs = 500.0, []
    for lr in rates:
        x -= lr * 2 * x
        xs.append(x)
    return xs, rates


def right_autograd_grad(initial_lr=1.05, num_iterations=20, make_scheduler=None):
    import torch

    x = torch.tensor(500.0, requires_grad=True)
    optimizer = torch.optim.SGD([{"params": [x]}], lr=initial_lr)
    scheduler = make_scheduler(optimizer) if make_scheduler else None
    xs, rates = torch.zeros(num_iterations), torch.zeros(num_iterations)
    for i in range(num_iterations):
        (x.grad,) = torch.autograd.grad(x.pow(2), x)
        optimizer.step()
        xs[i], rates[i] = x.detach(), optimizer.param_groups[0]["lr"]
        if scheduler:
            scheduler.step()
    return xs.tolist(), rates.tolist()


def right_always_a_list_of_schedulers(
    initial_lr=1.05, num_iterations=20, make_scheduler=None
):
    import torch

    x = torch.tensor(500.0, requires_grad=True)
    optimizer = torch.optim.SGD(params=[x], lr=initial_lr, momentum=0)
    schedulers = [make_scheduler(optimizer)] if callable(make_scheduler) else []
    x_history, lr_history = [], []
    for _ in range(num_iterations):
        optimizer.zero_grad()
        torch.pow(x, 2).backward()
        optimizer.step()
        lr_history.extend(group["lr"] for group in optimizer.param_groups)
        for scheduler in schedulers:
            scheduler.step()
        x_history.append(x.item())
    return x_history, lr_history
