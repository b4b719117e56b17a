"""Wrong ways to write the step decay, as people do."""

import math


def wrong_slides(t, initial_lr, step_size, gamma):
    """Told: floor forgotten."""
    return initial_lr * gamma ** (t / step_size)


def wrong_early(t, initial_lr, step_size, gamma):
    """Told: one epoch early."""
    return initial_lr * gamma ** ((t + 1) // step_size)


def wrong_late(t, initial_lr, step_size, gamma):
    """Told: one epoch late."""
    drops = 0
    for epoch in range(t):
        if epoch > 0 and epoch % step_size == 0:
            drops += 1
    return initial_lr * gamma**drops


def wrong_every_epoch(t, initial_lr, step_size, gamma):
    """Told: dropped every epoch."""
    for _ in range(t):
        initial_lr *= gamma
    return initial_lr


def wrong_one_drop(t, initial_lr, step_size, gamma):
    """Told: dropped once only."""
    if t < step_size:
        return initial_lr
    return initial_lr * gamma


def wrong_round(t, initial_lr, step_size, gamma):
    """Told: rounded to the nearest."""
    return initial_lr * gamma ** round(t / step_size)


def wrong_ceil(t, initial_lr, step_size, gamma):
    """Told: rounded up."""
    return initial_lr * gamma ** math.ceil(t / step_size)


def wrong_times_two(t, initial_lr, step_size, gamma):
    """Told: multiplied instead of raised."""
    return initial_lr * gamma * (t // step_size)


def wrong_begins_with_a_drop(t, initial_lr, step_size, gamma):
    """Told: one drop too many."""
    return initial_lr * gamma ** (1 + t // step_size)


def wrong_get_lr(t, initial_lr, step_size, gamma):
    """Told: twice at each drop."""
    lr = initial_lr * gamma ** (t // step_size)
    return lr * gamma if t > 0 and t % step_size == 0 else lr


def wrong_that_epoch_only(t, initial_lr, step_size, gamma):
    """Told: dropped for one epoch only."""
    if t != 0 and t % step_size == 0:
        return initial_lr * gamma
    return initial_lr


def wrong_remainder(t, initial_lr, step_size, gamma):
    """Told: remainder instead of quotient."""
    return initial_lr * gamma ** (t % step_size)


def wrong_precedence(t, initial_lr, step_size, gamma):
    """Told: power before the floor."""
    return initial_lr * gamma**t // step_size


def wrong_brackets(t, initial_lr, step_size, gamma):
    """Told: rate raised too."""
    return (initial_lr * gamma) ** (t // step_size)


def wrong_divides(t, initial_lr, step_size, gamma):
    """Told: divided by gamma."""
    return initial_lr / gamma ** (t // step_size)


def wrong_exponential(t, initial_lr, step_size, gamma):
    """Told: what came back."""
    return initial_lr * math.exp(-gamma * (t // step_size))


def wrong_to_zero(t, initial_lr, step_size, gamma):
    """Told: what came back."""
    lr = initial_lr * gamma ** (t // step_size)
    return 0.0 if lr < 0.01 else lr


def wrong_arguments(t, initial_lr, gamma, step_size):
    """Told: what came back."""
    return initial_lr * gamma ** (t // step_size)
