"""Whatever a class list holds: students with ids, or a reason."""

import csv
import io

from fuzzed import settled
from hypothesis import example, given
from hypothesis import strategies as st

from gdgrader.lms.roster import BadRoster, read_roster

HEADS = ["id", "Student ID", "last name", "email", "x", "", "SIS Login ID", "Student"]
TEXT = st.text(max_size=20) | st.sampled_from(["1e5", "'007", "a,b", '"', "\0", "é"])
ROWS = st.lists(st.lists(TEXT, max_size=5), max_size=5)


@st.composite
def lists(draw) -> bytes:
    """A class list as some program would write it, or nearly."""
    out = io.StringIO()
    style = {"delimiter": draw(st.sampled_from(",;\t|")), "escapechar": "\\"}
    head = draw(st.lists(st.sampled_from(HEADS) | TEXT, min_size=1, max_size=5))
    csv.writer(out, **style).writerows([head, *draw(ROWS)])
    before = draw(st.sampled_from(["", "\ufeff", "sep=,\r\n", 'sep="\n', "sep=\r\r\n"]))
    encoding = draw(st.sampled_from(["utf-8", "utf-16", "cp1252", "utf-16-le"]))
    return (before + out.getvalue()).encode(encoding, "replace")


@settled
@given(lists() | st.binary(max_size=200))
@example(b"id," + b"x" * 140_000 + b"\nann,1\n")
@example(b"id\n" + b"x" * 140_000)
@example(b'id,"' + b"x\n" * 9)
@example(b'sep="\r\nid"x\nann"1')
@example(b"sep=\r\r\nid\nann")
@example(b"sep= \r\nid x\nann 1")
@example(b"id\r\rann\r\n")
@example(b"id,x\nann\0,1")
def test_a_class_list_names_students_or_says_why_not(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("roster") / "class.csv"
    path.write_bytes(content)
    try:
        roster = read_roster(path)
    except BadRoster as why:
        assert str(why)
        return
    assert roster.students
    for student, cells in roster.students.items():
        assert student == student.strip() and student[0] != "."
        assert not set("/\\\0") & set(student)
        assert all(isinstance(cell, str) and cell for cell in cells.values())
