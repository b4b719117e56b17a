"""What the course asks of nbgrader; `nbgrader_config.py` calls `apply(c)`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from nbgrader.converters import GenerateAssignment, GenerateFeedback
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from gdgrader.copies import tell_copies
from gdhelpers import my_progress


def apply(c: Config) -> None:
    """Set the course's defaults on nbgrader's configuration object."""
    _find_our_commands()
    tell_copies()
    c.CourseDirectory.course_id = "gradient-descent"
    c.CourseDirectory.ignore.extend(my_progress.FILES)
    console = {"class": "gdgrader.plain_log.PlainFormatter"}
    c.Application.logging_config = {"formatters": {"console": console}}
    c.GenerateAssignment.preprocessors = [
        "gdgrader.course.public_checks.PublicTable",
        "gdgrader.course.pages.Footer",
        *GenerateAssignment.preprocessors.default(),
        "gdgrader.course.as_handed_out.AsHandedOut",
    ]
    c.Autograde.exporter_class = "gdgrader.autograde.nbgrader_steps.SubmissionExporter"
    c.Autograde.sanitize_preprocessors = [
        "gdgrader.autograde.nbgrader_steps.Rescue",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    c.Autograde.autograde_preprocessors = [
        "gdgrader.autograde.nbgrader_steps.GdExecute",
        "gdgrader.autograde.nbgrader_steps.SaveVerdicts",
        "nbgrader.preprocessors.AssignLatePenalties",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    c.GenerateFeedback.preprocessors = [
        *GenerateFeedback.preprocessors.default(),
        "gdgrader.feedback.page.ForStudents",
    ]
    # Validate leaves the long trainings out: they ask nothing of the student.
    c.Execute.skip_cells_with_tag = "demonstration"
    c.GenerateFeedback.exporter_class = "gdgrader.feedback.page.FeedbackExporter"
    c.HTMLExporter.sanitize_html = True
    c.HTMLExporter.filters = {
        "markdown2html": "gdgrader.feedback.safe_html.markdown2html",
        "highlight_code": "gdgrader.feedback.safe_html.highlight_code",
    }
    c.HTMLExporter.preprocessors = [
        "gdgrader.feedback.within_limits.WithinLimits",
        "gdgrader.feedback.rubric.ShowRubric",
    ]
    c.ExchangeFactory.collect = "gdgrader.lms.exchange.SafeCollect"
    c.ExchangeFactory.release_feedback = "gdgrader.lms.exchange.SafeReleaseFeedback"
    c.ZipCollectApp.extractor_plugin = "gdgrader.lms.archives.SafeExtractor"
    c.ZipCollectApp.collector_plugin = "gdgrader.lms.collect.LmsCollector"
    c.ExportApp.plugin_class = "gdgrader.lms.export.StatusExport"


def load_config(root: Path) -> Config:
    """The course's `nbgrader_config.py`, or our defaults where it has none."""
    found = Config()
    if (root / "nbgrader_config.py").exists():
        found = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    else:
        apply(found)
    found.CourseDirectory.root = str(root.resolve())
    return found


def _find_our_commands() -> None:
    """Let nbgrader find `alembic`, which it calls by name, without activation."""
    here = str(Path(sys.executable).parent)
    if here not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([here, os.environ.get("PATH", "")])
