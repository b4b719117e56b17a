"""Private folders for kernels' sockets, removed however we end."""

import os
import socket
import subprocess
import tempfile
from itertools import count
from pathlib import Path

from gdgrader.sandbox.control_group import group_patterns

CHANNELS = 5
# Removes the folder, and the control groups once their processes have died.
JANITOR = """read -r _; rm -rf -- "$0"
for pattern; do for group in $pattern; do for pause in 0 .1 .3 1 3; do
    [ -d "$group" ] && sleep $pause && rmdir "$group" && break
done; done; done"""


def short(folder: str) -> str:
    """A folder for sockets, or /tmp where it is not writable or its path too long.

    A Unix socket's path has at most 108 bytes.
    """
    usable = len(os.fsencode(folder)) <= 60 and os.access(folder, os.W_OK)
    return folder if usable else "/tmp"


class SocketFolder:
    """A private folder for kernels' sockets, removed however this process ends.

    The control groups whose names begin with the folder's, its kernels', go with it.
    """

    def __init__(self) -> None:
        parent = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
        self.path = Path(tempfile.mkdtemp(prefix="gdgrader-", dir=short(parent)))
        self._names = count(1)
        # Its stdin ends when we do, be it by SIGKILL.
        self._janitor = subprocess.Popen(
            ["/bin/sh", "-c", JANITOR, str(self.path), *group_patterns(self.path.name)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def close(self) -> None:
        """Remove the folder."""
        self._janitor.stdin.close()
        self._janitor.wait()

    def prefix(self) -> str:
        """A new prefix for the sockets of one kernel, jupyter's `ip`."""
        return str(self.path / str(next(self._names)))

    def bind(self, prefix: str) -> list[socket.socket]:
        """Bind a kernel's five sockets, `prefix`-1 to `prefix`-5."""
        bound = []
        for port in range(1, CHANNELS + 1):
            path = Path(f"{prefix}-{port}")
            path.unlink(missing_ok=True)
            bound.append(socket.socket(socket.AF_UNIX))
            bound[-1].bind(str(path))
            bound[-1].listen(16)
        return bound

    def forget(self, prefix: str) -> None:
        """Remove one kernel's sockets."""
        for path in Path(prefix).parent.glob(f"{Path(prefix).name}-*"):
            path.unlink(missing_ok=True)
