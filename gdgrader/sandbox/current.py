"""The sandbox a process grades in: opened and tested once, and anew where it broke.

One warmed process serves whatever limits its kernels are to have.
"""

from __future__ import annotations

import atexit
import contextlib
from collections.abc import Callable
from typing import Self, TypeVar

from gdgrader.sandbox.bubblewrap import SandboxUnavailable
from gdgrader.sandbox.host import (
    BorrowedSandbox,
    KernelHost,
    Sandbox,
    SandboxHandle,
    Unconfined,
)
from gdgrader.sandbox.limits import Limits
from gdgrader.sandbox.selftest import verify, weaknesses

T = TypeVar("T")


class CurrentSandbox:
    """A process's sandbox, and its warmed process without one; closed with the process.

    Args:
        handle: another process's sandbox, to be used as long as it lives; None to open
            one.
    """

    def __init__(self, handle: SandboxHandle | None = None) -> None:
        self.handle = handle
        self._hosts: dict[bool, KernelHost] = {}  # by whether they isolate
        self._tested: set[KernelHost] = set()
        self.weaknesses: list[str] = []  # of the one that was tested last

    def begin(self, isolated: bool, limits: Limits) -> Self:
        """Let the sandbox warm up while the caller does other things.

        What goes wrong is said by `open`; other terms there mean another sandbox.
        """
        with contextlib.suppress(SandboxUnavailable, OSError):
            self._ready_made(isolated, limits).begin()
        return self

    def open(self, isolated: bool, limits: Limits) -> KernelHost:
        """The sandbox for these terms, self-tested when it is opened.

        Errors: SandboxUnavailable, SandboxError: then no stranger's code is run.
        """
        host = self._ready_made(isolated, limits)
        if host not in self._tested:
            try:
                verify(host.open())
            except BaseException:
                self.close()
                raise
            self._tested.add(host)
            self.weaknesses = weaknesses(host)
        return host

    def lend(
        self, limits: Limits, trusted: Callable[[KernelHost], T]
    ) -> tuple[SandboxHandle | None, T]:
        """The sandbox for other processes, if it can be shared, and what `trusted`
        returned: our own code, which may use it before its self-test is over.

        Errors: SandboxUnavailable, also where it does not hold what it promises.
        """
        try:
            begun = trusted(self._ready_made(True, limits).open())
            return self.open(True, limits).handle(), begun
        except (RuntimeError, OSError) as error:
            raise SandboxUnavailable(str(error)) from error

    def close(self) -> None:
        """End the sandbox, if there is one."""
        while self._hosts:
            self._end(next(iter(self._hosts)))

    def _end(self, isolated: bool) -> None:
        if host := self._hosts.pop(isolated, None):
            self._tested.discard(host)
            host.close()

    def _ready_made(self, isolated: bool, limits: Limits) -> KernelHost:
        """The sandbox for these terms, opened or not."""
        host = self._hosts.get(isolated)
        if host and (host.alive or host.server is None) and _serves(host, limits):
            host.limits = limits  # of the kernels to come
            return host
        self._end(isolated)
        atexit.register(self.close)
        if isolated and self.handle and self.handle.limits == limits:
            borrowed = BorrowedSandbox(self.handle).open()
            if borrowed.alive:
                self._hosts[isolated] = borrowed
                self._tested.add(borrowed)
                return borrowed
            borrowed.close()
            self.handle = None
        self._hosts[isolated] = (Sandbox if isolated else Unconfined)(limits)
        return self._hosts[isolated]


def _serves(host: KernelHost, limits: Limits) -> bool:
    """Whether kernels with these limits can be forked there: what bubblewrap mounted
    keeps its size, all else is each kernel's own."""
    return not host.isolated or host.limits.tmp_bytes == limits.tmp_bytes
