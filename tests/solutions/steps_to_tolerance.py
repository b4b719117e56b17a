"""Right answers to steps_to_tolerance, written in different ways."""


def right_logarithms(learning_rate, curvature, tolerance):
    import math

    if tolerance >= 1:
        return 0
    factor = abs(1 - learning_rate * curvature)
    if factor == 0:
        return 1
    if factor >= 1:
        return None
    return math.ceil(math.log(tolerance) / math.log(factor))


def right_loop(learning_rate, curvature, tolerance):
    factor, left, n = abs(1 - learning_rate * curvature), 1.0, 0
    if tolerance < 1 and factor >= 1:
        return None
    while left > tolerance:
        left *= factor
        n += 1
    return n


def right_signed_error(learning_rate, curvature, tolerance):
    error, n = 1.0, 0
    while abs(error) > tolerance:
        new = error - learning_rate * curvature * error
        if abs(new) >= abs(error):
            return None
        error, n = new, n + 1
    return n


def right_powers(learning_rate, curvature, tolerance):
    factor = abs(1 - learning_rate * curvature)
    if factor >= 1 and tolerance < 1:
        return None
    n = 0
    while factor**n > tolerance:
        n += 1
    return n


def right_count(learning_rate, curvature, tolerance):
    from itertools import count

    factor = abs(1 - learning_rate * curvature)
    if factor >= 1:
        return 0 if tolerance >= 1 else None
    return next(n for n in count() if factor**n <= tolerance)


def right_capped_search(learning_rate, curvature, tolerance):
    factor = 1 - learning_rate * curvature
    if abs(factor) >= 1 and tolerance < 1:
        return None
    for n in range(10_000):
        if abs(factor**n) <= tolerance:
            return n
    raise RuntimeError("no such number of steps")


def right_recursion(learning_rate, curvature, tolerance, done=0):
    factor = abs(1 - learning_rate * curvature)
    if tolerance >= 1:
        return done
    if factor >= 1:
        return None
    if factor == 0:
        return done + 1
    return right_recursion(learning_rate, curvature, tolerance / factor, done + 1)


def right_numpy(learning_rate, curvature, tolerance):
    import numpy as np

    factor = abs(1 - learning_rate * curvature)
    if factor >= 1 and tolerance < 1:
        return None
    below = np.flatnonzero(factor ** np.arange(5000) <= tolerance)
    return int(below[0])


def right_accumulate(learning_rate, curvature, tolerance):
    from itertools import accumulate, repeat, takewhile
    from operator import mul

    factor = abs(1 - learning_rate * curvature)
    if factor >= 1 and tolerance < 1:
        return None
    lefts = accumulate(repeat(factor), mul, initial=1.0)
    return sum(1 for _ in takewhile(lambda left: left > tolerance, lefts))
