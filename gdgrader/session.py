"""This process's sandbox: opened and tested once, closed with the process."""

from __future__ import annotations

import atexit
from typing import ClassVar

from gdgrader.limits import Limits
from gdgrader.sandbox import NoSandbox, Sandbox


class _Open:
    """This process's sandbox, opened and tested once."""

    key: ClassVar[tuple | None] = None
    sandbox: ClassVar[NoSandbox | None] = None


def open_sandbox(isolated: bool, limits: Limits) -> NoSandbox:
    """This process's sandbox, self-tested when it is opened.

    Errors: SandboxUnavailable, SandboxError: then no stranger's code is run.
    """
    if _Open.key != (isolated, limits) or not _alive(_Open.sandbox):
        close_sandbox()
        sandbox = (Sandbox if isolated else NoSandbox)(limits)
        try:
            sandbox.open().self_test()
        except BaseException:
            sandbox.close()
            raise
        _Open.key, _Open.sandbox = (isolated, limits), sandbox
    return _Open.sandbox


@atexit.register
def close_sandbox() -> None:
    """End this process's sandbox, if it has one."""
    sandbox, _Open.sandbox, _Open.key = _Open.sandbox, None, None
    if sandbox:
        sandbox.close()


def _alive(sandbox: NoSandbox | None) -> bool:
    return bool(sandbox and sandbox.server and sandbox.server.process.poll() is None)
