"""Talk with one submission's kernel: have a cell run, ask for values, end it.

What a kernel says is not believed further than its form: it can be a stranger's.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode

from gdgrader.grading.widgets import NoFrontend
from gdgrader.sandbox.forkserver import ForkedKernel
from gdgrader.sandbox.host import KernelHost
from gdgrader.sandbox.limits import Limits
from gdgrader.sandbox.manager import TRUSTED_SECONDS, SandboxedKernelManager
from gdgrader.sandbox.spent import Over, Spent
from gdhelpers.verdicts import Fault

ALIVE_SECONDS = 0.05  # between two looks whether the kernel is still there
# So many more, once its connections are closed, for its last words to arrive. Where a
# child still holds them, each look counts for less.
LAST_LOOKS, HELD = 6, 0.05
INTERRUPT_SECONDS = 4  # to heed an interrupt, before the kernel is ended
EXIT = "It asks its kernel to end, by `exit()` or `quit()`; the grader's went on."
BUSY = "the machine was too busy to let it finish"


class KernelLost(Exception):
    """The kernel is gone, or does not obey: why, and whose fault it is."""

    def __init__(self, why: str, fault: Fault) -> None:
        super().__init__(why)
        self.fault = fault


class NotFinished(Exception):
    """What was asked was interrupted at its limit.

    Attributes:
        over: what the limit was reached by.
    """

    def __init__(self, over: Over) -> None:
        super().__init__(over)
        self.over = over


class _Span:
    """What a kernel takes for one thing that is asked of it.

    Args:
        seconds: its limit, in the terms of `Spent`.

    Attributes:
        interrupted: by what it was that it took so much, if it did.
    """

    interrupted: Over | None = None

    def __init__(
        self, kernel: ForkedKernel, seconds: float, wall_factor: float
    ) -> None:
        self._kernel, self._factor = kernel, wall_factor
        self._earlier = Spent()  # before the interrupt
        self._begin(seconds)
        kernel.at_rest = False

    def _begin(self, seconds: float) -> None:
        self._seconds = seconds
        self._first, self._began = self._kernel.spent, time.monotonic()

    @property
    def spent(self) -> Spent:
        """All that it has taken."""
        return self._earlier + self._now()

    def _now(self) -> Spent:
        # By the clock also what no look has seen.
        seen = self._kernel.spent - self._first
        return replace(seen, clock=time.monotonic() - self._began)

    async def look(self, interrupt: Callable[[], Awaitable[None]]) -> Over | None:
        """Interrupt what has taken all it may; where that is not heeded, say by what
        it was.

        Errors: what `interrupt` raises.
        """
        over = self._now().over(self._seconds, self._factor)
        if not over or self.interrupted:
            return over
        self.interrupted, self._earlier = over, self._now()
        await interrupt()
        self._begin(INTERRUPT_SECONDS)
        return None

    def close(self) -> None:
        """Nothing more is asked of it."""
        self._kernel.at_rest = True


class _Client(NoFrontend):
    """Lets a cell take what it may, and waits for its last words.

    Attributes:
        reply: the kernel's to the last cell.
        span: what that takes.
        deaf: by what it was that an interrupt was not heeded.
    """

    reply: Any = None
    span: _Span
    deaf: Over | None = None

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.on_cell_executed = self._keep_reply

    def _keep_reply(self, execute_reply: Any = None, **_: Any) -> None:
        self.reply = execute_reply

    def process_message(self, *arguments: Any) -> Any:
        """Make an output of it, for which the kernel shall not be kept waiting."""
        self.km.provisioner.last.heard += 1
        return super().process_message(*arguments)

    async def _async_poll_kernel_alive(self) -> None:
        with contextlib.suppress(Exception):  # else the reply is awaited for ever
            await self._watch()
        self.task_poll_for_reply.cancel()

    async def _watch(self) -> None:
        looks = 0.0
        while looks < LAST_LOOKS:
            await asyncio.sleep(ALIVE_SECONDS)
            if not await self.kc.is_alive():
                # What it has said may be on its way: then the cell was at its end.
                looks += HELD if self.kc.carrying else 1
            elif over := await self.span.look(self.km.interrupt_kernel):
                self.deaf = over
                return


class KernelSession:
    """With a new kernel for a notebook, from `start` to `stop`.

    Args:
        files: relative path -> contents, put into the kernel's working folder.

    Attributes:
        left_running: whether what was run last left something that acts by itself: a
            thread, a process, a timer. The kernel says so, which can be a stranger's.
        spent: what it has taken for all that was asked of it.
        doubtful: whether load may have kept it from what was asked last.
    """

    left_running = doubtful = False
    spent = Spent()

    def __init__(
        self, notebook: NotebookNode, sandbox: KernelHost, files: Mapping[str, bytes]
    ) -> None:
        self.sandbox = sandbox
        self.wall_factor = (sandbox.limits or Limits()).wall_factor
        self.manager = SandboxedKernelManager(sandbox, files)
        self.client = _Client(
            notebook,
            km=self.manager,
            allow_errors=True,
            record_timing=False,
            store_widget_state=False,
            startup_timeout=TRUSTED_SECONDS,
            timeout=None,  # we look ourselves
            iopub_timeout=TRUSTED_SECONDS,
            skip_cells_with_tag="",
        )

    @property
    def all_spent(self) -> Spent:
        """As `spent`; of a kernel that was stopped all that it had, as the looks may
        have missed cells that were short."""
        stopped = self.manager.stop_reason
        return self.manager.provisioner.last.spent if stopped else self.spent

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
        self, cell: NotebookNode, index: int, seconds: float
    ) -> tuple[str, ...]:
        """Execute one cell; return what it was kept from doing.

        Args:
            seconds: what it may take, of processor time and sleep together.

        Errors: KernelLost where the kernel did not survive it.
        """
        self.client.reply, self.client.deaf, remarks = None, None, []
        with self._span(seconds) as span:
            self.client.span = span
            try:
                await self.client.async_execute_cell(cell, index)
            except DeadKernelError:
                if self.client.deaf:
                    raise self._deaf(seconds, self.client.deaf, span) from None
                raise self._lost("it ended the kernel", Fault.RAISED) from None
            # A hostile kernel can send messages that upset nbclient anywhere.
            except Exception as error:
                raise self._lost(_unreadable(error), Fault.UNREADABLE) from None
        if span.interrupted is Over.ITSELF:
            remarks.append(f"Stopped after {seconds:g} s, the time limit of a cell.")
        elif span.interrupted:
            remarks.append(f"Stopped: {BUSY}.")
        if _asks_to_exit(self.client.reply):
            remarks.append(EXIT)
        self._hear(self.client.reply)
        return tuple(remarks)

    async def ask(
        self, expressions: dict[str, str], seconds: float
    ) -> dict[str, object]:
        """Evaluate named expressions in the kernel; return what it says of them.

        Args:
            seconds: what it may take, of processor time and sleep together.

        Errors: NotFinished where it was interrupted; KernelLost without a kernel.
        """
        kc = self.client.kc
        with self._span(seconds) as span:
            asked = kc.execute(
                "", silent=True, store_history=False, user_expressions=expressions
            )
            # What is said meanwhile has to be received, or it would pile up in memory.
            ears = asyncio.ensure_future(self._listen(kc.iopub_channel))
            try:
                content = await self._reply(asked, span, seconds)
            finally:
                ears.cancel()
                await asyncio.gather(ears, return_exceptions=True)
        if span.interrupted:
            raise NotFinished(span.interrupted)
        found = content.get("user_expressions")
        return found if isinstance(found, dict) else {}

    @contextlib.contextmanager
    def _span(self, seconds: float) -> Iterator[_Span]:
        span = _Span(self.manager.provisioner.last, seconds, self.wall_factor)
        try:
            yield span
        finally:
            span.close()
            self.spent += span.spent
            self.doubtful = span.interrupted is Over.PERHAPS_LOAD

    async def _reply(self, asked: str, span: _Span, seconds: float) -> dict:
        looks = 0.0
        while True:
            try:
                channel = self.client.kc.shell_channel
                got = await channel.get_msg(timeout=ALIVE_SECONDS)
                about, content = got["parent_header"].get("msg_id"), got["content"]
            except queue.Empty:
                if not await self.manager.is_alive():
                    looks += HELD if self.client.kc.carrying else 1
                    if looks >= LAST_LOOKS:
                        raise self._lost("it ended the kernel", Fault.RAISED) from None
                    continue
            except Exception as error:
                raise self._lost(_unreadable(error), Fault.UNREADABLE) from None
            else:
                if about == asked:
                    self._hear(got)
                    return content if isinstance(content, dict) else {}
            if over := await span.look(self.manager.interrupt_kernel):
                raise self._deaf(seconds, over, span)

    async def _listen(self, channel: Any) -> None:
        while True:
            try:
                await channel.get_msg(timeout=None)
            except Exception:
                await asyncio.sleep(0.01)  # one that cannot be read is not our loss
            self.manager.provisioner.last.heard += 1

    def _hear(self, reply: object) -> None:
        said = _found(_found(reply, "metadata"), "left_running")
        self.left_running = said is True

    def _deaf(self, seconds: float, over: Over, span: _Span) -> KernelLost:
        if Over.PERHAPS_LOAD in (over, span.interrupted):
            return self._lost(BUSY, Fault.GRADER)
        why = f"stopped after {seconds:g} s, and did not heed the interrupt"
        return self._lost(why, Fault.LIMIT)

    def _lost(self, why: str, fault: Fault) -> KernelLost:
        if stopped := self.manager.stop_reason:
            why, fault = stopped, Fault.LIMIT
        ours = self.manager.load or not self.sandbox.alive
        return KernelLost(why, Fault.GRADER if ours else fault)


def _asks_to_exit(reply: object) -> bool:
    payload = _found(_found(reply, "content"), "payload")
    return isinstance(payload, list) and any(
        _found(one, "source") == "ask_exit" and not _found(one, "keepkernel")
        for one in payload
    )


def _found(said: object, key: str) -> object:
    return said.get(key) if isinstance(said, dict) else None


def _unreadable(error: Exception) -> str:
    return f"its kernel sent what cannot be read ({type(error).__name__})"
