"""Texts one can read: dark enough on white, and clear of lines, dots and each other."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb, to_rgba
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.path import Path
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox

CONTRAST = 4.5  # of text against white: WCAG 2.2, level AA
APART = 1.5  # points between a text and what it must not touch


def contrast(colour: object) -> float:
    """The contrast of a colour against white, 1 to 21, by WCAG's formula.

    >>> round(contrast("#767676"), 2), contrast("white")
    (4.54, 1.0)
    """
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(1.05 / (linear @ [0.2126, 0.7152, 0.0722] + 0.05))


@functools.cache
def ink(colour: str) -> str:
    """The colour, or the lightest one of its hue that is dark enough for a text.

    >>> ink("#0072B2"), ink("#CC79A7")
    ('#0072B2', '#a36186')
    """
    rgb = np.array(to_rgb(colour))
    for share in range(100, -1, -1):
        darker = to_hex(rgb * share / 100)
        if contrast(darker) >= CONTRAST:
            return colour if share == 100 else darker
    raise AssertionError("black is dark enough")


def make_legible(figure: Figure) -> None:
    """Give every text of a figure a colour that can be read on white."""
    for text in figure.findobj(Text):
        red, green, blue, alpha = to_rgba(text.get_color(), text.get_alpha())
        seen = np.array([red, green, blue]) * alpha + 1 - alpha  # through it: white
        if contrast(seen) < CONTRAST:
            text.set(color=ink(to_hex(seen)), alpha=None)


def make_room(figure: Figure) -> bool:
    """Move texts that a line, a dot or another text covers; say whether any moved.

    The figure has to be drawn before, and where one moved again. Names at the ends of
    lines are pushed apart in the order of these ends. Any other text goes to the
    nearest free place around it, within the figure; one without any stays.
    """
    moved = False
    for ax in figure.axes:
        paths = list(_paths(ax))
        moved |= _move_legend(ax, paths)
        moved |= _spread(ax)
        for text in _texts(ax):
            moved |= _move(text, ax, paths)
    return moved


def covered(figure: Figure) -> list[str]:
    """The texts of a drawn figure that a line, a dot or another text touches."""
    texts = [
        text.get_text()
        for ax in figure.axes
        for text in _texts(ax)
        if _touches(text, ax, _box(text), list(_paths(ax)))
    ]
    under = [ax for ax in figure.axes if _under_legend(ax, list(_paths(ax)))]
    return texts + ["legend"] * len(under)


def _under_legend(ax: Axes, paths: list[Path]) -> int:
    """How many lines and dots the legend touches."""
    legend = ax.get_legend()
    if not legend:
        return 0
    box = legend.get_window_extent()
    return sum(path.intersects_bbox(box, filled=False) for path in paths)


def _move_legend(ax: Axes, paths: list[Path]) -> bool:
    """Put a legend that covers something where it covers least."""
    if not _under_legend(ax, paths):
        return False
    legend, found = ax.get_legend(), []
    for across in np.linspace(0.02, 0.98, 7):
        for up in np.linspace(0.02, 0.98, 7):
            legend.set_bbox_to_anchor((across, up))
            legend.set_loc(_corner(across, up))
            found.append((_under_legend(ax, paths), across, up))
    _, across, up = min(found)
    legend.set_bbox_to_anchor((across, up))
    legend.set_loc(_corner(across, up))
    return True


def _corner(across: float, up: float) -> str:
    """The legend's own place that is put there, so that it stays in the panel."""
    rows = ("lower", "center", "upper")[round(2 * up)]
    columns = ("left", "center", "right")[round(2 * across)]
    return "center" if rows == columns == "center" else f"{rows} {columns}"


def _texts(ax: Axes) -> list[Text]:
    return [t for t in ax.texts if t.get_visible() and t.get_text().strip()]


def _box(text: Text) -> Bbox:
    return text.get_window_extent()


def _touches(text: Text, ax: Axes, box: Bbox, paths: list[Path]) -> int:
    """How many lines, dots and texts a text would touch in that box."""
    pad = APART * ax.figure.dpi / 72
    box = box.padded(pad)
    others = [_box(t) for t in _texts(ax) if t is not text]
    legend = [ax.get_legend().get_window_extent()] if ax.get_legend() else []
    return sum(box.overlaps(other) for other in [*others, *legend]) + sum(
        path.intersects_bbox(box, filled=False) for path in paths
    )


def _paths(ax: Axes) -> Iterator[Path]:
    """Where the panel's lines and dots are, in pixels."""
    for line in ax.lines:
        if not line.get_visible():
            continue
        path = line.get_transform().transform_path(_drawn(line))
        path = path.cleaned(remove_nans=True)
        if line.get_linestyle() not in ("None", "none", " ", ""):
            yield path
        if line.get_marker() not in ("None", "none", " ", "", None):
            half = max(1.0, line.get_markersize() / 2) * ax.figure.dpi / 72
            for x, y in path.vertices[path.codes != Path.STOP]:
                if np.isfinite(x) and np.isfinite(y):
                    yield Path.unit_circle().transformed(_at(x, y, half))


def _drawn(line: Line2D) -> Path:
    """The line's path with the corners of its steps."""
    path, style = line.get_path(), line.get_drawstyle()
    if not style.startswith("steps"):
        return path
    from matplotlib.cbook import STEP_LOOKUP_MAP

    x, y = STEP_LOOKUP_MAP[style](*path.vertices.T)
    return Path(np.stack([x, y], axis=1))


def _at(x: float, y: float, half: float):
    from matplotlib.transforms import Affine2D

    return Affine2D().scale(half).translate(x, y)


def _spread(ax: Axes) -> bool:
    """Push names at lines' ends apart: none passes another, none leaves the panel.

    Names that would be nearer to each other than they are high make a block, around
    the mean of the places that they belong to (pool adjacent violators).
    """
    names = [t for t in _texts(ax) if _names_an_end(t, ax)]
    moved = False
    for column in _columns(names):
        gap = max(_box(t).height for t in column) + 2.5 * APART * ax.figure.dpi / 72
        ends = [ax.transData.transform(t.xy)[1] for t in column]
        order = np.argsort(ends, kind="stable")
        blocks: list[tuple[float, int]] = []  # the middle of a block, its length
        for i in order:
            middle, size = ends[i], 1
            while blocks and middle - blocks[-1][0] < (size + blocks[-1][1]) / 2 * gap:
                other, length = blocks.pop()
                middle = (middle * size + other * length) / (size + length)
                size += length
            half = size / 2 * gap
            low, high = ax.bbox.y0 + half, ax.bbox.y1 - half
            blocks.append((min(max(middle, low), high) if low < high else middle, size))
        places = [m + (k - (n - 1) / 2) * gap for m, n in blocks for k in range(n)]
        for i, place in zip(order, places, strict=True):
            box = _box(column[i])
            away = place - (box.y0 + box.y1) / 2
            if len(column) > 1 and abs(away) > 0.5 and abs(place - ends[i]) > 0.5:
                _shift(column[i], ax, 0.0, away)
                moved = True
    return moved


def _names_an_end(text: Text, ax: Axes) -> bool:
    """Whether a text stands to the right of a line's last point that is seen."""
    if not isinstance(text, Annotation) or text.anncoords != "offset points":
        return False
    if text.xycoords != "data" or text.get_ha() != "left" or text.xyann[0] <= 0:
        return False
    for line in ax.lines:
        points = line.get_xydata()
        points = points[np.isfinite(points).all(axis=1)]
        if len(points) > 1 and np.array_equal(points[-1], text.xy):
            return True
    return False


def _columns(texts: list[Text]) -> list[list[Text]]:
    """Texts above one another, in a list each."""
    columns: list[list[Text]] = []
    right = -np.inf
    for text in sorted(texts, key=lambda text: _box(text).x0):
        if _box(text).x0 >= right:
            columns.append([])
        columns[-1].append(text)
        right = max(right, _box(text).x1)
    return columns


def _move(text: Text, ax: Axes, paths: list[Path]) -> bool:
    box = _box(text)
    worst = _touches(text, ax, box, paths)
    if not worst:
        return False
    page, best = ax.figure.bbox, (worst, 0.0, 0.0)
    for dx, dy in _places(box):
        there = Bbox.from_bounds(box.x0 + dx, box.y0 + dy, box.width, box.height)
        inside = page.x0 <= there.x0 and there.x1 <= page.x1
        if inside and page.y0 <= there.y0 and there.y1 <= page.y1:
            touched = _touches(text, ax, there, paths)
            if touched < best[0]:
                best = (touched, dx, dy)
            if not touched:
                break
    _, dx, dy = best
    if (dx, dy) == (0, 0):
        return False
    _shift(text, ax, dx, dy)
    return True


def _places(box: Bbox) -> Iterator[tuple[float, float]]:
    """Ways to go, in pixels, the nearest first."""
    step = box.height / 4
    ways = [(i * step, j * step) for i in range(-24, 25) for j in range(-12, 13)]
    return iter(sorted(ways, key=lambda way: np.hypot(*way)))


def _shift(text: Text, ax: Axes, dx: float, dy: float) -> None:
    if isinstance(text, Annotation) and text.anncoords == "offset points":
        x, y = text.xyann
        text.xyann = (x + dx * 72 / ax.figure.dpi, y + dy * 72 / ax.figure.dpi)
        return
    transform = text.get_transform()
    here = transform.transform(text.get_position())
    text.set_position(transform.inverted().transform(here + np.array([dx, dy])))
