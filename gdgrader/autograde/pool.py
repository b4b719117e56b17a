"""Worker processes that may die: each is replaced, its task tried once more."""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from multiprocessing import forkserver, util
from multiprocessing.connection import Connection, wait
from typing import Any

from gdgrader.sandbox.sockets import short

TRIES = 2
# Forked from a process of their own, which has imported what grades once for all and
# no thread of ours; Windows can only start each anew.
_METHODS = multiprocessing.get_all_start_methods()
context = multiprocessing.get_context(
    "forkserver" if "forkserver" in _METHODS else "spawn"
)


class WorkerDied(RuntimeError):
    """A task whose worker died, or was ended for taking too long, every time."""


def prepare(modules: list[str]) -> None:
    """Begin to import what the workers will need, while we do other things."""
    if context.get_start_method() == "forkserver":
        with _short_folder():
            util.get_temp_dir()  # where it puts its socket, from now on
        context.set_forkserver_preload(modules)
        forkserver.ensure_running()


@contextlib.contextmanager
def _short_folder() -> Iterator[None]:
    """Let temporary folders be made where a socket's path is not too long."""
    before = tempfile.gettempdir()
    tempfile.tempdir = short(before)
    try:
        yield
    finally:
        tempfile.tempdir = before


@dataclass
class _Job:
    task: Any
    tries: int = 0
    first: Any = None  # what came of it, where it is done once more, alone


@dataclass
class _Worker:
    process: Any
    pipe: Connection
    job: _Job | None = None
    since: float = 0.0


def results(
    work: Callable[..., Any],
    tasks: Iterable[Any],
    workers: int,
    patience: float,
    equip: Callable[[], Any] | None = None,
    undecided: Callable[[Any], bool] = lambda result: False,
) -> Iterator[tuple[Any, Any]]:
    """Do `work(task)` in other processes; yield each task with what came of it.

    What comes is the result, or WorkerDied, or a RuntimeError in the words of the
    exception that `work` raised.

    Args:
        work: a function of a module, as it is sent to the workers by name.
        workers: how many processes; they live until all is done. 0 does the work in
            this process, where nothing protects us from it.
        patience: seconds for one task, after which its worker is ended.
        equip: called here whenever a worker is started; what it returns is sent along,
            and given to `work` besides each task.
        undecided: whether a result may be the machine's load's doing. Such a task is
            done once more when all others are done, one at a time.
    """
    if not workers:
        yield from _here(work, tasks, undecided)
        return
    waiting = map(_Job, tasks)  # may be large: each is made when it is needed
    crew, leaving, again = [], [], []
    try:
        while True:
            while len(crew) < workers and (job := next(waiting, None)):
                crew.append(_start(work, equip))
                _give(crew[-1], job)
            if not crew and not again:
                return
            if not crew:
                waiting, again, workers = iter(again), [], 1
                continue
            _end_the_slow(crew, patience)
            for worker in _ready(crew):
                result, job = _receive(worker), worker.job
                if result is _DIED:
                    crew.remove(worker)
                    worker.process.join()
                    job.tries += 1
                    if job.tries < TRIES:
                        waiting = chain([job], waiting)
                        continue
                    result = WorkerDied(_how(worker))
                elif following := next(waiting, None):
                    _give(worker, following)
                else:
                    crew.remove(worker)
                    worker.pipe.close()  # its cue to leave
                    leaving.append(worker)
                if job.first is None and undecided(result):
                    job.first, job.tries = result, 0
                    again.append(job)
                    continue
                yield job.task, _better(result, job.first)
    finally:
        for worker in [*crew, *leaving]:
            worker.process.kill()  # what it started ends with it
        for worker in [*crew, *leaving]:
            worker.process.join()


_DIED = object()


def _here(
    work: Callable[..., Any], tasks: Iterable[Any], undecided: Callable[[Any], bool]
) -> Iterator[tuple[Any, Any]]:
    """Do the work in this process."""
    again = []
    for task in tasks:
        result = work(task)
        if undecided(result):
            again.append(task)
        else:
            yield task, result
    yield from ((task, work(task)) for task in again)


def _better(result: Any, first: Any) -> Any:
    """The second result, unless there is none and was a first."""
    failed = isinstance(result, RuntimeError)
    return first if failed and first is not None else result


def _start(work: Callable, equip: Callable[[], Any] | None) -> _Worker:
    kit = (equip(),) if equip else ()
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(work, theirs, kit))
    process.start()
    theirs.close()
    return _Worker(process, ours)


def _give(worker: _Worker, job: _Job) -> None:
    worker.job, worker.since = job, time.monotonic()
    with contextlib.suppress(OSError):  # it is dead, which shows when we listen to it
        worker.pipe.send(job.task)


def _ready(crew: list[_Worker]) -> list[_Worker]:
    ready = wait([worker.pipe for worker in crew], timeout=1)
    return [worker for worker in crew if worker.pipe in ready]


def _receive(worker: _Worker) -> Any:
    try:
        return worker.pipe.recv()
    except (EOFError, OSError):
        return _DIED


def _end_the_slow(crew: list[_Worker], patience: float) -> None:
    for worker in crew:
        if time.monotonic() - worker.since > patience:
            worker.process.kill()


def _how(worker: _Worker) -> str:
    code = worker.process.exitcode
    how = signal.Signals(-code).name if code and code < 0 else f"exit status {code}"
    return f"the process that graded it died twice ({how})"


def _serve(work: Callable, pipe: Connection, kit: tuple[Any, ...]) -> None:
    """What a worker does: tasks until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the coordinator's
    if hasattr(signal, "SIGTSTP"):  # Ctrl-Z too: kernels go on, and so do their limits
        signal.signal(signal.SIGTSTP, signal.SIG_IGN)
    while True:
        try:
            task = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            result = work(task, *kit)
        except Exception as error:
            result = RuntimeError(f"{type(error).__name__}: {error}")
        try:
            pipe.send(result)
        except OSError:
            return  # the coordinator is gone
