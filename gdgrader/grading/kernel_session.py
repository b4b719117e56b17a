"""Talk with one submission's kernel: have a cell run, ask for values, end it.

What a kernel says is not believed further than its form: it can be a stranger's.
"""

from __future__ import annotations

import asyncio
import queue
import time
from collections.abc import Mapping
from typing import Any

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from gdgrader.grading.widgets import NoFrontend
from gdgrader.sandbox.host import KernelHost
from gdgrader.sandbox.manager import SandboxedKernelManager
from gdhelpers.verdicts import Fault

ALIVE_SECONDS = 0.05  # between two looks whether the kernel is still there
LAST_WORDS_SECONDS = 0.3  # for what it said before it ended, to arrive
INTERRUPT_SECONDS = 4  # to heed an interrupt, before the kernel is ended
EXIT = "It asks its kernel to end, by `exit()` or `quit()`; the grader's went on."
OUTPUT_SECONDS = 30  # to hear all that a cell said, once it has ended


class KernelLost(Exception):
    """The kernel is gone, or does not obey: why, and whose fault it is."""

    def __init__(self, why: str, fault: Fault) -> None:
        super().__init__(why)
        self.fault = fault


class _Client(NoFrontend):
    """Waits for a cell's last words, but not so long for those of one that hangs.

    Attributes:
        reply: the kernel's to the last cell.
    """

    reply: Any = None

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.on_cell_executed = self._keep_reply

    def _keep_reply(self, execute_reply: Any = None, **_: Any) -> None:
        self.reply = execute_reply

    async def _async_poll_kernel_alive(self) -> None:
        while await self.kc.is_alive():
            await asyncio.sleep(ALIVE_SECONDS)
        # What it has said may still be on its way: then the cell was at its end.
        await asyncio.wait([self.task_poll_for_reply], timeout=LAST_WORDS_SECONDS)
        self.task_poll_for_reply.cancel()

    async def _async_handle_timeout(self, *arguments: Any) -> Any:
        self.iopub_timeout = INTERRUPT_SECONDS
        return await super()._async_handle_timeout(*arguments)


class KernelSession:
    """With a new kernel for a notebook, from `start` to `stop`.

    Args:
        files: relative path -> contents, put into the kernel's working folder.

    Attributes:
        left_running: whether what was run last left something that acts by itself: a
            thread, a process, a timer. The kernel says so, which can be a stranger's.
    """

    left_running = False

    def __init__(
        self, notebook: NotebookNode, sandbox: KernelHost, files: Mapping[str, bytes]
    ) -> None:
        self.sandbox = sandbox
        self.manager = SandboxedKernelManager(sandbox, files)
        self.client = _Client(
            notebook,
            km=self.manager,
            allow_errors=True,
            record_timing=False,
            store_widget_state=False,
            raise_on_iopub_timeout=True,
            error_on_timeout={"ename": "Timeout", "evalue": "", "traceback": []},
            interrupt_on_timeout=True,
            skip_cells_with_tag="",
        )

    async def start(self) -> None:
        """Start the kernel.

        Errors: whatever keeps the sandbox from starting one.
        """
        await self.client.async_start_new_kernel()
        await self.client.async_start_new_kernel_client()

    async def stop(self) -> None:
        """End the kernel and all it has started."""
        if self.client.kc:
            self.client.kc.stop_channels()
        await self.manager.shutdown_kernel(now=True)

    async def execute(
        self, cell: NotebookNode, index: int, seconds: int
    ) -> tuple[str, ...]:
        """Execute one cell; return what it was kept from doing.

        Errors: KernelLost where the kernel did not survive it.
        """
        self.client.timeout, self.client.iopub_timeout = seconds, OUTPUT_SECONDS
        self.client.reply = None
        began, remarks = time.monotonic(), []
        try:
            await self.client.async_execute_cell(cell, index)
        except CellTimeoutError:
            raise self._lost(_deaf(seconds), Fault.LIMIT) from None
        except DeadKernelError:
            raise self._lost("it ended the kernel", Fault.RAISED) from None
        # A hostile kernel can send messages that upset nbclient anywhere.
        except Exception as error:
            raise self._lost(_unreadable(error), Fault.UNREADABLE) from None
        if time.monotonic() - began >= seconds:
            remarks.append(f"Stopped after {seconds} s, the time limit of a cell.")
        if _asks_to_exit(self.client.reply):
            remarks.append(EXIT)
        self._hear(self.client.reply)
        return tuple(remarks)

    async def ask(self, expressions: dict[str, str], seconds: int) -> dict[str, object]:
        """Evaluate named expressions in the kernel; return what it says of them.

        Errors: TimeoutError where it was interrupted; KernelLost without a kernel.
        """
        kc = self.client.kc
        asked = kc.execute(
            "", silent=True, store_history=False, user_expressions=expressions
        )
        # What is said meanwhile has to be received, or it would pile up in memory.
        ears = asyncio.ensure_future(_listen(kc.iopub_channel))
        try:
            content = await self._reply(asked, seconds)
            if content is not None:
                found = content.get("user_expressions")
                return found if isinstance(found, dict) else {}
            await self.manager.interrupt_kernel()
            if await self._reply(asked, INTERRUPT_SECONDS) is None:
                raise self._lost(_deaf(seconds), Fault.LIMIT)
            raise TimeoutError
        finally:
            ears.cancel()
            await asyncio.gather(ears, return_exceptions=True)

    async def _reply(self, asked: str, seconds: float) -> dict | None:
        end, alive = time.monotonic() + seconds, True
        while (left := end - time.monotonic()) > 0:
            patience = min(left, ALIVE_SECONDS) if alive else LAST_WORDS_SECONDS
            try:
                got = await self.client.kc.shell_channel.get_msg(timeout=patience)
                about, content = got["parent_header"].get("msg_id"), got["content"]
            except queue.Empty:
                if not alive:
                    raise self._lost("it ended the kernel", Fault.RAISED) from None
                alive = await self.manager.is_alive()
            except Exception as error:
                raise self._lost(_unreadable(error), Fault.UNREADABLE) from None
            else:
                if about == asked:
                    self._hear(got)
                    return content if isinstance(content, dict) else {}
        return None

    def _hear(self, reply: object) -> None:
        said = _found(_found(reply, "metadata"), "left_running")
        self.left_running = said is True

    def _lost(self, why: str, fault: Fault) -> KernelLost:
        if stopped := self.manager.stop_reason:
            why, fault = stopped, Fault.LIMIT
        return KernelLost(why, fault if self.sandbox.alive else Fault.GRADER)


def _asks_to_exit(reply: object) -> bool:
    payload = _found(_found(reply, "content"), "payload")
    return isinstance(payload, list) and any(
        _found(one, "source") == "ask_exit" and not _found(one, "keepkernel")
        for one in payload
    )


def _found(said: object, key: str) -> object:
    return said.get(key) if isinstance(said, dict) else None


def _deaf(seconds: int) -> str:
    return f"stopped after {seconds} s, and did not heed the interrupt"


def _unreadable(error: Exception) -> str:
    return f"its kernel sent what cannot be read ({type(error).__name__})"


async def _listen(channel) -> None:
    while True:
        try:
            await channel.get_msg(timeout=None)
        except asyncio.CancelledError:
            raise
        except Exception:
            await asyncio.sleep(0.01)  # a message that cannot be read is not our loss
