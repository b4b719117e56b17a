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
