"""Staged help: what is told after how many failures, true of the lesson, no more."""

import json
import re
from pathlib import Path

import nbformat
import pytest

from gdgrader.course import staged_help
from gdgrader.exercises import exercises
from gdgrader.exercises.reference import load_reference, source_notebook
from gdhelpers import my_progress, stages, stuck
from gdhelpers.cases import run_case
from gdhelpers.checks import CheckFailed, check
from gdhelpers.stages import SWITCH
from gdhelpers.verdicts import cases_of, rule

ROOT = Path(__file__).parents[2]
EXERCISES = exercises()
BETWEEN = re.compile(r"### BEGIN SOLUTION\n.*?### END SOLUTION", re.DOTALL)
KNOWN = "\nStuck? "  # how the help begins, a line below all else


def folder_of(exercise):
    return ROOT / "release" / EXERCISES[exercise].lesson


def table(exercise):
    text = (folder_of(exercise) / "checks.json").read_text(encoding="utf-8")
    return json.loads(text)["exercises"][exercise]


def source(exercise):
    lesson = EXERCISES[exercise].lesson
    return nbformat.read(source_notebook(lesson, ROOT), as_version=4)


@pytest.fixture(autouse=True)
def anew(monkeypatch):
    monkeypatch.setattr(stuck, "_asked", {})
    monkeypatch.delenv(SWITCH, raising=False)
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)


@pytest.fixture
def switched_on(monkeypatch, tmp_path):
    """The worked solutions as `gdgrader build` writes them."""
    found = {name: staged_help.worked(x, source(name)) for name, x in EXERCISES.items()}
    path = tmp_path / "solutions.json"
    path.write_text(staged_help.as_text(found), encoding="utf-8")
    monkeypatch.setenv(SWITCH, str(path))
    return found


@pytest.fixture
def failed(monkeypatch):
    """Say how often an exercise has failed in a row."""

    def so_often(number):
        monkeypatch.setattr(my_progress, "failures", lambda *asked: number)

    return so_often


def said_of(function, exercise, property_name=None):
    with pytest.raises(CheckFailed) as error:
        check(function, exercise, property_name, folder_of(exercise))
    return str(error.value)


# What is written in the exercises' files ----------------------------------------------


@pytest.mark.parametrize("name", EXERCISES)
def test_the_passage_is_a_heading_above_the_exercise(name):
    exercise = EXERCISES[name]
    assert exercise.stages.passage in staged_help.headings_above(exercise, source(name))


@pytest.mark.parametrize("name", EXERCISES)
def test_the_first_line_is_how_the_worked_solution_goes(name):
    exercise = EXERCISES[name]
    lines = staged_help.worked(exercise, source(name))["solution"].splitlines()
    shape = exercise.stages.first_line.splitlines()
    assert "…" in exercise.stages.first_line or len(shape) < len(lines) - 1
    for one in shape:
        pattern = re.escape(one.strip()).replace("…", ".+")
        while lines and not re.fullmatch(pattern, lines[0].strip()):
            del lines[0]
        assert lines, f"{one!r} is in no line that is left of the solution"


@pytest.mark.parametrize("name", EXERCISES)
def test_the_worked_solution_is_right_and_has_its_reason(name):
    exercise, notebook = EXERCISES[name], source(name)
    made = staged_help.worked(exercise, notebook)
    assert re.fullmatch(r"[^.]+(\.\w[^.]*)*\.", made["why"])  # one sentence
    assert "SOLUTION" not in made["solution"] and '"""' not in made["solution"]
    names = dict(load_reference(source_notebook(exercise.lesson, ROOT)))
    exec(made["solution"], names)
    entry, function = table(name), names[exercise.function]
    answers = [run_case(function, case) for case in cases_of(entry, None)]
    assert rule(entry, None, answers).right  # `check` itself would watch the clock


def test_a_passage_that_is_not_there_is_named_when_the_course_is_built():
    path = source_notebook("03_linear_regression", ROOT)
    notebook = source("mse_gradient")
    for cell in notebook.cells:
        cell.source = cell.source.replace("## Your turn: the gradient", "## Slopes")
    with pytest.raises(ValueError, match="mse_gradient sends to 'Your turn: the gradi"):
        staged_help.told(EXERCISES["mse_gradient"], notebook, path)
    elsewhere = path.with_name("my_own_lesson.ipynb")
    told = staged_help.told(EXERCISES["mse_gradient"], notebook, elsewhere)
    assert "passage" not in told and told["first_line"]


def test_a_heading_below_the_exercise_is_no_passage_above_it():
    notebook = source("step_lr")
    above = staged_help.headings_above(EXERCISES["step_lr"], notebook)
    assert "The step schedule" in above
    assert "The bug gallery" not in above


# What is told when --------------------------------------------------------------------

WRONG = {
    "mse": lambda y_hat, y: (y_hat - y).mean(),
    "step_lr": lambda t, initial_lr, step_size, gamma: initial_lr,
    "landing_rates": lambda curvatures: [],
    "cosine_lr": lambda t, total_steps, max_lr, min_lr=0.0: max_lr / 0,
}


@pytest.mark.parametrize("name", WRONG)
def test_help_comes_after_two_four_and_six_failures(name, failed, switched_on):
    stages_of = EXERCISES[name].stages
    failed(1)
    first = said_of(WRONG[name], name)
    for number, parts in {
        1: 0,
        2: 1,
        3: 1,
        4: 2,
        5: 2,
        6: 3,
        60: 3,
    }.items():
        failed(number)
        said = said_of(WRONG[name], name)
        assert said.startswith(first)  # the hint on the mistake itself
        below = said.removeprefix(first)
        assert below.startswith("\n" + KNOWN) == (parts > 0)
        flat = " ".join(below.split())
        told = [
            f"“{stages_of.passage}”" in below,
            " ".join(stages_of.first_line.split()) in flat,
            " ".join(stages_of.why.split()) in flat,
        ]
        assert sum(told) == parts == sum(told[:parts])
        assert ("help_me(" in below) == (parts in (1, 2))
        solution = switched_on[name]["solution"].splitlines()[-1].strip()
        assert (solution in below) == (parts == 3)
        assert max(map(len, said.splitlines())) <= 100


def test_where_it_is_switched_off_no_solution_is_told(failed):
    failed(60)
    said = said_of(WRONG["mse"], "mse")
    assert "first_line" not in said and "return ((…) ** 2)…" in said
    assert "No worked solution is given out here" in said
    assert EXERCISES["mse"].stages.why not in " ".join(said.split())
    assert ".mean()" not in said.split("Stuck?")[1]


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"mse": 3}', b"\xff", None])
def test_a_file_of_solutions_that_is_none_switches_nothing_on(
    failed, tmp_path, monkeypatch, content
):
    path = tmp_path / "solutions.json"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv(SWITCH, str(path))
    failed(6)
    assert "No worked solution is given out here" in said_of(WRONG["mse"], "mse")


@pytest.mark.parametrize("run", ["validate", "autograde"])
def test_validate_and_grading_say_the_verdict_alone(
    failed, switched_on, monkeypatch, capsys, run
):
    failed(0)
    verdict = said_of(WRONG["mse"], "mse")
    monkeypatch.setenv("NBGRADER_EXECUTION", run)
    failed(60)
    assert said_of(WRONG["mse"], "mse") == verdict
    for _ in range(3):
        stuck.help_me("mse", folder_of("mse"))
    assert ".mean()" not in capsys.readouterr().out


def test_who_has_not_written_it_yet_is_not_called_stuck(failed):
    def stub(y_hat, y):
        raise NotImplementedError()

    failed(9)
    assert "Stuck" not in said_of(stub, "mse")
    assert "Stuck" not in said_of(3, "mse")
    assert "Stuck" not in said_of(WRONG["mse"], "mse", "no such property")


# help_me ------------------------------------------------------------------------------


def asked(name, capsys):
    stuck.help_me(name, folder_of(name))
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("failures", "times"), [(0, 3), (1, 3), (2, 2), (4, 1), (6, 1)]
)
@pytest.mark.parametrize("name", ["gradient_descent", "fit", "warmup_then"])
def test_help_me_says_one_thing_more_each_time(
    name, failures, times, failed, switched_on, capsys
):
    failed(failures)
    solution = "\n".join(
        f"    {line}" if line else ""
        for line in switched_on[name]["solution"].splitlines()
    )
    said = [asked(name, capsys) for _ in range(times)]
    assert all(EXERCISES[name].stages.passage in one for one in said)
    assert [solution in one for one in said] == [False] * (times - 1) + [True]
    assert asked(name, capsys) == said[-1]
    assert "help_me" not in said[-1]


def test_help_me_without_solutions_ends_with_whom_to_ask(failed, capsys):
    failed(0)
    said = [asked("fit", capsys) for _ in range(4)]
    assert 'reset("fit")' in said[2] == said[3] and 'reset("fit")' not in said[1]


def test_help_me_of_one_exercise_says_nothing_of_another(failed, switched_on, capsys):
    failed(0)
    for _ in range(3):
        asked("mse", capsys)
    assert "eigvalsh" not in asked("max_stable_lr_for", capsys)


def test_help_me_names_the_exercises_there_are(failed):
    with pytest.raises(CheckFailed, match="there are mse, mse_gradient"):
        stuck.help_me("mean_squared_error", folder_of("mse"))


def test_an_exercise_without_help_has_no_empty_words(failed, capsys):
    assert stages.text("mine", {}, stages.PASSAGE) == ""
    assert stages.after("mine", {}, 2) == ""
    assert "ask somebody" in stages.text("mine", {}, stages.SOLUTION)


# What students have -------------------------------------------------------------------


def test_the_tables_hold_the_first_two_stages_and_grow_little():
    more = 0
    for name, exercise in EXERCISES.items():
        told = table(name)["help"]
        wanted = {"passage", "first_line"}
        assert told == {k: getattr(exercise.stages, k) for k in wanted}
        more += len(json.dumps(told, ensure_ascii=False).encode())
    sizes = [p.stat().st_size for p in ROOT.glob("release/*/checks.json")]
    assert more < 0.01 * sum(sizes)


def test_no_line_of_a_solution_lies_in_what_students_have():
    """Long ones: `return theta` or `else:` stand anywhere."""
    places = [ROOT / "release", ROOT / "gdhelpers"]
    paths = [p for place in places for p in place.rglob("*") if p.is_file()]
    texts = {
        p: p.read_text(encoding="utf-8")
        for p in paths
        if p.suffix in {".ipynb", ".json", ".md", ".txt", ".html", ""}
    }
    assert len(texts) >= 18
    cells = [c for name in EXERCISES for c in source(name).cells]
    given = "\n".join(BETWEEN.sub("", cell.source) for cell in cells)
    assert not [p for p in paths if p.name == stages.SOLUTIONS]
    for name, exercise in EXERCISES.items():
        made, notebook = staged_help.worked(exercise, source(name)), source(name)
        own = BETWEEN.search(staged_help.answer_cell(exercise, notebook).source)[0]
        lines = [x.strip() for x in made["solution"].splitlines() if x in own]
        assert lines
        for line in [x for x in lines if len(x) > 25] + [made["why"]]:
            if line not in given:
                inside = json.dumps(line, ensure_ascii=False)[1:-1]
                assert [p for p, text in texts.items() if inside in text] == []
