"""The notebook's own inputs stay what they are, whatever a student's function does.

A function that writes into what it is given, or marks it for autograd, would spoil the
notebook's `start` for every later cell, also after it is mended. A demonstration puts
such inputs back and says so; what was changed elsewhere is named with the cell to run.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MOST = 10_000  # numbers; larger inputs are data that nobody copies at every cell


@dataclass
class Seen:
    """An input as it was when it was seen first: the object and a copy of it."""

    value: Any
    copy: Any
    followed: bool = False


_seen: dict[str, Seen] = {}


def remember(names: Mapping[str, Any] | None = None) -> None:
    """Note the inputs that are there, and those that were made anew."""
    for name, value in _inputs(names).items():
        if name not in _seen or _seen[name].value is not value:
            _seen[name] = _as_seen(value)


def changed(names: Mapping[str, Any] | None = None) -> list[str]:
    """The inputs that are no more what they were when they were seen first."""
    present = _all(names)
    return [
        name
        for name, seen in _seen.items()
        if present.get(name) is seen.value and not _is_as_before(seen)
    ]


def put_back(names: list[str]) -> None:
    """Give inputs the numbers they had, in place, and let autograd leave them alone."""
    for seen in (_seen[name] for name in names):
        if _is_tensor(seen.value):
            seen.value.detach_().requires_grad_(seen.followed)
            seen.value.grad = None
            with sys.modules["torch"].no_grad():
                seen.value.copy_(seen.copy)
        else:
            seen.value[:] = seen.copy


def which_cell(name: str) -> str:
    """The line that makes an input, as it was run last; "" where there is none."""
    shell = _shell()
    for source in reversed(shell.user_ns.get("In", []) if shell else []):
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError):
            continue
        for node in reversed(tree.body):
            targets = node.targets if isinstance(node, ast.Assign) else []
            if any(
                isinstance(part, ast.Name) and part.id == name
                for target in targets
                for part in ast.walk(target)
            ):
                return source.splitlines()[node.lineno - 1].strip()
    return ""


def note(names: list[str]) -> str:
    """What to say of inputs that were changed where nobody could put them back.

    >>> note(["start"])
    'Mind that `start` was changed since it was made: run the cell that makes it again.'
    """
    if not names:
        return ""
    them = " and ".join(f"`{name}`" for name in names)
    one = len(names) == 1
    since = "was changed since it was made" if one else "were changed since"
    line = which_cell(names[0])
    cell = f"the cell with `{line}`" if line else "the cell that makes it"
    return f"Mind that {them} {since}: run {cell} again."


def _shell() -> Any:
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


def _all(names: Mapping[str, Any] | None) -> Mapping[str, Any]:
    shell = _shell() if names is None else None
    return shell.user_ns if shell else names or {}


def _inputs(names: Mapping[str, Any] | None) -> dict[str, Any]:
    """The notebook's tensors, arrays and lists of numbers that are small enough."""
    hidden = ("_", "In", "Out")
    return {
        name: value
        for name, value in list(_all(names).items())
        if not name.startswith(hidden) and _is_input(value)
    }


def _is_tensor(value: object) -> bool:
    torch = sys.modules.get("torch")
    return torch is not None and type(value) is torch.Tensor


def _is_input(value: object) -> bool:
    if _is_tensor(value):
        return value.numel() <= MOST
    numpy = sys.modules.get("numpy")
    if numpy is not None and type(value) is numpy.ndarray:
        return value.size <= MOST and value.dtype.kind in "fiub"
    return (
        type(value) is list
        and 0 < len(value) <= MOST
        and all(type(entry) in (int, float, str, bool) for entry in value)
    )


def _as_seen(value: Any) -> Seen:
    if _is_tensor(value):
        return Seen(value, value.detach().clone(), value.requires_grad)
    return Seen(value, value.copy())


def _is_as_before(seen: Seen) -> bool:
    value, copy = seen.value, seen.copy
    if type(value) is list:  # what is added at its end is the notebook's own doing
        return repr(value[: len(copy)]) == repr(copy)
    same = value.shape == copy.shape and repr(value.tolist()) == repr(copy.tolist())
    if not _is_tensor(value):
        return same
    return seen.followed or (same and not value.requires_grad)
