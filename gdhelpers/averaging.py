"""Averages of a run's weights, one after each step, taken while the run goes on.

Each function takes the weights one after another, from a list or from a generator, and
yields their average so far. Weights are numbers, arrays or tensors, and not changed; a
model's stand in one row in `torch.nn.utils.parameters_to_vector(model.parameters())`.
`torch.optim.swa_utils.AveragedModel` does the first two for whole models.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator

from gdhelpers.arguments import Weights, count, finite, fraction, one_shape, positive


def ema(weights: Iterable[Weights], decay: float) -> Iterator[Weights]:
    """Average with weights that fade: w̄ ← decay·w̄ + (1 - decay)·w, from w̄ = w₀.

    As AveragedModel with `get_ema_multi_avg_fn(decay)`. It looks back about
    1 / (1 - decay) steps.

    Args:
        weights: w after each step, all of one shape.
        decay: in [0, 1]; 0 gives the weights themselves, 1 always the first ones.

    Yields:
        w̄ after each step, as many as weights.

    Errors: ValueError for another decay or unlike shapes.

    >>> list(ema([0.0, 8.0, 8.0], decay=0.5))
    [0.0, 4.0, 6.0]
    """
    finite(decay=decay)
    if not 0 <= decay <= 1:
        raise ValueError(f"decay must lie in [0, 1], got {decay}")
    return _running(weights, lambda mean, w, n: decay * mean + (1 - decay) * w)


def equal_average(weights: Iterable[Weights]) -> Iterator[Weights]:
    """Average all weights so far alike, as AveragedModel does by itself (SWA).

    Start it where the run has settled: what it was before is never forgotten (Polyak &
    Juditsky, 1992; Izmailov et al., 2018).

    >>> list(equal_average([0.0, 8.0, 4.0]))
    [0.0, 4.0, 4.0]
    """
    return _running(weights, lambda mean, w, n: mean + (w - mean) / n)


def window_average(weights: Iterable[Weights], size: int) -> Iterator[Weights]:
    """Average the last `size` weights, at first as many as there are (LAWA).

    Latest-weight averaging (Kaddour, 2022). It keeps `size` copies of the weights.

    Errors: ValueError unless size is a whole number ≥ 1, and for unlike shapes.

    >>> list(window_average([0.0, 8.0, 4.0], size=2))
    [0.0, 4.0, 6.0]
    """
    count(size=size)

    def averages() -> Iterator[Weights]:
        window = deque(maxlen=int(size))
        for n, w in enumerate(weights):
            first = window[0] if window else w
            one_shape(**{"weights[0]": first, f"weights[{n}]": w})
            window.append(_copy(w))
            yield sum(window) / len(window)

    return averages()


def ema_noise(decay: float, lr: float, curvature: float) -> float:
    """Give the share of θ's variance that an EMA leaves, at a constant rate on a bowl.

    With a = 1 - ηλ, by which noise fades in a step, and d the decay it is
    (1 - d)(1 + ad) / ((1 + d)(1 - ad)): 1 without averaging, near 0 where the average
    looks back much further than 1/(ηλ) steps.

    Args:
        decay: d, at least 0 and below 1.
        lr: η, above 0 and below 2/λ.
        curvature: λ > 0.

    >>> round(ema_noise(0.5, lr=0.5, curvature=1.0), 4)
    0.5556
    """
    _settles(lr, curvature)
    fraction(decay=decay)
    faded = decay * (1 - lr * curvature)
    return (1 - decay) * (1 + faded) / ((1 + decay) * (1 - faded))


def equal_noise(n: int, lr: float, curvature: float) -> float:
    """Give the share of θ's variance that a mean of n iterates leaves, likewise.

    (n + 2·Σ (n - k)·aᵏ) / n² over k = 1 … n - 1, with a = 1 - ηλ. It falls as 1/n in
    the long run; an EMA's share stays as it is. A window of n has it, too.

    Args:
        n: how many iterates are averaged, at least 1.
        lr: η, above 0 and below 2/λ.
        curvature: λ > 0.

    >>> equal_noise(2, lr=0.5, curvature=1.0)
    0.75
    """
    _settles(lr, curvature)
    count(n=n)
    a, n = 1 - lr * curvature, int(n)
    return (n + 2 * sum((n - k) * a**k for k in range(1, n))) / n**2


def _settles(lr: float, curvature: float) -> None:
    finite(lr=lr)
    positive(curvature=curvature)
    if not 0 < lr * curvature < 2:
        raise ValueError(f"lr must lie between 0 and {2 / curvature:g}, got {lr}")


def _running(
    weights: Iterable[Weights], update: Callable[[Weights, Weights, int], Weights]
) -> Iterator[Weights]:
    mean = None
    for n, w in enumerate(weights, start=1):
        one_shape(**{"weights[0]": w if mean is None else mean, f"weights[{n - 1}]": w})
        mean = _copy(w) if mean is None else update(mean, _copy(w), n)
        yield mean


def _copy(w: Weights) -> Weights:
    """Copy weights without their graph: a run may go on in the same tensor."""
    return 1.0 * (w.detach() if hasattr(w, "detach") else w)
