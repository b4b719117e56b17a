"""The start page on the screen: everything works, how far one is, on a phone too."""

import json
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from browser import (
    KERNEL_MS,
    PATIENCE,
    Lesson,
    Play,
    assert_accessible,
    browser_page,
    jupyter,
    screenshot,
)
from playwright.sync_api import expect

from gdgrader.course import build, pages
from gdhelpers import my_progress

ROOT = Path(__file__).parents[2]
LESSONS = build.lessons(ROOT)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The student edition: the lessons and the pages that this source gives."""
    folder = tmp_path_factory.mktemp("course")
    for lesson in LESSONS:
        shutil.copytree(ROOT / "release" / lesson, folder / lesson)
    for page, notebook in build.make_pages(ROOT).items():
        nbformat.write(notebook, folder / f"{page}.ipynb")
    return folder


def cell_with(path: Path, code: str) -> str:
    cells = nbformat.read(path, as_version=4).cells
    return next(c.id for c in cells if c.cell_type == "code" and code in c.source)


def note(course: Path, exercise: str, names: list[str]) -> None:
    """As a check in another notebook would."""
    seen = {"right": True, "in_a_row": 0, "failures": 1, "when": "2026-01-01T10:00"}
    known = my_progress._empty()
    known["exercises"][exercise] = dict.fromkeys(names, seen)
    known["targets"]["explore_descent"] = "2026-01-01T10:00"
    my_progress._replace(course / my_progress.NAME, known)


def test_a_first_visit(course, tmp_path):
    start = course / "start.ipynb"
    warm_up, progress = cell_with(start, "warm_up("), cell_with(start, "show_progress(")
    with jupyter(course, tmp_path) as address, browser_page() as (page, errors):
        lesson = Lesson(page, address, start, "lab/tree/start.ipynb")
        said = lesson.run(warm_up)
        assert said.count("✓") == 4 and "✗" not in said and "torch" in said
        play = Play.__new__(Play)  # a slider without the explorer's picture
        play.page, play.box = page, lesson.cell(warm_up).locator(".gd-explorer")
        play.set("θ", "-2")
        play.says("at θ = -2 the slope of θ² is -4")
        lesson.run(progress)
        box = lesson.cell(progress).locator(".gd-overview")
        expect(box).to_contain_text("0 of")
        expect(box).to_contain_text("Next: single_step_gradient_descent")
        note(course, "single_step_gradient_descent", _asked(course))
        button = box.get_by_role("button", name="Look again")
        button.focus()
        page.keyboard.press("Enter")
        expect(box).to_contain_text(re.compile(r"again\s*1 of \d+ exercises"))
        expect(box).to_contain_text("target reached", **PATIENCE)
        expect(box).to_contain_text("Next: gradient_descent in lesson")
        for part in (".gd-overview", ".gd-explorer"):
            assert_accessible(page, part)
        for part in (".jp-RenderedMarkdown", ".jp-OutputArea"):
            assert_accessible(page, f".jp-NotebookPanel-notebook {part}")
        lesson.cell(warm_up).scroll_into_view_if_needed()
        lesson.screenshot("start-1280")
        page.get_by_role("link", name=re.compile("^1 · ")).first.click()
        expect(
            page.locator(".lm-TabBar-tabLabel").filter(has_text=LESSONS[0])
        ).to_be_visible()
        assert not [e for e in errors if "gdhelpers" in e]
        for name in pages.pages(ROOT):
            for width in (1280, 390):
                fits(page, address, name, width)


def fits(page, address, name, width):
    """In Notebook 7 nothing of a page is wider than the screen, a phone's neither."""
    page.set_viewport_size({"width": width, "height": 3600})
    page.goto(f"{address}/notebooks/{name}.ipynb")
    page.locator(".jp-Notebook .jp-Cell").last.wait_for(timeout=KERNEL_MS)
    page.wait_for_timeout(2500)
    page.screenshot(path=screenshot(f"{name}-{width}-notebook"))
    wide = page.eval_on_selector_all(
        ".jp-RenderedMarkdown",
        "all => all.filter(e => e.scrollWidth > e.clientWidth + 1).length",
    )
    assert wide == 0, name


def _asked(course: Path) -> list[str]:
    table = json.loads((course / LESSONS[0] / "checks.json").read_text())
    return list(table["exercises"]["single_step_gradient_descent"]["properties"])
