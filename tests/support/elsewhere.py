"""A notebook as other programs write it: VS Code, Colab, with what each adds and drops.

Made from what is documented and seen of their files, not by those programs themselves.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable

from nbformat import NotebookNode

Dress = Callable[[NotebookNode], bytes]
# What docs/colab.md has students put first.
INSTALL = "%pip install --quiet --no-deps gdhelpers-0.1.0-py3-none-any.whl"
MARKS = ("nbgrader", "deletable", "editable")
LANGUAGE = {
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
    "version": "3.12.4",
}


def _plain(notebook: NotebookNode) -> dict:
    return json.loads(json.dumps(copy.deepcopy(notebook)))


def _written(data: dict, indent: int) -> bytes:
    return json.dumps(data, indent=indent, ensure_ascii=False).encode()


def vscode(notebook: NotebookNode) -> bytes:
    """VS Code: the environment's name for the kernel, a language for each cell."""
    data = _plain(notebook)
    data["metadata"] = {
        "kernelspec": {
            "display_name": ".venv (3.12.4)",
            "language": "python",
            "name": ".venv",
        },
        "language_info": LANGUAGE,
        "vscode": {"interpreter": {"hash": "31f2aee4e71d21fbe5cf8b01ff0e069b"}},
    }
    for i, cell in enumerate(data["cells"]):
        cell["metadata"]["vscode"] = {
            "languageId": "python" if cell["cell_type"] == "code" else "markdown"
        }
        cell["id"] = f"W{i}sZmlsZQ=="[:12].replace("=", "-")
    return _written(data, indent=1)


def vscode_before_ids(notebook: NotebookNode) -> bytes:
    """A format before cells had ids, as VS Code writes notebooks made in it."""
    data = json.loads(vscode(notebook))
    data["nbformat_minor"] = 2
    data["metadata"] = {"language_info": {"name": "python"}, "orig_nbformat": 4}
    for cell in data["cells"]:
        del cell["id"]
    return _written(data, indent=4)


def colab(notebook: NotebookNode) -> bytes:
    """Colab: ids among the metadata, sizes of outputs, widgets without their frame."""
    data = _plain(notebook)
    data["nbformat_minor"] = 0
    # nbformat wants what is here one level deeper, under "state".
    state = {"0a1b": {"model_module": "@jupyter-widgets/controls", "state": {}}}
    data["metadata"] = {
        "colab": {"provenance": [], "toc_visible": True, "gpuType": "T4"},
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
        "language_info": {"name": "python"},
        "accelerator": "GPU",
        "widgets": {"application/vnd.jupyter.widget-state+json": state},
    }
    for i, cell in enumerate(data["cells"]):
        own = {"id": f"aB{i:02d}xYz_9-Q"}
        if cell["cell_type"] == "code":
            own |= {
                "cellView": "code",
                "outputId": f"5f{i:02d}c0de-0000-4000-8000-000000000000",
                "colab": {"base_uri": "https://localhost:8080/", "height": 34},
            }
            said = {"output_type": "stream", "name": "stdout", "text": ["2.4\n"]}
            cell["execution_count"], cell["outputs"] = i, [said]
        cell["metadata"] |= own
        del cell["id"]
    first = {"cell_type": "code", "execution_count": 1, "outputs": [], "metadata": {}}
    data["cells"].insert(0, first | {"source": [INSTALL]})
    return _written(data, indent=2)


def colab_unmarked(notebook: NotebookNode) -> bytes:
    """The same, where nbgrader's marks were lost on the way."""
    data = json.loads(colab(notebook))
    for cell in data["cells"]:
        for mark in MARKS:
            cell["metadata"].pop(mark, None)
    return _written(data, indent=2)


_ALL = (vscode, vscode_before_ids, colab, colab_unmarked)
DRESSES: dict[str, Dress] = {dress.__name__: dress for dress in _ALL}
