"""Run cells as a submission's, and hear what became of them."""

import asyncio
import queue
import time
from dataclasses import dataclass

import psutil

from gdgrader.sandbox.manager import SandboxedKernelManager


def children():
    """The pids of all processes that this one has started."""
    return {p.pid for p in psutil.Process().children(recursive=True)}


@dataclass
class Outcome:
    """What one kernel said, why it was stopped (if it was), its exit status if it had
    ended by itself."""

    text: str
    reason: str | None
    status: int | None
    seconds: float


# Far above what any needs, as the sandbox's own limits end what goes on for ever: the
# machine may be busy.
PATIENCE = 3600


def run(sandbox, *cells, files=None, timeout=PATIENCE, meanwhile=None):
    """Run `cells` one after another in one new kernel, then end it.

    `meanwhile(kernel)` is called a second after the last cell was sent.
    """
    work = _run(sandbox, cells, files, timeout, meanwhile)
    return asyncio.run(work)


async def _run(sandbox, cells, files, timeout, meanwhile):
    begin = time.monotonic()
    manager = SandboxedKernelManager(sandbox, files)
    await manager.start_kernel()
    kernel = manager.provisioner.kernel
    client = manager.client()
    client.start_channels()
    said = []
    try:
        await client.wait_for_ready(timeout=timeout)
        for number, cell in enumerate(cells, 1):
            asked = client.execute(cell)
            if meanwhile and number == len(cells):
                await asyncio.sleep(1)
                meanwhile(kernel)
            while time.monotonic() - begin < timeout and kernel.poll() is None:
                try:
                    message = await client.get_iopub_msg(timeout=0.1)
                except queue.Empty:
                    continue
                if message["parent_header"].get("msg_id") != asked:
                    continue
                content = message["content"]
                if content.get("execution_state") == "idle":
                    break
                said.append(content.get("text", "") + content.get("ename", ""))
                said.append(content.get("data", {}).get("text/plain", ""))
        soon = time.monotonic() + 600
        while (status := kernel.poll()) is None and manager.stop_reason:
            if time.monotonic() > soon:
                break
            await asyncio.sleep(0.05)  # a child may end, and be told of, before it
    finally:
        client.stop_channels()
        await manager.shutdown_kernel(now=True)
    took = time.monotonic() - begin
    return Outcome("".join(said).strip(), manager.stop_reason, status, took)
