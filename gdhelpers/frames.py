"""Whose code a frame runs: the student's, the course's or a library's."""

from __future__ import annotations

import ast
import linecache
import sysconfig
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FrameType

COURSE = str(Path(__file__).parent)
LIBRARIES = (
    *(sysconfig.get_path(k) for k in ("stdlib", "platstdlib", "purelib", "platlib")),
    "<frozen",
    COURSE,
)
# What takes its time by itself, shows how far it is and can be stopped.
LONG = tuple(
    str(Path(COURSE, f"{name}.py"))
    for name in ("training", "many_runs", "tuning", "published_runs", "data")
)
LOADING = "<frozen importlib"
PERSON = ("bdb", "pdb", "pydevd", "debugpy", "_pydevd_bundle", "ipykernel.debugger")
INPUT = "_input_request"  # ipykernel's, while it waits for an answer to `input()`


def outwards(frame: FrameType | None, base: FrameType | None) -> Iterator[FrameType]:
    """The frames from the innermost one up to `base`, without it."""
    while frame is not None and frame is not base:
        yield frame
        frame = frame.f_back


def is_students(code: CodeType) -> bool:
    """Whether it is a function of the student's, in a cell or a file."""
    ours = code.co_filename.startswith(LIBRARIES)
    return not ours and code.co_name != "<module>"


def counts(code: CodeType, base: FrameType | None) -> bool:
    """Whether its time is the student's: not that of the lesson's cell itself, nor of a
    comprehension or lambda in it, which has a frame of its own."""
    of_the_cell = base is not None and code.co_filename == base.f_code.co_filename
    return is_students(code) and not (of_the_cell and code.co_name.startswith("<"))


def waits_for_a_person(frame: FrameType | None, base: FrameType | None) -> bool:
    """Whether a debugger has stopped it, or it asks for an `input()`."""
    return any(
        f.f_globals.get("__name__", "").startswith(PERSON) or f.f_code.co_name == INPUT
        for f in outwards(frame, base)
    )


def runs_a_students(frame: FrameType | None, base: FrameType | None) -> bool:
    """Whether it is the student's function that takes the time.

    A training says itself how long it takes; a library is loaded once.
    """
    for f in outwards(frame, base):
        file = f.f_code.co_filename
        if file in LONG or file.startswith(LOADING):
            return False
        if counts(f.f_code, base):
            return True
    return False


def line_at(frame: FrameType, number: int | None = None) -> str:
    """The line a frame is at, or another one of its file; "" where it is unknown."""
    file = frame.f_code.co_filename
    return linecache.getline(file, number or frame.f_lineno).strip()


def loop_around(frame: FrameType) -> ast.While | ast.For | None:
    """The innermost loop of the frame's function in which it is."""
    code = frame.f_code
    lines = linecache.getlines(code.co_filename)[code.co_firstlineno - 1 :]
    tree = None
    for end in range(len(lines), 0, -1):  # up to where the function ends
        try:
            tree = ast.parse(textwrap.dedent("".join(lines[:end])))
            break
        except SyntaxError:
            continue
    here = frame.f_lineno - code.co_firstlineno + 1
    found = None
    for node in ast.walk(tree) if tree else ():
        if (
            isinstance(node, ast.While | ast.For)
            and node.lineno <= here <= (node.end_lineno or 0)
            and (found is None or node.lineno >= found.lineno)
        ):
            found = node
    return found
