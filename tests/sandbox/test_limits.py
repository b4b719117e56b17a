"""The limits of the configuration, for `gdgrader autograde` and nbgrader alike."""

import importlib
import re
import sys
from dataclasses import fields
from pathlib import Path

import pytest
from course import LESSON, RIGHT, Course, insert
from traitlets.config import Config

from gdgrader import limited
from gdgrader.autograde import runner
from gdgrader.autograde.nbgrader_steps import GdExecute
from gdgrader.feedback import safe_html, within_limits
from gdgrader.grading import notebook, widgets
from gdgrader.lms import archives
from gdgrader.report import written
from gdgrader.sandbox import relay, user_ids, watchdog
from gdgrader.sandbox.forkserver import INSIDE
from gdgrader.sandbox.limits import MB, Limits
from gdgrader.submission import choose, note

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "limits.md"


def gdgrader(course: Course) -> None:
    runner.grade(LESSON, config=course.config, workers=0, isolated=False)


def nbgrader(course: Course) -> None:
    assert course.autograde()["success"]


@pytest.mark.parametrize("grade", [gdgrader, nbgrader])
def test_what_the_configuration_bounds_is_bounded(grade, tmp_path):
    course = Course(tmp_path, isolated=False)
    course.config.GdExecute.limits = {"cell_seconds": 2}
    notebook = course.answered(RIGHT)
    insert(notebook, "step", "import time; time.sleep(20)")
    course.submit("ann", notebook)
    grade(course)
    assert "Stopped after 2 s" in course.notes("ann")
    assert course.points("ann") == course.most


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"memory": 1}, "no limit is called 'memory'.*memory_bytes"),
        ({"processes": 0}, "processes must be a number above 0"),
        ({"cell_seconds": "60"}, "cell_seconds must be a number above 0"),
    ],
)
def test_what_is_no_limit_is_told(limits, words):
    config = Config({"GdExecute": {"limits": limits}})
    with pytest.raises(ValueError, match=words):
        GdExecute(config=config)


def test_the_page_tells_every_limit_with_its_default():
    rows = re.findall(r"^\| `(\w+)`[ †]*\| (\d+)( MB)?", PAGE.read_text(), re.MULTILINE)
    told = {name: int(value) * (MB if size else 1) for name, value, size in rows}
    assert told == {
        field.name: getattr(Limits(), field.name) for field in fields(Limits)
    }


@pytest.fixture
def isolation(monkeypatch):
    """The module, which finds its neighbours only in the sandbox."""
    monkeypatch.syspath_prepend(INSIDE)
    names = ("isolation", "syscalls")
    for name in names:
        monkeypatch.delitem(sys.modules, name, raising=False)
    yield importlib.import_module("isolation")
    for name in names:
        sys.modules.pop(name, None)


def allowed(allowance: limited.Allowance) -> str:
    return f"{allowance.seconds:g} s, {allowance.memory // MB} MB"


def test_the_pages_have_the_numbers_of_the_code(isolation):
    limits, watches = Limits(), isolation.WATCHES
    tcp = {int(sizes.split()[-1]) >> 10 for sizes in isolation.TCP.values()}
    (connection,) = tcp
    default = 212_992  # net.core.wmem_default, a socket's own and one piece more
    unread = 2 * default * limits.sockets / 10**6
    pipes = [
        64 * MB + limits.processes * number * (8 << 10)
        for number in (isolation.DESCRIPTORS, isolation.SHARED_DESCRIPTORS)
    ]
    mappings = 65_530 * 200 * limits.processes
    a_page, a_zip = allowed(within_limits.ALLOWED), allowed(archives.OF_ONE_ZIP)
    told = {
        "limits.md": [
            f"counts {relay.KEEPING} bytes more",
            f"No more descriptors than {isolation.DESCRIPTORS} for one process",
            f"{isolation.SIGNALS} pending signals and timers",
            f"{watches['instances']} of inotify's instances with {watches['watches']}",
            f"first {widgets.MOST_DISPLAYS} can",
            f"({default >> 10} kB, `net.core.wmem_default`)",
            f"most {connection} kB to be sent and {connection} kB to be read",
            f"no more than {limits.sockets}: less than 220 MB",
            f"looks {1 / watchdog.INTERVAL:g} times a second at all",
            f"no more than {isolation.SPARE_PROCESSES} processes above",
            f"with {isolation.SHARED_DESCRIPTORS} descriptors for a process",
            f"by looking {1 / watchdog.INTERVAL:g} times a second",
            f"after {limited.PATIENCE} times as long by the clock",
            f"a page of feedback or of formgrader | {a_page} |",
            f"notebook is looked for | {allowed(choose.LOOKING)} |",
            f"more than {notebook.HARMLESS >> 10} kB, to be graded |"
            f" {allowed(notebook.READING)} |",
            f"it took more than {notebook.READING.seconds:g} s",
            f"for the class report | {allowed(written.ALLOWED)} |",
            f"`nbgrader zip_collect` | {a_zip}; {archives.LARGEST // MB} MB a file;"
            f" {archives.MOST_BYTES // MB} MB and {archives.MOST_FILES} files",
            f"together | {archives.SafeExtractor().most_bytes >> 30} GB (`c.Safe",
            f"submission | {note.MOST}, of {note.LONGEST} letters",
            f"more than {safe_html.LONGEST // 1000} 000 letters",
        ],
        "threat-model.md": [
            f"its own, of {user_ids.COUNT} for each sandbox",
            f"`newuidmap` and {user_ids.COUNT} ids",
            f"by {isolation.SHARED_DESCRIPTORS} descriptors for a process",
            f"{isolation.SIGNALS} signals and timers",
            f"{watches['instances']} of inotify's instances with {watches['watches']}",
            f"no more than {limits.sockets} sockets, in which less than 220 MB",
            f"at most {pipes[0] / 10**9:.1f} GB with {limits.processes} processes of"
            f" {isolation.DESCRIPTORS} descriptors ({pipes[1] / 10**9:.1f} GB with"
            f" {isolation.SHARED_DESCRIPTORS})",
            f"{mappings / 10**9:.1f} GB in all",
            f"not {connection} kB to be sent",
        ],
        "hosting.md": [f"at least {user_ids.COUNT} ids"],
    }
    assert 210 < unread < 220
    for name, phrases in told.items():
        text = " ".join((DOCS / name).read_text("utf-8").split())
        assert [one for one in phrases if one not in text] == [], name
