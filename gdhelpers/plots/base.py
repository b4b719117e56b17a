"""What every figure shares: colours, line styles, and `show` with its alt text."""

from __future__ import annotations

import html
import io
from collections.abc import Iterator
from itertools import cycle

from IPython.display import display
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

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
# In the flow: an absolute one would overflow the output's box and make it scroll.
UNSEEN = (
    '<p class="gd-figure" style="height:1px;margin:0;overflow:hidden;'
    'clip-path:inset(50%)">Figure: {}</p>'
)
LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))


def styles() -> Iterator[dict]:
    """Colour and line style for one series after another, both telling it apart."""
    return (
        {"color": c, "linestyle": s} for c, s in cycle(zip(COLOURS, LINES, strict=True))
    )


def new_axes(width: float = 6.4, height: float = 3.6) -> Axes:
    """An empty figure's axes, made without pyplot so that nothing is kept open."""
    return Figure(figsize=(width, height), layout="constrained").add_subplot()


def new_row(columns: int, width: float = 9.6, height: float = 3.6) -> list[Axes]:
    """Axes side by side in one new figure."""
    figure = Figure(figsize=(width, height), layout="constrained")
    return list(figure.subplots(1, columns))


def finish(ax: Axes, title: str = "", x: str = "", y: str = "") -> Axes:
    """Name the axes, drop the frame's upper and right side, draw a light grid."""
    ax.set(title=title, xlabel=x, ylabel=y)
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(alpha=0.25)
    return ax


def show(figure: Figure | Axes, alt: str) -> None:
    """Display a figure as PNG with `alt`, a text that says what to see in it.

    Errors: ValueError where the alt text is shorter than 30 characters.
    """
    figure = figure.figure if isinstance(figure, Axes) else figure
    picture = io.BytesIO()
    figure.savefig(
        picture,
        format="png",
        dpi=100,
        metadata={"Software": None},
        pil_kwargs={"compress_level": 0},
    )
    show_png(picture.getvalue(), alt)


def show_png(picture: bytes, alt: str, **richer) -> None:
    """Display a PNG with its alt text, and `richer` forms of it by MIME type."""
    if len(alt) < 30:
        raise ValueError(f"alt must say what to see, in 30 characters or more: {alt!r}")
    display(
        {"image/png": _smaller(picture), "text/plain": alt, **richer},
        metadata={"image/png": {"alt": alt}},
        raw=True,
    )
    # JupyterLab ignores the alt text of a PNG: say it to screen readers in HTML too.
    display({"text/html": UNSEEN.format(html.escape(alt))}, raw=True)


def _smaller(picture: bytes) -> bytes:
    """The same PNG with a palette: a third of the bytes, no difference to the eye."""
    with Image.open(io.BytesIO(picture)) as image:
        few = image.convert("RGB").quantize(128, dither=Image.Dither.NONE)
    out = io.BytesIO()
    few.save(out, format="png", optimize=True)
    return out.getvalue()
