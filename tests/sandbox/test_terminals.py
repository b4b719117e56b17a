"""A kernel has terminals, for `!` and `%pip`, and they are its own."""

import json
import threading

import pytest
from course import RIGHT, RIGHT_STEP, Course
from light import LIGHT
from sandboxed import run

from gdgrader.sandbox.host import Sandbox

# What people begin a cell with; whether it succeeds on the machine is another matter.
FIRST = {
    "echo": "!echo on",
    "pip": "!pip --version",
    "pip, as a magic": "%pip --version",
    "pip that fails": "%pip install no-such-package-at-all --retries 0",
    "no such command": "!nvidia-smi",
    "a value": "files = !ls",
    "its status": "!exit 3\nassert _exit_code == 3",
    "two lines": "!python --version\n!cat /proc/cpuinfo | head -1",
    "a cell of bash": 'get_ipython().run_cell_magic("bash", "", "echo on")',
    "system": "get_ipython().system('ls')",
}
TAKE_ALL = """
import os, time
held = []
try:
    while True:
        held.append(os.openpty())
except OSError:
    print(len(held))
"""
OTHERS = "!ls /dev/pts; echo on"


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Course:
    made = Course(tmp_path_factory.mktemp("course"))
    for name, line in FIRST.items():
        step = f"{line}\n{RIGHT_STEP}"
        made.submit(name, made.answered({**RIGHT, "step": step}))
    made.autograde()
    return made


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(extra=LIGHT) as opened:
        yield opened


@pytest.mark.parametrize("student", FIRST)
def test_a_solution_may_begin_with_a_command(course, student):
    assert course.points(student) == course.most, course.notes(student)


def test_no_kernel_takes_anothers_terminals(sandbox):
    """Neither sees them, nor leaves none over for others."""
    other = []

    def meanwhile(_):
        work = threading.Thread(target=lambda: other.append(run(sandbox, OTHERS)))
        work.start()
        work.join()

    outcome = run(sandbox, f"{TAKE_ALL}\ntime.sleep(3)", meanwhile=meanwhile)
    assert 1 <= int(outcome.text) <= 16
    assert other[0].text.split() == ["0", "ptmx", "on"]


def test_nothing_is_typed_anywhere(sandbox):
    """TIOCSTI reaches a terminal of one's own at most; there is no other."""
    code = """
import errno, fcntl, json, os, termios
found = {}
places = [f'/dev/{name}' for name in ('tty', 'console', 'tty0', 'tty1', 'ptmx')]
places += [f'/dev/pts/{n}' for n in range(64)]
places += [f'/proc/self/fd/{n}' for n in range(64)]
for place in places:
    try:
        one = os.open(place, os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(one, termios.TIOCSTI, b'x')
        found[place] = 'typed'
    except OSError as error:
        pass
print(json.dumps(found))
"""
    assert json.loads(run(sandbox, code).text) == {}
