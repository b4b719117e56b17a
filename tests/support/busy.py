"""A machine that has other things to do."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator

from gdgrader.sandbox.host import KernelHost
from gdgrader.sandbox.watchdog import tree

LOOP = "while True: pass"


@contextlib.contextmanager
def loops(count: int) -> Iterator[None]:
    """So many endless loops beside us."""
    # In a session each: Linux may give every session the same part of a processor.
    crew = [
        subprocess.Popen([sys.executable, "-S", "-c", LOOP], start_new_session=True)
        for _ in range(count)
    ]
    try:
        yield
    finally:
        for one in crew:
            one.kill()
        for one in crew:
            one.wait()


@contextlib.contextmanager
def one_processor_with(count: int, host: KernelHost | None = None) -> Iterator[None]:
    """So many endless loops on one processor with us and whatever we start: on any
    machine each gets a part of it, and no more. So it is with what `host`, warmed up
    before, forks meanwhile."""
    before = os.sched_getaffinity(0)
    crew = [0, *(tree(host.server.process.pid) if host else ())]
    _keep_to({min(before)}, crew)
    try:
        with loops(count):
            yield
    finally:
        _keep_to(before, crew)


def _keep_to(processors: set[int], crew: list[int]) -> None:
    for pid in crew:
        os.sched_setaffinity(pid, processors)
