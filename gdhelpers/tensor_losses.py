"""Losses as torch functions of one row of parameters, whose Hessian is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

Rows = Sequence[Sequence[float]]


def bowl(hessian: Rows) -> Callable[[Tensor], Tensor]:
    """L(θ) = θᵀHθ / 2, whose Hessian is H everywhere.

    Args:
        hessian: H, symmetric, shape (d, d); where it bends down it is no bowl.

    >>> bowl([[2.0, 0.0], [0.0, 6.0]])(torch.ones(2)).item()
    4.0
    """
    h = torch.as_tensor(hessian, dtype=torch.float64)
    return lambda theta: theta @ h.to(theta) @ theta / 2


def steepening(hessian: Rows, quartic: Sequence[float]) -> Callable[[Tensor], Tensor]:
    """L(θ) = θᵀHθ / 2 + Σ qᵢθᵢ⁴ / 12, whose Hessian is H + diag(qᵢθᵢ²).

    Args:
        hessian: H, symmetric, shape (d, d).
        quartic: q, shape (d,).

    >>> steepening([[2.0]], [3.0])(torch.tensor([2.0])).item()
    8.0
    """
    q = torch.as_tensor(quartic, dtype=torch.float64)
    inner = bowl(hessian)
    return lambda theta: inner(theta) + (q.to(theta) * theta**4).sum() / 12
