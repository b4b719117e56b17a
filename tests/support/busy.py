"""A machine that has other things to do."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator

LOOP = "while True: pass"


@contextlib.contextmanager
def loops(count: int) -> Iterator[None]:
    """So many endless loops beside us."""
    crew = [subprocess.Popen([sys.executable, "-c", LOOP]) for _ in range(count)]
    try:
        yield
    finally:
        for one in crew:
            one.kill()
        for one in crew:
            one.wait()


@contextlib.contextmanager
def one_processor_with(count: int) -> Iterator[None]:
    """So many endless loops on one processor with us and whatever we start: on any
    machine each gets a part of it, and no more."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        with loops(count):
            yield
    finally:
        os.sched_setaffinity(0, before)
