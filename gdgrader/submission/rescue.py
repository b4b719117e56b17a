"""Put a submission right: the instructor's cells in the instructor's order, with the
student's answers in them and the student's own cells between."""

from __future__ import annotations

import copy
import re
from collections import defaultdict

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

from gdgrader.course.edition import Edition, marks
from gdgrader.submission.note import Note
from gdgrader.submission.prose import is_prose
from gdgrader.submission.source_code import defined, tree

NEW = {"code": new_code_cell, "markdown": new_markdown_cell, "raw": new_raw_cell}
IMAGES = {"image/png", "image/jpeg", "image/gif"}
BASE64 = re.compile(r"[\w+/=\s]*", re.ASCII)
Rescued = tuple[NotebookNode, list[Note]]


def rescue(submitted: NotebookNode, edition: Edition) -> Rescued:
    """The submission in the instructor's frame, and what had to be put right.

    Of the student remain: the sources of solution cells, plain cells and extra cells,
    and pictures attached to written answers. Everything else (marks, tags, ids, types,
    order, locked cells) is the instructor's. Extra cells follow the cell of the
    instructor's they followed; no cell of a student's can pass for a graded one.
    """
    return _Rescue(submitted, edition).result()


class _Rescue:
    def __init__(self, submitted: NotebookNode, edition: Edition) -> None:
        self.cells = submitted.cells
        self.wanted = edition.notebook.cells
        self.frame = edition.notebook
        self.notes: list[Note] = []
        self.found: dict[int, list[int]] = defaultdict(list)  # wanted -> submitted
        self.gone: set[int] = set()  # submitted cells that stand for no cell any more

    def result(self) -> Rescued:
        self._match()
        answers = [self._answer(i) for i in range(len(self.wanted))]
        kept = {found[-1]: i for i, found in self.found.items() if found}
        extras, anchor = defaultdict(list), -1
        for j, cell in enumerate(self.cells):
            anchor = kept.get(j, anchor)
            if j not in kept and j not in self.gone and cell.source.strip():
                extras[anchor].append(self._extra(cell))
        order = [kept[j] for j in sorted(kept)]
        if order != sorted(order):
            self._note("Cells had been moved; the original order was restored.")
        cells = extras[-1]
        for i, answer in enumerate(answers):
            cells += [] if answer is None else [self._own(i, answer)]
            cells += extras[i]
        for number, cell in enumerate(cells):
            cell.id = cell.id or f"extra-{number}"
        head = {k: copy.deepcopy(v) for k, v in self.frame.items() if k != "cells"}
        return NotebookNode(head | {"cells": cells}), self.notes

    def _note(self, what: str, cell: str = "") -> None:
        self.notes.append(Note(what, cell))

    # Which of the instructor's cells is this? ------------------------------------

    def _match(self) -> None:
        by_mark = {marks(c).get("grade_id"): i for i, c in enumerate(self.wanted)}
        by_mark.pop(None, None)
        by_id = {c.id: i for i, c in enumerate(self.wanted)}
        by_text = {c.source.strip(): i for i, c in enumerate(self.wanted)}
        lost = 0
        for j, cell in enumerate(self.cells):
            name = marks(cell).get("grade_id")
            if isinstance(name, str) and name in by_mark:
                self.found[by_mark[name]].append(j)
            elif (i := by_id.get(cell.id)) is not None:
                self.found[i].append(j)
                lost += bool(marks(self.wanted[i]))
        taken = {j for found in self.found.values() for j in found}
        for j, cell in enumerate(self.cells):
            i = by_text.get(cell.source.strip())
            if j not in taken and i is not None and not self.found[i]:
                self.found[i].append(j)
                taken.add(j)
                lost += bool(marks(self.wanted[i]))
        lost += self._match_functions(taken)
        self._match_places(taken)
        if lost:
            self._note(
                f"{lost} cells had lost nbgrader's marks (copied into a new notebook?);"
                " they were recognised and marked again."
            )

    def _match_functions(self, taken: set[int]) -> int:
        """Solution cells known by the functions they define."""
        lost = 0
        for i, cell in enumerate(self.wanted):
            names = defined(cell.source) if marks(cell).get("solution") else set()
            if self.found[i] or not names:
                continue
            fit = [
                j
                for j, c in enumerate(self.cells)
                if j not in taken and c.cell_type == "code"
                if names <= defined(c.source)
            ]
            if fit:
                self.found[i] = [fit[-1]]
                taken.add(fit[-1])
                lost += 1
        return lost

    def _match_places(self, taken: set[int]) -> None:
        """Written answers known by the place where they stand."""
        for i, cell in enumerate(self.wanted):
            written = marks(cell).get("solution") and cell.cell_type != "code"
            if self.found[i] or not written:
                continue
            before = (j for k in range(i) for j in self.found[k])
            after = (j for k in range(i + 1, len(self.wanted)) for j in self.found[k])
            first = max(before, default=-1) + 1
            last = min((j for j in after if j >= first), default=len(self.cells))
            here = [j for j in range(first, last) if j not in taken]
            if found := [j for j in here if is_prose(self.cells[j])]:
                self.found[i] = found
                taken.update(found)
                name = marks(cell).get("grade_id")
                self._note("had lost its marks; it was known by its place.", name)

    # What goes into it? ----------------------------------------------------------

    def _answer(self, i: int) -> str | None:
        """The source for the instructor's cell `i`; None where the student has none."""
        cell, found = self.wanted[i], self.found[i]
        name = marks(cell).get("grade_id")
        if not name:
            return self.cells[found[-1]].source if found else None
        if not found:
            self._note("was missing; it was put back.", name)
            return cell.source
        sources = [self.cells[j].source for j in found]
        if not marks(cell).get("solution"):
            self.gone.update(found)
            if any(s.strip() != cell.source.strip() for s in sources):
                self._note(
                    "is read-only and had been changed; the original was put back.",
                    name,
                )
            elif len(found) > 1:
                self._note(f"was there {len(found)} times.", name)
            return cell.source
        if self.cells[found[-1]].cell_type != cell.cell_type:
            self._note(f"is a {cell.cell_type} cell again.", name)
        code = cell.cell_type == "code"
        if not code:  # a copy that nobody wrote in is no part of the answer
            self.gone.update(found)
            written = [s for s in sources if s.strip() != cell.source.strip()]
            sources = list(dict.fromkeys(written)) or sources[-1:]
        if len(sources) == 1:
            return sources[0]
        joined = ("\n" if code else "\n\n").join(sources)
        if not code or (not all(map(_parses, sources)) and _parses(joined)):
            self.gone.update(found)
            self._note(f"was in {len(sources)} parts; joined.", name)
            return joined
        # Copies run in their places, and the last is taken for the answer.
        self._note(f"was there {len(found)} times; all were run, in their order.", name)
        return sources[-1]

    def _own(self, i: int, source: str) -> NotebookNode:
        """The instructor's cell `i` with this source."""
        wanted = self.wanted[i]
        cell = copy.deepcopy(wanted)
        cell.source = source
        if not marks(wanted) and source.strip() != wanted.source.strip():
            cell.metadata = NotebookNode()  # a changed demonstration is the student's
        if cell.cell_type == "markdown" and marks(wanted).get("solution"):
            attached = [_pictures(self.cells[j]) for j in self.found[i]]
            if together := {k: v for a in attached for k, v in a.items()}:
                cell.attachments = NotebookNode(together)
        return cell

    def _extra(self, cell: NotebookNode) -> NotebookNode:
        """A cell of the student's own, without marks; numbered once all are placed."""
        if marks(cell).get("grade"):
            self._note(
                "A cell marked as graded is none of the instructor's, or a copy; it "
                "counts as an ordinary one."
            )
        made = NEW[cell.cell_type](cell.source)
        made.id = ""
        if cell.cell_type == "markdown" and (pictures := _pictures(cell)):
            made.attachments = NotebookNode(pictures)
        return made


def _pictures(cell: NotebookNode) -> dict:
    """The attachments of a cell that are pictures and nothing else."""
    return {
        name: data
        for name, data in cell.get("attachments", {}).items()
        if isinstance(data, dict) and set(data) <= IMAGES
        if all(isinstance(v, str) and BASE64.fullmatch(v) for v in data.values())
    }


def _parses(source: str) -> bool:
    return tree(source) is not None
