"""Steps with momentum as pure functions: state in, state out.

θ, v and the gradient are numbers, arrays or tensors of one shape, and nothing that is
given is changed (tensors that require a gradient belong in `torch.no_grad()`, as
anywhere). `momentum_step` is torch.optim.SGD's, `nesterov_step` is as "Learning
Rate Scheduling" (Deep Learning Wizard) writes it. In formulas η is `lr`, β `momentum`.
"""

from __future__ import annotations

from collections.abc import Callable

from gdhelpers.arguments import (
    Weights,
    finite,
    fraction,
    not_negative,
    one_shape,
    positive,
)


def momentum_step(
    theta: Weights,
    velocity: Weights | None,
    grad: Weights,
    lr: float,
    momentum: float,
    nesterov: bool = False,
    dampening: float = 0.0,
) -> tuple[Weights, Weights]:
    """Step as torch.optim.SGD with momentum: v ← βv + (1 - d)g, θ ← θ - ηv.

    That is Polyak's heavy ball (1964). With `nesterov` θ ← θ - η(g + βv) instead, as
    Sutskever et al. (2013) rewrote Nesterov's step.

    Args:
        theta: θ, of any shape.
        velocity: v as the step before returned it. Before the first None, which makes
            v the whole gradient, undamped, as torch does, or 0.
        grad: g, the gradient at theta, of its shape.
        lr: η ≥ 0.
        momentum: β, at least 0 and below 1. At 0 there is nothing to damp: v is g.
        nesterov: needs dampening = 0.
        dampening: d, the share of the gradient that is kept out of the velocity.

    Returns:
        θ and v after the step.

    Errors: ValueError for numbers out of these ranges and unlike shapes.

    >>> momentum_step(1.0, None, 2.0, lr=0.25, momentum=0.5)
    (0.5, 2.0)
    >>> momentum_step(0.5, 2.0, 1.0, lr=0.25, momentum=0.5)
    (0.0, 2.0)
    >>> momentum_step(1.0, None, 2.0, lr=0.25, momentum=0.5, nesterov=True)
    (0.25, 2.0)
    """
    not_negative(lr=lr)
    fraction(momentum=momentum)
    finite(dampening=dampening)
    if nesterov and dampening:
        raise ValueError(f"dampening must be 0 with nesterov, got {dampening}")
    one_shape(theta=theta, grad=grad)
    if velocity is None or not momentum:
        velocity = 1.0 * grad  # a copy: the caller's gradient may change
    else:
        one_shape(scalars=True, theta=theta, velocity=velocity)
        velocity = momentum * velocity + (1 - dampening) * grad
    return theta - lr * (grad + momentum * velocity if nesterov else velocity), velocity


def nesterov_step(
    theta: Weights,
    velocity: Weights,
    gradient: Callable[[Weights], Weights],
    lr: float,
    momentum: float,
) -> tuple[Weights, Weights]:
    """Step as the source writes Nesterov's: v ← βv + η·∇J(θ - βv), θ ← θ - v.

    The gradient is taken where the velocity alone would lead, and η is inside v: after
    η has dropped, v still carries the steps of the old rate. See `as_torch`.

    Args:
        theta, velocity: θ and v; v is 0 before the first step.
        gradient: θ → ∇J(θ).
        lr: η ≥ 0.
        momentum: β, at least 0 and below 1.

    Returns:
        θ and v after the step.

    Errors: as `momentum_step`.

    >>> nesterov_step(1.0, 0.0, lambda theta: 2 * theta, lr=0.25, momentum=0.5)
    (0.5, 0.5)
    """
    not_negative(lr=lr)
    fraction(momentum=momentum)
    one_shape(scalars=True, theta=theta, velocity=velocity)
    grad = gradient(theta - momentum * velocity)
    one_shape(**{"theta": theta, "gradient(theta)": grad})
    velocity = momentum * velocity + lr * grad
    return theta - velocity, velocity


def as_torch(
    theta: Weights, velocity: Weights, lr: float, momentum: float
) -> tuple[Weights, Weights]:
    """Say what torch keeps where `nesterov_step` keeps θ and v: θ - βv and v/η.

    torch's θ is the point ahead, at which the source takes its gradient. From there
    `momentum_step(..., nesterov=True)` at the rate η takes the same step to the letter.
    While η stays, so do the whole runs agree; where it changes from η to η′, torch's
    velocity would have to be multiplied by η/η′ to go the source's way.

    Args:
        theta, velocity: the source's θ and v before a step.
        lr: η > 0, the rate of that step.
        momentum: β.

    >>> as_torch(1.0, 0.5, lr=0.25, momentum=0.5)
    (0.75, 2.0)
    """
    positive(lr=lr)
    fraction(momentum=momentum)
    one_shape(scalars=True, theta=theta, velocity=velocity)
    return theta - momentum * velocity, velocity / lr
