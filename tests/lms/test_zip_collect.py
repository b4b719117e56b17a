"""A platform's download becomes submissions by one command of nbgrader's."""

import io
import subprocess
import sys
import warnings
import zipfile

import nbformat
import pytest
from course import LESSON, RIGHT, Course
from nbgrader.api import Gradebook

from gdgrader.lms.platforms import recognise, released_name, squashed

CONFIG = "from gdgrader.config import apply\n\nc = get_config()\napply(c)\n"
STEP = "01_single_step.ipynb"


def zipped(files: dict[str, bytes], year: int = 2026) -> bytes:
    """A zip with these files, under exactly these names."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a name may stand in it twice
        for name, content in files.items():
            info = zipfile.ZipInfo("x", (year, 1, 1, 0, 0, 0))
            info.filename = name
            archive.writestr(info, content)
    return buffer.getvalue()


@pytest.fixture
def course(tmp_path) -> Course:
    made = Course(tmp_path / "course")
    (made.root / "nbgrader_config.py").write_text(CONFIG)
    (made.root / "downloaded" / LESSON / "archive").mkdir(parents=True)
    return made


def collect(course: Course, *arguments: str, **archives: bytes) -> str:
    """Put archives where nbgrader looks for them and collect; its log."""
    for name, content in archives.items():
        folder = course.root / "downloaded" / LESSON / "archive"
        (folder / f"{name}.zip").write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "zip_collect", LESSON, *arguments],
        cwd=course.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def submitted(course: Course) -> dict[str, bytes]:
    """What lies below submitted/, by path."""
    root = course.root / "submitted"
    files = (path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def test_moodle(course):
    with Gradebook(course.db_url) as book:
        book.add_student("s01", first_name="Ann", last_name="Müller-Lüdenscheidt")
        for twin in ("s02", "s03"):
            book.add_student(twin, first_name="Kim", last_name="Li")
    inner = zipped({"work/tiny.ipynb": b"in a zip", "__MACOSX/._tiny.ipynb": b""})
    nasty = zipped({"../Roe Bo_7_assignsubmission_file_/tiny.ipynb": b"not Bo's"})
    log = collect(
        course,
        moodle=zipped(
            {
                "Müller-Lüdenscheidt Ann_12345_assignsubmission_file_tiny.ipynb": b"1",
                "Roe Bo_12346_assignsubmission_file_/tiny (2).ipynb": b"newest",
                "Roe Bo_12346_assignsubmission_file_/tiny.ipynb": b"old",
                "Roe Bo_12346_assignsubmission_file_/data.csv": b"x",
                "van der Berg Cy_12347_assignsubmission_file_work.zip": inner,
                "Dark Dan_12348_assignsubmission_file_/work.zip": nasty,
                "Li Kim_12349_assignsubmission_file_tiny.ipynb": b"which Kim?",
                "Solo Hän_12350_assignsubmission_file_meine Lösung.ipynb": b"named so",
                "notes from nobody.ipynb": b"?",
                "../../../outside.ipynb": b"!",
                "Bad Zip_12351_assignsubmission_file_broken.zip": b"no zip",
            }
        ),
    )
    assert submitted(course) == {
        "s01/tiny/tiny.ipynb": b"1",
        "roe-bo/tiny/tiny.ipynb": b"newest",
        "roe-bo/tiny/data.csv": b"x",
        "van-der-berg-cy/tiny/tiny.ipynb": b"in a zip",
        "dark-dan/tiny/tiny.ipynb": b"not Bo's",
        "solo-han/tiny/meine Lösung.ipynb": b"named so",
    }
    for said in (
        "Li Kim_12349_assignsubmission_file_tiny.ipynb: more than one student",
        "notes from nobody.ipynb: its name is neither",
        "outside.ipynb: its name is neither",
        "tiny.ipynb: a newer tiny.ipynb of roe-bo was taken",
        "Not unpacked: Bad Zip_12351_assignsubmission_file_broken.zip",
    ):
        assert said in log
    # Nothing is lost, and nothing lies outside.
    extracted = course.root / "downloaded" / LESSON / "extracted" / "moodle"
    for name in ("notes from nobody.ipynb", "outside.ipynb"):
        assert (extracted / name).is_file()
    assert not list(course.root.parent.glob("*.ipynb"))
    assert not list((course.root / "downloaded" / LESSON).glob("*.ipynb"))


def test_canvas(course):
    with Gradebook(course.db_url) as book:
        book.add_student("s01", first_name="Ann", last_name="Öz", lms_user_id="1234")
        book.add_student("s02", first_name="Bo", last_name="Roe")
    log = collect(
        course,
        submissions=zipped(
            {
                "özann_LATE_1234_5678_tiny-2.ipynb": b"late",
                "özann_1234_5600_tiny.ipynb": b"early",
                "roebo_1235_5679_tiny (1).ipynb": b"by name",
                "newcy_1236_5680_tiny-1.ipynb": b"not in the gradebook",
                "newcy_1237_5681_tiny.ipynb": b"a namesake",
                "nobody.ipynb": b"?",
            }
        ),
    )
    assert submitted(course) == {
        "s01/tiny/tiny.ipynb": b"late",
        "s02/tiny/tiny.ipynb": b"by name",
        "canvas-1236/tiny/tiny.ipynb": b"not in the gradebook",
        "canvas-1237/tiny/tiny.ipynb": b"a namesake",
    }
    assert "özann_1234_5600_tiny.ipynb: a newer tiny.ipynb of s01 was taken" in log
    assert "nobody.ipynb: its name is neither" in log


def test_a_second_download_and_the_grades(course):
    """The later file wins; what was collected is graded and goes back to Canvas."""
    right = nbformat.writes(course.answered(RIGHT)).encode()
    blank = nbformat.writes(course.answered({})).encode()
    collect(course, one=zipped({"roebo_77_1_tiny.ipynb": blank}))
    collect(course, "--force", two=zipped({"roebo_77_2_tiny-1.ipynb": right}))
    course.autograde()
    assert course.points("canvas-77") == course.most
    export = "--exporter=gdgrader.lms.export.CanvasExport"
    subprocess.run(
        [sys.executable, "-m", "nbgrader", "export", export],
        cwd=course.root,
        capture_output=True,
        check=True,
    )
    rows = (course.root / "canvas.csv").read_text().splitlines()
    assert rows[2] == "canvas-77,77,canvas-77,,7"


def test_what_is_too_large_is_named(course):
    """A zip bomb in a student's zip costs only itself."""
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("large.ipynb", bytes(60 << 20))
        archive.writestr("tiny.ipynb", b"small")
    name = "Roe Bo_7_assignsubmission_file_work.zip"
    log = collect(course, moodle=zipped({name: bomb.getvalue()}))
    assert submitted(course) == {"roe-bo/tiny/tiny.ipynb": b"small"}
    assert "'large.ipynb': too large" in log


@pytest.mark.parametrize(
    ("path", "name", "number", "file"),
    [
        (f"Roe Bo_12345_assignsubmission_file_{STEP}", "Roe Bo", "12345", STEP),
        (f"Roe Bo_12345_assignsubmission_file_/{STEP}", "Roe Bo", "12345", STEP),
        (f"Roe Bo_12345_assignsubmission_file/{STEP}", "Roe Bo", "12345", STEP),
        (f"a_b Bo_1_assignsubmission_file_{STEP}", "a_b Bo", "1", STEP),
        ("roebo_LATE_1234_5678_01_single_step-2.ipynb", "roebo", "1234", STEP),
        ("roebo_1234_5678_01_single_step.ipynb", "roebo", "1234", STEP),
        ("roebo_1_2_01_single_step (3)-4.ipynb", "roebo", "1", STEP),
        ("roebo_1_2_work/other_3_4_step.ipynb", "roebo", "1", "other_3_4_step.ipynb"),
    ],
)
def test_the_names_that_platforms_give(path, name, number, file):
    found = recognise(path.split("/"), 0.0)
    assert (found.person.name, found.person.number) == (name, number)
    assert released_name(found.name, [STEP]) == file


def test_names_compare_whatever_their_spelling():
    assert squashed("Müller, Jo") == squashed("MU\u0308LLER jo") == "mullerjo"
