"""Wrong ways to write the loop of lesson 02, as people do."""

import torch


def right(initial_lr=1.05, num_iterations=20):
    x = torch.tensor(500.0, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    x_history, lr_history = [], []
    for _ in range(num_iterations):
        loss = x**2
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        x_history.append(x.item())
        lr_history.append(optimizer.param_groups[0]["lr"])
    return x_history, lr_history


EDITS = {
    "x_first": (
        "Told: x recorded before the step.",
        {
            "        x_history.append(x.item())\n": "",
            "        loss = ": "        x_history.append(x.item())\n        loss = ",
        },
    ),
    "start_too": (
        "Told: start recorded too.",
        {"x_history, lr_history = [], []": "x_history, lr_history = [500.0], []"},
    ),
    "half": ("Told: half the loss.", {"loss = x**2": "loss = 0.5 * x**2"}),
    "not_cleared": ("Told: gradients not cleared.", {"optimizer.zero_grad()": ""}),
    "losses": ("Told: loss recorded instead of x.", {"x.item()": "loss.item()"}),
    "swapped": (
        "Told: histories swapped.",
        {"return x_history, lr_history": "return lr_history, x_history"},
    ),
    "one_less": (
        "Told: one iteration too few.",
        {"range(num_iterations)": "range(num_iterations - 1)"},
    ),
    "one_more": (
        "Told: one iteration too many.",
        {"range(num_iterations)": "range(num_iterations + 1)"},
    ),
    "no_backward": ("Told: x never moves.", {"loss.backward()": ""}),
    "cleared_too_late": (
        "Told: x never moves.",
        {
            "        optimizer.zero_grad()\n": "",
            "        optimizer.step()": "        optimizer.zero_grad()\n"
            "        optimizer.step()",
        },
    ),
    "anew": (
        "Told: x made anew each round.",
        {
            "loss = x**2": "x = torch.tensor(500.0, requires_grad=True)\n"
            "        optimizer = torch.optim.SGD([x], lr=initial_lr)\n"
            "        loss = x**2",
        },
    ),
    "times_two": ("Told: times two, not squared.", {"x**2": "x * 2"}),
    "adam": ("Told: another optimizer.", {"SGD": "Adam"}),
    "momentum": (
        "Told: another optimizer.",
        {"lr=initial_lr": "lr=initial_lr, momentum=0.9"},
    ),
    "rate_fixed": ("Told: rate ignored.", {"lr=initial_lr": "lr=1.05"}),
    "twenty": ("Told: always 20 iterations.", {"range(num_iterations)": "range(20)"}),
    "shared_memory": (
        "Told: the last x throughout.",
        {"x.item()": "x.detach().numpy()"},
    ),
    "tensors": ("Told: what came back.", {"x.item()": "x"}),
    "started_at_five": ("Told: started elsewhere.", {"500.0": "5.0"}),
    "x_only": (
        "Told: what came back.",
        {"return x_history, lr_history": "return x_history"},
    ),
    "end_only": (
        "Told: only the end returned.",
        {
            "return x_history, lr_history": "return x.item(), "
            'optimizer.param_groups[0]["lr"]'
        },
    ),
    "whole_number": ("Told: what came back.", {"500.0": "500"}),
}


def wrong_by_hand(initial_lr=1.05, num_iterations=20):
    """Told: no leaf any more."""
    x = torch.tensor(500.0, requires_grad=True)
    xs, lrs = [], []
    for _ in range(num_iterations):
        loss = x**2
        loss.backward()
        x = x - initial_lr * x.grad
        xs.append(x.item())
        lrs.append(initial_lr)
    return xs, lrs


XS, LRS = [], []


def wrong_global(initial_lr=1.05, num_iterations=20):
    """Told: kept between calls."""
    xs, lrs = right(initial_lr, num_iterations)
    XS.extend(xs)
    LRS.extend(lrs)
    return list(XS), list(LRS)
