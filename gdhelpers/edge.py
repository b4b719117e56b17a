"""Full-batch descent of a small network, to watch its sharpness against 2/η.

With all images in every step there is no noise: what the loss does, the rate does. The
task is that of Cohen et al. (2021) made small: tanh, squared error, no bias.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from gdhelpers.arguments import count, not_negative
from gdhelpers.data import small_mnist
from gdhelpers.progress import each
from gdhelpers.schedules import Schedule, constant
from gdhelpers.sharpness import sharpness

INPUTS, HIDDEN, CLASSES, IMAGES = 196, 16, 10, 100
STEPS, EVERY, DOTS = 1000, 25, 5  # of the table's runs
GRID = 2.0**-24  # of gradients; two processors differ by some 1e-17
FAR = 1e3  # a loss above it has diverged
RATES = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0, 1.2, 1.5, 2.0, 3.0)
TABLE = Path(__file__).with_name("edge.json")


@dataclass(frozen=True)
class Descent:
    """A run of full-batch descent.

    Attributes:
        losses: L before each step and after the last; it ends where the run diverged.
        steps: when θ was kept.
        thetas: θ at these steps, shape (d,) each.
    """

    losses: list[float]
    steps: list[int]
    thetas: list[Tensor]

    @property
    def diverged(self) -> bool:
        """Whether the loss left all bounds."""
        return not self.losses[-1] < FAR

    @property
    def rises(self) -> int:
        """In how many steps the loss rose."""
        return sum(a < b for a, b in zip(self.losses, self.losses[1:], strict=False))


def small_task(gain: float = 0.5) -> tuple[Callable[[Tensor], Tensor], Tensor]:
    """The loss of a 196-16-10 tanh network on 100 small images of MNIST, and a start.

    L(θ) is the mean over the images of half the squared distance between the ten
    outputs and the label's row of one 1 and nine 0; the images have mean 0. The weights
    lie in one row: W₁ of shape (196, 16), then W₂ of shape (16, 10).

    Args:
        gain: multiplies first weights of variance 1 / inputs.

    Returns:
        θ → L(θ), a tensor of one number, and θ at first, shape (3296,), float64.

    >>> loss_fn, theta = small_task()
    >>> tuple(theta.shape), round(loss_fn(theta).item(), 2)
    ((3296,), 0.51)
    """
    not_negative(gain=gain)
    data = small_mnist(n_train=IMAGES, n_val=0, n_test=1)
    x = data.x_train.double()
    x = x - x.mean()
    y = one_hot(data.y_train, CLASSES).double()
    generator = torch.Generator().manual_seed(0)
    parts = [
        torch.randn(n, m, generator=generator, dtype=torch.float64) / n**0.5
        for n, m in ((INPUTS, HIDDEN), (HIDDEN, CLASSES))
    ]

    def loss_fn(theta: Tensor) -> Tensor:
        first, second = theta.split([INPUTS * HIDDEN, HIDDEN * CLASSES])
        units = (x @ first.view(INPUTS, HIDDEN)).tanh()
        outputs = units @ second.view(HIDDEN, CLASSES)
        return ((outputs - y) ** 2).sum(1).mean() / 2

    return loss_fn, gain * torch.cat([part.reshape(-1) for part in parts])


def full_batch(
    loss_fn: Callable[[Tensor], Tensor],
    theta: Tensor,
    schedule: Schedule | float,
    steps: int,
    every: int = EVERY,
) -> Descent:
    """Descend θ ← θ - η∇L(θ) and keep θ after each so many steps.

    Each gradient is rounded to a multiple of `GRID`, so that no processor's rounding is
    made larger by a rate beyond the bound.

    Args:
        schedule: η by step, or a number.
    """
    count(steps=steps, every=every)
    lr = schedule if callable(schedule) else constant(schedule)
    theta = theta.detach().clone().requires_grad_()
    losses, kept, thetas = [], [], []
    for t in range(steps + 1):
        loss = loss_fn(theta)
        losses.append(loss.item())
        if t % every == 0:
            kept.append(t)
            thetas.append(theta.detach().clone())
        if t == steps or not losses[-1] < FAR:
            break
        (g,) = torch.autograd.grad(loss, theta)
        with torch.no_grad():
            theta -= lr(t) * (torch.round(g / GRID) * GRID)
    return Descent(losses, kept, thetas)


def table_row(lr: float, steps: int = STEPS) -> dict:
    """What the table keeps of a run: losses, sharpness, how often the loss rose."""
    loss_fn, theta = small_task()
    run = full_batch(loss_fn, theta, lr, steps)
    found = [
        sharpness(lambda p=p: loss_fn(p), [p.requires_grad_()]) for p in run.thetas
    ]
    return {
        "loss": [float(f"{v:.4g}") for v in run.losses[::DOTS]],
        "last": float(f"{run.losses[-1]:.4g}"),
        "sharpness": [float(f"{v:.4g}") for v in found],
        "rises": run.rises,
        "diverged": run.diverged,
    }


def edge_table() -> dict[float, dict]:
    """The rows of `RATES`, as they were when they were made for the course.

    >>> edge_table()[0.2]["diverged"]
    False
    """
    stored = json.loads(TABLE.read_text(encoding="utf-8"))
    return {float(lr): row for lr, row in stored.items()}


def main() -> None:
    """Make `edge.json` anew; it takes a minute."""
    rows = {lr: table_row(lr) for lr in each(RATES, "rates")}
    lines = (f' "{lr:g}": {json.dumps(row)}' for lr, row in rows.items())
    TABLE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
