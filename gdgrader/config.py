"""What the course asks of nbgrader; `nbgrader_config.py` calls `apply(c)`."""

from __future__ import annotations

from nbgrader.converters import GenerateAssignment
from traitlets.config import Config


def apply(c: Config) -> None:
    """Set the course's defaults on nbgrader's configuration object."""
    c.CourseDirectory.course_id = "gradient-descent"
    c.GenerateAssignment.preprocessors = [
        "gdgrader.table.PublicTable",
        *GenerateAssignment.preprocessors.default(),
    ]
