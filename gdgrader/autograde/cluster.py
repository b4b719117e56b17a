"""The same work on an existing Dask cluster: bytes go out, bytes come back.

Workers need this package and bubblewrap, no shared disk and no database; see
`docs/grade-on-a-cluster.md`.
"""

from __future__ import annotations

import contextlib
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gdgrader.autograde.version import grader_version

if TYPE_CHECKING:
    from distributed import Client

AHEAD = 2  # tasks sent per thread of the cluster, so that none waits for the next
CONNECT_SECONDS, WORKER_SECONDS = 10, 60
_alone = threading.Lock()


class ClusterUnavailable(RuntimeError):
    """The cluster cannot be used; the message says what to do."""


def connect(address: str) -> Client:
    """A client of the scheduler at `tcp://…`, `tls://…` or in a scheduler file.

    Errors: ClusterUnavailable without `distributed`, a scheduler, workers, or with
        workers that have another version of the grader than this machine.
    """
    try:
        from distributed import Client  # who grades without Dask need not have it
    except ImportError:
        raise ClusterUnavailable(
            "Dask is not installed: pip install 'gdhelpers[cluster]'"
        ) from None
    if "://" in address:
        where = {"address": address}
    elif Path(address).is_file():
        where = {"scheduler_file": address}
    else:
        raise ClusterUnavailable(
            f"{address} is neither an address such as tcp://host:8786 nor a file of a "
            "scheduler"
        )
    try:
        client = Client(**where, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise ClusterUnavailable(
            f"no Dask scheduler answers at {address} ({type(error).__name__}); is it "
            "running, and its port open to this machine?"
        ) from None
    try:
        _check(client)
    except BaseException:
        client.close()
        raise
    return client


def results(
    work: Callable[[Any], Any],
    tasks: Iterable[Any],
    client: Client,
    undecided: Callable[[Any], bool] = lambda result: False,
) -> Iterator[tuple[Any, Any]]:
    """Do `work(task)` on the cluster; yield each task once, with what came of it.

    As `gdgrader.autograde.pool.results`, `undecided` included. What a lost worker had
    in hand is done elsewhere; a task that loses worker after worker comes back as
    distributed's KilledWorker. A task's time is bounded by its own limits, not from
    here.
    """
    from distributed import as_completed  # who grades without Dask need not have it

    waiting, asked, run = iter(tasks), {}, secrets.token_hex(4)
    first: dict[str, Any] = {}  # what came of those that are done once more, by key
    done = as_completed(loop=client.loop)

    def send(most: int) -> None:
        for task in islice(waiting, most):
            # By a name of its own: the scheduler would give equal tasks one answer.
            key = f"submission-{run}-{len(sent)}"
            sent.append(key)
            future = client.submit(one_at_a_time, work, task, key=key, pure=False)
            asked[key] = task
            done.add(future)

    sent: list[str] = []
    again: list[tuple[Any, Any]] = []
    try:
        send(AHEAD * sum(client.nthreads().values()))
        for future in done:
            task = asked.pop(future.key)
            if future.cancelled():
                raise ClusterUnavailable("the cluster was restarted; run it again")
            try:
                result = future.result()
            except Exception as error:
                result = RuntimeError(f"{type(error).__name__}: {error}")
            future.release()
            if future.key not in first and undecided(result):
                again.append((task, result))
            else:
                kept = first.get(future.key)
                broke = isinstance(result, RuntimeError) and kept is not None
                yield task, kept if broke else result
            # Workers may have come meanwhile, or gone.
            send(max(0, AHEAD * sum(client.nthreads().values()) - len(asked)) or 1)
            if not asked and again:
                task, result = again.pop(0)
                waiting = iter([task])
                send(1)
                first[sent[-1]] = result
    finally:
        with contextlib.suppress(Exception):  # the scheduler may be gone
            client.cancel(list(done.futures), force=True)


def one_at_a_time(work: Callable[[Any], Any], task: Any) -> Any:
    """Do `work(task)`: in each process one after the other, whatever its threads."""
    with _alone:
        return work(task)


def _check(client: Client) -> None:
    try:
        client.wait_for_workers(1, timeout=WORKER_SECONDS)
    except TimeoutError:
        raise ClusterUnavailable(
            f"the Dask scheduler at {client.scheduler.address} has no workers"
        ) from None
    try:
        versions = client.run(grader_version)
    except Exception as error:
        raise ClusterUnavailable(
            f"the Dask workers cannot grade: {type(error).__name__}: {error}"
        ) from None
    other = sorted(w for w, v in versions.items() if v != grader_version())
    if other:
        raise ClusterUnavailable(
            f"other code on {other[0]} and {len(other) - 1} more Dask workers: install "
            "the same version of the grader as here"
        )
