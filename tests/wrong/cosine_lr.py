"""Wrong ways to write the cosine, as people do."""

from math import cos, pi, sin


def wrong_climbs_again(t, total_steps, max_lr, min_lr=0.0):
    """Told: climbs again."""
    return min_lr + (max_lr - min_lr) * (1 + cos(pi * t / total_steps)) / 2


def wrong_restarts(t, total_steps, max_lr, min_lr=0.0):
    """Told: begins again / highest rate at the end."""
    t = t % total_steps
    return min_lr + (max_lr - min_lr) * (1 + cos(pi * t / total_steps)) / 2


def wrong_zero(t, total_steps, max_lr, min_lr=0.0):
    """Told: zero at the end."""
    if t >= total_steps:
        return 0.0
    return min_lr + 0.5 * (max_lr - min_lr) * (1 + cos(t / total_steps * pi))


def wrong_top_at_the_end(t, total_steps, max_lr, min_lr=0.0):
    """Told: highest rate at the end."""
    if t > total_steps:
        return max_lr
    return min_lr + 0.5 * (max_lr - min_lr) * (1 + cos(t / total_steps * pi))


def wrong_degrees(t, total_steps, max_lr, min_lr=0.0):
    """Told: degrees."""
    if t >= total_steps:
        return min_lr
    return min_lr + 0.5 * (max_lr - min_lr) * (1 + cos(180 * t / total_steps))


def wrong_no_half(t, total_steps, max_lr, min_lr=0.0):
    """Told: half forgotten."""
    if t >= total_steps:
        return min_lr
    return min_lr + (max_lr - min_lr) * (1 + cos(pi * t / total_steps))


def wrong_two_pi(t, total_steps, max_lr, min_lr=0.0):
    """Told: a whole period."""
    if t >= total_steps:
        return min_lr
    return min_lr + 0.5 * (max_lr - min_lr) * (1 + cos(2 * pi * t / total_steps))


def wrong_bare_cosine(t, total_steps, max_lr, min_lr=0.0):
    """Told: cosine not lifted."""
    t = min(t, total_steps)
    return min_lr + (max_lr - min_lr) * cos(pi * t / total_steps)


def wrong_upside_down(t, total_steps, max_lr, min_lr=0.0):
    """Told: upside down."""
    if t >= total_steps:
        return min_lr
    return min_lr + (max_lr - min_lr) * (1 - cos(pi * t / total_steps)) / 2


def wrong_rates_swapped(t, total_steps, max_lr, min_lr=0.0):
    """Told: upside down."""
    share = min(t / total_steps, 1)
    return max_lr + (min_lr - max_lr) * (1 + cos(pi * share)) / 2


def wrong_span(t, total_steps, max_lr, min_lr=0.0):
    """Told: span too long."""
    share = min(t / total_steps, 1)
    return min_lr + max_lr * (1 + cos(pi * share)) / 2


def wrong_no_min(t, total_steps, max_lr, min_lr=0.0):
    """Told: lowest rate ignored."""
    share = min(t / total_steps, 1)
    return max_lr * (1 + cos(pi * share)) / 2


def wrong_no_pi(t, total_steps, max_lr, min_lr=0.0):
    """Told: π forgotten."""
    if t >= total_steps:
        return min_lr
    return min_lr + (max_lr - min_lr) * (1 + cos(t / total_steps)) / 2


def wrong_one_early(t, total_steps, max_lr, min_lr=0.0):
    """Told: one step early."""
    if t >= total_steps:
        return min_lr
    share = t / (total_steps - 1)
    return min_lr + (max_lr - min_lr) * (1 + cos(pi * share)) / 2


def wrong_floor(t, total_steps, max_lr, min_lr=0.0):
    """Told: whole division."""
    share = min(t // total_steps, 1)
    return min_lr + (max_lr - min_lr) * (1 + cos(pi * share)) / 2


def wrong_line(t, total_steps, max_lr, min_lr=0.0):
    """Told: straight line."""
    if t >= total_steps:
        return min_lr
    return max_lr - (max_lr - min_lr) * t / total_steps


def wrong_quarter(t, total_steps, max_lr, min_lr=0.0):
    """Told: a quarter period."""
    if t >= total_steps:
        return min_lr
    return min_lr + (max_lr - min_lr) * cos(pi / 2 * t / total_steps)


def wrong_half_inside(t, total_steps, max_lr, min_lr=0.0):
    """Told: half of the cosine alone."""
    share = min(t / total_steps, 1)
    return min_lr + (max_lr - min_lr) * (1 + cos(pi * share) / 2)


def wrong_sine(t, total_steps, max_lr, min_lr=0.0):
    """Told: sine."""
    share = min(t / total_steps, 1)
    return min_lr + (max_lr - min_lr) * (1 + sin(pi * share)) / 2


def wrong_larger(t, total_steps, max_lr, min_lr=0.0):
    """Told: larger instead of smaller."""
    share = max(t / total_steps, 1)
    return min_lr + (max_lr - min_lr) * (1 + cos(pi * share)) / 2


def wrong_counted_from_one(t, total_steps, max_lr, min_lr=0.0):
    """Told: one step ahead."""
    share = min((t + 1) / total_steps, 1)
    return min_lr + (max_lr - min_lr) * (1 + cos(pi * share)) / 2
