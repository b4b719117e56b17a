"""Say in a line what a notebook would say in forty: an interrupt, a name not there yet.

`at_home` asks IPython to call us for these two, and only where it knows better does it
say something else; what was asked of IPython before is asked still. It also has it note
which cells were run. Where a class is graded none of this is at work.
"""

from __future__ import annotations

import json
import os
import sys
import textwrap
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any

from gdhelpers import handed_out
from gdhelpers.cells import Cells
from gdhelpers.endless import GRADING
from gdhelpers.frames import LIBRARIES
from gdhelpers.verdicts import COLUMNS

TABLE = "checks.json"
TOLD = (KeyboardInterrupt, NameError)
AGAIN = "Run the cell again to begin anew."

_cells: Cells | None = None


def at_home() -> None:
    """Begin, once, where this runs in a notebook and no class is graded."""
    global _cells
    shell = _shell()
    if shell is None or _cells is not None or os.environ.get(GRADING):
        return
    _cells = Cells(shell.user_ns)
    shell.events.register("post_run_cell", _cells.record)
    before, ask = shell.custom_exceptions, shell.CustomTB

    def tell(
        self: Any,
        kind: type[BaseException],
        error: BaseException,
        trace: TracebackType,
        tb_offset: int | None = None,
    ) -> list[str] | None:
        if words := told(error):
            error._render_traceback_ = folded(words).splitlines
        elif isinstance(error, before):
            return ask(kind, error, trace, tb_offset)
        self.showtraceback((kind, error, trace), tb_offset=tb_offset)
        return None

    shell.set_custom_exc((*before, *TOLD), tell)


def cells() -> Cells | None:
    """What is known of the notebook's cells; None where this is no notebook."""
    return _cells


def told(error: BaseException) -> str:
    """What to say in place of a traceback; "" where that is to be seen."""
    if hasattr(error, "_render_traceback_"):
        return ""  # it knows itself what to say
    if isinstance(error, KeyboardInterrupt):
        line = line_of(error)
        return f"Stopped{f' at the line `{line}`' if line else ''}. {AGAIN}"
    if type(error) is not NameError or not error.name or _cells is None:
        return ""
    frame = [*traceback.walk_tb(error.__traceback__)][-1][0]
    if frame.f_code.co_name != "<module>":
        return ""
    names, where = _functions(), ""
    if error.name not in names:  # what a cell of the lesson's own defines
        begins = handed_out.first_line(Path(), error.name)
        if not begins:
            return ""
        where = f"run the cell that begins with `{begins}`"
    return (
        f"`{error.name}` is not defined in this kernel: "
        f"{_cells.missing(error.name, names, where)}, then this one again."
    )


def folded(text: str) -> str:
    """The text in lines that JupyterLab does not break inside words."""
    return textwrap.fill(text, COLUMNS, break_long_words=False, break_on_hyphens=False)


def line_of(error: BaseException) -> str:
    """The deepest line of a cell or of the student's that an error went through."""
    for place in reversed(traceback.extract_tb(error.__traceback__)):
        if not place.filename.startswith(LIBRARIES) and place.line:
            return place.line
    return ""


def in_a_notebook() -> bool:
    """Whether a kernel runs this, and not a script or a terminal."""
    return "IPKernelApp" in getattr(_shell(), "config", {})


def _functions() -> set[str]:
    """The functions that the lesson in this folder asks for."""
    try:
        table = json.loads(Path(TABLE).read_text(encoding="utf-8"))
        return {entry["function"] for entry in table["exercises"].values()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return set()


def _shell() -> Any:
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None
