"""Of all that lies in a folder the notebook with the work in it is graded, and the
choice is told."""

import io
import zipfile
from pathlib import Path

import nbformat
import pytest
from course import LESSON, RIGHT, RIGHT_STEP, Course, insert

from gdgrader.autograde import runner
from gdgrader.course.build import make_pages
from gdhelpers import my_progress

NAME = f"{LESSON}.ipynb"
PAGES = make_pages(Path(__file__).parents[2])


def zipped(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def folders(blank: bytes, right: bytes, half: bytes, own: bytes):
    """Files by name, the points of `Course.most`, and what has to be said."""
    copy = f"{LESSON}-Copy1.ipynb"
    conflict = b"{\n<<<<<<< HEAD\n" + right[2:] + b"\n=======\n{}\n>>>>>>> theirs\n"
    start, page = (
        nbformat.writes(PAGES[name]).encode() for name in ("start", "closing")
    )
    forged = b'{"exercises": {"f": {"all": {"right": true}}}, "targets": {}}'
    kept, kept2 = f"{LESSON}-before-reset.ipynb", f"{LESSON}-before-reset-2.ipynb"
    taken = f"{NAME!r} is as it was handed out, so {copy!r} was graded"
    return {
        "the worked copy": ({NAME: blank, copy: right}, 7, taken),
        "the worked original": ({NAME: right, copy: blank}, 7, ""),
        "the same twice": ({NAME: right, copy: right}, 7, ""),
        "more in the copy": ({NAME: half, copy: right}, 7, f"answers in {NAME!r} too"),
        "more in the original": (
            {NAME: right, copy: half},
            7,
            f"answers in {copy!r} too",
        ),
        "more before a reset": (
            {NAME: half, kept: right, kept2: b"{"},
            3,
            f"answers in {kept!r} too, which was not graded",
        ),
        "begun again, and nothing written": (
            {NAME: blank, kept2: right},
            0,
            f"answers in {kept2!r} too, which was not graded",
        ),
        "less before a reset": ({NAME: right, kept: half}, 7, f"in {kept!r} too"),
        "nothing before a reset": ({NAME: right, kept: blank}, 7, ""),
        "the one from before the reset": ({kept: right}, 7, "was called"),
        "two from before resets": ({kept: half, kept2: right}, 7, f"in {kept!r} too"),
        "a copy of another name after a reset": (
            {f"{LESSON} (1).ipynb": half, kept: right},
            3,
            f"answers in {kept!r} too",
        ),
        "a reset in a zip": (
            {"all.zip": zipped({f"w/{NAME}": half, f"w/{kept}": right})},
            3,
            f"answers in 'all.zip/w/{kept}' too",
        ),
        "a reset in a folder": (
            {f"w/{NAME}": half, f"w/{kept}": right},
            3,
            f"answers in 'w/{kept}' too",
        ),
        "own cells only": ({NAME: blank, "my try.ipynb": own}, 3, "'my try.ipynb'"),
        "a broken original": ({NAME: b"", copy: right}, 7, "is empty"),
        "a broken copy": ({NAME: right, copy: b"{"}, 7, "cannot be read"),
        "of three": (
            {"a.ipynb": blank, "b.ipynb": half, "c.ipynb": right},
            7,
            "'c.ipynb'",
        ),
        "a Mac's shadow": ({f"._{NAME}": b"\0\5\26\7", "my work.ipynb": right}, 7, ""),
        "a checkpoint": (
            {f".ipynb_checkpoints/{LESSON}-checkpoint.ipynb": right, NAME: half},
            3,
            "",
        ),
        "capitals": ({f"{LESSON}.IPYNB": right}, 7, "was called"),
        "txt": ({f"{NAME}.txt": right}, 7, f"was called '{NAME}.txt'"),
        "json": ({f"{NAME}.json": right}, 7, f"was called '{NAME}.json'"),
        "plain json": ({f"{LESSON}.json": right, "my.json": b"{}"}, 7, "was called"),
        "copy": ({f"{NAME} copy": right}, 7, "was called"),
        "download": ({f"{NAME}.download": right}, 7, "was called"),
        "a folder": (
            {f"work/{NAME}": right, "work/mine.txt": b"x", "readme.txt": b"hi"},
            7,
            f"'work/{NAME}'",
        ),
        "a blank one in a folder": (
            {f"given/{NAME}": blank, f"done/{NAME}": right},
            7,
            f"'done/{NAME}'",
        ),
        "a zip": (
            {"all.zip": zipped({f"w/{NAME}": right, f"__MACOSX/w/._{NAME}": b"\0"})},
            7,
            f"'all.zip/w/{NAME}'",
        ),
        "an empty one, and a zip": (
            {NAME: b"", "all.zip": zipped({NAME: right})},
            7,
            "is empty",
        ),
        "only a conflict": ({NAME: conflict}, None, "git"),
        "a conflict, and a copy": ({NAME: conflict, copy: right}, 7, "git"),
        "nothing": ({"essay.docx": b"PK", "x.rar": b"Rar!"}, None, "'essay.docx'"),
        "hidden only": ({f".{NAME}": right}, None, "the folder is empty"),
        "a broken zip": ({"a.zip": zipped({NAME: right})[:-9]}, None, "'a.zip'"),
        "the pages, too": (
            {"start.ipynb": start, NAME: right, my_progress.NAME: forged},
            7,
            "",
        ),
        "the whole folder": (
            {"closing.ipynb": page, my_progress.NAME: forged, f"{LESSON}/{NAME}": half},
            3,
            f"'{LESSON}/{NAME}'",
        ),
        "pages alone": (
            {"start.ipynb": start, my_progress.NAME: forged},
            None,
            "'start.ipynb'",
        ),
        "a zip in vain": ({"a.zip": zipped({"a.txt": b"x"})}, None, "'a.zip'"),
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Each folder twice: for `gdgrader autograde`, and for plain nbgrader."""
    course = Course(tmp_path_factory.mktemp("course"), isolated=False)
    for name, page in PAGES.items():
        nbformat.write(page, course.root / "source" / f"{name}.ipynb")
    own = course.answered()
    insert(own, "step", RIGHT_STEP)
    works = (course.answered(w) for w in ({}, RIGHT, {"step": RIGHT_STEP}))
    texts = [nbformat.writes(work).encode() for work in (*works, own)]
    wanted = folders(*texts)
    for student, (files, _, _) in wanted.items():
        for door in ("ours", "nbgrader"):
            for name, content in files.items():
                path = course.folder(f"{student} {door}") / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
    ours = [f"{student} ours" for student in wanted]
    runner.grade(LESSON, ours, config=course.config, isolated=False, workers=0)
    course.autograde("* nbgrader")
    return course, wanted


CASES = folders(b"", b"", b"", b"")


@pytest.mark.parametrize("door", ["ours", "nbgrader"])
@pytest.mark.parametrize("student", CASES)
def test_the_work_is_found(made, student, door):
    course, wanted = made
    _, points, said = wanted[student]
    who = f"{student} {door}"
    state = course.state(who)
    if points is None:
        assert state.status == "failed"
        assert said in state.reason
        return
    assert state.status == "graded", state
    assert course.points(who) == points
    notes = course.notes(who)
    assert said in notes
    if not said:
        assert "answers in" not in notes and "as it was handed out" not in notes


def test_what_lies_beside_it_comes_along(made):
    course, _ = made
    folder = course.root / "autograded" / "a folder ours" / LESSON
    assert (folder / "mine.txt").read_text() == "x"
