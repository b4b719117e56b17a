"""Start a submission's kernel in a sandbox, run cells in it, end it:

manager = SandboxedKernelManager(sandbox, files={"data.csv": b"…"})
NotebookClient(notebook, km=manager).execute()
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import run_sync
from traitlets import Type

from gdgrader.sandbox.client import SandboxedClient
from gdgrader.sandbox.host import KernelHost
from gdgrader.sandbox.kernel import NAME, SPEC, ForkingProvisioner

# For our own code to be done: so far above what it needs that a busy machine is no
# reason.
TRUSTED_SECONDS = 1800


class SandboxedKernelManager(AsyncKernelManager):
    """Manages a submission's kernel, forked in `sandbox`.

    nbclient leaves the kernel of a manager it was given alive: end it with
    `await manager.shutdown_kernel(now=True)`.

    Args:
        files: relative path -> contents, put into the kernel's working folder.
    """

    client_class = f"{SandboxedClient.__module__}.{SandboxedClient.__name__}"
    client_factory = Type(SandboxedClient)

    def __init__(
        self,
        sandbox: KernelHost,
        files: Mapping[str, bytes] | None = None,
        **kwargs: Any,
    ) -> None:
        # nbclient and nbgrader name the kernel of the notebook; here there is but one.
        super().__init__(**{**kwargs, "kernel_name": NAME})
        self._kernel_spec = KernelSpec(**SPEC)
        self.provisioner = ForkingProvisioner(
            kernel_spec=self._kernel_spec, parent=self
        )
        self.provisioner.sandbox = sandbox
        self.provisioner.files = files or {}

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

    def _connect_control_socket(self) -> None:
        """Connect none: signals interrupt and end the kernel, and what came back on it
        would be weighed by no relay.
        """

    @property
    def stop_reason(self) -> str | None:
        """Why the kernel was stopped, in words; None if it was not, or just ended."""
        return self.provisioner.last.stop_reason if self.provisioner.last else None

    @property
    def load(self) -> bool:
        """Whether the machine's load may be why it was stopped."""
        return bool(self.provisioner.last and self.provisioner.last.load)


def run_trusted(
    sandbox: KernelHost, code: str, files: Mapping[str, bytes] | None = None
) -> tuple[str, str]:
    """Run the grader's own code in a kernel of its own, with `files` in its folder.

    Returns:
        the status of its reply, "ok" or "error", and what it printed on stdout, or
        raised.
    """
    return run_sync(_run_trusted)(sandbox, code, files)


async def _run_trusted(
    sandbox: KernelHost, code: str, files: Mapping[str, bytes] | None
) -> tuple[str, str]:
    manager = SandboxedKernelManager(sandbox, files)
    words: list[str] = []

    def hear(message: dict) -> None:
        if message["content"].get("name") == "stdout":  # a library may warn on stderr
            words.append(message["content"]["text"])

    await manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        await client.wait_for_ready(timeout=TRUSTED_SECONDS)
        reply = await client.execute_interactive(
            code, allow_stdin=False, timeout=TRUSTED_SECONDS, output_hook=hear
        )
    finally:
        client.stop_channels()
        await asyncio.shield(manager.shutdown_kernel(now=True))
    content = reply["content"]
    if content["status"] == "error":
        words.append(f"{content['ename']}: {content['evalue']}")
    return content["status"], "".join(words)
