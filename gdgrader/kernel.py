"""Jupyter kernels that are forked from a warmed process, ready in tens of milliseconds.

By hand, in a sandbox or not:

    manager = kernel_manager_for(sandbox, files={"data.csv": b"…"})
    NotebookClient(notebook, km=manager).execute()

By name, for trusted notebooks (nbclient, nbval, JupyterLab), after
`python -m gdgrader.kernel install --sys-prefix`:

    pytest --nbval --nbval-kernel-name gdgrader-fast

There is no fork worth having on Windows, nor on macOS (whose system libraries do not
survive one): the ordinary kernel is used there, and a line in the log says so.
"""

import argparse
import asyncio
import atexit
import contextlib
import json
import queue
import signal
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import zmq
import zmq.asyncio
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import KernelProvisionerBase, LocalProvisioner
from jupyter_core.utils import run_sync
from traitlets import Type

from gdgrader.forkserver import ForkedKernel
from gdgrader.limits import MB
from gdgrader.sandbox import NoSandbox

NAME = "gdgrader-fast"
SPEC = {
    "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
    "display_name": "Python 3 (forked, fast)",
    "language": "python",
    "metadata": {"kernel_provisioner": {"provisioner_name": NAME}},
}
PORTS = ("shell", "iopub", "stdin", "control", "hb")
_STATE = "execution_state"
CAN_FORK = sys.platform == "linux"

_shared: NoSandbox | None = None


def shared_server() -> NoSandbox:
    """This process's warmed process for kernels by name, started when first needed."""
    global _shared
    if _shared is None:
        _shared = NoSandbox(limits=None).open()
        atexit.register(_shared.close)
    return _shared


class ForkingProvisioner(KernelProvisionerBase):
    """Starts, signals and ends a kernel forked from a warmed process.

    `sandbox`, `files` and `environment` are set for a submission; without them it is a
    kernel by name, with the caller's folder, environment and rights.
    """

    sandbox: NoSandbox | None = None
    files: Mapping[str, bytes] = {}
    environment: Mapping[str, str] = {}
    kernel: ForkedKernel | None = None
    last: ForkedKernel | None = None  # also after its end

    @property
    def has_process(self) -> bool:
        """Whether there is a kernel to manage."""
        return self.kernel is not None

    async def poll(self) -> int | None:
        """The exit status, or None while it runs."""
        return self.kernel.poll() if self.kernel else 0

    async def wait(self) -> int | None:
        """Wait for the kernel's end."""
        code = await asyncio.to_thread(self.kernel.wait) if self.kernel else 0
        self.kernel = None
        return code

    async def send_signal(self, signum: int) -> None:
        """Send it a signal."""
        if self.kernel:
            self.kernel.send_signal(signum)

    async def kill(self, restart: bool = False) -> None:
        """End it and all it has started."""
        if self.kernel:
            self.kernel.kill()

    async def terminate(self, restart: bool = False) -> None:
        """Ask it to end."""
        await self.send_signal(signal.SIGTERM)

    async def shutdown_requested(self, restart: bool = False) -> None:
        """End a submission's kernel, which is not asked."""
        if self.sandbox:  # a submission's kernel has nothing to say in the matter
            await self.kill()

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Drop the command; keep the arguments."""
        kwargs = await super().pre_launch(**kwargs)
        arguments = kwargs.pop("extra_arguments", [])
        return {**kwargs, "cmd": [], "arguments": arguments}

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> dict[str, Any]:
        """Start it; return how to connect to it."""
        manager = self.parent
        again = self.connection_info.get("ip")  # on a restart clients stay connected
        common = {"key": manager.session.key, "prefix": again}
        if self.sandbox:
            prefix, self.kernel = self.sandbox.fork(
                **common, files=self.files, environment=self.environment
            )
        else:
            prefix, self.kernel = shared_server().fork(
                **common,
                environment=kwargs["env"],
                cwd=str(kwargs.get("cwd") or "."),
                arguments=kwargs["arguments"],
            )
        self.last = self.kernel
        manager.connection_file = f"{prefix}.json"
        self.connection_info = {
            "transport": "ipc",
            "ip": prefix,
            **{f"{name}_port": port for port, name in enumerate(PORTS, 1)},
            "signature_scheme": manager.session.signature_scheme,
            "key": manager.session.key,
            "kernel_name": manager.kernel_name,
        }
        return self.connection_info

    async def cleanup(self, restart: bool = False) -> None:
        """Leave nothing behind."""
        if self.kernel and not restart:
            self.kernel.kill()


class OrdinaryProvisioner(LocalProvisioner):
    """What `gdgrader-fast` means where there is no fork."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> dict[str, Any]:
        """Start it; return how to connect to it."""
        self.log.warning("no fork on %s: starting an ordinary kernel", sys.platform)
        return await super().launch_kernel(cmd, **kwargs)


FastProvisioner = ForkingProvisioner if CAN_FORK else OrdinaryProvisioner


class OutputGuard:
    """Stops the kernel that says more than it may, before it fills our memory."""

    def __init__(self, socket: zmq.asyncio.Socket, kernel: ForkedKernel, limit: int):
        self.kernel, self.limit, self.spent = kernel, limit, 0
        # A message above the limit is not received at all: the connection is dropped.
        self.lost = socket.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        self.poller = zmq.asyncio.Poller()
        self.poller.register(socket, zmq.POLLIN)
        self.poller.register(self.lost, zmq.POLLIN)

    def count(self, message: list[bytes]) -> None:
        """Add one message to what was said."""
        self.spent += sum(map(len, message))
        if self.spent > self.limit:
            self.stop()

    def dropped(self) -> None:
        """The connection has ended: with the kernel, or for a message too long."""
        self.poller.unregister(self.lost)
        if self.kernel.wait(0.5) is None:
            self.stop()

    def stop(self) -> None:
        """End the kernel."""
        self.kernel.kill(f"output limit of {self.limit / MB:g} MB exceeded")


class GuardedChannel(AsyncZMQSocketChannel):
    """A channel whose messages are counted by a guard."""

    guard: OutputGuard | None = None

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:
        """Receive one message, counting it."""
        if self.guard is None:
            return await super().get_msg(timeout)
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            left = None if deadline is None else max(0, deadline - time.monotonic())
            ready = dict(await self.guard.poller.poll(left and int(left * 1000)))
            if self.socket in ready:
                message = await self.socket.recv_multipart()
                self.guard.count(message)
                return self.session.deserialize(
                    self.session.feed_identities(message)[1]
                )
            if not ready:
                raise queue.Empty
            self.guard.dropped()

    def stop(self) -> None:
        """Close the channel."""
        if self.guard:
            self.socket.disable_monitor()
        super().stop()


class SandboxedClient(AsyncKernelClient):
    """A client that neither sleeps on starting nor swallows any amount of output."""

    iopub_channel_class = Type(GuardedChannel)

    def start_channels(self, *args: Any, hb: bool = False, **kwargs: Any) -> None:
        """Start the channels; no heartbeat, as the kernel's end is seen at once."""
        limits = self.parent.provisioner.sandbox.limits
        if limits:
            self.context.setsockopt(zmq.MAXMSGSIZE, limits.output_bytes)
        super().start_channels(*args, hb=hb, **kwargs)
        if limits:
            channel, kernel = self.iopub_channel, self.parent.provisioner.kernel
            channel.guard = OutputGuard(channel.socket, kernel, limits.output_bytes)

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Return once the kernel answers and is heard.

        jupyter_client's own ends with listening 0.2 s for nothing; here the kernel's
        falling idle after our own question says that nothing more is to come.
        """
        deadline = time.monotonic() + (60 if timeout is None else timeout)
        while time.monotonic() < deadline:
            asked = self.kernel_info()
            with contextlib.suppress(queue.Empty):
                reply = await self._heard(self.shell_channel, asked, 1)
                self._handle_kernel_info_reply(reply)
                # Said before our subscription stood it was lost: then ask again.
                await self._heard(self.iopub_channel, asked, 0.2, "idle")
                return
            if not await self.is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
        raise RuntimeError(f"Kernel didn't respond in {timeout} seconds")

    async def _heard(
        self, channel: Any, parent: str, timeout: float, state: str | None = None
    ) -> dict[str, Any]:
        while True:
            message = await channel.get_msg(timeout=timeout)
            about = message["parent_header"].get("msg_id")
            if about == parent and state in (None, message["content"].get(_STATE)):
                return message


class SandboxedKernelManager(AsyncKernelManager):
    """Manages a submission's kernel; make one with `kernel_manager_for`."""

    client_class = f"{__name__}.SandboxedClient"
    client_factory = Type(SandboxedClient)
    sandbox: NoSandbox
    files: Mapping[str, bytes] = {}
    environment: Mapping[str, str] = {}

    def __init__(self, **kwargs: Any) -> None:
        # nbclient and nbgrader name the kernel of the notebook; here there is but one.
        super().__init__(**{**kwargs, "kernel_name": NAME})
        self._kernel_spec = KernelSpec(**SPEC)
        self.provisioner = ForkingProvisioner(
            kernel_spec=self._kernel_spec, parent=self
        )
        self.provisioner.sandbox = self.sandbox
        self.provisioner.files = self.files
        self.provisioner.environment = self.environment

    # The originals add a pause of 10 ms each, and an interrupt before the end.
    async def start_kernel(self, **kwargs: Any) -> None:
        """Fork the kernel."""
        command, kwargs = await self.pre_start_kernel(**kwargs)
        await self._launch_kernel(command, **kwargs)
        await self.post_start_kernel(**kwargs)

    async def shutdown_kernel(self, now: bool = False, restart: bool = False) -> None:
        """End the kernel and all it has started, at once in any case."""
        self.shutting_down = True
        await self.provisioner.kill(restart=restart)
        await self.cleanup_resources(restart=restart)

    @property
    def stop_reason(self) -> str | None:
        """Why the kernel was stopped, in words; None if it was not, or just ended."""
        return self.provisioner.last.stop_reason if self.provisioner.last else None


def manager_class_for(
    sandbox: NoSandbox,
    files: Mapping[str, bytes] | None = None,
    environment: Mapping[str, str] | None = None,
) -> type[SandboxedKernelManager]:
    """A `kernel_manager_class` for nbclient and nbgrader's Execute: every kernel it
    manages is forked in `sandbox`, with `files` (relative path -> bytes) in its working
    folder and `environment` added to its variables."""
    content = {
        "sandbox": sandbox,
        "files": dict(files or {}),
        "environment": dict(environment or {}),
    }
    return type("KernelManager", (SandboxedKernelManager,), content)


def kernel_manager_for(
    sandbox: NoSandbox,
    files: Mapping[str, bytes] | None = None,
    environment: Mapping[str, str] | None = None,
) -> SandboxedKernelManager:
    """One manager of `manager_class_for(…)`. nbclient leaves the kernel of a manager it
    was given alive: end it with `await manager.shutdown_kernel(now=True)`."""
    return manager_class_for(sandbox, files, environment)()


def said(
    sandbox: NoSandbox, code: str, files: Mapping[str, bytes] | None = None
) -> tuple[str, str]:
    """Run the grader's own code in a kernel of its own, with `files` in its folder.

    Returns:
        the status of its reply, "ok" or "error", and what it printed on stdout, or
        raised.
    """
    return run_sync(_said)(sandbox, code, files)


async def _said(
    sandbox: NoSandbox, code: str, files: Mapping[str, bytes] | None
) -> tuple[str, str]:
    manager = kernel_manager_for(sandbox, files)
    words: list[str] = []

    def hear(message: dict) -> None:
        if message["content"].get("name") == "stdout":  # a library may warn on stderr
            words.append(message["content"]["text"])

    await manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        await client.wait_for_ready(timeout=60)
        reply = await client.execute_interactive(code, timeout=60, output_hook=hear)
    finally:
        client.stop_channels()
        await asyncio.shield(manager.shutdown_kernel(now=True))
    content = reply["content"]
    if content["status"] == "error":
        words.append(f"{content['ename']}: {content['evalue']}")
    return content["status"], "".join(words)


def install(arguments: list[str] | None = None) -> None:
    """Register the kernelspec `gdgrader-fast`: `python -m gdgrader.kernel install`."""
    parser = argparse.ArgumentParser(prog="python -m gdgrader.kernel")
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("install", help=f"register the kernel {NAME}")
    where = command.add_mutually_exclusive_group()
    where.add_argument("--sys-prefix", action="store_true", help="into this venv")
    where.add_argument("--prefix", help="into this folder")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "kernel.json").write_text(json.dumps(SPEC, indent=1) + "\n")
        prefix = sys.prefix if options.sys_prefix else options.prefix
        target = KernelSpecManager().install_kernel_spec(
            folder, NAME, user=prefix is None, prefix=prefix
        )
    print(f"installed {NAME} in {target}")


if __name__ == "__main__":
    install()
