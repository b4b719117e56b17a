"""`gdgrader build`: reproducible, fresh, and nothing leaks into release/."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import arithmetic
import nbformat
import pytest
from typer.testing import CliRunner

from gdgrader.cli import app
from gdgrader.course import build as builder
from gdgrader.course import pages, public_checks
from gdgrader.course.edition import graded_cell

ROOT = Path(__file__).parents[2]
LESSONS = builder.lessons(ROOT)
TO_CLOSING = r"Next: [What you can do now](\1closing.ipynb)"


def copy_course(to: Path, *lessons: str) -> Path:
    """The course's source and editions: the pages, and some of the lessons."""
    for edition in ("source", "release", "notebooks"):
        (to / edition).mkdir(parents=True, exist_ok=True)
        for page in builder.make_pages(ROOT):
            path = ROOT / edition / f"{page}.ipynb"
            if path.exists():
                shutil.copy(path, to / edition)
    for lesson in lessons:
        for edition in ("source", "release"):
            shutil.copytree(ROOT / edition / lesson, to / edition / lesson)
        (to / "notebooks").mkdir(exist_ok=True)
        shutil.copy(ROOT / "notebooks" / f"{lesson}.ipynb", to / "notebooks")
    return to


def telling() -> set[str]:
    """The pages that tell of all lessons."""
    found = pages.pages(ROOT)
    texts = {p: (ROOT / "source" / f"{p}.ipynb").read_text("utf-8") for p in found}
    return {page for page in found if any(m in texts[page] for m in pages.MARKS)}


def gdgrader(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.output


def test_committed_editions_are_fresh():
    assert builder.stale(ROOT) == []


def test_check_lists_what_is_stale_and_how_to_mend_it(tmp_path):
    course = copy_course(tmp_path, LESSONS[0])
    shutil.copy(ROOT / "notebooks" / "checks.json", course / "notebooks")
    (course / "release" / LESSONS[0] / "checks.json").write_text("{}")
    (course / "notebooks" / f"{LESSONS[0]}.ipynb").unlink()
    status, words = gdgrader("build", "--check", "--root", str(course))
    assert status == 1
    assert f"release/{LESSONS[0]}/checks.json is not what source/ gives" in words
    assert f"notebooks/{LESSONS[0]}.ipynb is missing" in words
    assert "gdgrader build" in words


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """A course of the first lesson, its editions made here: last bits may be others."""
    course = copy_course(tmp_path_factory.mktemp("built"), LESSONS[0])
    for edition in ("release", "notebooks"):
        shutil.rmtree(course / edition)
    builder.build(course)
    return course


def test_two_builds_are_identical_and_keep_a_students_work(built, tmp_path):
    course = shutil.copytree(built, tmp_path / "course")
    first = {p: path.read_bytes() for p, path in builder._files(course).items()}
    release = course / "release" / LESSONS[0] / f"{LESSONS[0]}.ipynb"
    for path in builder._files(course).values():  # else what is alike stays as it is
        if "source" not in path.parts and path != release:
            path.unlink()
    worked = nbformat.read(release, as_version=4)
    next(c for c in worked.cells if c.cell_type == "code").execution_count = 1
    nbformat.write(worked, release)
    older = release.with_name(f"{LESSONS[0]}-before-reset-2.ipynb")
    older.write_bytes(b"of a student")
    builder.build(course)
    again = {p: path.read_bytes() for p, path in builder._files(course).items()}
    assert again == first
    kept = release.with_suffix(".mine.ipynb")
    assert nbformat.read(kept, as_version=4) == worked
    assert older.read_bytes() == b"of a student"
    assert builder.stale(course) == []


def test_a_lesson_that_is_called_otherwise_now_keeps_a_students_work(tmp_path):
    for folder, name in (("made", "05_a"), ("release", "04_a")):
        path = tmp_path / folder / name / f"{name}.ipynb"
        path.parent.mkdir(parents=True)
        cell = nbformat.v4.new_code_cell("1", id="one", execution_count=1)
        nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
        path.with_name("checks.json").write_text('{"exercises": {}}')
    worked = (tmp_path / "release/04_a/04_a.ipynb").read_bytes()
    builder._replace(tmp_path / "made", tmp_path / "release")
    old = tmp_path / "release" / "04_a"
    assert [path.name for path in old.iterdir()] == ["04_a.mine.ipynb"]
    assert (old / "04_a.mine.ipynb").read_bytes() == worked
    assert (tmp_path / "release" / "05_a" / "05_a.ipynb").exists()


def test_a_lesson_that_fails_leaves_the_editions_alone(tmp_path):
    course = copy_course(tmp_path, LESSONS[0])
    before = {p: p.read_bytes() for p in builder._files(course / "release").values()}
    path = course / "source" / LESSONS[0] / f"{LESSONS[0]}.ipynb"
    path.write_text("this is no notebook")
    status, words = gdgrader("build", "--root", str(course))
    assert status == 1
    assert f"{LESSONS[0]}.ipynb" in words and "not a notebook" in words
    after = {p: p.read_bytes() for p in builder._files(course / "release").values()}
    assert after == before


def test_a_rebuild_on_another_processor_changes_nothing(tmp_path, other_processor):
    """Of one lesson: what each of the first three shows there nbval compares in
    `test_arithmetic.py`, and below stand the tables of all."""
    course = copy_course(tmp_path, LESSONS[2])
    for path in builder._files(course).values():  # alone, it is the last
        onward = path.read_text(encoding="utf-8")
        onward = re.sub(r"Next: \[.*?\]\((\.\./)?.*?\)", TO_CLOSING, onward)
        path.write_text(onward, encoding="utf-8")
    build = ("-m", "gdgrader.cli", "build", "--root", str(course))
    run = arithmetic.run(other_processor, *build)
    assert run.returncode == 0, run.stdout + run.stderr
    changed = [line for line in run.stdout.splitlines() if line.startswith("wrote")]
    # The worked edition's tables and some pages tell of all lessons.
    assert {line.removeprefix(f"wrote {course}/") for line in changed} == {
        "notebooks/checks.json",
        "notebooks/solutions.json",
        *(f"release/{page}.ipynb" for page in telling()),
        *(f"notebooks/{page}.ipynb" for page in telling() - {pages.START}),
    }


# What may differ there: nbgrader copies the rest. Above the whole command runs.
TABLES = """
import json
from pathlib import Path
from gdgrader.course import build, public_checks, sameness
from gdgrader.exercises.reference import source_notebook

root = Path.cwd()
for lesson in build.lessons(root):
    path = source_notebook(lesson, root)
    made = public_checks.public_table(lesson, build._read(root, lesson), path)
    text = (root / "release" / lesson / "checks.json").read_text("utf-8")
    made = json.loads(public_checks.as_text(made))
    kept = public_checks.as_text(sameness.kept_table(made, json.loads(text)))
    print(lesson, "fresh" if kept == text else "stale")
"""


def test_another_processor_finds_the_tables_fresh(other_processor):
    run = arithmetic.run(other_processor, "-c", TABLES)
    assert run.stdout.splitlines() == [f"{lesson} fresh" for lesson in LESSONS]


def test_a_build_mends_what_differs_and_leaves_last_bits(built, tmp_path):
    course = shutil.copytree(built, tmp_path / "course")

    def times(factor: float, path: Path) -> bytes:
        """Multiply a table's first number, and give what the table was."""
        before = path.read_bytes()
        table = json.loads(before)
        exercise = table["exercises"]["gradient_descent"]
        value = next(iter(exercise["properties"].values()))["cases"][0]["expected"]
        value["value"] *= factor
        path.write_text(public_checks.as_text(table), encoding="utf-8")
        return before

    path = course / "release" / LESSONS[0] / "checks.json"
    times(1 + 1e-11, course / "notebooks" / "checks.json")
    fresh = times(1 + 1e-5, path)
    assert builder.stale(course) == [
        f"release/{LESSONS[0]}/checks.json is not what source/ gives"
    ]
    assert builder.build(course) == [path] and path.read_bytes() == fresh
    worked = course / "notebooks" / f"{LESSONS[0]}.ipynb"
    notebook = nbformat.read(worked, as_version=4)
    outputs = [o for cell in notebook.cells for o in cell.get("outputs", [])]
    shown = next(o for o in outputs if "text/plain" in o.get("data", {}))
    shown.data["text/plain"] += " more"
    nbformat.write(notebook, worked)
    times(1 + 1e-11, path)
    assert builder.stale(course) == []
    assert builder.stale(course, outputs=True) == [
        f"notebooks/{LESSONS[0]}.ipynb is not what source/ gives"
    ]


def test_what_a_cell_prints_in_pieces_is_one_output(tmp_path):
    """Else the moment at which a piece arrives would show in the worked edition."""
    code = "import time\nprint('a', flush=True)\ntime.sleep(0.5)\nprint('b')"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    builder._execute(notebook, tmp_path, "one")
    assert [output.text for output in notebook.cells[0].outputs] == ["a\nb\n"]


@pytest.mark.parametrize("says", ["needs your f: write it", "uses your f, which did"])
def test_a_demonstration_that_did_not_run_fails_the_build(says, tmp_path):
    """It ends in no error: a student is to read it calmly."""
    code = f"print('before')\nprint('This {says} …')"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    with pytest.raises(
        builder.BuildError, match=f"source/one: .* says\\nbefore\\nThis {says}"
    ):
        builder._execute(notebook, tmp_path, "one")


def test_a_folder_without_lessons_says_so(tmp_path):
    status, words = gdgrader("build", "--root", str(tmp_path))
    assert status == 1 and "no lesson" in words


@pytest.mark.parametrize("lesson", LESSONS)
def test_no_solution_reaches_the_students(lesson):
    folder = ROOT / "release" / lesson
    assert {p.name for p in folder.iterdir() if not p.name.startswith(".")} <= {
        f"{lesson}.ipynb",
        f"{lesson}.mine.ipynb",
        "checks.json",
        "handed_out.json",
    }
    released = (folder / f"{lesson}.ipynb").read_text(encoding="utf-8")
    assert not re.search("BEGIN (SOLUTION|HIDDEN|MARK)", released)
    source = nbformat.read(ROOT / "source" / lesson / f"{lesson}.ipynb", as_version=4)
    solutions = 0
    for cell in source.cells:
        for part in re.findall(
            r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", cell.source, re.DOTALL
        ):
            solutions += 1
            lines = [x.strip() for x in part.splitlines() if len(x.strip()) > 25]
            assert not [x for x in lines if json.dumps(x)[1:-1] in released]
    assert solutions >= 3


@pytest.mark.parametrize("lesson", LESSONS)
def test_source_has_no_outputs_and_unique_ids(lesson):
    cells = nbformat.read(
        ROOT / "source" / lesson / f"{lesson}.ipynb", as_version=4
    ).cells
    assert len({c.id for c in cells}) == len(cells)
    assert not any(c.get("outputs") or c.get("execution_count") for c in cells)


@pytest.mark.parametrize("lesson", LESSONS)
def test_worked_edition_has_counts_figures_alt_and_hidden_solutions(lesson):
    cells = nbformat.read(ROOT / "notebooks" / f"{lesson}.ipynb", as_version=4).cells
    code = [c for c in cells if c.cell_type == "code"]
    assert [c.execution_count for c in code] == list(range(1, len(code) + 1))
    outputs = [o for c in code for o in c.outputs]
    assert not [o for o in outputs if o.output_type == "error"]
    figures = [o for o in outputs if "image/png" in o.get("data", {})]
    assert figures
    assert all(len(o.metadata["image/png"]["alt"]) >= 30 for o in figures)
    source = nbformat.read(ROOT / "source" / lesson / f"{lesson}.ipynb", as_version=4)
    hidden = {
        c.id
        for c in source.cells
        if c.cell_type == "code" and c.metadata.get("nbgrader", {}).get("solution")
    }
    assert {c.id for c in code if c.metadata.get("jupyter")} == hidden


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_keeps_to_its_size(lesson):
    path = ROOT / "notebooks" / f"{lesson}.ipynb"
    cells = nbformat.read(path, as_version=4).cells
    sizes = sorted(len(c.source.splitlines()) for c in cells if c.cell_type == "code")
    assert sizes[len(sizes) // 2] <= 6 and sizes[-1] <= 20 and len(sizes) <= 30
    assert path.stat().st_size <= 400_000


@pytest.mark.parametrize("lesson", LESSONS)
def test_nbval_compares_every_cell(lesson):
    text = (ROOT / "notebooks" / f"{lesson}.ipynb").read_text(encoding="utf-8")
    assert "NBVAL_" not in text and "nbval-" not in text


def test_graded_cells_are_read_strictly():
    assert graded_cell('check(f, "e")').property_name is None
    for wrong in ("check(f)", 'check(f, "e", n)', 'check(f, "e"); x = 1', "f(1)"):
        with pytest.raises(ValueError, match="one line"):
            graded_cell(wrong)


def test_the_command_is_installed():
    words = subprocess.run(
        [sys.executable, "-m", "gdgrader.cli", "--help"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert words.returncode == 0
    assert "build" in words.stdout
