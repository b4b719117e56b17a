"""The host's side of the warmed process (`inside/zygote.py`).

A forked kernel is watched through two descriptors: a socket on which the warmed process
tells its exit status, and a pidfd through which signals reach exactly this process.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import select
import signal
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import psutil

from gdgrader.sandbox.limits import Limits
from gdgrader.sandbox.spent import Spent
from gdgrader.sandbox.watchdog import Watchdog, tree

INSIDE = Path(__file__).with_name("inside")
# Our own code's, and so far above what it needs that a busy machine is no reason:
START_SECONDS = 600  # for a fork to answer
WARM_SECONDS = 1800  # for the warm-up
END_SECONDS = 1800  # for what was killed to be gone
LAST_WORD = re.compile(rb'\{"exit": (-?\d{1,3})\}')  # as the warmed process says it
PROBLEM = "the warmed process ended before it was ready: {}"


class ForkServerError(RuntimeError):
    """The warmed process could not be started, or could not fork."""


class ForkedKernel:
    """One forked kernel, from the host.

    `stop_reason` says in words why it was stopped, or None when it was not; `load`,
    `spent`, `heard` and `at_rest` are as the watchdog has them.
    """

    def __init__(self, news: socket.socket, pid: int, contained: bool) -> None:
        self.news, self.pid, self.contained = news, pid, contained
        self.pidfd = os.pidfd_open(pid)
        self.returncode: int | None = None
        self.stop_reason: str | None = None
        self.load = self.at_rest = False
        self.spent, self.heard = Spent(), 0
        self.end_all: Callable[[], None] | None = None  # surer than a signal, if given
        self.on_end: list[Callable[[], None]] = []
        self._lock = threading.RLock()

    @property
    def unheard(self) -> threading.RLock:
        """While it is held, no other thread takes a word of its news for its last."""
        return self._lock

    def fileno(self) -> int:
        """Readable once the kernel has ended."""
        return self.news.fileno()

    def poll(self) -> int | None:
        """The exit status (negative: the signal), or None while it runs."""
        with self._lock:
            if self.returncode is None and select.select([self.news], [], [], 0)[0]:
                self._end(self._last_word())
            return self.returncode

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait for the end, at most `timeout` seconds; then as `poll`."""
        if self.returncode is None:
            with contextlib.suppress(ValueError, OSError):  # another thread saw the end
                select.select([self.news], [], [], timeout)
        return self.poll()

    def send_signal(self, number: int) -> None:
        """Send signal `number`, if the kernel still runs."""
        with self._lock, contextlib.suppress(ProcessLookupError):
            if self.poll() is None:
                signal.pidfd_send_signal(self.pidfd, number)

    def pause(self, timeout: float = 5) -> int | None:
        """Let it do nothing further; its exit status, should it have ended, or None."""
        self.send_signal(signal.SIGSTOP)
        end = time.monotonic() + timeout
        while self.wait(0.02) is None and time.monotonic() < end:
            with contextlib.suppress(psutil.Error):  # gone: its end is told soon
                if psutil.Process(self.pid).status() == psutil.STATUS_STOPPED:
                    break
        return self.poll()

    def kill(self, reason: str | None = None, timeout: float = END_SECONDS) -> None:
        """End it and everything it started, for `reason`, and wait until all are gone.

        In its own pid namespace the kernel is process 1: no other outlives it. Where it
        is not, its sandbox's is waited for, or each process.
        """
        with self._lock, contextlib.ExitStack() as stack:
            if self.poll() is not None:
                return
            self.stop_reason = self.stop_reason or reason
            family = [] if self.contained else _family(self.pid, stack)
            if self.end_all:
                self.end_all()
            self.send_signal(signal.SIGKILL)
            for pidfd in family:
                with contextlib.suppress(ProcessLookupError):
                    signal.pidfd_send_signal(pidfd, signal.SIGKILL)
            if self.wait(timeout) is None or not all(
                _gone(pidfd, timeout) for pidfd in family
            ):
                raise ForkServerError(f"kernel {self.pid} does not end")

    def _last_word(self) -> bytes:
        try:
            return self.news.recv(4096)
        except ConnectionResetError:
            # It ended before it had read our "g", which is said before its last word.
            return self.news.recv(4096)

    def _end(self, message: bytes) -> None:
        # No message: the warmed process itself is gone, and its kernels with it.
        told = LAST_WORD.fullmatch(message)
        self.returncode = int(told[1]) if told else -signal.SIGKILL
        with contextlib.ExitStack() as stack:  # each of them, whatever another does
            for action in reversed(self.on_end):
                stack.callback(action)
            self.news.close()
            with contextlib.suppress(ProcessLookupError):  # should it only be said
                signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)
            os.close(self.pidfd)


def _family(pid: int, stack: contextlib.ExitStack) -> list[int]:
    """Descriptors of `pid` and its descendants, to be closed with `stack`."""
    found = []
    for member in tree(pid):
        with contextlib.suppress(ProcessLookupError):
            found.append(os.pidfd_open(member))
            stack.callback(os.close, found[-1])
    return found


def _gone(pidfd: int, timeout: float) -> bool:
    """Whether the process has ended, within `timeout` seconds.

    One that was killed still has to be given a processor to end on, and a busy machine
    lets it wait. A pid namespace's first process ends when all others have.
    """
    poll = select.poll()  # not `select`, which has no room for more than 1024 files
    poll.register(pidfd, select.POLLIN)
    return bool(poll.poll(timeout * 1000))


class ForkServer:
    """A warmed process and the kernels it has forked.

    Args:
        command: what to put before `python zygote.py …`, such as bubblewrap's command.
        environment: of the warmed process.
        isolate: "nested", "outer" or "plain" (see `inside/zygote.py`).
        tag: begins the names of its kernels' control groups.
        inside: the folder of zygote.py as the command sees it.
        ids: the first and the number of the user ids for its kernels, as the command
            calls them; () for none.
        inherited: descriptors for the command.
    """

    def __init__(
        self,
        python: str,
        environment: Mapping[str, str],
        command: Iterable[str] = (),
        isolate: str = "plain",
        tag: str = "gdgrader",
        inside: str | Path = INSIDE,
        ids: tuple[int, ...] = (),
        inherited: Iterable[int] = (),
    ) -> None:
        self._begin(isolate, tag)
        self.channel, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [
                    *command,
                    python,
                    f"{inside}/zygote.py",
                    str(theirs.fileno()),
                    isolate,
                    *map(str, ids),
                ],
                pass_fds=[theirs.fileno(), *inherited],
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,  # Ctrl-C is for the grader
            )

    @classmethod
    def of_another(
        cls, channel: socket.socket, info: dict, isolate: str, tag: str
    ) -> ForkServer:
        """A warmed process that another process started, by a copy of its channel.

        The kernels forked here end with this process, and it lives without us.
        """
        server = cls.__new__(cls)
        server._begin(isolate, tag)
        server.channel, server.info, server.process = channel, info, None
        return server

    def _begin(self, isolate: str, tag: str) -> None:
        self.isolate = isolate
        self.kernels: set[ForkedKernel] = set()
        self.info: dict | None = None
        self._first: int | None = None  # of the pid namespace it is in
        self.watchdog = Watchdog(tag)
        self._lock = threading.Lock()

    @property
    def alive(self) -> bool:
        """Whether the warmed process is there, as far as can be seen."""
        if self.process:
            return self.process.poll() is None
        # Once it is ready it says nothing on the channel but its end.
        return not select.select([self.channel], [], [], 0)[0]

    def ready(self, timeout: float = WARM_SECONDS) -> dict:
        """Wait for the warm-up; return what the warmed process says of itself."""
        if self.info is None:
            self.channel.settimeout(timeout)
            try:
                message = self.channel.recv(4096)
            except (TimeoutError, ConnectionResetError):
                message = b""
            self.channel.settimeout(None)
            if not message:
                self.process.kill()
                words = self.process.stderr.read().decode(errors="replace").strip()
                self.close()
                raise ForkServerError(PROBLEM.format(words[-2000:] or "no message"))
            self.info = json.loads(message)
            if self.isolate != "plain":  # bubblewrap's only child
                for first in tree(self.process.pid)[1:2]:
                    with contextlib.suppress(ProcessLookupError):  # it has just ended
                        self._first = os.pidfd_open(first)
        return self.info

    def fork(
        self,
        connection: dict,
        channels: list[socket.socket],
        *,
        cwd: str,
        environment: Mapping[str, str],
        files: Mapping[str, bytes] | None = None,
        limits: Limits | None = None,
        arguments: Iterable[str] = (),
    ) -> ForkedKernel:
        """Fork a kernel that serves the five bound `channels`."""
        self.ready()
        files = files or {}
        bounds = limits or Limits()
        request = {
            "connection": connection,
            "cwd": cwd,
            "env": dict(environment),
            "arguments": list(arguments),
            "limits": vars(bounds),
            "files": [(name, len(content)) for name, content in files.items()],
        }
        body = json.dumps(request).encode()
        news, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        news.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        description, its_end = socket.socketpair()
        description.settimeout(START_SECONDS)
        with self._lock, theirs, its_end:
            fds = [s.fileno() for s in (theirs, its_end, *channels)]
            try:
                socket.send_fds(self.channel, [b"f"], fds)
            except OSError as error:
                news.close()
                description.close()
                raise ForkServerError(f"the warmed process is gone: {error}") from error
        # One that does not read on says why in its news.
        with description, contextlib.suppress(OSError):
            for part in (len(body).to_bytes(4, "big"), body, *files.values()):
                description.sendall(part)
        try:
            pid = _heard(news, "here")
            try:
                kernel = ForkedKernel(news, pid, contained=self.isolate != "plain")
            except ProcessLookupError:  # it has ended since, and said why
                _heard(news, "ready")
                raise
        except BaseException:
            news.close()
            raise
        self.kernels = {k for k in self.kernels if k.returncode is None} | {kernel}
        try:
            with kernel.unheard:
                if limits:  # a control group takes as long as the kernel's namespaces
                    self.watchdog.watch(kernel, limits)
                _heard(news, "ready")
        except ForkServerError:
            kernel.kill()
            raise
        with contextlib.suppress(OSError):  # dead already: poll() tells
            news.send(b"g")
        return kernel

    def close(self) -> None:
        """End all kernels and the warmed process."""
        for kernel in self.kernels:
            kernel.kill("the grader was closed")
        if self.process is None:
            self.channel.close()
            return
        with contextlib.suppress(OSError):
            # Its cue to leave, whoever else holds the channel.
            self.channel.shutdown(socket.SHUT_RDWR)
        self.channel.close()
        if self.info is None:
            self.process.kill()  # it is warming up, and hears nothing
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stderr.close()
        first, self._first = self._first, None
        if first is not None:
            gone = _gone(first, END_SECONDS)
            os.close(first)
            if not gone:
                raise ForkServerError("a sandbox does not end")


def _heard(news: socket.socket, word: str) -> int:
    """Wait until the fork says `word`; return its process id as it is called here."""
    news.settimeout(START_SECONDS)
    try:
        message, extras, _, _ = news.recvmsg(4096, socket.CMSG_SPACE(12))
    except (TimeoutError, ConnectionResetError):
        message, extras = b"", []
    news.settimeout(None)
    answer = json.loads(message) if message else {"problem": "no answer"}
    if word not in answer:
        raise ForkServerError(f"no kernel could be forked: {answer}")
    return struct.unpack("3i", extras[0][2])[0]
