"""An animation as a small HTML player: an SVG whose lines a few lines of JS move.

Where scripts do not run (a notebook not trusted, GitHub, a printed page) the controls
stay hidden and a note says so; show a figure of stills beside it for those readers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from IPython.display import HTML

from gdhelpers.plots.base import styles
from gdhelpers.plots.legible import ink
from gdhelpers.plots.words import course

WIDTH, HEIGHT, GAP = 220, 200, 16  # of one panel, in SVG units

# It finds its player by class, as a notebook may show several; each is marked once it
# runs.
SCRIPT = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
# Else JupyterLab takes the keys of what has the focus for its own.
OWN_KEYS = 'data-lm-suppress-shortcuts="true"'


def line_player(
    x,
    y,
    paths: Mapping[str, Sequence],
    alt: str = "",
    y_range: tuple[float, float] = (-4.0, 8.0),
) -> HTML:
    """Animate straight lines fitted to points, one panel for each run.

    A "Play" button and a step slider, both usable from the keyboard, drive all the
    panels together; the state is also said in words. Nothing moves unasked.

    Args:
        x: shape (n, 2), the first column within [-1, 1]. y: shape (n,).
        paths: name -> (slope, intercept) before each step and after the last, all
            of one length.
        alt: what to see, 30 characters or more; without it, where each line begins and
            ends, in words.

    Errors: ValueError where paths differ in length or the alt text is too short.
    """
    alt = alt or _in_words(paths)
    if len(alt) < 30:
        raise ValueError(f"alt must say what to see, in 30 characters or more: {alt!r}")
    lengths = {len(path) for path in paths.values()}
    if len(lengths) != 1:
        raise ValueError(f"paths must be of one length, got {sorted(lengths)}")
    low, high = y_range

    def height(value: float) -> float:
        return round(HEIGHT * (high - value) / (high - low), 1)

    # One path of zero-length strokes draws all the points as round dots.
    dots = "".join(
        f"M{round(WIDTH * (float(a) + 1) / 2, 1)} {height(float(b))}h0"
        for a, b in zip(x[:, 0], y, strict=True)
    )
    ends = {
        name: [[float(b) - float(a), float(b) + float(a)] for a, b in path]
        for name, path in paths.items()
    }
    frames = [[[height(v) for v in pair] for pair in path] for path in ends.values()]
    steps = lengths.pop()
    words = [
        "; ".join(
            f"{name}: slope {float(path[t][0]):.2f}, intercept {float(path[t][1]):.2f}"
            for name, path in paths.items()
        )
        for t in range(steps)
    ]
    panels = " ".join(  # the space parts the names where only they are left
        _panel(i, name, dots, frames[i][0], style["color"])
        for i, (name, style) in enumerate(zip(paths, styles(), strict=False))
    )
    width = len(paths) * (WIDTH + GAP)
    return HTML(
        f'<div class="gd-player" data-frames="{escape(json.dumps(frames))}"'
        f' data-words="{escape(json.dumps(words))}">'
        f'<svg viewBox="0 0 {width} {HEIGHT + 24}" role="img"'
        f' aria-label="{escape(alt)}"'
        f' style="max-width:{width}px;width:100%;background:#fff;padding:8px;'
        f'box-sizing:border-box">{panels}</svg>'
        f'<div class="controls" hidden><button type="button" {OWN_KEYS}>Play</button> '
        f'<label>step <input type="range" min="0" max="{steps - 1}" value="0"'
        f' {OWN_KEYS} style="width:20em;max-width:60%"></label><br>'
        "<output></output></div>"
        '<p class="note">The moving picture needs a browser that runs scripts and a '
        "notebook that you trust or have run. The stills below show the same.</p>"
        f"<script>\n{SCRIPT}</script></div>"
    )


def _in_words(paths: Mapping[str, Sequence]) -> str:
    """Where each run takes its line, and how its two numbers get there."""
    return "Moving lines. " + " ".join(
        f"{name}: slope {course(range(len(path)), [float(a) for a, _ in path])}; "
        f"intercept {course(range(len(path)), [float(b) for _, b in path])}."
        for name, path in paths.items()
    )


def _panel(i: int, name: str, dots: str, ends: Sequence[float], colour: str) -> str:
    # A nested svg clips what runs out of the panel, as a diverging line does.
    return (
        f'<svg x="{i * (WIDTH + GAP)}" y="0" width="{WIDTH}" height="{HEIGHT + 24}">'
        f'<text x="4" y="16" fill="{ink(colour)}" font-weight="bold">'
        f"{escape(name)}</text>"
        f'<svg y="24" width="{WIDTH}" height="{HEIGHT}">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="none" stroke="#767676"/>'
        f'<path d="{dots}" stroke="#767676" stroke-width="4" stroke-linecap="round"/>'
        f'<line class="fit" x1="0" y1="{ends[0]}" x2="{WIDTH}" y2="{ends[1]}"'
        f' stroke="{colour}" stroke-width="3"/></svg></svg>'
    )
