"""Options for a sandbox that is warm in a moment: no torch, NumPy or matplotlib in it.

    with Sandbox(LIMITS, nested=False, extra=LIGHT) as sandbox: …

For tests of what a kernel is kept from and held to, where each kernel or each test has
a sandbox of its own. Else it is the same sandbox; a cell may import what it likes.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from gdgrader.sandbox.bubblewrap import ENTRY
from gdgrader.sandbox.forkserver import INSIDE

HEAVY = ("torch", "numpy", "matplotlib", "matplotlib_inline")
WARM_UP = "\n    warm_up()\n"
A_LITTLE = f"""
    for name in WARM:
        if name.partition(".")[0] not in {HEAVY}:
            importlib.import_module(name)
"""


def _program() -> Path:
    """`inside/zygote.py`, but for what it imports before it forks."""
    text = (INSIDE / "zygote.py").read_text(encoding="utf-8")
    assert text.count(WARM_UP) == 1
    folder = tempfile.mkdtemp(prefix="light-")
    atexit.register(_remove, folder, os.getpid())
    path = Path(folder) / "zygote.py"
    path.write_text(text.replace(WARM_UP, A_LITTLE), encoding="utf-8")
    return path


def _remove(folder: str, owner: int) -> None:
    if os.getpid() == owner:  # a forked process that ends in good order is not it
        shutil.rmtree(folder, ignore_errors=True)


LIGHT = ("--ro-bind", str(_program()), f"{ENTRY}/zygote.py")
