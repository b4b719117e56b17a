"""What strangers put into the exchange, collected by the teacher: by us and by stock.

Each attack is seen to succeed with nbgrader's own step: what it does there stands
beside it.
"""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from course import LESSON, RIGHT, Course
from nbgrader.api import Gradebook

from gdgrader.lms import copying, exchange
from gdgrader.lms.copying import Bounds, Copy, opened

WHEN = "2026-03-02 08:00:00.000000 UTC"
LATER = "2026-03-02 09:00:00.000000 UTC"
SECRET = "the-teacher's-alone"
NOTEBOOK = f"{LESSON}.ipynb"
ME = os.getuid()
EVE, ANN = ME + 1, ME + 2  # of accounts that the tests make up


class Inbound:
    """A course, its exchange, and what lies where no student can read it."""

    def __init__(self, root: Path, ours: bool = True) -> None:
        self.course = Course(root / "course")
        self.inbound = root / "exchange" / "gd" / "inbound"
        self.inbound.mkdir(parents=True)
        (root / "exchange").chmod(0o777)
        (root / "course" / "notes.txt").write_text(SECRET)
        self.config = self.course.config
        self.config.Exchange.root = str(root / "exchange")
        self.config.CourseDirectory.course_id = "gd"
        if not ours:
            del self.config.ExchangeFactory
        self.right = nbformat.writes(self.course.answered(RIGHT)).encode()

    def hand_in(self, student: str, when: str = WHEN, content: bytes = b"") -> Path:
        """Put a whole submission in, as `nbgrader submit` does."""
        folder = self.inbound / f"{student}+{LESSON}+{when}+x1-_"
        folder.mkdir()
        (folder / NOTEBOOK).write_bytes(content or self.right)
        (folder / "timestamp.txt").write_text(when)
        (folder / "submission_secret.txt").write_text("word of " + student)
        folder.chmod(0o777)
        return folder

    def collect(self, update: bool = False, **options) -> dict:
        """The result, with the log."""
        self.config.ExchangeCollect.update(options)
        return self.course.api.collect(LESSON, update=update)

    def taken(self, student: str) -> Path:
        """Where collected work lies."""
        return self.course.root / "submitted" / student / LESSON

    def out(self) -> str:
        """All that was collected, by names and contents."""
        found = [
            f"{path}:{path.read_bytes().decode(errors='replace')}"
            for path in (self.course.root / "submitted").rglob("*")
            if path.is_file()
        ]
        return "\n".join(found)


@pytest.fixture
def place(tmp_path) -> Inbound:
    return Inbound(tmp_path)


# What a link leads to --------------------------------------------------------------


def secret_notebook(place: Inbound) -> Path:
    """Ann's, collected before, in which only the teacher can read."""
    work = place.taken("ann")
    if not work.exists():
        work.mkdir(parents=True)
        (work / NOTEBOOK).write_text(SECRET)
    return work / NOTEBOOK


def file_link(place: Inbound, folder: Path) -> None:
    (folder / "data.txt").symlink_to(place.course.root / "notes.txt")


def notebook_link(place: Inbound, folder: Path) -> None:
    (folder / NOTEBOOK).unlink()
    (folder / NOTEBOOK).symlink_to(secret_notebook(place))


def relative_link(place: Inbound, folder: Path) -> None:
    target = os.path.relpath(place.course.root / "notes.txt", folder)
    (folder / "data.txt").symlink_to(target)


def folder_link(place: Inbound, folder: Path) -> None:
    (folder / "data").symlink_to(secret_notebook(place).parent)


def source_link(place: Inbound, folder: Path) -> None:
    (place.course.root / "source" / "remarks.txt").write_text(SECRET)
    (folder / "all").symlink_to(place.course.root / "source")


def deep_link(place: Inbound, folder: Path) -> None:
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "a" / "b" / "c.txt").symlink_to(place.course.root / "notes.txt")


def chain_of_links(place: Inbound, folder: Path) -> None:
    (folder / "one").symlink_to(place.course.root / "notes.txt")
    (folder / "two").symlink_to("one")
    (folder / "one").rename(folder / ".hidden")
    (folder / "one").symlink_to(".hidden")


def hard_link(place: Inbound, folder: Path) -> None:
    """Where fs.protected_hardlinks is 0, anybody can make one."""
    os.link(place.course.root / "notes.txt", folder / "data.txt")


def hard_linked_notebook(place: Inbound, folder: Path) -> None:
    (folder / NOTEBOOK).unlink()
    os.link(secret_notebook(place), folder / NOTEBOOK)


def whole_link(place: Inbound, folder: Path) -> None:
    """What is handed in is itself a link, to a neighbour's work."""
    shutil.rmtree(folder)
    folder.symlink_to(secret_notebook(place).parent)


def whole_link_to_source(place: Inbound, folder: Path) -> None:
    shutil.rmtree(folder)
    source = place.course.root / "source" / LESSON
    (source / "remarks.txt").write_text(SECRET)
    folder.symlink_to(source)


def proc_link(place: Inbound, folder: Path) -> None:
    """A file that this process, the teacher's, has open."""
    number = os.open(place.course.root / "notes.txt", os.O_RDONLY)
    (folder / "data.txt").symlink_to(f"/proc/{os.getpid()}/fd/{number}")


LINKS = (
    *(file_link, notebook_link, relative_link, folder_link, source_link, deep_link),
    *(chain_of_links, hard_link, hard_linked_notebook, whole_link),
    *(whole_link_to_source, proc_link),
)


def _others(place: Inbound) -> str:
    """What was collected of all but ann, whose secret lies in `submitted/` already."""
    ann = str(place.taken("ann"))
    return "\n".join(x for x in place.out().split("\n") if not x.startswith(ann))


@pytest.mark.parametrize("attack", LINKS, ids=lambda a: a.__name__)
@pytest.mark.parametrize("ours", [True, False], ids=["ours", "stock"])
def test_what_a_link_leads_to_is_not_collected(attack, ours, tmp_path):
    place = Inbound(tmp_path, ours)
    attack(place, place.hand_in("eve"))
    place.hand_in("bob")
    done = place.collect()
    assert done["success"], done
    assert (SECRET in _others(place)) != ours
    assert (place.taken("bob") / NOTEBOOK).read_bytes() == place.right
    if ours:
        assert "link" in done["log"]
        found = [*place.taken("eve").rglob("*"), place.taken("eve")]
        assert not any(path.is_symlink() for path in found)


# What ends the collection for the class, or makes it wait --------------------------


def a_pipe(place: Inbound, folder: Path) -> None:
    os.mkfifo(folder / "pipe")


def a_pipe_for_a_notebook(place: Inbound, folder: Path) -> None:
    (folder / NOTEBOOK).unlink()
    os.mkfifo(folder / NOTEBOOK)


def a_socket(place: Inbound, folder: Path) -> None:
    here = Path.cwd()
    os.chdir(folder)  # the path of a socket is short
    with socket.socket(socket.AF_UNIX) as one:
        one.bind("socket")
    os.chdir(here)


def a_pipe_handed_in(place: Inbound, folder: Path) -> None:
    shutil.rmtree(folder)
    os.mkfifo(folder)


def a_file_handed_in(place: Inbound, folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("no folder")


def dangling(place: Inbound, folder: Path) -> None:
    shutil.rmtree(folder)
    folder.symlink_to("nowhere")


def a_dangling_file(place: Inbound, folder: Path) -> None:
    (folder / "data.txt").symlink_to("nowhere")


def a_loop(place: Inbound, folder: Path) -> None:
    (folder / "loop").symlink_to("loop")


def a_circle(place: Inbound, folder: Path) -> None:
    (folder / "again").symlink_to(folder)


def no_time(place: Inbound, folder: Path) -> None:
    folder.rename(place.inbound / f"eve+{LESSON}+soon+x")


def no_time_at_all(place: Inbound, folder: Path) -> None:
    folder.rename(place.inbound / f"eve+{LESSON}+")


def two_lessons(place: Inbound, folder: Path) -> None:
    folder.rename(place.inbound / f"eve+{LESSON}+{LESSON}+x+{LESSON}")


def an_endless_time(place: Inbound, folder: Path) -> None:
    folder.rename(place.inbound / f"eve+{LESSON}+{'9' * 200}+x")


def too_large(place: Inbound, folder: Path) -> None:
    with (folder / "heavy.bin").open("wb") as file:
        file.truncate(400_000_000)  # sparse: it takes no room on this disk


def too_much(place: Inbound, folder: Path) -> None:
    for number in range(3):
        with (folder / f"heavy-{number}.bin").open("wb") as file:
            file.truncate(50_000_000)


STOPPERS = (
    *(a_pipe, a_pipe_for_a_notebook, a_socket, a_pipe_handed_in, a_file_handed_in),
    *(dangling, a_dangling_file, a_loop, a_circle, no_time, no_time_at_all),
    *(two_lessons, an_endless_time, too_large, too_much),
)


@pytest.mark.parametrize("attack", STOPPERS, ids=lambda a: a.__name__)
@pytest.mark.parametrize("ours", [True, False], ids=["ours", "stock"])
def test_no_submission_ends_the_collection(attack, ours, tmp_path):
    place = Inbound(tmp_path, ours)
    attack(place, place.hand_in("eve"))
    for student in ("ann", "bob", "zoe"):
        place.hand_in(student)
    done = place.collect()
    assert done["success"] == ours, done
    if ours:
        for student in ("ann", "bob", "zoe"):
            assert (place.taken(student) / NOTEBOOK).read_bytes() == place.right
        assert "eve" in done["log"] and ("left out" in done["log"]) != (
            "Not collected" in done["log"]
        )


def test_what_is_left_out_is_said_but_not_without_end(place):
    folder = place.hand_in("eve")
    for number in range(1500):
        (folder / f"{number:04}").symlink_to("/etc/passwd")
    (folder / "\x1b[2J\u202e").symlink_to("/etc/passwd")
    log = place.collect()["log"]
    assert 10 < log.count("was left out: it is a link") < 50
    assert "980 more were left out" in log
    assert "\\x1b[2J" in log and "\x1b[2J" not in log and "\u202e" not in log
    assert (place.taken("eve") / NOTEBOOK).read_bytes() == place.right


def test_the_notebook_is_found_among_many_files(place, monkeypatch):
    folder = place.hand_in("ann")
    for number in range(60):
        (folder / f"{number:02}.csv").touch()
    monkeypatch.setattr(copying, "MOST", 40)
    assert "there are more than 40" in place.collect()["log"]
    assert len(list(place.taken("ann").iterdir())) == 42  # and nbgrader's own two
    assert (place.taken("ann") / NOTEBOOK).read_bytes() == place.right


# As nbgrader, else ----------------------------------------------------------------

BOTH = pytest.mark.parametrize("ours", [True, False], ids=["ours", "stock"])


@BOTH
def test_the_newest_is_taken_once_and_again_by_update(ours, tmp_path):
    place = Inbound(tmp_path, ours)
    place.hand_in("ann", WHEN, b"first")
    place.hand_in("ann", LATER, b"second")
    place.hand_in("a+b", WHEN, b"plus")
    collected = place.taken("ann") / NOTEBOOK
    assert "Collecting submission: ann tiny" in place.collect()["log"]
    assert collected.read_bytes() == b"second"
    assert (collected.parent / "timestamp.txt").read_text() == LATER
    secret = (collected.parent / "submission_secret.txt").read_text()
    assert secret == "word of ann"
    assert (place.taken("a+b") / NOTEBOOK).read_bytes() == b"plus"
    place.hand_in("ann", "2026-03-02 10:00:00.000000 UTC", b"third")
    assert "use --update to update: ann tiny" in place.collect()["log"]
    assert collected.read_bytes() == b"second"
    assert "Updating submission: ann tiny" in place.collect(update=True)["log"]
    assert collected.read_bytes() == b"third"
    assert "No newer submission" in place.collect(update=True)["log"]


@BOTH
def test_the_last_before_the_due_date(ours, tmp_path):
    place = Inbound(tmp_path, ours)
    with Gradebook(place.course.db_url) as book:
        book.update_or_create_assignment(LESSON, duedate="2026-03-02 08:30:00 UTC")
    place.hand_in("ann", WHEN, b"in time")
    place.hand_in("ann", LATER, b"late")
    place.hand_in("bob", LATER, b"only late")
    place.collect()
    assert (place.taken("ann") / NOTEBOOK).read_bytes() == b"late"
    place.collect(before_duedate=True)
    assert (place.taken("ann") / NOTEBOOK).read_bytes() == b"in time"
    assert (place.taken("bob") / NOTEBOOK).read_bytes() == b"only late"


@BOTH
def test_one_student_and_what_the_course_ignores(ours, tmp_path):
    place = Inbound(tmp_path, ours)
    folder = place.hand_in("ann")
    for name in ("a.pyc", "b.csv", ".ipynb_checkpoints/c", "data/d.csv", "data/e.exe"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(name)
    place.hand_in("bob")
    place.config.CourseDirectory.student_id = "ann"
    place.config.CourseDirectory.include = ["*.ipynb", "*.csv", "*.txt"]
    place.collect()
    assert not place.taken("bob").exists()
    taken = place.taken("ann")
    found = {str(p.relative_to(taken)) for p in taken.rglob("*") if p.is_file()}
    side = {"timestamp.txt", "submission_secret.txt"}
    assert found == {NOTEBOOK, "b.csv", "data/d.csv"} | side


@BOTH
def test_other_instructors_may_write_there(ours, tmp_path):
    place = Inbound(tmp_path, ours)
    (place.hand_in("ann") / "data").mkdir()
    place.config.CourseDirectory.groupshared = True
    place.collect()
    for path in (place.taken("ann"), *place.taken("ann").rglob("*")):
        needed = 0o2770 if path.is_dir() else 0o660
        assert path.stat().st_mode & needed == needed


@BOTH
def test_an_empty_exchange_and_none(ours, tmp_path):
    place = Inbound(tmp_path, ours)
    done = place.collect()
    assert done["success"] and "No submissions of 'tiny'" in done["log"]
    place.inbound.rmdir()
    assert not place.collect()["success"]


# Whose it is ----------------------------------------------------------------------


@pytest.fixture
def give(monkeypatch) -> Callable[[Path, int], None]:
    """Give a folder or file to a user: truly, where who runs the tests may."""
    owners: dict[int, int] = {}
    fstat = os.fstat

    def pretending(number: int):
        found = fstat(number)
        names = {name: getattr(found, name) for name in dir(found) if name[:3] == "st_"}
        return SimpleNamespace(**names | {"st_uid": owners.get(found.st_ino, EVE)})

    def change(path: Path, uid: int) -> None:
        for one in (path, *path.rglob("*")) if path.is_dir() else (path,):
            owners[one.stat().st_ino] = uid
            if ME == 0:
                os.chown(one, uid, -1)

    people = {"eve": EVE, "ann": ANN, "teacher": ME}
    byname = {n: SimpleNamespace(pw_name=n, pw_uid=uid) for n, uid in people.items()}
    byuid = {entry.pw_uid: entry for entry in byname.values()}
    fake = SimpleNamespace(getpwnam=byname.__getitem__, getpwuid=byuid.__getitem__)
    monkeypatch.setattr(exchange, "pwd", fake)
    if ME:
        monkeypatch.setattr(copying.os, "fstat", pretending)
    return change


def test_nobody_hands_in_under_the_name_of_another(place, give):
    give(place.hand_in("ann", WHEN, b"ann's own"), ANN)
    give(place.hand_in("ann", LATER, b"eve's"), EVE)
    give(place.hand_in("teacher", LATER, b"eve's"), EVE)
    give(place.hand_in("unknown", LATER, b"eve's"), EVE)
    log = place.collect()["log"]
    assert (place.taken("ann") / NOTEBOOK).read_bytes() == b"ann's own"
    assert not place.taken("teacher").exists()
    assert log.count("but by eve") == 2 and "cheating" in log
    # Whose account is called otherwise: nbgrader collects it, and so do we.
    assert (place.taken("unknown") / NOTEBOOK).exists()


def test_the_teacher_hands_in_for_others(place, give):
    give(place.hand_in("ann", WHEN, b"by mail"), ME)
    assert "cheating" in place.collect()["log"]
    assert (place.taken("ann") / NOTEBOOK).read_bytes() == b"by mail"


def test_where_accounts_tell_nothing(place, give):
    give(place.hand_in("ann", LATER, b"from a container"), EVE)
    log = place.collect(check_owner=False)["log"]
    assert (place.taken("ann") / NOTEBOOK).exists() and "cheating" not in log


def test_only_what_is_the_students_own_is_taken(place, give):
    folder = place.hand_in("ann")
    for name in ("teachers.txt", "eves.txt", "below/teachers.txt", "own.txt"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(name)
    give(folder, ANN)
    give(folder / "teachers.txt", ME)
    give(folder / "eves.txt", EVE)
    give(folder / "below", EVE)
    log = place.collect()["log"]
    names = {path.name for path in place.taken("ann").iterdir()}
    side = {"timestamp.txt", "submission_secret.txt"}
    assert names == {NOTEBOOK, "own.txt"} | side
    assert log.count("it belongs to somebody else") == 3


def test_an_exchange_in_which_all_can_move_all_is_named(place):
    root = place.inbound.parents[1]
    assert f"chmod +t {root}" in place.collect()["log"]
    root.chmod(0o1777)
    assert "chmod" not in place.collect()["log"]


# What is changed while it is copied -------------------------------------------------


@pytest.mark.parametrize("what", [NOTEBOOK, "data", f"eve+{LESSON}+{WHEN}+x1-_"])
def test_what_becomes_a_link_is_not_followed(what, place, monkeypatch):
    """It does so right before it is opened, after whatever was asked of its name."""
    folder = place.hand_in("eve")
    (folder / "data").mkdir()
    secret = secret_notebook(place)
    opens, swapped = os.open, []

    def swap_and_open(path, *arguments, **options):
        if path == what and not swapped:
            swapped.append(next(place.inbound.rglob(what)))
            swapped[0].rename(place.inbound / "away")
            swapped[0].symlink_to(secret if what == NOTEBOOK else secret.parent)
        return opens(path, *arguments, **options)

    monkeypatch.setattr(copying.os, "open", swap_and_open)
    log = place.collect()["log"]
    assert swapped and SECRET not in _others(place)
    assert "it is a link" in log


def test_what_becomes_a_pipe_is_not_waited_for(place, monkeypatch):
    folder, opens = place.hand_in("eve"), os.open

    def swap_and_open(path, *arguments, **options):
        if path == NOTEBOOK and not (folder / NOTEBOOK).is_fifo():
            a_pipe_for_a_notebook(place, folder)
        return opens(path, *arguments, **options)

    monkeypatch.setattr(copying.os, "open", swap_and_open)
    assert "no ordinary file" in place.collect()["log"]


def test_what_grows_is_left_out(tmp_path, monkeypatch):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "file").write_bytes(b"x" * 10)
    read = os.read

    def grow_and_read(number, most):
        with (tmp_path / "in" / "file").open("ab") as file:
            file.write(b"x" * 1000)
        return read(number, most)

    monkeypatch.setattr(copying.os, "read", grow_and_read)
    copy = Copy(ME, Bounds(100, 1000))
    with opened(str(tmp_path / "in"), folder=True) as number:
        copy.folder(number, tmp_path / "out")
    assert copy.left_out == [("file", "it is too large")]
    assert list((tmp_path / "out").iterdir()) == []


# What collected work says of itself ---------------------------------------------------

TIMES = {
    "none": b"",
    "no time": b"soon",
    "no text": b"\xff\xfe\x00",
    "another": b"1999-01-01 00:00:00 UTC",
    "endless": b"9" * 100_000,
}


@pytest.mark.parametrize("name", TIMES)
def test_the_time_is_that_of_the_folder(name, place):
    folder = place.hand_in("eve")
    (folder / "timestamp.txt").write_bytes(TIMES[name])
    place.collect()
    assert (place.taken("eve") / "timestamp.txt").read_text() == WHEN
    place.hand_in("ann")
    assert place.collect(update=True)["success"]
    assert place.taken("ann").exists()


@pytest.mark.parametrize("name", TIMES)
def test_work_from_elsewhere_does_not_end_an_update(name, place):
    """It was put into `submitted/` by hand, with a time of its own."""
    place.taken("eve").mkdir(parents=True)
    (place.taken("eve") / "timestamp.txt").write_bytes(TIMES[name])
    place.hand_in("eve")
    place.hand_in("ann")
    assert place.collect(update=True)["success"]
    assert place.taken("ann").exists()
    assert (place.taken("eve") / NOTEBOOK).exists()


def folder_for_a_file(folder: Path, name: str) -> None:
    (folder / name).unlink()
    (folder / name / "deep").mkdir(parents=True)


def missing(folder: Path, name: str) -> None:
    (folder / name).unlink()


def no_text(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"\xff")


def huge(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"x" * 1_000_000)


@pytest.mark.parametrize("name", ["timestamp.txt", "submission_secret.txt"])
@pytest.mark.parametrize("edit", [folder_for_a_file, missing, no_text, huge])
def test_nobody_keeps_feedback_from_the_others(edit, name, place):
    edit(place.hand_in("eve"), name)
    place.hand_in("zoe")
    place.hand_in("ann")
    place.collect()
    for student in ("ann", "eve", "zoe"):
        page = place.course.root / "feedback" / student / LESSON
        shutil.copytree(place.taken(student), page)
        (page / f"{LESSON}.html").write_text(student)
    done = place.course.api.release_feedback(LESSON)
    assert done["success"], done
    pages = place.inbound.with_name("feedback").iterdir()
    assert sorted(page.read_text() for page in pages) == ["ann", "eve", "zoe"]


def test_feedback_passes_over_what_came_another_way(place):
    for student in ("ann", "eve", "zoe"):
        page = place.course.root / "feedback" / student / LESSON
        if student == "eve":
            page.mkdir(parents=True)
        else:
            place.hand_in(student)
            place.collect()
            shutil.copytree(place.taken(student), page)
        (page / f"{LESSON}.html").write_text(student)
    done = place.course.api.release_feedback(LESSON)
    assert done["success"] and "eve" in done["log"]
    pages = place.inbound.with_name("feedback").iterdir()
    assert sorted(page.read_text() for page in pages) == ["ann", "zoe"]


def test_an_interrupted_copy_leaves_the_older_version(place, monkeypatch):
    place.hand_in("ann", WHEN, b"first")
    place.collect()
    place.hand_in("ann", LATER, b"second")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(copying, "_copied", full)
    assert not place.collect(update=True)["success"]
    assert (place.taken("ann") / NOTEBOOK).read_bytes() == b"first"
    assert [path.name for path in place.taken("ann").parent.iterdir()] == [LESSON]
