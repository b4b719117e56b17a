"""What every figure shares: colours, line styles, and `show` with its alt text."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import numpy as np
from IPython.display import display
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import TightLayoutEngine
from matplotlib.ticker import LogFormatterSciNotation, LogLocator
from PIL import Image

from gdhelpers.plots.legible import make_legible, make_room
from gdhelpers.plots.words import describe

# Okabe & Ito's palette, the five that keep 3:1 contrast on white and stay apart
# under every colour blindness.
BLUE, ORANGE, GREEN, PINK, BLACK = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#000000",
)
COLOURS = (BLUE, ORANGE, GREEN, PINK, BLACK)
# JupyterLab and Notebook drop a PNG's alt text. So a text of its own follows each
# picture, and where scripts run, which is wherever the output is one's own or trusted,
# an image of one clear pixel gives the picture that text and takes itself away.
_SCRIPT = " ".join(Path(__file__).with_name("alt.js").read_text("utf-8").split())
_CLEAR = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
NAME_IT = (
    f'<img alt="" src="data:image/gif;base64,{_CLEAR}"'
    f' onload="{html.escape(_SCRIPT, quote=False)}">'
)
# In the flow: an absolute one would overflow the output's box and make it scroll.
UNSEEN = (
    '<p class="gd-figure gd-unseen" style="height:1px;margin:0;overflow:hidden;'
    'clip-path:inset(50%)">Figure: {}' + NAME_IT + "</p>"
)
# Below a picture that stands for something alive, which hides this where it is shown.
SEEN = (
    '<p class="gd-figure" style="max-width:52em;line-height:1.5">{}' + NAME_IT + "</p>"
)
WIDTH = 6.4  # inches, of every figure: on a phone they are shown half as wide
DPI = 200  # a figure 6.4 inches wide is shown 640 wide: sharp on a screen of 2 : 1
LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def styles() -> Iterator[dict]:
    """Colour and line style for one series after another, both telling it apart."""
    return (
        {"color": c, "linestyle": s} for c, s in cycle(zip(COLOURS, LINES, strict=True))
    )


def new_figure(width: float = WIDTH, height: float = 3.6) -> Figure:
    """An empty figure, made without pyplot so that nothing is kept open.

    Its margins fit what is in it. Without a `rect`, the engine measures the texts
    once; the constrained layout measures them twice.
    """
    fit = TightLayoutEngine(pad=0.8, w_pad=1.2, rect=None)
    return Figure(figsize=(width, height), dpi=100, layout=fit)


def new_axes(width: float = WIDTH, height: float = 3.6) -> Axes:
    """A new figure's only axes."""
    return new_figure(width, height).add_subplot()


def new_column(rows: int, height: float = 5.0) -> list[Axes]:
    """Axes above each other in one new figure, on one scale of steps.

    Side by side they would be as wide as two, and on a phone too small to read.
    """
    return list(new_figure(height=height).subplots(rows, sharex=True))


def new_grid(
    rows: int, columns: int, height: float, top: float = 0.3, bottom: float = 0.3
) -> np.ndarray:
    """Small panels on shared scales, shape (rows, columns); `top`, `bottom`: inches.

    The margins are fixed: measuring the texts of so many panels, which are known to be
    short, would take as long as to draw them.
    """
    figure = Figure(figsize=(WIDTH, height), dpi=100)
    margins = Margins(0.7, 0.1, bottom, top, beside=0.12, below=0.45)
    margins.set(figure, rows, columns)
    return figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)


@dataclass(frozen=True)
class Margins:
    """Margins of known size, in inches, for figures whose texts are known to fit."""

    left: float = 0.8  # an axis label and the powers of ten beside it
    right: float = 0.15
    bottom: float = 0.5
    top: float = 0.1
    beside: float = 0.0
    below: float = 0.38

    def set(self, figure: Figure, rows: int = 1, columns: int = 1) -> None:
        """Give `figure` these margins, and no layout engine."""
        figure.set_layout_engine("none")
        width, height = figure.get_size_inches()
        across = width - self.left - self.right - (columns - 1) * self.beside
        up = height - self.top - self.bottom - (rows - 1) * self.below
        figure.subplots_adjust(
            left=self.left / width,
            right=1 - self.right / width,
            bottom=self.bottom / height,
            top=1 - self.top / height,
            wspace=self.beside / (across / columns),
            hspace=self.below / (up / rows),
        )


def beyond(labels: Iterable[str]) -> float:
    """The inches that labels in 9 point at the lines' ends reach beyond the axes."""
    return 0.15 + 0.075 * max(map(len, labels), default=0)


class PlainPowers(LogFormatterSciNotation):
    """10⁻³ in plain characters: TeX takes as long to read as all else to draw."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        """Return the label of the tick at `x`."""
        tex = super().__call__(x, pos).replace(r"\times", "×")
        tex = tex.removeprefix(r"$\mathdefault{").removesuffix("}$")
        return re.sub(r"\^\{(.*)\}", lambda power: power[1].translate(RAISED), tex)


class Decades(LogLocator):
    """Few powers of ten, none of them infinite: what diverges may reach 1e300."""

    def __init__(self) -> None:
        super().__init__(numticks=7)

    def tick_values(self, vmin: float, vmax: float) -> np.ndarray:
        """Return where the ticks are."""
        with np.errstate(over="ignore"):
            ticks = np.asarray(super().tick_values(vmin, vmax))
        return ticks[np.isfinite(ticks)]


def log_scale(ax: Axes) -> None:
    """Make the y axis logarithmic, with small ticks where it has few decades."""
    ax.set_yscale("log")
    ax.yaxis.set_major_locator(Decades())
    ax.yaxis.set_major_formatter(PlainPowers())
    ax.yaxis.set_minor_formatter(PlainPowers())
    # Eight a decade: over many decades they cost more than the rest of the figure.
    ax.yaxis.set_minor_locator(LogLocator(subs=range(2, 10), numticks=3))


def scattered(count: int, reach: float) -> np.ndarray:
    """Heights within ± `reach`, always alike, so that dots do not hide each other."""
    return reach * np.sin(2.4 * np.arange(count))


def finish(ax: Axes, title: str = "", x: str = "", y: str = "") -> Axes:
    """Name the axes, drop the frame's upper and right side, draw a light grid."""
    ax.set(title=title, xlabel=x, ylabel=y)
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(alpha=0.25)
    return ax


def show(figure: Figure | Axes, alt: str = "") -> None:
    """Display a figure as PNG with a text that says what to see in it.

    Args:
        alt: that text. Without it the figure is put into words from its data, so that
            the cell does not tell what its figure is to show.

    Errors: ValueError where the text is shorter than 30 characters.
    """
    figure = figure.figure if isinstance(figure, Axes) else figure
    alt = alt or describe(figure)
    picture = Image.fromarray(draw(figure))
    _display(picture, alt, width=round(100 * figure.get_figwidth()))


def draw(figure: Figure) -> np.ndarray:
    """Draw a figure with texts one can read, for screens of twice the resolution.

    Returns:
        The pixels, shape (height, width, 4).
    """
    make_legible(figure)
    figure.set_dpi(DPI)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()  # once; `savefig` goes through it all twice
    if make_room(figure):
        canvas.draw()
    return np.asarray(canvas.buffer_rgba())


def show_still(picture: bytes, alt: str, more: str, **alive: dict) -> None:
    """Display a PNG of `DPI` that stands for what is alive elsewhere.

    Args:
        picture: the PNG.
        alt: what it shows, said below it for everybody to read.
        more: what is said after that.
        alive: what is shown in place of both where it can be, by MIME type.
    """
    words = f"<strong>Still picture.</strong> {html.escape(f'{alt} {more}')}"
    with Image.open(io.BytesIO(picture)) as image:
        width = image.width * 100 // DPI
        _display(image, alt, width, words, SEEN, **alive)


def _display(
    image: Image.Image,
    alt: str,
    width: int = 0,
    words: str = "",
    frame: str = UNSEEN,
    **richer,
) -> None:
    if len(alt) < 30:
        raise ValueError(f"alt must say what to see, in 30 characters or more: {alt!r}")
    display(
        {"image/png": _png(image), "text/plain": alt, **richer},
        metadata={"image/png": {"alt": alt} | ({"width": width} if width else {})},
        raw=True,
    )
    words = words or html.escape(alt)
    display({"text/html": frame.replace("{}", words)}, raw=True)


def _png(image: Image.Image) -> bytes:
    """As PNG with a palette: a third of the bytes, no difference to the eye."""
    rgb = image.convert("RGB")
    few = rgb.quantize(128, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    # It takes the mean of white and what is nearly so: give white back.
    few.putpalette([255 if value > 252 else value for value in few.getpalette()])
    out = io.BytesIO()
    few.save(out, format="png", compress_level=6)
    return out.getvalue()
