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

libc = ctypes.CDLL(None, use_errno=True)

NEWNS, NEWUTS, NEWIPC = 0x20000, 0x4000000, 0x8000000
NEWPID, NEWNET = 0x20000000, 0x40000000
RDONLY, NOSUID, NODEV, NOEXEC = 1, 2, 4, 8
BIND, REC, PRIVATE, DETACH = 0x1000, 0x4000, 0x40000, 2
PDEATHSIG, SET_SECCOMP, CAPBSET_DROP, SECUREBITS = 1, 22, 24, 28
NO_NEW_PRIVS, CAP_AMBIENT = 38, 47

# torch finds no GPU. Where it saw one, its first backward pass would start a thread for
# it, and after a fork no other would work; and grades must not hang on who has one.
NO_ACCELERATOR = {"CUDA_VISIBLE_DEVICES": "", "HIP_VISIBLE_DEVICES": ""}
# Few of them: their number is the machine's, and for all kernels together.
TERMINALS = "newinstance,ptmxmode=0666,mode=0620,max=16"
HOME = "/home/student"  # the submission's working folder
# Calls that keep data where no namespace or memory count reaches (keyrings outlive the
# process, memfd and SysV segments are in no one's resident set), that make namespaces,
# or that only serve to attack the kernel:
#   shmget msgget mount add_key request_key keyctl unshare perf_event_open setns
#   memfd_create bpf userfaultfd io_uring_setup clone3 memfd_secret
# clone3 hides its flags from a filter; libc then falls back on clone, the last number.
FORBIDDEN = {
    "x86_64": (
        0xC000003E,
        (29, 68, 165, 248, 249, 250, 272, 298, 308, 319, 321, 323, 425, 435, 447),
        56,
    ),
    "aarch64": (
        0xC00000B7,
        (194, 186, 40, 217, 218, 219, 97, 241, 268, 279, 280, 282, 425, 435, 447),
        220,
    ),
}
NEW_NAMESPACES = 0x7E020000  # clone's flags for them


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


def forbid_user_namespaces() -> None:
    """Let nobody in this user namespace make another one (that would give it all
    capabilities again)."""
    Path("/proc/sys/user/max_user_namespaces").write_text("0")


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
    # Read-only, because where the host's user is root /proc/sys would be writable.
    mount("proc", "/proc", "proc", RDONLY | NOSUID | NODEV | NOEXEC)
    with contextlib.suppress(OSError):  # an older Linux wants a user 0 for it
        mount("devpts", "/dev/pts", "devpts", NOSUID | NOEXEC, TERMINALS)
    loopback_up()


def loopback_up() -> None:
    """Raise `lo` of a fresh network namespace: ipykernel's pipe for forks needs it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        up, set_flags = 0x1 | 0x40, 0x8914
        fcntl.ioctl(s, set_flags, struct.pack("16sh14x", b"lo", up))


def limit_resources(limits: dict[str, float]) -> None:
    """Set what rlimits can hold; memory and processes are the host's to watch."""
    bounds = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: limits["file_bytes"],
        resource.RLIMIT_NOFILE: 1024,
        resource.RLIMIT_MEMLOCK: 0,
        # The watchdog names the reason; this one only stands behind it.
        resource.RLIMIT_CPU: int(limits["cpu_seconds"]) + 5,
    }
    # All kernels of a sandbox count together, so this is no bound for one of them: it
    # keeps a bomb from the host until the watchdog has seen it. Before 5.14 it counts
    # the host user's processes too, and would hit at once.
    if tuple(map(int, os.uname().release.split(".")[:2])) >= (5, 14):
        bounds[resource.RLIMIT_NPROC] = 4096
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
    """Install a seccomp filter under which FORBIDDEN calls answer ENOSYS."""
    if platform.machine() not in FORBIDDEN:
        return
    arch, numbers, clone = FORBIDDEN[platform.machine()]
    load, equal, at_least, any_bit, ret = 0x20, 0x15, 0x35, 0x45, 0x06
    refuse, allow, n = 0x50000 | 38, 0x7FFF0000, len(numbers)
    code = [
        (load, 0, 0, 4),
        (equal, 0, n + 7, arch),  # no 32-bit calls: they have other numbers
        (load, 0, 0, 0),
        (at_least, n + 5, 0, 0x40000000),  # nor x32 ones
        (equal, n + 1, 0, clone),
        *((equal, n + 3 - i, 0, number) for i, number in enumerate(numbers)),
        (ret, 0, 0, allow),
        (load, 0, 0, 16),  # clone's flags
        (any_bit, 1, 0, NEW_NAMESPACES),
        (ret, 0, 0, allow),
        (ret, 0, 0, refuse),
    ]
    program = b"".join(struct.pack("HBBI", *step) for step in code)
    buffer = ctypes.create_string_buffer(program, len(program))
    fprog = struct.pack("HxxxxxxP", len(code), ctypes.addressof(buffer))
    call("prctl", SET_SECCOMP, 2, fprog, 0, 0)
