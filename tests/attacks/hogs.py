"""Ending, hanging and filling: the kernel, the grader, the machine.

Each is bounded, a little above what the test's limits allow, lest it hurt the machine
where isolation fails.
"""

from .base import STEP, Attack

MACHINE = "would harm this machine"
# So that it is the limit which ends it, however slow the machine.
DEAF = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"


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
)
