"""Odd but honest submissions, all in one class and one run of plain nbgrader: each gets
the right grade or a reason that a teacher understands, and touches no other."""

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from threading import Timer

import nbformat
import pytest
from course import (
    DESCEND,
    FULL,
    LESSON,
    RIGHT,
    RIGHT_STEP,
    STEP,
    Course,
    cell,
    insert,
)
from nbformat.v4 import new_notebook

from gdgrader.autograde import runner
from gdgrader.sandbox.limits import Limits

MB = 1 << 20
# Endless, but for one below no processor's work meanwhile.
SLEEPS = "    import time\n    while True:\n        time.sleep(0.1)"


def duplicated(notebook):
    place = notebook.cells.index(cell(notebook, "step"))
    notebook.cells.insert(place, nbformat.from_dict(cell(notebook, "step")))
    notebook.cells.insert(place + 3, nbformat.from_dict(cell(notebook, "step_up")))


def split(notebook):
    """A solution cut in two in the middle of the function, as Ctrl-Shift-minus does."""
    whole = cell(notebook, "descend")
    rest = nbformat.from_dict(whole)
    rest.id = "rest"
    lines = whole.source.split("\n")
    whole.source, rest.source = "\n".join(lines[:2]), "\n".join(lines[2:])
    notebook.cells.insert(notebook.cells.index(whole) + 1, rest)


def copied(notebook):
    """All marks, ids and metadata lost."""
    cells = [
        nbformat.v4.new_code_cell(c.source)
        if c.cell_type == "code"
        else nbformat.v4.new_markdown_cell(c.source)
        for c in notebook.cells
    ]
    return nbformat.writes(new_notebook(cells=cells)).encode()


def old_format(notebook):
    return nbformat.writes(nbformat.convert(notebook, 3)).encode()


def without(*names):
    def edit(notebook):
        for name in names:
            notebook.cells.remove(cell(notebook, name))

    return edit


def moved(notebook):
    place = notebook.cells.index(cell(notebook, "step_up"))
    notebook.cells.insert(0, notebook.cells.pop(place))


def altered(notebook):
    cell(notebook, "step_up").source += "  # is this right?"
    cell(notebook, "given_imports").source = "import math"


def retyped(notebook):
    for name in ("step", "step_up"):
        changed = cell(notebook, name)
        changed.cell_type = "raw"
        del changed["outputs"], changed["execution_count"]


def with_cells(*sources, after="given_imports"):
    return lambda notebook: insert(notebook, after, *sources)


def text(change):
    """The right notebook's file, changed as text or bytes."""
    return lambda notebook: change(nbformat.writes(notebook).encode())


def other_kernel(notebook):
    notebook.metadata.kernelspec = {"name": "conda-env-ml", "display_name": "ML"}


def no_ids(notebook):
    data = json.loads(nbformat.writes(notebook))
    for one in data["cells"]:
        del one["id"]
    return json.dumps(data | {"nbformat_minor": 4}).encode()


def warning(notebook):
    cell(notebook, "step").source = RIGHT_STEP.replace(
        "    return",
        "    import warnings\n    warnings.warn('steep')\n    print(1)\n    return",
    )


# What is right in them counts in full, whatever was done to the rest.
WHOLE = {
    "a duplicated cell": (duplicated, "2 times"),
    "a split solution": (split, "2 parts; joined"),
    "no marks, no ids": (copied, "lost nbgrader's marks"),
    "format 3": (old_format, ""),
    "check cells deleted": (without("step_up", "descend_long"), "was missing"),
    "import cell deleted": (without("given_imports"), "given_imports was missing"),
    "cells moved": (moved, "original order"),
    "read-only cells altered": (altered, "read-only"),
    "cells of another type": (retyped, "is a code cell again"),
    "another kernel": (other_kernel, ""),
    "no cell ids": (no_ids, ""),
    "a warning on stderr": (warning, ""),
    "extra cells": (with_cells("a = 1", "print(a)", "%matplotlib inline"), ""),
    "a cell that raises": (with_cells("1 / 0", "open('gone.txt')"), ""),
    "input()": (with_cells("name = input('Who?')"), ""),
    "a syntax error": (with_cells("def f(:"), ""),
    "an endless cell": (with_cells("while True:\n    pass"), "3 s"),
    "an endless cell that goes on": (
        with_cells(
            "import signal\n"
            "import time\n"
            "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
            "while True: time.sleep(0.1)"
        ),
        "did not heed",
    ),
    "a cell that ends the kernel": (
        with_cells("import os", "os._exit(3)"),
        "ended the kernel",
    ),
    "a widget": (
        with_cells("import ipywidgets\nipywidgets.IntSlider(description='η')"),
        "",
    ),
    "a plot": (
        with_cells("import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.show()"),
        "",
    ),
    "endless output": (
        with_cells("while True:\n    print('x' * 10_000)"),
        "output limit",
    ),
    "much output": (with_cells("print('x' * 3_000_000)"), ""),
    "many lines": (with_cells("for i in range(30_000): print(i)"), ""),
    "not ASCII": (with_cells("η = 0.1  # Schrittweite für jede Größe 🙂"), ""),
    "a BOM": (text(lambda b: b"\xef\xbb\xbf" + b), ""),
    "UTF-16": (text(lambda b: b.decode().encode("utf-16")), ""),
    "Windows line ends": (text(lambda b: b.replace(b"\n", b"\r\n")), ""),
    "Windows line ends within": (text(lambda b: b.replace(b"\\n", b"\\r\\n")), ""),
}
# No part of these can be graded; the teacher is told why.
BROKEN = {
    "empty file": (b"", "the file is empty"),
    "blank file": (b"\n \n", "the file is empty"),
    "not JSON": (b"print('hello')\n", "not JSON"),
    "a web page": (b"<!DOCTYPE html><title>Sign in</title>", "a web page"),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\xff", "not text"),
    "not a notebook": (b'{"cells": 3}', "not a Jupyter notebook"),
    "a list": (b"[1, 2]", "not"),
    "nested deeply": (b"{" + b'"a":{' * 100_000, "nested"),
}


def marked(notebook) -> list[str]:
    """The grade ids, in their order."""
    marks = [c.metadata.get("nbgrader", {}).get("grade_id") for c in notebook.cells]
    return [name for name in marks if name]


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Course:
    """Everything above in one class, with an honest student first and last."""
    hasty = Limits(
        cell_seconds=3, answer_seconds=3, submission_seconds=60, wall_factor=1000
    )
    course = Course(tmp_path_factory.mktemp("course"), hasty)
    for student in ("aaa", "zzz"):
        course.submit(student, course.answered(RIGHT))
    for name, (edit, _) in WHOLE.items():
        course.edited(name, edit)
    for name, (content, _) in BROKEN.items():
        course.submit(name, content)
    right = course.answered(RIGHT)
    course.submit("renamed", right, name=f"{LESSON} (1).ipynb")
    course.submit("cut short", nbformat.writes(right).encode()[:-3000])
    course.submit("no notebook", None, files={"essay.txt": b"Sorry."})
    endless = {**RIGHT, "step": STEP + SLEEPS}
    course.submit("endless function", course.answered(endless))
    alone = {
        "descend": DESCEND + "    return theta * (1 - 2 * learning_rate) ** num_steps"
    }
    course.submit("one of two", course.answered({"step": "def (", **alone}))
    course.submit("emptied", new_notebook())
    course.submit("own file", right, files={"numbers.csv": b"7\n", "mine.py": b"K = 3"})
    course.result = course.autograde()
    return course


@pytest.mark.parametrize("student", WHOLE)
def test_what_is_right_counts_in_full(course, student):
    assert course.state(student).status == "graded", course.state(student).reason
    assert course.scores(student) == FULL | {"words": 0.0}, course.notes(student)
    assert WHOLE[student][1] in course.notes(student)
    assert marked(course.autograded(student)) == marked(course.release())


@pytest.mark.parametrize("student", BROKEN)
def test_what_is_broken_fails_with_a_reason(course, student):
    state = course.state(student)
    assert state.status == "failed"
    assert BROKEN[student][1] in state.reason
    assert set(course.scores(student).values()) == {None}
    assert course.waiting(student) == {*FULL, "words"}
    row = course.exported()[student]
    assert (row["score"], row["status"]) == ("", "failed")
    assert row["reason"] == state.reason


def test_the_others_are_graded(course):
    for student in ("aaa", "zzz"):
        assert course.scores(student) == FULL | {"words": 0.0}
        assert not course.autograded(student).metadata.gdgrader.notes


def test_nbgrader_names_those_that_failed_and_no_others(course):
    assert not course.result["success"]
    for student in {*BROKEN, "cut short"}:
        assert f"'{student}'" in course.result["log"], student
    assert "for student 'aaa'" not in course.result["log"]


def test_a_renamed_notebook_is_found(course):
    assert course.points("renamed") == course.most
    assert f"'{LESSON} (1).ipynb'" in course.notes("renamed")
    assert (course.folder("renamed") / f"{LESSON} (1).ipynb").exists()


def test_a_file_cut_short_is_named_as_such(course):
    assert "breaks off" in course.state("cut short").reason


def test_a_folder_without_a_notebook_gets_no_score(course):
    row = course.exported()["no notebook"]
    assert (row["score"], row["status"]) == ("", "failed")


def test_an_endless_function_costs_only_what_it_is_asked_for(course):
    assert course.points("endless function") == 0  # the second calls the first
    assert "did not finish" in course.verdict("endless function", "step_up")
    assert course.points("one of two") == 4.0
    assert "no function named" in course.verdict("one of two", "step_up")


def test_an_emptied_notebook_is_a_blank_one(course):
    assert course.scores("emptied") == dict.fromkeys(FULL | {"words": 0}, 0.0)
    assert "Not written yet" in course.verdict("emptied", "step_up")


def test_the_instructors_files_win(course):
    folder = course.root / "autograded" / "own file" / LESSON
    assert (folder / "numbers.csv").read_text() == "x\n1\n2\n"
    assert (folder / "mine.py").read_text() == "K = 3"


def test_long_outputs_are_cut_with_a_note(course):
    for student in ("much output", "many lines"):
        path = course.root / "autograded" / student / LESSON / f"{LESSON}.ipynb"
        assert path.stat().st_size < MB / 5
        assert "output cut" in path.read_text()


def test_plots_are_shown_and_widgets_in_words(course):
    assert 'src="data:image/png;base64' in course.feedback("a plot").replace("\n", "")
    page = course.feedback("a widget")
    assert "IntSlider(" in page
    assert "widget-view" not in page and "widget-state" not in page


def test_notes_reach_the_student(course):
    assert "given_imports was missing" in course.feedback("import cell deleted")


@pytest.fixture
def small(tmp_path) -> Course:
    return Course(tmp_path, isolated=False)


@pytest.mark.parametrize("grader", ["plain nbgrader", "gdgrader"])
def test_links_and_special_files_are_not_followed(small, grader):
    """Nothing they point at is read, and nobody waits for a pipe's content."""
    secret = small.root / "secret.txt"
    secret.write_text("the secret")
    small.submit("aaa", small.answered(RIGHT))
    (small.folder("aaa") / "stolen.txt").symlink_to(secret)
    (small.folder("aaa") / "all").symlink_to(small.root / "source")
    os.mkfifo(small.folder("aaa") / "pipe")
    (small.folder("linked") / f"{LESSON}.ipynb").symlink_to(
        small.root / "source" / LESSON / f"{LESSON}.ipynb"
    )
    os.mkfifo(small.folder("piped") / f"{LESSON}.ipynb")
    (small.folder("folder") / f"{LESSON}.ipynb").mkdir(parents=True)
    small.submit("stamped", small.answered(RIGHT))
    small.submit("stamped", None, files={"timestamp.txt": b"\xff\xfe tomorrow"})
    strange = small.folder("zzz")
    (strange / "numbers.csv").mkdir()
    (strange / "numbers.csv" / "a folder where a file is to be").touch()
    Path(os.fsdecode(bytes(strange) + b"/no-\xff-text")).touch()
    small.submit("zzz", small.answered(RIGHT))
    if grader == "gdgrader":
        runner.grade(LESSON, config=small.config, isolated=False, workers=0)
    else:
        small.autograde()
    for student in ("aaa", "stamped", "zzz"):
        assert small.points(student) == small.most
    graded = {p.name for p in (small.root / "autograded").rglob("*")}
    assert not graded & {"stolen.txt", "all", "pipe"}
    for student in ("linked", "piped", "folder"):
        row = small.exported().get(student, {"score": ""})
        assert row["score"] == "" or row["status"] == "not submitted"


def test_a_gradebook_held_by_another_is_waited_for(small):
    """Longer than SQLite's own patience of 5 s."""
    small.submit("ann", small.answered(RIGHT))
    path = small.root / "gradebook.db"
    with closing(sqlite3.connect(path, check_same_thread=False)) as other:
        other.execute("BEGIN EXCLUSIVE")
        release = Timer(8, other.rollback)
        release.start()
        try:
            (outcome,) = runner.grade(
                LESSON, config=small.config, isolated=False, workers=0
            )
        finally:
            release.join()
    assert outcome.score == 7.0
