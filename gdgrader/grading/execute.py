"""Run a student's cells in a sandboxed kernel and put graded cells to the judge."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from jupyter_core.utils import run_sync
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from gdgrader.course.edition import is_demonstration, marks
from gdgrader.grading.judge import KEY, Judge, wrong
from gdgrader.grading.kernel_session import (
    BUSY,
    KernelLost,
    KernelSession,
    NotFinished,
)
from gdgrader.sandbox.host import KernelHost
from gdgrader.sandbox.limits import Limits
from gdgrader.sandbox.spent import Over, Spent
from gdgrader.submission.outputs import clean_outputs, error_output, stream_output
from gdhelpers.verdicts import Fault, Verdict

NEW_KERNELS = 8  # after so many were lost, the rest is not run
MORE_KERNELS = 12  # for those who may have lost points by another's fault
LATER = "It left something running, and the kernel ended later on."
PERHAPS = "It may have ended the kernel: without it all went well."
OURS = "Not judged: the grader had trouble of its own."


@dataclass
class RunResult:
    """What became of a submission: a verdict for each graded cell, and remarks.

    Attributes:
        undecided: whether load may have kept a cell from its end, so that what is not
            right is not to be called wrong either.
    """

    verdicts: dict[str, Verdict] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    undecided: bool = False


def execute(
    notebook: NotebookNode,
    judge: Judge,
    sandbox: KernelHost,
    files: Mapping[str, bytes],
) -> RunResult:
    """Execute a rescued notebook in place; return the verdicts.

    A cell that raises, hangs or kills its kernel costs only what depends on it: the
    kernel is replaced and the cells before are run again, without that one. A kernel
    may end long after the cell that is to blame, so a cell that left something running
    is suspected first; and who is not found right after a kernel was lost is heard
    again, in kernels that leave out other cells.

    Errors: whatever keeps the sandbox from starting a kernel; nothing that a student's
        code does.
    """
    work = _Execution(notebook, judge, sandbox, files)
    run_sync(work.run)()
    return work.result


class _Execution:
    def __init__(
        self,
        notebook: NotebookNode,
        judge: Judge,
        sandbox: KernelHost,
        files: Mapping[str, bytes],
    ) -> None:
        self.notebook, self.edition, self.judge = notebook, judge.edition, judge
        self.sandbox, self.files = sandbox, files
        self.limits = sandbox.limits or Limits()
        self.spent = Spent()  # by all kernels before this one
        self.result = RunResult()
        self.left_out: dict[int, str] = {}  # cells that ended a kernel, and how
        self.running: set[int] = set()  # cells that left something running in this one
        self.alone: set[str] = set()  # graded cells not to be asked with others
        self.fatal: dict[str, str] = {}  # graded cells that ended a kernel, and how
        self.endless: set[str] = set()  # graded cells that did not finish
        self.kernels = 0
        self.session: KernelSession | None = None

    async def run(self) -> None:
        """Run every cell in order, then write the verdicts into the graded ones."""
        try:
            await self._start()
            for index, cell in enumerate(self.notebook.cells):
                if cell.cell_type == "code":
                    await self._cell(index)
            if self.kernels > 1 and not self.result.undecided:
                await self._hear_again()
            self._blame()
        finally:
            await self._stop()
        self._write()

    async def _cell(self, index: int, suspected: frozenset[int] = frozenset()) -> None:
        """Run, or judge, the cell at `index`.

        Args:
            suspected: cells left out because this one did not survive with them.
        """
        cell = self.notebook.cells[index]
        grade_id = marks(cell).get("grade_id")
        graded = self._graded(cell)
        if grade_id in self.result.verdicts or (not graded and _not_run(cell)):
            return
        if (why := await self._why_not(index)) and not graded:
            _say(cell, why[0])
        elif graded and why:
            self._not_right(grade_id, *why)
        elif graded:
            await self._judge(index, self._together(index), suspected)
        else:
            await self._student(index, cell, suspected)

    async def _why_not(self, index: int) -> tuple[str, Fault] | None:
        """Make sure there is a kernel; if there cannot be, say why and whose fault."""
        if over := self._over():
            most = self.limits.submission_seconds
            why = f"Not run: the whole notebook may take {most:g} s, and they are up."
            self.result.undecided |= over is Over.PERHAPS_LOAD
            return why, Fault.LIMIT
        if self.session is None:
            await self._again(index)
        if self.session is None:
            why = "Not run: cells before this one ended the kernel too often."
            return why, Fault.RAISED
        return None

    # Cells -----------------------------------------------------------------------

    async def _student(
        self, index: int, cell: NotebookNode, suspected: frozenset[int]
    ) -> None:
        try:
            remarks = await self._execute(index, cell)
        except KernelLost as lost:
            if found := await self._lost(index, lost, suspected):
                await self._cell(index, found)
        else:
            for remark in remarks:
                _say(cell, remark)
                self._note(index, remark)

    async def _lost(
        self, index: int, lost: KernelLost, suspected: frozenset[int]
    ) -> frozenset[int]:
        """Leave out who may have ended the kernel while the cell at `index` had it.

        Returns all who are suspected in its place; none where it was alone, and so is
        to blame itself. It is left out then too, unless it is judged.
        """
        self.result.undecided |= lost.fault.ours
        await self._stop()
        if found := self.running - self.left_out.keys():
            self.left_out |= dict.fromkeys(found, LATER)
            return suspected | found
        for innocent in suspected:
            self.left_out.pop(innocent, None)
        if not self._graded(self.notebook.cells[index]):
            self.left_out[index] = str(lost)
        return frozenset()

    async def _execute(self, index: int, cell: NotebookNode) -> tuple[str, ...]:
        seconds = self._seconds(self.limits.cell_seconds)
        remarks = await self.session.execute(cell, index, seconds)
        self.result.undecided |= self.session.doubtful
        if self.session.left_running:
            self.running.add(index)
        return remarks

    def _graded(self, cell: NotebookNode) -> bool:
        grade_id = marks(cell).get("grade_id")
        return cell.cell_type == "code" and grade_id in self.edition.graded

    def _runs(self, cell: NotebookNode) -> bool:
        """Whether it is executed, and not judged or passed over."""
        code = cell.cell_type == "code"
        return code and not self._graded(cell) and not _not_run(cell)

    def _together(self, index: int) -> list[str]:
        """The graded cell at `index`, and those that can be asked with it: nothing is
        run between them, and none has to be asked alone."""
        found: list[str] = []
        for cell in self.notebook.cells[index:]:
            grade_id = marks(cell).get("grade_id")
            graded = self._graded(cell)
            if graded and not (found and grade_id in self.alone):
                found.append(grade_id)
            elif cell.cell_type == "code" and (graded or not _not_run(cell)):
                break
            if grade_id in self.alone:
                break
        return found

    async def _judge(
        self, index: int, grade_ids: list[str], suspected: frozenset[int]
    ) -> None:
        """Ask graded cells in one message, which is quicker than in several; where
        that fails each alone, to see which it was."""
        try:
            self.result.verdicts |= await self._ask(grade_ids)
            if self.session.left_running:
                self.running.add(index)
        except NotFinished as error:
            if len(grade_ids) > 1:
                self.alone.update(grade_ids)
                await self._cell(index, suspected)
            else:
                self._endless(grade_ids[0], error.over)
        except KernelLost as lost:
            found = await self._lost(index, lost, suspected)
            if found or len(grade_ids) > 1:
                if not found:
                    self.alone.update(grade_ids)
                    self.kernels -= 1  # who is to blame will lose another
                await self._cell(index, found)
            else:
                why = OURS if lost.fault.ours else f"Your function was called: {lost}"
                self._not_right(grade_ids[0], why, lost.fault)
                self.fatal[grade_ids[0]] = f"Cell {grade_ids[0]}: {lost}"

    def _endless(self, grade_id: str, over: Over) -> None:
        self.endless.add(grade_id)
        if over is Over.PERHAPS_LOAD:
            self.result.undecided = True
            self.result.notes.append(f"Cell {grade_id}: {BUSY}.")
        most = f"{self.limits.answer_seconds:g} s"
        why = f"Your function did not finish within {most}: a loop without an end?"
        self._not_right(grade_id, why, Fault.LIMIT)

    async def _ask(self, grade_ids: list[str]) -> dict[str, Verdict]:
        seconds = self._seconds(self.limits.answer_seconds)
        replies = await self.session.ask(
            {g: self.judge.request(g) for g in grade_ids}, seconds
        )
        return {g: self.judge.ruling(g, {KEY: replies.get(g)}) for g in grade_ids}

    def _not_right(self, grade_id: str, why: str, fault: Fault) -> None:
        asked = self.edition.graded[grade_id]
        self.result.verdicts[grade_id] = wrong(asked, why, fault)

    # Kernels ---------------------------------------------------------------------

    async def _start(self) -> None:
        self.kernels += 1
        self.running = set()
        self.session = KernelSession(self.notebook, self.sandbox, self.files)
        await self.session.start()

    async def _stop(self) -> None:
        session, self.session = self.session, None
        if session:
            self.spent += session.all_spent
            await session.stop()

    async def _again(self, index: int) -> None:
        """Bring a new kernel to where the lost one was, without what undid it."""
        while self.session is None and self.kernels <= NEW_KERNELS:
            await self._start()
            for before in range(index):
                if before not in self.left_out:
                    try:
                        await self._repeat(before)
                    except KernelLost as lost:
                        await self._lost(before, lost, frozenset())
                        break

    async def _repeat(self, index: int) -> None:
        """Run a cell once more, for what it does and not for what it shows."""
        cell = self.notebook.cells[index]
        if not self._runs(cell):
            return
        try:
            await self._execute(index, new_code_cell(cell.source))
        finally:  # nbclient puts what it ran into the notebook
            self.notebook.cells[index] = cell

    # Another hearing -------------------------------------------------------------

    async def _hear_again(self) -> None:
        """Ask those who are not right again, leaving out others than the first time.

        What ended a kernel may have done so from afar, at the time of a cell that had
        no part in it; when, is the machine's affair, and must not decide a point.
        """
        verdicts, most = self.result.verdicts, self.kernels + MORE_KERNELS
        for without in self._other_suspects():
            hopeful = [g for g in verdicts if self._may_be_right(g)]
            waiting = list(hopeful)
            while waiting:
                over = self._over()
                self.result.undecided |= over is Over.PERHAPS_LOAD
                if over or self.kernels >= most or not self.sandbox.alive:
                    return
                before = len(waiting)
                try:
                    await self._hear(waiting, without)
                except KernelLost as lost:
                    self.result.undecided |= lost.fault.ours
                if len(waiting) == before:
                    break
            if any(verdicts[g].right for g in hopeful):
                self.left_out = {i: self.left_out.get(i, PERHAPS) for i in without}

    def _may_be_right(self, grade_id: str) -> bool:
        verdict = self.result.verdicts[grade_id]
        settled = verdict.right or verdict.fault == Fault.UNWRITTEN
        return not settled and grade_id not in self.endless

    def _other_suspects(self) -> Iterable[frozenset[int]]:
        """Sets of cells to leave out: none, the same, each one alone, or in place of
        one that was left out."""
        first = frozenset(self.left_out)
        own = [
            {index}
            for index, cell in enumerate(self.notebook.cells)
            if self._runs(cell) and not marks(cell).get("locked")
        ]
        instead = (first - {other} | one for one in own for other in first - one)
        return dict.fromkeys([frozenset(), first, *map(frozenset, own), *instead])

    async def _hear(self, waiting: list[str], without: frozenset[int]) -> None:
        """Ask, and take from `waiting`, one graded cell after the other.

        Errors: KernelLost.
        """
        await self._stop()
        await self._start()
        for index, cell in enumerate(self.notebook.cells):
            if (grade_id := marks(cell).get("grade_id")) in waiting:
                waiting.remove(grade_id)
                with contextlib.suppress(NotFinished):
                    verdict = (await self._ask([grade_id]))[grade_id]
                    if verdict.right:
                        self.result.verdicts[grade_id] = verdict
                self.result.undecided |= self.session.doubtful
            elif index not in without:
                await self._repeat(index)

    def _all_spent(self) -> Spent:
        return self.spent + self.session.spent if self.session else self.spent

    def _over(self) -> Over | None:
        """Whether the whole notebook has taken what it may."""
        limits = self.limits
        return self._all_spent().over(limits.submission_seconds, limits.wall_factor)

    def _seconds(self, most: float) -> float:
        left = self.limits.submission_seconds - self._all_spent().itself
        return max(1, int(min(most, left)))

    def _note(self, index: int, what: str) -> None:
        cell = self.notebook.cells[index]
        given = cell.id in {one.id for one in self.edition.notebook.cells}
        whose = "given" if given else "the student's own"
        name = marks(cell).get("grade_id") or f"{index + 1} ({whose})"
        self.result.notes.append(f"Cell {name}: {what}")

    # Results ---------------------------------------------------------------------

    def _blame(self) -> None:
        """Note who ended a kernel. Where that may be load, nothing is called wrong."""
        if self.result.undecided:
            for grade_id, verdict in self.result.verdicts.items():
                if not verdict.right:
                    self._not_right(grade_id, OURS, Fault.GRADER)
            if not any(BUSY in note for note in self.result.notes):
                self.result.notes.append(f"The notebook as a whole: {BUSY}.")
        for grade_id, why in self.fatal.items():
            if not self.result.verdicts[grade_id].right:
                self.result.notes.append(why)
        for index, why in sorted(self.left_out.items()):
            _say(self.notebook.cells[index], why)
            self._note(index, why)

    def _write(self) -> None:
        """Number the cells, clean their outputs and put the verdicts into theirs."""
        count = 0
        for cell in self.notebook.cells:
            if cell.cell_type != "code":
                continue
            count += 1
            cell.execution_count = count
            grade_id = marks(cell).get("grade_id")
            if grade_id in self.edition.graded:
                cell.outputs = [verdict_output(self.result.verdicts.get(grade_id))]
            else:
                clean_outputs(cell)


def verdict_output(verdict: Verdict | None) -> NotebookNode:
    """A verdict as nbgrader reads it: text means full marks, an error none."""
    message = verdict.message if verdict else "✗ not judged"
    if verdict and verdict.right:
        return stream_output("stdout", message + "\n")
    lines = message.splitlines()
    return error_output("CheckFailed", lines[0], lines)


def _not_run(cell: NotebookNode) -> bool:
    return is_demonstration(cell) or not cell.source.strip()


def _say(cell: NotebookNode, why: str) -> None:
    cell.outputs.append(error_output("Stopped", why, [f"■ {why}"]))
