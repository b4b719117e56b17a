"""Validate tells a copied cell as what it is, where nbgrader ends with a traceback.

JupyterLab copies nbgrader's marks along with a cell. nbgrader's Validate then stops at
"Duplicate grade id". Its steps are no setting, only a class's default; `tell_copies`
puts ours into that, so that the button, the command and their settings stay nbgrader's.
Grading has its own way with copies, in `gdgrader.submission.rescue`.
"""

from __future__ import annotations

from textwrap import wrap

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearOutput,
    Execute,
    NbGraderPreprocessor,
)
from nbgrader.validator import Validator

COPY = "gdgrader_copy_of"  # where a copy's name waits until the cells have run
WORDS = (
    "This cell is there {times}: a copied cell keeps the mark `{name}` of the one it "
    "was copied from. Keep one and delete the others (D twice, beside the cell). To "
    "keep another as a draft, make a new cell (B) and paste only its text."
)


class SetCopiesAside(CheckCellMetadata):
    """Checks the marks as nbgrader does, once copies have lost theirs.

    The last of several is taken for the original, as in grading.
    """

    def preprocess(self, nb: NotebookNode, resources: dict):
        """Set copies aside; they still run in their places."""
        places: dict[str, list[NotebookNode]] = {}
        for cell in nb.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id")
            if isinstance(name, str) and name:
                places.setdefault(name, []).append(cell)
        for name, found in places.items():
            for cell in found[:-1]:
                del cell.metadata["nbgrader"]
                times = "twice" if len(found) == 2 else f"{len(found)} times"
                cell.metadata[COPY] = {"name": name, "times": times}
        return super().preprocess(nb, resources)


class TellCopies(NbGraderPreprocessor):
    """Has Validate show each copy, with what to do, among the cells that failed."""

    def preprocess(self, nb: NotebookNode, resources: dict):
        """Make a failed cell of each copy, in what Validate shows and nowhere else."""
        nb.cells = [self._told(c) if COPY in c.metadata else c for c in nb.cells]
        return nb, resources

    def _told(self, cell: NotebookNode) -> NotebookNode:
        words = WORDS.format(**cell.metadata[COPY])
        told = nbformat.v4.new_output(
            "error", ename="CopiedCell", evalue=words, traceback=_lines(words)
        )
        made = nbformat.v4.new_code_cell(cell.source, outputs=[told])
        marks = {"grade": True, "solution": False, "locked": False, "points": 0}
        made.metadata["nbgrader"] = marks | {"grade_id": cell.metadata[COPY]["name"]}
        return made


def _lines(words: str) -> list[str]:
    """In lines that Validate's window and nbgrader's command do not cut."""
    return wrap(words, 80, break_on_hyphens=False)


def tell_copies() -> None:
    """Have every Validate of this process tell copies."""
    steps = [SetCopiesAside, ClearOutput, Execute, TellCopies]
    Validator.preprocessors.default_args = (steps,)
