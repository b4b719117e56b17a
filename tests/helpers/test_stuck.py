"""Begin again: an exercise's first text, and a whole lesson without losing anything."""

import json
import shutil
from pathlib import Path

import nbformat
import pytest
from jupyter_client.manager import start_new_kernel

from gdgrader.exercises import exercises
from gdhelpers import handed_out, stuck
from gdhelpers.checks import CheckFailed
from gdhelpers.handed_out import FILE
from gdhelpers.stuck import RULE, help_me, reset, reset_lesson

ROOT = Path(__file__).parents[2]
EXERCISES = exercises()
LESSONS = sorted({x.lesson for x in EXERCISES.values()})


@pytest.fixture(params=["03_linear_regression", "07_cosine_one_cycle"])
def lesson(request, tmp_path):
    """A lesson as a student has it, worked in and saved."""
    folder = tmp_path / request.param
    shutil.copytree(ROOT / "release" / request.param, folder)
    path = folder / f"{request.param}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell("mine = 'größer'"))
    nbformat.write(notebook, path)
    return folder


def notebook_of(folder):
    return folder / f"{folder.name}.ipynb"


def first(folder):
    return ROOT.joinpath("release", folder.name, f"{folder.name}.ipynb").read_bytes()


def before(folder):
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()}


# One exercise -------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXERCISES)
def test_reset_shows_the_cell_as_it_was_handed_out(name, capsys):
    folder = ROOT / "release" / EXERCISES[name].lesson
    left = before(folder)
    reset(name, folder)
    _, text, _ = capsys.readouterr().out.split(RULE)
    cells = nbformat.read(notebook_of(folder), as_version=4).cells
    function = f"def {EXERCISES[name].function}("
    (cell,) = [
        c
        for c in cells
        if c.metadata.get("nbgrader", {}).get("solution") and function in c.source
    ]
    assert text.strip("\n") == cell.source and "NotImplementedError" in text
    assert before(folder) == left


def test_on_the_start_page_the_lesson_that_asks_for_it_is_found(
    tmp_path, monkeypatch, capsys
):
    """The page that tells of the three lies above the lessons."""
    release = shutil.copytree(ROOT / "release", tmp_path / "release")
    monkeypatch.chdir(release)
    reset("mse")
    assert "the cell of mse as it was handed out" in capsys.readouterr().out
    help_me("mse")
    assert "Your turn: the loss" in capsys.readouterr().out
    with pytest.raises(CheckFailed, match="no exercise 'msi' in the lessons here"):
        help_me("msi")
    before = {path: path.read_bytes() for path in release.rglob("*.*")}
    with pytest.raises(CheckFailed, match="of that lesson's notebook"):
        reset_lesson()
    assert {path: path.read_bytes() for path in release.rglob("*.*")} == before


LINEAR, FIRST = "release/03_linear_regression", "release/02_constant_learning_rate"


@pytest.mark.parametrize("ask", [help_me, reset])
@pytest.mark.parametrize(
    ("asked", "folder", "named"),
    [
        ("mse", LINEAR, "mse"),
        ("optimize", FIRST, "optimize_constant"),  # the function's name
        ("optimize_constant", "release", "optimize_constant"),
    ],
)
def test_the_functions_name_will_do_and_so_will_the_function(
    ask, asked, folder, named, capsys
):
    ask(asked, ROOT / folder)
    by_name = capsys.readouterr().out

    def given():
        pass

    given.__name__ = asked
    ask(given, ROOT / folder)
    told = capsys.readouterr().out
    assert named in told if ask is reset else told.split()[0] == by_name.split()[0]


@pytest.mark.parametrize("ask", [help_me, reset])
def test_what_is_asked_for_and_not_there_is_told_calmly(ask):
    with pytest.raises(CheckFailed, match="more than one exercise in this lesson; "):
        ask(folder=ROOT / LINEAR)
    with pytest.raises(CheckFailed, match="'optimize' is asked for more than once"):
        ask("optimize", ROOT / "release")
    with pytest.raises(CheckFailed, match="no exercise 'len' in this lesson"):
        ask(len, ROOT / LINEAR)


def test_reset_of_what_is_no_exercise_says_which_there_are():
    with pytest.raises(CheckFailed, match="there are mse, "):
        reset("mean", ROOT / "release" / "03_linear_regression")


# A lesson -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", LESSONS)
def test_what_is_put_back_is_the_release_to_the_letter(name):
    folder = ROOT / "release" / name
    found = json.loads((folder / FILE).read_text(encoding="utf-8"))
    assert handed_out.as_notebook(found).encode() == first(folder)


def test_a_reset_keeps_what_was_there_under_a_new_name_each_time(lesson, capsys):
    path = notebook_of(lesson)
    works = []
    for number, end in enumerate(["", "-2", "-3"]):
        work = path.read_bytes() + b"\n" * number if works else path.read_bytes()
        path.write_bytes(work)
        works.append(work)
        reset_lesson(lesson)
        kept = lesson / f"{lesson.name}-before-reset{end}.ipynb"
        assert kept.name in capsys.readouterr().out
        assert kept.read_bytes() == work
        assert path.read_bytes() == first(lesson)
        path.write_bytes(works[0])
    assert {p.name for p in lesson.iterdir()} == {
        *("checks.json", FILE, path.name),
        *(f"{lesson.name}-before-reset{end}.ipynb" for end in ("", "-2", "-3")),
    }


def test_an_untouched_lesson_is_left_alone(lesson, capsys):
    notebook_of(lesson).write_bytes(first(lesson))
    left = before(lesson)
    reset_lesson(lesson)
    assert "nothing was changed" in capsys.readouterr().out
    assert before(lesson) == left


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[]", b'{"cells": 3}'])
def test_a_broken_notebook_is_kept_and_put_back(lesson, content):
    notebook_of(lesson).write_bytes(content)
    handed_out.put_back(lesson, "reset_lesson()")
    kept = lesson / f"{lesson.name}-before-reset.ipynb"
    assert kept.read_bytes() == content
    assert notebook_of(lesson).read_bytes() == first(lesson)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "is missing from"),
        (b"", "cannot be read"),
        (b"\xff", "cannot be read"),
        (b'{"lesson": "x"}', "cannot be read"),
        (b"[1]", "cannot be read"),
        (
            b'{"lesson": "../x", "cells": [], "metadata": {}, "minor": 5}',
            "cannot be read",
        ),
    ],
)
def test_without_what_was_handed_out_nothing_is_changed(lesson, content, said):
    (lesson / FILE).unlink()
    if content is not None:
        (lesson / FILE).write_bytes(content)
    left = before(lesson)
    for ask in (reset_lesson, lambda f: reset(next(iter(_asked(f))), f)):
        with pytest.raises(CheckFailed, match=said) as failed:
            ask(lesson)
        assert "Nothing was changed" in str(failed.value)
    assert before(lesson) == left


def _asked(folder):
    return json.loads((folder / "checks.json").read_text(encoding="utf-8"))["exercises"]


def test_a_notebook_of_another_name_is_not_touched(lesson):
    notebook_of(lesson).rename(lesson / "mine.ipynb")
    left = before(lesson)
    with pytest.raises(CheckFailed, match=r"There is no .* give the notebook its name"):
        reset_lesson(lesson)
    assert before(lesson) == left


@pytest.mark.parametrize("fails", ["keep", "replace"])
def test_a_full_disk_loses_nothing(lesson, monkeypatch, fails):
    def full(*asked):
        raise OSError(28, "No space left on device")

    work = notebook_of(lesson).read_bytes()
    monkeypatch.setattr(handed_out, f"_{fails}", full)
    with pytest.raises(CheckFailed, match=r"No space left on device.* It is as it was"):
        reset_lesson(lesson)
    assert notebook_of(lesson).read_bytes() == work
    assert not list(lesson.glob(".*"))


@pytest.mark.parametrize("run", ["validate", "autograde"])
def test_validate_and_grading_put_nothing_back(lesson, monkeypatch, capsys, run):
    monkeypatch.setenv("NBGRADER_EXECUTION", run)
    left = before(lesson)
    reset_lesson(lesson)
    assert "nothing is put back" in capsys.readouterr().out
    assert before(lesson) == left


# In a kernel --------------------------------------------------------------------------


class Kernel:
    """One that a person might have, in the lesson's folder."""

    def __init__(self, folder):
        self.manager, self.client = start_new_kernel(cwd=str(folder))

    def run(self, code):
        """Run a cell; return what is shown."""
        said = []

        def hear(message):
            content = message["content"]
            if message["msg_type"] == "stream":
                said.append(content["text"])
            elif message["msg_type"] == "error":
                said.append("\n".join(content["traceback"]))

        self.client.execute_interactive(code, timeout=120, output_hook=hear)
        return "".join(said)

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


@pytest.fixture
def kernel(lesson, monkeypatch):
    # As at home: this process is pytest's, its kernel is to be nobody's.
    monkeypatch.delenv("PYTEST_VERSION")
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    monkeypatch.delenv("GDHELPERS_PROGRESS", raising=False)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("IPYTHONDIR", str(lesson.parent / "ipython"))
    made = Kernel(lesson)
    yield made
    made.close()


def test_in_a_kernel_help_comes_by_itself_and_an_unsaved_lesson_is_not_reset(
    lesson, kernel
):
    name = next(iter(_asked(lesson)))
    stages = EXERCISES[name].stages
    kernel.run(
        "from gdhelpers.checks import check\n"
        "from gdhelpers.stuck import help_me, reset, reset_lesson"
    )
    said = [kernel.run(f'check(lambda *all_of_it: "no", "{name}")') for _ in range(4)]
    assert ["Stuck?" in one for one in said] == [False, True, True, True]
    assert stages.passage in said[1]
    shape = stages.first_line.splitlines()[0]
    assert [shape in one for one in said] == [False, False, False, True]
    assert "Traceback" not in "".join(said)
    assert "No worked solution" in kernel.run(f'help_me("{name}")')
    assert "NotImplementedError" in kernel.run(f'reset("{name}")')
    left = before(lesson)
    ask = "reset_lesson()  # from the start"
    assert "Save the notebook first" in kernel.run(ask)
    assert before(lesson) == left
    notebook = nbformat.read(notebook_of(lesson), as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(ask))
    nbformat.write(notebook, notebook_of(lesson))
    assert "-before-reset.ipynb" in kernel.run(ask)
    assert notebook_of(lesson).read_bytes() == first(lesson)
    assert "Save the notebook first" in kernel.run(ask)  # a second time is no reset
    assert len(list(lesson.glob("*-before-reset*"))) == 1


def test_outside_of_a_notebook_no_cell_is_looked_for():
    assert stuck._running_cell() == ""
