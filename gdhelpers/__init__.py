"""Helpers for the course: losses, schedules, descent, plots, checks, explorers.

Import what you need from the module that holds it; importing the package itself
loads nothing heavy.
"""

__version__ = "0.1.0"
