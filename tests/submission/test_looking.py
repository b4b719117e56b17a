"""Whatever a folder holds, looking for the notebook in it ends, and takes little."""

import contextlib
import io
import os
import pickle
import resource
import socket
import subprocess
import sys
import zipfile

import nbformat
import pytest
from course import LESSON, Course
from nbformat.v4 import new_code_cell

from gdgrader.course.edition import instructors_version, marks
from gdgrader.grading.notebook import HARMLESS, prepared
from gdgrader.submission.choose import find_notebook
from gdgrader.submission.read import MB, Unreadable

NAME = f"{LESSON}.ipynb"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A course's edition, and a worked notebook as bytes."""
    course = Course(tmp_path_factory.mktemp("course"), isolated=False)
    source = course.root / "source" / LESSON / NAME
    edition = instructors_version(source, course.config)
    return edition, nbformat.writes(course.answered()).encode()


def growth(function) -> float:
    """By how many bytes a fork of this process, or a child of its, grew meanwhile.

    What the function raises fails the test, too.
    """
    reads, writes = os.pipe()
    if not os.fork():
        try:
            begin = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            function()
            kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
            most = max(resource.getrusage(kind).ru_maxrss for kind in kinds)
            os.write(writes, str((most - begin) * 1024).encode())
        except BaseException as error:
            os.write(writes, f"{type(error).__name__}: {error}".encode()[:60_000])
        finally:
            os._exit(0)
    os.close(writes)
    with os.fdopen(reads) as pipe:
        told = pipe.read()
    os.wait()
    assert told.isdigit(), told
    return float(told)


def with_socket(path):
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(os.path.relpath(path))  # a path of its kind is short


SPECIAL = {
    "a pipe": os.mkfifo,
    "a socket": with_socket,
    "a link to a device": lambda path: path.symlink_to("/dev/zero"),
    "a link to nothing": lambda path: path.symlink_to("gone"),
    "a link to itself": lambda path: path.symlink_to(path.name),
}


@pytest.mark.parametrize("beside", [True, False], ids=["and a notebook", "alone"])
@pytest.mark.parametrize("name", ["x", "a.json", f"{NAME}.txt", "b.zip", "in/x"])
@pytest.mark.parametrize("kind", SPECIAL)
def test_nothing_is_waited_for(made, tmp_path, monkeypatch, kind, name, beside):
    edition, content = made
    monkeypatch.chdir(tmp_path)
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    SPECIAL[kind](path)
    if beside:
        (tmp_path / NAME).write_bytes(content)
        assert find_notebook(tmp_path, LESSON, edition).content == content
    else:
        with pytest.raises(Unreadable, match="no notebook was handed in"):
            find_notebook(tmp_path, LESSON, edition)


def archive(members: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return made.getvalue()


def damaged(content: bytes) -> bytes:
    """A zip whose directory can be read, and nothing else."""
    at = content.index(b"PK\1\2")
    return bytes(at) + content[at:]


HEAVY = {
    "a long list of names": lambda nb: {
        "a.zip": archive({f"{i}.txt": b"" for i in range(20_000)} | {NAME: nb})
    },
    "much from little": lambda nb: {"a.zip": archive({NAME: bytes(60 * MB)})},
    "a damaged zip": lambda nb: {"a.zip": damaged(archive({NAME: nb}))},
    "half a zip": lambda nb: {"a.zip": archive({NAME: nb})[:-30]},
    "hundreds of notebooks": lambda nb: {f"{i}.ipynb": nb for i in range(400)},
    "large notebooks": lambda nb: {
        f"{i}.ipynb": nb[:-2] + b', "x": "' + bytes(20 * MB) + b'"}' for i in range(5)
    },
    "large files of JSON": lambda nb: {
        f"{i}.json": b"{" + b" " * (30 * MB) for i in range(5)
    },
}


@pytest.mark.parametrize("kind", HEAVY)
def test_it_takes_little(made, tmp_path, kind):
    edition, content = made
    for name, data in HEAVY[kind](content).items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / NAME).write_bytes(content)
    assert find_notebook(tmp_path, LESSON, edition).content == content
    (tmp_path / NAME).unlink()

    def look():
        with contextlib.suppress(Unreadable):
            find_notebook(tmp_path, LESSON, edition)

    assert growth(look) < 500 * MB


# In a new process: what this one has freed a child could use beyond its allowance.
LOOK = """
import pickle, sys
from pathlib import Path
from gdgrader.submission import choose
from gdgrader.submission.read import MB, Unreadable

choose.LOOKING = choose.Allowance(seconds=20, memory=1 * MB)
folder, lesson, edition = pickle.loads(sys.stdin.buffer.read())
try:
    found = choose.find_notebook(folder, lesson, edition)
except Unreadable as error:
    found = str(error)
sys.stdout.buffer.write(pickle.dumps(found))
"""


def looked(*arguments):
    """What a process that allows 1 MB finds, or the words with which it finds none."""
    done = subprocess.run(
        [sys.executable, "-c", LOOK],
        input=pickle.dumps(arguments),
        stdout=subprocess.PIPE,
        check=True,
    )
    return pickle.loads(done.stdout)


def test_where_looking_takes_too_much_the_one_of_the_right_name_is_taken(
    made, tmp_path
):
    edition, content = made
    for i in range(3):
        (tmp_path / f"{i}.ipynb").write_bytes(b" " * 40 * MB + content)
    why = "it took more than 1 MB of memory"
    assert looked(tmp_path, LESSON, edition) == f"looking for the notebook, {why}"
    (tmp_path / NAME).write_bytes(content)
    found = looked(tmp_path, LESSON, edition)
    assert found.content == content
    said = f"Of so many files only {NAME!r} was looked at: {why}."
    assert found.remarks == (said,)


def _put_right(content, edition):
    with contextlib.suppress(Unreadable):  # of so much, some Pythons know no end
        found = {cell.id for cell in prepared(content, edition, []).cells}
        assert found >= {c.id for c in edition.notebook.cells if marks(c)}


@pytest.mark.parametrize("text", ["a;", "1+", "f'{a}';", "[0,", "-", "lambda:"])
def test_a_text_that_takes_much_to_parse_is_no_danger(made, text):
    """It stands where it has to be parsed: a solution was lost, and may be in it."""
    edition, content = made
    for size in (HARMLESS // 2, 1 * MB):
        notebook = nbformat.reads(content.decode(), 4)
        del notebook.cells[1:]
        notebook.cells.append(new_code_cell(f"b = {text * (size // len(text))}1"))
        long = nbformat.writes(notebook).encode()
        assert growth(lambda long=long: _put_right(long, edition)) < 500 * MB


@pytest.mark.parametrize("name", ["other.ipynb", "x.json", "in/other.ipynb"])
def test_a_second_name_for_anothers_notebook_is_no_candidate(made, tmp_path, name):
    edition, content = made
    (tmp_path / "another's").write_bytes(content)
    folder = tmp_path / "handed in"
    (folder / name).parent.mkdir(parents=True)
    os.link(tmp_path / "another's", folder / name)
    with pytest.raises(Unreadable, match="no notebook was handed in"):
        find_notebook(folder, LESSON, edition)


@pytest.mark.parametrize("name", [f"._{NAME}", f".~{NAME}"])
def test_a_shadow_is_no_candidate(made, tmp_path, name):
    edition, content = made
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Unreadable, match="the folder is empty"):
        find_notebook(tmp_path, LESSON, edition)
