"""Jupyter kernels that are forked from a warmed process, ready in tens of milliseconds.

Submissions' are started by `gdgrader.sandbox.manager`. By name, for trusted notebooks
(nbclient, nbval, JupyterLab):

    python -m gdgrader.sandbox.kernel install --sys-prefix
    pytest --nbval --nbval-kernel-name gdgrader-fast

There is no fork worth having on Windows, nor on macOS (whose system libraries do not
survive one): the ordinary kernel is used there, and a line in the log says so.
"""

import argparse
import asyncio
import atexit
import json
import signal
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.provisioning import KernelProvisionerBase, LocalProvisioner

from gdgrader.sandbox.forkserver import ForkedKernel
from gdgrader.sandbox.host import KernelHost, Unconfined

NAME = "gdgrader-fast"
SPEC = {
    "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
    "display_name": "Python 3 (forked, fast)",
    "language": "python",
    "metadata": {"kernel_provisioner": {"provisioner_name": NAME}},
}
PORTS = ("shell", "iopub", "stdin", "control", "hb")
CAN_FORK = sys.platform == "linux"

_shared: KernelHost | None = None


def shared_server() -> KernelHost:
    """This process's warmed process for kernels by name, started when first needed, and
    again should it have ended."""
    global _shared
    if _shared is not None and not _shared.alive:
        _shared.close()
        _shared = None
    if _shared is None:
        _shared = Unconfined(limits=None).open()
        atexit.register(_shared.close)
    return _shared


class ForkingProvisioner(KernelProvisionerBase):
    """Starts, signals and ends a kernel forked from a warmed process.

    `sandbox` and `files` are set for a submission; without them it is a kernel by name,
    with the caller's folder, environment and rights.
    """

    sandbox: KernelHost | None = None
    files: Mapping[str, bytes] = {}
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
            prefix, self.kernel = self.sandbox.fork(**common, files=self.files)
        else:
            prefix, self.kernel = shared_server().fork(
                **common,
                environment=kwargs["env"],
                cwd=str(kwargs.get("cwd") or Path.cwd()),  # not the warmed process's
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


def install(arguments: list[str] | None = None) -> None:
    """Register the kernelspec `gdgrader-fast`."""
    parser = argparse.ArgumentParser(prog="python -m gdgrader.sandbox.kernel")
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
