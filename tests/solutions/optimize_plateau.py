"""Right ways to write `optimize` with ReduceLROnPlateau."""

import torch
from torch.optim import SGD
from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau


def right_isinstance(initial_lr=1.05, num_iterations=20, make_scheduler=None):
    x = torch.tensor(500.0, requires_grad=True)
    optimizer = SGD([x], lr=initial_lr)
    scheduler = make_scheduler(optimizer) if make_scheduler is not None else None
    xs, lrs = [], []
    for _ in range(num_iterations):
        optimizer.zero_grad()
        loss = x**2
        loss.backward()
        optimizer.step()
        xs.append(x.item())
        lrs.append(optimizer.param_groups[0]["lr"])
        if isinstance(scheduler, ReduceLROnPlateau):
            scheduler.step(loss)
        elif scheduler is not None:
            scheduler.step()
    return xs, lrs


def right_parameter(initial_lr=1.05, num_iterations=20, make_scheduler=None):
    x = torch.nn.Parameter(torch.tensor(500.0))
    optimizer = SGD([x], lr=initial_lr)
    scheduler = make_scheduler and make_scheduler(optimizer)
    xs, lrs = [], []
    for _ in range(num_iterations):
        lrs.append(optimizer.param_groups[0]["lr"])
        optimizer.zero_grad()
        loss = x.pow(2)
        loss.backward()
        optimizer.step()
        xs.append(float(x))
        if scheduler:
            plateau = type(scheduler).__name__ == "ReduceLROnPlateau"
            scheduler.step(*([loss.item()] if plateau else []))
    return xs, lrs


def right_closure(initial_lr=1.05, num_iterations=20, make_scheduler=None):
    x = torch.tensor(500.0, requires_grad=True)
    optimizer = SGD([x], lr=initial_lr)
    scheduler = make_scheduler(optimizer) if make_scheduler else None

    def closure():
        optimizer.zero_grad()
        loss = x * x
        loss.backward()
        return loss

    history = []
    for _ in range(num_iterations):
        loss = optimizer.step(closure)
        history.append((x.item(), optimizer.param_groups[0]["lr"]))
        if isinstance(scheduler, ReduceLROnPlateau):
            scheduler.step(metrics=loss.item())
        elif scheduler:
            scheduler.step()
    return [x for x, _ in history], [lr for _, lr in history]


def right_float64(initial_lr=1.05, num_iterations=20, make_scheduler=None):
    x = torch.tensor([500.0], dtype=torch.float64, requires_grad=True)
    optimizer = SGD([x], lr=initial_lr)
    scheduler = make_scheduler(optimizer) if make_scheduler else None
    xs, lrs = [], []
    for _ in range(num_iterations):
        optimizer.zero_grad()
        loss = (x**2).sum()
        loss.backward()
        optimizer.step()
        xs.append(x.item())
        lrs.append(optimizer.param_groups[0]["lr"])
        if scheduler:
            plateau = isinstance(scheduler, ReduceLROnPlateau)
            scheduler.step(loss.item()) if plateau else scheduler.step()
    return xs, lrs


def right_autograd_grad(initial_lr=1.05, num_iterations=20, make_scheduler=None):
    x = torch.tensor(500.0, requires_grad=True)
    optimizer = SGD([x], lr=initial_lr)
    scheduler = make_scheduler(optimizer) if make_scheduler else None
    xs, lrs = torch.zeros(num_iterations), [0.0] * num_iterations
    for i in range(num_iterations):
        loss = x**2
        (x.grad,) = torch.autograd.grad(loss, x)
        optimizer.step()
        xs[i], lrs[i] = x.detach(), optimizer.param_groups[0]["lr"]
        if isinstance(scheduler, ReduceLROnPlateau):
            scheduler.step(loss.detach())
        elif scheduler:
            scheduler.step()
    return xs.tolist(), lrs


def right_by_hand(initial_lr=1.05, num_iterations=20, make_scheduler=None):
    x = torch.tensor(500.0, requires_grad=True)
    optimizer = SGD([x], lr=initial_lr)
    scheduler = make_scheduler(optimizer) if make_scheduler else None
    xs, lrs = [], []
    while len(xs) < num_iterations:
        loss = x.item() ** 2
        x.grad = 2 * x.detach()
        optimizer.step()
        xs.append(x.item())
        lrs.append(optimizer.param_groups[0]["lr"])
        match scheduler:
            case None:
                pass
            case ReduceLROnPlateau():
                scheduler.step(loss)
            case _:
                scheduler.step()
    return xs, lrs


def right_lambda(initial_lr=1.05, num_iterations=20, make_scheduler=None):
    x = torch.tensor(500.0, requires_grad=True)
    optimizer = SGD([x], lr=initial_lr)
    if make_scheduler is None:
        advance = lambda loss: None  # noqa: E731
    else:
        scheduler = make_scheduler(optimizer)
        if isinstance(scheduler, LRScheduler) and not isinstance(
            scheduler, ReduceLROnPlateau
        ):
            advance = lambda loss: scheduler.step()  # noqa: E731
        else:
            advance = scheduler.step
    xs, lrs = [], []
    for _ in range(num_iterations):
        loss = torch.square(x)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        xs += [x.item()]
        lrs += [optimizer.param_groups[0]["lr"]]
        advance(loss.item())
    return xs, lrs


def right_try(initial_lr=1.05, num_iterations=20, make_scheduler=None):
    x = torch.tensor(500.0, requires_grad=True)
    optimizer = SGD([x], lr=initial_lr)
    scheduler = make_scheduler(optimizer) if make_scheduler else None
    xs, lrs = [], []
    for _ in range(num_iterations):
        loss = x**2
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        xs.append(x.detach().clone().item())
        lrs.append(optimizer.param_groups[0]["lr"])
        if scheduler:
            try:
                scheduler.step()
            except TypeError:  # ReduceLROnPlateau asks for its metric
                scheduler.step(loss.item())
    return tuple(xs), tuple(lrs)
