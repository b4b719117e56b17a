"""Shut the calling process in: own namespaces and folders, limits, no privileges.

Runs inside the sandbox, between the fork of a kernel and the first line of a student's
code. Plain ctypes, because `os.unshare` came only with Python 3.12.
"""

import contextlib
import ctypes
import fcntl
import os
import platform
import resource
import socket
import struct
from pathlib import Path

import syscalls

libc = ctypes.CDLL(None, use_errno=True)

NEWNS, NEWUTS, NEWIPC = 0x20000, 0x4000000, 0x8000000
NEWPID, NEWNET = 0x20000000, 0x40000000
RDONLY, NOSUID, NODEV, NOEXEC = 1, 2, 4, 8
BIND, REC, PRIVATE, DETACH = 0x1000, 0x4000, 0x40000, 2
PDEATHSIG, SET_SECCOMP, CAPBSET_DROP, SECUREBITS = 1, 22, 24, 28
NO_NEW_PRIVS, CAP_AMBIENT, SET_DUMPABLE = 38, 47, 4

# torch finds no GPU. Where it saw one, its first backward pass would start a thread for
# it, and after a fork no other would work; and grades must not hang on who has one.
NO_ACCELERATOR = {"CUDA_VISIBLE_DEVICES": "", "HIP_VISIBLE_DEVICES": ""}
# Few of them: their number is the machine's, and for all kernels together.
TERMINALS = "newinstance,ptmxmode=0666,mode=0620,max=16"
# Bytes that one end of a connection holds unread, at least, as a rule and at most: by
# default Linux lets it grow to tens of megabytes, which no group of version 1 counts.
TCP = {"tcp_rmem": "4096 65536 131072", "tcp_wmem": "4096 16384 131072"}
HOME = "/home/student"  # the submission's working folder
SPARE_PROCESSES = 16  # above the limit, so that more than that can be seen
# For one process. It also bounds those under way, of all kernels of one user: about
# twice as many, where a grader may have 1024.
DESCRIPTORS, SHARED_DESCRIPTORS = 1024, 384
SIGNALS = 512  # pending; also timers
WATCHES = {"instances": 8, "watches": 1024}  # inotify's


def call(name: str, *args: object) -> None:
    """Call libc's `name`; raise OSError where it fails."""
    if getattr(libc, name)(*args) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")


def mount(source: str, target: str, kind: str, flags: int, data: str = "") -> None:
    """mount(2)."""
    call("mount", *(x.encode() for x in (source, target, kind)), flags, data.encode())


def die_with_parent() -> None:
    """Be killed when the warmed process ends."""
    call("prctl", PDEATHSIG, 9, 0, 0, 0)


def hide() -> None:
    """Keep this process's memory from others of its user."""
    call("prctl", SET_DUMPABLE, 0, 0, 0, 0)


def show() -> None:
    """Be let read what /proc tells of this process: its own as a rule."""
    call("prctl", SET_DUMPABLE, 1, 0, 0, 0)


def keep_orphans() -> None:
    """Be the parent of all that descends from this process, so that it is counted."""
    call("prctl", syscalls.SET_SUBREAPER, 1, 0, 0, 0)


def first_to_go() -> None:
    """Be what Linux ends when memory runs out, before the grader."""
    with contextlib.suppress(OSError):  # /proc may be read-only: then the host says so
        Path("/proc/self/oom_score_adj").write_text("1000")


def own_id(own: int) -> None:
    """Be the user `own` from now on, with the capabilities there were.

    Errors: OSError where this sandbox has no such user.
    """
    os.setgroups([])
    os.setresgid(own, own, own)
    os.setresuid(own, own, own)
    show()  # Linux undoes both with the id
    die_with_parent()


def try_id(own: int) -> None:
    """Raise OSError where `own_id` would, in a process that does not outlive it."""
    pid = os.fork()
    if pid == 0:
        try:
            own_id(own)
            os._exit(0)
        finally:
            os._exit(1)
    if os.waitpid(pid, 0)[1]:
        raise OSError(f"there is no user id {own}")


def own_folders(own: int) -> None:
    """Give the folders of a sandbox for one kernel to the user `own`."""
    for folder in (HOME, "/tmp", "/dev/shm"):
        os.chown(folder, own, own)


def forbid_user_namespaces() -> None:
    """Let nobody in this user namespace make another one (that would give it all
    capabilities again)."""
    Path("/proc/sys/user/max_user_namespaces").write_text("0")


def bound_watches() -> None:
    """Bound what is counted of the grader too, however many users there are inside."""
    for name, bound in WATCHES.items():
        Path(f"/proc/sys/user/max_inotify_{name}").write_text(str(bound))


def own_namespaces(tmp_bytes: int) -> None:
    """Give this process, already pid 1 of its pid namespace, all the other namespaces,
    a fresh /proc, terminals that nobody shares, and one private tmpfs behind /tmp,
    /dev/shm and the working folder."""
    call("unshare", NEWNS | NEWIPC | NEWNET | NEWUTS)
    mount("none", "/", "none", REC | PRIVATE)
    size = f"size={tmp_bytes},nr_inodes=20000,mode=0755"
    mount("tmpfs", "/private", "tmpfs", NOSUID | NODEV, size)
    for name, target in (("home", HOME), ("tmp", "/tmp"), ("shm", "/dev/shm")):
        Path("/private", name).mkdir()
        mount(f"/private/{name}", target, "none", BIND)
    call("umount2", b"/private", DETACH)
    bound_network()
    # Read-only, because where the host's user is root /proc/sys would be writable.
    mount("proc", "/proc", "proc", RDONLY | NOSUID | NODEV | NOEXEC)
    with contextlib.suppress(OSError):  # an older Linux wants a user 0 for it
        mount("devpts", "/dev/pts", "devpts", NOSUID | NOEXEC, TERMINALS)
    loopback_up()


def bound_network() -> None:
    """Bound what each connection of this network namespace holds unread."""
    for name, sizes in TCP.items():
        with contextlib.suppress(OSError):  # an older Linux has one for all
            Path(f"/proc/sys/net/ipv4/{name}").write_text(sizes)


def loopback_up() -> None:
    """Raise `lo` of a fresh network namespace: ipykernel's pipe for forks needs it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        up, set_flags = 0x1 | 0x40, 0x8914
        fcntl.ioctl(s, set_flags, struct.pack("16sh14x", b"lo", up))


def limit_resources(limits: dict[str, float], own: bool) -> None:
    """Set what rlimits can hold; memory and processes are the host's to watch.

    What Linux counts per user all kernels have together, and with the grader, unless
    each has an id of its `own`.
    """
    bounds = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: limits["file_bytes"],
        resource.RLIMIT_NOFILE: DESCRIPTORS if own else SHARED_DESCRIPTORS,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_SIGPENDING: SIGNALS,
        resource.RLIMIT_MSGQUEUE: 0,
        # The watchdog names the reason; this one only stands behind it.
        resource.RLIMIT_CPU: int(limits["cpu_seconds"]) + 5,
    }
    # The watchdog says which limit it was. Until then this one keeps a bomb from the
    # host, and from growing so that its end takes minutes. Threads count too.
    if own:
        bounds[resource.RLIMIT_NPROC] = int(limits["processes"]) + SPARE_PROCESSES
    # All kernels of a sandbox count together here, so this is no bound for one of them.
    # Before 5.14 it counts the host user's processes too, and would hit at once.
    elif tuple(map(int, os.uname().release.split(".")[:2])) >= (5, 14):
        bounds[resource.RLIMIT_NPROC] = min(4096, 20 * int(limits["processes"]))
    for name, bound in bounds.items():
        hard = resource.getrlimit(name)[1]
        bound = int(bound) if hard == resource.RLIM_INFINITY else min(int(bound), hard)
        resource.setrlimit(name, (bound, bound))


def drop_privileges() -> None:
    """No capability, none to be had again, and no forbidden system call."""
    for capability in range(64):
        libc.prctl(CAPBSET_DROP, capability, 0, 0, 0)
    libc.prctl(SECUREBITS, 0x2F, 0, 0, 0)  # uid 0 is nothing special, locked
    libc.prctl(CAP_AMBIENT, 4, 0, 0, 0)
    header = struct.pack("II", 0x20080522, 0)  # version 3, this process
    call("capset", header, bytes(24))
    call("prctl", NO_NEW_PRIVS, 1, 0, 0, 0)
    forbid_calls()


def forbid_calls() -> None:
    """Install a seccomp filter under which refused calls answer ENOSYS."""
    machine = platform.machine()
    if machine not in syscalls.ARCHITECTURE:
        return
    code = syscalls.filter_program(machine)
    program = b"".join(struct.pack("HBBI", *step) for step in code)
    buffer = ctypes.create_string_buffer(program, len(program))
    fprog = struct.pack("HxxxxxxP", len(code), ctypes.addressof(buffer))
    call("prctl", SET_SECCOMP, 2, fprog, 0, 0)
