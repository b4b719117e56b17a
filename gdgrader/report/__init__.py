"""A class report: one HTML page that says first what to explain again.

collect (gradebook and graded notebooks) → summary, similar, reach → page
"""

from __future__ import annotations

from pathlib import Path

from gdgrader.config import load_config
from gdgrader.report.collect import ClassResults, ReportError, collect
from gdgrader.report.page import page

__all__ = ["ClassResults", "ReportError", "collect", "page", "write_report"]
FOLDER = "reports"


def write_report(
    lesson: str,
    root: Path = Path(),
    names: bool = False,
    output: Path | None = None,
) -> tuple[Path, ClassResults]:
    """Write a lesson's report; return its path and what it is about.

    Args:
        root: the course's folder.
        names: show who is who; otherwise pseudonyms.
        output: the file; by default `reports/<lesson>.html` below `root`.

    Errors: ReportError where there is nothing to report on.
    """
    group = collect(lesson, load_config(root))
    path = output or root / FOLDER / f"{lesson}.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(group, names), encoding="utf-8")
    return path, group
