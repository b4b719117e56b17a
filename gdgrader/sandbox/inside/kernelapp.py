"""The Jupyter kernel of a forked process: ipykernel's own, on sockets it is handed.

The grader binds the kernel's five sockets before the fork and passes them on, so that
kernel and grader need share no folder, and a client never waits for a socket to appear.
"""

import asyncio
import contextlib
import os
import random
import signal
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import ipywidgets
import zmq
from ipykernel import ipkernel
from ipykernel.heartbeat import Heartbeat
from ipykernel.iostream import OutStream
from ipykernel.kernelapp import IPKernelApp
from IPython.core import shellapp
from isolation import NO_ACCELERATOR
from traitlets import Type
from traitlets.config import Config

CHANNELS = ("shell", "iopub", "stdin", "control", "hb")  # ports 1 to 5
OURS = ("deferred", "isolation", "kernelapp", "syscalls")  # a student may use them
# What is graded is no one's progress, and shows nobody a worked solution.
NOBODY_AT_HOME = {"GDHELPERS_PROGRESS": "off", "GDHELPERS_SOLUTIONS": ""}
TASKS = Path("/proc/self/task")
TIMERS = (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF)
MUCH = 1 << 20  # characters
LATER = (DeprecationWarning, PendingDeprecationWarning, FutureWarning)


class NoModules:
    """`sys`, but that it knows of no modules."""

    modules: dict = {}  # noqa: RUF012  nobody writes to it

    def __getattr__(self, name: str) -> Any:
        return getattr(sys, name)


@contextlib.contextmanager
def not_listing_modules(where: ModuleType) -> Iterator[None]:
    """Keep the module `where` from listing all modules.

    To look at each of the thousands writes to its reference count, and so copies the
    page that the fork shared: most of the time that a kernel took to start.
    """
    where.sys = NoModules()
    try:
        yield
    finally:
        where.sys = sys


class LeanKernel(ipkernel.IPythonKernel):
    """ipykernel's own, without a list of modules that only its debugger would read.

    Its replies tell of a cell that left something running: what ends the kernel later
    may be that, and not the cell whose turn it is then.
    """

    def __init__(self, **kwargs: Any) -> None:
        with not_listing_modules(ipkernel):
            super().__init__(**kwargs)

    def init_metadata(self, parent: dict) -> dict:
        """Begin a reply's metadata."""
        self.before = self._running()
        return super().init_metadata(parent)

    def finish_metadata(self, parent: dict, metadata: dict, reply: dict) -> dict:
        """Add whether more is running than before."""
        more = zip(self._running(), self.before, strict=False)
        metadata["left_running"] = any(now > before for now, before in more)
        return super().finish_metadata(parent, metadata, reply)

    def _running(self) -> list[int]:
        """How much there is, of each kind, that acts without being called."""
        try:
            loop = self.io_loop.asyncio_loop
            return [
                len(list(TASKS.iterdir())),
                _children(),
                sum(signal.getitimer(timer)[0] > 0 for timer in TIMERS),
                len(loop._scheduled),
                len(asyncio.all_tasks(loop)),
                sum(map(len, self.shell.events.callbacks.values())),
            ]
        except Exception:  # whatever a student's code has done to it
            return []


def _children() -> int:
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:  # the usual case, and quick to see
        return 0
    count = 0
    for thread in TASKS.iterdir():
        with contextlib.suppress(OSError):  # it may end meanwhile
            count += len((thread / "children").read_text().split())
    return count


class WaitingStream(OutStream):
    """ipykernel's own, but that who prints waits until the grader was sent it.

    Else an endless `print` fills the memory with what is still to be sent.
    """

    unsent = 0

    def write(self, string: str) -> int | None:
        """Write, and wait once there is much to send."""
        length = super().write(string)
        self.unsent += len(string)
        if self.unsent > MUCH:
            self.unsent = 0
            self.flush()
        return length


class HandedHeartbeat(Heartbeat):
    """ipykernel's heartbeat, on a socket that is already bound."""

    handed = -1

    def _bind_socket(self) -> None:
        self.socket.setsockopt(zmq.USE_FD, self.handed)
        self.socket.bind(f"ipc://{self.ip}-{self.port}")


class HandedKernelApp(IPKernelApp):
    """IPKernelApp that takes its connection from `connection`, not from a file."""

    connection: dict = {}  # noqa: RUF012  a plain attribute, set before initialize()
    kernel_class = Type(LeanKernel)
    modules: set[str] = set()  # noqa: RUF012  what the warmed process had imported

    def _configure_logging(self) -> None:
        """Nothing to set up: nobody reads a kernel's stderr."""

    def init_code(self) -> None:
        """Run what a profile asks for before the first cell."""
        with not_listing_modules(shellapp):
            super().init_code()
        self.shell._sys_modules_keys = self.modules  # for `%reset aggressive`

    def parse_command_line(self, argv: list[str] | None = None) -> None:
        """Read the arguments, if there are any."""
        if argv:
            super().parse_command_line(argv)

    def init_connection_file(self) -> None:
        """Take the connection that was handed over."""
        self.transport, self.ip = "ipc", self.connection["ip"]
        self.connection_file = self.connection["file"]
        self.session.key = self.connection["key"].encode()
        for port, channel in enumerate(CHANNELS, 1):
            setattr(self, f"{channel}_port", port)

    def write_connection_file(self, **kwargs: object) -> None:
        """Nothing to write: the grader's side has it."""

    def cleanup_connection_file(self) -> None:
        """Nothing to clean up: the files are the grader's."""

    def _bind_socket(self, s: zmq.Socket, port: int) -> int:
        s.setsockopt(zmq.USE_FD, self.connection["fds"][port - 1])
        return super()._bind_socket(s, port)

    def init_iopub(self, context: zmq.Context) -> None:
        """Queue, within our memory limit, what the grader has not heard yet; by
        default zmq drops it, the end of a cell included."""
        context.setsockopt(zmq.SNDHWM, 0)
        super().init_iopub(context)

    def init_io(self) -> None:
        """Settle how output is sent."""
        super().init_io()
        for stream in (sys.stdout, sys.stderr):
            stream.__class__ = WaitingStream

    def init_control(self, context: zmq.Context) -> None:
        """Bind the control channel."""
        super().init_control(context)
        # The debugger's way in, by a path that is not there: it would try for ever.
        if self.connection["hidden"]:
            address = self.shell_socket.getsockopt(zmq.LAST_ENDPOINT)
            self.debug_shell_socket.disconnect(address)

    def init_heartbeat(self) -> None:
        """Start the heartbeat on its handed socket."""
        HandedHeartbeat.handed = self.connection["fds"][4]
        address = (self.transport, self.ip, self.hb_port)
        self.heartbeat = HandedHeartbeat(zmq.Context(), address)
        self.heartbeat.start()

    def init_shell(self) -> None:
        """Settle how cells run and what they are warned of."""
        super().init_shell()
        # What a newer Python or library will change differs from machine to machine,
        # and is nothing that a student did; IPython would show it beneath their cell.
        for category in LATER:
            warnings.filterwarnings("ignore", category=category)
        # But a line of the student's own that will mean something else is theirs.
        if self.connection["lasting"]:
            warnings.filterwarnings("default", "", FutureWarning, module="__main__$")
        # `exit()` would end the kernel a moment later, whatever runs by then.
        if self.connection["lasting"]:
            self.shell.unobserve_all("exit_now")

    def init_gui_pylab(self) -> None:
        """Settle how figures and widgets are shown."""
        # Imported before there was a shell: the second import hooks into the new one.
        sys.modules.pop("matplotlib_inline.backend_inline", None)
        super().init_gui_pylab()
        ipywidgets.load_ipython_extension(self.shell)


def refresh() -> None:
    """Undo what a fork inherits and a new process has not: random state, handlers."""
    random.seed()
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()
    if torch := sys.modules.get("torch"):
        torch.seed()
        torch.set_num_threads(1)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)  # as Python itself starts
    signal.signal(signal.SIGINT, signal.default_int_handler)


def run_kernel(request: dict, fds: list[int]) -> None:
    """Become the kernel that `request` describes, until it is shut down."""
    os.environ.clear()
    os.environ.update(request["env"] | NO_ACCELERATOR | NOBODY_AT_HOME)
    os.chdir(request["cwd"])
    sys.argv = ["ipykernel_launcher", "-f", request["connection"]["file"]]
    for name in (
        "deferred",
        "isolation",
        "kernelapp",
        "syscalls",
    ):  # names that a student may use
        sys.modules.pop(name, None)
    refresh()
    HandedKernelApp.connection = {**request["connection"], "fds": fds}
    # Every kernel would open the same history file; a throw-away one needs none.
    config = Config({"HistoryManager": {"enabled": False}})
    config.Session.copy_threshold = sys.maxsize  # else zmq would start threads for it
    app = HandedKernelApp.instance(config=config)
    app.initialize(request["arguments"])
    app.start()


def put_files(folder: str, files: dict[str, bytes]) -> None:
    """Write a submission's files below `folder`, refusing names that lead out of it."""
    root = Path(folder)
    for name, content in files.items():
        path = Path(os.path.normpath(root / name))
        if not path.is_relative_to(root) or path == root:
            raise ValueError(f"file name {name!r} leads out of the working folder")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
