"""Wrong ways to write the loop of lesson 06, as people do."""

import torch
from torch.optim.lr_scheduler import ReduceLROnPlateau


def right(initial_lr=1.05, num_iterations=20, make_scheduler=None):
    x = torch.tensor(500.0, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    scheduler = None
    if make_scheduler is not None:
        scheduler = make_scheduler(optimizer)
    x_history, lr_history = [], []
    for _ in range(num_iterations):
        lr_history.append(optimizer.param_groups[0]["lr"])
        optimizer.zero_grad()
        loss = x**2
        loss.backward()
        optimizer.step()
        if isinstance(scheduler, ReduceLROnPlateau):
            scheduler.step(loss)
        elif scheduler is not None:
            scheduler.step()
        x_history.append(x.item())
    return x_history, lr_history


_RATE = '        lr_history.append(optimizer.param_groups[0]["lr"])\n'
_MAKE = "scheduler = make_scheduler(optimizer)"
_STEP = """        if isinstance(scheduler, ReduceLROnPlateau):
            scheduler.step(loss)
        elif scheduler is not None:
            scheduler.step()
"""

EDITS = {
    "no_loss": (
        "Told: loss not given.",
        {_STEP: "        if scheduler is not None:\n            scheduler.step()\n"},
    ),
    "loss_for_all": (
        "Told: loss given to every scheduler.",
        {
            _STEP: "        if scheduler is not None:\n            scheduler.step(loss.item())\n"
        },
    ),
    "both": (
        "Told: loss not given.",
        {"elif scheduler is not None": "if scheduler is not None"},
    ),
    "x_given": ("Told: x given, not the loss.", {"step(loss)": "step(x.item())"}),
    "new_loss": ("Told: loss after the step.", {"step(loss)": "step(x.detach() ** 2)"}),
    "never": ("Told: plateau never stepped.", {"scheduler.step(loss)": "pass"}),
    "others_never": (
        "Told: plateau only.",
        {"        elif scheduler is not None:\n            scheduler.step()\n": ""},
    ),
    "scheduler_first": (
        "Told: scheduler before optimizer.",
        {
            _STEP: "",
            "        optimizer.step()\n": f"{_STEP}        optimizer.step()\n",
            _RATE: "",
            "        x_history.append": f"{_RATE}        x_history.append",
        },
    ),
    "rate_after": (
        "Told: recorded after the step.",
        {_RATE: "", "        x_history.append": f"{_RATE}        x_history.append"},
    ),
    "constant": (
        "Told: constant recorded.",
        {'optimizer.param_groups[0]["lr"]': "initial_lr"},
    ),
    "swapped": (
        "Told: lists swapped.",
        {"return x_history, lr_history": "return lr_history, x_history"},
    ),
    "x_first": (
        "Told: x recorded before the step.",
        {
            "        x_history.append(x.item())\n": "",
            "        loss = ": "        x_history.append(x.item())\n        loss = ",
        },
    ),
    "pile": ("Told: gradients pile up.", {"optimizer.zero_grad()": ""}),
    "another_optimizer": (
        "Told: scheduler ignored / plateau never stepped.",
        {_MAKE: "scheduler = make_scheduler(torch.optim.SGD([x], lr=initial_lr))"},
    ),
    "two": (
        "Told: two schedulers.",
        {
            _MAKE: f"{_MAKE}\n        second = make_scheduler(optimizer)",
            "scheduler.step(loss)": "scheduler.step(loss)\n            second.step(loss)",
            "scheduler.step()": "scheduler.step()\n            second.step()",
        },
    ),
    "twice": (
        "Told: stepped twice.",
        {
            "scheduler.step(loss)": "scheduler.step(loss)\n            scheduler.step(loss)"
        },
    ),
    "rate_given": (
        "Told: rate given, not the loss.",
        {"step(loss)": "step(lr_history[-1])"},
    ),
    "no_backward": ("Told: x never moves.", {"loss.backward()": ""}),
    "get_lr": (
        "Told: get_lr recorded.",
        {
            'optimizer.param_groups[0]["lr"]': "initial_lr if scheduler is None "
            "else scheduler.get_lr()[0]"
        },
    ),
    "no_scheduler": (
        "Told: no scheduler not foreseen.",
        {f"    if make_scheduler is not None:\n        {_MAKE}\n": f"    {_MAKE}\n"},
    ),
    # Any other TypeError is told as what it is.
    "loss_not_called": ("Told: what came back.", {"step(loss)": "step(loss.item)"}),
    "loss_by_name": ("Told: what came back.", {"step(loss)": "step(loss=loss)"}),
    "loss_and_x": ("Told: what came back.", {"step(loss)": "step(loss, x, x)"}),
    "text": ("Told: what came back.", {"step(loss)": 'step(loss + "")'}),
    "kind_by_name": (
        "Told: loss not given.",
        {
            "isinstance(scheduler, ReduceLROnPlateau)": 'scheduler == "ReduceLROnPlateau"'
        },
    ),
    "anew": (
        "Told: x made anew each round.",
        {
            _RATE: "        x = torch.tensor(500.0, requires_grad=True)\n"
            "        optimizer = torch.optim.SGD([x], lr=initial_lr)\n"
            "        scheduler = make_scheduler and make_scheduler(optimizer)\n"
            f"{_RATE}"
        },
    ),
}
