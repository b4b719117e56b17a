"""What theory says of a step on a bowl λθ²/2: where it is stable and where it settles.

With or without momentum, one step there is θ′ = aθ + bθ₋ - ησ(m₀ξ + m₁ξ₋), where θ₋ is
the point before θ, and ξ and ξ₋ are the noise in the gradients at the two:

    heavy ball       a = 1 + β - ηλ         b = -β             m₀ = 1       m₁ = 0
    Nesterov         a = (1 + β)(1 - ηλ)    b = -β(1 - ηλ)     m₀ = 1 + β   m₁ = -β

Momentum is counted as torch.optim.SGD does (`gdhelpers.momentum.momentum_step`); with
β = 0 both are plain gradient descent. All follows from a, b, m₀ and m₁.
"""

from __future__ import annotations

import math

from gdhelpers.arguments import count, finite, fraction, not_negative, positive


def max_stable_lr_momentum(
    curvature: float, momentum: float, nesterov: bool = False
) -> float:
    """Give the rate beyond which a bowl's error grows, below which it shrinks.

    2(1 + β)/λ for the heavy ball, 2(1 + β)/(λ(1 + 2β)) for Nesterov, 2/λ without
    momentum: the first momentum allows a larger rate, the second a smaller one.

    Args:
        curvature: λ > 0, the largest where there are several.
        momentum: β, at least 0 and below 1.

    >>> max_stable_lr_momentum(4.0, momentum=0.5)
    0.75
    >>> max_stable_lr_momentum(4.0, momentum=0.5, nesterov=True)
    0.375
    """
    positive(curvature=curvature)
    fraction(momentum=momentum)
    bound = 2 * (1 + momentum) / curvature
    return bound / (1 + 2 * momentum) if nesterov else bound


def contraction(
    lr: float, curvature: float, momentum: float = 0.0, nesterov: bool = False
) -> float:
    """Give the factor by which a step multiplies the error in the long run.

    It is the larger |r| of the two roots of r² = ar + b; above 1 the run diverges.
    Without momentum it is |1 - ηλ|.

    Args:
        lr: η ≥ 0.
        curvature: λ > 0.
        momentum: β, at least 0 and below 1.

    >>> contraction(0.25, curvature=1.0), contraction(0.25, 1.0, momentum=0.25)
    (0.75, 0.5)
    """
    not_negative(lr=lr)
    positive(curvature=curvature)
    fraction(momentum=momentum)
    a, b, *_ = _recursion(lr * curvature, momentum, nesterov)
    under_root = a * a + 4 * b
    if under_root < 0:  # the roots turn: they are complex and of one size
        return math.sqrt(-b)
    return (abs(a) + math.sqrt(under_root)) / 2


def noise_floor(
    lr: float,
    curvature: float,
    sigma: float,
    batch_size: int = 1,
    momentum: float = 0.0,
    nesterov: bool = False,
) -> float:
    """Give the loss above the minimum at which a constant rate settles on a noisy bowl.

    Without momentum it is ησ²/(2B(2 - ηλ)), half of λ times the variance of θ that
    `gdhelpers.losses.stationary_variance` gives; as long as ηλ is small, only η/B
    counts. Momentum raises it about as a rate of η/(1 - β) would. With several
    curvatures the floors add up.

    Args:
        lr: η, above 0 and below `max_stable_lr_momentum`.
        curvature: λ > 0.
        sigma: σ ≥ 0, the standard deviation of one example's gradient; of a mean over
            a minibatch it is σ/√B.
        batch_size: B ≥ 1, drawn anew for each step.
        momentum: β, at least 0 and below 1.

    Errors: ValueError for other numbers, and for a rate at which nothing settles.

    >>> noise_floor(0.5, curvature=2.0, sigma=2.0)
    1.0
    >>> noise_floor(0.5, curvature=2.0, sigma=2.0, batch_size=8)
    0.125
    """
    bound = max_stable_lr_momentum(curvature, momentum, nesterov)
    finite(lr=lr)
    not_negative(sigma=sigma)
    count(batch_size=batch_size)
    if not 0 < lr < bound:
        raise ValueError(
            f"lr must lie between 0 and {bound:g}, the largest stable rate, got {lr}"
        )
    a, b, m0, m1 = _recursion(lr * curvature, momentum, nesterov)
    # The stationary variance of such a recursion, an ARMA(2, 1), for noise of size 1.
    scale = ((1 - b) * (m0 * m0 + m1 * m1) + 2 * a * m0 * m1) / (
        (1 + b) * (1 - b - a) * (1 - b + a)
    )
    return curvature / 2 * (lr * sigma) ** 2 / batch_size * scale


def _recursion(
    lr_curvature: float, momentum: float, nesterov: bool
) -> tuple[float, float, float, float]:
    """Give a, b, m₀ and m₁ of the first lines."""
    shrink = 1 - lr_curvature
    if nesterov:
        return (1 + momentum) * shrink, -momentum * shrink, 1 + momentum, -momentum
    return momentum + shrink, -momentum, 1.0, 0.0
