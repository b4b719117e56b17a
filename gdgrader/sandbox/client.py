"""Speak to a submission's kernel at once, and hear no more than it may say."""

import contextlib
import queue
import time
from itertools import count
from typing import Any

from jupyter_client.asynchronous import AsyncKernelClient

from gdgrader.sandbox.limits import MB
from gdgrader.sandbox.relay import Relay

_numbers = count(1)
_STATE = "execution_state"


class SandboxedClient(AsyncKernelClient):
    """A client that neither sleeps on starting nor swallows any amount of output."""

    relay: Relay | None = None

    def start_channels(self, *args: Any, hb: bool = False, **kwargs: Any) -> None:
        """Start the channels; no heartbeat, as the kernel's end is seen at once."""
        limits = self.parent.provisioner.sandbox.limits
        if limits and self.relay is None:
            kernel, own = self.ip, f"{self.ip}-{next(_numbers)}"
            ports = (self.shell_port, self.iopub_port)
            most = limits.output_bytes
            self.relay = Relay(kernel, own, ports, most, self._stop, self._hear)
            self.ip = own
        # What nobody reads would pile up in our memory: up to 1000 messages each.
        kwargs |= {"stdin": False, "control": False}
        super().start_channels(*args, hb=hb, **kwargs)

    def stop_channels(self) -> None:
        """Stop the channels."""
        super().stop_channels()
        if self.relay:
            self.relay.close()

    @property
    def carrying(self) -> bool:
        """Whether what the kernel said before its end may still be under way."""
        return bool(self.relay and self.relay.carrying)

    def _hear(self) -> None:
        self.parent.provisioner.last.heard += 1

    def _stop(self) -> None:
        provisioner = self.parent.provisioner
        most = provisioner.sandbox.limits.output_bytes / MB
        provisioner.last.kill(f"output limit of {most:g} MB exceeded")

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Return once the kernel answers and is heard.

        jupyter_client's own ends with listening 0.2 s for nothing; here the kernel's
        falling idle after a question of ours says that nothing more is to come.
        """
        asked: set[str] = set()
        deadline = time.monotonic() + (60 if timeout is None else timeout)
        while time.monotonic() < deadline:
            # Whichever is answered: on a busy machine more than one is under way.
            asked.add(self.kernel_info())
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
        self, channel: Any, asked: set[str], timeout: float, state: str | None = None
    ) -> dict[str, Any]:
        while True:
            message = await channel.get_msg(timeout=timeout)
            about = message["parent_header"].get("msg_id")
            if about in asked and state in (None, message["content"].get(_STATE)):
                return message
