"""The functions we descend, each with its gradient, curvature and minimum.

All work on floats and on NumPy arrays alike; a stochastic loss takes its noise
from the generator it is given, never from global state.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Loss:
    """A function to descend.

    Attributes:
        name: how a figure calls it, such as "θ²".
        value: L(θ).
        gradient: dL/dθ at θ; a stochastic loss adds noise drawn from its `rng`.
        curvature: λ, the largest eigenvalue of the Hessian; 0 where the loss has
            a kink or no curvature.
        minimum: θ*, where the loss is smallest.
    """

    name: str
    value: Callable
    gradient: Callable
    curvature: float
    minimum: float | np.ndarray


def square() -> Loss:
    """L(θ) = θ², gradient 2θ, curvature 2.

    >>> square().gradient(3.0)
    6.0
    """
    return Loss("θ²", lambda theta: theta**2, lambda theta: 2 * theta, 2.0, 0.0)


def quadratic(curvature: float) -> Loss:
    """L(θ) = λθ²/2, gradient λθ.

    >>> quadratic(4.0).value(3.0)
    18.0
    """
    if not curvature > 0:
        raise ValueError(f"curvature must be > 0, got {curvature}")
    return Loss(
        f"{curvature:g}θ²/2",
        lambda theta: curvature * theta**2 / 2,
        lambda theta: curvature * theta,
        curvature,
        0.0,
    )


def bowl(curvatures) -> Loss:
    """L(θ) = Σ λᵢθᵢ²/2 over d axes: a bowl whose axes may differ in steepness.

    Args:
        curvatures: λᵢ > 0, shape (d,). The largest decides stability.

    >>> bowl([1.0, 10.0]).gradient(np.array([1.0, 1.0])).tolist()
    [1.0, 10.0]
    """
    lam = np.asarray(curvatures, dtype=float)
    if lam.ndim != 1 or not np.all(lam > 0):
        raise ValueError(f"curvatures must be a list of numbers > 0, got {curvatures}")
    return Loss(
        "bowl",
        lambda theta: float(np.sum(lam * np.asarray(theta) ** 2) / 2),
        lambda theta: lam * theta,
        float(lam.max()),
        np.zeros_like(lam),
    )


def absolute() -> Loss:
    """L(θ) = |θ|: the slope is ±1 everywhere, however near the minimum.

    >>> absolute().gradient(-0.01)
    -1.0
    """
    return Loss("|θ|", abs, lambda theta: float(np.sign(theta)), 0.0, 0.0)


def noisy_quadratic(
    curvature: float, noise_std: float, rng: np.random.Generator
) -> Loss:
    """λθ²/2 whose gradient carries Gaussian noise: a model of minibatches.

    Under a constant rate η the iterates settle around 0 with variance
    ησ²/(λ(2 − ηλ)) (the stationary variance of θ ← (1−ηλ)θ − ησξ).
    """
    if noise_std < 0:
        raise ValueError(f"noise_std must be ≥ 0, got {noise_std}")
    clean = quadratic(curvature)

    def gradient(theta):
        return clean.gradient(theta) + noise_std * rng.standard_normal(np.shape(theta))

    return Loss(f"noisy {clean.name}", clean.value, gradient, curvature, 0.0)


def stationary_variance(lr: float, curvature: float, noise_std: float) -> float:
    """ησ²/(λ(2 − ηλ)): the noise floor of a constant rate on a noisy quadratic.

    Errors: ValueError unless 0 < ηλ < 2, where the iterates settle at all.

    >>> round(stationary_variance(0.1, 1.0, 1.0), 4)
    0.0526
    """
    if not 0 < lr * curvature < 2:
        raise ValueError(f"needs 0 < ηλ < 2, got ηλ = {lr * curvature:g}")
    return lr * noise_std**2 / (curvature * (2 - lr * curvature))
