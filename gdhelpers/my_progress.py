"""What `check` saw of a student's answers at home, in one small file that they own.

The file is `my_progress.json` beside the lessons' folders, never inside one, so that
nothing of it is handed in. It is there for the start page and for staged help alone:
nobody grades it, and to delete it loses nothing else. Two notebooks may write at once.

Only a notebook at home writes: not the grader's kernels, not nbgrader's autograde, not
the worked edition, not tests.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from filelock import FileLock

from gdhelpers.terminal import say

NAME = "my_progress.json"
FILES = ("*my_progress*.json", ".my_progress*")  # all of ours, as patterns of names
ABOUT = (
    "What check saw of your answers on this computer. It is never handed in and never "
    "graded. Delete it whenever you like: only the picture on the start page is lost."
)
SWITCH = "GDHELPERS_PROGRESS"  # "off" where nobody is at home: the grader says so
TABLE = "checks.json"
ALL = ""  # the property of a check that asked for all of them and found one wrong
LARGEST = 1 << 20  # bytes; ours has some thousands
PATIENCE = 2.0  # seconds to wait for another notebook that writes just now

_waiting: dict[Path, list[tuple]] = {}  # by lesson's folder: notes not yet written
_told: set[str] = set()


def note(
    exercise: str,
    property_name: str | Iterable[str] | None,
    right: bool,
    folder: str | Path = ".",
) -> None:
    """Note that a check found properties of an exercise right or wrong, if at home.

    Args:
        exercise: its name in the lesson's table.
        property_name: what was asked for, or several; None where all was asked for
            and something is wrong.
        right: what was found.
        folder: the lesson's.

    It never raises on account of the file. What cannot be written now is written with
    the next note, and counts meanwhile.
    """
    names = [property_name] if isinstance(property_name, str) else property_name
    now = datetime.now().isoformat(timespec="minutes")
    _write(Path(folder), ("exercise", exercise, tuple(names or [ALL]), right, now))


def note_target(name: str, folder: str | Path = ".") -> None:
    """Note that an explorer's target was reached, if at home."""
    now = datetime.now().isoformat(timespec="minutes")
    if name not in load(folder)["targets"]:
        _write(Path(folder), ("target", name, now))


def failures(exercise: str, folder: str | Path = ".") -> int:
    """How often in a row the exercise was found wrong, since it was last right.

    Of several properties the one that failed most counts, so that running a whole
    notebook with a wrong function is one failure, not one for each graded cell.
    """
    found = load(folder)["exercises"].get(exercise, {})
    return max((p["in_a_row"] for p in found.values()), default=0)


def load(folder: str | Path = ".") -> dict:
    """All that is known, also where nothing is or the file cannot be read.

    Returns: "exercises": by exercise and property whether it is "right" now, how often
        it failed "in_a_row" and in all ("failures"), and "when" it was last checked;
        "targets": by name when an explorer's target was reached.
    """
    known = _empty()
    path = None
    with contextlib.suppress(OSError, ValueError):
        path = place(folder)
        known = _read(path) if path else known
    if path:
        for waiting in _waiting.get(_key(folder), []):
            _apply(known, waiting)
    return known


def place(folder: str | Path = ".") -> Path | None:
    """The file for a notebook in `folder`; None where nobody is at home.

    It is beside a lesson's folder that bears the lesson's name, and in the folder that
    holds the lessons. For a notebook elsewhere, or where that place is read-only, it is
    in IPython's own folder of this user.
    """
    if not _at_home():
        return None
    here = Path(folder).resolve()
    lesson = _lesson(here)
    if lesson == "all":  # the worked edition: these answers are not the reader's
        return None
    beside = None
    if lesson == here.name:
        beside = here.parent
    elif lesson is None and any(_lesson(p.parent) for p in here.glob(f"*/{TABLE}")):
        beside = here
    if beside and os.access(beside, os.W_OK):
        return beside / NAME
    from IPython.paths import get_ipython_dir  # loaded already, as we are at home

    return Path(get_ipython_dir()) / f"gradient_descent_{NAME}"


def _at_home() -> bool:
    """Whether a person runs this in a notebook; Validate's run is theirs, too."""
    ipython = sys.modules.get("IPython")
    return (
        os.environ.get(SWITCH) != "off"
        and os.environ.get("NBGRADER_EXECUTION") != "autograde"
        and not os.environ.get("PYTEST_VERSION")  # as nbval sets it
        and ipython is not None
        and ipython.get_ipython() is not None
    )


def _lesson(folder: Path) -> str | None:
    """Which lesson's table lies in a folder."""
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
        return json.loads((folder / TABLE).read_text(encoding="utf-8"))["lesson"]
    return None


def _key(folder: str | Path) -> Path:
    return Path(folder).resolve()


def _write(folder: Path, entry: tuple) -> None:
    path = None
    try:
        path = place(folder)
        if path is None:
            return
        waiting = _waiting.setdefault(_key(folder), [])
        waiting.append(entry)
        with FileLock(path.with_name(f".{path.stem}.lock"), timeout=PATIENCE):
            known = _read_or_put_aside(path)
            for one in waiting:
                _apply(known, one)
            _replace(path, known)
    except Exception as error:  # a check is about the answer, whatever disks do
        where = f"in {path}" if path else "anywhere"
        _say_once(f"Your progress is not saved {where} ({error}); checks go on.")
    else:
        waiting.clear()


def _replace(path: Path, known: dict) -> None:
    """Write all of it or nothing; only one writes at a time, so the name is free."""
    new = path.with_name(f".{path.name}.new")
    text = json.dumps({"about": ABOUT, **known}, indent=1, ensure_ascii=False)
    new.write_text(f"{text}\n", encoding="utf-8")
    new.replace(path)


def _read_or_put_aside(path: Path) -> dict:
    """What the file holds; one that is not ours is kept under another name."""
    try:
        return _read(path)
    except FileNotFoundError:
        return _empty()
    except ValueError:
        number, aside = 1, path.with_name(f"{path.stem}-unreadable.json")
        while aside.exists():
            number += 1
            aside = path.with_name(f"{path.stem}-unreadable-{number}.json")
        path.replace(aside)
        say(f"{path.name} could not be read: kept as {aside.name}, a new one is begun.")
        return _empty()


def _read(path: Path) -> dict:
    """Read a file; ValueError where it is none of ours."""
    with path.open("rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise ValueError("too large")
    try:
        found = json.loads(content)
        known = {"exercises": found["exercises"], "targets": found["targets"]}
        for properties in known["exercises"].values():
            for seen in properties.values():
                _checked(seen)
        if not all(isinstance(when, str) for when in known["targets"].values()):
            raise TypeError("no date")
    except (LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("not of this course") from error
    return known


def _checked(seen: dict) -> None:
    numbers = [seen["in_a_row"], seen["failures"]]
    if type(seen["right"]) is not bool or not isinstance(seen["when"], str):
        raise TypeError("not what was seen")
    if not all(type(n) is int and n >= 0 for n in numbers):
        raise TypeError("not a number of failures")


def _empty() -> dict:
    return {"exercises": {}, "targets": {}}


def _apply(known: dict, entry: tuple) -> None:
    kind, name, *rest = entry
    if kind == "target":
        known["targets"].setdefault(name, *rest)
        return
    names, right, when = rest
    properties = known["exercises"].setdefault(name, {})
    for one in names:
        seen = properties.setdefault(one, {"in_a_row": 0, "failures": 0})
        seen["right"], seen["when"] = right, when
        seen["in_a_row"] = 0 if right else seen["in_a_row"] + 1
        seen["failures"] += not right
    if right:  # then what failed when all was asked for is some other property's
        properties.pop(ALL, None)


def _say_once(line: str) -> None:
    if line not in _told:
        _told.add(line)
        say(line)
