"""Interrupt code that swallows an interrupt, as a bare `except:` in a loop does.

The next line of the student's raises again, and the one after that, until the function
is left: from Python 3.12 on by `sys.monitoring`, which a debugger does not mind; before
by a trace function, which an exception sets when it is caught. `end` takes away either.
"""

from __future__ import annotations

import ctypes
import sys
import threading
from functools import partial
from sys import settrace  # Python's own, in whose place a debugger puts one that warns
from types import CodeType, FrameType
from typing import Any

from gdhelpers.frames import is_students, outwards

TRACING = sys.version_info < (3, 12)

# By thread in which it insists: the frame to come back to, and what goes on around it.
_bases: dict[int, tuple[FrameType | None, frozenset[CodeType]]] = {}
_tool: int | None = None


class TookTooLong(KeyboardInterrupt):
    """Raised in the midst of a function that does not come back."""


class Insisting(TookTooLong):
    """The same; whoever catches it, has its next line traced."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)
        # The interpreter makes it, in the thread in which it is raised.
        thread = threading.get_ident()
        if thread in _bases:
            settrace(_insist)
            for frame in outwards(sys._getframe(), _bases[thread][0]):
                if is_students(frame.f_code):
                    frame.f_trace = _insist


def raise_in(thread: int, what: type[BaseException]) -> None:
    """Raise an exception in a thread, in place of one that has not arrived there."""
    _raising(thread, what)()


def _raising(thread: int, what: type[BaseException]) -> partial:
    call = ctypes.pythonapi.PyThreadState_SetAsyncExc
    return partial(call, ctypes.c_ulong(thread), ctypes.py_object(what))


def once_more(thread: int, base: FrameType | None) -> None:
    """Raise `TookTooLong` in a thread, and again wherever it is swallowed."""
    global _tool
    _bases[thread] = base, frozenset(f.f_code for f in outwards(base, None))
    if TRACING:
        raise_in(thread, Insisting)
        return
    monitoring = sys.monitoring
    if _tool is None:
        free = [n for n in (4, 3, 0, 5) if monitoring.get_tool(n) is None]
        if free:
            _tool = free[0]
            monitoring.use_tool_id(_tool, "gdhelpers")
            monitoring.register_callback(_tool, monitoring.events.LINE, _at_a_line)
            monitoring.set_events(_tool, monitoring.events.LINE)
    raise_in(thread, TookTooLong)


def end() -> None:
    """Insist no more in this thread, from within it; then nothing traces it."""
    global _tool
    thread = threading.get_ident()
    if _bases.pop(thread, end) is end:
        return
    if TRACING:
        settrace(None)
    elif _tool is not None and not _bases:
        monitoring = sys.monitoring
        monitoring.set_events(_tool, 0)
        monitoring.register_callback(_tool, monitoring.events.LINE, None)
        monitoring.free_tool_id(_tool)
        _tool = None


def _insist(frame: FrameType, event: str, _argument: object) -> Any:
    thread = threading.get_ident()
    if thread not in _bases or not is_students(frame.f_code):
        return _insist
    if event == "line":
        # A trace function that raises is taken away. After an operator, unlike a call,
        # nothing is raised yet: it will be in the student's frame, whose next line must
        # not call us before.
        frame.f_trace_lines = False
        +type("Raise", (), {"__pos__": _raising(thread, Insisting)})()
    elif event == "exception":
        frame.f_trace_lines = True
    return _insist


def _at_a_line(code: CodeType, _line: int) -> None:
    _, around = _bases.get(threading.get_ident(), (None, None))
    if around is not None and code not in around and is_students(code):
        raise TookTooLong
