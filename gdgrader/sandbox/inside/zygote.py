"""A warmed process that forks a kernel on request.

Started by `gdgrader.sandbox.forkserver` as `python zygote.py FD ISOLATE [FIRST COUNT]`,
sandboxed or not. It imports nothing from gdgrader: a sandbox holds this folder and no
more of it.

ISOLATE says how a kernel shuts itself in: "nested" in namespaces of its own, "outer"
where the whole sandbox is for this one kernel, "plain" not at all. Of the COUNT user
ids from FIRST each kernel gets one that no other has; without them all have one.

A request is one byte with seven descriptors: a socket for news of the kernel, one with
its description, and its five channels. Only the fork reads the description (a 4-byte
length, a JSON object, the contents of the files it names): what this process had in its
memory, all later kernels could find there.

What it warms up is imported in functions: its time is taken, and no module of this
folder stays on a student's path.

News are JSON: `{"here": true}` from the fork at once, `{"ready": true}` when it is shut
in, after which it waits for one byte, and at its end `{"exit": status}`, as
`subprocess` counts it.
"""

import contextlib
import gc
import importlib
import importlib.util
import io
import json
import os
import pkgutil
import select
import signal
import socket
import sys
import time
from collections import deque
from collections.abc import Iterable
from pathlib import Path

WARM = (
    "torch",
    "torch.optim.lr_scheduler",
    "torch.nn.functional",
    "torch.utils.data",
    "numpy",
    "numpy.random",  # on first use only, else
    "matplotlib.pyplot",
    "matplotlib.backends.backend_agg",
    "matplotlib_inline.backend_inline",
    "IPython.core.pylabtools",
    "ipykernel.ipkernel",
    "ipykernel.kernelapp",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.logger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "pygments.formatters",
    "pygments.styles",
    "stack_data",
    "tornado.platform.asyncio",
    "ipywidgets",
    "tqdm.auto",
    "kernelapp",
    "isolation",
)


def warm_up() -> None:
    """Import and use once what costs most, starting no thread."""
    import torch
    from deferred import defer

    torch.set_num_threads(1)
    defer()
    sys.modules["debugpy"] = None  # a kernel has no debugger, which would cost it time
    importlib.import_module("ipykernel.debugger")
    del sys.modules["debugpy"]
    for name in WARM:
        importlib.import_module(name)
    if importlib.util.find_spec("gdhelpers"):
        package = importlib.import_module("gdhelpers")
        for module in pkgutil.iter_modules(package.__path__, "gdhelpers."):
            importlib.import_module(module.name)
    # What a first use settles: an optimizer's hooks, a backward pass, a figure's fonts.
    theta = torch.ones(2, requires_grad=True)
    for rule in (torch.optim.SGD, torch.optim.Adam):
        optimizer = rule([theta], lr=0.1)
        scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1.0)
        theta.square().sum().backward()
        optimizer.step()
        scheduler.step()
    draw_once()


def draw_once() -> None:
    """Draw and encode a figure without pyplot, whose state must stay unused."""
    import numpy as np
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from PIL import Image

    figure = Figure((2, 2))
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.plot([1, 2], [0.1, 10], label="η")
    axes.set(xlabel="x", ylabel="y", title="t", yscale="log")
    axes.legend()
    canvas.draw()
    few = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB").quantize(8)
    few.save(io.BytesIO(), format="png")


def receive(description: socket.socket) -> tuple[dict, dict[str, bytes]]:
    """Read what kernel is wanted, and its files."""
    with description, description.makefile("rb") as stream:
        request = json.loads(stream.read(int.from_bytes(stream.read(4), "big")))
        return request, {name: stream.read(size) for name, size in request["files"]}


def forget_descriptors(keep: list[int]) -> None:
    """Point stdin, stdout and stderr at /dev/null and close all others but `keep`."""
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    for number in [int(entry.name) for entry in Path("/proc/self/fd").iterdir()]:
        if number > 2 and number not in keep:
            with contextlib.suppress(OSError):  # the listing's own
                os.close(number)


def child(isolate: str, fds: list[int], own: int | None) -> None:
    """In the fork: shut in, report, wait for the word, become the kernel."""
    import isolation
    from kernelapp import put_files, run_kernel

    os.setsid()
    forget_descriptors(keep=fds)
    isolation.die_with_parent()
    isolation.show()
    isolation.keep_orphans()
    isolation.first_to_go()
    news = socket.socket(fileno=fds[0])
    news.send(b'{"here": true}')
    try:
        request, files = receive(socket.socket(fileno=fds[1]))
        if own and isolate == "outer":
            isolation.own_folders(own)
        if own:
            isolation.own_id(own)
        if isolate == "nested":
            isolation.own_namespaces(request["limits"]["tmp_bytes"])
        if isolate != "plain":
            put_files(isolation.HOME, files)
            isolation.limit_resources(request["limits"], bool(own))
            isolation.drop_privileges()
        files.clear()
        os.chdir(request["cwd"])
    except Exception as problem:
        words = f"{type(problem).__name__}: {problem}"
        news.send(json.dumps({"problem": words[:500]}).encode())
        return
    news.send(b'{"ready": true}')
    if news.recv(1):
        news.close()
        run_kernel(request, fds[2:])


def fork(isolate: str, fds: list[int], own: int | None) -> int:
    """Fork the kernel, as pid 1 of a new pid namespace where it is to be shut in."""
    import isolation

    if isolate == "nested":
        ours = os.open("/proc/self/ns/pid", os.O_RDONLY)
        isolation.call("unshare", isolation.NEWPID)
    pid = -1
    if isolate == "outer":
        isolation.hide()
    try:
        pid = os.fork()
    finally:
        if pid and isolate == "nested":
            isolation.call("setns", ours, isolation.NEWPID)
            os.close(ours)
    if pid:
        return pid
    status = 1
    try:
        child(isolate, fds, own)
        status = 0
    except SystemExit as leave:
        status = leave.code if isinstance(leave.code, int) else 0
    finally:  # whatever it was: nobody reads a kernel's stderr
        os._exit(status)


def serve(channel: socket.socket, isolate: str, ids: Iterable[int] = ()) -> None:
    """Fork on request and tell of each end, until the grader closes the channel.

    Several graders may hold the channel. A kernel whose own has hung up is ended, be it
    that the grader was killed.
    """
    poll = select.poll()
    poll.register(channel, select.POLLIN)
    kernels: dict[int, tuple[int, socket.socket, int | None]] = {}
    free = deque(ids)  # the one that was given back first is the next
    watched: dict[int, int] = {}  # a kernel's news -> its pidfd
    while True:
        # One at a time: what is done may close what another event is about.
        ready = poll.poll()[0][0]
        if ready == channel.fileno():
            message, fds, _, _ = socket.recv_fds(channel, 1, 7)
            if not message:
                return
            own = None
            try:
                if ids:
                    own = free.popleft()
                pid = fork(isolate, fds, own)
            except (OSError, IndexError) as problem:  # no other kernel's affair
                free.extend(filter(None, [own]))
                news = socket.socket(fileno=fds[0])
                with news, contextlib.suppress(OSError):
                    news.send(json.dumps({"problem": str(problem)}).encode())
                for number in fds[1:]:
                    os.close(number)
                continue
            for number in fds[1:]:
                os.close(number)
            pidfd = os.pidfd_open(pid)
            poll.register(pidfd, select.POLLIN)
            poll.register(fds[0], 0)  # its hanging up is told unasked
            kernels[pidfd] = pid, socket.socket(fileno=fds[0]), own
            watched[fds[0]] = pidfd
        elif ready in watched:
            poll.unregister(ready)
            signal.pidfd_send_signal(watched.pop(ready), signal.SIGKILL)
        elif ready in kernels:
            pid, news, own = kernels.pop(ready)
            poll.unregister(ready)
            os.close(ready)
            if watched.pop(news.fileno(), None):
                poll.unregister(news)
            status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            # The first process of its namespace: all others of this user are gone.
            free.extend(filter(None, [own]))
            # The grader may have lost interest.
            with news, contextlib.suppress(OSError):
                news.send(json.dumps({"exit": status}).encode())


def main() -> None:
    """Warm up, say so, serve."""
    channel, isolate = socket.socket(fileno=int(sys.argv[1])), sys.argv[2]
    first, count = map(int, sys.argv[3:] or (0, 0))
    ids = range(first, first + count)
    begin = time.monotonic()
    gc.disable()  # imports leave little to collect, and looking takes time
    import isolation

    if ids:
        isolation.try_id(first)
    os.environ.update(isolation.NO_ACCELERATOR)  # before torch is imported
    warm_up()
    # Not a folder of modules for students, nor (plainly run) before their own.
    sys.path.remove(str(Path(__file__).resolve().parent))
    from kernelapp import HandedKernelApp

    HandedKernelApp.modules = set(sys.modules)
    problem = ""
    if isolate != "plain":
        try:
            isolation.forbid_user_namespaces()
            isolation.bound_watches()
        except OSError as error:
            problem = str(error)
    threads = len(list(Path("/proc/self/task").iterdir()))
    gc.freeze()  # so that a kernel's collector does not copy the shared pages
    gc.enable()
    news = {"threads": threads, "seconds": time.monotonic() - begin, "problem": problem}
    channel.send(json.dumps(news).encode())
    serve(channel, isolate, ids)
    os._exit(0)  # nothing to put in order, and Python would take its time over it


if __name__ == "__main__":
    main()
