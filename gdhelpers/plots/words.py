"""A figure in words, made from what it shows: its text alternative.

So no cell has to tell, beside the code that draws, what the student is to find out;
and the words are those of this very picture, whatever a student's function gave.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Context

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex
from matplotlib.container import BarContainer, ErrorbarContainer
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import StepPatch
from matplotlib.text import Annotation, Text
from matplotlib.ticker import FixedLocator

MOST = 1500  # characters: who listens to it cannot skim
NOTHING = 1e-9  # of the largest value: what rounding leaves, which differs by machine
HALF_UP = Context(prec=3, rounding=ROUND_HALF_UP)
CLOUD = 20  # dots, to be worth counting on either side of a line
_SAID = "_gd_said"


def say(ax: Axes, sentence: str) -> None:
    """Add to a panel's words what its data mean, such as "The grey band decides."."""
    setattr(ax, _SAID, [*getattr(ax, _SAID, []), sentence])


def describe(figure: Figure) -> str:
    """Say what a figure shows: each panel's axes, series with their course, and marks.

    >>> from gdhelpers.plots.base import finish, new_axes
    >>> ax = finish(new_axes(), x="step", y="loss")
    >>> _ = ax.plot([9, 4, 1], label="mine")
    >>> describe(ax.figure)
    'Loss by step. mine: falls from 9 to 1.'
    """
    panels = [ax for ax in figure.axes if ax.get_visible()]
    head = " ".join(figure.get_suptitle().split())
    parts = [f"{head}."] if head else []
    parts += [f"{len(panels)} panels."] if len(panels) > 1 else []
    for i, ax in enumerate(panels):
        parts.append(_panel(ax, i + 1 if len(panels) > 1 else 0))
    words = " ".join(parts)
    return words if len(words) <= MOST else f"{words[: MOST - 2].rsplit('. ', 1)[0]}. …"


def _panel(ax: Axes, number: int) -> str:
    figure, log = ax.figure, ax.get_yscale() == "log"
    x = ax.get_xlabel() or figure.get_supxlabel()
    y = ax.get_ylabel() or figure.get_supylabel()
    scale = " (logarithmic)" if log else ""
    what = f"{y}{scale} by {x}" if x and y else f"{x or y}{scale}".strip()
    place = f"Panel {number}" if number else ""
    title = " ".join(ax.get_title().split())  # it may be in lines
    parts = [_capital(": ".join(filter(None, [place, title, what])))]
    texts = [text for text in ax.texts if _flat(text)]
    dots = [line for line in ax.lines if _is_dots(line)]
    for artist, colour, label, x, y in _series(ax):
        known = not label.startswith("_")
        row = _row(ax, y) if artist in dots else None
        name = label if known else _take_name(texts, artist, colour)
        name = name or row or ""
        there_and_back = bool(np.any(np.diff(x) < 0))
        if artist in dots:
            words = _dots(x, y if row is None else np.zeros(len(y)))
        else:
            words = course(x, y, log) + _give_or_take(ax, artist)
            if len(dots) == 1 and len(dots[0].get_xdata()) >= CLOUD:
                words += _beside(dots[0], x, y)
        verb = "" if artist in dots or there_and_back else "It "
        parts.append(f"{name}: {words}" if name else _capital(f"{verb}{words}"))
    parts += [*_intervals(ax), *_across(ax), *getattr(ax, _SAID, [])]
    written = "; ".join(map(_flat, texts))
    parts += [f"Written in it: {written}"] if written else []
    return ". ".join(part.rstrip(".") for part in parts if part) + "."


def _series(ax: Axes) -> Iterator[tuple[object, str, str, np.ndarray, np.ndarray]]:
    """What runs along the x axis: the artist, its colour and label, its x and y."""
    boxes = [box for box in ax.containers if isinstance(box, ErrorbarContainer)]
    intervals = [part for box in boxes for part in _parts(box)]
    names = {id(box.lines[0]): str(box.get_label()) for box in boxes}
    for line in ax.lines:
        if line in intervals or line.get_transform() != ax.transData:
            continue
        if len(line.get_xdata()) > 1:
            x, y = (np.ma.asarray(v, float).filled(np.nan) for v in line.get_data())
            label = names.get(id(line), str(line.get_label()))
            yield line, to_hex(line.get_color()), label, x, y
    for patch in ax.patches:
        if isinstance(patch, StepPatch):
            y, x, _ = patch.get_data()
            colour = to_hex(patch.get_edgecolor())
            yield patch, colour, "_", np.asarray(x)[:-1], np.asarray(y)
    for box in ax.containers:
        if isinstance(box, BarContainer):
            x = np.array([bar.get_x() + bar.get_width() / 2 for bar in box])
            yield box, "", "bars", x, np.array([bar.get_height() for bar in box])
    for lines in ax.collections:
        if isinstance(lines, LineCollection) and lines not in intervals:
            parts = [part for part in lines.get_segments() if len(part)]
            middles = np.array([np.mean(part, axis=0) for part in parts])
            if len(middles) > 1:
                yield lines, to_hex(lines.get_colors()[0]), "_", *middles.T


def _take_name(texts: list[Text], artist: object, colour: str) -> str:
    """The text beside a series, of those not taken yet: at its end or in its colour."""
    for text in texts:
        ends = isinstance(text, Annotation) and isinstance(artist, Line2D)
        at_end = ends and np.allclose(text.xy, artist.get_xydata()[-1])
        at_end = at_end and not re.match("θ[₀-₉]", text.get_text())  # a point's name
        if at_end or to_hex(text.get_color()) == colour != "#000000":
            texts.remove(text)
            return _flat(text)
    return ""


def _flat(text: Text) -> str:
    return " ".join(text.get_text().split())


def _row(ax: Axes, y: np.ndarray) -> str | None:
    """The name of the row in which all of the dots lie, also where they are scattered
    over its height, so that they do not hide each other; None where they are in none.
    """
    if len(set(y)) == 1:
        return _ticks(ax).get(y[0], "")
    if not isinstance(ax.yaxis.get_major_locator(), FixedLocator):
        return None
    names = (name for at, name in _ticks(ax).items() if np.all(np.abs(y - at) < 0.5))
    return next(names, None)


def _is_dots(line: Line2D) -> bool:
    none = line.get_linestyle() in ("None", "none", " ", "")
    return none and len(line.get_xdata()) > 1


def _dots(x: np.ndarray, y: np.ndarray) -> str:
    seen = np.isfinite(x) & np.isfinite(y)
    if not seen.any():
        return "no dot that can be shown"
    along = y if np.ptp(y[seen]) else x
    low, high = along[seen].min(), along[seen].max()
    return f"{seen.sum()} dots between {_number(low)} and {_number(high)}"


def _beside(dots: Line2D, x: np.ndarray, y: np.ndarray) -> str:
    """How many of the dots lie above a line; "" where they have no range in common."""
    where, height = np.asarray(dots.get_data(), float)
    within = (where >= x.min()) & (where <= x.max()) & np.isfinite(height)
    if within.sum() < CLOUD or np.any(np.diff(x) < 0) or not np.all(np.isfinite(y)):
        return ""
    above = height[within] > np.interp(where[within], x, y)
    some = f"{above.sum()} of the"
    many = {0: "none of the", above.size: "all"}.get(int(above.sum()), some)
    return f", {many} {above.size} dots above it"


def _parts(box: ErrorbarContainer) -> list:
    """What of a box is no series: all of it but a line of several points."""
    data, caps, bars = box.lines
    alone = data is not None and len(data.get_xdata()) == 1
    return [*([data] if alone else []), *caps, *bars]


def _give_or_take(ax: Axes, artist: object) -> str:
    """How wide the intervals around a line's points are."""
    for box in ax.containers:
        if isinstance(box, ErrorbarContainer) and box.lines[0] is artist:
            ends = [part for bars in box.lines[2] for part in bars.get_segments()]
            half = [np.ptp(part[:, 1]) / 2 for part in ends if len(part)]
            if half:
                return f", ± {_number(min(half))} to {_number(max(half))}"
    return ""


def course(x: Sequence[float], y: Sequence[float], log: bool = False) -> str:
    """Say how a series runs.

    Args:
        log: small values are seen, too.

    >>> course(range(4), [2, 1, 3, 5])
    'goes from 2 to 5, lowest 1 at 1, highest 5 at 3'
    >>> course(range(4), [8, -4, 2, -1]), course(range(3), [2, 2, 2])
    ('jumps up and down, from 8 to −1', 'stays at 2')
    >>> course(range(5), [1, 1, 1, 0.5, 0.5])
    'falls from 1 to 0.5, at 3'
    >>> course([3, -2, 1], [9, 4, 1])
    'a path of 3 points, from (3, 9) to (1, 1), across x = 0 2 times'
    """
    x, y = np.asarray(x, float), np.asarray(y, float)
    seen = np.isfinite(x) & np.isfinite(y)
    lost = ", then leaves the picture" if len(seen) and not seen[-1] else ""
    x, y = x[seen], y[seen]
    if not len(y):
        return "nothing that can be shown"
    if not log:
        y = np.where(np.abs(y) < NOTHING * np.abs(y).max(), 0.0, y)
    if np.any(np.diff(x) < 0):
        return _path(x, y)
    first, last, change = _number(y[0], log), _number(y[-1], log), np.diff(y)
    if np.ptp(y) <= NOTHING * np.abs(y).max():
        return f"stays at {first}{lost}"
    if np.all(change <= 0) or np.all(change >= 0):
        way = "falls" if change.sum() < 0 else "rises"
        return f"{way} from {first} to {last}{_by_steps(x, change)}{lost}"
    turns = np.count_nonzero(change[1:] * change[:-1] < 0)
    if len(change) > 2 and turns == len(change) - 1:
        return f"jumps up and down, from {first} to {last}{lost}"
    (low, bottom), (high, top) = (
        (_number(y[i], log), _number(x[i])) for i in (y.argmin(), y.argmax())
    )
    ends = f"goes from {first} to {last}"
    return f"{ends}, lowest {low} at {bottom}, highest {high} at {top}{lost}"


def _by_steps(x: np.ndarray, change: np.ndarray) -> str:
    """Where a series moves, if it mostly rests."""
    where = x[1:][change != 0]
    if len(where) > len(change) / 2:
        return ""
    if len(where) > 6:
        return f" in {len(where)} steps"
    return f", at {', '.join(map(_number, where))}"


def _path(x: np.ndarray, y: np.ndarray) -> str:
    ends = [f"({_number(x[i])}, {_number(y[i])})" for i in (0, -1)]
    crossed = int(np.count_nonzero(x[1:] * x[:-1] < 0))
    times = "once" if crossed == 1 else f"{crossed} times"
    across = f", across x = 0 {times}" if crossed else ""
    return f"a path of {len(x)} points, from {ends[0]} to {ends[1]}{across}"


def _intervals(ax: Axes) -> list[str]:
    """Means with intervals, named on the y axis; and on which side of 0 they lie."""
    boxes = [box for box in ax.containers if isinstance(box, ErrorbarContainer)]
    names, found = _ticks(ax), []
    for box in boxes:
        data, _, bars = box.lines
        ends = np.concatenate(bars[0].get_segments()) if bars else np.zeros((0, 2))
        single = data is not None and len(data.get_xdata()) == 1
        if single and len(ends) and np.ptp(ends[:, 1]) == 0:
            low, high = ends[:, 0].min(), ends[:, 0].max()
            side = "above 0" if low > 0 else "below 0" if high < 0 else "across 0"
            name = names.get(ends[0, 1], "")
            found.append(f"{name}: {_number(low)} to {_number(high)}, {side}")
    return found


def _ticks(ax: Axes) -> dict[float, str]:
    """The names of rows, by their height."""
    labels = (label.get_text() for label in ax.get_yticklabels())
    return dict(zip(ax.get_yticks(), labels, strict=False))


def _across(ax: Axes) -> list[str]:
    """Lines from one end of the panel to the other."""
    level, upright = (
        ax.get_yaxis_transform(which="grid"),
        ax.get_xaxis_transform(which="grid"),
    )
    at = {
        "Line across at": [
            line.get_ydata()[0] for line in ax.lines if line.get_transform() == level
        ],
        "Upright line at": [
            line.get_xdata()[0] for line in ax.lines if line.get_transform() == upright
        ],
    }
    return [f"{what} {', '.join(map(_number, v))}" for what, v in at.items() if v]


def _number(value: float, log: bool = False) -> str:
    """Three digits at most, with a minus sign that is read as one.

    What lies between two of them goes up, as it does on every processor once the digits
    past the fifth are gone: 665.5 is often 665.49998 or 665.50003.
    """
    if log and abs(value) < 1e-12:
        return "less than 1e−12"
    digits = f"{float(HALF_UP.create_decimal(f'{value + 0.0:.5g}')):.3g}"
    plain = f"{float(digits):.0f}" if 1e3 <= abs(value) < 1e6 else digits
    return plain.replace("-", "−")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:] if text[:1].isascii() else text
