"""Whatever notebooks hold, the class has its report, and who is left out is named."""

import json
import os
import re
import unicodedata

import nbformat
import pytest
from bs4 import BeautifulSoup
from course import DESCEND, LESSON, LIMITS, RIGHT, Course, cell, insert
from nbgrader.api import Gradebook
from report_page import harmless, table
from sqlalchemy import text

from gdgrader.autograde import runner
from gdgrader.limited import MB, Allowance
from gdgrader.report import collect, page, written
from gdgrader.report.reach import reached_for
from gdgrader.report.similar import MOST_TOKENS, tokens

DEEP = {
    "calls": "f" + "()" * 400,
    "methods": "f" + ".x()" * 200,
    "attributes": "f" + ".x" * 900 + "()",
    "items": "f" + "[0]" * 500 + "()",
    "assigned": "gdhelpers" + ".x" * 900 + " = 1",
    "setattr": "setattr(gdhelpers" + ".x" * 900 + ", 'y', 1)",
    "minus": "x = " + "-" * 900 + "1; f()()",
    "lambdas": "lambda: " * 90 + "f()()",
}
LONG = {
    "module": "import socket." + "x" * 300_000,
    "modules": "import " + ", ".join(f"socket.m{n}" for n in range(5_000)),
    "places": "\n".join(f"open('../{n}')" for n in range(5_000)),
}
ODD = {
    "escape": "open('../\x1b[2J\x1b]0;owned\x07')",
    "bidi": "open('../\u202egnp.x\u2066')",
    "c1": "open('../\x9b31m')",
}
BOMBS = {
    "statements": ["a;" * 50_000] * 150,
    "places": ["open('../x')\n" * 20_000] * 60,
    "sums": ["x = " + "1+" * 900 + "1\n"] * 9_000,
}
HEAVY = "# " + "η" * 60_000_000
MEGABYTE = DESCEND + "\n".join(f"    x{n} = {n} * theta" for n in range(45_000))


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Course:
    """Each of them, as the grader would have kept it, and an honest one."""
    made = Course(tmp_path_factory.mktemp("report") / "course", isolated=False)
    names = ["honest", "big 1", "big 2", "heavy"]
    names += [f"o {name}" for name in DEEP | LONG | ODD] + [f"b {n}" for n in BOMBS]
    made.submit("honest", made.answered(RIGHT))
    for name in names[1:]:
        made.submit(name, b"{}")  # quickly failed, and then said to be graded
    runner.grade(LESSON, config=made.config, isolated=False, workers=0, limits=LIMITS)
    with Gradebook(made.db_url) as book:
        book.db.execute(text("UPDATE gdgrader_state SET status = 'graded'"))
        book.db.commit()
    path = made.root / "autograded" / "honest" / LESSON / f"{LESSON}.ipynb"
    done = path.read_text(encoding="utf-8")
    for name in names[1:]:
        work = nbformat.reads(done, as_version=4)
        kind, _, which = name.partition(" ")
        if kind == "o":
            insert(work, "descend", (DEEP | LONG | ODD)[which])
        elif kind == "b":
            insert(work, "descend", *BOMBS[which])
        elif kind == "big":
            cell(work, "descend").source = MEGABYTE
        elif kind == "heavy":
            insert(work, "descend", HEAVY)
        if which == "escape":
            note = "File '\x1b[2J\u202e' was left out: too much."
            work.metadata.gdgrader.notes = [note, *map(str, range(50_000))]
        folder = made.root / "autograded" / name / LESSON
        folder.mkdir(parents=True)
        (folder / f"{LESSON}.ipynb").write_text(
            json.dumps(work, ensure_ascii=False), encoding="utf-8"
        )
    for raw in (b"z\xff\xfe", b"z\xed\xb3\xbf", b"z\xc3"):
        (made.root / "submitted" / os.fsdecode(raw) / LESSON).mkdir(parents=True)
    return made


@pytest.fixture(scope="module")
def report(course, tmp_path_factory) -> BeautifulSoup:
    path = tmp_path_factory.mktemp("page") / "report.html"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(written, "ALLOWED", Allowance(seconds=3, memory=300 * MB))
        path.write_text(page(collect(LESSON, course.config), True), encoding="utf-8")
    assert path.stat().st_size < 2 * MB
    return harmless(path)


def said(report: BeautifulSoup) -> dict[str, str]:
    found, who = {}, ""
    for row in table(report, "attention", 0):
        who = row[0] if len(row) == 3 else who
        found[who] = found.get(who, "") + row[-1]
    return found


def test_everybody_is_in_it(course, report):
    students = {path.name for path in (course.root / "submitted").iterdir()}
    rows = {row[0]: row[1] for row in table(report, "everyone", 0)}
    odd = {name for name in students if name.startswith("z")}
    assert students - odd <= rows.keys()
    words = said(report)
    for name in rows.keys() - students:
        assert rows.pop(name) == "not graded" and "no text in UTF-8" in words[name]
        odd.pop()
    assert not odd
    assert rows.pop("heavy") == "not graded"
    assert set(rows.values()) <= {"graded", "waiting for a person"}


def test_who_is_left_out_is_named(report):
    words = said(report)
    for name in BOMBS:
        assert "not looked at for this page: it took more than" in words[f"b {name}"]
    assert "cannot be read: it took more than 300 MB" in words["heavy"]
    for name in DEEP | LONG | ODD:
        assert "not looked at" not in words.get(f"o {name}", "")


def test_what_is_told_has_an_end(report):
    words = said(report)
    for name in LONG:
        assert 0 < len(words[f"o {name}"]) < 8_000
    assert "more remarks" in words["o escape"]


def test_nothing_in_it_commands(report):
    words = report.get_text().replace("\n", "").replace("\t", "")
    assert not [c for c in words if unicodedata.category(c) in ("Cc", "Cf")]
    assert re.search(r"\\x1b\[2J", words) and "\\u202e" in words


@pytest.mark.parametrize("name", DEEP)
def test_deep_code_is_read(name):
    found = reached_for("import gdhelpers, socket\n" + DEEP[name])
    assert "imports socket" in found
    assert max(map(len, found)) <= 200
    replaces = name in ("assigned", "setattr")
    assert any(phrase.startswith("replaces") for phrase in found) == replaces


def test_long_answers_are_compared_by_their_beginning():
    read, names = tokens(MEGABYTE, DESCEND)
    assert len(names) < len(read) == MOST_TOKENS
