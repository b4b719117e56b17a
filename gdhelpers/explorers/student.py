"""Ask a student's function for a number; say calmly what is wrong when it has none."""

from __future__ import annotations

import contextlib
import io
import math
import numbers
import warnings
from collections.abc import Callable
from functools import partial

from gdhelpers.cases import unwritten
from gdhelpers.endless import watching


class Unusable(Exception):
    """A student's function gave no usable answer; the message says why, in words."""


def name_of(function: Callable) -> str:
    """How the student calls the function."""
    return getattr(function, "__name__", None) or type(function).__name__


def ask(function: Callable, *args, **kwargs):
    """Call `function` silently and return whatever it returns, or raise `Unusable`."""
    watch = watching()
    try:
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            call = partial(function, *args, **kwargs)
            result = watch.run(call) if watch else call()
        if not (watch and watch.place):
            return result
        place = watch.place
        watch.renew()
        raise Unusable(f"{name_of(function)} did not come back. {place.words}")
    except (KeyboardInterrupt, Unusable):
        raise
    except BaseException as error:
        if missing := unwritten(error):
            name = missing if missing.isidentifier() else name_of(function)
            raise Unusable(
                f"{name} is not written yet. Write it, run its cell, then "
                "run this cell again."
            ) from error
        lines = str(error).strip().splitlines()
        detail = f": {lines[0][:200]}" if lines else ""
        raise Unusable(
            f"{name_of(function)} stopped with {type(error).__name__}{detail}."
        ) from error


def number(function: Callable, value) -> float:
    """Give `value`, which `function` returned, as a finite float, or raise `Unusable`.

    An int, a float or a NumPy number will do; a tensor, a list or a text will not.
    """
    name = name_of(function)
    if value is None:
        raise Unusable(f"{name} returned None: is its `return` missing?")
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise Unusable(
            f"{name} returned a {type(value).__name__} where a plain number belongs."
        )
    try:
        value = float(value)
    except OverflowError:
        value = math.inf
    if not math.isfinite(value):
        raise Unusable(f"{name} returned {value}, which is not a finite number.")
    return value


def vector(function: Callable, value, size: int) -> list[float]:
    """Give `value` as a list of `size` finite floats, or raise `Unusable`.

    A tensor, an array, a list or a tuple with one dimension will do.
    """
    name = name_of(function)
    if value is None:
        raise Unusable(f"{name} returned None: is its `return` missing?")
    if hasattr(value, "tolist"):
        value = value.tolist()
    if not isinstance(value, list | tuple) or len(value) != size:
        raise Unusable(f"{name} returned no row of {size} numbers.")
    return [number(function, entry) for entry in value]
