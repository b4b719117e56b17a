"""Helpers for the course: losses, schedules, descent, plots, checks, explorers.

Import what you need from the module that holds it; importing the package itself
loads nothing heavy. Pure functions, each held against torch: `schedules`, `momentum`
and `adam` (one step: state in, state out), `stability` (bounds and noise floors),
`averaging`, `range_test`; `sharpness` needs torch itself.
"""

__version__ = "0.1.0"
