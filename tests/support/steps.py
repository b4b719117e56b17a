"""What torch's optimizers do with gradients that were drawn beforehand."""

from collections.abc import Sequence

import numpy as np
import torch
from hypothesis import strategies as st
from torch import Tensor
from torch.optim import Optimizer

SHAPES = st.sampled_from([(), (1,), (3,), (2, 3)])
SEEDS = st.integers(0, 2**32 - 1)
# A number as each kind of thing that a step or an average is taken of.
KINDS = (
    float,
    lambda x: np.array([x]),
    lambda x: torch.tensor([[x]], dtype=torch.float64),
)
RATES = st.lists(st.floats(0, 2), min_size=1, max_size=12)


def drawn(shape: tuple[int, ...], number: int, seed: int) -> list[Tensor]:
    """Draw so many float64 tensors, sizes from a thousandth to a thousand."""
    generator = torch.Generator().manual_seed(seed)
    normal = torch.randn((number, *shape), generator=generator, dtype=torch.float64)
    size = torch.rand(number, generator=generator, dtype=torch.float64) * 6 - 3
    return [value * 10**power for value, power in zip(normal, size, strict=True)]


def torch_path(
    make: type[Optimizer],
    theta: Tensor,
    grads: Sequence[Tensor],
    rates: Sequence[float],
    **settings: object,
) -> tuple[list[Tensor], dict]:
    """Give θ after each step, and the optimizer's state after the last."""
    p = theta.clone().requires_grad_()
    optimizer = make([p], lr=rates[0], **settings)
    path = []
    for grad, lr in zip(grads, rates, strict=True):
        optimizer.param_groups[0]["lr"] = lr
        p.grad = grad.clone()
        optimizer.step()
        path.append(p.detach().clone())
    return path, optimizer.state[p]


def as_number(value: object) -> float:
    """Give the one number that a number, an array or a tensor holds."""
    return float(getattr(value, "item", lambda: value)())


def assert_close(ours: object, theirs: object, rel: float = 1e-10) -> None:
    """Let the last digits differ, as sums in another order do."""
    ours, theirs = (torch.as_tensor(x, dtype=torch.float64) for x in (ours, theirs))
    size = max(1.0, float(theirs.abs().max())) if theirs.numel() else 1.0
    torch.testing.assert_close(ours, theirs, rtol=rel, atol=rel * size)
