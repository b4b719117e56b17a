"""A run that is asked to end does so between two pieces of work, never amid one.

A signal's exception may be raised anywhere, in the middle of a library's bookkeeping,
too, which then fails with an error of its own, or takes it for one. So while something
is read or written down, signals wait.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

# Windows has no SIGHUP.
SIGNALS = tuple(
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP")
    if hasattr(signal, name)
)


class Stopped(KeyboardInterrupt):
    """The run was asked to end, by Ctrl-C or by a signal.

    Attributes:
        status: the shell's exit status for it, 128 + the signal's number.
    """

    def __init__(self, number: int) -> None:
        super().__init__(f"stopped by {signal.Signals(number).name}")
        self.status = 128 + number


@contextmanager
def stoppable() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the run as Ctrl-C does: by an exception, in order.

    What is ignored stays so: `nohup` and a shell's background want a run to go on.
    """

    def stop(number: int, _frame: object) -> None:
        raise Stopped(number)

    heard = [n for n in SIGNALS if signal.getsignal(n) != signal.SIG_IGN]
    before = {number: signal.signal(number, stop) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let a signal wait until this is done; a second one does not wait.

    Whatever the signal does otherwise it does then. Only the main thread is disturbed
    by signals: elsewhere this changes nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    found = {number: signal.getsignal(number) for number in SIGNALS}
    # None: not set from Python, which could not set it again.
    others = (None, signal.SIG_IGN)
    before = {number: how for number, how in found.items() if how not in others}
    came: list[int] = []
    over = False

    def wait(number: int, frame: FrameType | None) -> None:
        if came or over:
            _pass_on(number, frame, before[number])
        else:
            came.append(number)

    for number in before:
        signal.signal(number, wait)
    try:
        yield
    finally:
        over = True
        for number, handler in before.items():
            signal.signal(number, handler)
        if came:
            signal.raise_signal(came[0])


def _pass_on(number: int, frame: FrameType | None, handler: object) -> None:
    """Do what the signal would have done."""
    if callable(handler):
        handler(number, frame)
    else:
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)
