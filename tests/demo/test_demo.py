"""`gdgrader demo`: whatever was planted in the class stands in its report."""

import csv
import hashlib
import math
import os
import subprocess
import sys
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch
from axe_playwright_python.sync_playwright import Axe
from browser import SCREENSHOTS, browser_page
from bs4 import BeautifulSoup
from nbgrader.api import Gradebook
from report_page import harmless, table
from typer.testing import CliRunner

from gdgrader import demo as demos
from gdgrader.cli import app
from gdgrader.config import load_config
from gdgrader.course.edition import instructors_version
from gdgrader.demo.students import planned
from gdgrader.exercises import exercises
from gdgrader.exercises.reference import load_reference
from gdgrader.lms.export import StatusExport
from gdgrader.report import collect, summary, write_report
from gdhelpers.cases import run_case
from gdhelpers.verdicts import cases_of, rule

ROOT = Path(__file__).parents[2]
PENALTIES = (1, 2, 4)  # of the three late ones: a point for each day begun


def gdgrader(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "gdgrader.cli", *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=3600,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "class"
    done = gdgrader("demo", str(folder))
    assert done.returncode == 0, done.stdout + done.stderr
    words = done.stdout.splitlines()
    for lesson, line in zip(demos.LESSONS, words[-2:], strict=True):
        number = len(demos.PLANTED[lesson])
        path = folder / "reports" / f"{lesson}.html"
        assert f"{path}: {number} of {number} planted mistakes" in line
    return folder


@pytest.fixture(scope="module", params=demos.LESSONS)
def lesson(request, folder) -> "Lesson":
    return Lesson(request.param, folder)


class Lesson:
    """A lesson of the demo: what was planned, and the report with names."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.folder = name, folder
        self.edition = instructors_version(ROOT / "source" / name / f"{name}.ipynb")
        self.plan = planned(self.edition)
        self.group = collect(name, load_config(folder))
        path, _ = write_report(name, folder, True, folder / "reports" / "names.html")
        self.page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")

    @cached_property
    def entries(self) -> dict[str, dict]:
        """The lesson's exercises with cases of another seed than the demo's.

        Without their mistakes, as what is right does not hang on them.
        """
        reference = load_reference(self.edition.path)
        return {
            name: replace(exercise, mistakes=[]).entry(
                reference[exercise.function], "another seed"
            )
            for name, exercise in exercises(self.name).items()
        }

    def honest_points(self, student: str) -> dict[str, float]:
        """What the answers earn by themselves: called here, no notebook executed."""
        names: dict = {"math": math, "torch": torch}
        content = self.plan.content[student]
        for cell in nbformat.reads(content.decode(), as_version=4).cells:
            if cell.source.startswith("def ") and "check" not in cell.source[:12]:
                exec(cell.source, names)
        points = {}
        for grade_id, asked in self.edition.graded.items():
            entry = self.entries[asked.exercise]
            cases = cases_of(entry, asked.property_name)
            answers = [run_case(names[asked.function], case) for case in cases]
            right = rule(entry, asked.property_name, answers).right
            points[grade_id] = self.group.points[grade_id] if right else 0.0
        return points


def test_every_planted_mistake_is_there_with_its_count(lesson):
    rows = {
        tuple(row[0].split("\n")): (int(row[1]), set(row[3].split(", ")))
        for row in table(lesson.page, "explain", 0)
    }
    wanted = {
        (mistake, exercise): (len(who), who)
        for (exercise, mistake), who in lesson.plan.mistakes.items()
    }
    assert rows == wanted
    shown = [pre.get_text() for pre in lesson.page.select("#explain .looks pre")]
    assert len(shown) == len(wanted)
    assert all(code.startswith("def ") for code in shown)
    counts = {(e, m): len(lesson.plan.mistakes[e, m]) for e, m in lesson.plan.mistakes}
    assert counts == {(e, m): n for e, m, n in demos.PLANTED[lesson.name]}
    others = {
        row[0]: set(row[3].split(", ")) for row in table(lesson.page, "explain", 1)
    }
    assert others == lesson.plan.unknown


def test_the_first_screen_says_what_to_explain_again(lesson):
    first = lesson.page.select("#explain .top li")
    assert len(first) == 3
    most = max(lesson.plan.mistakes.items(), key=lambda pair: len(pair[1]))
    (exercise, mistake), who = most
    known = next(m for m in exercises()[exercise].mistakes if m.name == mistake)
    text = first[0].get_text()
    assert mistake in text
    assert f"{len(who)} of 29" in text
    assert known.hint[1:].replace("`", "") in text


def test_corrupted_and_hostile_are_named_with_what_happened(lesson):
    rows, who = {}, ""
    for row in table(lesson.page, "attention", 0):
        who, (kind, what) = (row[0], row[1:]) if len(row) == 3 else (who, row)
        rows[who, kind] = what
    plan = lesson.plan
    assert "breaks off in the middle" in rows[plan.corrupted, "could not be graded"]
    tried = rows[plan.hostile, "reached for what is not its own"]
    for phrase in (
        "replaces check",
        "replaces gdhelpers.checks.check",
        f"../../{plan.copied[0]}/{lesson.name}",
        "FileNotFoundError",
        "gradebook.db",
        "No point came of it",
    ):
        assert phrase in tried
    assert (
        "read-only and had been changed" in rows[plan.hostile, "put right or stopped"]
    )
    assert "marked again" in rows[plan.recovered, "put right or stopped"]
    for student in plan.blank:
        assert (student, "nothing attempted") in rows
    assert (plan.partly, "partly attempted") in rows
    for student, penalty in zip(plan.hours_late, PENALTIES, strict=True):
        taken = f"{penalty} point{'s' * (penalty > 1)} taken off"
        assert taken in rows[student, "late"]
    named = {student for student, _ in rows}
    odd = {plan.corrupted, plan.hostile, plan.recovered, plan.partly, *plan.blank}
    assert named == odd | set(plan.hours_late)


def test_honest_scores_are_right(lesson, tmp_path):
    late = dict(zip(lesson.plan.hours_late, PENALTIES, strict=True))
    rows = {row[0]: row[1:] for row in table(lesson.page, "everyone", 0)}
    with Gradebook(f"sqlite:///{lesson.folder / 'gradebook.db'}") as book:
        StatusExport(to=str(tmp_path / "grades.csv"), assignment=[lesson.name]).export(
            book
        )
    with (tmp_path / "grades.csv").open(encoding="utf-8") as file:
        exported = {row["student_id"]: row for row in csv.DictReader(file)}
    assert len(rows) == len(exported) == 30
    for student in lesson.plan.content:
        if student == lesson.plan.corrupted:
            assert rows[student] == ["failed", "", "", "", ""]
            assert exported[student]["score"] == ""
            continue
        earned = sum(lesson.honest_points(student).values())
        penalty = min(earned, late.get(student, 0))
        assert float(rows[student][1]) == earned, student
        assert float(rows[student][2] or 0) == penalty
        assert float(rows[student][3]) == earned - penalty
        assert float(exported[student]["score"]) == earned - penalty


def test_written_answers_wait_for_a_person(lesson):
    written = [
        cell
        for cell in lesson.edition.notebook.cells
        if cell.cell_type == "markdown"
        and cell.metadata.get("nbgrader", {}).get("grade")
    ]
    waiting = {work.student for work in lesson.group.works if work.waiting}
    answered = set(lesson.plan.content) - {*lesson.plan.blank, lesson.plan.corrupted}
    assert waiting == (answered if written else set())
    for student in answered:
        html = (
            lesson.folder / "feedback" / student / lesson.name / f"{lesson.name}.html"
        )
        assert "✓" in html.read_text() or "✗" in html.read_text()


def test_the_copied_pair_comes_first(lesson):
    rows = table(lesson.page, "alike", 0)
    assert set(rows[0][0].split(" and ")) == set(lesson.plan.copied)
    assert rows[0][1] == "100"
    assert float(rows[0][2]) > 1.2 * max((float(row[2]) for row in rows[1:]), default=0)
    assert len(rows) <= 5


def test_discrimination_is_the_item_rest_correlation(lesson):
    tried = [work for work in lesson.group.graded if work.attempted]
    names = list(lesson.group.items)
    right = np.array([[w.verdicts[n].right for n in names] for w in tried], float)
    earned = right * [lesson.group.points[n] for n in names]
    for column, item in enumerate(summary.items(lesson.group)):
        rest = earned.sum(axis=1) - earned[:, column]
        if right[:, column].std() == 0:
            assert item.discrimination is None
        else:
            wanted = np.corrcoef(right[:, column], rest)[0, 1]
            assert item.discrimination == pytest.approx(wanted)
        assert item.right == right[:, column].sum()


def test_pseudonyms_hide_every_name(lesson):
    path = lesson.folder / "reports" / f"{lesson.name}.html"
    harmless(path)
    page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    words = set(page.get_text(" ").replace("/", " ").lower().split())
    assert not words & set(lesson.plan.content)
    assert len(table(page, "everyone", 0)) == 30


def test_it_looks_as_it_should(lesson):
    path = lesson.folder / "reports" / f"{lesson.name}.html"
    with browser_page() as (tab, errors):
        tab.goto(path.as_uri())
        # The answer to "what do I explain again?" is above the fold.
        bottom = "Math.max(...[...document.querySelectorAll('.top, .top + figure')]"
        bottom += ".map(e => e.getBoundingClientRect().bottom))"
        assert tab.evaluate(bottom) < 800
        SCREENSHOTS.mkdir(exist_ok=True)
        tab.screenshot(path=SCREENSHOTS / f"report_{lesson.name}_first.png")
        tab.screenshot(path=SCREENSHOTS / f"report_{lesson.name}.png", full_page=True)
        tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        found = Axe().run(tab).response["violations"]
        assert [(v["id"], [n["html"][:200] for n in v["nodes"]]) for v in found] == []
        assert tab.pdf(format="A4").startswith(b"%PDF")
        assert errors == []


DIGEST = """
import hashlib
from pathlib import Path
from gdgrader.demo import LESSONS, _plan
found = [_plan(Path("."), lesson).content for lesson in LESSONS]
digest = hashlib.sha256(repr(found).encode()).hexdigest()
"""


def test_the_same_class_every_time(monkeypatch):
    """Here and in another process, whatever order sets have there."""
    monkeypatch.chdir(ROOT)
    here: dict = {}
    exec(DIGEST, here)
    seed = "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"
    there = subprocess.run(
        [sys.executable, "-c", f"{DIGEST}print(digest)"],
        env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert there.strip() == here["digest"]
    assert len(here["digest"]) == len(hashlib.sha256().hexdigest())


def refused(*arguments: str) -> str:
    """What the command says that ends with 1; here, as it has nothing to do."""
    done = CliRunner().invoke(app, ["demo", *arguments])
    assert done.exit_code == 1, done.output
    return done.output


def test_a_folder_of_ones_own_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    mine = tmp_path / "submitted" / "ann" / "work.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("A term's work.")
    assert "was not made by the demo" in refused(str(tmp_path))
    assert [p.name for p in tmp_path.iterdir()] == ["submitted"]
    assert mine.read_text() == "A term's work."
    (tmp_path / "link").symlink_to(tmp_path / "submitted")
    assert "is no folder of the demo's" in refused(f"{tmp_path}/link")


def test_elsewhere_than_in_a_course_it_says_so(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    new = str(tmp_path / "new")
    said = refused(new, "--root", str(tmp_path))
    assert "run it in the course's folder" in said
    assert not (tmp_path / "new").exists()
    said = refused(new, "--lesson", "99_none")
    assert "no class is made up for 99_none" in said


def test_made_anew_it_forgets_the_last_class(tmp_path):
    demos._empty(tmp_path / "class")
    old = tmp_path / "class" / "submitted" / "ann"
    old.mkdir(parents=True)
    notes = tmp_path / "class" / "notes.txt"
    notes.write_text("mine")
    demos._empty(tmp_path / "class")
    assert not old.exists()
    assert notes.read_text() == "mine"
