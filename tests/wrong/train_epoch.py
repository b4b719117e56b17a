"""Wrong ways to train for an epoch, as people do."""


def right(model, batches, loss_fn, optimizer, scheduler=None, per="batch"):
    losses, rates = [], []
    for inputs, targets in batches:
        optimizer.zero_grad()
        outputs = model(inputs)
        loss = loss_fn(outputs, targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        rates.append(optimizer.param_groups[0]["lr"])
        if scheduler and per == "batch":
            scheduler.step()
    if scheduler and per == "epoch":
        scheduler.step()
    return losses, rates


_RATE = '        rates.append(optimizer.param_groups[0]["lr"])\n'
_BATCH = '        if scheduler and per == "batch":\n            scheduler.step()\n'
_EPOCH = '    if scheduler and per == "epoch":\n        scheduler.step()\n'

EDITS = {
    "no_zero_grad": (
        "Told: gradients pile up.",
        {"        optimizer.zero_grad()\n": ""},
    ),
    "no_step": ("Told: never a step.", {"        optimizer.step()\n": ""}),
    "no_backward": ("Told: never a step.", {"        loss.backward()\n": ""}),
    "cleared_too_late": (
        "Told: never a step.",
        {
            "        optimizer.zero_grad()\n": "",
            "        optimizer.step()\n": "        optimizer.zero_grad()\n        optimizer.step()\n",
        },
    ),
    "step_first": (
        "Told: step before the gradient.",
        {
            "        optimizer.step()\n": "",
            "        optimizer.zero_grad()\n": "        optimizer.step()\n        optimizer.zero_grad()\n",
        },
    ),
    "rate_after": (
        "Told: recorded after the step.",
        {_BATCH: "", _RATE: _BATCH + _RATE},
    ),
    "scheduler_first": (
        "Told: scheduler before optimizer.",
        {
            _BATCH: "",
            "        optimizer.zero_grad()\n": _BATCH
            + "        optimizer.zero_grad()\n",
        },
    ),
    "always_per_batch": (
        "Told: always per batch.",
        {' and per == "batch"': "", _EPOCH: ""},
    ),
    "always_per_epoch": (
        "Told: always per epoch.",
        {' and per == "epoch"': "", _BATCH: ""},
    ),
    "once_more": ("Told: per batch and once more.", {' and per == "epoch"': ""}),
    "in_every_batch": (
        "Told: per epoch in every batch, too.",
        {' and per == "batch"': ""},
    ),
    "never_stepped": ("Told: scheduler never stepped.", {_BATCH: "", _EPOCH: ""}),
    "scheduler_needed": (
        "Told: no scheduler not foreseen.",
        {
            'if scheduler and per == "batch"': 'if per == "batch"',
            'if scheduler and per == "epoch"': 'if per == "epoch"',
        },
    ),
    "loss_after": (
        "Told: loss after the step.",
        {"loss.item()": "loss_fn(model(inputs), targets).item()"},
    ),
    "swapped": (
        "Told: results swapped.",
        {"return losses, rates": "return rates, losses"},
    ),
    "first_batch": (
        "Told: only the first batch.",
        {"    return losses, rates": "        return losses, rates"},
    ),
    "tensors": ("Told: tensors kept.", {"loss.item()": "loss"}),
    "detached": ("Told: tensors kept.", {"loss.item()": "loss.detach()"}),
    "mean_loss": (
        "Told: loss of the epoch.",
        {"return losses, rates": "return sum(losses) / max(1, len(losses)), rates"},
    ),
    "targets_first": (
        "Told: arguments of the loss exchanged.",
        {"loss_fn(outputs, targets)": "loss_fn(targets, outputs)"},
    ),
    "losses_only": ("Told: what came back.", {"return losses, rates": "return losses"}),
    "rate_once": (
        "Told: what came back.",
        {
            _RATE: "",
            "    return losses, rates": '    rates.append(optimizer.param_groups[0]["lr"])\n    return losses, rates',
        },
    ),
    "loss_to_the_scheduler": (
        "Told: what came back.",
        {_BATCH: _BATCH.replace("step()", "step(loss.item())")},
    ),
}
