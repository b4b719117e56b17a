"""Where minibatch descent of a line's mean squared error settles, by many runs at once.

`gdhelpers.stability` says what theory expects of it.
"""

from __future__ import annotations

import torch
from torch import Tensor

from gdhelpers.arguments import count, positive
from gdhelpers.training import threads


def gradient_noise(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Give the curvatures of the loss and the noise of one example along each.

    The noise is that of a single example's gradient at the best line, along the
    Hessian's eigenvectors; a mean over B examples has 1/√B of it.

    Args:
        x, y: the data, shapes (n, d) and (n,).

    Returns:
        λ and σ, both of shape (d,), the smallest curvature first.

    >>> x = torch.tensor([[1.0], [1.0]])
    >>> [v.item() for v in gradient_noise(x, torch.tensor([0.0, 2.0]))]
    [2.0, 2.0]
    """
    best = torch.linalg.lstsq(x, y).solution
    curvatures, axes = torch.linalg.eigh(2 / len(x) * x.T @ x)
    gradients = 2 * x * (x @ best - y)[:, None]  # one row for each example
    return curvatures, (gradients @ axes).std(0, correction=0)


def excess_loss(
    x: Tensor,
    y: Tensor,
    lr: float,
    batch_size: int,
    shuffled: bool = False,
    runs: int = 400,
    steps: int = 400,
    seed: int = 0,
) -> float:
    """Give the mean loss above the smallest at which a constant rate settles.

    All runs begin on the best line; the first quarter of their steps is not counted.

    Args:
        x, y: the data, shapes (n, d) and (n,).
        lr: η > 0.
        batch_size: B, 1 to n.
        shuffled: cut batches out of shuffled epochs, the last perhaps short; otherwise
            each is drawn anew, with replacement.

    Errors: ValueError for a number out of these ranges.
    """
    positive(lr=lr)
    count(batch_size=batch_size, runs=runs, steps=steps)
    if batch_size > len(x):
        raise ValueError(f"batch_size must be ≤ {len(x)}, got {batch_size}")
    best = torch.linalg.lstsq(x, y).solution
    hessian = 2 / len(x) * x.T @ x
    generator = torch.Generator().manual_seed(seed)
    a, excess = best.repeat(runs, 1), []
    chosen = _epochs if shuffled else _draws
    with threads(1):  # for products so small several wait longer than they compute
        for t, i in zip(
            range(steps), chosen(len(x), batch_size, runs, generator), strict=False
        ):
            error = torch.einsum("rbd,rd->rb", x[i], a) - y[i]
            a = a - lr * 2 / i.shape[1] * torch.einsum("rbd,rb->rd", x[i], error)
            if t >= steps // 4:
                away = a - best
                excess.append(((away @ hessian) * away).sum(1).mean() / 2)
    return torch.stack(excess).mean().item()


def _draws(n: int, batch_size: int, runs: int, generator: torch.Generator):
    while True:
        yield torch.randint(n, (runs, batch_size), generator=generator)


def _epochs(n: int, batch_size: int, runs: int, generator: torch.Generator):
    while True:
        order = torch.rand(runs, n, generator=generator).argsort(1)
        yield from order.split(batch_size, dim=1)
