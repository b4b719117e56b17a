"""Speak to a submission's kernel at once, and hear no more than it may say."""

import contextlib
import queue
import time
from typing import Any

import zmq
import zmq.asyncio
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from traitlets import Type

from gdgrader.sandbox.forkserver import ForkedKernel
from gdgrader.sandbox.limits import MB

_STATE = "execution_state"


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
        # One that is about to end does so in a moment; one that goes on would, with all
        # that it has to say and we do not hear, meanwhile outgrow its memory.
        if self.kernel.wait(0.3) is None and self.kernel.pause() is None:
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
        # What nobody reads would pile up in our memory: up to 1000 messages each.
        kwargs |= {"stdin": False, "control": False}
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
