"""What a notebook shows in `ipywidgets.Output`: it stands in the cell that said it.

nbclient plays a frontend for such widgets, with the state that it was told to store;
ours stores none, as widgets are not shown. Here an Output only says which of a cell's
outputs are its own, so that clearing one leaves the others.
"""

from __future__ import annotations

from typing import Any

from nbclient import NotebookClient
from nbformat import NotebookNode

MOST_DISPLAYS = 300  # that can be changed later on: each change looks at all


class NoFrontend(NotebookClient):
    """Takes what widgets say for a stranger's words, and keeps no widget.

    Nothing that a comm message holds, or lacks, raises.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._displays = 0
        self._begin()

    def _begin(self) -> None:
        self._open: list[str] = []  # Outputs, the innermost last
        self._theirs: dict[str, list[NotebookNode]] = {}  # what each shows now
        self._cleared: list[NotebookNode] = []
        self._clear_next: set[str] = set()
        self.clear_before_next_output = False

    async def async_execute_cell(
        self, cell: NotebookNode, cell_index: int, *arguments: Any, **named: Any
    ) -> NotebookNode:
        """Execute a cell; what an earlier one left open is closed."""
        self._begin()
        try:
            return await super().async_execute_cell(
                cell, cell_index, *arguments, **named
            )
        finally:
            if gone := {id(output) for output in self._cleared}:
                cell.outputs = [x for x in cell.outputs if id(x) not in gone]
                self.clear_display_id_mapping(cell_index)  # it counts outputs

    def handle_comm_msg(
        self, outs: list[NotebookNode], msg: dict[str, Any], cell_index: int
    ) -> None:
        """Note which Output is open, and what it was given to show."""
        comm = _found(msg.get("content"), "comm_id")
        state = _found(_found(msg.get("content"), "data"), "state")
        if not isinstance(comm, str) or not isinstance(state, dict):
            return
        if state.get("msg_id"):
            self._open.append(comm)
        elif "msg_id" in state and comm in self._open:
            self._open.remove(comm)
        if isinstance(given := state.get("outputs"), list):
            self._clear(comm)
            self._theirs[comm] = [NotebookNode(x) for x in given if _is_output(x)]
            outs += self._theirs[comm]

    def output(
        self,
        outs: list[NotebookNode],
        msg: dict[str, Any],
        display_id: str | None,
        cell_index: int,
    ) -> NotebookNode | None:
        """Put an output into the cell, and note which Output it is for."""
        comm = self._open[-1] if self._open else None
        if comm in self._clear_next:
            self._clear(comm)
        self._displays += display_id is not None
        if self._displays > MOST_DISPLAYS:
            display_id = None
        made = super().output(outs, msg, display_id, cell_index)
        if made is not None and comm is not None:
            self._theirs.setdefault(comm, []).append(made)
        return made

    def clear_output(
        self, outs: list[NotebookNode], msg: dict[str, Any], cell_index: int
    ) -> None:
        """Clear the Output that is open; the cell where none is."""
        if not self._open:
            super().clear_output(outs, msg, cell_index)
        elif msg["content"].get("wait"):
            self._clear_next.add(self._open[-1])
        else:
            self._clear(self._open[-1])

    def _clear(self, comm: str) -> None:
        """Once the cell has ended; taken out one by one would take long."""
        self._cleared += self._theirs.pop(comm, ())
        self._clear_next.discard(comm)


def _found(said: object, key: str) -> object:
    return said.get(key) if isinstance(said, dict) else None


def _is_output(said: object) -> bool:
    return isinstance(_found(said, "output_type"), str)
