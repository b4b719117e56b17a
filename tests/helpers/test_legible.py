"""Every figure's texts can be read: dark on white, clear of lines and of each other."""

import io
import re

import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgba
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from gdhelpers import explorers, plots
from gdhelpers.history import History
from gdhelpers.plateau import plateau_decisions
from gdhelpers.plots import base, line_player, many_runs
from gdhelpers.plots.legible import CONTRAST, contrast, covered, ink, make_room
from gdhelpers.scheduler_bugs import BUGS, make_trace
from gdhelpers.scheduler_faults import FAULTS, make_run
from gdhelpers.stability import max_stable_lr_momentum

STEPS = np.arange(1, 41)
X = np.stack([np.linspace(-1, 1, 60), np.ones(60)], axis=1)
Y = 3 * X[:, 0] + 2.5 + np.sin(40 * X[:, 0]) / 2
RATES = {name: [0.1 * (i + 1)] * 40 for i, name in enumerate(many_runs.LOOKS)}
TEST = 0.001 * 10 ** (STEPS / 10)  # the rates of a range test, and its losses
LINE = 2.3 - 1.5 * np.exp(-((STEPS - 28) ** 2) / 60)
DOTS = LINE + 0.1 * np.sin(7.0 * STEPS)
NOISY = [1 - 0.01 * t + 0.3 * np.sin(7.0 * t) for t in range(60)]


def descent(rate, n=9, start=3.0):
    return [start * (1 - 2 * rate) ** t for t in range(n)]


def grown(start):
    """A run at 0.4 whose rate falls to 0 in eight steps from `start` on."""
    lr = 0.4 * np.clip((start + 8 - np.arange(40)) / 8, 0, 1)
    cooled = np.where(start < STEPS, np.minimum(STEPS - start, 8), 0)
    better = {"val_accuracy": 89 + STEPS / 20 + cooled / 8}
    better["val_accuracy, EMA 0.99"] = 90.5 + STEPS / 20
    metrics = better | {"steps": STEPS}
    return History(np.empty(0), np.empty(0), lr, metrics, "")


def race():
    history = {"val_accuracy": 94 - 20 / STEPS, "steps": STEPS}
    run = History(np.empty(0), np.empty(0), np.empty(0), history, "")
    return {name: [run, run] for name in many_runs.LOOKS}


def plateau(metrics, **how):
    rows = plateau_decisions(metrics, 0.1, patience=1, cooldown=2, **how)
    return plots.plot_decisions(rows, patience=1)


ENDS = {0.1: 92.0, 0.2: 93.4, 0.4: 93.5, 0.8: 91.0}
FIGURES = {
    **{
        f"path {r:g}": lambda r=r: plots.plot_path(descent(r))
        for r in (0, 0.01, 0.1, 0.3, 0.5, 0.6, 0.9, 0.97, 1, 1.01, 1.1, 10)
    },
    **{
        f"errors {a:g}": lambda a=a: plots.plot_errors(
            {f"η = {r}": descent(r, 21) for r in (a, 0.2, 0.9, 0.201, 0.0011)}
        )
        for a in (0.001, 0.199, 1.1, 5)
    },
    "factor": lambda: plots.plot_factor([0, 1.2], [1, -1.4]),
    "factor, sign lost": lambda: plots.plot_factor([0, 1.2], [1, 3.4]),
    "factor, along its words": lambda: plots.plot_factor([0, 1.2], [-0.85, -0.85]),
    "results": lambda: plots.plot_results(
        {f"η = {r}": (descent(r, 20, 500), [r] * 20) for r in (1.05, 0.1, 0.4)}
    ),
    "lines": lambda: plots.plot_lines(X, Y, {"yours": (3, 2), "theirs": (3, 2.1)}),
    "guesses": lambda: plots.plot_guesses({"B = 1": STEPS, "B = 64": [0.1, -0.1]}),
    "floors": lambda: plots.plot_floors(
        [1, 4, 16],
        {0.1: [0.04, 0.01, 0.002], 0.8: [0.9, 0.2, 0.05]},
        lambda lr, size: lr / size,
    ),
    "stability": lambda: plots.plot_stability(2, max_stable_lr_momentum),
    "factors": lambda: plots.plot_factors([2 / 3, 2], 1.0),
    "factors, other bounds": lambda: plots.plot_factors([0.5, 2], 0.8),
    "factors, one curvature": lambda: plots.plot_factors([2, 2], 1.0),
    "factors, far apart": lambda: plots.plot_factors([0.02, 2], 0.99),
    "wobble": lambda: plots.plot_wobble([2.5 + v for v in descent(0.99)], 2.5, STEPS),
    "stills": lambda: plots.plot_stills(
        X, Y, {"a": [(0, 0)] * 9, "b": [(3, 2)] * 9}, steps=[0, 8]
    ),
    "rates": lambda: plots.plot_rates(
        ("page", [0.1] * 9 + [0.01] * 9), ("yours", [0.1] * 10 + [0.01] * 8)
    ),
    "gallery": lambda: plots.plot_gallery({bug: make_trace(bug) for bug in BUGS}),
    "seeds": lambda: plots.plot_seeds({"constant": [94.1, 94.4], "step": [93, 94]}),
    "decisions": lambda: plateau([1, 0.7, 0.72, 0.69, 0.71, 0.71, 0.6, 0.6, 0.62]),
    "decisions, flat": lambda: plateau([1.0] * 12),
    "decisions, NaN first": lambda: plateau([np.nan, 0.9, 0.8, 0.8, 0.8, 0.8, 0.7]),
    "patience": lambda: plots.plot_patience(
        NOISY, {"patience 0": 0.1 * 0.5**STEPS, "5": [0.1] * 40, "20": [0.099] * 40}
    ),
    "rescue": lambda: plots.plot_rescue(
        {
            "constant 1.05": (descent(1.05, 15, 500), [1.05] * 15),
            "on plateau": (descent(0.8, 15, 500), [1.05] * 3 + [0.525] * 12),
        }
    ),
    "steered": lambda: plots.plot_steered(
        {"ours": 98 - 2 / STEPS[:10], "source": 97.9 - 2 / STEPS[:10]},
        [0.1, 0.1, 0.01, 0.01, 0.001, 0.001, 1e-4, 1e-5, 1e-6, 1e-6],
    ),
    "range_test": lambda: plots.plot_range_test(TEST, DOTS, LINE[:35]),
    "range_test, read": lambda: plots.plot_range_test(
        TEST, DOTS, LINE[:35], {"minimum": 0.6, "tenth": 0.06, "steepest": 0.19}
    ),
    "edge": lambda: plots.plot_edge(
        {lr: ([0, 20, 39], [4, 3 / lr, 2.1 / lr]) for lr in (0.1, 0.3, 0.5)},
        {0.1: 0.5 - STEPS / 100, 0.3: 0.3 - STEPS / 200, 0.5: 0.2 - STEPS / 300},
    ),
    "warmed": lambda: plots.plot_warmed(
        {"λ": (STEPS, 20 / STEPS), "2/η": (STEPS, 30 / STEPS)}
    ),
    "faults": lambda: plots.plot_faults({fault: make_run(fault) for fault in FAULTS}),
    "schedules": lambda: plots.plot_schedules(RATES),
    "tuning": lambda: plots.plot_tuning(
        {
            name: {lr: [end - 0.2, end + 0.2] for lr, end in ENDS.items()}
            for name in many_runs.LOOKS
        }
    ),
    "race": lambda: plots.plot_race(race()),
    "averaged": lambda: plots.plot_averaged(
        {"constant 0.4": [grown(40)] * 2, "one-cycle 0.4": [grown(0)] * 2}, "EMA 0.99"
    ),
    "branches": lambda: plots.plot_branches(
        {"constant 0.4": [grown(40)] * 2}
        | {f"from {start}": [grown(start)] * 2 for start in (8, 20, 32)},
        lowest=88,
    ),
    "differences": lambda: plots.plot_differences({"a": (0.5, 0.2), "b": (-0.1, 0.3)}),
}  # fmt: skip


def drawn(name: str) -> Figure:
    figure = FIGURES[name]()
    figure = figure if isinstance(figure, Figure) else figure.figure
    base.draw(figure)
    return figure


def test_every_helper_is_among_them():
    for name in set(plots.__all__) - {"line_player", "plot_runs"}:  # the latter: errors
        short = name.removeprefix("plot_")
        if name.startswith("plot_"):
            assert any(key.partition(",")[0].split()[0] == short for key in FIGURES), (
                name
            )


@pytest.mark.parametrize("name", FIGURES)
def test_texts_are_dark_enough_and_nothing_covers_them(name):
    figure = drawn(name)
    for text in figure.findobj(Text):
        if text.get_text().strip():
            red, green, blue, alpha = to_rgba(text.get_color(), text.get_alpha())
            assert alpha == 1 and contrast((red, green, blue)) >= CONTRAST, text
    assert covered(figure) == []


@pytest.mark.parametrize(
    "name", ["path 0.9", "errors 1.1", "steered", "factors", "lines"]
)
def test_texts_stay_in_the_picture(name):
    figure = drawn(name)
    for ax in figure.axes:
        for text in ax.texts:
            box = text.get_window_extent()
            assert figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1, text
            assert figure.bbox.y0 <= box.y0 and box.y1 <= figure.bbox.y1, text


@pytest.mark.parametrize("name", FIGURES)
def test_texts_can_be_read_on_a_phone(name):
    """A phone 390 pixels wide shows a figure 352 wide; panels side by side halve it."""
    figure = FIGURES[name]()
    figure = figure if isinstance(figure, Figure) else figure.figure
    shown = min(1, 352 / (100 * figure.get_figwidth()))
    sizes = {
        text.get_text(): text.get_fontsize() * 100 / 72 * shown
        for text in figure.findobj(Text)
        if text.get_text().strip()
    }
    assert sizes and {text: size for text, size in sizes.items() if size < 6.8} == {}


def test_a_light_colour_keeps_its_hue_as_ink():
    looks = {str(look["color"]) for look in many_runs.LOOKS.values()}
    for colour in {*base.COLOURS, *looks, "#767676", "0.85", "yellow", "white"}:
        assert contrast(ink(colour)) >= CONTRAST
        if contrast(colour) >= CONTRAST:
            assert ink(colour) == colour
        else:
            assert contrast(ink(colour)) < CONTRAST + 0.2  # no darker than it must be
    assert contrast("black") == pytest.approx(21) and contrast("white") == 1
    assert to_hex(base.BLUE) == to_hex(ink(base.BLUE))


@pytest.mark.parametrize("where", ["data", "axes", "offset"])
@pytest.mark.parametrize("what", ["line", "dots", "level", "text", "steps"])
def test_a_text_goes_out_of_the_way(where, what):
    ax = base.finish(base.new_axes(), x="step", y="loss")
    ax.set(xlim=(0, 10), ylim=(0, 10))
    if what == "line":
        ax.plot([0, 10], [0, 10])
    elif what == "dots":
        ax.plot([5], [5], "o", markersize=20)
    elif what == "level":
        ax.axhline(5)
    elif what == "steps":
        ax.plot([0, 5, 10], [0, 10, 10], drawstyle="steps-post")
    else:
        ax.text(5, 5, "another")
    middle = {"ha": "center", "va": "center"}
    if where == "data":
        text = ax.text(5, 5, "a long label", **middle)
    elif where == "axes":
        text = ax.text(0.5, 0.5, "a long label", transform=ax.transAxes, **middle)
    else:
        text = ax.annotate("a long label", (5, 5), (0, 0), textcoords="offset points",
                           **middle)  # fmt: skip
    ax.figure.canvas.draw()
    before = text.get_window_extent()
    assert "a long label" in covered(ax.figure)
    assert make_room(ax.figure)
    ax.figure.canvas.draw()
    assert covered(ax.figure) == []
    after = text.get_window_extent() if what != "text" else before
    assert abs(after.y0 - before.y0) < 60  # it stays near what it names
    assert not make_room(ax.figure)


@pytest.mark.parametrize("loc", ["center", "lower left", "upper right"])
def test_a_legend_goes_out_of_the_way(loc):
    ax = base.finish(base.new_axes(), x="step", y="loss")
    ax.plot([0, 10], [0, 10], label="a name of some length")
    ax.plot([0, 5, 10], [5.5, 5, 5.5], label="another")
    ax.legend(loc=loc)
    ax.figure.canvas.draw()
    assert "legend" in covered(ax.figure)
    assert make_room(ax.figure)
    ax.figure.canvas.draw()
    box = ax.get_legend().get_window_extent()
    assert covered(ax.figure) == [] and ax.bbox.contains(*box.min)
    assert ax.bbox.contains(*box.max)


LINE_ENDS = {
    "all apart": [1e-6, 1e-4, 1e-2],
    "two alike": [1.3e-6, 1.5e-7, 6e-6, 2.6e-4, 2.2e-3],
    "all alike": [1.0, 1.01, 1.02, 1.03, 1.04, 1.05],
    "at the bottom": [1.0, 1e-8, 1.1e-8, 1.2e-8, 1.3e-8],
    "at the top": [1e-8, 1.0, 0.99, 0.98, 0.97],
    "equal": [1e-3, 1e-3, 1e-3, 1e-5],
}


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("ends", LINE_ENDS.values(), ids=LINE_ENDS)
def test_names_at_lines_ends_stand_in_the_order_of_the_ends(ends, order):
    runs = {f"run {i}": np.geomspace(5, end, 20) for i, end in enumerate(ends[::order])}
    ax = plots.plot_errors(runs)
    base.draw(ax.figure)
    boxes = {t.get_text(): t.get_window_extent() for t in ax.texts}
    assert len(boxes) == len(runs)
    for one, path in runs.items():
        assert ax.bbox.y0 - 1 <= boxes[one].y0 and boxes[one].y1 <= ax.bbox.y1 + 1
        for other, below in runs.items():
            if below[-1] < path[-1]:
                assert boxes[other].y1 <= boxes[one].y0


def test_a_figure_is_sharp_on_a_screen_of_twice_the_resolution(monkeypatch):
    shown = []
    monkeypatch.setattr(base, "display", lambda data, **how: shown.append((data, how)))
    base.show(plots.plot_errors({"a": descent(0.1)}))
    data, how = shown[0]
    with Image.open(io.BytesIO(data["image/png"])) as image:
        assert image.size == (1280, 720)
    # As wide as before, and as high as the page makes it: a phone is narrower.
    assert how["metadata"]["image/png"]["width"] == 640
    assert "height" not in how["metadata"]["image/png"]


@pytest.mark.parametrize(("rate", "names"), [(0.9, 7), (1.05, 7), (0.5, 2)])
def test_each_point_of_a_path_has_its_name_while_there_is_room(rate, names):
    ax = plots.plot_path(descent(rate, 7))
    found = [text.get_text() for text in ax.texts]
    assert found == [f"θ{chr(0x2080 + i)}" for i in range(names)]


@pytest.mark.parametrize("name", sorted(explorers.__all__))
def test_texts_of_an_explorers_still_can_be_read_on_a_phone(name, monkeypatch):
    """Where nothing is alive nobody tells the picture how narrow the page is."""
    shown = []
    monkeypatch.setattr(base, "display", lambda data, **how: shown.append((data, how)))
    explorer = getattr(explorers, name)()
    before = bytes(explorer.picture.value)
    explorer._ipython_display_()
    wide = shown[0][1]["metadata"]["image/png"]["width"]
    with Image.open(io.BytesIO(shown[0][0]["image/png"])) as image:
        assert image.width == 2 * wide
    texts = explorer.canvas.figure.findobj(Text)
    sizes = {
        text.get_text(): text.get_fontsize() * 100 / 72 * min(1, 352 / wide)
        for text in texts
        if text.get_text().strip()
    }
    assert sizes and {text: size for text, size in sizes.items() if size < 6.8} == {}
    assert shown[0][0]["text/plain"].startswith("Above, ")
    explorer.redraw()  # what is alive is as wide as it was
    assert bytes(explorer.picture.value) == before


@pytest.mark.parametrize("name", sorted(set(explorers.__all__) - {"explore_schedules"}))
def test_an_explorers_texts_are_dark_enough_and_its_picture_sharp(name):
    explorer = getattr(explorers, name)()
    for text in explorer.canvas.figure.findobj(Text):
        assert contrast(text.get_color()) >= CONTRAST, text
    with Image.open(io.BytesIO(bytes(explorer.picture.value))) as image:
        widest = re.search(r"(\d+)px", explorer.picture.layout.max_width)
        assert image.width == 2 * int(widest[1])


@pytest.mark.parametrize("name", sorted(explorers.__all__))
def test_an_explorer_stacks_its_panels_on_a_narrow_page(name):
    explorer = getattr(explorers, name)()
    wide, figure = bytes(explorer.picture.value), explorer.canvas.figure
    explorer.narrow.value = True
    with Image.open(io.BytesIO(bytes(explorer.picture.value))) as image:
        widest = int(re.search(r"(\d+)px", explorer.picture.layout.max_width)[1])
        assert image.width == 2 * widest
        assert (widest, image.height) == (420, 1400)
    upper, lower = explorer.canvas.axes
    boxes = [ax.get_tightbbox(for_layout_only=True) for ax in (upper, lower)]
    assert boxes[0].y0 > boxes[1].y1  # clear of each other, and in the picture
    assert min(b.x0 for b in boxes) >= 0 and boxes[1].y0 >= 0
    assert max(b.x1 for b in boxes) <= figure.bbox.x1
    assert "Above, " in explorer.picture.tooltip
    assert "; below, " in explorer.picture.tooltip
    explorer.narrow.value = False
    assert bytes(explorer.picture.value) == wide
    assert "Above, " not in explorer.picture.tooltip


def test_the_player_names_its_runs_in_colours_one_can_read():
    paths = {f"run {i}": [(0, 1), (1, 2)] for i in range(len(base.COLOURS))}
    html = line_player(X, Y, paths).data
    fills = re.findall(r'<text [^>]*fill="([^"]+)"', html)
    assert len(fills) == len(paths) and min(map(contrast, fills)) >= CONTRAST
    assert "padding:8px" in html  # else it touches a dark page
