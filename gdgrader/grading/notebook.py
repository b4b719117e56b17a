"""Grade one notebook: bytes in; notebook, scores and remarks out. No database here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from nbformat import NotebookNode
from nbgrader.utils import compute_checksum

from gdgrader.course.edition import Edition, marks
from gdgrader.gradebook.scores import RECORD, Scores
from gdgrader.grading.execute import execute
from gdgrader.grading.judge import Judge
from gdgrader.limited import Allowance, Delayed, Exceeded, limited
from gdgrader.sandbox.host import KernelHost
from gdgrader.submission.note import Note, bounded
from gdgrader.submission.prose import prose_elsewhere
from gdgrader.submission.read import MB, Unreadable, read_submission
from gdgrader.submission.rescue import rescue

# Python's parser takes up to a thousand times what it reads: of so much, 120 MB.
HARMLESS = 128 << 10
READING = Allowance(seconds=20, memory=400 * MB)
ELSEWHERE = "was left as it was, but words stand elsewhere: a person has to read them."


def prepared(content: bytes, edition: Edition, notes: list[str]) -> NotebookNode:
    """A submission put right, with `notes` and what was put right in its metadata.

    Errors: gdgrader.submission.read.Unreadable; gdgrader.limited.Delayed.
    """
    if len(content) <= HARMLESS:
        return _prepared(content, edition, notes)
    try:
        return limited(READING, _prepared, content, edition, notes)
    except Delayed:
        raise
    except Exceeded as error:
        raise Unreadable(f"reading it, {error}: is it one notebook?") from None


def _prepared(content: bytes, edition: Edition, notes: list[str]) -> NotebookNode:
    submitted = read_submission(content)
    notebook, found = rescue(submitted, edition)
    elsewhere = []
    if left := [c for c in notebook.cells if _written(c) and _untouched(c)]:
        answers = {c.source.strip() for c in notebook.cells if marks(c).get("solution")}
        elsewhere = prose_elsewhere(submitted, answers, edition.notebook)
    if elsewhere:
        found += [Note(ELSEWHERE, marks(cell)["grade_id"]) for cell in left]
    remarks = bounded([*map(Note, notes), *found])
    notebook.metadata[RECORD] = {
        "notes": [note.stored() for note in remarks],
        "elsewhere": elsewhere,
    }
    return notebook


def graded(
    notebook: NotebookNode,
    judge: Judge,
    sandbox: KernelHost,
    files: Mapping[str, bytes],
) -> Scores:
    """Execute and judge a prepared notebook in place; return its scores.

    The judge's seed, which repeats the grading, the verdicts and the remarks are
    recorded in the notebook's metadata.
    """
    run = execute(notebook, judge, sandbox, files)
    record = notebook.metadata[RECORD]
    record["notes"] = [*record["notes"], *run.notes]
    record["seed"] = judge.seed
    record["source"] = judge.edition.fingerprint
    record["verdicts"] = {name: asdict(v) for name, v in run.verdicts.items()}
    # What we could not judge is worth no zero: it waits for a person.
    points = {
        name: 1.0 if verdict.right else 0.0
        for name, verdict in run.verdicts.items()
        if not verdict.fault.ours
    }
    unanswered = set()
    for cell in filter(_untouched, notebook.cells):
        grade_id = marks(cell)["grade_id"]
        if not _written(cell):
            unanswered.add(grade_id)
        elif not record["elsewhere"]:  # else a person has to see whether it is there
            unanswered.add(grade_id)
            points[grade_id] = 0.0
    return Scores(points, frozenset(unanswered), run.undecided)


def _untouched(cell: NotebookNode) -> bool:
    """Whether it is for an answer, and as it was handed out."""
    mark = marks(cell)
    return bool(mark.get("solution")) and compute_checksum(cell) == mark["checksum"]


def _written(cell: NotebookNode) -> bool:
    """Whether a person gives its points."""
    return bool(marks(cell).get("solution") and marks(cell).get("grade"))
