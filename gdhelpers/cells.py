"""What the notebook's cells defined when they ran: is a function the newest one?

A kernel keeps a function whose cell was changed since and fails, or defines another
name by now. Here is noted what was run, by IPython's own event, and nothing of the
notebook is read. Where a front end does not say which cell it runs, less is known, and
what is not known is not said.
"""

from __future__ import annotations

import difflib
import re
import weakref
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

MOST = 2000  # runs that are remembered
CLOSE = 0.7  # how like two names are of which one is taken for a slip


@dataclass(frozen=True)
class Run:
    """One run of a cell.

    Attributes:
        cell: its id; "" where the front end does not tell.
        error: what it ended with, in a line; "" where it came to its end.
    """

    number: int
    cell: str
    source: str
    error: str

    def defines(self, name: str) -> bool:
        """Whether its text gives the name a meaning: by `def`, `class` or `=`."""
        return re.search(_definition(name), self.source, re.MULTILINE) is not None

    def part(self, name: str) -> str:
        """The text of that definition, without what follows it."""
        found = list(re.finditer(_definition(name), self.source, re.MULTILINE))
        if not found:
            return ""
        first, *rest = self.source[found[-1].start() :].splitlines()
        lines = [first]
        for line in rest:
            if line.strip() and not line.startswith((" ", "\t", ")", "]", "}")):
                break
            lines.append(line)
        return "\n".join(line.rstrip() for line in lines).strip()

    @property
    def functions(self) -> list[str]:
        """The functions its text defines."""
        return re.findall(r"^(?:async[ \t]+)?def[ \t]+(\w+)", self.source, re.MULTILINE)


def _definition(name: str) -> str:
    name = re.escape(name)
    return (
        rf"^(?:(?:async[ \t]+)?def|class)[ \t]+{name}\b|^{name}\s*(?::[^=\n]+)?=(?!=)"
    )


class Cells:
    """The runs of a kernel's cells, and since which of them each function is there."""

    def __init__(self, names: dict[str, Any]) -> None:
        self.names = names
        self.runs: list[Run] = []
        self._born: dict[str, tuple[weakref.ref, int]] = {}
        self._date()

    def record(self, result: Any) -> None:
        """Note a run; IPython calls this after each."""
        info = result.info
        if info is None or info.silent or not isinstance(info.raw_cell, str):
            return
        error = result.error_before_exec or result.error_in_exec
        said = getattr(error, "msg", None) or str(error)  # a SyntaxError's is shorter
        lines = str(said).strip().splitlines()
        words = ": ".join([type(error).__name__, *lines[:1]]) if error else ""
        cell = getattr(info, "cell_id", None) or ""
        number = self.runs[-1].number + 1 if self.runs else 1
        self.runs = [*self.runs[-MOST:], Run(number, cell, info.raw_cell, words)]
        self._date()

    def _date(self) -> None:
        number = self.runs[-1].number if self.runs else 0
        for name, value in list(self.names.items()):
            if name.startswith("_") or not callable(value):
                continue
            if self._since(name, value) is None:
                try:
                    self._born[name] = weakref.ref(value), number
                except TypeError:  # of what knows no weak references nothing is said
                    self._born.pop(name, None)

    def _since(self, name: str, value: object) -> int | None:
        seen, number = self._born.get(name, (lambda: None, 0))
        return number if seen() is value else None

    @property
    def newest(self) -> list[Run]:
        """The last run of each cell, in order."""
        last = {run.cell or run.number: run for run in self.runs}
        return sorted(last.values(), key=lambda run: run.number)

    def stale(self, name: str, function: object) -> str:
        """Why the function of that name is not what its cell says now; "" if it is.

        Also "" wherever that is not sure.
        """
        since = self._since(name, function)
        if since is None:
            return ""
        made = next((run for run in self.runs if run.number == since), None)
        part = made.part(name) if made else ""
        # Had it come to the definition, there would be a new function.
        failed = [r for r in self.failed(name) if r.number > since]
        if failed and not (part and part == failed[-1].part(name)):
            return (
                f"the cell that defines `{name}` failed when it was run last "
                f"({failed[-1].error}). What the kernel has is an earlier `{name}`"
            )
        if not part:
            return ""
        now = next(run for run in reversed(self.runs) if run.cell == made.cell)
        others = [other for other in now.functions if other != name]
        elsewhere = any(run.part(name) == part for run in self.newest)
        if now.defines(name) or elsewhere or not others:
            return ""
        return (
            f"its cell defines `{others[0]}` now. What the kernel has is an earlier "
            f"`{name}`"
        )

    def failed(self, name: str) -> list[Run]:
        """The cells that were to define a name and failed when they were run last."""
        return [run for run in self.newest if run.error and run.defines(name)]

    def missing(self, name: str, known: Collection[str] = (), where: str = "") -> str:
        """What to do where a name is not defined, in a sentence without its full stop.

        Args:
            known: names that are right, so that none of them is taken for a slip.
            where: what to do where nothing else is known; "" for a function that the
                student is to write.
        """
        if failed := self.failed(name):
            return (
                f"the cell that defines it failed when it was run last "
                f"({failed[-1].error}). Mend that cell and run it"
            )
        own = [f for run in self.newest for f in run.functions if f in self.names]
        others = [f for f in own if f not in known]
        if close := difflib.get_close_matches(name, others, 1, CLOSE):
            return (
                f"you have defined `{close[0]}`. If that is it, call it `{name}` again "
                "and run its cell"
            )
        if where:
            return where
        rename = "if you have renamed it, give it this name again"
        return f"run the cell with `def {name}(…)` ({rename})"
