"""Right answers to contraction_factor, written in different ways."""


def right_formula(learning_rate, curvature=2.0):
    return 1 - learning_rate * curvature


def right_named(learning_rate, curvature=2.0):
    removed = curvature * learning_rate
    left = 1.0 - removed
    return left


def right_reversed(learning_rate, curvature=2.0):
    return -(learning_rate * curvature - 1)


def right_by_a_step_from_one(learning_rate, curvature=2.0):
    theta = 1.0
    gradient = curvature * theta
    return theta - learning_rate * gradient


def right_by_ratio(learning_rate, curvature=2.0):
    start = 7.0
    return (start - learning_rate * curvature * start) / start


def right_by_autograd(learning_rate, curvature=2.0):
    import torch

    theta = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    (curvature / 2 * theta**2).backward()
    return (theta - learning_rate * theta.grad).item()


def right_by_numpy(learning_rate, curvature=2.0):
    import numpy as np

    return float(np.subtract(1, np.multiply(learning_rate, curvature)))


def right_by_sum(learning_rate, curvature=2.0):
    return sum([1, -learning_rate * curvature])


def right_by_fraction(learning_rate, curvature=2.0):
    from fractions import Fraction

    return float(1 - Fraction(learning_rate) * Fraction(curvature))
