"""Unpack what a learning platform exports, and the zips in it, whatever they hold."""

from __future__ import annotations

import io
import os
import shutil
import struct
import time
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from nbgrader.plugins import ExtractorPlugin
from traitlets import Integer

from gdgrader.limited import Allowance, Exceeded, limited
from gdgrader.lms.platforms import Person, recognise
from gdgrader.submission.read import LARGEST, MB

MOST_FILES = 1000  # of one student
MOST_BYTES = 4 * LARGEST
JOINERS = "\u200c\u200d"  # not printable, but letters of many scripts lean on them
MOST_WORDS = 50  # on one student's zip
OF_ONE_ZIP = Allowance(seconds=60, memory=400 * MB)  # a student's
UTF8 = 0x800  # the flag of a name's encoding


class SafeExtractor(ExtractorPlugin):
    """Fills `extracted/` from `archive/`: ordinary files only, and only inside it.

    What cannot be unpacked is named in the log, and stays in the archive, which is
    never changed.
    """

    most_bytes = Integer(
        8 << 30, help="What may be unpacked in all; of one student it is 200 MB."
    ).tag(config=True)

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Copy files and unpack zips, each into a folder of its name."""
        source = Path(archive_path)
        unpacking = _Unpacking(Path(extracted_path), self.most_bytes)
        for path in sorted(source.rglob("*")):
            target = Path(extracted_path, path.relative_to(source))
            if path.is_symlink() or not path.is_file():
                continue
            try:
                if path.suffix.lower() == ".zip":
                    with path.open("rb") as file:
                        unpacking.unpack(file, target.with_suffix(""))
                else:
                    target.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy2(path, target)
            except OSError as error:
                unpacking.say(f"Not unpacked: {path.name}", error)
            for words in unpacking.told():
                self.log.warning(words)


class Owner(NamedTuple):
    """Whose a member of an archive is; `who` is None where nobody can tell."""

    archive: str
    who: Person | Path | None


class _Unpacking:
    """Unpacks below `root`, and counts what each student and all together have had."""

    def __init__(self, root: Path, most: int) -> None:
        self.root, self.left = root, most
        # By archive and student: nobody's file is counted as another's.
        self.left_of: dict[Owner, list[int]] = {}
        self.words: list[str] = []

    def say(self, what: str, why: object) -> None:
        """Keep a word for the log; some exceptions have none of their own."""
        self.words.append(f"{what}: {str(why) or type(why).__name__}")

    def told(self) -> list[str]:
        """What there was to say since."""
        words, self.words = self.words, []
        return words

    def unpack(self, file: BinaryIO, target: Path, owner: Owner | None = None) -> None:
        """Unpack one zip into the folder `target`.

        Args:
            owner: whose it is, if it lay in another; else each member has its own.
        """
        # What a stranger's bytes make of reading them is not to be listed: each member
        # stands for itself, and so does each zip.
        try:
            archive = _opened(file)
        except Exception as error:
            self.say(f"Not unpacked: {target.name}.zip", error)
            return
        said = len(self.words)
        with archive:
            for info in archive.infolist():
                try:
                    if not info.is_dir():
                        self._place(archive, info, target, owner)
                except Exception as error:
                    name = f"{target.name}.zip, {info.filename!r}"
                    self.say(f"Not unpacked: {name}", error)
        if (more := len(self.words) - said - MOST_WORDS) > 0 and owner:
            self.words[said + MOST_WORDS :] = [f"{target.name}.zip: {more} more words"]

    def _place(
        self, archive: zipfile.ZipFile, info, target: Path, owner: Owner | None
    ) -> None:
        name = _name(info)
        parts = list(safe_parts(name))
        path = target.joinpath(*parts)
        whose = owner or self._whose(path)
        content = self._content(archive, info, whose)
        if "/".join(parts) != name:
            self.words.append(f"Unpacked as {'/'.join(parts)!r}: {name!r}")
        if path.suffix.lower() == ".zip" and not owner:  # and no zip in a zip in that
            inner = _free(path.with_suffix(""))
            # A zip is somebody's, if only its own.
            whose = whose if whose.who else Owner(whose.archive, inner)
            self._inner(io.BytesIO(content), inner, whose)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path = _free(path)
        path.write_bytes(content)
        when = _when(info)
        os.utime(path, (when, when))

    def _inner(self, file: BinaryIO, target: Path, owner: Owner) -> None:
        """Unpack a student's zip, within limits."""

        def work() -> tuple[int, dict, list[str]]:
            self.words = []
            self.unpack(file, target, owner)
            return self.left, self.left_of, self.words

        try:
            self.left, self.left_of, words = limited(OF_ONE_ZIP, work)
            self.words += words
        except Exceeded as error:
            shutil.rmtree(target, ignore_errors=True)
            self.say(f"Not unpacked: {target.name}.zip", error)

    def _content(self, archive: zipfile.ZipFile, info, owner: Owner) -> bytearray:
        """A member's bytes, counted as they come: what its header says is no bound."""
        left = self.left_of.setdefault(owner, [MOST_FILES, MOST_BYTES])
        if owner.who:
            left[0] -= 1
        if left[0] < 0:
            raise OSError(f"too many files: more than {MOST_FILES} of one student")
        found = bytearray()
        with archive.open(info) as member:
            while part := member.read(MB):
                found += part
                self.left -= len(part)
                if owner.who:
                    left[1] -= len(part)
                if len(found) > LARGEST:
                    raise OSError(f"too large: more than {LARGEST / MB:.0f} MB")
                if left[1] < 0:
                    most = f"{MOST_BYTES / MB:.0f} MB of one student"
                    raise OSError(f"too large: more than {most}")
                if self.left < 0:
                    raise OSError(
                        "too large: more than SafeExtractor.most_bytes in all"
                    )
        return found

    def _whose(self, path: Path) -> Owner:
        archive, *parts = path.relative_to(self.root).parts
        # Last its own name, which may look like a student's file: hw_2026_07_01.zip.
        for part in (*parts, archive):
            read = recognise((part, "x"), 0.0)
            if not isinstance(read, str):
                return Owner(archive, read[0].person)
        return Owner(archive, None)


def _opened(file: BinaryIO) -> zipfile.ZipFile:
    """The zip, also where a name is not in the encoding that its flag tells."""
    try:
        return zipfile.ZipFile(file)
    except UnicodeDecodeError:
        return zipfile.ZipFile(io.BufferedReader(_Overlaid(file)))


class _Overlaid(io.RawIOBase):
    """A zip that says of no name that it is UTF-8 which it is not."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.bytes = dict(self._cleared())  # by their places

    def _cleared(self) -> Iterator[tuple[int, int]]:
        """The flags of such names, in the directory and before the data."""
        end = self.file.seek(0, io.SEEK_END)
        self.file.seek(max(0, end - (1 << 16) - 22))
        tail = self.file.read()
        last = tail.rfind(b"PK\5\6")
        size, offset = struct.unpack_from("<2L", tail, last + 12)
        start = end - len(tail) + last - size
        self.file.seek(start)
        directory = self.file.read(size)
        at = 0
        while directory[at : at + 4] == b"PK\1\2":
            named, *others = struct.unpack_from("<3H", directory, at + 28)
            (where,) = struct.unpack_from("<L", directory, at + 42)
            try:
                directory[at + 46 : at + 46 + named].decode()
            except UnicodeDecodeError:
                for place in (start + at + 9, start - offset + where + 7):
                    self.file.seek(place)
                    yield place, self.file.read(1)[0] & ~(UTF8 >> 8)
            at += 46 + named + sum(others)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self.file.seek(offset, whence)

    def tell(self) -> int:
        return self.file.tell()

    def readinto(self, buffer) -> int:
        at = self.file.tell()
        count = self.file.readinto(buffer)
        for place, byte in self.bytes.items():
            if at <= place < at + count:
                buffer[place - at] = byte
        return count


def safe_parts(name: str) -> Iterator[str]:
    """A path's parts without those that lead elsewhere, in composed Unicode.

    >>> "/".join(safe_parts("/../C:\\\\a\\x00b/./c.ipynb"))
    'C_/a_b/c.ipynb'
    """
    named = False
    for part in unicodedata.normalize("NFC", name).replace("\\", "/").split("/"):
        part = "".join(c if _harmless(c) else "_" for c in part)
        if part.strip(". "):
            named = True
            yield part.strip()
    if not named:
        yield "unnamed"


def _harmless(c: str) -> bool:
    return (c.isprintable() or c in JOINERS) and c != ":"


def _name(info: zipfile.ZipInfo) -> str:
    """A file's name; some programs write UTF-8 without saying so."""
    try:
        if not info.flag_bits & UTF8:
            return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        pass
    return info.filename


def _free(path: Path) -> Path:
    """A path nothing has yet, as browsers name a file's second download."""
    number, found = 0, path
    while found.exists():
        number += 1
        found = path.with_name(f"{path.stem} ({number}){path.suffix}")
    return found


def _when(info: zipfile.ZipInfo) -> float:
    try:
        return time.mktime((*info.date_time, 0, 0, -1))
    except (ValueError, OverflowError):
        return 0.0
