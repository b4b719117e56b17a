"""A warmed process that forks a kernel on request.

Started by `gdgrader.forkserver` as `python zygote.py FD OPTIONS`, inside the sandbox or
plainly. It imports nothing from gdgrader: a sandbox holds this folder and no more of it.

A request is a 4-byte length, a JSON object, and the contents of the files it names; six
descriptors come with its first byte: the socket for news of this kernel, and the
kernel's five channels. News are JSON too: `{"ready": …}` when the fork is shut in, which
then waits for one byte, and at its end `{"exit": status}`, as `subprocess` counts it.
"""

import gc
import importlib
import json
import os
import pkgutil
import select
import socket
import sys
import time

WARM = (
    "torch",
    "torch.optim.lr_scheduler",
    "torch.nn.functional",
    "torch.utils.data",
    "numpy",
    "matplotlib.pyplot",
    "matplotlib.backends.backend_agg",
    "matplotlib_inline.backend_inline",
    "IPython.core.pylabtools",
    "ipykernel.ipkernel",
    "ipykernel.kernelapp",
    "ipykernel.debugger",
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

    torch.set_num_threads(1)
    for name in WARM:
        importlib.import_module(name)
    if importlib.util.find_spec("gdhelpers"):
        package = importlib.import_module("gdhelpers")
        for module in pkgutil.iter_modules(package.__path__, "gdhelpers."):
            importlib.import_module(module.name)
    # The first optimizer imports torch._dynamo, over a second; the first figure fonts.
    theta = torch.ones(2, requires_grad=True)
    for rule in (torch.optim.SGD, torch.optim.Adam):
        optimizer = rule([theta], lr=0.1)
        scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1.0)
        theta.square().sum().backward()
        optimizer.step()
        scheduler.step()
    draw_once()


def draw_once() -> None:
    """Draw and encode a figure without pyplot, whose state a kernel must find unused."""
    from IPython.core.pylabtools import print_figure
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure()
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    axes.plot([1, 2], [0.1, 10], label="$\\eta$")
    axes.set(xlabel="x", ylabel="y", title="t", yscale="log")
    axes.legend()
    print_figure(figure)


def receive(channel: socket.socket) -> tuple[dict, dict[str, bytes], list[int]] | None:
    """Read one request; None when the grader has gone."""
    head, fds, _, _ = socket.recv_fds(channel, 4, 6)
    if not head:
        return None

    def exactly(count: int) -> bytes:
        parts = []
        while count:
            parts.append(channel.recv(min(count, 1 << 20)))
            if not parts[-1]:
                raise EOFError("the request ends half-way")
            count -= len(parts[-1])
        return b"".join(parts)

    head += exactly(4 - len(head))
    request = json.loads(exactly(int.from_bytes(head, "big")))
    files = {name: exactly(size) for name, size in request["files"]}
    return request, files, list(fds)


def forget_descriptors(keep: list[int]) -> None:
    """Point stdin, stdout and stderr at /dev/null and close all others but `keep`."""
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    for number in map(int, os.listdir("/proc/self/fd")):
        if number > 2 and number not in keep:
            try:
                os.close(number)
            except OSError:  # the listing's own
                continue


def child(request: dict, files: dict[str, bytes], fds: list[int]) -> None:
    """In the fork: shut in, report, wait for the word, become the kernel."""
    import isolation
    from kernelapp import put_files, run_kernel

    news = socket.socket(fileno=fds[0])
    os.setsid()
    forget_descriptors(keep=fds)
    try:
        if request["isolate"] == "nested":
            isolation.own_namespaces(request["limits"]["tmp_bytes"])
        if request["isolate"]:
            put_files(isolation.HOME, files)
            isolation.limit_resources(request["limits"])
            isolation.drop_privileges()
        os.chdir(request["cwd"])
    except Exception as problem:
        news.send(
            json.dumps({"problem": f"{type(problem).__name__}: {problem}"}).encode()
        )
        return
    news.send(b'{"ready": true}')
    if not news.recv(1):
        return
    news.close()
    files.clear()
    run_kernel(request, fds[1:])


def fork(request: dict, files: dict[str, bytes], fds: list[int]) -> int:
    """Fork the kernel, as pid 1 of a new pid namespace where it is to be shut in."""
    import isolation

    nested = request["isolate"] == "nested"
    if nested:
        own = os.open("/proc/self/ns/pid", os.O_RDONLY)
        isolation.call("unshare", isolation.NEWPID)
    pid = os.fork()
    if pid:
        if nested:
            isolation.call("setns", own, isolation.NEWPID)
            os.close(own)
        return pid
    status = 1
    try:
        child(request, files, fds)
        status = 0
    except SystemExit as leave:
        status = leave.code if isinstance(leave.code, int) else 0
    finally:  # whatever it was: nobody reads a kernel's stderr
        os._exit(status)


def serve(channel: socket.socket) -> None:
    """Fork on request and tell of each end, until the grader closes the channel."""
    poll = select.poll()
    poll.register(channel, select.POLLIN)
    kernels: dict[int, tuple[int, socket.socket]] = {}
    while True:
        for ready, _ in poll.poll():
            if ready == channel.fileno():
                message = receive(channel)
                if message is None:
                    return
                fds = message[2]
                pid = fork(*message)
                for number in fds[1:]:
                    os.close(number)
                pidfd = os.pidfd_open(pid)
                poll.register(pidfd, select.POLLIN)
                kernels[pidfd] = pid, socket.socket(fileno=fds[0])
            else:
                pid, news = kernels.pop(ready)
                poll.unregister(ready)
                os.close(ready)
                status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
                try:
                    news.send(json.dumps({"exit": status}).encode())
                except OSError:  # the grader has lost interest
                    pass
                news.close()


def main() -> None:
    """Warm up, say so, serve."""
    channel = socket.socket(fileno=int(sys.argv[1]))
    sandboxed = sys.argv[2] == "sandboxed"
    begin = time.monotonic()
    warm_up()
    # Not a folder of modules for students, nor (plainly run) before their own.
    sys.path.remove(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
    import isolation

    problem = ""
    if sandboxed:
        try:
            isolation.forbid_user_namespaces()
        except OSError as error:
            problem = str(error)
    threads = len(os.listdir("/proc/self/task"))
    gc.collect()
    gc.freeze()  # so that a kernel's collector does not copy the shared pages
    news = {"threads": threads, "seconds": time.monotonic() - begin, "problem": problem}
    channel.send(json.dumps(news).encode())
    serve(channel)


if __name__ == "__main__":
    main()
