"""Do something under rights that can be refused, whoever runs the tests."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from gdgrader.limited import MB, Allowance, limited

NOBODY = 65534  # for root no file is unreadable


def given_to_somebody(folder: Path) -> None:
    """Everything in there is theirs, if we are root."""
    if os.getuid() == 0:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, NOBODY, NOBODY, follow_symlinks=False)


def as_somebody(work: Callable) -> object:
    """What comes of `work`, done by them in a child."""

    def other() -> object:
        if os.getuid() == 0:
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
        return work()

    return limited(Allowance(seconds=200, memory=2000 * MB), other)
