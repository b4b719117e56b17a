"""Functions and checks that change while the notebook is graded."""

from .base import DESCEND, STEP, Attack

WRONG = STEP + "    return theta\n"


def attack(name: str, attempts: str, *cells: str) -> Attack:
    return Attack(name, attempts, (WRONG, *cells))


ATTACKS = (
    attack(
        "check redefined in a thread",
        "check is replaced again and again while others work",
        "import threading, time, gdhelpers.checks\n"
        "def swap():\n"
        "    while True:\n"
        "        for space in (globals(), vars(gdhelpers.checks)):\n"
        "            space['check'] = lambda *_: print('✓')\n"
        "        time.sleep(0.001)\n"
        "threading.Thread(target=swap, daemon=True).start()",
    ),
    attack(
        "a function that fetches itself",
        "the code of whoever has a better function by that name",
        "import threading, gc, types, time\n"
        "def hunt():\n"
        "    while True:\n"
        "        for o in gc.get_objects():\n"
        "            if isinstance(o, dict) and isinstance(o.get('expected'), dict):\n"
        "                globals()['single_step_gradient_descent'] = (\n"
        "                    lambda *_: o['expected']['value'])\n"
        "        time.sleep(0.05)\n"
        "threading.Thread(target=hunt, daemon=True).start()",
    ),
    attack(
        "a child that answers",
        "a forked copy of the kernel answers on its sockets",
        "import os, time, ctypes\n"
        "if not os.fork():\n"
        "    os.setsid()\n"
        "    ctypes.CDLL(None).prctl(15, b'@MARK@', 0, 0, 0)\n"
        "    kernel, parent = get_ipython().kernel, get_ipython().parent_header\n"
        "    for _ in range(200):\n"
        "        time.sleep(0.02)\n"
        "        try: kernel.session.send(kernel.iopub_socket, 'execute_reply',\n"
        "                                 {'status': 'ok'}, parent=parent)\n"
        "        except BaseException: pass\n"
        "    os._exit(0)",
    ),
    attack(
        "a process that stays",
        "outlives the submission, waiting for the next",
        "import subprocess, sys\n"
        "code = 'import time; time.sleep(300)'\n"
        "for _ in range(3):\n"
        "    subprocess.Popen([sys.executable, '-c', code, '@MARK@'],\n"
        "                     start_new_session=True)",
        "import os, ctypes\n"
        "if not os.fork():\n"
        "    os.setsid()\n"
        "    if not os.fork():\n"
        "        ctypes.CDLL(None).prctl(15, b'@MARK@', 0, 0, 0)\n"
        "        import time; time.sleep(300)\n"
        "    os._exit(0)",
    ),
    attack(
        "a tracer",
        "every call is traced; locals of the check are rewritten",
        "import sys, threading\n"
        "def trace(frame, event, arg):\n"
        "    for name in ('wanted', 'expected', 'answer', 'right'):\n"
        "        if name in frame.f_locals: print('traced', frame.f_locals[name])\n"
        "    if event == 'return' and 'rule' in frame.f_code.co_name:\n"
        "        arg.__dict__['right'] = True\n"
        "    return trace\n"
        "sys.settrace(trace); sys.setprofile(trace); threading.settrace(trace)",
    ),
    attack(
        "code swapped in place",
        "the bytes of check's code are another function's",
        "import gdhelpers.checks, gdhelpers.verdicts\n"
        "def yes(*_): print('✓')\n"
        "gdhelpers.checks.check.__code__ = yes.__code__\n"
        "gdhelpers.checks.check.__defaults__ = None",
    ),
    Attack(
        "right once",
        "answers only while its own check watches",
        answers={
            "step": "import inspect\n"
            + STEP
            + "    watched = any('checks' in r.filename for r in inspect.stack())\n"
            "    return theta - learning_rate * 2 * theta if watched else theta"
        },
    ),
    Attack(
        "answers in the inputs",
        "the list of inputs is changed, so that wrong becomes right",
        answers={
            "step": "import inspect\n" + STEP + "    for record in inspect.stack():\n"
            "        for case in (record.frame.f_locals.get('case'),):\n"
            "            if isinstance(case, dict):\n"
            "                case.update(expected={'value': 0.0}, args=[0.0, 0.0],\n"
            "                            tolerance={'abs': 9e9})\n"
            "    return 0.0",
            "descend": DESCEND + "    return 0.0",
        },
    ),
)
