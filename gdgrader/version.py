"""Which grader this is, so that a changed one grades again."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path


@cache
def grader_version() -> str:
    """Changes whenever the grader's own code does, as its verdicts may then."""
    digest = hashlib.sha256()
    for package in ("gdgrader", "gdhelpers"):
        for path in sorted((Path(__file__).parents[1] / package).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()
