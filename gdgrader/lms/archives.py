"""Unpack what a learning platform exports, and the zips in it, whatever they hold."""

from __future__ import annotations

import os
import shutil
import time
import unicodedata
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from nbgrader.plugins import ExtractorPlugin

from gdgrader.submission.read import LARGEST, MB

DEEPEST = 2  # a zip in the platform's zip, and no zip in that
MOST_FILES = 1000  # of one student's zip
MOST_BYTES = 4 * LARGEST
JOINERS = "\u200c\u200d"  # not printable, but letters of many scripts lean on them
BROKEN = (zipfile.BadZipFile, zipfile.LargeZipFile, RuntimeError, NotImplementedError)


class SafeExtractor(ExtractorPlugin):
    """Fills `extracted/` from `archive/`: ordinary files only, and only inside it.

    What cannot be unpacked is named in the log, and stays in the archive, which is
    never changed.
    """

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Copy files and unpack zips, each into a folder of its name."""
        source = Path(archive_path)
        for path in sorted(source.rglob("*")):
            target = Path(extracted_path, path.relative_to(source))
            if path.is_symlink() or not path.is_file():
                continue
            if path.suffix.lower() == ".zip":
                self._unpack(path, target.with_suffix(""), depth=1)
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, target)

    def _unpack(self, source: Path | BytesIO, target: Path, depth: int) -> None:
        """Unpack one zip into the folder `target`; name what is left out."""
        left = [MOST_FILES, MOST_BYTES]
        try:
            archive = zipfile.ZipFile(source)
        except BROKEN as error:
            self.log.warning("Not unpacked: %s.zip: %s", target.name, error)
            return
        with archive:
            for info in archive.infolist():
                if info.is_dir():
                    continue
                try:
                    if depth > 1:
                        left = [left[0] - 1, left[1] - info.file_size]
                    if info.file_size > LARGEST or min(left) < 0:
                        raise OSError(f"too large: more than {LARGEST / MB:.0f} MB")
                    # zipfile reads no more than the size that it was told.
                    self._place(info, archive.read(info), target, depth)
                except (*BROKEN, OSError, EOFError, ValueError) as error:
                    name = f"{target.name}.zip, {info.filename!r}"
                    self.log.warning("Not unpacked: %s: %s", name, error)

    def _place(self, info, content: bytes, target: Path, depth: int) -> None:
        name = _name(info)
        parts = list(safe_parts(name))
        if "/".join(parts) != name:
            self.log.warning("Unpacked as %r: %r", "/".join(parts), name)
        path = target.joinpath(*parts)
        if path.suffix.lower() == ".zip" and depth < DEEPEST:
            self._unpack(BytesIO(content), _free(path.with_suffix("")), depth + 1)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path = _free(path)
        path.write_bytes(content)
        when = _when(info)
        os.utime(path, (when, when))


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
        if not info.flag_bits & 0x800:
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
