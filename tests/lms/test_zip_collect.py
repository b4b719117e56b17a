"""A platform's download becomes submissions by one command of nbgrader's."""

import io
import subprocess
import warnings
import zipfile

import nbformat
import pytest
from course import LESSON, RIGHT, Course
from nbgrader.api import Gradebook
from typed import environment

from gdgrader.lms.platforms import recognise, released_name

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


def collect(
    course: Course, *arguments: str, fails: bool = False, **archives: bytes
) -> str:
    """Put archives where nbgrader looks for them and collect; its log."""
    for name, content in archives.items():
        folder = course.root / "downloaded" / LESSON / "archive"
        (folder / f"{name}.zip").write_bytes(content)
    done = subprocess.run(
        ["nbgrader", "zip_collect", LESSON, *arguments],
        cwd=course.root,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert bool(done.returncode) == fails, done.stderr
    return done.stdout + done.stderr


def submitted(course: Course) -> dict[str, bytes]:
    """What lies below submitted/, by path."""
    root = course.root / "submitted"
    files = (path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def enrol(course: Course, students: dict[str, tuple[str, ...]]) -> None:
    """Add students by id: first name, last name and the platform's number."""
    columns = ("first_name", "last_name", "lms_user_id")
    with Gradebook(course.db_url) as book:
        for student, known in students.items():
            book.update_or_create_student(
                student, **dict(zip(columns, known, strict=False))
            )


def test_moodle(course):
    enrol(
        course,
        {
            "s01": ("Ann", "Müller-Lüdenscheidt"),
            "s02": ("Kim", "Li"),
            "s03": ("Kim", "Li"),
            "s04": ("Bo", "Roe"),
            "s05": ("Cy", "van der Berg"),
            "s06": ("Dan", "Dark"),
            "s07": ("Hän", "Solo"),
            "s08": ("Zip", "Bad"),
        },
    )
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
                "Solo Hän_12350_assignsubmission_onlinetext_/onlinetext.html": b"-",
                "Team 1_77_assignsubmission_file_/tiny.ipynb": b"whose?",
                "Default group_assignsubmission_file_/tiny.ipynb": b"whose?",
                "notes from nobody.ipynb": b"?",
                "../../../outside.ipynb": b"!",
                "Bad Zip_12351_assignsubmission_file_broken.zip": b"no zip",
            }
        ),
    )
    assert submitted(course) == {
        "s01/tiny/tiny.ipynb": b"1",
        "s04/tiny/tiny.ipynb": b"newest",
        "s04/tiny/data.csv": b"x",
        "s05/tiny/tiny.ipynb": b"in a zip",
        "s06/tiny/tiny.ipynb": b"not Bo's",
        "s07/tiny/meine Lösung.ipynb": b"named so",
    }
    for said in (
        "Li Kim_12349_assignsubmission_file_tiny.ipynb: Kim Li ('s02') and Kim Li",
        "Team 1_77_assignsubmission_file_/tiny.ipynb: nobody in the gradebook is",
        "A group's: put it into the folder of each who is in it",
        "it is of 'Default group', Moodle's group of all in none",
        "it is Moodle's onlinetext, not a file handed in",
        "notes from nobody.ipynb: its name is neither",
        "outside.ipynb: its name is neither",
        "tiny.ipynb: a newer tiny.ipynb of s04 was taken",
        "Not unpacked: Bad Zip_12351_assignsubmission_file_broken.zip",
    ):
        assert said in log
    # Nothing is lost, nobody was invented, and nothing lies outside.
    extracted = course.root / "downloaded" / LESSON / "extracted" / "moodle"
    for name in ("notes from nobody.ipynb", "outside.ipynb"):
        assert (extracted / name).is_file()
    with Gradebook(course.db_url) as book:
        assert len(book.students) == 8
    assert not list(course.root.parent.glob("*.ipynb"))
    assert not list((course.root / "downloaded" / LESSON).glob("*.ipynb"))


def test_canvas(course):
    enrol(
        course,
        {
            "s01": ("Ann", "Öz", " 1234 "),
            "s02": ("Bo", "Roe"),
            "s03": ("राम", "शर्मा", "1236.0"),
            "s04": ("A_b", "Cy", "1238"),
            "1240": ("Dee", "Dee"),
        },
    )
    log = collect(
        course,
        submissions=zipped(
            {
                "özann_LATE_1234_5678_tiny-2.ipynb": b"late",
                "özann_1234_5600_tiny.ipynb": b"early",
                "roebo_1235_5679_tiny (1).ipynb": b"by name",
                "शर्माराम_1236_5680_tiny.ipynb": b"in Hindi",
                "cya_b_1238_5681_tiny.ipynb": b"underscored",
                "newcy_1239_5682_tiny-1.ipynb": b"not in the gradebook",
                "eeedee_1240_5683_tiny.ipynb": b"a number like an id",
                "anon_x7Y2z_5684_tiny.ipynb": b"anonymous",
                "nobody.ipynb": b"?",
            }
        ),
    )
    assert submitted(course) == {
        "s01/tiny/tiny.ipynb": b"late",
        "s02/tiny/tiny.ipynb": b"by name",
        "s03/tiny/tiny.ipynb": b"in Hindi",
        "s04/tiny/tiny.ipynb": b"underscored",
    }
    for said in (
        "özann_1234_5600_tiny.ipynb: a newer tiny.ipynb of s01 was taken",
        "lms_user_id '1236.0' of राम शर्मा ('s03') was read as 1236",
        "by its name alone it is taken for Bo Roe ('s02')",
        "nobody in the gradebook has the number 1239 or is called 'newcy'",
        "(Dee Dee ('1240') has it as id; Canvas' numbers are `lms_user_id`)",
        "anon_x7Y2z_5684_tiny.ipynb: Canvas names nobody in the download of an anon",
        "nobody.ipynb: its name is neither",
    ):
        assert said in log


def test_without_a_class_nothing_is_collected(course):
    archive = zipped({"roebo_77_1_tiny.ipynb": b"his"})
    log = collect(course, fails=True, one=archive)
    assert "the gradebook has no students" in log and not submitted(course)
    enrol(course, {"s02": ("Bo", "Roe", "77")})
    collect(course, "--force")
    assert submitted(course) == {"s02/tiny/tiny.ipynb": b"his"}


def test_an_archive_named_as_a_students_file(course):
    enrol(course, {"s01": ("Ann", "Öz", "12"), "s02": ("Bo", "Roe", "77")})
    nasty = zipped({"özann_12_9_tiny.ipynb": b"not Ann's"})
    archive = {"roebo_77_1_work.zip": nasty, "özann_12_2_tiny.ipynb": b"hers"}
    collect(course, hw_2026_07_01=zipped(archive))
    assert submitted(course) == {
        "s01/tiny/tiny.ipynb": b"hers",
        "s02/tiny/özann_12_9_tiny.ipynb": b"not Ann's",
    }


def test_a_second_download_and_the_grades(course):
    """The later file wins; what was collected is graded and goes back to Canvas."""
    enrol(course, {"s02": ("Bo", "Roe", "77")})
    right = nbformat.writes(course.answered(RIGHT)).encode()
    blank = nbformat.writes(course.answered({})).encode()
    collect(course, one=zipped({"roebo_77_1_tiny.ipynb": blank}))
    collect(course, "--force", two=zipped({"roebo_77_2_tiny-1.ipynb": right}))
    course.autograde()
    assert course.points("s02") == course.most
    export = "--exporter=gdgrader.lms.export.CanvasExport"
    subprocess.run(
        ["nbgrader", "export", export],
        cwd=course.root,
        env=environment(),
        capture_output=True,
        check=True,
    )
    rows = (course.root / "canvas.csv").read_text().splitlines()
    assert rows[2] == '"Roe, Bo",77,s02,,7'


def test_what_is_too_large_is_named(course):
    """A zip bomb in a student's zip costs only itself."""
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("large.ipynb", bytes(60 << 20))
        archive.writestr("tiny.ipynb", b"small")
    enrol(course, {"s02": ("Bo", "Roe")})
    name = "Roe Bo_7_assignsubmission_file_work.zip"
    log = collect(course, moodle=zipped({name: bomb.getvalue()}))
    assert submitted(course) == {"s02/tiny/tiny.ipynb": b"small"}
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
        (f"a_bcy_1_2_{STEP}", "a_bcy", "1", STEP),
        (f"शर्मारमा_1_2_{STEP}", "शर्मारमा", "1", STEP),
        (f"ใจดีสมศรี_LATE_1_2_{STEP}", "ใจดีสมศรี", "1", STEP),
        (f"_1_2_{STEP}", "", "1", STEP),
        (f"Team 1_9_assignsubmission_file_/{STEP}", "Team 1", "9", STEP),
        (f"Default group_assignsubmission_file_/{STEP}", "Default group", "", STEP),
        ("roebo_1_2_work/other_3_4_step.ipynb", "roebo", "1", "other_3_4_step.ipynb"),
    ],
)
def test_the_names_that_platforms_give(path, name, number, file):
    found, *_ = recognise(path.split("/"), 0.0)
    assert (found.person.name, found.person.number) == (name, number)
    assert released_name(found.name, [STEP]) == file
