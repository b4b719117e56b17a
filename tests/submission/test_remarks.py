"""Remarks on a submission: never too many, never too long, never without a reason."""

import shutil
import tempfile
from pathlib import Path

import pytest
from somebody import as_somebody, given_to_somebody

from gdgrader.submission.files import MOST_FILES, MOST_NOTES, files_below
from gdgrader.submission.note import LONGEST, MOST, Note, bounded


@pytest.mark.parametrize("count", [MOST_FILES + 1, MOST_FILES + 500, 3_000])
def test_files_without_end_give_some_remarks(tmp_path, count):
    for number in range(count):
        (tmp_path / f"{number:04}").touch()
    files, notes = files_below(tmp_path)
    assert len(files) == MOST_FILES
    more = count - MOST_FILES
    assert len(notes) == min(more, MOST_NOTES + 1)
    assert more == 1 or notes[-1] == f"{more - MOST_NOTES} more files were left out."


def test_a_long_name_is_cut(tmp_path):
    deep = tmp_path.joinpath(*["d" * 200] * 8)
    deep.mkdir(parents=True)
    for number in range(MOST_FILES + 5):
        (deep / f"{number}").touch()
    _, notes = files_below(tmp_path)
    assert notes and max(map(len, notes)) < 200


def test_what_is_refused_is_named():
    root = Path(tempfile.mkdtemp(prefix="refused-"))
    root.chmod(0o755)
    for name in ("file", "closed/file", "open/file"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).touch()
    given_to_somebody(root)
    (root / "file").chmod(0o004)
    (root / "closed").chmod(0o005)
    try:
        files, notes = as_somebody(lambda: files_below(root, root / "absent"))
    finally:
        (root / "closed").chmod(0o755)
        shutil.rmtree(root)
    assert files == {"open/file": b""}
    assert sorted(notes) == [
        "File 'file' was left out: Permission denied.",
        "Folder 'closed' was left out: Permission denied.",
    ]


def test_remarks_are_bounded():
    notes = [Note("x" * 100_000, f"cell {n}") for n in range(5_000)]
    found = bounded(notes)
    assert len(found) == MOST + 1
    assert max(len(note.what) for note in found) == LONGEST
    assert str(found[-1]) == "There were 4940 more remarks."
    assert bounded([Note("a"), Note("b"), Note("a")]) == [Note("a"), Note("b")]
