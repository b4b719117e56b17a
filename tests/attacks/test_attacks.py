"""Every attack through the real pipeline, with honest neighbours in the same run."""

import re
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from course import FULL, LESSON
from nbgrader.api import Gradebook
from peaks import Peaks
from report_page import harmless, table

from gdgrader.feedback import within_limits
from gdgrader.report import page
from gdgrader.sandbox.limits import MB

from . import ATTACKS, FAMILIES
from .base import Attack
from .before import BEFORE
from .beside import BESIDE
from .pipeline import LIMITS, NEIGHBOURS, WORKERS, Graded
from .planted import HONEST, Scene, active

BY_NAME = {attack.name: attack for attack in ATTACKS}


@pytest.fixture(scope="module")
def scene(request, tmp_path_factory):
    """The attacks that are asked for, all unless some are named, graded in one run."""
    items = [item for item in request.session.items if item.path == request.path]
    wanted = _wanted(items) or ATTACKS
    graded = Graded(tmp_path_factory.mktemp("attacks"), wanted)
    yield graded
    graded.close()


def _wanted(items: list[pytest.Item]) -> list[Attack]:
    """The attacks of the tests that will run."""
    asked = [item.callspec.params for item in items if hasattr(item, "callspec")]
    names = {params.get("name") for params in asked}
    names |= {params["attack"].name for params in asked if "attack" in params}
    return [attack for attack in ATTACKS if attack.name in names]


def test_the_corpus_is_large_and_its_names_differ():
    assert len(BY_NAME) == len(ATTACKS) >= 100
    assert all(len(attacks) >= 6 for attacks in FAMILIES.values())
    assert BEFORE.keys() <= BY_NAME.keys()
    assert sum(bool(attack.before) for attack in ATTACKS) == len(BEFORE)


def test_sixty_were_seen_to_succeed_before():
    for kind in BESIDE:
        attacks, steps = kind.runs()
        assert [one.__name__ for one in attacks] == [
            one.__name__ for one in kind.attacks.values()
        ]
        assert steps == ["ours", "stock"]
    assert len(BEFORE) + sum(len(kind.attacks) for kind in BESIDE) >= 60


def test_the_threat_model_lists_those_of_other_tests():
    text = Path(__file__).parents[2].joinpath("docs/threat-model.md").read_text("utf-8")
    seen = len(BEFORE) + sum(len(kind.attacks) for kind in BESIDE)
    assert f"With the {len(BEFORE)} below" in text
    assert f"{seen} were seen to succeed" in text
    for kind in BESIDE:
        for row in kind.rows():
            assert f"\n{row}\n" in text


@pytest.mark.parametrize("name", BY_NAME)
def test_an_attack_gains_nothing(scene, name):
    attack, student = BY_NAME[name], scene.names[name]
    outcome = scene.outcomes[student]
    waits = outcome.status == "waiting for a person" and attack.state == "graded"
    assert outcome.status == attack.state or waits, outcome
    assert attack.reason in outcome.reason
    assert attack.says in " ".join(outcome.notes)
    if attack.state == "graded":
        assert outcome.score == attack.earns == scene.course.points(student)
    else:
        assert outcome.score is None
    assert not scene.won(student)
    said = " ".join((outcome.reason, *outcome.notes, str(scene.course.state(student))))
    seed = scene.planted["the seed"]
    assert scene.stolen(student, said.replace(f"seed='{seed}'", "")) == []


@pytest.fixture(scope="module")
def shown(scene):
    """The same with everybody's feedback made; what takes too much is told soon."""
    little = replace(within_limits.ALLOWED, seconds=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(within_limits, "ALLOWED", little)
        scene.make_feedback()
        yield scene


# nbgrader takes this name for a hidden folder, and makes no feedback.
UNSHOWN = ("a student named as a path",)
SHOWN = [a.name for a in ATTACKS if a.state == "graded" and a.name not in UNSHOWN]


@pytest.mark.parametrize("name", SHOWN)
def test_feedback_runs_nothing_of_the_students(shown, name):
    assert active(shown.page(shown.names[name])) <= shown.honest_page


def test_feedback_tells_no_secret(shown):
    told = {student: shown.stolen(student) for student in shown.names.values()}
    assert not any(told.values()), told


# What moves a cursor, or turns the reading direction around.
COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
PAGES = FAMILIES["Markup and scripts"] + FAMILIES["Who reads, and who waits"]


@pytest.mark.parametrize("attack", PAGES, ids=lambda a: a.name)
def test_formgrader_runs_nothing_of_the_students(shown, attack):
    student = shown.names[attack.name]
    form = shown.course.formgrader(student)
    assert active(form) <= shown.honest_form
    for text in (shown.page(student), form):
        assert not COMMANDS.search(text)


def test_the_report_has_everybody_and_runs_nothing(shown, tmp_path):
    path = tmp_path / "report.html"
    path.write_text(page(shown.results, True), encoding="utf-8")
    rows = table(harmless(path), "everyone", 0)
    assert len(rows) == len(shown.outcomes)
    assert not COMMANDS.search(path.read_text(encoding="utf-8"))


def test_the_honest_keep_full_marks(scene):
    honest = [name for name in scene.outcomes if "honest" in name]
    assert len(honest) >= len(scene.attacks) / NEIGHBOURS
    for student in honest:
        # Words of their own stand in the notebook, so a person looks at the answer.
        assert scene.course.scores(student) == FULL | {"words": None}
        (note,) = scene.course.notes(student).splitlines()
        assert "words stand elsewhere" in note


def test_the_gradebook_is_as_the_grader_left_it(scene):
    with Gradebook(scene.course.db_url) as book:
        assert book.find_student(HONEST).last_name == scene.planted["the gradebook"]
        assert {s.id for s in book.students} == set(scene.outcomes)
        for submission in book.assignment_submissions(LESSON):
            for notebook in submission.notebooks:
                assert all(g.manual_score is None for g in notebook.grades)


def test_nobody_was_called(scene):
    assert scene.calls == 0


def assert_little(peaks: dict[tuple[int, str], int]) -> None:
    most = max(peaks.values())
    assert 20 * MB < most < 600 * MB, sorted(peaks.items(), key=lambda x: x[1])


def test_no_process_of_the_graders_took_much_memory(shown, record_property):
    record_property("MB at most", max(shown.peaks.values()) // MB)
    workers = [name for _, name in shown.peaks if "multiprocessing" in name]
    assert len(workers) >= WORKERS
    assert_little(shown.peaks)


def test_no_process_is_left(scene):
    assert scene.alive == []
    assert scene.started == set()


def test_no_file_is_left(scene):
    assert scene.files == []
    kept = {p.name for p in scene.root.iterdir()}
    assert kept <= {
        *("source", "release", "submitted", "autograded", "feedback"),
        *("gradebook.db", "listener", "notebooks"),
    }


# The lookouts themselves: each sees what it is there to see. ------------------------


def test_the_listener_notes_every_kind_of_call(tmp_path):
    scene = Scene(tmp_path, {"limits": LIMITS})
    try:
        port = scene.listener.port
        socket.create_connection(("127.0.0.1", port)).close()
        socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", port))
        for address in (str(tmp_path / "listener"), f"\0{scene.mark}"):
            with socket.socket(socket.AF_UNIX) as one:
                one.connect(address)
    finally:
        scene.close()
    assert scene.listener.calls == 4


def test_the_lookouts_see_files_processes_and_secrets(tmp_path):
    scene = Scene(tmp_path, {"limits": LIMITS})
    child = subprocess.Popen(["cat"], env={"X": scene.mark}, stdin=-1, stdout=-1)
    try:
        # Linux tells of its environment once it runs, and not when it is said to begin.
        child.stdin.write(b"x\n")
        child.stdin.flush()
        assert child.stdout.readline() == b"x\n"
        assert [p.pid for p in scene.left_processes()] == [child.pid]
        left = tmp_path / "source" / f"{scene.mark}-left"
        left.touch()
        assert scene.left_files() == [left]
        out = tmp_path / "autograded" / "ann"
        out.mkdir(parents=True)
        for place, secret in scene.planted.items():
            (out / "x.txt").write_text(f"… {secret} …")
            assert scene.stolen("ann") == [place]
        assert not scene.won("ann")
        (out / "x.txt").write_text(f"… {scene.mark[::-1]} …")
        assert scene.won("ann")
    finally:
        child.kill()
        child.communicate()
        scene.close()


HOLD = "held = bytearray(b'x') * (650 << 20); "
GREEDY = {
    "a process": HOLD + "print(flush=True); input()",
    "one that has given it back": HOLD + "del held; print(flush=True); input()",
    "a process of a process": "import subprocess, sys; "
    f'subprocess.run([sys.executable, "-c", "{HOLD}print(flush=True); input()"])',
}


@pytest.mark.parametrize("name", [*GREEDY, "none"])
def test_a_process_that_takes_too_much_is_seen(name):
    watch = Peaks()
    code = GREEDY.get(name, "held = bytearray(b'x') * (30 << 20); print(); input()")
    command = [sys.executable, "-uc", code]
    with subprocess.Popen(command, stdin=-1, stdout=-1) as process:
        process.stdout.readline()
        watch.stop()
        process.stdin.close()
    if name == "none":
        assert_little(watch.bytes)
        return
    with pytest.raises(AssertionError):
        assert_little(watch.bytes)


@pytest.mark.parametrize(
    "markup",
    [
        "<script>1</script>",
        "<img src=x onerror=alert(1)>",
        "<a href='java\nscript:x'>",
        "<iframe src=x>",
        "<svg onload=x>",
        "<form action=x>",
        "<meta http-equiv=refresh content=x>",
        "<img src='http://127.0.0.1/x.png'>",
        "<img src='/\\127.0.0.1/x.png'>",
        "<img src='data:image/svg+xml,x'>",
        "<p style='/*mark01234567*/'>",
        "<a class='modal mark01234567'>",
        "<input id=x>",
        "<link rel=prefetch href=x>",
    ],
)
def test_active_markup_is_seen(markup):
    assert active(f"<p>{markup}</p>")
    assert not active(f"<p>{markup.replace('<', '&lt;')}</p>")


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md", "docs/threat-model.md"])
def test_the_documents_count_them(name):
    text = Path(__file__).parents[2].joinpath(name).read_text(encoding="utf-8")
    counted = re.findall(r"(\d+)\s+attacks", text)
    assert counted and set(counted) == {str(len(ATTACKS))}
