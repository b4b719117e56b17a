"""Figures: `plot_*(data, ax=None) -> Axes`, and `show(figure, alt="…")`."""

from gdhelpers.plots.base import COLOURS, new_axes, new_row, show
from gdhelpers.plots.plateau import (
    plot_decisions,
    plot_patience,
    plot_rescue,
    plot_steered,
)
from gdhelpers.plots.player import line_player
from gdhelpers.plots.regression import (
    plot_factors,
    plot_lines,
    plot_losses,
    plot_stills,
    plot_wobble,
)

__all__ = [
    "COLOURS",
    "line_player",
    "new_axes",
    "new_row",
    "plot_decisions",
    "plot_factors",
    "plot_lines",
    "plot_losses",
    "plot_patience",
    "plot_rescue",
    "plot_steered",
    "plot_stills",
    "plot_wobble",
    "show",
]
