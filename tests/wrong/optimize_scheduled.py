"""Wrong ways to write the loop of lesson 05, as people do."""

import torch


def right(initial_lr=1.05, num_iterations=20, make_scheduler=None):
    x = torch.tensor(500.0, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    scheduler = None
    if make_scheduler is not None:
        scheduler = make_scheduler(optimizer)
    x_history, lr_history = [], []
    for i in range(num_iterations):
        lr_history.append(optimizer.param_groups[0]["lr"])
        optimizer.zero_grad()
        loss = x**2
        loss.backward()
        optimizer.step()
        if scheduler is not None:
            scheduler.step()
        x_history.append(x.item())
    return x_history, lr_history


_STEP = "        if scheduler is not None:\n            scheduler.step()\n"
_RATE = '        lr_history.append(optimizer.param_groups[0]["lr"])\n'
_MAKE = "scheduler = make_scheduler(optimizer)"

EDITS = {
    "scheduler_first": (
        "Told: scheduler before optimizer.",
        {_STEP: "", _RATE: f"{_STEP}{_RATE}"},
    ),
    "constant": (
        "Told: constant recorded.",
        {'optimizer.param_groups[0]["lr"]': "initial_lr"},
    ),
    "rate_after": (
        "Told: recorded after the step.",
        {_RATE: "", _STEP: f"{_STEP}{_RATE}"},
    ),
    "never_stepped": ("Told: scheduler never stepped.", {_STEP: ""}),
    "ignored": (
        "Told: scheduler ignored.",
        {f"    if make_scheduler is not None:\n        {_MAKE}\n": ""},
    ),
    "another_optimizer": (
        "Told: scheduler ignored.",
        {_MAKE: "scheduler = make_scheduler(torch.optim.SGD([x], lr=initial_lr))"},
    ),
    "another_parameter": (
        "Told: scheduler ignored.",
        {
            _MAKE: "other = torch.optim.SGD([torch.zeros(1)], lr=initial_lr)\n"
            "        scheduler = make_scheduler(other)"
        },
    ),
    "optimizer_anew": (
        "Told: scheduler ignored.",
        {
            "    for i in range(num_iterations):\n": "    for i in range(num_iterations):\n"
            "        optimizer = torch.optim.SGD([x], lr=initial_lr)\n"
        },
    ),
    "twice": (
        "Told: stepped twice.",
        {"scheduler.step()": "scheduler.step()\n            scheduler.step()"},
    ),
    "two": (
        "Told: two schedulers.",
        {
            _MAKE: f"{_MAKE}\n        second = make_scheduler(optimizer)",
            "scheduler.step()": "scheduler.step()\n            second.step()",
        },
    ),
    "made_in_the_loop": (
        "Told: scheduler made anew each round.",
        {
            f"    if make_scheduler is not None:\n        {_MAKE}\n": "",
            _RATE: "        if make_scheduler is not None:\n"
            f"            {_MAKE}\n{_RATE}",
        },
    ),
    "epoch": ("Told: told the epoch.", {"scheduler.step()": "scheduler.step(i)"}),
    "get_lr": (
        "Told: get_lr recorded.",
        {
            'optimizer.param_groups[0]["lr"]': "initial_lr if scheduler is None "
            "else scheduler.get_lr()[0]"
        },
    ),
    "last_lr_not_used": (
        "Told: rates right, not used.",
        {
            _MAKE: "other = torch.optim.SGD([x], lr=initial_lr)\n"
            "        scheduler = make_scheduler(other)",
            'optimizer.param_groups[0]["lr"]': "initial_lr if scheduler is None "
            "else scheduler.get_last_lr()[0]",
        },
    ),
    "no_scheduler": (
        "Told: no scheduler not foreseen.",
        {f"    if make_scheduler is not None:\n        {_MAKE}\n": f"    {_MAKE}\n"},
    ),
    "x_first": (
        "Told: x recorded before the step.",
        {
            "        x_history.append(x.item())\n": "",
            "        loss = ": "        x_history.append(x.item())\n        loss = ",
        },
    ),
    "swapped": (
        "Told: lists swapped.",
        {"return x_history, lr_history": "return lr_history, x_history"},
    ),
    "pile": ("Told: gradients pile up.", {"optimizer.zero_grad()": ""}),
    "no_backward": ("Told: x never moves.", {"loss.backward()": ""}),
    "anew": (
        "Told: x made anew each round.",
        {
            _RATE: "        x = torch.tensor(500.0, requires_grad=True)\n"
            "        optimizer = torch.optim.SGD([x], lr=initial_lr)\n"
            "        scheduler = make_scheduler and make_scheduler(optimizer)\n"
            f"{_RATE}"
        },
    ),
    "x_alone_anew": (
        "Told: x never moves.",
        {_RATE: f"        x = torch.tensor(500.0, requires_grad=True)\n{_RATE}"},
    ),
    "times_two": ("Told: times two, not squared.", {"x**2": "x * 2"}),
    "one_less": (
        "Told: one iteration too few.",
        {"range(num_iterations)": "range(1, num_iterations)"},
    ),
    "tensors": ("Told: what came back.", {"x.item()": "x.detach().clone()"}),
    "rates_in_lists": (
        "Told: what came back.",
        {
            'optimizer.param_groups[0]["lr"]': '[g["lr"] for g in optimizer.param_groups]'
        },
    ),
    "loss_given": (
        "Told: loss given.",
        {"scheduler.step()": "scheduler.step(loss)"},
    ),
    "last_lr_is_a_list": (
        "Told: what came back.",
        {
            'optimizer.param_groups[0]["lr"]': "initial_lr if scheduler is None "
            "else scheduler.get_last_lr()"
        },
    ),
}


def wrong_by_hand(initial_lr=1.05, num_iterations=20, make_scheduler=None):
    """Told: no leaf any more."""
    x = torch.tensor(500.0, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    scheduler = make_scheduler(optimizer) if make_scheduler else None
    xs, lrs = [], []
    for _ in range(num_iterations):
        lr = optimizer.param_groups[0]["lr"]
        (x**2).backward()
        x = x - lr * x.grad
        xs.append(x.item())
        lrs.append(lr)
        if scheduler:
            scheduler.step()
    return xs, lrs


def wrong_default_list(
    initial_lr=1.05, num_iterations=20, make_scheduler=None, xs=[], lrs=[]
):  # fmt: skip
    """Told: kept between calls."""
    more, rates = right(initial_lr, num_iterations, make_scheduler)
    xs += more
    lrs += rates
    return list(xs), list(lrs)
