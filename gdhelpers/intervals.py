"""How far an interval for a mean reaches: Student's t."""

from __future__ import annotations

import math


def student_t(level: float, degrees: int) -> float:
    """How many standard errors an interval reaches to either side of a mean.

    Of a variable with Student's t distribution and so many degrees of freedom (a mean
    of n numbers has n - 1), the share `level` lies between -t and t; this is that t.
    For many degrees it tends to the normal distribution's: 1.96 for a level of 0.95.

    Args:
        level: such as 0.95, between 0 and 1.
        degrees: of freedom, a whole number, at least 1.

    Errors: ValueError for another level or other degrees.

    >>> [round(student_t(0.95, degrees), 2) for degrees in (1, 3, 15, 1000)]
    [12.71, 3.18, 2.13, 1.96]
    """
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, got {level}")
    if not (degrees >= 1 and degrees == int(degrees)):
        raise ValueError(f"degrees must be a whole number ≥ 1, got {degrees}")
    low, high = 0.0, math.pi / 2
    while low < (middle := (low + high) / 2) < high:
        if _share_within(middle, int(degrees)) < level:
            low = middle
        else:
            high = middle
    return math.sqrt(degrees) * math.tan(middle)


def _share_within(angle: float, degrees: int) -> float:
    """The share of Student's t between -√n·tan(angle) and √n·tan(angle), n degrees.

    A finite sum of powers of the cosine (Abramowitz and Stegun, 26.7.3 and 26.7.4).
    """
    cos, term, total = math.cos(angle), 1.0, 0.0
    odd = degrees % 2
    if odd:
        term = cos
    for k in range(2 + odd, degrees + 1, 2):
        total += term
        term *= cos * cos * (k - 1) / k
    if odd:
        return 2 / math.pi * (angle + math.sin(angle) * total)
    return math.sin(angle) * total
