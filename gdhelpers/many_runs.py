"""Many runs at once: every schedule with every seed, side by side in one pass.

Runs of one seed see the same images in the same order, so they are paired, and their
first layers lie side by side in one wide matrix: one product serves all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from gdhelpers.data import Images, load_mnist
from gdhelpers.history import History
from gdhelpers.network import seeded_model
from gdhelpers.progress import progress as shown_progress
from gdhelpers.progress import stoppable
from gdhelpers.remember import remembered
from gdhelpers.schedules import Schedule, constant
from gdhelpers.training import check_counts, number_of_steps, threads

# For S seeds, R schedules, d inputs and h hidden units: W1 (S, d, R·h), b1 (S, 1, R·h),
# W2 (S, R, h, 10), b2 (S, R, 1, 10).
Weights = list[Tensor]
GRID = 2.0**-20  # of gradients in float64; two processors differ by some 1e-17


@stoppable()
@remembered(number_of_steps)
def train_many(
    schedules: Mapping[str, Schedule | float],
    seeds: Sequence[int],
    *,
    epochs: int,
    data: Images | None = None,
    batch_size: int = 100,
    momentum: float = 0.9,
    nesterov: bool = True,
    hidden: int = 100,
    per: str = "step",
    eval_every: int | None = None,
    num_threads: int | None = None,
    dtype: torch.dtype = torch.float32,
    progress: bool = True,
) -> dict[str, list[History]]:
    """Train as `train` does, once for each schedule and seed, all at the same time.

    Each run is that of `train(schedule, seed=seed, …)` but for rounding, several times
    sooner. A run that diverges does not touch the others. A scheduler that watches
    the run, as ReduceLROnPlateau, needs `train`.

    Args:
        schedules: by name, functions of the step, or numbers for constant rates.
        seeds: each fixes initial weights and the order of the images.
        eval_every: measure after each so many steps instead of after each epoch.
        dtype: float64 costs twice the time and gives the same weights on every
            machine: each gradient is rounded to a multiple of `GRID`, far above what
            processors round differently and far below what its minibatch leaves open.
            Without that a high rate makes a 16th digit grow until one can see it.
        progress: show how far it is where it takes over three seconds (see
            `gdhelpers.progress`, which says where nothing is shown).

    Returns:
        For each name the runs in the order of `seeds`, with the metrics of `train`
        but for "lr_after".
    """
    if per not in ("step", "epoch"):
        raise ValueError(f'per must be "step" or "epoch", got {per!r}')
    check_counts(
        epochs=epochs, batch_size=batch_size, schedules=len(schedules), seeds=len(seeds)
    )
    data = data or load_mnist()
    n, inputs = data.x_train.shape
    num_seeds, num_schedules = len(seeds), len(schedules)
    steps_per_epoch = -(-n // batch_size)
    total_steps = number_of_steps(data, epochs=epochs, batch_size=batch_size)
    eval_every = eval_every or steps_per_epoch
    rates = _rates(schedules, total_steps, 1 if per == "step" else steps_per_epoch)

    models, generators = zip(
        *(seeded_model(s, hidden, inputs) for s in seeds), strict=True
    )
    weights = _stack(models, num_schedules, dtype)
    data = _as_type(data, dtype)
    velocity = [torch.zeros_like(w) for w in weights]
    losses = torch.empty(total_steps, num_seeds, num_schedules, dtype=dtype)
    measured: dict[str, list[Tensor]] = {}

    what = f"training {num_schedules * num_seeds} networks side by side"
    bar = shown_progress(total_steps, what, shown=progress)
    with threads(num_threads), bar as advance:
        for t in range(total_steps):
            if t % steps_per_epoch == 0:
                order = torch.stack(
                    [torch.randperm(n, generator=g) for g in generators]
                )
                batches = order.split(batch_size, dim=1)
            idx = batches[t % steps_per_epoch]
            loss = _losses(weights, data.x_train[idx], data.y_train[idx])
            losses[t] = loss.detach()
            # Runs share no weight: the gradient of the sum is each run's own.
            gradients = torch.autograd.grad(loss.sum(), weights)
            _sgd(weights, velocity, gradients, rates[t], momentum, nesterov)
            if (t + 1) % eval_every == 0:
                for name, value in _evaluate(weights, data).items():
                    measured.setdefault(name, []).append(value)
            advance()

    return {
        name: [
            _history(losses[:, s, r], rates[:, r], measured, s, r, eval_every, name)
            for s in range(num_seeds)
        ]
        for r, name in enumerate(schedules)
    }


def _rates(
    schedules: Mapping[str, Schedule | float], total_steps: int, every: int
) -> Tensor:
    """Tabulate each schedule: shape (total_steps, number of schedules), float64."""
    pure = [s if callable(s) else constant(s) for s in schedules.values()]
    table = [[lr(t // every) for lr in pure] for t in range(total_steps)]
    return torch.tensor(table, dtype=torch.float64)


def _as_type(data: Images, dtype: torch.dtype) -> Images:
    """Give the same images in another precision."""
    pixels = {
        name: x.to(dtype)
        for name in ("x_train", "x_test", "x_val")
        if (x := getattr(data, name)) is not None
    }
    return replace(data, **pixels)


def _stack(
    models: Sequence[torch.nn.Module], num_schedules: int, dtype: torch.dtype
) -> Weights:
    first = torch.stack([m.fc1.weight.T.repeat(1, num_schedules) for m in models])
    bias = torch.stack([m.fc1.bias.repeat(1, num_schedules) for m in models])
    second = torch.stack([m.fc2.weight.T.repeat(num_schedules, 1, 1) for m in models])
    out = torch.stack([m.fc2.bias.repeat(num_schedules, 1, 1) for m in models])
    return [w.detach().to(dtype).requires_grad_() for w in (first, bias, second, out)]


def _logits(weights: Weights, x: Tensor) -> Tensor:
    """Map x of shape (S, n, d) to logits of shape (S, R, n, 10)."""
    w1, b1, w2, b2 = weights
    hidden = torch.baddbmm(b1, x, w1).relu_()
    hidden = hidden.unflatten(2, w2.shape[1:3]).transpose(1, 2)
    return hidden @ w2 + b2


def _losses(weights: Weights, x: Tensor, y: Tensor) -> Tensor:
    """Give the mean cross-entropy of each run, shape (S, R), for labels (S, n)."""
    logits = _logits(weights, x)
    labels = y.unsqueeze(1).expand(logits.shape[:3])
    each = cross_entropy(logits.flatten(0, 2), labels.flatten(), reduction="none")
    return each.view(labels.shape).mean(2)


@torch.no_grad()
def _sgd(
    weights: Weights,
    velocity: Weights,
    gradients: Sequence[Tensor],
    rates: Tensor,
    momentum: float,
    nesterov: bool,
) -> None:
    """Step as torch.optim.SGD, each schedule's columns with its own rate."""
    exact = weights[0].dtype == torch.float64
    rates = rates.to(weights[0].dtype)
    wide = rates.repeat_interleave(weights[0].shape[2] // len(rates))
    each = rates.view(-1, 1, 1)
    columns = (wide, wide, each, each)
    for w, v, g, lr in zip(weights, velocity, gradients, columns, strict=True):
        if exact:
            g = g.div_(GRID).round_().mul_(GRID)
        v.mul_(momentum).add_(g)
        # Product and sum apart: fused, they are rounded once, but not everywhere.
        step = (v * momentum).add_(g) if nesterov else v
        w.sub_(step * lr)


@torch.no_grad()
def _evaluate(weights: Weights, data: Images) -> dict[str, Tensor]:
    """Measure loss and accuracy in percent, shape (S, R), one seed at a time."""
    found = {}
    for part in ("test", "val"):
        x, y = getattr(data, f"x_{part}"), getattr(data, f"y_{part}")
        if x is None:
            continue
        loss, right = [], []
        for own in zip(*(w.split(1) for w in weights), strict=True):
            logits = _logits(own, x.unsqueeze(0))[0]
            labels = y.expand(logits.shape[:2])
            each = cross_entropy(logits.mT, labels, reduction="none")
            loss.append(each.mean(1))
            right.append((logits.argmax(2) == labels).sum(1).double())
        found[f"{part}_loss"] = torch.stack(loss)
        found[f"{part}_accuracy"] = 100 * torch.stack(right) / len(y)
    return found


def _history(
    loss: Tensor,
    lr: Tensor,
    measured: Mapping[str, list[Tensor]],
    s: int,
    r: int,
    eval_every: int,
    label: str,
) -> History:
    """Pick one run out of what was recorded of all."""
    loss = loss.double().numpy().copy()
    count = len(loss) // eval_every
    metrics = {
        name: np.array([float(v[s, r]) for v in values])
        for name, values in measured.items()
    }
    metrics["steps"] = eval_every * np.arange(1, count + 1)
    metrics["train_loss"] = loss[: count * eval_every].reshape(count, -1).mean(1)
    return History(np.empty(0), loss, lr.numpy().copy(), metrics, label)
