"""Figures: `plot_*(data, ax=None) -> Axes`, and `show(figure, alt="…")`."""

from gdhelpers.plots.averages import plot_averaged, plot_branches
from gdhelpers.plots.base import COLOURS, new_axes, new_column, show
from gdhelpers.plots.descent import (
    plot_errors,
    plot_factor,
    plot_path,
    plot_results,
    plot_runs,
)
from gdhelpers.plots.first_rate import (
    plot_edge,
    plot_faults,
    plot_range_test,
    plot_warmed,
)
from gdhelpers.plots.many_runs import (
    plot_differences,
    plot_race,
    plot_schedules,
    plot_tuning,
)
from gdhelpers.plots.minibatches import (
    plot_floors,
    plot_guesses,
    plot_stability,
)
from gdhelpers.plots.plateau import (
    plot_decisions,
    plot_patience,
    plot_rescue,
    plot_steered,
)
from gdhelpers.plots.player import line_player
from gdhelpers.plots.rates import plot_gallery, plot_rates, plot_seeds
from gdhelpers.plots.regression import (
    plot_factors,
    plot_lines,
    plot_stills,
    plot_wobble,
)

__all__ = [
    "COLOURS",
    "line_player",
    "new_axes",
    "new_column",
    "plot_averaged",
    "plot_branches",
    "plot_decisions",
    "plot_differences",
    "plot_edge",
    "plot_errors",
    "plot_factor",
    "plot_factors",
    "plot_faults",
    "plot_floors",
    "plot_gallery",
    "plot_guesses",
    "plot_lines",
    "plot_path",
    "plot_patience",
    "plot_race",
    "plot_range_test",
    "plot_rates",
    "plot_rescue",
    "plot_results",
    "plot_runs",
    "plot_schedules",
    "plot_seeds",
    "plot_stability",
    "plot_steered",
    "plot_stills",
    "plot_tuning",
    "plot_warmed",
    "plot_wobble",
    "show",
]
