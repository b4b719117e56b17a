"""Adam's and AdamW's steps as pure functions: state in, state out.

θ, the gradient and the averages are numbers, arrays or tensors of one shape, and
nothing that is given is changed (tensors that require a gradient belong in
`torch.no_grad()`, as anywhere). The steps are torch.optim's. In formulas η is `lr`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

from gdhelpers.arguments import Weights, fraction, not_negative, one_shape, positive


class AdamState(NamedTuple):
    """What Adam remembers: `AdamState()` before the first step.

    Attributes:
        step: the number of steps taken.
        mean: running average of the gradient, of θ's shape.
        square: running average of its square, likewise.
    """

    step: int = 0
    mean: Weights = 0.0
    square: Weights = 0.0


def adam_step(
    theta: Weights,
    state: AdamState,
    grad: Weights,
    lr: float,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
    weight_decay: float = 0.0,
) -> tuple[Weights, AdamState]:
    """Step as torch.optim.Adam (Kingma & Ba, 2015).

    m ← β₁m + (1 - β₁)g and s ← β₂s + (1 - β₂)g², both started at 0 and set right for
    it: θ ← θ - η·(m / (1 - β₁ᵗ)) / (√(s / (1 - β₂ᵗ)) + ε) in step t = 1, 2, ….

    Args:
        theta, grad: θ and the gradient there, of one shape.
        state: as the step before returned it; `AdamState()` before the first.
        lr: η ≥ 0, nearly the length of a step in each direction while gradients agree.
        betas: β₁ and β₂, each at least 0 and below 1.
        eps: ε > 0.
        weight_decay: its product with θ is added to the gradient.

    Returns:
        θ and the state after the step.

    Errors: ValueError for numbers out of these ranges and unlike shapes.

    >>> theta, state = adam_step(1.0, AdamState(), 250.0, lr=0.125)
    >>> round(theta, 6), state.step
    (0.875, 1)
    """
    beta1, beta2 = betas
    not_negative(lr=lr, weight_decay=weight_decay)
    fraction(**{"betas[0]": beta1, "betas[1]": beta2})
    positive(eps=eps)
    one_shape(theta=theta, grad=grad)
    moments = {"state.mean": state.mean, "state.square": state.square}
    one_shape(scalars=True, theta=theta, **moments)
    if weight_decay:
        grad = grad + weight_decay * theta
    step = state.step + 1
    mean = beta1 * state.mean + (1 - beta1) * grad
    square = beta2 * state.square + (1 - beta2) * grad * grad
    scale = (square / (1 - beta2**step)) ** 0.5 + eps
    theta = theta - lr / (1 - beta1**step) * mean / scale
    return theta, AdamState(step, mean, square)


def adamw_step(
    theta: Weights,
    state: AdamState,
    grad: Weights,
    lr: float,
    weight_decay: float = 0.01,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
) -> tuple[Weights, AdamState]:
    """Step as torch.optim.AdamW: θ ← (1 - η·wd)θ, then Adam.

    The decay keeps out of the moments, and a schedule of η is one of the decay, too
    (Loshchilov & Hutter, 2019). Arguments, result and errors are those of `adam_step`.

    >>> adamw_step(8.0, AdamState(), 0.0, lr=0.5, weight_decay=0.25)[0]
    7.0
    """
    not_negative(lr=lr, weight_decay=weight_decay)
    return adam_step((1 - lr * weight_decay) * theta, state, grad, lr, betas, eps)


def shrinkage(rates: Iterable[float], weight_decay: float) -> float:
    """Multiply up what AdamW's decay leaves of a weight: Π (1 - ηₜ·wd) over the rates.

    >>> shrinkage([0.5, 0.5], weight_decay=0.5)
    0.5625
    """
    rates = list(rates)
    not_negative(weight_decay=weight_decay)
    not_negative(**{f"rates[{t}]": lr for t, lr in enumerate(rates)})
    return math.prod(1 - lr * weight_decay for lr in rates)
