"""Commands as they are typed, without importing the libraries at each of them again.

    subprocess.run(["nbgrader", "export"], cwd=course, env=environment())

To import what a command uses takes longer than what it does, and is the same each time.
So one process imports the libraries and forks for each command. The fork has the
caller's environment, folder, descriptors and path, and runs the script that pip has
installed. Of the course's own modules it has none: it imports those that the caller's
path leads to, as the script by itself would.

Not for what is about a command's start or its end by a signal.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import runpy
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
from functools import cache
from pathlib import Path

LIBRARIES = (
    "alembic.config",
    "nbgrader.api",
    "nbgrader.apps.nbgraderapp",
    "nbgrader.converters",
    "nbgrader.validator",
    "nbclient",
    "nbconvert.exporters",
    "matplotlib.pyplot",
    "multiprocessing.forkserver",
    "rapidfuzz",
    "rich.progress",
    "rich.table",
    "torch",
    "typer.rich_utils",
)
NAMES = ("alembic", "gdgrader", "nbgrader")
OURS = ("gdgrader", "gdhelpers")
MOST = 1 << 20  # bytes of a request: its environment
# What stands on the PATH in place of the script; -I -S, as it is to take no time.
CALLER = """#!{python} -IS
import json, os, socket, sys
with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as channel:
    channel.connect({address!r})
    told = [{script!r}, sys.argv[1:], os.getcwd(), dict(os.environ)]
    socket.send_fds(channel, [json.dumps(told).encode()], [0, 1, 2])
    sys.exit(int(channel.recv(9) or b"1"))
"""


@cache
def commands() -> Path:
    """The folder to put first on the PATH; it and its server end with this process."""
    folder = Path(tempfile.mkdtemp(prefix="typed-", dir="/tmp"))
    address = f"{folder}/.socket"
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(address)
        listener.listen()
        server = subprocess.Popen(
            [sys.executable, __file__, str(listener.fileno())],
            pass_fds=[listener.fileno()],
            env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
            stdin=subprocess.PIPE,  # its end, should we be killed, is its cue to leave
            stdout=subprocess.DEVNULL,
        )
    for name in NAMES:
        script = str(Path(sys.executable).with_name(name))
        text = CALLER.format(python=sys.executable, address=address, script=script)
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o755)
    atexit.register(_end, server, folder, os.getpid())
    return folder


def environment(**others: str) -> dict[str, str]:
    """This process's, in which a shell finds those commands, and `others`."""
    path = os.pathsep.join([str(commands()), os.environ["PATH"]])
    return os.environ | {"PATH": path} | others


def _end(server: subprocess.Popen, folder: Path, owner: int) -> None:
    if os.getpid() == owner:  # a forked process that ends in good order is not it
        server.kill()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def serve(listener: socket.socket) -> str:
    """Fork for each caller, until nobody is there; in a fork: the script to run."""
    for name in LIBRARIES:
        importlib.import_module(name)
    assert not [name for name in sys.modules if name.partition(".")[0] in OURS]
    gc.freeze()
    while True:
        ready, _, _ = select.select([listener, sys.stdin], [], [])
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if listener not in ready:
            raise SystemExit
        channel, _ = listener.accept()
        if os.fork():
            channel.close()
            continue
        with channel:
            request, descriptors, _, _ = socket.recv_fds(channel, MOST, 3)
            if pid := os.fork():
                code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
                channel.send(str(code if code >= 0 else 128 - code).encode())
                os._exit(0)
        listener.close()
        return become(*json.loads(request), descriptors)


def become(
    script: str,
    arguments: list[str],
    folder: str,
    environment: dict[str, str],
    descriptors: list[int],
) -> str:
    """Be the process that the caller would be; the script to run."""
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
        os.close(descriptor)
    # What was opened on the old ones would seek in a pipe, or know of no terminal.
    sys.stdin = os.fdopen(0, closefd=False)
    sys.stdout = os.fdopen(1, "w", closefd=False)
    sys.stderr = os.fdopen(2, "w", 1, errors="backslashreplace", closefd=False)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    own = filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))
    sys.path[:1] = [str(Path(script).parent), *own]
    sys.argv[:] = [script, *arguments]
    return script


def run(script: str) -> int:
    """Run it as Python does, to its end; its exit status."""
    try:
        runpy.run_path(script, run_name="__main__")
        code = 0
    except SystemExit as leave:
        code = leave.code or 0
    except BaseException:
        traceback.print_exc()
        code = 1
    if not isinstance(code, int):
        print(code, file=sys.stderr)
        code = 1
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    return code


if __name__ == "__main__":
    gc.disable()  # what is looked at, a fork has to copy
    typed_script = serve(socket.socket(fileno=int(sys.argv[1])))
    gc.enable()
    # Without taking apart all those libraries, which takes longer than most commands.
    os._exit(run(typed_script))
