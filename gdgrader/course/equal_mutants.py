"""Mutants that get every point because they are right, each with the reason.

EQUAL: exercise → reason → changes as `gdgrader mutants` prints them, in which "…"
stands for anything.
"""

EQUAL: dict[str, dict[str, tuple[str, ...]]] = {}
