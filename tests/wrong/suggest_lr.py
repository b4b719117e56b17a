"""Wrong ways to read a rate off a curve, as people write them."""

import math
from itertools import pairwise


def _lowest(rates, losses):
    return rates[losses.index(min(losses))]


def _rest(rates, losses, rule):
    return _lowest(rates, losses) / (10 if rule == "tenth" else 1)


def _inner(losses):
    return range(1, len(losses) - 1)


def wrong_place(rates, losses, rule):
    """Told: place returned."""
    if rule == "steepest":
        return max(_inner(losses), key=lambda i: losses[i - 1] - losses[i + 1])
    at = losses.index(min(losses))
    return at / 10 if rule == "tenth" else at


def wrong_loss(rates, losses, rule):
    """Told: loss returned / what came back."""
    if rule == "steepest":
        at = max(_inner(losses), key=lambda i: losses[i - 1] - losses[i + 1])
        return losses[at]
    return min(losses) / 10 if rule == "tenth" else min(losses)


def wrong_always_minimum(rates, losses, rule):
    """Told: rule ignored."""
    return _lowest(rates, losses)


def wrong_rises(rates, losses, rule):
    """Told: steepest rise."""
    if rule == "steepest":
        return rates[max(_inner(losses), key=lambda i: losses[i + 1] - losses[i - 1])]
    return _rest(rates, losses, rule)


def wrong_either_way(rates, losses, rule):
    """Told: steepest either way / steepest rise."""
    if rule == "steepest":
        at = max(_inner(losses), key=lambda i: abs(losses[i + 1] - losses[i - 1]))
        return rates[at]
    return _rest(rates, losses, rule)


def wrong_per_rate(rates, losses, rule):
    """Told: per rate, not per logarithm."""

    def slope(i):
        return (losses[i + 1] - losses[i - 1]) / (rates[i + 1] - rates[i - 1])

    if rule == "steepest":
        return rates[min(_inner(losses), key=slope)]
    return _rest(rates, losses, rule)


def wrong_next_only(rates, losses, rule):
    """Told: fall to the next rate."""
    if rule == "steepest":
        falls = [a - b for a, b in pairwise(losses)]
        return rates[falls.index(max(falls))]
    return _rest(rates, losses, rule)


def wrong_before_only(rates, losses, rule):
    """Told: fall from the rate before."""
    if rule == "steepest":
        falls = [a - b for a, b in pairwise(losses)]
        return rates[1 + falls.index(max(falls))]
    return _rest(rates, losses, rule)


def wrong_gradient_with_ends(rates, losses, rule):
    """Told: what came back."""
    import numpy as np

    if rule == "steepest":
        return rates[int(np.gradient(losses, np.log(rates)).argmin())]
    return _rest(rates, losses, rule)


def wrong_last_lowest(rates, losses, rule):
    """Told: last of the lowest."""
    if rule == "steepest":
        return rates[max(_inner(losses), key=lambda i: losses[i - 1] - losses[i + 1])]
    at = max(i for i, loss in enumerate(losses) if loss == min(losses))
    return rates[at] / (10 if rule == "tenth" else 1)


def wrong_largest(rates, losses, rule):
    """Told: largest loss."""
    if rule == "steepest":
        return rates[max(_inner(losses), key=lambda i: losses[i - 1] - losses[i + 1])]
    return rates[losses.index(max(losses))] / (10 if rule == "tenth" else 1)


def wrong_largest_rate(rates, losses, rule):
    """Told: last rate."""
    return max(rates) / (10 if rule == "tenth" else 1)


def wrong_tenth_place(rates, losses, rule):
    """Told: a tenth of the places / what came back."""
    if rule == "steepest":
        return rates[max(_inner(losses), key=lambda i: losses[i - 1] - losses[i + 1])]
    at = losses.index(min(losses))
    return rates[at // 10] if rule == "tenth" else rates[at]


def wrong_tenth_of_steepest(rates, losses, rule):
    """Told: a tenth of the steepest."""
    if rule == "minimum":
        return _lowest(rates, losses)
    at = max(_inner(losses), key=lambda i: losses[i - 1] - losses[i + 1])
    return rates[at] / (10 if rule == "tenth" else 1)


def wrong_times_ten(rates, losses, rule):
    """Told: ten times."""
    if rule == "tenth":
        return 10 * _lowest(rates, losses)
    return _lowest(rates, losses) if rule == "minimum" else wrong_always(rates, losses)


def wrong_always(rates, losses, rule="steepest"):
    """Told: what came back."""
    at = max(_inner(losses), key=lambda i: losses[i - 1] - losses[i + 1])
    return rates[at]


def wrong_root_ten(rates, losses, rule):
    """Told: what came back."""
    if rule == "tenth":
        return _lowest(rates, losses) / math.sqrt(10)
    return wrong_always(rates, losses) if rule == "steepest" else _lowest(rates, losses)


def wrong_tenth_forgotten(rates, losses, rule):
    """Told: rule ignored / what came back."""
    return wrong_always(rates, losses) if rule == "steepest" else _lowest(rates, losses)


def wrong_pair(rates, losses, rule):
    """Told: what came back."""
    return min(zip(losses, rates, strict=True))


def wrong_prints(rates, losses, rule):
    """Told: what came back."""
    print(_rest(rates, losses, rule))
