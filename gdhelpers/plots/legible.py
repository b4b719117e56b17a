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

    The figure has to be drawn before, and where one moved again. A text goes to the
    nearest free place around it, within the figure; one without any stays.
    """
    moved = False
    for ax in figure.axes:
        for text in _texts(ax):
            moved |= _move(text, ax)
    return moved


def covered(figure: Figure) -> list[str]:
    """The texts of a drawn figure that a line, a dot or another text touches."""
    return [
        text.get_text()
        for ax in figure.axes
        for text in _texts(ax)
        if _touches(text, ax, _box(text))
    ]


def _texts(ax: Axes) -> list[Text]:
    return [t for t in ax.texts if t.get_visible() and t.get_text().strip()]


def _box(text: Text) -> Bbox:
    return text.get_window_extent()


def _touches(text: Text, ax: Axes, box: Bbox) -> int:
    """How many lines, dots and texts a text would touch in that box."""
    pad = APART * ax.figure.dpi / 72
    box = box.padded(pad)
    others = [_box(t) for t in _texts(ax) if t is not text]
    legend = [ax.get_legend().get_window_extent()] if ax.get_legend() else []
    return sum(box.overlaps(other) for other in [*others, *legend]) + sum(
        path.intersects_bbox(box, filled=False) for path in _paths(ax)
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


def _move(text: Text, ax: Axes) -> bool:
    box = _box(text)
    worst = _touches(text, ax, box)
    if not worst:
        return False
    page, best = ax.figure.bbox, (worst, 0.0, 0.0)
    for dx, dy in _places(box):
        there = Bbox.from_bounds(box.x0 + dx, box.y0 + dy, box.width, box.height)
        inside = page.x0 <= there.x0 and there.x1 <= page.x1
        if inside and page.y0 <= there.y0 and there.y1 <= page.y1:
            touched = _touches(text, ax, there)
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
