"""Work on strangers' text in a child that may take so much, and no more.

What parses, colours or converts a text may take time that grows with its square, or all
memory. The child is a fork, so that it begins with everything imported: some 10 ms.
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
from collections.abc import Callable, Iterator, Sequence
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
Item, Result = TypeVar("Item"), TypeVar("Result")


class Exceeded(RuntimeError):
    """It took too much; the message says of what, and may follow "because"."""


class Delayed(Exceeded):
    """It was not done long after it should have been, twice, and had not used what it
    may: the machine's affair, and nobody's fault."""


@dataclass(frozen=True)
class Allowance:
    """What one piece of work may take.

    Attributes:
        seconds: of processor time.
        memory: bytes, beyond what this process has.
    """

    seconds: float
    memory: int


def limited(
    allowed: Allowance, function: Callable[..., Result], *arguments: Any
) -> Result:
    """What `function(*arguments)` returns, or raises, in a child of its own.

    The child is a copy of this process: what the function changes here is not changed.

    Errors: Exceeded where it took more than is allowed, or ended the child.
    """
    (result,) = limited_each(allowed, lambda given: function(*given), [arguments])
    if isinstance(result, Exception):
        raise result
    return result


def limited_each(
    allowed: Allowance, function: Callable[[Item], Result], items: Sequence[Item]
) -> Iterator[Result | Exception]:
    """What `function` returns, or raises, for each item, one child doing many.

    Each may take what is allowed; an item for which it was not enough gets Exceeded,
    and the next one another child. What came late is tried once more.
    """
    if resource is None:
        yield from (_tried(function, item) for item in items)
        return
    done, late = 0, -1
    while done < len(items):
        for result in _child(allowed, function, items[done:]):
            if isinstance(result, Delayed) and late < done:
                late = done
                break
            done += 1
            yield result


def _child(
    allowed: Allowance, function: Callable, items: Sequence
) -> Iterator[Any | Exception]:
    """The answers of one child, to its end; Exceeded is the last."""
    reads, writes = os.pipe()
    child = os.fork()
    if not child:
        os.close(reads)
        _answer(writes, allowed, function, items)
    os.close(writes)
    left, late = len(items), False
    try:
        with os.fdopen(reads, "rb", buffering=0) as pipe:
            while left and (told := _heard(pipe, PATIENCE * allowed.seconds)):
                # Our own function answers: a stranger's text is what it was about.
                yield pickle.loads(told)
                left -= 1
    except TimeoutError:
        late = True
    except Exceeded as error:
        yield error
        left = 0
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        status = os.waitpid(child, 0)[1]
    if late:
        most = f"{PATIENCE * allowed.seconds:g} s"
        yield Delayed(f"it was not done within {most} by the clock")
    elif left:
        yield Exceeded(_why(status, allowed))


def _answer(pipe: int, allowed: Allowance, function: Callable, items: Sequence) -> None:
    """Do the work and say what came of it; never returns."""
    try:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) != signal.SIG_IGN:  # as `nohup` wants it
                signal.signal(number, signal.SIG_DFL)
        gc.freeze()  # else collecting garbage copies each page that we share
        _lower(resource.RLIMIT_CORE, 0)
        with contextlib.suppress(FileNotFoundError):
            pages = int(Path("/proc/self/statm").read_text().split()[0])
            _lower(resource.RLIMIT_AS, pages * resource.getpagesize() + allowed.memory)
        with os.fdopen(pipe, "wb") as out:
            for item in items:
                seconds = math.ceil(time.process_time() + allowed.seconds)
                _lower(resource.RLIMIT_CPU, seconds)
                told = _told(_tried(function, item), allowed)
                out.write(len(told).to_bytes(8, "big") + told)
                out.flush()
    finally:
        os._exit(0)  # whatever the parent would do at its end is not ours to do


def _tried(function: Callable, item: Any) -> Any | Exception:
    try:
        return function(item)
    except Exception as error:
        return error


def _told(result: Any, allowed: Allowance) -> bytes:
    """The result, packed; an exception that cannot be sent in its words."""
    try:
        if isinstance(result, MemoryError):
            most = f"{allowed.memory // MB} MB of memory"
            result = Exceeded(f"it took more than {most}")
        elif isinstance(result, RecursionError):
            result = Exceeded("it is nested beyond reason")
        told = pickle.dumps(result)
        if isinstance(result, Exception):
            pickle.loads(told)
    except Exception as error:
        words = f"{type(result).__name__}: {result}"
        if not isinstance(result, Exception):
            words = f"{type(error).__name__}: {error}"
        told = pickle.dumps(RuntimeError(words))
    return told


def _heard(pipe: Any, patience: float) -> bytes:
    """The child's next answer; nothing where it has ended without one.

    Errors: TimeoutError where it comes too late; Exceeded where it is too much.
    """
    told, end, wanted = bytearray(), time.monotonic() + patience, 8
    with selectors.DefaultSelector() as ready:
        ready.register(pipe, selectors.EVENT_READ)
        while len(told) < wanted:
            if not ready.select(max(0, end - time.monotonic())):
                raise TimeoutError
            part = pipe.read(min(MB, wanted - len(told)))
            if not part:
                return b""
            told += part
            if wanted == 8 == len(told):
                wanted += int.from_bytes(told, "big")
                if wanted > LARGEST_ANSWER:
                    most = f"{LARGEST_ANSWER // MB} MB"
                    raise Exceeded(f"it became more than {most}")
    return bytes(told[8:])


def _why(status: int, allowed: Allowance) -> str:
    ended = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    if ended in (signal.SIGXCPU, signal.SIGKILL):
        return f"it took more than {allowed.seconds:g} s"
    return f"it ended what reads it (signal {ended})"


def _lower(kind: int, value: int) -> None:
    """Set a limit, but for one that is narrower already."""
    most = resource.getrlimit(kind)[1]
    resource.setrlimit(kind, (value if most < 0 else min(value, most), most))
