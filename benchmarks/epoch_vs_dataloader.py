"""Time one epoch of MNIST through `train` against the same loop over a DataLoader.

    python -m benchmarks.epoch_vs_dataloader

Both train the same network from the same weights on the same batches; the losses are
compared before any time is quoted.
"""

from __future__ import annotations

import time

import numpy as np
import torch
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, TensorDataset

from gdhelpers.data import Images, load_mnist
from gdhelpers.network import seeded_model
from gdhelpers.schedules import attach, cosine
from gdhelpers.training import train

BATCH_SIZE = 100
SCHEDULE = cosine(0.1, total_steps=600)


def through_train(data: Images, dtype: torch.dtype = torch.float32) -> np.ndarray:
    return train(
        SCHEDULE,
        epochs=1,
        data=data,
        batch_size=BATCH_SIZE,
        loader_draws=True,
        dtype=dtype,
    ).loss


def through_dataloader(data: Images, dtype: torch.dtype = torch.float32) -> np.ndarray:
    """Train as tutorials do, measured on the test images once, as `train` is."""
    model, generator = seeded_model(0, inputs=data.x_train.shape[1])
    model.to(dtype)
    optimizer = torch.optim.SGD(model.parameters(), 0.1, momentum=0.9, nesterov=True)
    scheduler = attach(SCHEDULE, optimizer)
    train_set = TensorDataset(data.x_train, data.y_train)
    test_set = TensorDataset(data.x_test, data.y_test)
    losses, rates = [], []
    for x, y in DataLoader(train_set, BATCH_SIZE, shuffle=True, generator=generator):
        optimizer.zero_grad()
        loss = cross_entropy(model(x.to(dtype)), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        rates.append(scheduler.get_last_lr()[0])
        scheduler.step()
    right = 0
    with torch.no_grad():
        for x, y in DataLoader(test_set, BATCH_SIZE):
            right += (model(x.to(dtype)).argmax(1) == y).sum().item()
    return np.array(losses)


def check_same_losses(data: Images) -> None:
    """Raise AssertionError unless both see the same losses, step by step.

    In float64: in float32 a rounding that decides a ReLU parts them, both being right.
    """
    pair = (f(data, torch.float64) for f in (through_train, through_dataloader))
    np.testing.assert_allclose(*pair, rtol=1e-9)


def main(rounds: int = 5) -> None:
    data = load_mnist()
    check_same_losses(data)
    runs = {"train": through_train, "DataLoader": through_dataloader}
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds + 1):  # in turn, so that a busy moment meets both
        for name, run in runs.items():
            start = time.perf_counter()
            run(data)
            times[name].append(time.perf_counter() - start)
    ours, theirs = (np.array(times[name][1:]) for name in runs)  # the first warms up
    ratios = theirs / ours
    print(f"one MNIST epoch, median of {rounds}, {torch.get_num_threads()} threads")
    print(f"  train       {np.median(ours):.3f} s")
    print(f"  DataLoader  {np.median(theirs):.3f} s")
    print(
        f"  ratio       {np.median(ratios):.2f}, {min(ratios):.2f} to {max(ratios):.2f}"
    )
    print("  same losses, step by step (compared in float64)")


if __name__ == "__main__":
    main()
