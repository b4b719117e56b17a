"""Attacks under stock nbgrader, each in a process and a course of its own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
from course import LESSON, Course
from nbgrader.api import MissingEntry

from . import ATTACKS
from .base import Attack
from .planted import HONEST, Scene, active

SECONDS = 150  # for an attack and one honest student after it
ROOT = Path(__file__).parents[2]
# All that an attack may learn of the variables of whoever runs this.
ENVIRONMENT = ("PATH", "HOME", "LANG", "TMPDIR", "PYTHONPATH")


def says(attack: Attack) -> str:
    """What stock makes of an attack, in words; it is not run where it would harm."""
    if attack.harms:
        return f"not run: {attack.harms}"
    command = [sys.executable, "-m", "tests.attacks", "--stock", attack.name]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env={name: os.environ[name] for name in ENVIRONMENT if name in os.environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            out, err = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            for one in [*psutil.Process(process.pid).children(recursive=True), process]:
                with contextlib.suppress(psutil.Error, OSError):
                    one.send_signal(signal.SIGKILL)
            return f"**never ends** (stopped after {SECONDS} s)"
    if process.returncode:
        return f"**ends the grader**: {err.strip().splitlines()[-1][:100]}"
    (found,) = json.loads(out.splitlines()[-1]).values()
    return found


def run(*names: str) -> dict[str, str]:
    """Grade attacks of these names, then an honest student, by stock nbgrader."""
    chosen = [attack for attack in ATTACKS if attack.name in names]
    assert not any(attack.harms for attack in chosen)
    with tempfile.TemporaryDirectory(prefix="stock-") as folder:
        scene = Scene(Path(folder), None)
        try:
            for number, attack in enumerate(chosen):
                scene.attack(attack, attack.student or f"{number} {attack.name}")
            scene.course.autograde()
            scene.course.api.generate_feedback(LESSON, "*", force=True)
            return {attack.name: _gained(scene, attack) for attack in chosen}
        finally:
            for process in scene.left_processes():
                process.kill()
            for path in scene.left_files():
                path.unlink(missing_ok=True)
            scene.close()


def _gained(scene: Scene, attack: Attack) -> str:
    student = scene.names[attack.name]
    points = _points(scene.course, student)
    found = ["not graded" if points is None else f"{points:g} of {Course.most:g}"]
    if points is not None and points != attack.earns:
        found = [f"**{found[0]}**"]
    if stolen := scene.stolen(student):
        found.append(f"**reads {', '.join(stolen)}**")
    if scene.won(student):
        found.append("**gets it**")
    if scene.listener.calls:
        found.append("**calls home**")
    if scene.left_processes():
        found.append("**leaves a process**")
    if scene.left_files():
        found.append("**leaves a file**")
    if attack.student != HONEST and _points(scene.course, HONEST) != Course.most:
        found.append("**the honest student is not graded right**")
    if _script(scene, student):
        found.append("**script in feedback**")
    return ", ".join(found)


def _points(course: Course, student: str) -> float | None:
    """Its automatic points; None where a score is missing."""
    try:
        scores = course.scores(student)
    except MissingEntry:
        return None
    judged = [score for name, score in scores.items() if name != "words"]
    return None if None in judged or not judged else sum(judged)


def _script(scene: Scene, student: str) -> bool:
    pages = [
        scene.root / "feedback" / name / LESSON / f"{LESSON}.html"
        for name in (student, HONEST)
    ]
    if not all(page.exists() for page in pages):
        return False
    theirs, plain = (active(page.read_text(encoding="utf-8")) for page in pages)
    return bool(theirs - plain)
