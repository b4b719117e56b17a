"""Where submissions' kernels are forked: a bubblewrap sandbox, or none.

    with Sandbox() as sandbox:
        verify(sandbox)  # of `gdgrader.sandbox.selftest`
        manager = SandboxedKernelManager(sandbox, files={"notes.csv": b"…"})

One sandbox lives as long as its worker. In it a warmed process forks a kernel for each
submission, which shuts itself off from the warmed process and from all others
(`inside/isolation.py`). Where the machine does not let it, each submission gets a whole
sandbox of its own, warm-up included: slower, the same guarantees.

A Sandbox dies with the thread that opened it (so bubblewrap understands "parent"): open
it in one that lasts.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, Self

from gdgrader.sandbox import user_ids
from gdgrader.sandbox.bubblewrap import (
    ENTRY,
    HOME,
    UNAVAILABLE,
    SandboxUnavailable,
    bubblewrap_command,
    inside,
    readable,
    sandbox_environment,
)
from gdgrader.sandbox.forkserver import ForkedKernel, ForkServer, ForkServerError
from gdgrader.sandbox.limits import Limits
from gdgrader.sandbox.sockets import SocketFolder
from gdgrader.sandbox.watchdog import first_to_go


class KernelHost:
    """A warmed process, and the kernels forked from it.

    Args:
        limits: bounds for each kernel; None for none.
    """

    isolated: bool

    def __init__(self, limits: Limits | None = Limits()) -> None:  # noqa: B008  frozen
        self.limits = limits
        self.sockets: SocketFolder | None = None
        self.server: ForkServer | None = None

    def begin(self) -> Self:
        """Start the warm-up; it goes on while the caller does other things."""
        if self.sockets is None:
            self.sockets = SocketFolder()
            try:
                self.server = self._server()
            except BaseException:
                self.close()
                raise
        return self

    def open(self) -> Self:
        """Start the warm-up, if it has not begun."""
        return self.begin()

    @property
    def alive(self) -> bool:
        """Whether it is open, and its warmed process there."""
        return bool(self.server and self.server.alive)

    def close(self) -> None:
        """End every kernel and the warmed process; leave nothing behind."""
        server, self.server = self.server, None
        sockets, self.sockets = self.sockets, None
        try:
            if server:
                server.close()
        finally:
            if sockets:
                sockets.close()

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(self, *_: object) -> None:
        self.close()

    def fork(
        self,
        key: bytes,
        files: Mapping[str, bytes] | None = None,
        prefix: str | None = None,
        **by_name: Any,
    ) -> tuple[str, ForkedKernel]:
        """Fork a kernel.

        Args:
            key: signs its messages (jupyter's session key).
            files: relative path -> contents, put into its working folder.
            prefix: of its sockets, to have a predecessor's again.
            by_name: for a kernel in no sandbox its `cwd` (by default a new one,
                removed when it ends), `environment` and ipykernel's `arguments`.

        Returns:
            the prefix of its sockets (jupyter's `ip`; ports 1 to 5), and the kernel.
        """
        sockets = self.open().sockets
        prefix = prefix or sockets.prefix()
        channels = sockets.bind(prefix)
        connection = {
            "ip": prefix,
            "file": f"{prefix}.json",
            "key": key.decode(),
            "hidden": self.isolated,
            "lasting": self.limits is not None,  # a submission's, not one by name
        }
        try:
            kernel = self._fork(connection, channels, files or {}, **by_name)
        except BaseException:
            sockets.forget(prefix)
            raise
        finally:
            for channel in channels:
                channel.close()
        kernel.on_end.append(lambda: sockets.forget(prefix))
        return prefix, kernel

    def _server(self) -> ForkServer:
        """Start the warmed process."""
        raise NotImplementedError

    def _fork(
        self,
        connection: dict,
        channels: list[socket.socket],
        files: Mapping[str, bytes],
        **by_name: Any,
    ) -> ForkedKernel:
        """Have the warmed process fork a kernel that serves these channels."""
        raise NotImplementedError


SILENT = {"GDHELPERS_SILENT": sandbox_environment()["GDHELPERS_SILENT"]}


class Unconfined(KernelHost):
    """Kernels with the caller's own rights: for notebooks one trusts, and for
    `--no-sandbox`. Memory, processes and time are still limited."""

    isolated = False

    def _server(self) -> ForkServer:
        # One thread, as threads do not survive a fork (OpenBLAS starts its own on
        # import); figures inline, which ipykernel would settle before matplotlib came.
        environment = {
            "MPLBACKEND": sandbox_environment()["MPLBACKEND"],
            **os.environ,
            "OMP_NUM_THREADS": "1",
        }
        environment.pop("JPY_PARENT_PID", None)  # of a kernel that runs us
        return ForkServer(sys.executable, environment, tag=self.sockets.path.name)

    def _fork(
        self,
        connection: dict,
        channels: list[socket.socket],
        files: Mapping[str, bytes],
        cwd: str | None = None,
        environment: Mapping[str, str] | None = None,
        arguments: Iterable[str] = (),
    ) -> ForkedKernel:
        own = None if cwd else tempfile.mkdtemp(prefix="work-", dir=self.sockets.path)
        for name, content in files.items():
            path = _inside(Path(cwd or own), name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        asked = SILENT if environment is None else environment
        kernel = self.server.fork(
            connection,
            channels,
            cwd=cwd or own,
            # A submission's kernel has nobody at home; others say what they want.
            environment={**os.environ, **asked},
            limits=self.limits,
            arguments=arguments,
        )
        if own:
            kernel.on_end.append(lambda: shutil.rmtree(own, ignore_errors=True))
        return kernel


class Sandbox(KernelHost):
    """A bubblewrap sandbox with a warmed process in it.

    Args:
        limits: bounds for each kernel.
        nested: False for a whole sandbox per submission; None to find out.
        own_ids: whether each kernel has a user id of its own; None to find out.
        extra: further options for bubblewrap.

    Raises:
        SandboxUnavailable: on opening, where bubblewrap is missing or not permitted.
    """

    isolated = True

    def __init__(
        self,
        limits: Limits = Limits(),  # noqa: B008  frozen
        nested: bool | None = None,
        extra: Iterable[str] = (),
        own_ids: bool | None = None,
    ) -> None:
        super().__init__(limits)
        self.nested, self.own_ids, self.extra = nested, own_ids, tuple(extra)
        self.why_shared = ""  # why kernels have the grader's own user id
        self.held_by = ""  # a control group or the watchdog, once there was a kernel
        self._settled = False
        self._for_one: list[ForkServer] = []  # those that have forked their only kernel

    def open(self) -> Self:
        """Start the sandbox and wait until it is warm."""
        self.begin()
        if not self._settled:
            self._settled = True
            try:
                self._settle()
            except BaseException:
                self.close()
                raise
        return self

    def close(self) -> None:
        """End every kernel and the warmed process; leave nothing behind."""
        self._settled = False
        used, self._for_one = self._for_one, []
        with contextlib.ExitStack() as stack:  # each of them, whatever another does
            stack.callback(super().close)
            for server in used:
                stack.callback(server.close)

    def handle(self) -> SandboxHandle | None:
        """What another process needs to fork kernels here; None where each kernel has
        a sandbox of its own."""
        if not (self.open().nested and self.alive):
            return None
        server = self.server
        return SandboxHandle(server.channel, server.info, self.limits, self.own_ids)

    def _settle(self) -> None:
        """Find out what this machine lets kernels have: to be shut in inside one
        long-lived sandbox, and user ids of their own."""
        asked = (self.nested, self.own_ids)
        each = [(True, False) if one is None else (one,) for one in asked]
        ways, problem = list(product(*each)), None
        for self.nested, self.own_ids in ways:
            try:
                if problem:
                    self.server.close()
                    self.server = self._server()
                self._try(asked=len(ways) == 1)
                return
            except ForkServerError as error:
                problem = error
                if self.own_ids:
                    self.why_shared = str(error)
        raise SandboxUnavailable(UNAVAILABLE.format(problem)) from problem

    def _try(self, asked: bool) -> None:
        problem = self.server.ready()["problem"]
        if self.nested and not asked:
            if problem:
                raise ForkServerError(problem)
            _, kernel = self.fork(secrets.token_hex(16).encode())
            kernel.kill()

    def _server(self) -> ForkServer:
        with contextlib.ExitStack() as stack:
            ids = None
            if self.own_ids is not False:
                try:
                    ids = stack.enter_context(user_ids.taken(readable()))
                except user_ids.NoUserIds as problem:
                    if self.own_ids:
                        raise SandboxUnavailable(str(problem)) from problem
                    self.own_ids, self.why_shared = False, str(problem)
            nested = self.nested is not False
            return ForkServer(
                str(inside(Path(sys.executable))),
                {},
                bubblewrap_command(self.limits, nested, self.extra, ids),
                isolate="nested" if nested else "outer",
                tag=self.sockets.path.name,
                inside=ENTRY,
                ids=(user_ids.FIRST, user_ids.COUNT) if ids else (),
                inherited=ids.descriptors if ids else (),
            )

    def _fork(
        self,
        connection: dict,
        channels: list[socket.socket],
        files: Mapping[str, bytes],
    ) -> ForkedKernel:
        server = self.server
        if server.isolate == "outer":
            self._for_one = [one for one in self._for_one if one.alive] + [server]
            first_to_go(server.process.pid)  # in there nobody can say so
            self.server = self._server()  # warms up for the next one
        kernel = server.fork(
            connection,
            channels,
            cwd=HOME,
            environment=sandbox_environment(),
            files={name: bytes(data) for name, data in files.items()},
            limits=self.limits,
        )
        self.held_by = server.watchdog.kind
        if server.isolate == "outer":
            kernel.end_all = server.process.kill
            kernel.on_end.insert(0, server.close)
        return kernel


@dataclass(frozen=True)
class SandboxHandle:
    """A sandbox on its way to another process (multiprocessing copies the socket)."""

    channel: socket.socket
    info: dict
    limits: Limits
    own_ids: bool


class BorrowedSandbox(Sandbox):
    """Another process's sandbox: one warm-up for all workers of a machine.

    Its opener has tested it. Kernels are shut off from one another as ever, are held to
    the limits by this process, and end with it.
    """

    def __init__(self, handle: SandboxHandle) -> None:
        super().__init__(handle.limits, nested=True, own_ids=handle.own_ids)
        self.lender = handle

    def _server(self) -> ForkServer:
        channel = self.lender.channel.dup()
        tag = self.sockets.path.name
        return ForkServer.of_another(channel, self.lender.info, "nested", tag)


def _inside(folder: Path, name: str) -> Path:
    path = Path(os.path.normpath(folder / name))
    if not path.is_relative_to(folder) or path == folder:
        raise ValueError(f"file name {name!r} leads out of the working folder")
    return path
