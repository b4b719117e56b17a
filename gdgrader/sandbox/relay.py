"""Between a kernel and its client: what the kernel says is counted as it comes.

libzmq hands a message on when its last frame has come. Until then it keeps the others,
and bounds the length of each, not their number.
"""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

GREETING = 64  # bytes before the first frame (ZMTP 3, rfc.zeromq.org/spec/23)
LONG = 2  # a flag of a frame: its length has eight bytes
KEEPING = 128  # what libzmq and Python need for a frame, however short


class NoMessages(ValueError):
    """What a kernel's side says is nothing that libzmq says."""


class Frames:
    """Weighs what comes on one connection, each frame when its length is known."""

    def __init__(self) -> None:
        self._head, self._skip, self._greeted = bytearray(), 0, False

    def weigh(self, data: bytes | memoryview) -> int:
        """What `data`, and the rest of the frame that it begins, will need here.

        Errors: NoMessages.
        """
        weight, place, end = 0, self._skip, len(data)
        while place < end:
            if self._greeted and not self._head:
                # The usual case, and the quick way: a head that is here as a whole.
                long = data[place] & LONG
                after = place + (9 if long else 2)
                if after <= end:
                    size = data[after - 1]
                    if long:
                        size = int.from_bytes(data[place + 1 : after], "big")
                    weight += size + KEEPING
                    place = after + size
                    continue
            self._head.append(data[place])
            self._skip = 0
            weight += self._headed()
            place += 1 + self._skip
        self._skip = place - end
        return weight

    def _headed(self) -> int:
        head = self._head
        if not self._greeted:
            if len(head) == 11:  # ten bytes of signature, the version
                if head[0] != 0xFF or head[9] != 0x7F or head[10] < 3:
                    raise NoMessages
                self._greeted, self._skip = True, GREETING - len(head)
                head.clear()
            return 0
        if len(head) < (9 if head[0] & LONG else 2):
            return 0
        self._skip = int.from_bytes(head[1:], "big")
        head.clear()
        return self._skip + KEEPING


class Relay:
    """Carries a client's channels to a kernel's sockets and back.

    Args:
        kernel: the prefix of the kernel's sockets.
        own: the prefix of those that the client is to call.
        ports: which of them.
        limit: bytes that the kernel may say in all.
        excess: called when it says more, which nobody hears.
        hear: called whenever it has said something.
    """

    def __init__(
        self,
        kernel: str,
        own: str,
        ports: Iterable[int],
        limit: int,
        excess: Callable[[], None],
        hear: Callable[[], object] = bool,
    ) -> None:
        self._own, self._left, self._excess, self._hear = own, limit, excess, hear
        self._carrying: set[socket.socket] = set()  # kernel's sockets, to their end
        self._lock, self._open = threading.Lock(), set()
        self._closed = False
        for port in ports:
            listener = self._known(socket.socket(socket.AF_UNIX))
            listener.bind(f"{own}-{port}")
            listener.listen()
            _in_thread(self._accept, listener, f"{kernel}-{port}")

    def close(self) -> None:
        """End all connections."""
        with self._lock:
            self._closed = True
            for one in self._open:
                _end(one)
        for path in Path(self._own).parent.glob(f"{Path(self._own).name}-*"):
            path.unlink(missing_ok=True)

    @property
    def carrying(self) -> bool:
        """Whether a kernel's word may still be on its way through here."""
        return bool(self._carrying)

    def _known(self, one: socket.socket) -> socket.socket:
        with self._lock:
            self._open.add(one)
            if self._closed:
                _end(one)
        return one

    def _done(self, one: socket.socket) -> None:
        with self._lock:
            self._open.discard(one)
            one.close()

    def _accept(self, listener: socket.socket, path: str) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                _in_thread(self._connect, self._known(client), path)
        self._done(listener)

    def _connect(self, client: socket.socket, path: str) -> None:
        kernel = self._known(socket.socket(socket.AF_UNIX))
        with contextlib.suppress(OSError):
            kernel.setblocking(False)  # not to wait for one that takes nobody
            kernel.connect(path)
            kernel.setblocking(True)
            back = _in_thread(_carry, client, kernel, lambda data: True)
            frames = Frames()
            self._carrying.add(kernel)
            _carry(kernel, client, lambda data: self._within(frames, data))
            self._carrying.discard(kernel)
            back.join()
        self._done(client)
        self._done(kernel)

    def _within(self, frames: Frames, data: memoryview) -> bool:
        self._hear()
        try:
            weight = frames.weigh(data)
        except NoMessages:
            weight = self._left + 1
        with self._lock:
            self._left -= weight
        if self._left < 0:
            self._excess()
        return self._left >= 0


def _in_thread(work: Callable[..., None], *what: object) -> threading.Thread:
    thread = threading.Thread(target=work, args=what, daemon=True)
    thread.start()
    return thread


def _carry(
    source: socket.socket, sink: socket.socket, allowed: Callable[[memoryview], bool]
) -> None:
    """Carry on what comes until an end, or until it is not allowed."""
    buffer = memoryview(bytearray(1 << 16))
    with contextlib.suppress(OSError):
        while (data := buffer[: source.recv_into(buffer)]) and allowed(data):
            sink.sendall(data)
    _end(source)
    _end(sink)


def _end(one: socket.socket) -> None:
    """End a connection, also for the thread that waits for it."""
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
