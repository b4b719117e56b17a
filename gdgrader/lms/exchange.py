"""nbgrader's exchange, whose `inbound/` everybody can write to, used by the teacher.

nbgrader's own steps copy what links lead to, with the teacher's rights, and one odd
folder ends them for the class. These take a student's own ordinary files, and no more.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
from datetime import datetime
from glob import escape, glob
from pathlib import Path
from typing import Any

from nbgrader.exchange.default import ExchangeCollect, ExchangeReleaseFeedback

from gdgrader.lms.copying import Bounds, Copy, LeftOut, opened, replacing
from gdgrader.submission.choose import read_ordinary
from gdgrader.submission.find import TIMESTAMP, timestamp
from gdgrader.submission.read import Unreadable

try:
    import pwd
except ImportError:  # Windows, which has no exchange
    pwd = None

SECRET = "submission_secret.txt"  # by which nbgrader brings feedback back
SMALL = 1000  # bytes of what nbgrader writes beside a submission
MOST_TOLD = 20  # of what is left out of one submission
Record = dict[str, Any]


class SafeCollect(ExchangeCollect):
    """Collects as nbgrader does, but for links, strangers' files and false names.

    What is refused is no version of anybody's work, so that an older one is taken.
    """

    def ensure_root(self) -> None:
        """As nbgrader, but warn of an exchange in which all can move all."""
        super().ensure_root()
        mode = Path(self.root).stat().st_mode
        if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
            words = "Anybody can put a folder in place of the course's: chmod +t %s"
            self.log.warning(words, self.root)

    def _path_to_record(self, path: str) -> Record:
        """What a folder's name says; one that is refused says why."""
        name = Path(path).name
        lesson = re.escape(self.coursedir.assignment_id)
        # The time may end in +0100, and a random word may follow.
        pattern = rf"(.+)\+{lesson}\+([^+]+(?:\+\d\d:?\d\d)?)(\+[^+]*)?"
        found = re.fullmatch(pattern, name, re.DOTALL)
        when = found and _time(os.fsencode(found[2]))
        record = {"filename": name, "timestamp": when}
        try:
            if not when or not found[1].isprintable():
                raise LeftOut("its name says no student or no time")
            with opened(path, folder=True) as number:
                owner = os.fstat(number).st_uid
            self._check_owner(found[1], owner)
            return record | {"username": found[1], "time": found[2], "owner": owner}
        except LeftOut as why:
            # No student's name has a slash, so that it stands for nobody's work.
            alone = {"username": f"/{name}", "timestamp": datetime.min}
            return record | alone | {"refused": str(why)}

    def _check_owner(self, student: str, owner: int) -> None:
        """Errors: LeftOut where one account hands in under the name of another."""
        # The teacher, and root, may hand in for others.
        if not self.check_owner or pwd is None or owner in (0, os.geteuid()):
            return
        try:
            account = pwd.getpwnam(student).pw_uid
        except KeyError:
            return  # accounts have other names here, and tell nothing
        if account != owner:
            raise LeftOut(
                f"it is handed in for {student}, but by {_account(owner)}; if accounts "
                "tell nothing here, set c.ExchangeCollect.check_owner = False"
            )

    def copy_files(self) -> None:
        """Take what is new."""
        refused = [record for record in self.src_records if "refused" in record]
        for record in refused:
            name, why = record["filename"], record["refused"]
            self.log.error("Not collected: %r: %s", name, why)
        records = [record for record in self.src_records if "refused" not in record]
        course, lesson = self.coursedir.course_id, self.coursedir.assignment_id
        if records:
            words = "Processing %d submissions of '%s' for course '%s'"
            self.log.info(words, len(records), lesson, course)
        else:
            words = "No submissions of '%s' for course '%s' to collect"
            self.log.warning(words, lesson, course)
        for record in records:
            self._collect(record)

    def _collect(self, record: Record) -> None:
        course = self.coursedir
        student, lesson = record["username"], course.assignment_id
        folder = Path(course.format_path(course.submitted_directory, student, lesson))
        if self.check_owner and pwd and _account(record["owner"]) != student:
            words = (
                "%r claims to be submitted by %s but is owned by %s; cheating attempt?"
            )
            name = record["filename"]
            self.log.warning(words, name, student, _account(record["owner"]))
        there = folder.is_dir() and not folder.is_symlink()
        if there and not self._replaces(record["timestamp"], folder):
            words = "Submission already exists, use --update to update: %s %s"
            if self.update:
                words = "No newer submission to collect: %s %s"
            self.log.info(words, student, lesson)
            return
        verb = "Updating" if there else "Collecting"
        self.log.info("%s submission: %s %s", verb, student, lesson)
        try:
            left_out = self._copied(record, folder)
        except LeftOut as why:
            self.log.error("Not collected: %r: %s", record["filename"], why)
            return
        for name, why in left_out[:MOST_TOLD]:
            self.log.warning("%s: %r was left out: %s", student, name, why)
        if (more := len(left_out) - MOST_TOLD) > 0:
            self.log.warning("%s: %d more were left out", student, more)

    def _replaces(self, new: datetime, folder: Path) -> bool:
        """Whether a version handed in then is to take the place of what is there."""
        old = _time(_small(folder / TIMESTAMP))
        newer = self.update and (old is None or new > old)
        return newer or (self.before_duedate and new != old)

    def _copied(self, record: Record, folder: Path) -> list[tuple[str, str]]:
        """Copy a submission to `folder`; return what was left out, and why.

        Errors: LeftOut for the whole; OSError where it cannot be written.
        """
        course = self.coursedir
        bounds = Bounds(
            1000 * course.max_file_size,
            1000 * course.max_dir_size,
            tuple(course.ignore),
            tuple(course.include),
        )
        copy = Copy(record["owner"], bounds)
        with (
            opened(self.inbound_path, folder=True) as inbound,
            opened(record["filename"], inbound, folder=True) as source,
        ):
            if os.fstat(source).st_uid != record["owner"]:
                raise LeftOut("another folder has taken its place")
            folder.parent.mkdir(parents=True, exist_ok=True)
            with replacing(folder) as new:
                copy.folder(source, new)
                _complete(new, record["time"])
                if course.groupshared:
                    _share(new)
        return copy.left_out


class SafeReleaseFeedback(ExchangeReleaseFeedback):
    """Releases as nbgrader does, but passes over those whom it cannot reach."""

    def copy_files(self) -> None:
        """Put the pages where each student finds their own."""
        for folder in map(Path, sorted(glob(self.src_path))):  # noqa: PTH207  absolute
            if all(_small(folder / name) for name in (TIMESTAMP, SECRET)):
                self.src_path = escape(str(folder))
                super().copy_files()
            elif any(folder.glob("*.html")):
                words = "Not released: %r did not come through the exchange"
                self.log.warning(words, str(folder))


def _account(owner: int) -> str:
    try:
        return pwd.getpwuid(owner).pw_name
    except KeyError:
        return "unknown id"


def _time(text: bytes) -> datetime | None:
    try:
        return timestamp({TIMESTAMP: text})
    except Exception:  # whatever dateutil makes of it, it is no time
        return None


def _small(path: Path) -> bytes:
    """What a file says that nbgrader wrote; nothing where it is not one."""
    try:
        content = read_ordinary(path, SMALL)
        content.decode()
        return content
    except (Unreadable, OSError, UnicodeDecodeError):
        return b""


def _complete(folder: Path, time: str) -> None:
    """Have nbgrader's own files beside the submission say what it can read.

    By the folder's name it was chosen, so that is when it was handed in.
    """
    for name, content in ((TIMESTAMP, time), (SECRET, secrets.token_hex(64))):
        path = folder / name
        if name == SECRET and _small(path):
            continue
        with replacing(path) as new:
            new.write_bytes(os.fsencode(content))


def _share(folder: Path) -> None:
    """Let the other instructors write there."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o2775 if path.is_dir() else 0o664)
