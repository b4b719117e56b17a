"""`gdgrader autograde` as it is typed: the bar, the summary, the end by a signal."""

import io
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing

import pytest
from course import LESSON, RIGHT, Course
from rich.console import Console

from gdgrader.autograde import runner
from gdgrader.autograde.progress import Bar, summary
from gdgrader.autograde.runner import Outcome
from gdgrader.autograde.stopping import Stopped, stoppable


def command(course: Course, *options: str) -> subprocess.Popen:
    """Start it, in a process group of its own as a shell would."""
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "gdgrader.cli", "autograde", LESSON),
            *("--no-sandbox", "--root", str(course.root), *options),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def graded(course: Course) -> int:
    with closing(sqlite3.connect(course.root / "gradebook.db")) as book:
        found = "SELECT name FROM sqlite_master WHERE name = 'gdgrader_state'"
        if not book.execute(found).fetchone():
            return 0
        return book.execute("SELECT count(*) FROM gdgrader_state").fetchone()[0]


@pytest.fixture
def course(tmp_path) -> Course:
    course = Course(tmp_path)
    for number in range(12):
        course.submit(f"s{number:02}", course.answered(RIGHT))
    return course


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order_and_a_second_run_goes_on(course, number):
    running = command(course, "--workers", "1")
    while graded(course) < 2:
        assert running.poll() is None
        time.sleep(0.05)
    os.kill(running.pid, number)
    said = running.communicate(timeout=3600)[0]
    assert running.returncode == 128 + number
    assert "Traceback" not in said
    assert number.name in said and "Run it again to go on." in said
    done = graded(course)
    assert 2 <= done < 12
    again = runner.grade(LESSON, config=course.config, isolated=False, workers=0)
    found = Counter(outcome.status for outcome in again)
    assert found == {"graded": 12 - done, "unchanged": done}
    assert graded(course) == 12


def test_a_failure_is_told_with_its_reason(course):
    course.submit("s03", b"<html>")
    running = command(course, "--student", "s03", "--student", "s04")
    said = running.communicate(timeout=3600)[0]
    assert running.returncode == 1
    assert "✗ 1 graded, 1 failed" in said
    assert "s03: the file is a web page" in said
    assert "\x1b" not in said  # no colours, no cursor: this is no terminal
    assert f"{LESSON}: 2 of 2" in said


def test_an_unknown_lesson_is_told_in_words(course):
    running = subprocess.run(
        [sys.executable, "-m", "gdgrader.cli", "autograde", "none"],
        cwd=course.root,
        capture_output=True,
        text=True,
    )
    assert running.returncode == 1
    assert "none should hold one notebook, but has 0" in running.stdout


def outcomes() -> list[Outcome]:
    made = [Outcome(f"s{n}", "graded", seconds=n / 10) for n in range(20)]
    made += [Outcome(f"w{n:02}", "waiting for a person") for n in range(12)]
    return [*made, Outcome("u", "unchanged"), Outcome("f", "failed", "[torn] file")]


def test_summary():
    text = "\n".join(summary(outcomes(), 66))
    plain = Console(file=io.StringIO(), width=200)
    plain.print(text)
    lines = plain.file.getvalue().splitlines()
    assert lines[0] == "✗ 20 graded, 12 waiting for a person, 1 unchanged, 1 failed"
    assert lines[1] == "  33 submissions in 00:01:06, 2.00 s each"
    assert lines[3].strip() == "f: [torn] file"
    assert lines[4].endswith("w08, w09 and 2 more")
    assert lines[5] == "Slowest: s19 1.9 s, s18 1.8 s, s17 1.7 s, s16 1.6 s, s15 1.5 s"


def test_one_bar_with_rate_and_time_left():
    terminal = Console(file=io.StringIO(), force_terminal=True, width=80)
    with Bar(terminal, LESSON) as bar:
        for outcome in outcomes()[:10]:
            time.sleep(0.01)
            bar.advance(outcome, 20)
        assert len(bar.bar.tasks) == 1
        bar.bar.refresh()
        shown = terminal.file.getvalue()
    assert "10/20" in shown and "/s" in shown and "0:00:0" in shown


def test_without_a_terminal_a_line_for_each_tenth():
    plain = Console(file=io.StringIO())
    with Bar(plain, LESSON) as bar:
        for outcome in outcomes():
            bar.advance(outcome, 34)
    lines = plain.file.getvalue().splitlines()
    assert len(lines) == 10 and lines[-1] == f"{LESSON}: 34 of 34"


def test_stoppable_gives_the_handlers_back():
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(Stopped) as caught, stoppable():
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(1)
    assert caught.value.status == 143
    assert signal.getsignal(signal.SIGTERM) is before
