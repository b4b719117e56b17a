"""A range test: raise the rate during one short run and read a first rate off its loss.

The rates go up by equal factors; in the first such test (Smith, 2017) they rose in a
straight line. Which rate the curve means is a matter
of the rule; the rules differ by a factor of ten and more.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from gdhelpers.arguments import count, finite, fraction, positive
from gdhelpers.schedules import geometric

RULES = ("minimum", "tenth", "steepest", "last")


def range_test_rates(low: float, high: float, n: int) -> list[float]:
    """Give n rates from `low` to `high`, each the same factor above the one before.

    Errors: ValueError unless 0 < low < high and n is a whole number ≥ 2.

    >>> [round(lr, 6) for lr in range_test_rates(0.01, 10.0, 4)]
    [0.01, 0.1, 1.0, 10.0]
    """
    positive(low=low)
    finite(high=high)
    if not high > low:
        raise ValueError(f"high must be above low = {low}, got {high}")
    count(n=n)
    if n < 2:
        raise ValueError(f"n must be ≥ 2, got {n}")
    lr = geometric(low, high, n - 1)
    return [lr(t) for t in range(n)]


def smoothed(losses: Sequence[float], decay: float = 0.9) -> list[float]:
    """Average each loss with those before it, which count less the older they are.

    s ← decay·s + (1 - decay)·loss from s = 0, divided by 1 - decayᵗ at loss number
    t = 1, 2, …, so that the first ones are not pulled to 0.

    Args:
        losses: n numbers.
        decay: at least 0, where nothing changes, and below 1.

    Returns:
        n numbers.

    >>> smoothed([4.0, 1.0], decay=0.5)
    [4.0, 2.0]
    """
    fraction(decay=decay)
    total, found = 0.0, []
    for t, loss in enumerate(losses, start=1):
        total = decay * total + (1 - decay) * loss
        found.append(total / (1 - decay**t))
    return found


def before_blow_up(losses: Sequence[float], factor: float = 4.0) -> int:
    """Count the losses before the first one that has blown up.

    A loss has blown up where it is not finite, or above `factor` times the smallest
    before it: where fastai's finder stops, too.

    Errors: ValueError where a loss is below 0, or the first one is not finite.

    >>> before_blow_up([2.0, 1.0, 3.9, 4.1, 0.5])
    3
    """
    finite(factor=factor)
    if not factor > 1:
        raise ValueError(f"factor must be > 1, got {factor}")
    least = math.inf
    for i, loss in enumerate(losses):
        if loss < 0:
            raise ValueError(f"losses must be ≥ 0, got losses[{i}] = {loss}")
        if not (math.isfinite(loss) and loss <= factor * least):
            if i == 0:
                raise ValueError(f"losses must begin with a finite number, got {loss}")
            return i
        least = min(least, loss)
    return len(losses)


def suggest_lr(
    rates: Sequence[float], losses: Sequence[float], rule: str, factor: float = 4.0
) -> float:
    """Read a rate off the curve of a range test, by a rule.

    - "minimum": where the loss is smallest. No rate to train with: there it has just
      stopped to fall.
    - "tenth": a tenth of that, as in fastai's finder.
    - "steepest": where it falls fastest over log η, as in Lightning's finder.
    - "last": the last rate before the loss blew up.

    What comes after the blow-up does not count. On minibatches smooth the losses first
    (`smoothed`).

    Args:
        rates: η > 0, rising, n ≥ 3 of them.
        losses: n losses, ≥ 0, nan or inf where the run overflowed; losses[i] is the
            loss that belongs to rates[i].
        rule: one of `RULES`.
        factor: how many times the smallest loss counts as blown up.

    Errors: ValueError for other numbers or rules, for "last" where nothing blew up,
    and for "steepest" where the loss nowhere falls.

    >>> rates, losses = [0.01, 0.1, 1.0, 10.0, 100.0], [8.0, 7.0, 4.0, 1.0, 50.0]
    >>> {rule: suggest_lr(rates, losses, rule) for rule in RULES}
    {'minimum': 10.0, 'tenth': 1.0, 'steepest': 1.0, 'last': 10.0}
    """
    if rule not in RULES:
        raise ValueError(f"rule must be one of {', '.join(RULES)}; got {rule!r}")
    if len(rates) != len(losses):
        raise ValueError(
            f"losses must be as many as rates, {len(rates)}, got {len(losses)}"
        )
    if len(rates) < 3:
        raise ValueError(f"rates must be 3 or more, got {len(rates)}")
    positive(**{f"rates[{i}]": lr for i, lr in enumerate(rates)})
    if any(low >= high for low, high in pairwise(rates)):
        raise ValueError("rates must rise from each to the next")
    kept = before_blow_up(losses, factor)
    if rule == "last":
        if kept == len(losses):
            raise ValueError("losses must blow up for the rule last: test higher rates")
        return rates[kept - 1]
    if rule == "steepest":
        return rates[_steepest(rates[:kept], losses[:kept])]
    lowest = rates[min(range(kept), key=losses.__getitem__)]
    return lowest / 10 if rule == "tenth" else lowest


def _steepest(rates: Sequence[float], losses: Sequence[float]) -> int:
    """Give the place of the steepest fall between a point's two neighbours."""
    end = len(rates) - 1
    falls = []
    for i in range(end + 1):
        left, right = max(i - 1, 0), min(i + 1, end)
        width = math.log(rates[right] / rates[left]) if end else 1.0
        falls.append((losses[left] - losses[right]) / width)
    fastest = max(range(end + 1), key=falls.__getitem__)
    if not falls[fastest] > 0:
        raise ValueError("losses must fall somewhere for the rule steepest")
    return fastest
