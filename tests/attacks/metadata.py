"""Tags, marks, cell types and ids that say what is not so."""

import nbformat
from nbformat.v4 import new_code_cell, new_output

from .base import Attack, find, graded


def skipped(notebook):
    for cell in graded(notebook):
        cell.metadata["tags"] = ["skip-execution"]


def demonstrated(notebook):
    for cell in graded(notebook):
        cell.metadata["tags"] = ["demonstration", "raises-exception"]


def raising(notebook):
    for cell in graded(notebook):
        cell.metadata["tags"] = ["raises-exception"]


def worth_more(notebook):
    for cell in graded(notebook):
        cell.metadata.nbgrader.points = 1000
        cell.source = "1000"


def unmarked(notebook):
    for cell in graded(notebook):
        del cell.metadata["nbgrader"]


def as_text(notebook):
    for cell in graded(notebook):
        cell.cell_type = "markdown"
        del cell["outputs"], cell["execution_count"]


def rewritten(notebook):
    for cell in graded(notebook):
        cell.source = "print('✓ right')"


def unlocked(notebook):
    for cell in graded(notebook):
        cell.metadata.nbgrader.update(locked=False, solution=True)
        cell.source = "pass"


def twin(notebook):
    """A second cell of the same id, at the end, where the last one counts."""
    for cell in graded(notebook):
        copy = nbformat.from_dict(cell)
        copy.id = f"twin-{cell.id}"
        copy.source = "pass"
        notebook.cells.append(copy)


def invented(notebook):
    cell = new_code_cell("1000")
    cell.metadata["nbgrader"] = {
        **find(notebook, "step_up").metadata.nbgrader,
        "grade_id": "invented",
        "points": 1000,
    }
    notebook.cells.append(cell)


def deleted(notebook):
    for cell in graded(notebook):
        notebook.cells.remove(cell)


def first(notebook):
    """Graded cells above all others, with answers of an earlier run."""
    for cell in graded(notebook):
        notebook.cells.remove(cell)
        notebook.cells.insert(0, cell)
        cell.outputs = [new_output("execute_result", {"text/plain": "1000"})]


def old_marks(notebook):
    """An old version of the marks, at which stock ends the whole run."""
    for cell in graded(notebook):
        cell.metadata.nbgrader.schema_version = 0


def strange_marks(notebook):
    for cell, value in zip(graded(notebook), (None, [], "x"), strict=True):
        cell.metadata["nbgrader"] = value
    find(notebook, "step").metadata.nbgrader.grade_id = ["step"]


def own_record(notebook):
    """What the grader itself would write into the notebook."""
    verdicts = {
        cell.metadata.nbgrader.grade_id: {"right": True, "message": "✓", "mistake": ""}
        for cell in graded(notebook)
    }
    notebook.metadata["gdgrader"] = {
        "notes": ["Full marks."],
        "verdicts": verdicts,
        "fingerprint": "x",
        "seed": "x",
    }


def own_kernel(notebook):
    notebook.metadata.kernelspec = {
        "name": "../../evil",
        "display_name": "bash",
        "language": "bash",
    }


ATTACKS = (
    Attack("skip tag", "graded cells are not run, so none can fail", edit=skipped),
    Attack("demonstration tag", "passes for the instructor's own", edit=demonstrated),
    Attack("raises-exception tag", "a failing check is expected", edit=raising),
    Attack("more points", "cells worth 1000 that say so", edit=worth_more),
    Attack("marks removed", "no graded cell, no zero", edit=unmarked),
    Attack("checks as markdown", "cells that are never run", edit=as_text),
    Attack("checks rewritten", "checks that print ✓", edit=rewritten),
    Attack("checks unlocked", "checks that are solutions", edit=unlocked),
    Attack("twin cells", "the last cell of an id counts", edit=twin),
    Attack("invented cell", "1000 points of one's own", edit=invented),
    Attack("checks deleted", "nothing to fail", edit=deleted),
    Attack("checks first", "old answers, above all others", edit=first),
    Attack("old marks", "ends the run for the class", edit=old_marks),
    Attack(
        "strange marks", "marks of other types upset the grader", edit=strange_marks
    ),
    Attack("own record", "the grader's own notes and verdicts", edit=own_record),
    Attack("own kernel", "another kernel, by a path", edit=own_kernel),
)
