"""A late policy to copy: a point for each day begun."""

from __future__ import annotations

import math

from nbgrader.plugins import BasePlugin


class PointADay(BasePlugin):
    """Takes a point for each day begun, never more than was earned."""

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float:
        """nbgrader asks this of the course's policy.

        >>> PointADay().late_submission_penalty("ann", 7.0, 90_000)
        2.0
        """
        return min(score, float(math.ceil(total_seconds_late / 86_400)))
