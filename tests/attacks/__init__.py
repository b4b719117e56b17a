"""Hostile submissions: what each attempts, and how it differs from the release.

`test_attacks.py` runs each of them through the grader; `python -m tests.attacks` prints
what they gain, here and with stock nbgrader.
"""

from dataclasses import replace

from . import (
    bombs,
    files,
    helped,
    hogs,
    hooks,
    inspection,
    leftovers,
    markup,
    metadata,
    objects,
    openings,
    pages,
    patching,
    waiting,
)
from .base import Attack
from .before import BEFORE

FAMILIES = {
    "Tags, marks and cells": metadata.ATTACKS,
    "Patched machinery": patching.ATTACKS,
    "IPython's hooks": hooks.ATTACKS,
    "Answers that are none": objects.ATTACKS,
    "Looking for secrets": inspection.ATTACKS,
    "Waiting for the check": waiting.ATTACKS,
    "Ending, hanging, filling": hogs.ATTACKS,
    "What Linux gives": openings.ATTACKS,
    "Short to write, long to read": bombs.ATTACKS,
    "State and pickles": leftovers.ATTACKS,
    "Links, special files, names": files.ATTACKS,
    "Help, progress and reset": helped.ATTACKS,
    "Markup and scripts": markup.ATTACKS,
    "Who reads, and who waits": pages.ATTACKS,
}
FAMILIES = {
    family: tuple(replace(one, before=BEFORE.get(one.name, "")) for one in attacks)
    for family, attacks in FAMILIES.items()
}
ATTACKS: tuple[Attack, ...] = sum(FAMILIES.values(), ())

# What hangs on who the grader is: what Linux lets a process of that user see, reach and
# use up. Of the others, which ask something of the grader's own rules, no line of what
# holds them knows a user.
OF_LINUX = (
    "Looking for secrets",
    "Waiting for the check",
    "Ending, hanging, filling",
    "What Linux gives",
    "State and pickles",
    "Links, special files, names",
)
# Among these, too: the grader ends them by a clock or a count of its own.
OF_THE_GRADER = {
    *("exit", "exit at each cell", "exit when asked", "SystemExit when asked"),
    *("exit a moment later", "a crash", "a flood of output", "one long line"),
    *("an endless cell", "a cell deaf to interrupts", "a slow function"),
    *("a flood when asked", "a bomb of a parser", "a bomb for the colours"),
    *("no end of a message, shell", "no end of a message, iopub"),
    "no end of a message, of empty frames",
}


def _of(families: tuple[str, ...]) -> tuple[Attack, ...]:
    attacks = sum((FAMILIES[family] for family in families), ())
    return tuple(one for one in attacks if one.name not in OF_THE_GRADER)


BY_USER = _of(OF_LINUX)
# And what hangs on further ids: whether a grader that is another user than its kernels,
# and no root, can measure and end them; what Linux counts for each user; what a
# namespace with such ids gives. The other attacks look for what the same mounts and
# namespaces keep from everybody: who has the grader's own id gets the most of it.
OF_IDS = ("Ending, hanging, filling", "What Linux gives")
BY_IDS = _of(OF_IDS)
