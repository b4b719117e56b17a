"""Many runs at once: every schedule with every seed.

Runs of one seed see the same images in the same order, so they are paired, and stand
side by side in one wide matrix. Several seeds are trained at a time, a thread each.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Mapping, Sequence, Sized
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from gdhelpers.arguments import fraction
from gdhelpers.data import Images, load_mnist
from gdhelpers.history import History
from gdhelpers.progress import progress as shown_progress
from gdhelpers.progress import stoppable
from gdhelpers.remember import remembered
from gdhelpers.schedules import Schedule, constant
from gdhelpers.side_by_side import OPTIMIZERS
from gdhelpers.training import check_counts, number_of_steps, threads

POLL = 0.1  # seconds between two looks at how far the seeds are


class Stopped(Exception):
    """Another seed failed, or the student stopped all of them."""


def number_of_networks(*, schedules: Sized, seeds: Sized, **_: object) -> int:
    """Count the networks that `train_many` trains."""
    return len(schedules) * len(seeds)


@stoppable()
@remembered(number_of_steps, number_of_networks)
def train_many(
    schedules: Mapping[Hashable, Schedule | float],
    seeds: Sequence[int],
    *,
    epochs: int,
    data: Images | None = None,
    batch_size: int = 100,
    optimizer: str = "sgd",
    momentum: Schedule | float = 0.9,
    nesterov: bool = True,
    averages: Sequence[float] = (),
    hidden: int = 100,
    gain: float = 1.0,
    per: str = "step",
    eval_every: int | None = None,
    test_at_end: bool = False,
    num_threads: int | None = None,
    dtype: torch.dtype = torch.float32,
    progress: bool = True,
) -> dict[str, list[History]]:
    """Train as `train` does, once for each schedule and seed, many at the same time.

    Each run is that of `train(schedule, seed=seed, …)` but for rounding, several times
    sooner. A run that diverges does not touch the others. A scheduler that watches
    the run, as ReduceLROnPlateau, needs `train`.

    Args:
        schedules: by name, functions of the step, or numbers for constant rates.
        seeds: each fixes initial weights and the order of the images.
        optimizer: "sgd", "adam" or "schedule-free", as in `side_by_side`.
        momentum: a number, or a function of the step, the same for all runs. Adam's
            β₁ and the β of schedule-free SGD; only SGD may have `nesterov`.
        averages: decays of averages of the weights after each step, as
            `averaging.ema`, which are measured whenever the weights are.
        gain: multiplies the weights that training begins with; above 1 the
            initialisation is inflated.
        eval_every: measure after each so many steps instead of after each epoch.
        test_at_end: open the test set after the last step only; the test metrics have
            one entry then.
        num_threads: how many seeds are trained at a time; None: as many as torch has
            threads. Changes no number.
        dtype: float64 costs twice the time and gives the same weights on every
            machine: each gradient is rounded to a multiple of `side_by_side.GRID`, far
            above what processors round differently and far below what its minibatch
            leaves open. Without that a high rate makes a 16th digit grow until one
            can see it.
        progress: show how far it is where it takes over three seconds (see
            `gdhelpers.progress`, which says where nothing is shown).

    Returns:
        For each name the runs in the order of `seeds`, with the metrics of `train`
        but for "lr_after", and each again for each average: "val_accuracy, EMA 0.99".
    """
    if per not in ("step", "epoch"):
        raise ValueError(f'per must be "step" or "epoch", got {per!r}')
    if optimizer not in OPTIMIZERS:
        known = ", ".join(map(repr, OPTIMIZERS))
        raise ValueError(f"optimizer must be one of {known}, got {optimizer!r}")
    fraction(**{f"averages[{i}]": decay for i, decay in enumerate(averages)})
    check_counts(
        epochs=epochs, batch_size=batch_size, schedules=len(schedules), seeds=len(seeds)
    )
    data = data or load_mnist()
    n, inputs = data.x_train.shape
    steps_per_epoch = -(-n // batch_size)
    total_steps = number_of_steps(data, epochs=epochs, batch_size=batch_size)
    eval_every = eval_every or steps_per_epoch
    rates = _rates(schedules, total_steps, 1 if per == "step" else steps_per_epoch)
    friction = momentum if callable(momentum) else constant(momentum)
    data = _as_type(data, dtype)

    def train_one(seed: int, advance: Callable[[], None]) -> list[History]:
        shape = (seed, len(schedules), hidden, inputs, dtype, gain)
        nets = OPTIMIZERS[optimizer](*shape)
        means: dict[float, list[Tensor]] = {}
        losses = torch.empty(total_steps, len(schedules), dtype=dtype)
        measured: dict[str, list[Tensor]] = {}
        for t in range(total_steps):
            if t % steps_per_epoch == 0:
                order = torch.randperm(n, generator=nets.generator)
                batches = order.split(batch_size)
            idx = batches[t % steps_per_epoch]
            losses[t], gradients = nets.backpropagate(
                data.x_train[idx], data.y_train[idx]
            )
            nets.step(gradients, rates[t].to(dtype), friction(t), nesterov)
            for decay in averages:
                means[decay] = nets.averaged(means.get(decay), decay)
            parts = ["val"] if (t + 1) % eval_every == 0 else []
            if t + 1 == total_steps if test_at_end else parts:
                parts.append("test")
            for name, value in nets.measure(data, parts).items():
                measured.setdefault(name, []).append(value)
            for decay, weights in means.items():
                for name, value in nets.measure(data, parts, weights).items():
                    measured.setdefault(f"{name}, EMA {decay:g}", []).append(value)
            advance()
        return [
            _history(losses[:, r], rates[:, r], measured, r, eval_every, name)
            for r, name in enumerate(schedules)
        ]

    at_a_time = min(num_threads or torch.get_num_threads(), len(seeds))
    what = f"training {len(schedules) * len(seeds)} networks side by side"
    bar = shown_progress(total_steps * len(seeds), what, shown=progress)
    with threads(1), bar as advance:
        runs = _side_by_side(train_one, seeds, at_a_time, advance)
    return dict(zip(schedules, map(list, zip(*runs, strict=True)), strict=True))


def _side_by_side(
    train_one: Callable, seeds: Sequence[int], at_a_time: int, show: Callable
) -> list[list[History]]:
    """Train each seed in a thread, so many at a time; what stops one stops them all."""
    done, stop = [0] * len(seeds), threading.Event()

    def one(i: int) -> list[History]:
        def advance() -> None:
            done[i] += 1
            if stop.is_set():
                raise Stopped

        with torch.no_grad():
            return train_one(seeds[i], advance)

    with ThreadPoolExecutor(at_a_time) as pool:
        waiting = [pool.submit(one, i) for i in range(len(seeds))]
        shown, left = 0, True
        try:
            while left:
                ended, left = wait(waiting, POLL, FIRST_EXCEPTION)
                show(sum(done) - shown)
                shown = sum(done)
                for future in ended:
                    future.result()  # raises what it raised
            return [future.result() for future in waiting]
        finally:  # the pool waits for its threads: let them end now
            stop.set()
            for future in waiting:
                future.cancel()


def _rates(
    schedules: Mapping[Hashable, Schedule | float], total_steps: int, every: int
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


def _history(
    loss: Tensor,
    lr: Tensor,
    measured: Mapping[str, list[Tensor]],
    r: int,
    eval_every: int,
    label: Hashable,
) -> History:
    """Pick one run out of what was recorded of a seed's."""
    loss = loss.double().numpy().copy()
    count = len(loss) // eval_every
    metrics = {
        name: np.array([float(v[r]) for v in values])
        for name, values in measured.items()
    }
    metrics["steps"] = eval_every * np.arange(1, count + 1)
    metrics["train_loss"] = loss[: count * eval_every].reshape(count, -1).mean(1)
    return History(np.empty(0), loss, lr.numpy().copy(), metrics, label)
