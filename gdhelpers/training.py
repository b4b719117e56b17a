"""Train a small network on images under a schedule; get back a `History`.

Nothing here touches the global random state: a run draws its weights and then its
batches from one stream of its own, so a seed fixes it whatever ran before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau

from gdhelpers.data import Images, load_mnist
from gdhelpers.history import History
from gdhelpers.network import PlainSGD, seeded_model
from gdhelpers.progress import progress, stoppable
from gdhelpers.remember import remembered
from gdhelpers.schedules import Schedule, constant


def number_of_steps(
    data: Images | None = None, *, epochs: int, batch_size: int, **_: object
) -> int:
    """Count the minibatches of a training."""
    check_counts(epochs=epochs, batch_size=batch_size)
    return epochs * -(-len((data or load_mnist()).x_train) // batch_size)


@stoppable()
@remembered(number_of_steps)
def train(
    schedule: Schedule | float,
    *,
    epochs: int,
    data: Images | None = None,
    seed: int = 0,
    batch_size: int = 100,
    momentum: float = 0.9,
    nesterov: bool = True,
    hidden: int = 100,
    per: str = "step",
    make_scheduler: Callable[[Optimizer], LRScheduler] | None = None,
    monitor: str | None = None,
    eval_every: int | None = None,
    loader_draws: bool = False,
    keep_right: bool = False,
    dtype: torch.dtype = torch.float32,
    num_threads: int | None = None,
    label: str = "",
) -> History:
    """Train a 784-100-10 `Perceptron` by SGD on minibatches, cross-entropy loss.

    Args:
        schedule: the rate as a function of the step, or a number for a constant one.
        epochs: passes over the training images, each in a new random order.
        data: the images, MNIST unless given.
        seed: fixes the initial weights and the order of the images.
        per: "step" counts the schedule's t in minibatches, "epoch" in epochs.
        make_scheduler: builds any torch scheduler from the optimizer; `schedule` is
            then the number the optimizer starts with. It is stepped `per` step or
            epoch, a ReduceLROnPlateau always per epoch and with `monitor`.
        monitor: the metric ReduceLROnPlateau sees, such as "val_accuracy".
        eval_every: measure after each so many steps instead of after each epoch.
        loader_draws: draw from the stream what passes over a DataLoader would, so
            that runs published with one can be had again.
        keep_right: keep which test images were right, one row a measurement.
        dtype: float64 costs twice the time and makes a run the same on any machine.
        num_threads: threads of torch for this run; changes the rounding only.

    Returns:
        `loss` and `lr`, shape (T,), one entry a minibatch. Metrics, one entry a
        measurement: "test_accuracy" in percent, "test_loss", "train_loss" (mean over
        the steps since the last), "steps" (taken by then); with validation images
        also "val_accuracy" and "val_loss"; where kept, "test_right", shape
        (measurements, test images), true or false. One entry an epoch: "lr_after",
        the rate in force once the scheduler has seen the epoch.

    Where it takes over three seconds it shows how far it is (`gdhelpers.progress`).
    """
    if per not in ("step", "epoch"):
        raise ValueError(f'per must be "step" or "epoch", got {per!r}')
    if make_scheduler and callable(schedule):
        raise ValueError("with make_scheduler, schedule must be a number: the first lr")
    data = data or load_mnist()
    n = len(data.x_train)
    check_counts(epochs=epochs, batch_size=batch_size)

    rate = schedule if callable(schedule) else constant(schedule)
    model, generator = seeded_model(seed, hidden, inputs=data.x_train.shape[1])
    optimizer = PlainSGD(model.to(dtype).parameters(), rate(0), momentum, nesterov)
    group = optimizer.param_groups[0]
    scheduler = make_scheduler(optimizer) if make_scheduler else None
    plateau = isinstance(scheduler, ReduceLROnPlateau)
    step = optimizer.step if scheduler else optimizer.update  # torch's watch for step

    losses, rates, metrics = [], [], defaultdict(list)

    def measure() -> None:
        since = metrics["steps"][-1] if metrics["steps"] else 0
        metrics["steps"].append(len(losses))
        metrics["train_loss"].append(float(np.mean(losses[since:])))
        if loader_draws:
            _draw_base_seed(generator)
        for name, value in evaluate(model, data, keep_right).items():
            metrics[name].append(value)

    total = number_of_steps(data, epochs=epochs, batch_size=batch_size)
    bar = progress(total, f"training {label}".strip())
    with threads(num_threads), torch.no_grad(), bar as advance:
        for epoch in range(epochs):
            if loader_draws:
                _draw_base_seed(generator)
            order = torch.randperm(n, generator=generator)
            labels = data.y_train[order].split(batch_size)
            for idx, y in zip(order.split(batch_size), labels, strict=True):
                if scheduler is None:
                    group["lr"] = rate(len(losses) if per == "step" else epoch)
                rates.append(float(group["lr"]))
                x = data.x_train.index_select(0, idx).to(dtype)
                losses.append(model.backpropagate(x, y))
                step()
                advance()
                if scheduler and per == "step" and not plateau:
                    scheduler.step()
                if eval_every and len(losses) % eval_every == 0:
                    measure()
            if not eval_every:
                measure()
            if plateau:
                scheduler.step(_monitored(metrics, monitor))
            elif scheduler and per == "epoch":
                scheduler.step()
            elif scheduler is None:
                group["lr"] = rate(len(losses) if per == "step" else epoch + 1)
            metrics["lr_after"].append(float(group["lr"]))

    return History(
        theta=np.empty(0),
        loss=np.array(losses),
        lr=np.array(rates),
        metrics={name: np.array(values) for name, values in metrics.items()},
        label=label,
    )


@torch.inference_mode()
def evaluate(
    model: nn.Module, data: Images, keep_right: bool = False
) -> dict[str, float | np.ndarray]:
    """Measure mean loss and accuracy in percent on the test and validation images.

    With `keep_right` also which test images were right, shape (n,), true or false.
    """
    found = {}
    for part in ("test", "val"):
        x, y = getattr(data, f"x_{part}"), getattr(data, f"y_{part}")
        if x is not None:
            logits = model(x.to(next(model.parameters()).dtype))
            found[f"{part}_loss"] = cross_entropy(logits, y).item()
            right = logits.argmax(1) == y
            found[f"{part}_accuracy"] = 100 * right.sum().item() / len(y)
            if keep_right and part == "test":
                found["test_right"] = right.numpy()
    return found


@contextmanager
def threads(number: int | None) -> Iterator[None]:
    """Let torch compute with `number` threads inside the `with`; None: as before."""
    before = torch.get_num_threads()
    torch.set_num_threads(number or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def check_counts(**counts: int) -> None:
    """Raise ValueError unless every count is at least 1."""
    for name, value in counts.items():
        if not value >= 1:
            raise ValueError(f"{name} must be ≥ 1, got {value}")


def _monitored(metrics: dict[str, list[float]], monitor: str | None) -> float:
    known = metrics.keys() - {"steps", "lr_after", "test_right"}
    if monitor not in known:
        raise ValueError(
            f"ReduceLROnPlateau needs monitor, one of {', '.join(sorted(known))}; "
            f"got {monitor!r}"
        )
    return metrics[monitor][-1]


def _draw_base_seed(generator: torch.Generator) -> None:
    """Draw the one number that a DataLoader draws at the start of every pass."""
    torch.empty((), dtype=torch.int64).random_(generator=generator)
