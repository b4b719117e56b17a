"""A class list from anywhere is read right, or refused with the line that is wrong."""

import pytest
from course import LESSON, Course
from nbgrader.api import Gradebook
from typer.testing import CliRunner

from gdgrader.cli import app
from gdgrader.lms.roster import BadRoster, read_roster

PLAIN = (
    "id,first_name,last_name,email,lms_user_id\n"
    "ann,Änne,Müller,a@example.org,1234\n"
    "bo,Bo,Peña,,\n"
)
KNOWN = {
    "ann": {
        "first_name": "Änne",
        "last_name": "Müller",
        "email": "a@example.org",
        "lms_user_id": "1234",
    },
    "bo": {"first_name": "Bo", "last_name": "Peña"},
}


def read(tmp_path, content: str | bytes, **how):
    path = tmp_path / "students.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_roster(path, **how)


@pytest.mark.parametrize(
    "encoding",
    [
        *("utf-8", "utf-8-sig", "latin-1", "cp1252"),
        *("utf-16", "utf-16-le", "utf-16-be", "utf-32"),
    ],
)
@pytest.mark.parametrize("separator", ",;\t|")
def test_encodings_and_separators(tmp_path, encoding, separator):
    text = PLAIN.replace(",", separator)
    assert read(tmp_path, text.encode(encoding)).students == KNOWN


def test_what_was_guessed_is_said(tmp_path):
    said = " ".join(read(tmp_path, PLAIN.encode("latin-1")).remarks)
    assert "Latin-1: Änne, Müller, Peña" in said and "UTF-8" in said
    assert not read(tmp_path, PLAIN).remarks
    cyrillic = PLAIN.replace("Müller", "Иванова").replace("Ä", "A").replace("ñ", "n")
    told = read(tmp_path, cyrillic.encode("cp1251"), encoding="cp1251")
    assert told.students["ann"]["last_name"] == "Иванова" and not told.remarks


@pytest.mark.parametrize(
    ("head", "row"),
    [
        ("\ufeffID;First Name;Last Name;E-Mail;LMS_User_ID", "ann;Ann;Öz;a@b;7"),
        (" Username , Surname,First name,Email address,ID number", "ann,Öz,Ann,a@b,7"),
        ("sep=;\r\nstudent_id;surname;given name;mail;canvas id", "ann;Öz;Ann;a@b;7"),
        (
            "Student,ID,SIS User ID,SIS Login ID,Section,email,tiny (99)",
            '"Öz, Ann",7,x,ann,1,a@b,5',
        ),
        (
            "\n\nid\tfirst_name\tlast_name\temail\tlms_user_id\n",
            "ann \tAnn\tÖz\ta@b\t7.0",
        ),
    ],
)
def test_headers_spelled_otherwise(tmp_path, head, row):
    found = read(tmp_path, f"{head}\r\n{row}\r\n\r\n").students
    known = {"first_name": "Ann", "last_name": "Öz", "email": "a@b", "lms_user_id": "7"}
    assert found == {"ann": known}


def test_rows_of_canvas_that_are_nobody(tmp_path):
    rows = (
        "Student,ID,SIS Login ID,Section\n"
        "    Points Possible,,,\n"
        '"Roe, Bo",8,bo,1\n'
        '"Student, Test",9,,1\n'
    )
    assert set(read(tmp_path, rows).students) == {"bo"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("id,first_name\nann,Ann\n ann ,Anne\n", "lines 2 and 3 have one id, 'ann'"),
        ("id,first_name\nann,Ann\nAnn,Anne\n", "lines 2 and 3 have one id, 'Ann'"),
        ("id\n1236\n1236.0\n", "lines 2 and 3 have one id, '1236'"),
        ("id,lms_user_id\na,7\nb,7.0\n", "lines 2 and 3 have one lms_user_id, '7'"),
        ("id,first_name\nann,Ann\n,Bo\n", "line 3 has no id: Bo"),
        ("first_name,id\nAnn\n", "line 2 has no id: Ann"),
        ("id,lms_user_id\na,1.23E+05\n", "line 2: a spreadsheet rounded lms_user_id"),
        ("id,last_name\nann,Öz, Jr.\n", "line 2 has 3 cells, the first has 2"),
        ("id\n../ann\n", "line 2: the id '../ann' cannot be a folder's name"),
        (
            "first_name,last_name\nAnn,Öz\n",
            "no column of id: its first line is 'first_",
        ),
        ("id,username\nann,ann\n", "more than one column of id"),
        ('id\n"ann\n', "line 2"),
        ("id,first_name\n", "names nobody"),
        ("", "is empty"),
        (b"PK\x03\x04\0\0", "save it as CSV"),
        (b"id,last_name\nann,\x81\n", "neither in UTF-8 nor in Latin-1"),
    ],
)
def test_what_is_refused(tmp_path, content, said):
    with pytest.raises(BadRoster) as refused:
        read(tmp_path, content)
    assert said in str(refused.value) and "students.csv" in str(refused.value)


@pytest.fixture
def course(tmp_path) -> Course:
    return Course(tmp_path / "course")


def imported(course: Course, text: str) -> tuple[int, str]:
    """Run the command; its exit status and what it says."""
    path = course.root / "students.csv"
    path.write_text(text, encoding="utf-8")
    told = ["roster", str(path), "--root", str(course.root)]
    done = CliRunner().invoke(app, told)
    return done.exit_code, done.output


def class_of(course: Course) -> dict[str, tuple]:
    with Gradebook(course.db_url) as book:
        return {s.id: (s.first_name, s.email, s.lms_user_id) for s in book.students}


def test_the_gradebook_is_brought_up_to_date(course):
    assert imported(course, PLAIN)[1].strip() == "✓ students: 2 new, 0 known before"
    text = "id,first_name,email,lms_user_id\nann,Anna,,1235.0\ncy,Cy,,\n"
    status, said = imported(course, text)
    assert status == 0 and "✓ students: 1 new, 1 known before" in said
    assert "lms_user_id 1235.0 is 1235" in said
    assert "in the gradebook, not in the list: bo" in said
    # An empty cell takes nothing away.
    assert class_of(course) == {
        "ann": ("Anna", "a@example.org", "1235"),
        "bo": ("Bo", None, None),
        "cy": ("Cy", None, None),
    }


def test_one_person_does_not_become_two(course):
    with Gradebook(course.db_url) as book:
        book.add_student("1236.0")
        book.add_student("dee", lms_user_id="9")
    assert "'1236.0', who handed nothing in, was" in imported(course, "id\n1236\n")[1]
    assert set(class_of(course)) == {"1236", "dee"}
    for text, said in (
        ("id,lms_user_id\neve,9\n", "'dee' and 'eve' have one lms_user_id, 9"),
        ("id\nann\nFay\n", "'Fay' has handed in as 'fay'"),
    ):
        with Gradebook(course.db_url) as book:
            book.update_or_create_student("fay")
            book.update_or_create_submission(LESSON, "fay")
        before = class_of(course)
        status, told = imported(course, text)
        assert status == 1 and said in told and "Nothing was imported" in told
        assert class_of(course) == before
    # Numbers may change hands within one list.
    swapped = "id,lms_user_id\ndee,10\neve,9\n"
    assert imported(course, swapped)[0] == 0
    assert class_of(course)["eve"][2] == "9"
