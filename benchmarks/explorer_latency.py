"""How fast an explorer answers: the kernel's redraw, and key press → new picture.

The peer is `ipywidgets.interact` around a function that draws the very same figure
anew, as the ipywidgets documentation does; both are measured in one Chromium, in one
notebook with one kernel, taking turns.

    python benchmarks/explorer_latency.py
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from playwright.sync_api import expect

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

from browser import KERNEL_MS, Lesson, browser_page, jupyter

from gdhelpers import explorers

PRESSES, ROUNDS = 20, 3
LAST = {"explore_plateau": 17}  # past the series' end the picture stays the same

PEER = """
import importlib
import matplotlib.pyplot
from IPython.display import display
from ipywidgets import SelectionSlider, interact
from gdhelpers import explorers
module = importlib.import_module("gdhelpers.explorers." + explorers._HOMES[{name!r}])
explorer = explorers.{name}()
values = {{k: c.value for k, c in explorer.controls.items()}}
own = explorer.controls[{control!r}]

def draw(**changed):
    canvas, move = module.make_draw()        # the same figure, made anew
    canvas.png = lambda: None                # painted once only, by display
    move(explorer.answer(**values | changed).data)
    for artist in canvas._moving:
        artist.set_animated(False)
    display(canvas.figure)

slider = SelectionSlider(options=own.options, value=own.value)
interact(draw, **{{{control!r}: slider}});
"""

# Resolves when the picture in the cell is another one, loaded and decoded.
WAIT = """
cell => new Promise((resolve, reject) => {
  const image = () => cell.querySelector('.jp-OutputArea img');
  const old = image().src, start = performance.now();
  const timer = setTimeout(() => reject('no new picture'), 15000);
  const look = () => {
    const now = image();
    if (now && now.src !== old && now.complete && now.naturalWidth) {
      clearTimeout(timer);
      resolve(performance.now() - start);
    } else requestAnimationFrame(look);
  };
  look();
})
"""


def sliders(explorer) -> list[str]:
    return [k for k, c in explorer.controls.items() if hasattr(c, "index")]


def redraw(name: str) -> float:
    """Median time of one redraw in this process, in ms, over every control's values."""
    explorer = getattr(explorers, name)()
    taken = []
    for control in sliders(explorer):
        widget = explorer.controls[control]
        for index in range(len(widget.options)):
            start = time.perf_counter()
            widget.index = index
            taken.append(1000 * (time.perf_counter() - start))
    return statistics.median(taken)


def press(lesson: Lesson, cell: str) -> float:
    """One arrow key on the cell's first slider until its new picture is there, ms."""
    where = lesson.cell(cell)
    slider = where.locator("[role=slider]").first
    slider.focus()
    at = float(slider.get_attribute("aria-valuenow"))
    last = LAST.get(cell.split("-")[0], float(slider.get_attribute("aria-valuemax")))
    at_end = at >= last
    key = "Home" if at_end else "ArrowRight"
    handle = where.element_handle()
    waiting = lesson.page.evaluate_handle(
        f"cell => ({{ done: ({WAIT})(cell) }})", handle
    )
    lesson.page.keyboard.press(key)
    taken = lesson.page.evaluate("w => w.done", waiting)
    lesson.page.wait_for_timeout(150)
    return taken


def in_browser(names: list[str]) -> dict[str, tuple[float, float]]:
    """Median key press → picture of each explorer and of `interact`, in ms."""
    sources = {}
    for name in names:
        control = sliders(getattr(explorers, name)())[0]
        sources[name] = f"from gdhelpers.explorers import {name}\n{name}()"
        sources[f"{name}-interact"] = PEER.format(name=name, control=control)
    cells = [nbformat.v4.new_code_cell(s, id=k) for k, s in sources.items()]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    with tempfile.TemporaryDirectory() as scratch:
        root, home = Path(scratch) / "root", Path(scratch) / "home"
        root.mkdir()
        home.mkdir()
        path = root / "play.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), path)
        with jupyter(root, home) as address, browser_page() as (page, _):
            lesson = Lesson(page, address, path, "lab/tree/play.ipynb")
            bar = page.locator("#jp-main-statusbar")
            expect(bar).to_contain_text("| Idle", timeout=KERNEL_MS)
            found = {}
            for name in names:
                pair = name, f"{name}-interact"
                taken = {cell: [] for cell in pair}
                for cell in pair:
                    lesson.cell(cell).locator(".cm-content").click()
                    page.keyboard.press("ControlOrMeta+Enter")
                    picture = lesson.cell(cell).locator(".jp-OutputArea img").first
                    picture.wait_for(timeout=KERNEL_MS)
                    press(lesson, cell)
                for _ in range(ROUNDS):
                    for cell in pair:
                        taken[cell] += [
                            press(lesson, cell) for _ in range(PRESSES // ROUNDS)
                        ]
                found[name] = tuple(statistics.median(taken[cell]) for cell in pair)
    return found


def main() -> None:
    names = list(explorers.__all__)
    kernel = {name: redraw(name) for name in names}
    browser = in_browser(names)
    print("| explorer | redraw in the kernel | key → picture | interact | ratio |")
    print("|---|---|---|---|---|")
    for name in names:
        ours, theirs = browser[name]
        print(
            f"| `{name}` | {kernel[name]:.0f} ms | {ours:.0f} ms | {theirs:.0f} ms "
            f"| {theirs / ours:.1f}× |"
        )


if __name__ == "__main__":
    main()
