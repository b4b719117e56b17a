"""Run a student's cells in a sandboxed kernel and put graded cells to the judge."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from jupyter_core.utils import run_sync
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_output

from gdgrader.course.edition import is_demonstration, marks
from gdgrader.grading.judge import KEY, Judge, wrong
from gdgrader.grading.kernel_session import KernelLost, KernelSession
from gdgrader.sandbox.host import KernelHost
from gdgrader.sandbox.limits import Limits
from gdgrader.submission.outputs import clean_outputs
from gdhelpers.verdicts import Fault, Verdict

JUDGE_SECONDS = 20  # for all cases of one graded cell
NEW_KERNELS = 4  # after so many were lost, the rest is not run
OURS = "Not judged: the grader had trouble of its own."


@dataclass
class RunResult:
    """What became of a submission: a verdict for each graded cell, and remarks."""

    verdicts: dict[str, Verdict] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def execute(
    notebook: NotebookNode,
    judge: Judge,
    sandbox: KernelHost,
    files: Mapping[str, bytes],
) -> RunResult:
    """Execute a rescued notebook in place; return the verdicts.

    A cell that raises, hangs or kills its kernel costs only what depends on it: the
    kernel is replaced and the cells before are run again, without that one.

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
        self.deadline = time.monotonic() + self.limits.submission_seconds
        self.result = RunResult()
        self.left_out: set[int] = set()
        self.alone: set[str] = set()  # graded cells not to be asked with others
        self.kernels = 0
        self.session: KernelSession | None = None

    async def run(self) -> None:
        """Run every cell in order, then write the verdicts into the graded ones."""
        try:
            await self._start()
            for index, cell in enumerate(self.notebook.cells):
                if cell.cell_type == "code":
                    await self._cell(index, cell)
        finally:
            await self._stop()
        self._write()

    async def _cell(self, index: int, cell: NotebookNode) -> None:
        grade_id = marks(cell).get("grade_id")
        graded = grade_id in self.edition.graded
        if grade_id in self.result.verdicts or (not graded and _not_run(cell)):
            return
        if (why := await self._why_not(index)) and not graded:
            _say(cell, why[0])
        elif graded and why:
            self._not_right(grade_id, *why)
        elif graded:
            await self._judge(index, self._together(index))
        else:
            await self._student(index, cell)

    async def _why_not(self, index: int) -> tuple[str, Fault] | None:
        """Make sure there is a kernel; if there cannot be, say why and whose fault."""
        if time.monotonic() > self.deadline:
            most = self.limits.submission_seconds
            why = f"Not run: the whole notebook may take {most:g} s, and they are up."
            return why, Fault.LIMIT
        if self.session is None:
            await self._again(index)
        if self.session is None:
            why = "Not run: cells before this one ended the kernel too often."
            return why, Fault.RAISED
        return None

    # Cells -----------------------------------------------------------------------

    async def _student(self, index: int, cell: NotebookNode) -> None:
        try:
            stopped = await self._execute(cell, index)
        except KernelLost as lost:
            await self._lose(index, cell, str(lost))
        else:
            if stopped:
                _say(cell, stopped)
                self.result.notes.append(f"Cell {_name(cell, index)}: {stopped}")

    async def _lose(self, index: int, cell: NotebookNode, why: str) -> None:
        self.left_out.add(index)
        _say(cell, why)
        self.result.notes.append(f"Cell {_name(cell, index)}: {why}")
        await self._stop()

    async def _execute(self, cell: NotebookNode, index: int) -> str | None:
        seconds = self._seconds(self.limits.cell_seconds)
        return await self.session.execute(cell, index, seconds)

    def _together(self, index: int) -> list[str]:
        """The graded cell at `index`, and those that can be asked with it: nothing is
        run between them, and none has to be asked alone."""
        found: list[str] = []
        for cell in self.notebook.cells[index:]:
            grade_id = marks(cell).get("grade_id")
            graded = cell.cell_type == "code" and grade_id in self.edition.graded
            if graded and not (found and grade_id in self.alone):
                found.append(grade_id)
            elif cell.cell_type == "code" and (graded or not _not_run(cell)):
                break
            if grade_id in self.alone:
                break
        return found

    async def _judge(self, index: int, grade_ids: list[str]) -> None:
        """Ask graded cells in one message, which is quicker than in several; where
        that fails each alone, to see which it was."""
        lost: KernelLost | None = None
        try:
            replies = await self.session.ask(
                {g: self.judge.request(g) for g in grade_ids},
                self._seconds(JUDGE_SECONDS),
            )
        except TimeoutError:
            replies = None
        except KernelLost as error:
            replies, lost = None, error
            await self._stop()
        if replies is not None:
            for grade_id in grade_ids:
                reply = {KEY: replies.get(grade_id)}
                self.result.verdicts[grade_id] = self.judge.ruling(grade_id, reply)
        elif len(grade_ids) > 1:
            self.alone.update(grade_ids)
            self.kernels -= bool(lost)  # who is to blame will lose another
            await self._cell(index, self.notebook.cells[index])
        elif lost:
            why = OURS if lost.fault.ours else f"Your function was called: {lost}"
            self._not_right(grade_ids[0], why, lost.fault)
            self.result.notes.append(f"Cell {grade_ids[0]}: {lost}")
        else:
            self._not_right(
                grade_ids[0],
                f"Your function did not finish within {JUDGE_SECONDS} s: a loop "
                "without an end?",
                Fault.LIMIT,
            )

    def _not_right(self, grade_id: str, why: str, fault: Fault) -> None:
        asked = self.edition.graded[grade_id]
        self.result.verdicts[grade_id] = wrong(asked, why, fault)

    # Kernels ---------------------------------------------------------------------

    async def _start(self) -> None:
        self.kernels += 1
        self.session = KernelSession(self.notebook, self.sandbox, self.files)
        await self.session.start()

    async def _stop(self) -> None:
        session, self.session = self.session, None
        if session:
            await session.stop()

    async def _again(self, index: int) -> None:
        """Bring a new kernel to where the lost one was, without what undid it."""
        while self.session is None and self.kernels <= NEW_KERNELS:
            await self._start()
            for before, cell in enumerate(self.notebook.cells[:index]):
                graded = marks(cell).get("grade_id") in self.edition.graded
                if cell.cell_type != "code" or graded or is_demonstration(cell):
                    continue
                if before in self.left_out:
                    continue
                copy = new_code_cell(cell.source)
                try:
                    await self._execute(copy, before)
                except KernelLost:
                    self.left_out.add(before)
                    await self._stop()
                    break
                finally:  # nbclient puts what it ran into the notebook
                    self.notebook.cells[before] = cell

    def _seconds(self, most: float) -> int:
        left = self.deadline - time.monotonic()
        return max(1, int(min(most, left)))

    # Results ---------------------------------------------------------------------

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
        return new_output("stream", name="stdout", text=message + "\n")
    lines = message.splitlines()
    return new_output("error", ename="CheckFailed", evalue=lines[0], traceback=lines)


def _not_run(cell: NotebookNode) -> bool:
    return is_demonstration(cell) or not cell.source.strip()


def _say(cell: NotebookNode, why: str) -> None:
    cell.outputs.append(
        new_output("error", ename="Stopped", evalue=why, traceback=[f"■ {why}"])
    )


def _name(cell: NotebookNode, index: int) -> str:
    return marks(cell).get("grade_id") or f"{index + 1} (the student's own)"
