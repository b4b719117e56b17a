"""What Linux gives to whoever asks, and no submission needs.

An attack that got it prints the mark backwards: `WON`. Its source has the mark as it
is, so that the word is nowhere else.
"""

from .base import Attack

WON = "print('@MARK@'[::-1])\n"
LIBC = (
    "import ctypes, mmap, os, signal, socket, threading, time\n"
    "libc = ctypes.CDLL(None)\n"
)
ASIDE = (
    "libc.memset(ctypes.byref(ctypes.c_char.from_buffer(held)), 1, len(held))\n"
    "held.madvise(4)\n"  # MADV_DONTNEED: kept, but in nobody's resident set
    "time.sleep(20)\n" + WON
)
# Bytes that nobody reads, in sockets that `pair` makes two at once.
UNREAD = (
    "held, unread, much = [], 0, bytes(1 << 16)\n"
    "while unread < 560_000_000:\n"
    "    held += (two := pair())\n"
    "    for one in two:\n"
    "        one.setblocking(False)\n"
    "        try:\n"
    "            while unread < 560_000_000: unread += one.send(much)\n"
    "        except BlockingIOError: pass\n"
    "time.sleep(20)\n" + WON
)
# A child of its own, and a piece of memory to name in both.
PIECE = (
    "child = os.fork()\n"
    "if not child:\n"
    "    time.sleep(3)\n"
    "    os._exit(0)\n"
    "class Piece(ctypes.Structure):\n"
    "    _fields_ = [('base', ctypes.c_void_p), ('size', ctypes.c_size_t)]\n"
    "here = ctypes.create_string_buffer(9)\n"
    "one = Piece(ctypes.addressof(here), 9)\n"
)


def asks(name: str, attempts: str, code: str, **more) -> Attack:
    return Attack(name, attempts, (LIBC + code,), **more)


def sockets(name: str, attempts: str, wanted: str) -> Attack:
    """Opens one of the sockets `wanted`: family, kind, protocol."""
    return asks(
        name,
        attempts,
        f"for one in {wanted}:\n"
        "    try: socket.socket(*one)\n"
        "    except OSError as error: print(one, error)\n"
        "    else: " + WON,
    )


MACHINE = "would harm this machine"
ATTACKS = (
    sockets(
        "a socket to the host",
        "speaks with the machine around this one, by AF_VSOCK",
        "((40, 1), (40, 2), (40, 5))",
    ),
    sockets(
        "Linux's own ciphers",
        "code of Linux that no lesson needs, by AF_ALG and its like",
        "((38, 5), (41, 5), (30, 1), (43, 1), (21, 5))",
    ),
    sockets(
        "Linux's own news",
        "hears of devices and audits, by netlink's further protocols",
        "[(16, 3, number) for number in range(1, 23)]",
    ),
    sockets(
        "further protocols",
        "code of Linux that no lesson needs, by protocols beside TCP",
        "[(family, kind, number) for family in (2, 10) for kind, number in"
        " ((1, 132), (1, 262), (5, 132), (6, 33), (2, 136), (2, 58), (2, 1))]",
    ),
    asks(
        "pairs of other families",
        "sockets that are no network, two at once",
        "for family in (30, 31, 38, 40):\n"
        "    two = (ctypes.c_int * 2)()\n"
        "    for kind in (1, 2, 5):\n"
        "        if not libc.socketpair(family, kind, 0, two): " + WON,
    ),
    asks(
        "semaphores of nobody",
        "memory in nobody's count: semget",
        "if libc.semget(0, 32000, 0o1600) >= 0: " + WON,
    ),
    asks(
        "queues of nobody",
        "memory in nobody's count: mq_open",
        "if libc.mq_open(b'/queue', os.O_CREAT | os.O_RDWR, 0o600, None) >= 0:\n"
        "    " + WON,
    ),
    asks(
        "memory put aside",
        "memory in nobody's count: shared, and unmapped again",
        "held = mmap.mmap(-1, 560_000_000)\n" + ASIDE,
        harms=MACHINE,
    ),
    asks(
        "memory of a device",
        "memory in nobody's count: /dev/zero, shared and unmapped again",
        "held = mmap.mmap(os.open('/dev/zero', os.O_RDWR), 560_000_000)\n" + ASIDE,
        harms=MACHINE,
    ),
    asks(
        "bytes unread",
        "memory in nobody's count: sockets with much room",
        "def pair():\n"
        "    two = socket.socketpair()\n"
        "    for one in two:\n"
        "        one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 30)\n"
        "    return two\n" + UNREAD,
        harms=MACHINE,
    ),
    asks(
        "bytes unread on a network",
        "memory in nobody's count: connections to oneself",
        "door = socket.create_server(('127.0.0.1', 0))\n"
        "def pair():\n"
        "    return socket.create_connection(door.getsockname()), door.accept()[0]\n"
        + UNREAD,
        harms=MACHINE,
    ),
    asks(
        "pages only read",
        "memory in nobody's count: tables of pages that are nowhere",
        "held = mmap.mmap(-1, 1 << 40, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000,"
        " mmap.PROT_READ)\n"
        "for at in range(0, 280 << 30, 2 << 20): held[at]\n"
        "time.sleep(20)\n" + WON,
        harms=MACHINE,
    ),
    asks(
        "a descriptor taken",
        "files and sockets of another process: pidfd_getfd",
        "child = os.fork()\n"
        "if not child:\n"
        "    time.sleep(3)\n"
        "    os._exit(0)\n"
        "if libc.syscall(438, os.pidfd_open(child), 0, 0) >= 0: " + WON,
    ),
    asks(
        "memory read",
        "memory of another process: process_vm_readv",
        PIECE + "said = libc.process_vm_readv(child, ctypes.byref(one), 1,"
        " ctypes.byref(one), 1, 0)\n"
        "if said > 0: " + WON,
    ),
    asks(
        "memory written",
        "memory of another process: process_vm_writev",
        PIECE + "said = libc.process_vm_writev(child, ctypes.byref(one), 1,"
        " ctypes.byref(one), 1, 0)\n"
        "if said > 0: " + WON,
    ),
    asks(
        "processes compared",
        "where Linux keeps what a process has: kcmp",
        "number = 312 if os.uname().machine == 'x86_64' else 272\n"
        "me = os.getpid()\n"
        "if libc.syscall(number, me, me, 1, 0, 0) >= 0: " + WON,
    ),
    asks(
        "all reading ahead",
        "nobody of this machine can have it any more: io_setup",
        "number = 206 if os.uname().machine == 'x86_64' else 0\n"
        "one = ctypes.c_ulong()\n"
        "if not libc.syscall(number, 60_000, ctypes.byref(one)): " + WON,
        harms=MACHINE,
    ),
    asks(
        "fifty terminals",
        "no other submission gets one for its commands: openpty",
        "held = []\n"
        "try:\n"
        "    while len(held) < 50: held.append(os.openpty())\n"
        "except OSError as error: print(error)\n"
        "else: " + WON,
        harms=MACHINE,
    ),
    asks(
        "a tracer of children",
        "memory and calls of another process: ptrace",
        "child = os.fork()\n"
        "if not child:\n"
        "    time.sleep(3)\n"
        "    os._exit(0)\n"
        "if not libc.ptrace(16, child, None, None): " + WON,
    ),
    asks(
        "an own init",
        "orphans that the first process never sees: PR_SET_CHILD_SUBREAPER",
        "if not libc.prctl(36, 1, 0, 0, 0): " + WON,
    ),
    asks(
        "a sibling for a child",
        "a process beside its parent: clone with CLONE_PARENT",
        "child = os.fork()\n"
        "if not child:\n"
        "    made = libc.syscall(56 if os.uname().machine == 'x86_64' else 220,"
        " 0x8011, 0, 0, 0, 0)\n"
        "    os._exit(1 if made > 0 else 0)\n"
        "if os.waitpid(child, 0)[1]: " + WON,
    ),
    asks(
        "a lease on a file",
        "whoever opens it waits: fcntl with F_SETLEASE",
        "import fcntl\n"
        "for path in ('/usr/bin/env', 'checks.json', os.__file__):\n"
        "    try: fcntl.fcntl(open(path), 1024, 0)\n"
        "    except OSError as error: print(error)\n"
        "    else: " + WON,
    ),
    asks(
        "news of folders",
        "sees what others do, beside any count of watches: F_NOTIFY",
        "import fcntl\n"
        "for path in ('/usr/lib', '/tmp'):\n"
        "    try: fcntl.fcntl(os.open(path, 0), 1026, 0x80000002)\n"
        "    except OSError as error: print(error)\n"
        "    else: " + WON,
    ),
    asks(
        "all watchers",
        "nobody of this user gets one any more: inotify's instances",
        "if [libc.inotify_init() for _ in range(100)][-1] >= 0: " + WON,
        harms=MACHINE,
    ),
    asks(
        "all watches",
        "nobody of this user gets one any more: inotify's watches",
        "watcher = libc.inotify_init()\n"
        "for number in range(3000):\n"
        "    open(f'/tmp/{number}', 'w').close()\n"
        "    got = libc.inotify_add_watch(watcher, b'/tmp/%d' % number, 2)\n"
        "if got >= 0: " + WON,
        harms=MACHINE,
    ),
    asks(
        "all timers",
        "nobody of this user gets one any more: timer_create",
        "one = ctypes.c_void_p()\n"
        "got = [libc.timer_create(0, None, ctypes.byref(one)) for _ in range(3000)]\n"
        "if got[-1] == 0: " + WON,
        harms=MACHINE,
    ),
    asks(
        "all signals",
        "nobody of this user is sent one any more: sigqueue",
        "signal.pthread_sigmask(signal.SIG_BLOCK, [40])\n"
        "me = ctypes.c_ulong(threading.get_ident())\n"
        "got = [libc.pthread_sigqueue(me, 40, None) for _ in range(3000)]\n"
        "if got[-1] == 0: " + WON,
        harms=MACHINE,
    ),
    asks(
        "the last to go",
        "the grader is ended in its place where memory runs out",
        "place = '/proc/self/oom_score_adj'\n"
        "try: open(place, 'w').write('0')\n"
        "except OSError as error: print(error)\n"
        "if int(open(place).read()) < 1000: " + WON,
    ),
    asks(
        "what jupyter is told",
        "passwords in the settings of the prefix: etc and share",
        "import sys\n"
        "for prefix in {sys.prefix, sys.base_prefix, '/opt/venv'}:\n"
        "    for name in ('etc', 'share', 'etc/jupyter', 'share/jupyter'):\n"
        "        if os.path.isdir(f'{prefix}/{name}') and prefix != '/usr': " + WON,
    ),
)
