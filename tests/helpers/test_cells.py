"""Whether a function is what its cell says now: told where it is not, never else."""

from types import SimpleNamespace

import pytest

from gdhelpers.cells import Cells

FIRST = "def f(x):\n    return x\n"
SECOND = "def f(x):\n    return 2 * x\n"
BROKEN = "def f(x):\n    return 2 * x)\n"
OTHER = "def g(x):\n    return 2 * x\n"
UNDECORATED = "def f(x):\n    return x + 1\n"
DECORATED = "from functools import cache\n\n@cache\n" + UNDECORATED


class Notebook:
    """Runs cells as a kernel does, and has `Cells` note them."""

    def __init__(self) -> None:
        self.names: dict = {}
        self.cells = Cells(self.names)

    def run(self, source: str, cell: str | None = None) -> None:
        before = inside = None
        magic, _, rest = source.partition("\n")
        plain = rest if magic == "%%time" else "" if magic.startswith("%%") else source
        try:
            code = compile(plain, "<cell>", "exec")
        except SyntaxError as error:
            before = error
        else:
            try:
                exec(code, self.names)
            except Exception as error:
                inside = error
        info = SimpleNamespace(raw_cell=source, cell_id=cell, silent=False)
        self.cells.record(
            SimpleNamespace(info=info, error_before_exec=before, error_in_exec=inside)
        )

    def stale(self, name: str = "f") -> str:
        return self.cells.stale(name, self.names.get(name))


STALE = {
    "its cell is no Python now": [(FIRST, "a"), (BROKEN, "a")],
    "so it is, and nobody tells which cell it was": [(FIRST, None), (BROKEN, None)],
    "what stands before it raises": [(FIRST, "a"), ("1 / 0\n" + SECOND, "a")],
    "its decorator raises": [(FIRST, "a"), ("@1 / 0\n" + SECOND, "a")],
    "a default raises": [(FIRST, "a"), ("def f(x, y=1 / 0):\n    return y\n", "a")],
    "another cell was to define it": [(FIRST, "a"), (BROKEN, "b")],
    "it was a lambda": [("f = lambda x: x\n", "a"), ("f = lambda x: x)\n", "a")],
    "it was imported": [("from math import sqrt as f\n", "a"), (BROKEN, "b")],
    "it was made by exec": [("exec('def f(x): return x')\n", "a"), (BROKEN, "b")],
    "it was timed": [("%%time\n" + FIRST, "a"), (BROKEN, "a")],
    "it was decorated": [(DECORATED, "a"), (BROKEN, "a")],
    "its cell defines another": [(FIRST, "a"), (OTHER, "a")],
    "so it does, and fails": [(FIRST, "a"), (OTHER + "1 / 0\n", "a")],
    "it was decorated, and its cell defines another": [(DECORATED, "a"), (OTHER, "a")],
    "it broke, then defined another": [(FIRST, "a"), (BROKEN, "a"), (OTHER, "a")],
}


@pytest.mark.parametrize("name", STALE)
def test_an_older_function_is_told(name):
    notebook = Notebook()
    for source, cell in STALE[name]:
        notebook.run(source, cell)
    words = notebook.stale()
    assert "What the kernel has is an earlier `f`" in words
    assert ("defines `g` now" in words) == (OTHER in STALE[name][-1][0])


FRESH = {
    "run once": [(FIRST, "a")],
    "changed and run": [(FIRST, "a"), (SECOND, "a")],
    "mended": [(FIRST, "a"), (BROKEN, "a"), (SECOND, "a")],
    "undone and run": [(FIRST, "a"), (BROKEN, "a"), (FIRST, "a")],
    "the cell fails after it": [(FIRST, "a"), (SECOND + "\nf(1) / 0\n", "a")],
    "unchanged, the fault is elsewhere": [(FIRST, "a"), (FIRST + "\n1 +\n", "a")],
    "written anew elsewhere": [(FIRST, "a"), (BROKEN, "a"), (SECOND, "b")],
    "moved, and the cell has another": [(FIRST, "a"), (SECOND, "b"), (OTHER, "a")],
    "there twice": [(FIRST, "b"), (FIRST, "a"), (OTHER, "a")],
    "an alias": [(FIRST, "a"), (OTHER + "f = g\n", "a")],
    "an annotated alias": [(FIRST, "a"), (OTHER + "f: object = g\n", "a")],
    "kept by hand": [(FIRST, "a"), (OTHER + "f = f\n", "a")],
    "only written to a file": [(FIRST, "a"), ("%%writefile f.py\n" + SECOND, "b")],
    "by exec now": [(FIRST, "a"), ("exec('def f(x): return 3')\n" + OTHER, "a")],
    "imported now": [(FIRST, "a"), ("from math import sqrt as f\n" + OTHER, "a")],
    "imported twice": [
        ("from math import sqrt as f\n", "a"),
        ("from math import sqrt as f\n" + OTHER, "a"),
    ],
    "timed now": [(FIRST, "a"), ("%%time\n" + SECOND, "a")],
    "decorated now": [(FIRST, "a"), (DECORATED, "a")],
    "its cell is used for a try": [(FIRST, "a"), ("f(3)\n", "a")],
    "its cell is empty now": [(FIRST, "a"), ("", "a")],
    "a call of it fails": [(FIRST, "a"), ("f(1, 2)\n", "b")],
    "no ids, and another name": [(FIRST, None), (OTHER, None)],
    "a failure that the cell has left behind": [(BROKEN, "b"), (FIRST, "a")],
    "the other cell gave it up": [(FIRST, "a"), (BROKEN, "b"), ("1 + 1\n", "b")],
    "only a like name": [(FIRST, "a"), ("def f_2(x):\n    return x)\n", "b")],
    "only called": [(FIRST, "a"), ("y = f(\n", "b")],
    "compared": [(FIRST, "a"), ("f == 3 / 0\n", "b")],
}


@pytest.mark.parametrize("name", FRESH)
def test_nobody_is_accused_wrongly(name):
    notebook = Notebook()
    for source, cell in FRESH[name]:
        notebook.run(source, cell)
    assert notebook.stale() == ""


def test_what_was_not_seen_is_not_judged():
    notebook = Notebook()
    notebook.run(FIRST, "a")
    notebook.run(BROKEN, "a")
    assert notebook.cells.stale("f", lambda x: x) == ""  # another one is passed
    assert notebook.cells.stale("h", None) == ""
    assert Notebook().cells.stale("f", len) == ""


@pytest.mark.parametrize(
    ("runs", "words"),
    [
        ([], "run the cell with `def optimize(…)`"),
        ([("def plot(x):\n    return x\n", "a")], "run the cell with"),
        ([("def optimise(x):\n    return x\n", "a")], "you have defined `optimise`"),
        ([("def optimize2(x):\n    return x\n", "a")], "you have defined `optimize2`"),
        ([("def Optimize(x):\n    return x\n", None)], "you have defined `Optimize`"),
        ([("def optimize(x):\n    return x)\n", "a")], "(SyntaxError: unmatched ')')"),
        ([("import nowhere_at_all\ndef optimize(x): 0\n", "a")], "ModuleNotFoundError"),
        # What was defined and is right is no slip.
        ([("def optimizer(x):\n    return x\n", "a")], "run the cell with"),
    ],
)
def test_a_missing_name_is_told_from_a_renamed_and_a_failed_one(runs, words):
    notebook = Notebook()
    for source, cell in runs:
        notebook.run(source, cell)
    assert words in notebook.cells.missing("optimize", {"optimizer", "optimize"})
