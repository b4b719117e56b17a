"""What an attack is: how a submission differs from the untouched release."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

LESSON = "tiny"
STEP = "def single_step_gradient_descent(theta, learning_rate):\n"
DESCEND = "def gradient_descent(theta, learning_rate, num_steps):\n"

Edit = Callable[[NotebookNode], bytes | None]
Fill = Callable[[str], str]


@dataclass(frozen=True)
class Attack:
    """One hostile submission.

    In sources and files these words stand for what is known only when it is run:
    @MARK@ a word to be found again, @PORT@ a port on this machine where nobody may
    call, @ROOT@ the course's folder, @SELF@ the attacker's own folder in it, @PID@ the
    grader's process.

    Attributes:
        name: short; the student's name too, unless `student` says another.
        attempts: what it would gain, in one line.
        cells: code cells put after the cell `after`.
        answers: sources for the instructor's cells, by grade id.
        edit: changes the notebook in place, or returns a file's bytes instead.
        files: put beside the notebook.
        folder: changes the submission's folder in the end; is given the folder and the
            course's.
        notebook: the file's name.
        earns: the points it has earned honestly.
        state: "graded", or "failed" with `reason` in its words.
        says: what a note to the student has to say.
        harms: why stock nbgrader is not to run it on this machine; "" where it may.
        before: what it was seen to do to this grader before it was mended; "" where it
            never got anything, or was not tried then.
    """

    name: str
    attempts: str
    cells: tuple[str, ...] = ()
    after: str = "step"
    answers: Mapping[str, str] = field(default_factory=dict)
    edit: Edit | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    folder: Callable[[Path, Path], None] | None = None
    notebook: str = f"{LESSON}.ipynb"
    student: str = ""
    earns: float = 0.0
    state: str = "graded"
    reason: str = ""
    says: str = ""
    harms: str = ""
    before: str = ""

    def written(self, release: NotebookNode, fill: Fill) -> bytes | None:
        """The notebook's file; None where the submission has none."""
        work = nbformat.from_dict(release)
        for name, source in self.answers.items():
            find(work, name).source = source
        place = work.cells.index(find(work, self.after)) + 1
        work.cells[place:place] = [new_code_cell(text) for text in self.cells]
        made = self.edit(work) if self.edit else None
        text = made.decode() if made is not None else nbformat.writes(work)
        return fill(text).encode()

    def hand_in(self, root: Path, student: str, release: NotebookNode, fill: Fill):
        """Write the submission below the course's folder `root`."""
        folder = root / "submitted" / student / LESSON
        folder.mkdir(parents=True, exist_ok=True)
        (folder / self.notebook).write_bytes(self.written(release, fill))
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(os.fsencode(fill(content)))
        if self.folder:
            self.folder(folder, root)


def find(notebook: NotebookNode, grade_id: str) -> NotebookNode:
    """The first cell of that grade id."""
    return next(
        cell
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id
    )


def graded(notebook: NotebookNode) -> list[NotebookNode]:
    """The graded code cells."""
    return [find(notebook, name) for name in ("step_up", "step_down", "descend_long")]
