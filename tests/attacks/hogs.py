"""Ending, hanging and filling: the kernel, the grader, the machine.

Each is bounded, a little above what the test's limits allow, lest it hurt the machine
where isolation fails.
"""

from .base import STEP, Attack

MACHINE = "would harm this machine"
# So that it is the limit which ends it, however slow the machine.
DEAF = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
# Says raw bytes on the grader's own connection to one channel.
SAY = (
    "import os, socket, time\n"
    "def say(data, channel):\n"
    "    for name in os.listdir('/proc/self/fd'):\n"
    "        try:\n"
    "            one = socket.socket(fileno=os.dup(int(name)))\n"
    "            one.getpeername()\n"
    "            one.setblocking(True)\n"
    "            while one.getsockname()[-2:] == channel: one.sendall(data)\n"
    "        except (OSError, TypeError): pass\n"
)


def attack(name: str, attempts: str, code: str, says: str = "", **more) -> Attack:
    return Attack(name, attempts, (code,), says=says, **more)


def in_function(name: str, attempts: str, body: str, **more) -> Attack:
    """Does it when the judge calls the function, not before."""
    return Attack(name, attempts, answers={"step": STEP + body}, **more)


ATTACKS = (
    attack(
        "exit",
        "the kernel ends before it is judged",
        "import os\nos._exit(0)",
        "ended the kernel",
    ),
    attack(
        "exit at each cell",
        "the kernel ends again and again",
        "import os, threading\nthreading.Timer(0.05, os._exit, [0]).start()",
    ),
    in_function(
        "exit when asked",
        "the kernel ends while it is judged",
        "    import os\n    os._exit(0)",
        says="ended the kernel",
    ),
    in_function(
        "SystemExit when asked",
        "leaves the judge's own call",
        "    import sys\n    sys.exit(0)",
    ),
    attack(
        "exit a moment later",
        "another cell is blamed, and judged again with this one's help",
        "import asyncio, os\n"
        "asyncio.get_event_loop().call_later(0.01, os._exit, 0)\n"
        "exit()",
    ),
    attack(
        "a crash",
        "a segmentation fault",
        "import ctypes\nctypes.string_at(0)",
        "ended the kernel",
    ),
    attack(
        "signals to the parent",
        "the grader is killed",
        "import os, signal\n"
        "for pid in (os.getppid(), @PID@):\n"
        "    for number in (signal.SIGTERM, signal.SIGKILL):\n"
        "        try: os.kill(pid, number)\n"
        "        except OSError: pass",
        harms="kills the grader",
    ),
    attack(
        "signals to the group",
        "all processes of group and session are killed",
        "import os, signal\n"
        "for kill in (lambda: os.killpg(0, signal.SIGTERM),\n"
        "             lambda: os.kill(-1, signal.SIGTERM),\n"
        "             lambda: os.killpg(os.getppid(), signal.SIGKILL)):\n"
        "    try: kill()\n"
        "    except OSError: pass",
        harms="kills every process of this user",
    ),
    attack(
        "a fork bomb",
        "no process can be started any more",
        DEAF + "import os, time\n"
        "for _ in range(9):\n"
        "    try: os.fork()\n"
        "    except OSError: pass\n"
        "time.sleep(20)",
        "processes",
        harms=MACHINE,
    ),
    attack(
        "threads",
        "no thread can be started any more",
        DEAF + "import threading, time\n"
        "for _ in range(400):\n"
        "    try: threading.Thread(target=time.sleep, args=[20]).start()\n"
        "    except RuntimeError: time.sleep(0.1)\n"
        "time.sleep(20)",
        "processes",
        harms=MACHINE,
    ),
    attack(
        "a memory hog",
        "memory runs out",
        DEAF + "import time\nheld = [bytearray(10_000_000) for _ in range(80)]\n"
        "time.sleep(20)",
        "memory limit",
        harms=MACHINE,
    ),
    attack(
        "a disk hog",
        "the disk is filled",
        "for place in ('.', '/tmp', '/dev/shm', '/var/tmp', '@ROOT@'):\n"
        "    for number in range(12):\n"
        "        try:\n"
        "            with open(f'{place}/@MARK@-{number}', 'wb') as file:\n"
        "                file.write(bytes(8_000_000))\n"
        "        except OSError as error: print(error)",
        harms=MACHINE,
    ),
    attack(
        "all terminals",
        "no other submission gets one for its commands",
        DEAF + "import os, time\n"
        "held = []\n"
        "for _ in range(5000):\n"
        "    try: held.append(os.openpty())\n"
        "    except OSError: break\n"
        "time.sleep(2)",
        harms=MACHINE,
    ),
    attack(
        "a flood of output",
        "logs, notebook and memory are filled",
        "for _ in range(4000): print('x' * 10_000, flush=True)",
        "output limit",
        harms="fills the disk with notebook and feedback",
    ),
    attack(
        "one long line",
        "a limit on lines does not see it",
        "print('x' * 30_000_000)",
        "output limit",
        harms="fills the disk with notebook and feedback",
    ),
    attack("an endless cell", "the class waits for ever", "while True: pass", "4 s"),
    attack(
        "a cell deaf to interrupts",
        "the class waits for ever",
        "import time\n"
        "while True:\n"
        "    try: time.sleep(60)\n"
        "    except BaseException: pass",
        "did not heed",
    ),
    attack(
        "a blocking C call",
        "no interrupt reaches it",
        "import ctypes, signal\n"
        "for number in range(1, 32):\n"
        "    try: signal.signal(number, signal.SIG_IGN)\n"
        "    except OSError: pass\n"
        "ctypes.PyDLL(None).sleep(60)",
        "did not heed",
    ),
    attack(
        "stopped",
        "sends SIGSTOP to itself",
        "import os, signal\n"
        "os.kill(os.getpid(), signal.SIGSTOP)\nimport time; time.sleep(60)",
    ),
    in_function(
        "a slow function",
        "the judge waits for ever",
        "    import time\n    time.sleep(60)",
    ),
    in_function(
        "a flood when asked",
        "the judge hears what it says",
        "    import sys\n"
        "    for _ in range(4000): print('x' * 10_000, file=sys.__stderr__);"
        " print('x' * 10_000, file=sys.stderr)",
        harms="fills the disk with notebook and feedback",
    ),
    attack(
        "sockets closed",
        "the kernel never answers again",
        "import os\n"
        "for number in range(3, 200):\n"
        "    try: os.close(number)\n"
        "    except OSError: pass",
    ),
    attack(
        "a bomb of a parser",
        "the grader parses what is nested deeply",
        "(" * 3000 + ")" * 3000,
    ),
    attack(
        "a bomb for the colours",
        "the grader's colouring takes for ever",
        "print('\\x1b[' * 100_000)\nraise ValueError('\\x1b[31m' * 50_000)",
    ),
    attack(
        "descriptors under way",
        "no neighbour can send one any more",
        "import socket, time\nheld = []\n"
        "try:\n"
        "    while True:\n"
        "        held.append(socket.socketpair())\n"
        "        socket.send_fds(held[-1][0], [b'x'], [0] * 250)\n"
        "except OSError: time.sleep(3)",
        harms=MACHINE,
    ),
    attack(
        "timers and signals",
        "no neighbour can be sent one any more",
        "import ctypes, signal, threading, time\n"
        "libc, one = ctypes.CDLL(None), ctypes.c_void_p()\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, [40])\n"
        "me = ctypes.c_ulong(threading.get_ident())\n"
        "while not libc.pthread_sigqueue(me, 40, None): pass\n"
        "while not libc.timer_create(0, None, ctypes.byref(one)): pass\n"
        "time.sleep(3)",
        harms=MACHINE,
    ),
    attack(
        "watches and pipes",
        "nobody of this user can have one any more",
        "import ctypes, fcntl, os, select, time\nheld = []\n"
        "while ctypes.CDLL(None).inotify_init() >= 0: pass\n"
        "try:\n"
        "    while True:\n"
        "        held.append((os.pipe(), select.epoll()))\n"
        "        for (end, _), _ in held: held[-1][1].register(end)\n"
        "        fcntl.fcntl(held[-1][0][1], 1031, 1 << 20)\n"
        "except OSError: time.sleep(3)",
        harms=MACHINE,
    ),
    *(
        attack(
            f"no end of a message, {channel}",
            "the grader keeps frames until the last has come",
            SAY + f"say({data}, {end!r})\ntime.sleep(20)",
            "output limit",
            harms="fills the memory of the grader",
        )
        for channel, end, data in (
            ("shell", "-1", "(b'\\x01\\xff' + b'x' * 255) * 512"),
            ("iopub", "-2", "(b'\\x01\\xff' + b'x' * 255) * 512"),
            ("of empty frames", "-2", "b'\\x01\\x00' * 8192"),
        )
    ),
    attack(
        "a relay of processes",
        "a processor for itself, under the limit of time",
        "import os, signal, time\n"
        "signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
        "if not os.fork():\n"
        "    while True:\n"
        "        end = time.process_time() + 0.02\n"
        "        while time.process_time() < end: pass\n"
        "        if os.fork(): os._exit(0)",
        harms=MACHINE,
    ),
    attack(
        "memory of ended threads",
        "nobody counts it",
        DEAF + "import ctypes, os, threading, time\n"
        "def hold():\n"
        "    time.sleep(1)\n"
        "    held = bytearray(b'x') * 700_000_000\n"
        "    time.sleep(20)\n"
        "if not os.fork():\n"
        "    threading.Thread(target=hold).start()\n"
        "    time.sleep(0.2)\n"
        "    ctypes.CDLL(None).pthread_exit(None)\n"
        "time.sleep(20)",
        "memory limit",
        harms=MACHINE,
    ),
    attack(
        "memory of nobody",
        "nobody counts it",
        "import ctypes, mmap, os\n"
        "held = []\n"
        "for file in (-1, os.open('/dev/zero', os.O_RDWR)):\n"
        "    try:\n"
        "        held.append(mmap.mmap(file, 700_000_000))\n"
        "        for at in range(0, 700_000_000, 4096): held[-1][at] = 1\n"
        "    except (OSError, ValueError): pass\n"
        "libc = ctypes.CDLL(None)\n"
        "made = [libc.semget(0, 32000, 0o1600) for _ in range(100)]\n"
        "print(len(held), max(made))",
        harms=MACHINE,
    ),
    attack(
        "other families of sockets",
        "the host hears what is no network",
        "import socket\n"
        "for family in range(1, 50):\n"
        "    for kind in (1, 2, 3, 5):\n"
        "        if family not in (1, 2, 10, 16):\n"
        "            try: socket.socket(family, kind); print('@MARK@'[::-1])\n"
        "            except OSError: pass",
    ),
    attack(
        "another's sockets",
        "says in the warmed process's name that all is over",
        "import ctypes, os, socket\n"
        "libc = ctypes.CDLL(None)\n"
        "for pid in filter(str.isdigit, os.listdir('/proc')):\n"
        "    if int(pid) == os.getpid(): continue\n"
        "    try: process = os.pidfd_open(int(pid))\n"
        "    except OSError: continue\n"
        "    for number in range(64):\n"
        "        one = libc.syscall(438, process, number, 0)\n"
        "        if one < 0: continue\n"
        "        try: socket.socket(fileno=one).send(b'{\"exit\": Infinity}')\n"
        "        except OSError: pass",
        harms="speaks on every process's sockets",
    ),
)
