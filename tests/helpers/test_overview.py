"""How far one is, in words and shapes; and the warm-up says what works."""

import json
import re
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import IPython.display
import pytest

from gdhelpers import my_progress, overview
from gdhelpers.explorers import explore_descent, explore_step_decay
from gdhelpers.warm_up import warm_up

ROOT = Path(__file__).parents[2]
NAMES = sorted(path.parent.name for path in (ROOT / "release").glob("*/checks.json"))
VIEW = overview.VIEW


@pytest.fixture
def course(monkeypatch, tmp_path):
    """The student edition, with a person in a notebook beside the lessons."""
    for name in NAMES:
        shutil.copytree(ROOT / "release" / name, tmp_path / name)
    monkeypatch.delenv("PYTEST_VERSION")
    shell = SimpleNamespace(user_ns={})
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    my_progress._waiting.clear()


def asked(folder: Path) -> dict[str, list[str]]:
    table = json.loads((folder / "checks.json").read_text(encoding="utf-8"))
    return {n: list(e["properties"]) for n, e in table["exercises"].items()}


def test_nothing_done_yet(course):
    found = overview.lessons()
    numbers = [int(lesson.title.partition(" · ")[0]) for lesson in found]
    assert numbers == [int(name[:2]) for name in NAMES]
    assert all(i.shape == overview.UNTOUCHED for x in found for i in x.exercises)
    assert all(lesson.explorers for lesson in found)
    first = next(iter(asked(course / NAMES[0])))
    assert f"Next: {first} in lesson “1 · " in overview.next_step(found)
    assert overview.in_words(found).startswith("0 of ")


def test_each_state_is_said_in_words_and_shapes(course):
    lesson = course / NAMES[0]
    (one, parts), (two, others), (three, _), *_ = asked(lesson).items()
    my_progress.note(one, parts, True, lesson)
    my_progress.note(two, others[0], True, lesson)
    my_progress.note(three, None, False, lesson)
    items = {item.name: item for item in overview.lessons()[0].exercises}
    assert (items[one].shape, items[one].state) == ("●", "right at home")
    assert items[two].shape == "◐"
    assert items[two].state == f"1 of {len(others)} checks right"
    assert (items[three].shape, items[three].state) == ("◔", "tried, not right yet")
    assert len({"●", "◐", "◔", "○"}) == len({items[n].shape for n in items}) + 1
    assert two in overview.next_step(overview.lessons())


def test_a_lesson_that_is_called_otherwise_now_is_as_far_as_before(course):
    """What is kept goes by the exercises' names, wherever they are asked."""
    lesson = course / NAMES[-1]
    exercise, parts = next(iter(asked(lesson).items()))
    my_progress.note(exercise, parts, True, lesson)
    before = overview.lessons()
    new = lesson.rename(course / "42_new")
    (new / f"{lesson.name}.ipynb").rename(new / "42_new.ipynb")
    table = json.loads((new / "checks.json").read_text(encoding="utf-8"))
    (new / "checks.json").write_text(json.dumps(table | {"lesson": "42_new"}))
    assert overview.lessons() == before
    assert before[-1].right == 1 and my_progress.failures(exercise, new) == 0


def test_the_next_step_goes_through_all_to_the_end(course):
    for name in NAMES:
        for exercise, parts in asked(course / name).items():
            my_progress.note(exercise, parts, True, course / name)
    found = overview.lessons()
    assert "explorer's target in lesson “1 · " in overview.next_step(found)
    calls = {
        call
        for path in course.glob("*/*.ipynb")
        for call in re.findall(r"(explore_\w+)\(", path.read_text(encoding="utf-8"))
    }
    for call in calls:
        my_progress.note_target(call, course / NAMES[-1])
    found = overview.lessons()
    assert "all targets reached" in overview.next_step(found)
    assert "○" not in overview.in_words(found)
    (course / my_progress.NAME).unlink()  # loses the picture, and nothing else
    assert overview.in_words(overview.lessons()).startswith("0 of ")


def test_explorers_note_the_target_reached(course, monkeypatch):
    monkeypatch.chdir(course / NAMES[0])
    explorer = explore_descent()
    assert not (course / my_progress.NAME).exists()
    explorer.controls["lr"].value = 0.5
    assert explorer.name in my_progress.load(course)["targets"]
    assert explore_step_decay().name == "explore_step_decay"
    items = overview.lessons(course)[0].explorers
    assert [(i.shape, i.state) for i in items] == [("●", "target reached")]


@pytest.mark.parametrize(
    "table", ["", "[]", '{"lesson": "02"}', '{"lesson": "%s", "exercises": []}']
)
def test_a_broken_lesson_is_passed_over(course, table):
    (course / NAMES[1] / "checks.json").write_text(table.replace("%s", NAMES[1]))
    (course / NAMES[2] / f"{NAMES[2]}.ipynb").write_text("{")
    found = overview.lessons()
    assert len(found) == len(NAMES) - 1
    assert NAMES[2] in [lesson.title for lesson in found]  # its name will do


def test_html_says_what_the_words_say_and_hides_nothing(course):
    lesson = overview.Lesson(
        "1 · <script>", (overview.Item("●", "right at home", "<b>"),), ()
    )
    made = overview.as_html([lesson])
    assert "<script>" not in made and "<b>" not in made
    found = overview.lessons()
    plain = re.sub(
        r"<style>.*?</style>|<[^>]+>", " ", overview.as_html(found), flags=re.S
    )
    for line in overview.in_words(found).splitlines():
        for word in re.findall(r"\w+", line):
            assert word in plain or word.replace("'", "&#x27;") in plain
    assert "color" not in made and 'role="status"' in made


def test_the_widget_looks_again(course):
    box = overview.overview()
    button, shown = box.children
    assert button.description == "Look again" and "0 of" in shown.value
    name, parts = next(iter(asked(course / NAMES[0]).items()))
    my_progress.note(name, parts, True, course / NAMES[0])
    button.click()
    assert "1 of" in shown.value


@pytest.fixture
def shown(monkeypatch) -> list[dict]:
    """What is displayed, by MIME type."""
    seen: list[dict] = []
    monkeypatch.setattr("IPython.display.display", lambda data, **_: seen.append(data))
    monkeypatch.setattr("gdhelpers.plots.base.display", IPython.display.display)
    return seen


def test_text_where_widgets_are_not_and_nothing_where_nobody_is(
    course, monkeypatch, shown
):
    overview.show_progress()
    (data,) = shown
    assert {"text/plain", "text/html", VIEW} == set(data)
    assert data["text/plain"].startswith("0 of ")
    monkeypatch.setenv("GDHELPERS_PROGRESS", "off")
    overview.show_progress()
    assert set(shown[1]) == {"text/markdown", "text/plain"}
    assert "start.ipynb" in shown[1]["text/plain"]


@pytest.mark.parametrize("start", [4.0, -2.0])
def test_warm_up(start, shown, capsys):
    warm_up(theta=start)
    said = capsys.readouterr().out
    assert said.count("✓") == 3 and "✗" not in said
    assert f"the slope of θ² at {start:g} is {2 * start:g}." in said
    kinds = [kind for data in shown for kind in data]
    assert "image/png" in kinds and VIEW in kinds


@pytest.mark.parametrize("missing", ["torch", "ipywidgets", "matplotlib.figure"])
def test_warm_up_says_what_is_missing(monkeypatch, missing, capsys):
    for name in [n for n in sys.modules if n.startswith("gdhelpers.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    warm_up()
    said = capsys.readouterr().out
    assert "✗" in said and missing in said and "requirements.lock" in said
