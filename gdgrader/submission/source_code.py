"""Small questions to the code of a notebook's cells; nothing of it is run."""

from __future__ import annotations

import ast


def tree(source: str) -> ast.Module | None:
    """The code's syntax tree, without IPython's own lines; None if it has none.

    >>> len(tree("%matplotlib inline\\nfor x in y:\\n    !ls").body)
    2
    """
    lines = []
    for line in source.splitlines():
        code = line.lstrip()
        if code.startswith(("%", "!")):  # its place may want a statement
            line = line.removesuffix(code) + "pass"
        lines.append(line)
    try:
        return ast.parse("\n".join(lines))
    # A stranger's code may also be nested beyond what the parser bears.
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def defined(source: str) -> set[str]:
    """The functions and classes that code defines at its top level.

    >>> sorted(defined("import math\\ndef f(x): return x\\nclass C: pass"))
    ['C', 'f']
    """
    found = tree(source)
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return {n.name for n in found.body if isinstance(n, kinds)} if found else set()
