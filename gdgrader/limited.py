"""Work on strangers' text in a child that may take so much, and no more.

What parses, colours or converts a text may take time that grows with its square, or all
memory. The child is a fork, so that it begins with everything imported: a few ms each.
"""

from __future__ import annotations

import contextlib
import gc
import math
import os
import pickle
import selectors
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

try:
    import resource
except ImportError:  # not on Windows, where all is done in this process
    resource = None

MB = 1 << 20
LARGEST_ANSWER = 64 * MB
PATIENCE = 30  # times the seconds of processor time: far above what load can do
Result = TypeVar("Result")


class Exceeded(RuntimeError):
    """It took too much; the message says of what, and may follow "because"."""


@dataclass(frozen=True)
class Allowance:
    """What one child may use: seconds of processor time, bytes beyond what we have."""

    seconds: float
    memory: int

    def take(self) -> None:
        """Make it this process's limit."""
        seconds = math.ceil(self.seconds)
        _lower(resource.RLIMIT_CPU, seconds, seconds + 1)
        _lower(resource.RLIMIT_CORE, 0, 0)
        with contextlib.suppress(FileNotFoundError):
            pages = int(Path("/proc/self/statm").read_text().split()[0])
            have = pages * resource.getpagesize()
            _lower(resource.RLIMIT_AS, have + self.memory, have + self.memory)


def limited(
    allowed: Allowance, function: Callable[..., Result], *arguments: Any
) -> Result:
    """What `function(*arguments)` returns, or raises, in a child of its own.

    The child is a copy of this process: what the function changes here is not changed.

    Errors: Exceeded where it took more than is allowed, or ended the child.
    """
    if resource is None:
        return function(*arguments)
    reads, writes = os.pipe()
    child = os.fork()
    if not child:
        os.close(reads)
        _answer(writes, allowed, function, arguments)
    os.close(writes)
    try:
        told = _heard(reads, time.monotonic() + PATIENCE * allowed.seconds)
    finally:
        os.close(reads)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        status = os.waitpid(child, 0)[1]
    try:
        # Our own function answers: a stranger's text is what it was about.
        done, result = pickle.loads(told)
    except (pickle.UnpicklingError, EOFError):
        raise Exceeded(_why(status, allowed)) from None
    if done:
        return result
    raise result


def _answer(pipe: int, allowed: Allowance, function: Callable, arguments: tuple):
    """Do the work and say what came of it; never returns."""
    try:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        gc.disable()  # it would copy the pages that we share, for a short life
        allowed.take()
        try:
            told = pickle.dumps((True, function(*arguments)))
        except MemoryError:
            told = pickle.dumps((False, Exceeded(_memory(allowed))))
        except RecursionError:
            told = pickle.dumps((False, Exceeded("it is nested beyond reason")))
        except Exception as error:
            told = pickle.dumps((False, _carried(error)))
        with open(pipe, "wb") as out:
            out.write(told)
    finally:
        os._exit(0)  # whatever the parent would do at its end is not ours to do


def _carried(error: Exception) -> Exception:
    """The exception, or its words where it cannot be sent."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def _heard(pipe: int, end: float) -> bytes:
    """All that the child says until then; nothing if it does not come to an end."""
    told = bytearray()
    with selectors.DefaultSelector() as ready:
        ready.register(pipe, selectors.EVENT_READ)
        while ready.select(max(0, end - time.monotonic())):
            part = os.read(pipe, MB)
            told += part
            if not part:
                return bytes(told)
            if len(told) > LARGEST_ANSWER:
                raise Exceeded(f"it became more than {LARGEST_ANSWER // MB} MB")
    return b""


def _why(status: int, allowed: Allowance) -> str:
    ended = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    if ended in (signal.SIGXCPU, signal.SIGKILL):
        return f"it took more than {allowed.seconds:g} s"
    return f"it ended what reads it (signal {ended})"


def _memory(allowed: Allowance) -> str:
    return f"it took more than {allowed.memory // MB} MB of memory"


def _lower(kind: int, soft: int, hard: int) -> None:
    """Set a limit, or leave a narrower one."""
    most = resource.getrlimit(kind)[1]
    if most != resource.RLIM_INFINITY:
        soft, hard = min(soft, most), min(hard, most)
    resource.setrlimit(kind, (soft, hard))
