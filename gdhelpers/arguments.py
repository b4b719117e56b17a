"""What a function may be given: each check raises an error that names the argument."""

from __future__ import annotations

import math
from numbers import Number
from typing import Any

Weights = Any  # a number, an array or a tensor: what a step or an average is taken of


def finite(**values: float) -> None:
    """Raise unless every value is a finite number.

    Errors: ValueError for inf and nan, TypeError for what is no number.

    >>> finite(lr=0.1, gamma=0.5)
    """
    for name, value in values.items():
        if not math.isfinite(_number(name, value)):
            raise ValueError(f"{name} must be a finite number, got {value}")


def positive(**values: float) -> None:
    """Raise unless every value is a finite number above 0."""
    finite(**values)
    for name, value in values.items():
        if not value > 0:
            raise ValueError(f"{name} must be > 0, got {value}")


def not_negative(**values: float) -> None:
    """Raise unless every value is a finite number, at least 0."""
    finite(**values)
    for name, value in values.items():
        if not value >= 0:
            raise ValueError(f"{name} must be ≥ 0, got {value}")


def fraction(**values: float) -> None:
    """Raise unless every value lies in [0, 1): what is kept of a thing that fades."""
    for name, value in values.items():
        if not 0 <= _number(name, value) < 1:
            raise ValueError(f"{name} must be ≥ 0 and < 1, got {value}")


def count(**values: int) -> None:
    """Raise unless every value is a whole number, at least 1."""
    for name, value in values.items():
        if not (_number(name, value) >= 1 and value == value // 1):
            raise ValueError(f"{name} must be a whole number ≥ 1, got {value}")


def one_shape(scalars: bool = False, **values: Any) -> None:
    """Raise unless all values, numbers, arrays or tensors, have the shape of the first.

    Args:
        scalars: whether a plain number passes as a value of any shape, the first apart.

    Errors: ValueError for another shape, TypeError for what has none, such as a list.
    """
    (first, wanted), *rest = [(name, _shape(name, v)) for name, v in values.items()]
    for name, shape in rest:
        if shape != wanted and not (scalars and shape == ()):
            raise ValueError(
                f"{name} must have the shape of {first}, {wanted}, got {shape}"
            )


def _shape(name: str, value: Any) -> tuple[int, ...]:
    if hasattr(value, "shape"):
        return tuple(value.shape)
    if isinstance(value, Number):
        return ()
    raise TypeError(
        f"{name} must be a number, an array or a tensor, got {type(value).__name__}"
    )


def _number(name: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be a number, got {value!r}") from None
