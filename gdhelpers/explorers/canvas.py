"""A figure kept alive: its artists move, and only they are painted again."""

from __future__ import annotations

import io

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from gdhelpers.plots.base import DPI
from gdhelpers.plots.legible import make_legible


class Canvas:
    """One figure for an explorer's whole life.

    What moves is created by `line`, `text` or `moving`; everything else, the axes with
    their ticks and names, is painted once for each choice of limits and kept.

    Attributes:
        figure: the figure, never replaced.
        axes: its axes, from left to right, or from above where they are stacked.
        stacked: whether they stand above each other.
    """

    def __init__(self, columns: int = 1, width: float = 8.4, height: float = 3.5):
        self.figure = Figure(figsize=(width, height), dpi=DPI)
        FigureCanvasAgg(self.figure)
        self.axes = list(np.atleast_1d(self.figure.subplots(1, columns)))
        # Margins in inches: a layout engine would take longer than the picture.
        self.figure.subplots_adjust(
            left=0.75 / width,
            right=1 - 0.25 / width,
            bottom=0.6 / height,
            top=1 - 0.4 / height,
            wspace=0.28,
        )
        self.stacked = False
        self._moving: list[Artist] = []
        self._key: tuple | None = None
        self._background = None

    def stack(self, stacked: bool) -> None:
        """Put the panels above each other, for a narrow page, or side by side again."""
        panels = len(self.axes)
        if panels == 1 or stacked == self.stacked:
            return
        (width, height), pars = self.figure.get_size_inches(), self.figure.subplotpars
        left, right = pars.left * width, (1 - pars.right) * width
        bottom, top = pars.bottom * height, (1 - pars.top) * height
        across, up = (1 / panels, panels) if stacked else (panels, 1 / panels)
        width, height = width * across, height * up
        self.figure.set_size_inches(width, height)
        rows, columns = (panels, 1) if stacked else (1, panels)
        places = self.figure.add_gridspec(rows, columns)
        for i, ax in enumerate(self.axes):
            ax.set_subplotspec(places[i])
        # Between two panels stand a title and the ticks and name of an axis.
        between = bottom + top
        panel = (height - between * rows) / rows
        self.figure.subplots_adjust(
            left=left / width,
            right=1 - right / width,
            bottom=bottom / height,
            top=1 - top / height,
            hspace=between / panel,
        )
        self.stacked, self._key = stacked, None

    def moving(self, artist: Artist) -> Artist:
        """Mark an artist as one that changes from picture to picture."""
        artist.set_animated(True)
        self._moving.append(artist)
        return artist

    def line(self, ax: Axes, *args, **style):
        """Add an empty line that will move."""
        return self.moving(ax.plot([], [], *args, **style)[0])

    def text(self, ax: Axes, x: float, y: float, **style):
        """Add an empty text that will move; x and y in parts of the axes."""
        style.setdefault("transform", ax.transAxes)
        style.setdefault("bbox", {"color": "white", "alpha": 0.8, "pad": 1})
        return self.moving(ax.text(x, y, "", **style))

    def png(self) -> bytes:
        """Paint what the artists now hold."""
        canvas = self.figure.canvas
        limits = [(*ax.get_xlim(), *ax.get_ylim()) for ax in self.figure.axes]
        if limits != self._key:
            make_legible(self.figure)
            canvas.draw()
            self._background = canvas.copy_from_bbox(self.figure.bbox)
            self._key = limits
        canvas.restore_region(self._background)
        for artist in sorted(self._moving, key=Artist.get_zorder):
            artist.axes.draw_artist(artist)
        picture = io.BytesIO()
        image = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
        image.save(picture, format="png", compress_level=1)
        return picture.getvalue()
