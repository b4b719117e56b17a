"""This process's sandbox: opened and tested once, closed with the process."""

from __future__ import annotations

import atexit
import contextlib
from collections.abc import Callable
from typing import ClassVar, TypeVar

from gdgrader.bubblewrap import SandboxUnavailable
from gdgrader.limits import Limits
from gdgrader.sandbox import (
    BorrowedSandbox,
    KernelHost,
    Sandbox,
    SandboxHandle,
    Unconfined,
)
from gdgrader.selftest import verify

T = TypeVar("T")


class _Open:
    """This process's sandbox, and one that another process lends it."""

    key: ClassVar[tuple | None] = None
    sandbox: ClassVar[KernelHost | None] = None
    tested: ClassVar[bool] = False
    lent: ClassVar[SandboxHandle | None] = None


def begin_sandbox(isolated: bool, limits: Limits) -> None:
    """Let this process's sandbox warm up while it does other things.

    What goes wrong is said by `open_sandbox`.
    """
    with contextlib.suppress(SandboxUnavailable, OSError):
        _ready_made(isolated, limits).begin()


def open_sandbox(isolated: bool, limits: Limits) -> KernelHost:
    """This process's sandbox, self-tested when it is opened.

    Errors: SandboxUnavailable, SandboxError: then no stranger's code is run.
    """
    sandbox = _ready_made(isolated, limits)
    if not _Open.tested:
        try:
            verify(sandbox.open())
        except BaseException:
            close_sandbox()
            raise
        _Open.tested = True
    return sandbox


def lend_sandbox(
    limits: Limits, trusted: Callable[[KernelHost], T]
) -> tuple[SandboxHandle | None, T]:
    """This process's sandbox for its workers, if it can be shared, and what `trusted`
    returned: our own code, which may use it before its self-test is over.

    Errors: SandboxUnavailable, also where it does not hold what it promises.
    """
    try:
        begun = trusted(_ready_made(True, limits).open())
        return open_sandbox(True, limits).handle(), begun
    except (RuntimeError, OSError) as error:
        raise SandboxUnavailable(str(error)) from error


def borrow_sandbox(lent: SandboxHandle | None) -> None:
    """Use the sandbox that another process lends, as long as it lives."""
    _Open.lent = lent


def _ready_made(isolated: bool, limits: Limits) -> KernelHost:
    """This process's sandbox for these terms, opened or not."""
    key, sandbox = (isolated, limits), _Open.sandbox
    if _Open.key == key and (sandbox.alive or sandbox.server is None):
        return sandbox
    close_sandbox()
    if isolated and _Open.lent and _Open.lent.limits == limits:
        borrowed = BorrowedSandbox(_Open.lent).begin()
        if borrowed.alive:
            _Open.key, _Open.sandbox, _Open.tested = key, borrowed, True
            return borrowed
        borrowed.close()
        _Open.lent = None
    _Open.key, _Open.sandbox = key, (Sandbox if isolated else Unconfined)(limits)
    return _Open.sandbox


@atexit.register
def close_sandbox() -> None:
    """End this process's sandbox, if it has one."""
    sandbox, _Open.sandbox, _Open.key = _Open.sandbox, None, None
    _Open.tested = False
    if sandbox:
        sandbox.close()
