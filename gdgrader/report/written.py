"""What the report needs of a graded notebook, read within limits.

A notebook holds a stranger's text: whoever makes reading it too long is left out with a
word on it, and nobody else is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import compute_checksum

from gdgrader.course.edition import Edition, marks
from gdgrader.gradebook.scores import RECORD
from gdgrader.limited import MB, Allowance, Exceeded, limited_each
from gdgrader.report.reach import MOST, reached_for
from gdgrader.report.similar import Tokens, tokens
from gdgrader.submission.note import Note, bounded
from gdgrader.submission.source_code import defined
from gdhelpers.verdicts import Verdict

ALLOWED = Allowance(seconds=10, memory=400 * MB)  # usual are 0.1 s
GONE = "its graded notebook is gone or cannot be read; grade it again"
LEFT_OUT = "Its code was not looked at for this page: {}."


@dataclass(frozen=True)
class Written:
    """What a graded notebook says; see `gdgrader.report.collect.Work`."""

    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    unwritten: frozenset[str] = frozenset()
    attempted: bool = False
    tokens: Mapping[str, Tokens] = field(default_factory=dict)
    reached: tuple[str, ...] = ()


def written(paths: Sequence[Path], edition: Edition) -> Iterator[Written | str]:
    """What each notebook says, or in words why it cannot be read."""
    for path, found in zip(
        paths, limited_each(ALLOWED, partial(_read, edition, ""), paths), strict=True
    ):
        if isinstance(found, Exceeded):
            brief = partial(_read, edition, LEFT_OUT.format(found))
            (found,) = limited_each(ALLOWED, brief, [path])
        if isinstance(found, Exceeded):
            yield f"its graded notebook cannot be read: {found}"
        else:
            yield GONE if isinstance(found, Exception) else found


def _read(edition: Edition, left_out: str, path: Path) -> Written:
    notebook = nbformat.read(path, as_version=4)
    record = notebook.metadata[RECORD]
    verdicts = {k: Verdict.from_stored(v) for k, v in record["verdicts"].items()}
    notes = bounded(map(Note.from_stored, record.get("notes", ())))
    changed = {
        marks(cell)["grade_id"]: cell.source
        for cell in notebook.cells
        if marks(cell).get("solution")
        if compute_checksum(cell) != marks(cell).get("checksum")
    }
    own = () if left_out else dict.fromkeys(_reached(notebook, edition))
    return Written(
        {k: v for k, v in verdicts.items() if k in edition.graded},
        (*notes, Note(left_out)) if left_out else tuple(notes),
        _unwritten(edition, changed),
        bool(changed),
        {} if left_out else _tokens(edition, changed),
        tuple(own)[:MOST],
    )


def _tokens(edition: Edition, changed: Mapping[str, str]) -> dict[str, Tokens]:
    """What was written into the instructor's code cells."""
    return {
        name: tokens(changed[name], cell.source)
        for cell in edition.notebook.cells
        if cell.cell_type == "code" and marks(cell).get("solution")
        if (name := marks(cell)["grade_id"]) in changed
    }


def _unwritten(edition: Edition, changed: Mapping[str, str]) -> frozenset[str]:
    """Graded cells whose function is defined in a solution cell left as it was."""
    where = {
        name: marks(cell)["grade_id"]
        for cell in edition.notebook.cells
        if cell.cell_type == "code" and marks(cell).get("solution")
        for name in defined(cell.source)
    }
    return frozenset(
        grade_id
        for grade_id, asked in edition.graded.items()
        if where.get(asked.function) not in (None, *changed)
    )


def _reached(notebook: NotebookNode, edition: Edition) -> Iterator[str]:
    """What code that is not the instructor's reached for, and how it ended."""
    handed_out = {c.source.strip() for c in edition.notebook.cells}
    for cell in notebook.cells:
        if cell.cell_type != "code" or cell.source.strip() in handed_out:
            continue
        phrases = reached_for(cell.source)
        yield from (f"A cell {phrase}." for phrase in phrases)
        for output in cell.outputs if phrases else ():
            if output.output_type == "error":
                yield f"That cell ended in {output.ename}: {output.evalue}"[:300]
                break
