"""The sharpness of a loss: the largest eigenvalue of its Hessian, never written out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import torch
from torch import Tensor

from gdhelpers.arguments import count, positive

# A start that leans towards the wrong direction is found out within so many.
MIN_ITERATIONS = 20


def sharpness(
    loss_fn: Callable[[], Tensor],
    params: Iterable[Tensor],
    seed: int = 0,
    tolerance: float = 1e-3,
    max_iterations: int = 1000,
) -> float:
    """Give λ, the largest eigenvalue of the loss's Hessian, by power iteration.

    A random direction v of length 1 is replaced by Hv / |Hv| again and again, and turns
    to where the loss bends most. λ is then v·Hv. Where that is downwards, or as much
    downwards as upwards, the same is done once more with H shifted by that size. Hv is
    the gradient of g·v, with g the gradient of the loss (Pearlmutter, 1994).

    Args:
        loss_fn: gives the loss at the parameters as they are, a tensor of one number.
        params: tensors of any shapes that require a gradient, such as
            `model.parameters()`.
        seed: of the direction to start with; the global random state is not touched.
        tolerance: |Hv - λv| may be so large a part of the strongest bend, which puts an
            eigenvalue that near to λ. λ itself is mostly far more exact.
        max_iterations: products Hv to spend on each of the two searches.

    Returns:
        λ, a loss per squared unit of a parameter. It is 0 where the loss is a plane,
        and below 0 on top of a hill.

    Errors: ValueError for no parameters or one without a gradient, and for a loss that
    is not one finite number or has no finite second derivative; RuntimeError where
    max_iterations do not suffice.

    >>> theta = torch.ones(2, dtype=torch.float64, requires_grad=True)
    >>> curvatures = torch.tensor([1.0, 10.0])
    >>> found = sharpness(lambda: (curvatures * theta**2).sum() / 2, [theta])
    >>> round(found, 3)
    10.0
    """
    positive(tolerance=tolerance)
    count(max_iterations=max_iterations)
    product, start = _hessian(loss_fn, params, seed)
    found, size, error = _search(product, start, 0.0, tolerance, max_iterations)
    if found < 0 or error > tolerance * size:
        found, bend, error = _search(product, start, size, tolerance, max_iterations)
        size = max(size, bend - size)
    if error > tolerance * size:
        raise RuntimeError(
            f"no sharpness within tolerance = {tolerance:g} after max_iterations = "
            f"{max_iterations}: it is {found:.6g} by now, known to {error:.2g}. "
            "Raise one of the two"
        )
    return found


def _search(
    product: Callable[[Tensor], Tensor],
    v: Tensor,
    shift: float,
    tolerance: float,
    max_iterations: int,
) -> tuple[float, float, float]:
    """Iterate with the Hessian plus `shift` times the identity, from v on.

    Returns:
        λ of the Hessian, the length of the last product, and |Hv - λv|.
    """
    for iteration in range(1, max_iterations + 1):
        hv = product(v)
        found = torch.dot(v, hv).item()
        error = torch.linalg.vector_norm(hv - found * v).item()
        moved = hv + shift * v
        size = torch.linalg.vector_norm(moved).item()
        if not math.isfinite(size):
            raise ValueError("loss_fn must have a finite second derivative at params")
        near = error <= tolerance * max(size - shift, shift)
        if size == 0 or (near and iteration >= MIN_ITERATIONS):
            break
        v = moved / size
    return found, size, error


def _hessian(
    loss_fn: Callable[[], Tensor], params: Iterable[Tensor], seed: int
) -> tuple[Callable[[Tensor], Tensor], Tensor]:
    """Give v → Hv, on all parameters in a row, and a direction to start with."""
    tensors = [params] if isinstance(params, Tensor) else list(params)
    if not tensors:
        raise ValueError("params must hold at least one tensor, got none")
    for i, p in enumerate(tensors):
        if not p.requires_grad:
            raise ValueError(f"params[{i}] must require a gradient: requires_grad=True")
    with torch.enable_grad():
        loss = loss_fn()
        if not (isinstance(loss, Tensor) and loss.numel() == 1):
            shape = getattr(loss, "shape", None)
            told = type(loss).__name__ if shape is None else f"shape {tuple(shape)}"
            raise ValueError(f"loss_fn must give a tensor of one number, got {told}")
        if not torch.isfinite(loss):
            raise ValueError(f"loss_fn must give a finite loss, got {loss.item()}")
        if not loss.requires_grad:
            raise ValueError("loss_fn must use params: its loss has no gradient")
        grad = _in_a_row(_gradient(loss, tensors, create_graph=True))

    def product(v: Tensor) -> Tensor:
        if not grad.requires_grad:  # a plane
            return torch.zeros_like(v)
        with torch.enable_grad():  # the caller's loop may be without
            along = torch.dot(grad, v)
        return _in_a_row(_gradient(along, tensors, retain_graph=True))

    generator = torch.Generator().manual_seed(seed)
    start = torch.randn(len(grad), generator=generator, dtype=torch.float64)
    return product, (start / torch.linalg.vector_norm(start)).to(grad)


def _gradient(of: Tensor, tensors: list[Tensor], **how: bool) -> tuple[Tensor, ...]:
    return torch.autograd.grad(
        of, tensors, allow_unused=True, materialize_grads=True, **how
    )


def _in_a_row(tensors: Iterable[Tensor]) -> Tensor:
    return torch.cat([t.reshape(-1) for t in tensors])
