"""Fixtures shared by the tests."""

import os
import shutil
import signal
from pathlib import Path

import arithmetic
import pytest
from hypothesis import settings

ROOT = Path(__file__).parents[1]
# The same examples at each run, so that nobody's change is refused for a lucky find;
# HYPOTHESIS_PROFILE=long looks for others.
settings.register_profile("suite", derandomize=True, deadline=None)
settings.register_profile("long", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))
# What a shell starts in the background ignores Ctrl-C, which some tests press.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
# The same long trainings are wanted by lessons, their tests and browsers.
os.environ.setdefault("GDHELPERS_REMEMBER", str(ROOT / ".pytest_cache" / "trainings"))


# The longest begin, so that no worker ends alone; but what grades the worst of
# submissions beside what does not, as they would take each other's time.
LONG = (
    "test_ordinary_user",
    "test_browser",
    "test_attacks.py",
    "test_arithmetic",
    "test_docs",
    "test_build",
    "test_explorers",
    "test_lesson_07",
    "test_lesson_09",
    "test_lesson_08",
    "test_exercises_08",
    "test_watchdog",
    "test_exercises_06",
    "test_class",
    "test_archives",
    "test_exercises_05",
    "test_demo",
    "test_load",
    "test_within_limits",
    "test_lesson_05",
    "test_lesson_06",
    "test_odd_submissions",
    "test_release",
    "test_screen_browser",
    "test_endings",
    "test_exercises_02",
    "test_verdicts",
    "test_relay",
    "test_seed_table",
    "test_judge",
    "test_killed",
    "test_runner",
    "test_exercises",
)
# Also left out of `make quick`: what grades a class, opens a sandbox, trains or draws.
SLOW = (
    *LONG,
    *("attacks/", "autograde/", "feedback/", "grading/", "lms/", "report/", "sandbox/"),
    *(
        "test_cheats",
        "test_choose",
        "test_cli",
        "test_contracts",
        "test_limited",
        "test_looking",
        "test_mutants",
    ),
    *("test_nbval", "test_strangers", "test_wheel", "test_words"),
    *("browser", "cluster", "notebooks/", "postgres", "test_explorers"),
    *("course/test_hints", "test_nbgrader", "test_release", "test_training"),
    *("gradebook/", "test_outputs", "test_paths", "test_timestamp"),
    *("test_only_locked_cells_can_be_skipped", "test_the_log_of_nbgrader"),
    *("test_as_code", "test_figure_words", "test_legible", "test_progress"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what takes long, and put the longest first."""
    for item in items:
        if any(name in item.nodeid for name in SLOW):
            item.add_marker(pytest.mark.slow)
    items.sort(
        key=lambda item: next(
            (i for i, name in enumerate(LONG) if name in item.nodeid), len(LONG)
        )
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    """File names that are no text, in what a test logged, must not stop a worker."""
    report = yield
    report.sections = [
        (name, said.encode(errors="backslashreplace").decode())
        for name, said in report.sections
    ]
    return report


@pytest.fixture
def release_copy(tmp_path: Path) -> Path:
    """A copy of the student edition, to work in."""
    return shutil.copytree(ROOT / "release", tmp_path / "release")


@pytest.fixture(scope="session")
def probes() -> dict[str | None, dict]:
    """What torch computes natively (None) and in each setting."""
    return {name: arithmetic.probe(name) for name in (None, *arithmetic.SETTINGS)}


@pytest.fixture(params=arithmetic.SETTINGS)
def setting(request: pytest.FixtureRequest) -> str:
    """The name of a setting in which torch computes as other processors do."""
    return request.param


@pytest.fixture
def other_processor(setting: str, probes: dict, record_property) -> str:
    """A setting that computes otherwise than this machine by itself."""
    if why := arithmetic.why_alike(setting, probes[None]["capability"]):
        record_property("alike", why)
        assert probes[setting] == probes[None]
        pytest.skip(f"computed already: {why}")
    return setting
