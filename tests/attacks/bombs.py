"""What is short to write and long to read, for each of those who read it."""

import json

from .base import DESCEND, Attack, find
from .hogs import SAY


def tiny_cells(notebook):
    """40,000 cells of one letter."""
    cells = json.loads(json.dumps(notebook))["cells"]
    one = {"cell_type": "code", "source": "a", "metadata": {}, "outputs": []}
    made = {"cells": cells + [one] * 40_000, "metadata": {}}
    return json.dumps(made | {"nbformat": 4, "nbformat_minor": 4}).encode()


def unanswered(notebook):
    """The cell of an answer is missing, so that it is looked for in all others."""
    notebook.cells.remove(find(notebook, "step"))


def many_words(notebook):
    """A written answer of which each line is nearly one of the given."""
    find(notebook, "words").source = "\n".join(
        f"Now many steps, and {number} more." for number in range(20_000)
    )


def frames(name: str, channel: str, data: str) -> Attack:
    return Attack(
        f"no end of a message, {name}",
        "the grader keeps frames until the last has come",
        (SAY + f"say({data}, {channel!r})\ntime.sleep(20)",),
        says="output limit",
        harms="fills the memory of the grader",
    )


def chain(name: str, *codes: str) -> Attack:
    return Attack(name, "the report ends in a RecursionError", codes)


SHOWS = (
    "kernel = get_ipython().kernel\n"
    "def show(kind, **content):\n"
    "    kernel.session.send(kernel.iopub_socket, kind, content,\n"
    "        parent=kernel.get_parent())\n"
)
ATTACKS = (
    Attack(
        "many statements",
        "the grader's memory, by half a million nodes of a syntax tree",
        ("%%writefile /dev/null\n" + "a;" * 400_000,),
        edit=unanswered,
    ),
    Attack(
        "many calls",
        "the grader's memory, by half a million nodes of a syntax tree",
        ("%%writefile /dev/null\n[" + "f()," * 200_000 + "]",),
        edit=unanswered,
    ),
    Attack("tiny cells", "the grader's time, by the number of cells", edit=tiny_cells),
    Attack(
        "many words",
        "the grader's time, comparing each line with what was given",
        edit=many_words,
        state="graded",
    ),
    frames(
        "of long frames",
        "-2",
        "b'\\x03' + (1 << 20).to_bytes(8, 'big') + bytes(1 << 20)",
    ),
    frames("of frames of a byte", "-1", "b'\\x01\\x01x' * 8192"),
    Attack(
        "updates of displays",
        "the grader's time: each of many updates is for each of many displays",
        (
            SHOWS + "for kind in ('display_data', 'update_display_data'):\n"
            "    for _ in range(1000): show(kind, data={}, metadata={},\n"
            "        transient={'display_id': 'x'})",
        ),
    ),
    Attack(
        "displays cleared",
        "the grader's time: each of many clearings is of each of many displays",
        (
            SHOWS + "for number in range(1000): show('display_data', data={},\n"
            "    metadata={}, transient={'display_id': str(number)})\n"
            "for _ in range(1000): show('clear_output', wait=False)",
        ),
    ),
    chain("a long chain of subscripts", "x" + "[0]" * 400, "f" + "[0]()" * 200),
    chain(
        "a long chain of operators",
        "f(" + "+".join("x" * 900) + ").g()",
        "(" + "-" * 90 + "f)()",
        "(" + " and ".join("x" * 900) + ").f()",
    ),
    chain("functions in functions", "(" + "lambda: " * 400 + "f)()"),
    chain("a long chain handed on", f"setattr(x{'.y' * 900}, 'z', 1)"),
    chain("a long chain of nots", "(" + "not " * 900 + "f)()"),
    Attack(
        "two thousand phrases",
        "a report nobody can read",
        ("".join(f"open('../{number}')\n" for number in range(2000)),),
    ),
    Attack(
        "a long name replaced",
        "a report nobody can read",
        ("import gdhelpers\ngdhelpers." + "x" * 300_000 + " = 1",),
    ),
    Attack(
        "blank lines of tabs",
        "making feedback takes for ever, at the colours",
        answers={"descend": DESCEND + "    x = 1" + "\t\n" * 8_000 + "    x"},
    ),
)
