"""Whatever a zip holds, the others' work is unpacked, and what is not is named."""

import io
import logging
import struct
import zipfile
from pathlib import Path

import pytest
from fuzzed import tried
from hypothesis import given
from hypothesis import strategies as st

from gdgrader.lms import archives
from gdgrader.lms.archives import SafeExtractor

MB = 1 << 20
WHOSE = "{}_{}_assignsubmission_file_"
OTHERS = {f"{WHOSE.format(name, 7)}tiny.ipynb": b"mine" for name in ("Ann", "Zoe")}
METHODS = (
    zipfile.ZIP_STORED,
    zipfile.ZIP_DEFLATED,
    zipfile.ZIP_BZIP2,
    zipfile.ZIP_LZMA,
)


@pytest.fixture(autouse=True, scope="module")
def _small():
    """Bounds in proportion, so that no test writes gigabytes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(archives, "LARGEST", 5 * MB)
        patch.setattr(archives, "MOST_BYTES", 20 * MB)
        yield


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def extract(folder: Path, content: bytes, **options) -> tuple[dict[str, bytes], str]:
    """What one download becomes, by path, and the log."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "archive").mkdir()
    (folder / "archive" / "all.zip").write_bytes(content)
    said: list[str] = []
    log = logging.getLogger(f"test.{id(said)}")
    log.propagate = False
    handler = logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())
    log.addHandler(handler)
    root = folder / "extracted"
    SafeExtractor(log=log, **options).extract(str(folder / "archive"), str(root))
    files = {
        path.relative_to(root / "all").as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }
    return files, "\n".join(said)


def member(content: bytes, name: bytes) -> tuple[int, int]:
    """Where a member's local header and its data begin."""
    at = content.index(b"PK\3\4", content.index(name) - 30)
    named, extra = struct.unpack_from("<2H", content, at + 26)
    return at, at + 30 + named + extra


def spoilt(content: bytes, name: bytes) -> bytes:
    """The data of one member is nonsense."""
    _, data = member(content, name)
    return content[:data] + b"\xff" * 60 + content[data + 60 :]


def flagged(content: bytes, name: bytes, local: int, central: int, value: int) -> bytes:
    """One member's headers say another thing at these places."""
    made = bytearray(content)
    at, _ = member(content, name)
    struct.pack_into("<H", made, at + local, value)
    directory = content.index(b"PK\1\2", content.rindex(name) - 46)
    struct.pack_into("<H", made, directory + central, value)
    return bytes(made)


BAD = WHOSE.format("Bob", 9) + "x.ipynb"
DATA = bytes(range(256)) * 40
ODD = {
    **{
        f"bad data, method {method}": spoilt(
            zipped({**OTHERS, BAD: DATA}, method), BAD.encode()
        )
        for method in METHODS
    },
    "encrypted": flagged(zipped({**OTHERS, BAD: DATA}), BAD.encode(), 6, 8, 1),
    "unknown method": flagged(zipped({**OTHERS, BAD: DATA}), BAD.encode(), 8, 10, 99),
    "strong encryption": flagged(
        zipped({**OTHERS, BAD: DATA}), BAD.encode(), 6, 8, 0x41
    ),
    "patched data": flagged(zipped({**OTHERS, BAD: DATA}), BAD.encode(), 6, 8, 0x20),
    "too long a name": zipped({**OTHERS, BAD + "x" * 300: DATA}),
    "a folder's name": zipped({**OTHERS, f"{BAD}/y": b"", BAD: DATA}),
}


@pytest.mark.parametrize("name", ODD)
def test_one_bad_member_is_named(tmp_path, name):
    files, log = extract(tmp_path, ODD[name])
    assert {k: v for k, v in files.items() if k in OTHERS} == OTHERS
    if name != "a folder's name":
        assert files.keys() == OTHERS.keys()
        assert f"Not unpacked: all.zip, '{BAD}" in log


@pytest.mark.parametrize("raw", [b"\xff\xfe", b"\xc3\x28", b"\xed\xa0\x80", b"\x80"])
def test_a_name_that_is_not_what_its_flag_says(tmp_path, raw):
    """Under the flag for UTF-8 stand bytes that are none."""
    made = zipped({BAD.replace("x.", "äQQQQ."): DATA, **OTHERS})
    made = made.replace(b"QQQQ", raw.ljust(4, b"y"))
    files, log = extract(tmp_path, made)
    assert {k: v for k, v in files.items() if k in OTHERS} == OTHERS
    assert DATA in files.values() and len(files) == 3, log


def huge(megabytes: int) -> bytes:
    return b"\0" * (megabytes * MB)


@pytest.mark.parametrize("method", METHODS[1:])
def test_what_one_student_gets_is_bounded(tmp_path, method):
    """A megabyte and less becomes no gigabyte, in whatever way it is packed."""
    own = {f"{WHOSE.format('Bob', 9)}/{n}.bin": huge(4) for n in range(7)}
    files, log = extract(tmp_path, zipped({**own, **OTHERS}, method))
    assert sum(map(len, files.values())) < archives.MOST_BYTES + 100
    assert OTHERS.items() <= files.items()
    assert "5.bin': too large: more than 20 MB of one student" in log


def test_his_zips_count_together(tmp_path):
    inner = zipped({f"{n}.bin": huge(4) for n in range(4)})
    own = {f"{WHOSE.format('Bob', 9)}/{n}.zip": inner for n in range(3)}
    files, log = extract(tmp_path, zipped({**own, **OTHERS}))
    assert sum(map(len, files.values())) < archives.MOST_BYTES + 100
    assert OTHERS.items() <= files.items() and "of one student" in log


def test_his_zip_takes_nothing_of_a_neighbours(tmp_path):
    theirs = {f"{WHOSE.format('Zoe', 7)}/{n}.bin": huge(4) for n in range(7)}
    own = {f"{WHOSE.format('Bob', 9)}x.zip": zipped(theirs)}
    files, log = extract(tmp_path, zipped(own | OTHERS))
    assert OTHERS.items() <= files.items() and "of one student" in log


@pytest.mark.parametrize("name", ["hw_2026_07_01", "all", "Course-Task 1-77"])
def test_an_archive_of_a_whole_class_is_no_students(tmp_path, name):
    class_ = {f"{WHOSE.format(f'A{n}', n)}x.bin": huge(3) for n in range(14)}
    archive = tmp_path / "archive"
    archive.mkdir()
    (archive / f"{name}.zip").write_bytes(zipped(class_))
    root = tmp_path / "extracted"
    SafeExtractor().extract(str(archive), str(root))
    assert len(list(root.rglob("*.bin"))) == len(class_)


def test_all_together_are_bounded(tmp_path):
    names = [f"{WHOSE.format(f'Bob{n}', n)}x.bin" for n in range(9)]
    content = zipped({**OTHERS, **{name: huge(3) for name in names}})
    files, log = extract(tmp_path, content, most_bytes=11 * MB)
    assert sum(map(len, files.values())) <= 11 * MB
    assert OTHERS.items() <= files.items()
    assert log.count("more than SafeExtractor.most_bytes in all") == 6


def test_a_header_that_lies_is_no_bound(tmp_path):
    """It says that a gigabyte is one byte, or that one byte is a gigabyte."""
    for said, real in ((1, huge(6)), (1 << 30, b"x")):
        made = bytearray(zipped({**OTHERS, BAD: real}))
        at, _ = member(made, BAD.encode())
        struct.pack_into("<L", made, at + 22, said)
        directory = made.index(b"PK\1\2", made.rindex(BAD.encode()) - 46)
        struct.pack_into("<L", made, directory + 24, said)
        files, _ = extract(tmp_path / str(said), bytes(made))
        assert OTHERS.items() <= files.items()
        assert len(files.get(BAD, b"")) <= 1


def test_many_small_files_are_bounded(tmp_path):
    inner = zipped({f"{n}.txt": b"" for n in range(3000)})
    files, log = extract(
        tmp_path, zipped({**OTHERS, BAD.replace("ipynb", "zip"): inner})
    )
    assert len(files) == archives.MOST_FILES - 1 + len(OTHERS)
    assert "too many files: more than 1000 of one student" in log


@pytest.mark.parametrize("hungry", ["directory", "dictionary"])
def test_a_zip_that_wants_memory(tmp_path, hungry, monkeypatch):
    """A directory of a million entries; LZMA's dictionary of 4 GB."""
    small = archives.Allowance(seconds=20, memory=120 * MB)
    monkeypatch.setattr(archives, "OF_ONE_ZIP", small)
    monkeypatch.setattr(archives, "LARGEST", 50 * MB)
    monkeypatch.setattr(archives, "MOST_BYTES", 200 * MB)
    if hungry == "directory":
        inner = zipped({"a": b""})
        entry = inner[inner.index(b"PK\1\2") : inner.index(b"PK\5\6")]
        count, where = 800_000, inner.index(b"PK\1\2")
        end = struct.pack(
            "<4s4H2LH", b"PK\5\6", 0, 0, 0, 0, count * len(entry), where, 0
        )
        inner = inner[:where] + entry * count + end
    else:
        inner = bytearray(zipped({"a": DATA * 50}, zipfile.ZIP_LZMA))
        _, data = member(inner, b"a")
        struct.pack_into("<L", inner, data + 5, 0xFFFFFFFF)
    files, log = extract(
        tmp_path, zipped({**OTHERS, BAD.replace("ipynb", "zip"): bytes(inner)})
    )
    assert OTHERS.items() <= files.items()
    assert len(files) <= archives.MOST_FILES + len(OTHERS)
    # A process that has had much to do before has room for such a directory.
    assert "Not unpacked: Bob_9_assignsubmission_file_x" in log or (
        hungry == "directory" and "too many files" in log
    )


@tried(150)
@given(
    method=st.sampled_from(METHODS),
    edits=st.lists(
        st.tuples(st.integers(0, 1 << 16), st.integers(0, 255)), max_size=30
    ),
    cut=st.integers(0, 1 << 16),
)
def test_no_zip_of_a_students_ends_it(tmp_path_factory, method, edits, cut):
    """Bytes of a student's zip are exchanged, and its end is cut off."""
    inner = bytearray(
        zipped({"a/b.ipynb": DATA, "ä.csv": b"1,2", "c.zip": b"PK"}, method)
    )
    for at, value in edits:
        inner[at % len(inner)] = value
    inner = bytes(inner[: len(inner) - cut % 40])
    content = zipped({**OTHERS, BAD.replace("ipynb", "zip"): inner})
    files, _ = extract(tmp_path_factory.mktemp("zip"), content)
    assert OTHERS.items() <= files.items()


@tried(150)
@given(
    st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 255)), max_size=8),
    st.binary(max_size=40),
)
def test_no_download_ends_it(tmp_path_factory, edits, begins):
    content = bytearray(zipped({**OTHERS, "ü" + BAD: DATA}))
    for at, value in edits:
        content[at % len(content)] = value
    extract(tmp_path_factory.mktemp("zip"), begins + bytes(content))
