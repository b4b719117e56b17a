"""Whatever a terminal can write, no check of a student's fails by it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

LESSON_1 = Path(__file__).parents[2] / "release" / "01_single_step"
ENCODINGS = ("ascii", "latin-1", "cp1252", "cp437", "koi8-r", "utf-8", "utf-16")
CHECK = """
from gdhelpers.checks import check, once_written

def single_step_gradient_descent(theta, learning_rate):
    return theta - learning_rate * 2 * theta

check(single_step_gradient_descent, "single_step_gradient_descent")
with once_written("f"):
    raise ValueError("η राम \\udcff")
"""


def run(encoding: str, text: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", text],
        cwd=LESSON_1,
        env=os.environ | {"PYTHONIOENCODING": encoding},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.decode(encoding)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_script_of_a_student(encoding):
    right, other = run(encoding, CHECK).splitlines()
    ticked = encoding.startswith("utf")
    sign = "✓" if ticked else "[ok]"
    assert right.startswith(f"{sign} single_step_gradient_descent: right in ")
    # A lone surrogate is in no encoding.
    told = [n.encode("ascii", "backslashreplace").decode() for n in ("राम", "\udcff")]
    assert told[1] in other and (told[0] in other or "राम" in other)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_what_is_said_stays_readable(encoding):
    text = "from gdhelpers.terminal import say; say('✗ η ≥ 0.1 … Zoë “x” 王')"
    zoe = "Zo\\xeb" if encoding == "ascii" else "Zoë"
    quoted = "“x”" if encoding == "cp1252" else '"x"'
    dots = "…" if encoding == "cp1252" else "..."
    assert run(encoding, text).strip() == (
        f"[x] eta >= 0.1 {dots} {zoe} {quoted} \\u738b"
    )
