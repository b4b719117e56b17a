"""A name or a number means one student, or nobody, in any script."""

import re
import unicodedata

import pytest
from fuzzed import tried
from hypothesis import given
from hypothesis import strategies as st
from nbgrader.api import Student

from gdgrader.lms.people import People
from gdgrader.lms.platforms import Person, recognise


def roster(*students: str) -> People:
    """Students s0, s1, … by "first|last|number"."""
    columns = ("first_name", "last_name", "lms_user_id")
    return People(
        Student(id=f"s{i}", **dict(zip(columns, text.split("|"), strict=False)))
        for i, text in enumerate(students)
    )


def moodle(people: People, *names: str) -> list[str]:
    """The ids that Moodle's names get, "" for none."""
    asked = [Person("moodle", name, str(i)) for i, name in enumerate(names)]
    return [people.matches(asked)[person].student for person in asked]


def canvas(people: People, *files: str) -> list[str]:
    """The ids that Canvas' files get, or why none."""
    read = [people.reading(recognise([file], 0.0)) for file in files]
    found = people.matches({r.person for r in read if not isinstance(r, str)})
    matches = [r if isinstance(r, str) else found[r.person] for r in read]
    return [m if isinstance(m, str) else m.student or m.why for m in matches]


@pytest.mark.parametrize(
    ("known", "spelled"),
    [
        ("राम|शर्मा", "राम शर्मा"),
        ("สมศรี|ใจดี", "ใจดี สมศรี"),
        ("Ana|Peña", "ana PEN\u0303A"),
        ("İpek|Işık", "İpek Işık"),
        ("Văn Đức|Nguyễn", "Nguyễn Văn Đức"),
        ("Jörg|Weiß", "Jörg Weiß"),
        ("Mary|O’Neil", "Mary ONeil"),
        ("Ann-Lee|St. John", "ANN\u2010LEE ST. JOHN"),
        ("Bo_3|Roe", "Bo 3 Roe"),
        ("علی\u200cرضا|رضایی", "علیرضا رضایی"),
        ("王|小明", "小明 王"),
        ("\ufeffＡnn |Roe", "Ann Roe"),
    ],
)
def test_spellings_of_one_name(known, spelled):
    assert moodle(roster(known, "Some|Body"), spelled) == ["s0"]


@pytest.mark.parametrize(
    ("known", "other"),
    [
        ("राम|शर्मा", "रमा शर्मा"),
        ("สมศรี|ใจดี", "สมศิร ใจดี"),
        ("Ana|Peña", "Ana Pena"),
        ("Işık|Su", "İşik Su"),
        ("Jo|Strauß", "Jo Strauss"),
        ("مُحَمَّد|علي", "محمد علي"),
        ("עֲנָת|כהן", "עֵנַת כהן"),
        ("Li|Ann Kim", "Lia Nnkim"),
        ("Ann|Lee2", "Ann Lee"),
    ],
)
def test_names_of_two_people(known, other):
    """The one in the class gets nothing of the other's; both have their own."""
    people = roster(known)
    assert moodle(people, other) == [""]
    first, last = known.split("|")
    both = roster(known, "|".join(other.split()))
    assert moodle(both, f"{first} {last}", other) == ["s0", "s1"]


def test_the_person_who_may_be_meant_is_named():
    people = roster("Ana|Peña", "राम|शर्मा")
    for name, meant in (("Ana Pena", "Ana Peña ('s0')"), ("रमा शर्मा", "'s1'")):
        person = Person("moodle", name, "1")
        why = people.matches([person])[person].why
        assert repr(name) in why and meant in why


def test_two_who_would_become_one_are_both_asked_about():
    twins = roster("Kim|Li", "Li|Kim", "Bo|Roe")
    assert moodle(twins, "Kim Li", "Roe Bo") == ["", "s2"]
    assert moodle(twins, "Bo Roe", "Roe Bo") == ["", ""]
    assert moodle(twins, "Participant", "Participant") == ["", ""]
    by_number = roster("Ann|A|7", "Bo|B|7.0")
    assert "is of Ann A ('s0') and Bo B ('s1')" in canvas(by_number, "aann_7_1_x.py")[0]
    by_name = roster("Ann|A", "Bo|B|8")
    both = canvas(by_name, "aann_5_1_x.py", "aann_6_1_x.py")
    assert all("'aann' (5) and 'aann' (6)" in why for why in both)
    assert "whose number in the gradebook is '8'" in canvas(by_name, "bbo_9_1_x.py")[0]


def test_an_anonymous_download_is_called_so():
    people = roster("Ann|Öz")
    asked = [Person("moodle", "Teilnehmer/in", str(i)) for i in range(3)]
    found = people.matches([*asked, Person("moodle", "Ann Öz", "9")])
    whys = [found[person].why for person in asked]
    assert all("'Teilnehmer/in' (3 of the download are: is it" in w for w in whys)
    assert [match.student for match in found.values()] == ["", "", "", "s0"]


def test_a_number_that_contradicts_the_name():
    people = roster("Ann|Öz|7", "Bo|Roe|8", "Cy||9", "||10")
    assert "it names Bo Roe ('s1')" in canvas(people, "roebo_7_1_x.py")[0]
    # A name of nobody: changed, shortened, or a group's.
    assert canvas(people, "team1_7_1_x.py", "anyone_10_2_x.py") == ["s0", "s3"]


def test_numbers_in_names_of_people_and_of_files():
    people = roster("User_12|Roe|1234", "Ann|Öz|12", "Bo|Li|34", "Student_5||99")
    assert canvas(people, "roeuser_12_1234_5678_01_step.ipynb") == ["s0"]
    assert canvas(people, "özann_12_34_01_single_step.ipynb") == ["s1"]
    assert canvas(people, "student_5_99_34_1_step.ipynb") == ["s3"]
    assert canvas(people, "whoever_12_34_01_step.ipynb") == [
        "its name can be read as that of number 12 or 34"
    ]


# Letters that one rule or another takes for each other or for nothing, in few scripts.
LETTERS = "aAäßsSiIİı'-_ 1\u0301\u200dराामिُحم"
NAMES = st.text(LETTERS, min_size=1, max_size=4)
CLASS = st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=5, unique=True)


@tried(100)
@given(CLASS)
def test_nobody_ever_gets_the_work_of_another(pairs):
    """Each hands in under the name that the platform makes of theirs."""
    students = [
        Student(id=str(i), first_name=first, last_name=last)
        for i, (first, last) in enumerate(pairs)
    ]
    people = People(students)
    owner = {}
    for student in students:
        named = f"{student.first_name} {student.last_name}"
        cleaned = re.sub(r"[&<>\"`|':\\/]", "", named.replace("_", " "))
        owner[Person("moodle", cleaned, student.id)] = student.id
        sortable = f"{student.last_name}, {student.first_name}".lower()
        word = "".join(
            c for c in sortable if c == "_" or re.match(r"\w", c) or c in MARKS
        )
        owner[Person("canvas", word, f"9{student.id}")] = student.id
    for person, match in people.matches(set(owner)).items():
        assert match.student in ("", owner[person]), match
        assert match.student or match.why


MARKS = "\u0301ािُ"


@tried(100)
@given(CLASS, st.tuples(NAMES, NAMES))
def test_a_stranger_is_matched_only_by_a_spelling_of_the_same_name(pairs, stranger):
    people = People(
        Student(id=str(i), first_name=first, last_name=last)
        for i, (first, last) in enumerate(pairs)
    )
    person = Person("moodle", " ".join(stranger), "1")
    if student := people.matches([person])[person].student:
        first, last = pairs[int(student)]
        assert plain(" ".join(stranger)) in (
            plain(first + " " + last),
            plain(last + " " + first),
        )


def plain(name: str) -> str:
    """Said anew: no case, no apostrophe, no joiner, one space; every mark stays."""
    name = unicodedata.normalize("NFC", name).replace("_", " ")
    name = name.replace("'", "").replace("\u200d", "")
    return " ".join(name.lower().split())
