"""Wrong ways to write `shrinkage`, as people do."""

import math


def wrong_sum(rates, weight_decay):
    """Told: added up."""
    return 1 - weight_decay * sum(rates)


def wrong_no_rates(rates, weight_decay):
    """Told: rate left out."""
    return (1 - weight_decay) ** len(rates)


def wrong_lost(rates, weight_decay):
    """Told: what is lost."""
    return 1 - math.prod(1 - lr * weight_decay for lr in rates)


def wrong_exponential(rates, weight_decay):
    """Told: exponential."""
    return math.exp(-weight_decay * sum(rates))


def wrong_first_rate(rates, weight_decay):
    """Told: first rate for all."""
    return (1 - rates[0] * weight_decay) ** len(rates) if rates else 1.0


def wrong_mean_rate(rates, weight_decay):
    """Told: mean rate for all."""
    if not rates:
        return 1.0
    return (1 - sum(rates) / len(rates) * weight_decay) ** len(rates)


def wrong_last_factor(rates, weight_decay):
    """Told: one step only."""
    left = 1.0
    for lr in rates:
        left = 1 - lr * weight_decay
    return left


def wrong_first_factor(rates, weight_decay):
    """Told: what came back."""
    for lr in rates:
        return 1 - lr * weight_decay
    return 1.0


def wrong_grows(rates, weight_decay):
    """Told: grows."""
    return math.prod(1 + lr * weight_decay for lr in rates)


def wrong_product_of_shares(rates, weight_decay):
    """Told: shares multiplied."""
    return math.prod(lr * weight_decay for lr in rates)


def wrong_without_the_last(rates, weight_decay):
    """Told: last step left out."""
    return math.prod(1 - lr * weight_decay for lr in rates[:-1])


def wrong_without_the_first(rates, weight_decay):
    """Told: first step left out."""
    return math.prod(1 - lr * weight_decay for lr in rates[1:])


def wrong_twice(rates, weight_decay):
    """Told: decay squared."""
    return math.prod(1 - lr * weight_decay for lr in rates) ** 2


def wrong_double(rates, weight_decay):
    """Told: what came back."""
    return math.prod(1 - 2 * lr * weight_decay for lr in rates)


def wrong_clamped(rates, weight_decay):
    """Told: factors below zero cut."""
    return math.prod(max(0, 1 - lr * weight_decay) for lr in rates)


def wrong_from_zero(rates, weight_decay):
    """Told: what came back."""
    left = 0.0
    for lr in rates:
        left *= 1 - lr * weight_decay
    return left


def wrong_divided(rates, weight_decay):
    """Told: what came back."""
    return math.prod(1 / (1 + lr * weight_decay) for lr in rates)
