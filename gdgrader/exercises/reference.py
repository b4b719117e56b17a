"""The reference is the solution of `source/`, run here, in a trusted process."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from gdgrader.exercises import exercises

DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)


@cache
def load_reference(path: Path) -> dict:
    """Run a source notebook's imports, functions and solutions; return the names.

    Demonstrations are left out: only top-level imports and definitions of the other
    code cells are run, so this takes milliseconds. Who calls has validated the
    notebook; to import nbformat for it once more would take longer than the rest.

    Args:
        path: the instructor's notebook, `source/<lesson>/<lesson>.ipynb`.
    """
    namespace: dict = {"__name__": "__reference__"}
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] != "code":
            continue
        tree = ast.parse("".join(cell["source"]))
        if not cell["metadata"].get("nbgrader", {}).get("solution"):
            tree.body = [node for node in tree.body if isinstance(node, DEFINITIONS)]
        exec(compile(tree, f"{path.name}:{cell['id']}", "exec"), namespace)
    return namespace


def solution_text(path: Path, function: str) -> str:
    """The definition of a function as a solution cell of the notebook has it.

    Errors: ValueError where no solution cell defines it.
    """
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            text = "".join(cell["source"])
            if cell["cell_type"] == "code" and f"def {function}(" in text:
                nodes = ast.parse(text).body
                return next(ast.unparse(n) for n in nodes if _name(n) == function)
    raise ValueError(f"{path}: no solution cell defines {function}")


def _name(node: ast.stmt) -> str | None:
    return node.name if isinstance(node, ast.FunctionDef) else None


def entries(path: Path, names: Iterable[str], seed: str) -> dict[str, dict]:
    """The named exercises with their cases and answers by the solutions of `path`.

    Computed on one thread, so that the sums are the same whatever machine grades.
    """
    import torch  # a second that what only reads a source need not wait for

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        known, reference = exercises(), load_reference(path)
        return {n: known[n].entry(reference[known[n].function], seed) for n in names}
    finally:
        torch.set_num_threads(threads)


def source_notebook(lesson: str, root: Path = Path()) -> Path:
    """Where a lesson's truth lies below the course's folder."""
    return root / "source" / lesson / f"{lesson}.ipynb"
