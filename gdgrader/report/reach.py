"""What a submission's code reached for that no lesson asks for.

Told to the instructor, never used for grading: the grader rules outside the process
that runs a submission, so that none of this can earn a point. A reading of the code by
its syntax tree is easily fooled, and an honest student may well try `import os`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from gdgrader.shown import clipped
from gdgrader.submission.source_code import tree

MOST, LONGEST = 20, 200  # phrases, and letters of each
OUTSIDE = {
    *("subprocess", "socket", "ctypes", "pty", "signal", "urllib", "requests", "http"),
    *("multiprocessing", "gc", "inspect"),
}
CHECKS = {"check", "once_written"}
PACKAGES = {"gdhelpers", "gdgrader"}
PLACES = ("../", "/etc/", "/proc/", "/home/", "gradebook", "submitted", "autograded")
CALLS = {"os.system", "os.popen", "os.kill", "os._exit", "os.fork", "os.walk"}


def reached_for(source: str) -> list[str]:
    """Phrases for what this code would do, [] for ordinary code.

    >>> reached_for("check = print\\nopen('../ann/x.ipynb')")
    ["names a place outside: '../ann/x.ipynb'", 'replaces check']
    >>> reached_for("import math\\nx = [math.pi / 2]\\ncheck(f, 'f')")
    []
    """
    found = tree(source)
    said = {clipped(phrase, LONGEST) for phrase in _phrases(found)} if found else ()
    return sorted(said)[:MOST]


def _phrases(found: ast.Module) -> Iterator[str]:
    ours = set(PACKAGES)
    for node in ast.walk(found):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names]
            modules = names if isinstance(node, ast.Import) else [node.module or ""]
            for module in modules:
                top = module.split(".")[0]
                if top in OUTSIDE or top == "gdgrader":
                    yield f"imports {module}"
                if top in PACKAGES and isinstance(node, ast.Import):
                    ours |= {a.asname or a.name.split(".")[0] for a in node.names}
                elif module in PACKAGES:
                    ours |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
            for target in getattr(node, "targets", None) or [node.target]:
                yield from _replaced(target, ours)
        elif isinstance(node, ast.FunctionDef) and node.name in CHECKS:
            yield f"replaces {node.name}"
        elif isinstance(node, ast.Call):
            yield from _called(node, ours)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
            if len(text) < 200 and any(place in text for place in PLACES):
                yield f"names a place outside: {text!r}"


def _replaced(target: ast.expr, ours: set[str]) -> Iterator[str]:
    name = _dotted(target)
    if name in CHECKS:
        yield f"replaces {name}"
    if "." in name and name.split(".", 1)[0] in ours:
        yield f"replaces {name}"


def _called(node: ast.Call, ours: set[str]) -> Iterator[str]:
    name = _dotted(node.func)
    if name in CALLS:
        yield f"calls {name}"
    if name == "setattr" and node.args:
        target = _dotted(node.args[0])
        if target.split(".", 1)[0] in ours:
            yield f"replaces a part of {target}"


def _dotted(node: ast.expr) -> str:
    """A name and its attributes, as `a.b`; "" for other expressions.

    Not by `ast.unparse`, which takes a frame for each part of a long chain.
    """
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""
