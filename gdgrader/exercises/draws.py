"""Inputs that more than one exercise draws, such that mistakes show at them."""

from __future__ import annotations

from random import Random


def a_theta(rng: Random) -> float:
    """A start far enough from 0 for mistakes to show, of either sign."""
    return round(rng.choice([-1, 1]) * rng.uniform(1.5, 9.0), 3)


def a_rate(rng: Random) -> float:
    """A stable rate on θ², away from 0.5 where one step lands and hides mistakes."""
    return round(rng.choice([rng.uniform(0.05, 0.4), rng.uniform(0.6, 0.9)]), 3)


def a_highest_rate(rng: Random) -> float:
    """A schedule's highest rate, rarely a power of ten."""
    return round(rng.uniform(0.2, 3.0), 3)


def numbers(rng: Random, n: int, low: float = -2.0, high: float = 2.0) -> list[float]:
    """Numbers of two decimals."""
    return [round(rng.uniform(low, high), 2) for _ in range(n)]


def rows(rng: Random, n: int, d: int) -> list[list[float]]:
    """Rows of numbers in [-1, 1] whose last column is ones, none nearly the same."""
    made = [[*numbers(rng, d - 1, -1, 1), 1.0] for _ in range(n)]
    for i in range(d - 1):  # spread, so that the Hessian's eigenvalues stay apart
        made[i][i], made[-1 - i][i] = 1.0, -0.5
    return made
