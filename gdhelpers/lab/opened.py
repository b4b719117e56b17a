"""A notebook as the student's Lab opens it; the file on the disk stays as it is.

JupyterLab calls a notebook modified, and soon saves it, where its kernel describes
itself in other words than the file does: by another version of Python, say. So those
words are put right on the way to the browser. A widget whose kernel is gone would be
an error there: its still picture is shown, with a line that says what to do.
"""

from __future__ import annotations

import inspect
from typing import Any

from ipykernel.ipkernel import IPythonKernel

VIEW = "application/vnd.jupyter.widget-view+json"
KERNEL = "python3"
AGAIN = (
    "This is from an earlier run. To play with it, run the cell again (Shift + Enter); "
    "after a restart, first the cells above it."
)


def describe_kernel(notebook: dict, display_name: str) -> None:
    """Write of the kernel in a notebook's metadata what that kernel says of itself.

    There is but one in the student's Lab; a name from elsewhere (VS Code and conda give
    names of their own) would make it ask for a choice.
    """
    notebook["metadata"]["kernelspec"] = {
        "name": KERNEL,
        "display_name": display_name,
        "language": "python",
    }
    notebook["metadata"]["language_info"] = dict(IPythonKernel.language_info)


def keep_stills(notebook: dict) -> None:
    """Put a still picture, or words alone, where a widget was that no kernel moves.

    What VS Code and Colab keep of widgets, each in a form of its own, goes too.
    """
    notebook["metadata"].pop("widgets", None)
    for cell in notebook["cells"]:
        if outputs := cell.get("outputs"):
            cell["outputs"] = [part for output in outputs for part in _still(output)]


def _still(output: dict) -> list[dict]:
    data = output.get("data") or {}
    if VIEW not in data:
        return [output]
    note = _display({"text/markdown": f"*{AGAIN}*", "text/plain": AGAIN})
    if "image/png" not in data:
        return [note]
    data = {mime: content for mime, content in data.items() if mime != VIEW}
    return [note, _display(data, output.get("metadata", {}))]


def _display(data: dict, metadata: dict | None = None) -> dict:
    return {"output_type": "display_data", "data": data, "metadata": metadata or {}}


def _load_jupyter_server_extension(server: Any) -> None:
    """Prepare each notebook that the server's contents manager reads for a browser."""
    manager = server.contents_manager
    read = manager.get
    if not inspect.iscoroutinefunction(read):  # one that calls itself without waiting
        server.log.warning("Notebooks are opened as they are: %r", manager)
        return
    restarted: set[str] = set()

    async def note_restart(logger: Any, schema_id: str, data: dict) -> None:
        if data.get("action") == "restart":
            restarted.add(data.get("kernel_id"))

    server.event_logger.add_listener(
        schema_id="https://events.jupyter.org/jupyter_server/kernel_actions/v1",
        listener=note_restart,
    )

    async def get(path: str, *args: Any, **kwargs: Any) -> dict:
        model = await read(path, *args, **kwargs)
        if model["type"] == "notebook" and model.get("content"):
            specs = server.kernel_spec_manager
            name = specs.get_kernel_spec(KERNEL).display_name
            describe_kernel(model["content"], name)
            running = {
                session["kernel"]["id"]
                for session in await server.session_manager.list_sessions()
                if session["path"] == path.strip("/") and session["kernel"]
            }
            if not running - restarted:
                keep_stills(model["content"])
        return model

    manager.get = get
