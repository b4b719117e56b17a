"""Wrong ways to count the steps, as people do."""

import math


def counted(learning_rate, curvature, tolerance, more=0):
    factor, n = abs(1 - learning_rate * curvature), 0
    if factor >= 1:
        return None if tolerance < 1 else 0
    while factor**n > tolerance:
        n += 1
    return n + more


def wrong_floor(learning_rate, curvature, tolerance):
    """Told: one step too few."""
    factor = abs(1 - learning_rate * curvature)
    if tolerance >= 1:
        return 0
    if factor >= 1:
        return None
    if factor == 0:
        return 1
    return int(math.log(tolerance) / math.log(factor))


def wrong_one_more(learning_rate, curvature, tolerance):
    """Told: one step too many."""
    n = counted(learning_rate, curvature, tolerance)
    return None if n is None else n + 1


def wrong_strict(learning_rate, curvature, tolerance):
    """Told: equal is not enough."""
    error, n = 1.0, 0
    if abs(1 - learning_rate * curvature) >= 1:
        return None
    while error >= tolerance:
        error, n = error * abs(1 - learning_rate * curvature), n + 1
    return n


def wrong_not_rounded(learning_rate, curvature, tolerance):
    """Told: not a whole number."""
    factor = abs(1 - learning_rate * curvature)
    if factor >= 1:
        return None if tolerance < 1 else 0
    return math.log(tolerance, factor) if factor else 1


def wrong_rounded(learning_rate, curvature, tolerance):
    """Told: rounded to the nearest."""
    factor = abs(1 - learning_rate * curvature)
    if factor >= 1:
        return None if tolerance < 1 else 0
    return round(math.log(tolerance, factor)) if factor else int(tolerance < 1)


def wrong_signed(learning_rate, curvature, tolerance):
    """Told: sign of the factor kept."""
    error, n = 1.0, 0
    if abs(1 - learning_rate * curvature) >= 1 and tolerance < 1:
        return None
    while error > tolerance:
        error, n = error * (1 - learning_rate * curvature), n + 1
    return n


def wrong_jumping_never(learning_rate, curvature, tolerance):
    """Told: no answer for jumping rates."""
    if not 0 <= 1 - learning_rate * curvature < 1:
        return None if tolerance < 1 else 0
    return counted(learning_rate, curvature, tolerance)


def wrong_of_the_loss(learning_rate, curvature, tolerance):
    """Told: loss instead of error."""
    factor, n = (1 - learning_rate * curvature) ** 2, 0
    if factor >= 1:
        return None if tolerance < 1 else 0
    while factor**n > tolerance:
        n += 1
    return n


def wrong_no_curvature(learning_rate, curvature, tolerance):
    """Told: curvature taken for 1."""
    return counted(learning_rate, 1, tolerance)


def wrong_twice_the_curvature(learning_rate, curvature, tolerance):
    """Told: factor 2 twice."""
    return counted(learning_rate, 2 * curvature, tolerance)


def wrong_infinite(learning_rate, curvature, tolerance):
    """Told: number instead of None."""
    n = counted(learning_rate, curvature, tolerance)
    return math.inf if n is None else n


def wrong_minus_one(learning_rate, curvature, tolerance):
    """Told: number instead of None."""
    n = counted(learning_rate, curvature, tolerance)
    return -1 if n is None else n


def wrong_words(learning_rate, curvature, tolerance):
    """Told: what came back."""
    n = counted(learning_rate, curvature, tolerance)
    return "None" if n is None else n


def wrong_logarithm_of_zero(learning_rate, curvature, tolerance):
    """Told: logarithm of zero."""
    factor = abs(1 - learning_rate * curvature)
    if factor >= 1:
        return None if tolerance < 1 else 0
    return math.ceil(math.log(tolerance) / math.log(factor) - 1e-9)


def wrong_logarithm_of_the_factor(learning_rate, curvature, tolerance):
    """Told: logarithm of a negative number."""
    factor = 1 - learning_rate * curvature
    if abs(factor) >= 1:
        return None if tolerance < 1 else 0
    if factor == 0:
        return 1 if tolerance < 1 else 0
    return math.ceil(math.log(tolerance) / math.log(factor) - 1e-9)


def wrong_gives_up(learning_rate, curvature, tolerance):
    """Told: what came back."""
    factor = abs(1 - learning_rate * curvature)
    for n in range(12):
        if factor**n <= tolerance:
            return n
    return None


def wrong_no_guard_for_one(learning_rate, curvature, tolerance):
    """Told: what came back."""
    factor = abs(1 - learning_rate * curvature)
    if factor > 1:
        return None
    if factor == 0:
        return int(tolerance < 1)
    return math.ceil(math.log(tolerance) / math.log(factor) - 1e-9)


def wrong_missing_return(learning_rate, curvature, tolerance):
    """Told: what came back / no answer for jumping rates."""
    n = counted(learning_rate, curvature, tolerance)
