"""A mistake as an edit of a right text, so that what is wrong stands alone."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Mapping
from functools import cache


@cache
def text_of(function: Callable) -> str:
    """The function's definition as it stands in its file, without decorators."""
    source = textwrap.dedent(inspect.getsource(function))
    first = ast.parse(source).body[0].lineno
    return "".join(source.splitlines(keepends=True)[first - 1 :])


def edited(text: str, edits: Mapping[str, str]) -> str:
    """The text after these edits, old → new, one after the other.

    Errors: ValueError where the old text is not there exactly once.

    >>> edited("return theta - rate * slope", {"theta - ": "theta + "})
    'return theta + rate * slope'
    """
    for old, new in edits.items():
        if (found := text.count(old)) != 1:
            raise ValueError(
                f"the edit {old!r} → {new!r} must find its text exactly once, "
                f"it is there {found} times"
            )
        text = text.replace(old, new)
    return text


def compiled(text: str, names: dict[str, object], origin: str) -> Callable:
    """The function that the text defines, among the names of a module.

    Errors: SyntaxError where the text is no Python; it says `origin` for the file.
    """
    defined: dict[str, Callable] = {}
    exec(compile(text, origin, "exec"), names, defined)
    (function,) = defined.values()
    return function
