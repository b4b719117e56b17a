"""Strangers' words do not reach a terminal, a log or a page as commands."""

import io
import os
import pty
import subprocess
import sys
import unicodedata

import pytest
from course import LESSON, Course
from fuzzed import tried
from hypothesis import given
from hypothesis import strategies as st
from nbgrader.api import Gradebook

from gdgrader.autograde.progress import summary
from gdgrader.autograde.record import Outcome
from gdgrader.shown import PlainConsole, clipped, for_page, for_terminal

NAMES = [
    "\x1b[2J\x1b[1;32m✓ all graded",  # clears the screen
    "\x1b]0;owned\x07",  # a window's title
    "\x9b31mred",  # the same as ESC [, as one character
    "ann\r✓ bob",  # writes over the line
    "ann\n✓ bob: graded",  # forges one
    "ann\x08\x08\x08bob",
    "\u202exslx.nna",  # reads backwards
    "\u2066ann\u2069",
    "\u200fann\u061c",
]
UNICODE = tried(300)


def commands(text: str) -> list[str]:
    """What a terminal, or a browser's line, would take for more than a character."""
    kinds = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    marks = "\u200e\u200f\u061c"
    return [
        c
        for c in text
        if unicodedata.category(c) in ("Cc", "Cs")
        or unicodedata.bidirectional(c) in kinds
        or c in marks
    ]


@UNICODE
@given(st.text(st.characters(exclude_categories=())))
def test_no_text_commands(text):
    assert commands(for_terminal(text)) == []
    page = for_page(text)
    assert commands(page.translate(dict.fromkeys(b"\t\n\r"))) == []
    page.encode()  # a half of a character would not
    if not commands(text) and not {"\u2028", "\u2029"} & {*text}:
        assert for_terminal(text) == for_page(text) == text


@pytest.mark.parametrize("name", NAMES)
def test_the_terminal(name):
    out = io.StringIO()
    console = PlainConsole(file=out, highlight=False, soft_wrap=True, no_color=True)
    console.print(f"✗ {name}", markup=False)
    outcomes = [
        Outcome(name, "failed", reason=f"{name} {name}"),
        Outcome(name, "waiting for a person"),
    ]
    for line in summary(outcomes, 1.0):
        assert "\n" not in line
        console.print(line)
    assert commands(out.getvalue().replace("\n", "")) == []


def test_a_reason_has_an_end():
    lines = list(summary([Outcome("a", "failed", reason="x" * 300_000)], 1.0))
    assert max(map(len, lines)) < 1100
    assert clipped("x" * 300_000)[-1] == "…"


def test_the_log_of_nbgrader(tmp_path):
    course = Course(tmp_path / "course")
    (course.root / "nbgrader_config.py").write_text(
        "from gdgrader.config import apply\nc = get_config()\napply(c)\n"
    )
    archive = course.root / "downloaded" / LESSON / "archive"
    archive.mkdir(parents=True)
    for name in NAMES:
        (archive / f"{name}.ipynb").write_bytes(b"{}")
    with Gradebook(course.db_url) as book:
        book.add_student("ann")  # of nobody, nothing would be collected
    main, side = pty.openpty()  # on a terminal nbgrader colours its words
    command = [sys.executable, "-m", "nbgrader", "zip_collect", LESSON]
    command.append("--NbGrader.logfile=said.log")
    with subprocess.Popen(command, cwd=course.root, stdout=side, stderr=side) as run:
        os.close(side)
        said = b""
        try:
            while part := os.read(main, 10_000):
                said += part
        except OSError:  # the end of a terminal
            os.close(main)
    assert run.returncode == 0
    text = said.decode("utf-8", "replace")
    assert text.count("Not collected") == len(NAMES)
    ours = text.replace("\r\n", "")
    for colour in ("\x1b[32m", "\x1b[33m", "\x1b(B\x1b[m", "\x1b[0m", "\x1b[39;49m"):
        ours = ours.replace(colour, "")
    assert commands(ours) == []
    kept = (course.root / "said.log").read_text(encoding="utf-8")
    assert kept.count("Not collected") == len(NAMES)
    assert commands(kept.replace("\n", "")) == []
