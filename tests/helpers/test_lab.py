"""The student's Lab: what it is told, what it hides, how it opens a notebook."""

import json
import os
import re
import sys
from fnmatch import fnmatch
from importlib import import_module
from pathlib import Path

import pytest
from ipykernel.ipkernel import IPythonKernel

from gdhelpers import stages
from gdhelpers.checks import TABLE
from gdhelpers.lab import opened

door = import_module("gdhelpers.lab.__main__")
OURS = json.loads((door.SETTINGS / "jupyter_server_config.json").read_text())
PAGE = json.loads((door.SETTINGS / "labconfig" / "page_config.json").read_text())
EXTENSIONS = Path(sys.prefix) / "share" / "jupyter" / "labextensions"


@pytest.fixture
def clone(tmp_path):
    (tmp_path / "release" / "01").mkdir(parents=True)
    return tmp_path


@pytest.mark.parametrize("start", [True, False])
def test_students_see_their_edition_and_its_first_page(clone, start):
    if start:
        (clone / "release" / "start.ipynb").touch()
    told = door.arguments(clone, "student")
    assert f"--ServerApp.root_dir={clone / 'release'}" in told
    assert ("--LabApp.default_url=/lab/tree/start.ipynb" in told) == start


def test_instructors_see_the_whole_course_as_jupyter_shows_it(clone):
    (clone / "release" / "start.ipynb").touch()
    told = door.arguments(clone, "instructor")
    assert f"--ServerApp.root_dir={clone}" in told
    assert not [word for word in told if "default_url" in word]
    mine = {"JUPYTER_CONFIG_PATH": "/mine"}
    assert door.environment(clone, "instructor", mine) == {}


def test_the_course_is_found_here_in_the_clone_or_taken_as_handed_over(
    clone, tmp_path_factory, monkeypatch
):
    elsewhere = tmp_path_factory.mktemp("lessons")
    assert door.course(clone) == clone
    monkeypatch.setattr(door.gdhelpers, "__file__", str(clone / "gdhelpers" / "x.py"))
    assert door.course(elsewhere) == clone
    monkeypatch.setattr(door.gdhelpers, "__file__", str(elsewhere / "lib" / "x.py"))
    assert door.course(elsewhere) == elsewhere
    assert door.shown(elsewhere, "student") == elsewhere


@pytest.mark.parametrize(("uid", "said"), [(0, True), (1000, False), (None, False)])
def test_only_root_is_let_be_root(uid, said, clone, monkeypatch):
    if uid is None:  # Windows
        monkeypatch.delattr(os, "geteuid", raising=False)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: uid, raising=False)
    assert ("--allow-root" in door.arguments(clone, "student")) == said


def test_our_settings_come_before_others_and_those_are_kept(clone):
    name, first = "JUPYTER_CONFIG_PATH", "PYTHONSTARTUP"
    told = {name: str(door.SETTINGS), first: str(door.FIRST)}
    assert door.environment(clone, "student", {}) == told and door.FIRST.is_file()
    assert first not in door.environment(clone, "student", {first: "/mine.py"})
    both = door.environment(clone, "student", {name: "/mine"})[name]
    assert both.split(os.pathsep) == [str(door.SETTINGS), "/mine"]


def test_solutions_are_shown_where_they_lie_and_nobody_has_said_no(clone):
    def told(before: dict) -> str | None:
        return door.environment(clone, "student", before).get(stages.SWITCH)

    assert told({}) is None  # as where a class was handed its lessons alone
    worked = clone / "notebooks" / stages.SOLUTIONS
    worked.parent.mkdir()
    worked.write_text("{}")
    assert told({}) == str(worked)
    assert told({stages.SWITCH: ""}) is None
    assert told({stages.SWITCH: "/mine"}) is None


def test_of_nbgrader_only_validate_is_left():
    """Whatever else it brings, now or in another version, is for instructors."""
    static = EXTENSIONS / "@jupyter" / "nbgrader" / "static"
    text = "".join(path.read_text(encoding="utf-8") for path in static.glob("*.js"))
    plugins = set(re.findall(r"@jupyter/nbgrader:[\w-]+", text))
    off = {name for name, hidden in PAGE["disabledExtensions"].items() if hidden}
    assert plugins - off == {"@jupyter/nbgrader:validate-assignment"}
    asked = Path(sys.prefix) / "etc/jupyter/jupyter_server_config.d/nbgrader.json"
    servers = json.loads(asked.read_text())["ServerApp"]["jpserver_extensions"]
    ours = OURS["ServerApp"]["jpserver_extensions"]
    assert {name for name in servers if ours.get(name, True)} == {
        "nbgrader.server_extensions.validate_assignment"
    }


def test_the_table_is_not_listed_but_lessons_are():
    globs = OURS["ContentsManager"]["hide_globs"]
    listed = ["01_single_step", "start.ipynb", "notes.txt", "my_checks.json.ipynb"]
    assert any(fnmatch(TABLE, glob) for glob in globs)
    assert not any(fnmatch(name, glob) for name in listed for glob in globs)


def test_no_text_sends_a_student_to_what_is_not_listed():
    globs = OURS["ContentsManager"]["hide_globs"]
    names = [glob for glob in globs if re.fullmatch(r"\w+\.\w+", glob)]
    assert TABLE in names
    release = Path(__file__).parents[2] / "release"
    for path in (*release.glob("*.ipynb"), *release.glob("*/*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            text = "".join(cell["source"])
            assert not [name for name in names if name in text], (path.name, text)


# How a notebook is opened. ------------------------------------------------------------

PNG = {"image/png": "iVBORw0KGgo=", "text/plain": "A parabola."}
VIEW = {opened.VIEW: {"model_id": "0123"}}
ALT = {"image/png": {"alt": "A parabola."}}


def cell(*outputs):
    return {"cell_type": "code", "source": "x", "outputs": list(outputs)}


def display(data, metadata=None):
    return {"output_type": "display_data", "data": data, "metadata": metadata or {}}


def stills(*outputs):
    others = [{"cell_type": kind, "source": ""} for kind in ("markdown", "code")]
    notebook = {"cells": [others[0], cell(*outputs), others[1]]}
    notebook["metadata"] = {"widgets": {"state": {}}, "colab": {}}
    opened.keep_stills(notebook)
    assert notebook["metadata"] == {"colab": {}}
    return notebook["cells"][1]["outputs"]


def test_a_widget_without_its_kernel_is_a_picture_and_says_what_to_do():
    note, picture = stills(display(PNG | VIEW, ALT))
    assert opened.AGAIN in note["data"]["text/plain"]
    assert picture == display(PNG, ALT)
    assert stills(note, picture) == [note, picture]  # said once, however often opened


@pytest.mark.parametrize("data", [VIEW, VIEW | {"text/plain": "IntSlider(value=3)"}])
def test_a_widget_that_is_no_picture_says_it_in_words(data):
    (note,) = stills(display(data))
    assert note["data"]["text/plain"] == opened.AGAIN


def test_what_is_no_widget_stays_as_it_is():
    others = [
        {"output_type": "stream", "name": "stdout", "text": "2.4"},
        {"output_type": "error", "ename": "E", "evalue": "", "traceback": []},
        {"output_type": "execute_result", "execution_count": 1, "data": PNG},
        display({"text/html": "<p>Figure</p>"}),
        {"output_type": "display_data"},  # as a program that writes carelessly
        {"output_type": "display_data", "data": None},
    ]
    assert stills(*others) == others


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        {"language_info": {"name": "python", "version": "3.9.1"}},
        {"kernelspec": {"name": ".venv", "display_name": ".venv"}, "vscode": {"a": 1}},
        {"colab": {"provenance": []}, "language_info": {"name": "python"}},
    ],
)
def test_a_notebook_from_anywhere_speaks_of_the_kernel_it_gets(metadata):
    notebook = {"cells": [], "metadata": dict(metadata)}
    opened.describe_kernel(notebook, "Python 3 (ipykernel)")
    found = notebook["metadata"]
    assert found.pop("language_info") == IPythonKernel.language_info
    assert found.pop("kernelspec") == {
        "name": "python3",
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
    }
    assert found == {k: v for k, v in metadata.items() if k in found}
