"""Right answers to max_stable_lr, written in different ways."""


def right_formula(curvature):
    return 2 / curvature


def right_float(curvature):
    return 2.0 / float(curvature)


def right_power(curvature):
    return 2 * curvature**-1


def right_twice_the_best(curvature):
    best = 1 / curvature
    return best + best


def right_by_solving(curvature):
    import numpy as np

    return np.roots([-curvature, 2.0])[0]


def right_by_numpy(curvature):
    import numpy as np

    return np.divide(2, curvature)


def right_by_torch(curvature):
    import torch

    return (2 / torch.tensor(curvature, dtype=torch.float64)).item()


def right_by_bisection(curvature):
    low, high = 0.0, 1.0
    while abs(1 - high * curvature) < 1:
        high *= 2
    for _ in range(200):
        middle = (low + high) / 2
        if abs(1 - middle * curvature) < 1:
            low = middle
        else:
            high = middle
    return low


def right_by_fraction(curvature):
    from fractions import Fraction

    return float(Fraction(2) / Fraction(curvature))
