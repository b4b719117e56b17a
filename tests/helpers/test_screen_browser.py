"""What a student sees of trainings and figures: in JupyterLab, and on a phone."""

import json
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from browser import (
    KERNEL_MS,
    Lesson,
    assert_accessible,
    browser_page,
    jupyter,
    screenshot,
)
from playwright.sync_api import expect

LESSON = Path(__file__).parents[2] / "release" / "01_single_step"
STEP = "single_step_gradient_descent"
CELLS = {
    # Hours of training: nothing can come after its end.
    "train": """from gdhelpers.data import small_mnist
from gdhelpers.training import train
print("before")
data = small_mnist(n_train=2000, n_val=0, n_test=10)
run = train(0.1, epochs=99_999, data=data, batch_size=10, hidden=8, label="long")""",
    "after": "print(1 + 1)",
    "endless": f"""from gdhelpers.checks import check
def {STEP}(theta, learning_rate):
    while theta != 0: theta *= 1""",
    "check": f'check({STEP}, "{STEP}", "a positive start")',
    "path": """from gdhelpers.plots import plot_path, plot_results, show
show(plot_path([3.0 * (-0.8) ** t for t in range(7)]))""",
    "two": """run = [500, 4, 3], [1, 1, 1]
show(plot_results({"a": run, "b": run}))""",
    "player": """import numpy as np
from gdhelpers.plots import line_player
x = np.stack([np.linspace(-1, 1, 30), np.ones(30)], axis=1)
steps = [(t / 2, 1 + t / 5) for t in range(7)]
line_player(x, 3 * x[:, 0] + 2, {f"η = {lr}": steps for lr in (0.1, 0.7, 1.01)})""",
    "explorer": """from gdhelpers.explorers import explore_descent
explore_descent()""",
}


def notebook(root: Path) -> Path:
    cells = [nbformat.v4.new_code_cell(s, id=name) for name, s in CELLS.items()]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    path = root / "play.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), path)
    return path


@pytest.fixture(params=["jupyterlab", "notebook"])
def lesson(request, tmp_path):
    root, home = tmp_path / "root", tmp_path / "home"
    root.mkdir(), home.mkdir()
    shutil.copy(LESSON / "checks.json", root)
    path, app = notebook(root), request.param
    url = "lab/tree" if app == "jupyterlab" else "notebooks"
    with jupyter(root, home, app=app) as address, browser_page() as (page, _):
        lesson = Lesson(page, address, path, f"{url}/play.ipynb")
        if app == "notebook":  # a phone
            page.set_viewport_size({"width": 390, "height": 844})
        lesson.path, lesson.app = path, app
        page.wait_for_timeout(1000)
        yield lesson


def test_a_training_is_followed_and_stopped_and_figures_fit(lesson):
    follow_and_stop(lesson)
    if lesson.app == "notebook":  # in JupyterLab a student walks into one elsewhere
        told_of_an_endless_loop(lesson)
    for name in ("path", "two", "player", "explorer"):
        lesson.run(name)
        fits(lesson, name)
    moved_by_keyboard(lesson)
    described(lesson)


def follow_and_stop(lesson):
    page, cell = lesson.page, lesson.cell("train")
    cell.locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+Enter")
    bar = cell.locator(".gd-progress progress")
    bar.wait_for(timeout=KERNEL_MS)
    expect(cell.locator(".gd-progress")).to_contain_text("training long")
    expect(cell.locator(".gd-progress")).to_contain_text("left")
    assert_accessible(page, ".gd-progress")
    lesson.screenshot(f"progress-{lesson.app}")
    page.keyboard.press("Escape")
    page.keyboard.press("i")
    page.keyboard.press("i")
    output = cell.locator(".jp-OutputArea")
    expect(output).to_contain_text("Run the cell again", timeout=KERNEL_MS)
    expect(bar).to_have_count(0)
    said = output.inner_text().split("\n")
    assert next(line for line in said if line.strip()) == "before"
    assert "Traceback" not in output.inner_text()
    assert lesson.run("after").strip() == "2"
    lesson.save()
    page.wait_for_timeout(500)
    kept = nbformat.read(lesson.path, as_version=4).cells[0].outputs
    assert "progress" not in json.dumps(kept)
    assert " ".join(kept[-1].traceback) == kept[-1].evalue  # folded


def told_of_an_endless_loop(lesson):
    """In its time and in words; the page goes on as if nothing had been."""
    lesson.run("endless")
    words = " ".join(lesson.run("check").split())
    assert "stopped after 10 s, at the line `while theta != 0: theta *= 1`" in words
    assert "`theta` was 3 by then." in words and "Traceback" not in words
    lesson.screenshot("endless-notebook")
    assert lesson.run("after").strip() == "2"
    lesson.save()


def fits(lesson, name):
    """As wide as the page lets it be, nothing cut off and nothing to scroll."""
    page, area = lesson.page, lesson.cell(name).locator(".jp-OutputArea").first
    seen = area.locator("img, .gd-player > svg, .gd-explorer")
    edges = area.evaluate("e => e.getBoundingClientRect().right")
    expect(seen.first).to_be_visible()
    for part in seen.all():
        box = part.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= edges + 1
    assert area.evaluate("e => e.scrollWidth <= e.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    area.screenshot(path=screenshot(f"figure-{name}-{lesson.app}"))
    if name == "explorer" and lesson.app == "notebook":  # its panels above each other
        page.wait_for_function(
            """() => {
                const picture = document.querySelector(".gd-explorer img");
                return picture && picture.naturalHeight > picture.naturalWidth;
            }"""
        )
    if name in ("path", "two"):
        image = area.locator("img")
        wide, high, real, tall = image.evaluate(
            "e => [e.clientWidth, e.clientHeight, e.naturalWidth, e.naturalHeight]"
        )
        assert real >= 2 * wide  # sharp on a screen of twice the resolution
        assert high / wide == pytest.approx(tall / real, abs=0.01)


def moved_by_keyboard(lesson):
    """The notebook's own keys leave the player's slider alone."""
    player = lesson.cell("player").locator(".gd-player")
    slider, said = player.locator("input"), player.locator("output")
    slider.focus()
    for key, step in (("ArrowRight", 1), ("ArrowRight", 2), ("ArrowUp", 3)):
        slider.press(key)
        expect(said).to_contain_text(f"Step {step}.")
    slider.press("ArrowLeft")
    expect(said).to_contain_text("Step 2.")
    player.locator("button").focus()
    lesson.page.keyboard.press("Space")
    expect(said).to_contain_text("Step 6.")


def described(lesson):
    """A picture has its words for a screen reader, once, though the cell has none."""
    for name, words in (("path", "a path of 7 points"), ("two", "2 panels.")):
        output = lesson.cell(name).locator(".jp-OutputArea").first
        picture = output.get_by_role("img", name=words)
        expect(picture).to_have_attribute("alt", re.compile("^(?!Figure)"))
        expect(output.locator("img")).to_have_count(1)
        expect(output.locator(".gd-figure")).to_be_hidden()
    assert_accessible(lesson.page, ".jp-OutputArea")
