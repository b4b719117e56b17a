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
from torch.utils.data import DataLoader, Sampler, TensorDataset

from gdhelpers.data import Images, load_mnist
from gdhelpers.training import seeded_model, train

LR = 0.1
BATCH_SIZE = 100


class SameOrder(Sampler[int]):
    """The order of `train`: DataLoader's own shuffle draws another."""

    def __init__(self, n: int, generator: torch.Generator):
        self.n, self.generator = n, generator

    def __iter__(self):
        return iter(torch.randperm(self.n, generator=self.generator).tolist())

    def __len__(self):
        return self.n


def through_train(data: Images) -> np.ndarray:
    return train(LR, epochs=1, data=data, batch_size=BATCH_SIZE).loss


def through_dataloader(data: Images) -> np.ndarray:
    """Train as tutorials do, measured on the test images once, as `train` is."""
    model, generator = seeded_model(0, inputs=data.x_train.shape[1])
    optimizer = torch.optim.SGD(model.parameters(), LR, momentum=0.9, nesterov=True)
    train_set = TensorDataset(data.x_train, data.y_train)
    order = SameOrder(len(train_set), generator)
    losses = []
    for x, y in DataLoader(train_set, BATCH_SIZE, sampler=order):
        optimizer.zero_grad()
        loss = cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    with torch.no_grad():
        for x, y in DataLoader(TensorDataset(data.x_test, data.y_test), BATCH_SIZE):
            (model(x).argmax(1) == y).sum().item()
    return np.array(losses)


def main(rounds: int = 5) -> None:
    data = load_mnist()
    through_train(data), through_dataloader(data)  # the first use of torch is slow
    times: dict[str, list[float]] = {"train": [], "DataLoader": []}
    for _ in range(rounds):  # in turn, so that a busy moment meets both
        losses = {}
        for name, run in (("train", through_train), ("DataLoader", through_dataloader)):
            start = time.perf_counter()
            losses[name] = run(data)
            times[name].append(time.perf_counter() - start)
        np.testing.assert_allclose(losses["train"], losses["DataLoader"], rtol=1e-5)
    ours, theirs = (float(np.median(times[name])) for name in times)
    ratios = np.divide(times["DataLoader"], times["train"])
    print(f"one MNIST epoch, median of {rounds}, {torch.get_num_threads()} threads")
    print(f"  train       {ours:.3f} s")
    print(f"  DataLoader  {theirs:.3f} s")
    print(f"  ratio       {theirs / ours:.2f}, {min(ratios):.2f} to {max(ratios):.2f}")
    print("  same losses, step by step")


if __name__ == "__main__":
    main()
