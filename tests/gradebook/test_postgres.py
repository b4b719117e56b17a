"""Several graders at once on PostgreSQL, a real server; scores equal to SQLite's."""

import getpass
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from course import LESSON, RIGHT, STEP, Course
from grades import everything
from nbgrader.api import Gradebook, InvalidEntry
from nbgrader.apps import NbGraderAPI
from sqlalchemy import select, text

from gdgrader.autograde import runner
from gdgrader.config import load_config
from gdgrader.gradebook import states

WRONG = {**RIGHT, "step": STEP + "    return theta + learning_rate * 2 * theta"}
SEED = "the same for both"
CLASS = [f"s{number:02}" for number in range(8)]


def programs() -> Path:
    """Where the server's programs lie; tests/system-packages installs them."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found and shutil.which("initdb"):
        found = [Path(shutil.which("initdb"))]
    assert found, "PostgreSQL is missing: bash tests/system-packages"
    return found[-1].parent


def as_server(*command: str | Path) -> None:
    """Run one of its programs; it refuses root, so not as root."""
    who = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*who, *map(str, command)], capture_output=True, text=True, cwd="/tmp"
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of an empty database on loopback."""
    bin_ = programs()
    with tempfile.TemporaryDirectory(prefix="postgres-", dir="/tmp") as folder:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        user = "postgres" if os.geteuid() == 0 else getpass.getuser()
        data = Path(folder, "data")
        as_server(bin_ / "initdb", "-D", data, "-U", user, "-A", "trust", "-N")
        # Its own choice of a free port is not to be had, so the test's process id.
        port = 20000 + os.getpid() % 20000
        options = f"-c listen_addresses=127.0.0.1 -c fsync=off -p {port} -k {folder}"
        control = (bin_ / "pg_ctl", "-D", data, "-w")
        as_server(*control, "-o", options, "-l", Path(folder, "log"), "start")
        try:
            yield f"postgresql+psycopg2://{user}@127.0.0.1:{port}/postgres"
        finally:
            as_server(*control, "-m", "immediate", "stop")


def submit_class(course: Course) -> Course:
    for number, student in enumerate(CLASS):
        answers = [RIGHT, WRONG, {}, {**RIGHT, "words": "Fast."}][number % 4]
        handed = b"{" if number == 6 else course.answered(answers)
        course.submit(student, handed)
    return course


def command(course: Course, students: list[str]) -> subprocess.Popen:
    chosen = [word for student in students for word in ("--student", student)]
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "gdgrader.cli", "autograde", LESSON, *chosen),
            *("--workers", "1", "--no-sandbox", "--seed", SEED),
            *("--root", str(course.root)),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_two_graders_at_once_give_what_one_gives_on_sqlite(server, tmp_path):
    course = submit_class(Course(tmp_path / "postgres"))
    (course.root / "nbgrader_config.py").write_text(
        "from gdgrader.config import apply\n\n"
        "c = get_config()\n"
        "apply(c)\n"
        f"c.CourseDirectory.db_url = {server!r}\n"
    )
    config = load_config(course.root)
    assert NbGraderAPI(config=config).generate_assignment(LESSON, force=True)["success"]
    graders = [command(course, CLASS[:4]), command(course, CLASS[4:])]
    said = [grader.communicate(timeout=3600)[0] for grader in graders]
    # The second found a torn file, which is told by the exit status.
    assert [grader.returncode for grader in graders] == [0, 1], said
    alone = submit_class(Course(tmp_path / "sqlite"))
    runner.grade(
        LESSON, config=alone.config, isolated=False, workers=0, seed=SEED, progress=None
    )
    assert everything(course.root, server) == everything(alone.root, alone.db_url)
    with Gradebook(server) as book:
        assert len(book.assignment_submissions(LESSON)) == len(CLASS)
    again = runner.grade(LESSON, config=config, isolated=False, workers=0)
    found = Counter(outcome.status for outcome in again)
    assert found == {"unchanged": 7, "failed": 1}


@pytest.mark.parametrize("older", [False, True])
def test_two_graders_make_our_table_at_once(server, older):
    """The second waits for the first, then finds what it wanted to make."""
    with Gradebook(server, "tables") as first, Gradebook(server, "tables") as second:

        def make() -> None:
            states._have_table(second)
            second.db.commit()
            second.db.remove()  # a session is its thread's, and outlives no server

        states._states.drop(first.engine, checkfirst=True)
        if older:  # a version whose table had one column less made it
            states._states.create(first.engine)
            with first.engine.begin() as database:
                database.execute(text("ALTER TABLE gdgrader_state DROP COLUMN fault"))
        states._have_table(first)
        with ThreadPoolExecutor() as pool:
            made = pool.submit(make)
            waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
            with first.engine.connect() as watch:
                while not watch.execute(text(waiting)).scalar():
                    assert not made.done()
                    time.sleep(0.01)
            first.db.commit()
            made.result(timeout=3600)
        assert second.db.execute(select(states._states)).all() == []


def test_two_graders_meet_the_same_student(server):
    with Gradebook(server, "tables") as first, Gradebook(server, "tables") as second:
        tries = []

        def write() -> None:
            tries.append(1)
            if len(tries) == 1:  # the other is quicker, between our look and our word
                first.add_student("shared")
                second.add_student("shared")
            second.update_or_create_student("shared")

        states.retried(write)
        assert len(tries) == 2
        assert [s.id for s in second.students].count("shared") == 1


def test_what_stays_wrong_is_told():
    def wrong() -> None:
        raise InvalidEntry("no such thing")

    with pytest.raises(InvalidEntry, match="no such thing"):
        states.retried(wrong)


def test_an_id_that_does_not_fit_stops_nobody_else(server, tmp_path):
    course = Course(tmp_path, isolated=False)
    course.config.CourseDirectory.db_url = server
    names = ["ann", "l" * 140, "zoe"]
    for name in names:
        course.submit(name, course.answered(RIGHT))
    outcomes = runner.grade(LESSON, config=course.config, isolated=False, workers=0)
    found = {o.student: (o.status, o.score) for o in outcomes}
    assert found == {
        "ann": ("graded", 7.0),
        "l" * 140: ("failed", None),
        "zoe": ("graded", 7.0),
    }
    reason = outcomes[1].reason
    assert "the gradebook does not take it" in reason and "too long" in reason
