"""Forked kernels are like new ones, by name and by hand."""

import asyncio
import errno
import importlib.util
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import tomllib
from pathlib import Path

import nbformat
import psutil
import pytest
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager, KernelManager
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbformat.v4 import new_code_cell, new_notebook
from sandboxed import children, run

from gdgrader.sandbox import kernel
from gdgrader.sandbox.forkserver import INSIDE, ForkedKernel
from gdgrader.sandbox.host import Sandbox, Unconfined
from gdgrader.sandbox.limits import Limits
from gdgrader.sandbox.manager import SandboxedKernelManager

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module", params=[Unconfined, Sandbox])
def server(request):
    server = request.param(Limits(submission_seconds=60))
    with pytest.MonkeyPatch.context() as patch:
        shown_a_gpu(patch)
        server.open()
    with server as opened:
        yield opened


def shown_a_gpu(patch: pytest.MonkeyPatch) -> None:
    patch.setenv("CUDA_VISIBLE_DEVICES", "0")
    patch.setenv("HIP_VISIBLE_DEVICES", "0")


@pytest.fixture
def by_name(tmp_path, monkeypatch):
    """`gdgrader-fast` as an installed package and `make setup` would have it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    group = "jupyter_client.kernel_provisioners"
    lines = [f"{k} = {v}" for k, v in project["entry-points"][group].items()]
    package = tmp_path / "packages" / "installed-0.dist-info"
    package.mkdir(parents=True)
    (package / "METADATA").write_text("Name: installed\nVersion: 0\n")
    (package / "entry_points.txt").write_text("\n".join([f"[{group}]", *lines]))
    kernel.install(["install", "--prefix", str(tmp_path)])
    paths = [str(package.parent), str(ROOT), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))
    monkeypatch.syspath_prepend(str(package.parent))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "share" / "jupyter"))
    return tmp_path


def notebook(*sources):
    """A notebook of code cells."""
    return new_notebook(cells=[new_code_cell(source) for source in sources])


def texts(book):
    """What each cell of an executed notebook printed or returned."""
    return [
        "".join(o.get("text") or o.data["text/plain"] for o in cell.outputs).strip()
        for cell in book.cells
    ]


def test_the_warmed_process_has_one_thread(server):
    # A GPU's driver begins with one of its own, which nothing waits for.
    driver = Path("/dev/nvidiactl").exists()
    assert server.open().server.ready()["threads"] <= 1 + driver


def test_a_kernel_sees_no_gpu(server, monkeypatch):
    """With one, no backward pass would work after the fork."""
    shown_a_gpu(monkeypatch)
    code = (
        "import os, torch\n"
        "theta = torch.ones(2, requires_grad=True)\n"
        "theta.square().sum().backward()\n"
        "seen = [os.environ[f'{name}_VISIBLE_DEVICES'] for name in ('CUDA', 'HIP')]\n"
        "print(theta.grad.tolist(), torch.cuda.device_count(), seen)"
    )
    assert run(server, code).text == "[2.0, 2.0] 0 ['', '']"


DRAW = """
import json, random, torch, numpy as np
print(json.dumps([torch.initial_seed(), float(torch.rand(())), random.random(),
                  float(np.random.rand())]))
"""


@pytest.fixture(scope="module")
def new_draws():
    """Those of two new processes."""
    draws = []
    for _ in range(2):  # torch's seed is drawn too, whatever is said of a default
        new = subprocess.run([sys.executable, "-c", DRAW], capture_output=True)
        draws.append(json.loads(new.stdout))
    return draws


def test_a_kernel_is_as_random_as_a_new_process(server, new_draws):
    draws = [json.loads(run(server, DRAW).text) for _ in range(2)]
    columns = zip(*draws, *new_draws, strict=True)
    assert all(len(set(column)) == 4 for column in columns)


def test_a_kernel_starts_like_a_new_one(server):
    code = """
    import signal, sys, __main__
    import matplotlib.pyplot as plt
    print(plt.get_fignums(), plt.get_backend(), len(In), Out, __main__.__name__,
          sys.argv[0], signal.getsignal(signal.SIGCHLD) == signal.SIG_DFL,
          "isolation" in sys.modules, torch_is_unknown())
    """.replace("torch_is_unknown()", '"torch" in globals()')
    said = run(server, code).text
    assert said.startswith("[] module://matplotlib_inline.backend_inline 2 {} __main__")
    assert said.endswith("ipykernel_launcher True False False")


def test_a_figure_is_displayed_without_show(server):
    code = "import matplotlib.pyplot as plt\nplt.plot([1, 2]);"
    assert "<Figure size 640x480 with 1 Axes>" in run(server, code, "1").text


def test_output_below_python_is_heard(server):
    code = "import subprocess; subprocess.run(['echo', 'below'])"
    assert "below" in run(server, code).text


def test_processes_of_multiprocessing_answer(server):
    code = """
    import multiprocessing
    def square(x): return x * x
    with multiprocessing.get_context("fork").Pool(2) as pool:
        print(pool.map(square, [2, 3]))
    """
    assert run(server, code).text == "[4, 9]"


def manager_class_for(server):
    """As nbclient makes a manager of its own."""

    class Manager(SandboxedKernelManager):
        def __init__(self, **kwargs):
            super().__init__(server, **kwargs)

    return Manager


def test_widgets_reach_the_notebook(server):
    book = notebook("import ipywidgets\nipywidgets.IntSlider(value=3)")
    client = NotebookClient(book, kernel_manager_class=manager_class_for(server))
    client.execute()
    mime = "application/vnd.jupyter.widget-view+json"
    assert mime in book.cells[0].outputs[0].data
    assert any(state.get("value") == 3 for state in client.widget_state.values())


OPTIMIZE = """
import inspect, sys, torch
theta = torch.ones(2, requires_grad=True)
def step(rule):
    optimizer = rule([theta], lr=0.1)
    optimizer.zero_grad()
    theta.square().sum().backward()
    optimizer.step()
for rule in (torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW, torch.optim.RMSprop):
    step(rule)
inspect.getmodule(step)  # looks through all modules
print("torch._dynamo.eval_frame" in sys.modules)
"""


def test_an_optimizer_does_not_import_the_compiler(server):
    assert run(server, OPTIMIZE).text == "False"


def test_what_compiles_gets_the_compiler(server):
    compiled = """
@torch.compile(backend="eager")
def doubled(x):
    return 2 * x

@torch.compile(backend="eager")
def trained():
    step(torch.optim.SGD)
    return theta.detach().clone()

before = theta.detach().clone()
print(doubled(torch.ones(2)).tolist(), torch.allclose(trained(), 0.8 * before))
print("torch._dynamo.eval_frame" in sys.modules, torch._dynamo.__name__)
print(torch._dynamo is sys.modules["torch._dynamo"], type(torch._dynamo).__name__)
"""
    said = run(server, OPTIMIZE, compiled).text.split("\n")
    assert said[0] == "False"
    # Among what it may log.
    assert {"[2.0, 2.0] True", "True torch._dynamo", "True module"} <= set(said)


@pytest.mark.parametrize(
    "asked",
    [
        "import torch._dynamo.config as part",
        "from torch._dynamo import config as part",
        "import torch._dynamo as whole; part = whole.config",
    ],
)
def test_a_part_of_the_compiler_is_imported_once(server, asked):
    code = f"""
{asked}
import sys, torch
print(part is sys.modules["torch._dynamo.config"] is torch._dynamo.config)
print(vars(part)["__spec__"].origin == vars(part)["__file__"])
"""
    assert run(server, code).text.split() == ["True", "True"]


def test_a_kernel_knows_what_was_imported_before_it(server):
    code = """
shell = get_ipython()
print({"torch", "matplotlib.pyplot"} <= shell._sys_modules_keys)
import sys, ipykernel.ipkernel, IPython.core.shellapp
print(ipykernel.ipkernel.sys is sys, IPython.core.shellapp.sys is sys)
ours = ("deferred", "isolation", "kernelapp", "syscalls")
print([name for name in ours if name in sys.modules])
"""
    assert run(server, code).text.split("\n") == ["True", "True True", "[]"]


def test_an_interrupt_stops_the_cell_not_the_kernel(server):
    async def main():
        manager = SandboxedKernelManager(server)
        await manager.start_kernel()
        client = manager.client()
        client.start_channels()
        await client.wait_for_ready()
        code = "import time\nprint('go', flush=True)\ntime.sleep(60)"
        # Else ipykernel drops what is asked within a moment of the error.
        asked = client.execute(code, stop_on_error=False)
        while (await client.get_iopub_msg(timeout=600))["msg_type"] != "stream":
            pass
        await manager.interrupt_kernel()
        reply = await client.get_shell_msg(timeout=600)
        while reply["parent_header"].get("msg_id") != asked:
            reply = await client.get_shell_msg(timeout=600)
        after = await client.execute("1", reply=True, timeout=600)
        client.stop_channels()
        await manager.shutdown_kernel()
        return reply["content"], after["content"], await manager.is_alive()

    reply, after, alive = asyncio.run(main())
    assert reply["ename"] == "KeyboardInterrupt"
    assert after["status"] == "ok"
    assert alive is False


def test_nbclient_goes_on_after_an_endless_cell(server):
    book = notebook("x = 1", "while True: pass", "x + 1")
    NotebookClient(
        book,
        kernel_manager_class=manager_class_for(server),
        timeout=2,
        interrupt_on_timeout=True,
        allow_errors=True,
    ).execute()
    assert book.cells[1].outputs[0].ename == "KeyboardInterrupt"
    assert book.cells[2].outputs[0].data["text/plain"] == "2"


def test_nbclient_hears_of_a_death(server):
    book = notebook("import os; os._exit(3)")
    manager = SandboxedKernelManager(server)
    with pytest.raises(DeadKernelError):
        NotebookClient(book, km=manager).execute()
    assert manager.stop_reason is None
    assert manager.provisioner.kernel.poll() == 3
    asyncio.run(manager.shutdown_kernel(now=True))


def test_by_name_in_nbclient(by_name, monkeypatch):
    monkeypatch.setenv("OF_THE_CALLER", "η")
    book = notebook("import os; os.getcwd()", "os.environ['OF_THE_CALLER']")
    resources = {"metadata": {"path": str(by_name)}}
    NotebookClient(book, kernel_name=kernel.NAME, resources=resources).execute()
    assert texts(book) == [repr(str(by_name)), "'η'"]


def test_by_name_it_starts_where_its_caller_stands_by_then(by_name, monkeypatch):
    """Validate goes to the notebook's folder, and names none."""
    kernel.shared_server()
    monkeypatch.chdir(by_name)
    book = notebook("import os; os.getcwd()")
    NotebookClient(book, kernel_name=kernel.NAME).execute()
    assert texts(book) == [repr(str(by_name))]


def test_by_name_a_lesson_says_the_same_under_newer_versions(by_name):
    kinds = ("Deprecation", "PendingDeprecation", "Future")
    lines = [f"warnings.warn('later', {kind}Warning)" for kind in kinds]
    book = notebook("import warnings", *lines, "warnings.warn('now')")
    NotebookClient(book, kernel_name=kernel.NAME).execute()
    told = [cell.outputs for cell in book.cells]
    assert told[:-1] == [[], [], [], []]
    assert "UserWarning: now" in told[-1][0].text


def test_by_name_in_nbval(by_name):
    book = notebook("import torch\ntorch.ones(2).sum().item()", "x = 2", "x + 1")
    book.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    NotebookClient(book, kernel_name="python3").execute()
    path = by_name / "book.ipynb"
    nbformat.write(book, path)
    before = children()
    options = f"-q -p no:cacheprovider --nbval --nbval-kernel-name {kernel.NAME}"
    command = [sys.executable, "-m", "pytest", *options.split(), "--rootdir"]
    command += [str(by_name), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=by_name)
    assert "3 passed" in done.stdout, done.stdout + done.stderr
    assert children() == before


def test_by_name_restarts_afresh(by_name):
    manager = KernelManager(kernel_name=kernel.NAME)
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=600)
    client.execute_interactive("x = 1", timeout=600)
    manager.restart_kernel()
    client.wait_for_ready(timeout=600)
    reply = client.execute_interactive("x", timeout=600, output_hook=lambda _: None)
    client.stop_channels()
    manager.shutdown_kernel()
    assert reply["content"]["ename"] == "NameError"
    assert list(kernel.shared_server().sockets.path.iterdir()) == []


def test_without_fork_the_ordinary_kernel_is_used(caplog, by_name):
    async def main():
        manager = AsyncKernelManager(kernel_name=kernel.NAME)
        manager.log = logging.getLogger("ordinary")
        manager._kernel_spec = spec = KernelSpec(**kernel.SPEC)
        manager.provisioner = kernel.OrdinaryProvisioner(
            kernel_spec=spec, parent=manager, log=manager.log
        )
        await manager.start_kernel()
        alive = await manager.is_alive(), manager.provisioner.pid
        await manager.shutdown_kernel(now=True)
        return alive

    with caplog.at_level("WARNING", "ordinary"):
        alive, pid = asyncio.run(main())
    assert alive
    assert not psutil.pid_exists(pid)
    words = [r.getMessage() for r in caplog.records if r.name == "ordinary"]
    assert words == [f"no fork on {sys.platform}: starting an ordinary kernel"]


def test_without_a_sandbox_what_a_kernel_started_ends_with_it(tmp_path):
    with Unconfined(Limits()) as server:
        code = "import os, subprocess\nprint(subprocess.Popen(['sleep', '999']).pid)"
        pid = int(run(server, code).text)
        folder = server.sockets.path
        assert list(folder.iterdir()) == []
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == "zombie"
    assert not folder.exists()


def test_one_killed_before_it_was_let_go_ends_like_any_other():
    """Unread words in its socket reset the connection, before its last word."""
    child = subprocess.Popen(["sleep", "60"])
    news, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    forked = ForkedKernel(news, child.pid, contained=True)
    with theirs:
        news.send(b"g")
        theirs.send(b'{"exit": -15}')
    child.kill()
    child.wait()
    assert forked.poll() == -signal.SIGTERM
    forked.kill()


def test_kernels_can_be_killed_at_once(server):
    for _ in range(20):
        _, forked = server.fork(b"key")
        forked.kill()
        assert forked.returncode == -signal.SIGKILL


def test_a_fork_that_is_refused_is_no_end_of_the_warmed_process(monkeypatch):
    """As where the machine has no more processes to give."""
    found = importlib.util.spec_from_file_location("zygote", INSIDE / "zygote.py")
    zygote = importlib.util.module_from_spec(found)
    found.loader.exec_module(zygote)

    def refuse(*_):
        raise BlockingIOError(errno.EAGAIN, "no process to be had")

    monkeypatch.setattr(zygote, "fork", refuse)
    ours, theirs = socket.socketpair()
    serving = threading.Thread(target=zygote.serve, args=(theirs, "nested"))
    serving.start()
    for _ in range(2):
        news, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with news, its, Path(os.devnull).open() as file:
            socket.send_fds(ours, [b"f"], [its.fileno(), *[file.fileno()] * 6])
            its.close()
            assert "no process" in json.loads(news.recv(4096))["problem"]
            assert news.recv(4096) == b""  # and closed
    ours.close()
    serving.join(10)
    assert not serving.is_alive()
    theirs.close()


def test_by_name_after_the_warmed_process_has_ended(by_name):
    first = kernel.shared_server()
    first.server.process.kill()
    first.server.process.wait()
    second = kernel.shared_server()
    assert second.alive and second is not first
    assert kernel.shared_server() is second
