"""Figures: `plot_*(data, ax=None) -> Axes`, and `show(figure, alt="…")`."""

from gdhelpers.plots.base import COLOURS, new_axes, new_row, show

__all__ = ["COLOURS", "new_axes", "new_row", "show"]
