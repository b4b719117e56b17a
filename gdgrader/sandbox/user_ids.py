"""User ids of this machine for kernels to run under, each under one of its own.

Much is counted for each user of a machine and not for each process: descriptors on
their way through sockets, epoll's watches, pipes' pages, timers, messages. Kernels
under the grader's own user id could use up what the grader, and each other, need.

As root any ids will do; another user needs `newuidmap`, and a range of ids in
/etc/subuid and /etc/subgid. Where there are none, kernels have the grader's own id.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

GRADERS = 1000  # how the sandbox calls the grader's own id
FIRST = 100_000  # and the first of those for kernels
COUNT = 256  # for one sandbox; kernels that run at once


class NoUserIds(RuntimeError):
    """This machine gives kernels no ids of their own; the message says why."""


@dataclass(frozen=True)
class UserIds:
    """Ids that no other sandbox has, in a user namespace made for one.

    Attributes:
        namespace: its descriptor.
        lock: the ids are another's once no process has this socket.
    """

    namespace: int
    lock: socket.socket

    @property
    def descriptors(self) -> tuple[int, int]:
        """What the sandbox has to inherit."""
        return self.namespace, self.lock.fileno()


@contextlib.contextmanager
def taken(readable: Iterable[Path] = ()) -> Iterator[UserIds]:
    """Ids for one sandbox, its own as long as it holds the descriptors.

    Errors: NoUserIds, also where something `readable` is so for its owner only.
    """
    if private := _private_path(tuple(readable)):
        raise NoUserIds(f"other users may not read {private}")
    by_map = {kind: _spare(kind) for kind in ("uid", "gid")}
    with contextlib.ExitStack() as stack:
        lock, number = _block(min(count for _, count in by_map.values()) // COUNT)
        stack.enter_context(lock)
        firsts = {kind: first + number * COUNT for kind, (first, _) in by_map.items()}
        namespace = _namespace(firsts)
        stack.callback(os.close, namespace)
        yield UserIds(namespace, lock)


def _spare(kind: str) -> tuple[int, int]:
    """The first and the number of the ids that may be used here."""
    if os.geteuid() == 0:
        lines = Path(f"/proc/self/{kind}_map").read_text().splitlines()
        extents = [tuple(map(int, line.split())) for line in lines]
        first, _, count = max(extents, key=lambda extent: extent[2])
        # Far from those of people and services, which come first, and of nobody.
        return first + count // 2, count // 4
    found = [(0, 0)]
    with contextlib.suppress(OSError, KeyError):
        user = pwd.getpwuid(os.geteuid())
        for line in Path(f"/etc/sub{kind}").read_text().splitlines():
            name, *numbers = line.split(":")
            if name in (user.pw_name, str(user.pw_uid)):
                found.append(tuple(map(int, numbers)))
    return max(found, key=lambda ids: ids[1])


def _block(blocks: int) -> tuple[socket.socket, int]:
    """A block that nobody has: Linux lets one socket alone have a name."""
    lock = socket.socket(socket.AF_UNIX)
    for number in range(blocks):
        with contextlib.suppress(OSError):
            lock.bind(f"\0gdgrader-ids-{os.geteuid()}-{number}")
            return lock, number
    lock.close()
    raise NoUserIds("no range of ids is free (see /etc/subuid and /etc/subgid)")


def _namespace(firsts: dict[str, int]) -> int:
    """A user namespace with the grader's own id and COUNT from each of `firsts`."""
    try:
        holder = subprocess.Popen(
            ["unshare", "--user", "sh", "-c", "echo; read _"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError as error:
        raise NoUserIds(str(error)) from error
    with holder:
        if not holder.stdout.readline():
            raise NoUserIds("no user namespace can be made")
        for kind, first in firsts.items():
            own = os.geteuid() if kind == "uid" else os.getegid()
            _write_map(kind, holder.pid, [GRADERS, own, 1, FIRST, first, COUNT])
        return os.open(f"/proc/{holder.pid}/ns/user", os.O_RDONLY)


def _write_map(kind: str, pid: int, numbers: list[int]) -> None:
    words = list(map(str, numbers))
    try:
        if os.geteuid() == 0:
            lines = " ".join(words[:3]) + "\n" + " ".join(words[3:]) + "\n"
            Path(f"/proc/{pid}/{kind}_map").write_text(lines)
        else:
            program = shutil.which(f"new{kind}map") or f"new{kind}map"
            subprocess.run(
                [program, str(pid), *words], check=True, capture_output=True, text=True
            )
    except subprocess.CalledProcessError as error:
        raise NoUserIds(error.stderr.strip()) from error
    except OSError as error:
        raise NoUserIds(str(error)) from error


@cache
def _private_path(folders: tuple[Path, ...]) -> Path | None:
    """Something in these folders that other users may not read, if there is any.

    Looks at packages' own modules, no deeper: each is installed under one umask.
    """
    return next(filter(_private, _modules(folders)), None)


def _modules(folders: Iterable[Path], deep: bool = True) -> Iterator[Path]:
    for folder in folders:
        yield folder
        with contextlib.suppress(OSError):
            entries = list(os.scandir(folder))
            names = (e.path for e in entries if e.name.endswith((".py", ".so")))
            yield from map(Path, names)
            if deep:
                below = (Path(e.path) for e in entries if e.is_dir())
                yield from _modules(below, deep=False)


def _private(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not mode & 0o004 or (path.is_dir() and not mode & 0o001)
