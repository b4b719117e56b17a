"""Where a function was that did not come back, as a tutor would say it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from types import FrameType

from gdhelpers.frames import is_students, line_at, loop_around, outwards


@dataclass(frozen=True)
class Place:
    """Where a function was when it was stopped, in words.

    Attributes:
        function: the student's function that was called first.
        seconds: how long it had run.
        line: the student's line it was at; "" where it cannot be read.
        advice: what to look at, in sentences.
    """

    function: str
    seconds: float
    line: str
    advice: str

    @property
    def words(self) -> str:
        """All of it."""
        at = f", at the line `{self.line}`" if self.line else ""
        return f"It was stopped after {self.seconds:g} s{at}. {self.advice}"


def place_of(frame: FrameType, base: FrameType | None, seconds: float) -> Place:
    """Where the student's function is, seen from the innermost frame."""
    own = [f for f in outwards(frame, base) if is_students(f.f_code)]
    around = next(((f, n) for f in own if (n := loop_around(f)) is not None), None)
    advice = _of_loop(*around) if around else "What in it takes so long, or never ends?"
    return Place(own[-1].f_code.co_name, seconds, line_at(own[0]), advice)


def _of_loop(frame: FrameType, loop: ast.While | ast.For) -> str:
    start = frame.f_code.co_firstlineno + loop.lineno - 1
    head = line_at(frame, start)
    if isinstance(loop, ast.For):
        return f"Its loop `{head}` had not come to its end: how many rounds is that?"
    names = [n.id for n in ast.walk(loop.test) if isinstance(n, ast.Name)]
    seen = frame.f_locals
    values = {
        name: _short(seen[name])
        for name in dict.fromkeys(names)
        if name in seen and _short(seen[name])
    }
    if not values:
        way = (
            "at a `break` or a `return`"
            if _for_ever(loop.test)
            else "once that is false"
        )
        return f"Its loop `{head}` ends only {way}: when does it come to that?"
    now = " and ".join(f"`{name}` was {value}" for name, value in values.items())
    said = f"Its loop `{head}` went on: {now} by then."
    idle = [f"`{name}`" for name in values if not _may_change(name, loop)]
    if len(idle) == len(values) == len(set(names)):
        said += f" Nothing in the loop changes {' or '.join(idle)}."
    return f"{said} When should it end?"


def _for_ever(test: ast.expr) -> bool:
    return isinstance(test, ast.Constant) and bool(test.value)


def _short(value: object) -> str:
    """A number or a short text; "" for anything else."""
    if isinstance(value, bool | str | None):
        return repr(value) if len(repr(value)) < 30 else ""
    if getattr(value, "shape", None) == () and hasattr(value, "item"):
        value = value.item()  # of a tensor or an array
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, int):
        return str(value) if abs(value) < 10**12 else "a huge number"
    return ""


def _may_change(name: str, loop: ast.While) -> bool:
    """Whether the loop's body may give a name another value, as far as one can see."""
    for part in [*loop.body, loop.test]:
        for node in ast.walk(part):
            if isinstance(node, ast.Name) and node.id == name:
                if not isinstance(node.ctx, ast.Load):
                    return True
            elif isinstance(node, ast.Call | ast.Attribute | ast.Subscript):
                inner = ast.walk(node)
                if any(isinstance(n, ast.Name) and n.id == name for n in inner):
                    return True
            elif isinstance(node, ast.Global | ast.Nonlocal):
                return True
    return False
