"""What a grader sees in formgrader beyond the student's notebook: the rubric."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import compute_checksum

from gdgrader.course.edition import marks
from gdgrader.course.paths import CoursePaths
from gdgrader.gradebook.scores import RECORD

MARKER = re.compile(r"^### (BEGIN|END) SOLUTION.*\n?", re.MULTILINE)
ELSEWHERE = "**Nothing was written here, but elsewhere in the notebook:**"
HEADING = "**The instructor's answer and rubric** (students never see this):"


class ShowRubric(Preprocessor):
    """Puts below each written answer what the instructor wrote in its place.

    And, where it was left as it was, what may be the answer in another place.

    Only for formgrader's page: it names the submission, and feedback does not.
    """

    def preprocess(self, nb: NotebookNode, resources: dict):
        """Insert the instructor's cells, from `source/`."""
        if "submission_id" not in resources:
            return nb, resources
        paths = CoursePaths(CourseDirectory(config=self.config))
        folder = paths.source(resources["assignment_id"])
        answers = _answers(folder / f"{resources['notebook_id']}.ipynb")
        elsewhere = nb.metadata.get(RECORD, {}).get("elsewhere")
        cells = []
        for cell in nb.cells:
            cells.append(cell)
            if answer := answers.get(marks(cell).get("grade_id")):
                if elsewhere and compute_checksum(cell) == marks(cell).get("checksum"):
                    found = "\n\n---\n\n".join([ELSEWHERE, *elsewhere])
                    cells.append(new_markdown_cell(found))
                cells.append(new_markdown_cell(f"{HEADING}\n\n{answer}"))
        nb.cells = cells
        return nb, resources


def _answers(path: Path) -> dict[str, str]:
    """The instructor's written answers by grade id; {} without a source."""
    if not path.exists():
        return {}
    return {
        marks(cell)["grade_id"]: MARKER.sub("", cell.source).strip()
        for cell in nbformat.read(path, as_version=4).cells
        if cell.cell_type == "markdown"
        and marks(cell).get("grade")
        and marks(cell).get("solution")
    }
