"""Progress at home: kept beside the lessons, by whoever is at home, and never lost."""

import json
import multiprocessing
import os
import shutil
import stat
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import IPython
import pytest
from filelock import FileLock
from jupyter_client.manager import start_new_kernel

from gdhelpers import my_progress
from gdhelpers.checks import CheckFailed, check
from gdhelpers.my_progress import NAME, failures, load, note, note_target, place

ROOT = Path(__file__).parents[2]
EXERCISE = "single_step_gradient_descent"


@pytest.fixture(autouse=True)
def nothing_waits():
    yield
    my_progress._waiting.clear()
    my_progress._told.clear()


@pytest.fixture
def home(monkeypatch, tmp_path):
    """A person in a notebook; their IPython keeps its things in `.ipython`."""
    monkeypatch.delenv("PYTEST_VERSION")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / ".ipython"))
    shell = SimpleNamespace(user_ns={})
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
    return tmp_path


@pytest.fixture
def lesson(home):
    """The first lesson as a student has it, beside others."""
    source = min((ROOT / "release").glob("*/checks.json")).parent
    return Path(shutil.copytree(source, home / "course" / source.name))


def written(lesson):
    return json.loads((lesson.parent / NAME).read_text(encoding="utf-8"))


def right(theta, lr):
    return theta - 2 * lr * theta


def wrong(theta, lr):
    return theta + 2 * lr * theta


def test_a_check_is_noted_beside_the_lessons_and_leaves_no_trace_in_them(lesson):
    before = sorted(p.name for p in lesson.iterdir())
    asked = next(iter(json.loads((lesson / "checks.json").read_text())["exercises"]))
    assert asked == EXERCISE
    for _ in range(2):
        with pytest.raises(CheckFailed):
            check(wrong, EXERCISE, "a positive start", lesson)
    assert failures(EXERCISE, lesson) == 2
    seen = written(lesson)["exercises"][EXERCISE]["a positive start"]
    assert (seen["right"], seen["in_a_row"], seen["failures"]) == (False, 2, 2)
    check(right, EXERCISE, None, lesson)
    assert failures(EXERCISE, lesson) == 0
    seen = written(lesson)["exercises"][EXERCISE]
    assert all(p["right"] for p in seen.values()) and "" not in seen
    assert seen["a positive start"]["failures"] == 2
    assert sorted(p.name for p in lesson.iterdir()) == before
    assert "never graded" in written(lesson)["about"]


def test_who_asked_for_all_and_failed_is_right_with_the_last_property(lesson):
    for _ in range(3):
        with pytest.raises(CheckFailed):
            check(wrong, EXERCISE, None, lesson)
    assert failures(EXERCISE, lesson) == 3
    check(right, EXERCISE, "a positive start", lesson)
    assert failures(EXERCISE, lesson) == 0


def test_a_wrong_function_in_all_its_cells_is_one_failure(lesson):
    for name in ("one", "two", "three"):
        note("f", name, False, lesson)
    assert failures("f", lesson) == 1


def test_what_is_not_written_is_not_tried(lesson):
    def unwritten(theta, lr):
        raise NotImplementedError()

    for answer in (unwritten, "not a function"):
        with pytest.raises(CheckFailed):
            check(answer, EXERCISE, None, lesson)
    with pytest.raises(CheckFailed):
        check(right, EXERCISE, "no such property", lesson)
    assert not (lesson.parent / NAME).exists()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("GDHELPERS_PROGRESS", "off"),
        ("NBGRADER_EXECUTION", "autograde"),
        ("PYTEST_VERSION", "8"),
    ],
)
def test_nobody_is_at_home(lesson, monkeypatch, variable, value):
    monkeypatch.setenv(variable, value)
    check(right, EXERCISE, None, lesson)
    note_target("explorer", lesson)
    assert place(lesson) is None and load(lesson)["exercises"] == {}
    assert list(lesson.parent.rglob(f"*{NAME}")) == []


def test_validate_is_at_home_and_plain_python_is_not(lesson, monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    assert place(lesson) == lesson.parent / NAME
    monkeypatch.setattr(IPython, "get_ipython", lambda: None)
    assert place(lesson) is None


def test_where_the_file_is(home, lesson):
    own = home / ".ipython" / f"gradient_descent_{NAME}"
    assert place(lesson) == lesson.parent / NAME
    assert place(lesson.parent) == lesson.parent / NAME  # the start page's folder
    renamed = Path(shutil.copytree(lesson, home / "loose" / "my copy"))
    assert place(renamed) == own  # a zip of it holds nothing of ours
    assert place(home / ".ipython") == own
    note("f", "one", False, renamed)
    assert sorted(p.name for p in renamed.iterdir()) == sorted(
        p.name for p in lesson.iterdir()
    )
    assert failures("f", renamed) == 1 and own.exists()


def test_the_worked_edition_is_nobodys_progress(home):
    worked = home / "notebooks"
    worked.mkdir()
    shutil.copy(ROOT / "notebooks" / "checks.json", worked)
    assert place(worked) is None


def test_beside_read_only_lessons(lesson, home, monkeypatch):
    may = os.access  # root may write everywhere
    course = lesson.parent
    monkeypatch.setattr(os, "access", lambda p, mode: p != course and may(p, mode))
    note("f", "one", False, lesson)
    assert failures("f", lesson) == 1
    assert (home / ".ipython" / f"gradient_descent_{NAME}").exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe not text",
        b"[]",
        b'{"exercises": []}',
        b'{"exercises": {"f": {"one": {"right": 1}}}, "targets": {}}',
        b'{"exercises": {}, "targets": {"a": 5}}',
        b'{"exercises": {"f": {"one": {"right": false, "in_a_row": -1, "failures": 0, '
        b'"when": ""}}}, "targets": {}}',
        b"[" * 200_000,
        b'{"exercises": {}, "targets": {}}' + b" " * (1 << 20),
    ],
    ids=range(9),
)
def test_a_foreign_file_is_kept_aside_with_one_line(lesson, capsys, content):
    path = lesson.parent / NAME
    for number in ("", "-2"):
        path.write_bytes(content)
        assert load(lesson)["exercises"] == {}
        assert path.read_bytes() == content  # to look changes nothing
        note("f", "one", False, lesson)
        said = capsys.readouterr().out
        aside = path.with_name(f"my_progress-unreadable{number}.json")
        assert aside.name in said and said.count("\n") == 1
        assert aside.read_bytes() == content
        assert failures("f", lesson) == 1


def test_what_cannot_be_written_now_counts_and_is_written_later(lesson, capsys):
    path = lesson.parent / NAME
    path.mkdir()  # no file can be there
    for _ in range(2):
        note("f", "one", False, lesson)
    assert capsys.readouterr().out.count("\n") == 1
    assert failures("f", lesson) == 2
    path.rmdir()
    note("f", "one", False, lesson)
    assert written(lesson)["exercises"]["f"]["one"]["failures"] == 3
    assert failures("f", lesson) == 3 and capsys.readouterr().out == ""


def test_a_notebook_that_holds_the_lock_loses_nothing(lesson, monkeypatch):
    monkeypatch.setattr(my_progress, "PATIENCE", 0.05)
    with FileLock(lesson.parent / ".my_progress.lock", is_singleton=False):
        note("f", "one", False, lesson)
        assert not (lesson.parent / NAME).exists()
    note("f", "two", True, lesson)
    assert set(written(lesson)["exercises"]["f"]) == {"one", "two"}


def _note_many(lesson, name):
    for _ in range(20):
        note("shared", "one", False, lesson)
        note(name, "one", True, lesson)


def test_two_kernels_at_once(lesson, monkeypatch):
    monkeypatch.setattr(my_progress, "PATIENCE", 60)
    fork = multiprocessing.get_context("fork")
    names = ("first", "second", "third")
    running = [fork.Process(target=_note_many, args=(lesson, n)) for n in names]
    for process in running:
        process.start()
    for process in running:
        process.join(120)
    seen = written(lesson)["exercises"]
    assert seen["shared"]["one"]["failures"] == 60
    assert set(names) < set(seen)
    left = {p.name for p in lesson.parent.iterdir()}
    assert left <= {lesson.name, NAME, ".my_progress.lock"}


def test_two_threads_at_once(lesson, monkeypatch):
    monkeypatch.setattr(my_progress, "PATIENCE", 60)
    replace = my_progress._replace

    def slowly(path, known):
        replace(path, known)
        time.sleep(0.002)

    monkeypatch.setattr(my_progress, "_replace", slowly)
    names = ("first", "second", "third")
    threads = [threading.Thread(target=_note_many, args=(lesson, n)) for n in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert written(lesson)["exercises"]["shared"]["one"]["failures"] == 60


def test_the_file_is_its_owners(lesson):
    note("f", "one", True, lesson)
    mode = stat.S_IMODE((lesson.parent / NAME).stat().st_mode)
    assert mode & stat.S_IRUSR and mode & stat.S_IWUSR


def test_a_target_is_noted_once(lesson):
    note_target("Descent", lesson)
    first = written(lesson)["targets"]
    note_target("Descent", lesson)
    assert written(lesson)["targets"] == first and set(first) == {"Descent"}


@pytest.mark.parametrize(("kernel", "noted"), [("python3", True), ("fast", False)])
def test_kernels(lesson, monkeypatch, kernel, noted):
    """An ordinary kernel is at home; one that the grader forks is not."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    name = {"fast": "gdgrader-fast"}.get(kernel, kernel)
    manager, client = start_new_kernel(kernel_name=name, cwd=str(lesson))
    code = (
        f"from gdhelpers.checks import check\n"
        f"check(lambda theta, lr: theta - 2 * lr * theta, {EXERCISE!r})"
    )
    try:
        reply = client.execute_interactive(code, timeout=60, output_hook=lambda m: None)
        assert reply["content"]["status"] == "ok"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    found = [p.name for p in lesson.parents[1].rglob(f"*{NAME}")]
    assert found == ([NAME] if noted else [])
