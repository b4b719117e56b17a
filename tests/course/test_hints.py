"""The table of hints: each wrong function is told what it did, or what came back."""

import json
import math
from functools import cache

import pytest
from exercise_checks import ROOT, public_entry
from typer.testing import CliRunner

from gdgrader.cli import app, console
from gdgrader.course import hints
from gdgrader.exercises import exercises
from gdhelpers.cases import run_case
from gdhelpers.checks import CheckFailed, check
from gdhelpers.verdicts import ANYWHERE, KEPT, answer_of, cases_of, rule, same

WRONG = ROOT / "tests" / "wrong"
NAMES = list(exercises())


def functions(name: str) -> dict:
    """Made anew each time, as some of them remember what they were asked."""
    return hints.wrong_functions(WRONG / f"{name}.py")


@cache
def told(name: str) -> dict[str, list[hints.Told]]:
    rows: dict[str, list[hints.Told]] = {}
    for row in hints.told(exercises()[name], public_entry(name), functions(name)):
        rows.setdefault(row.handed_in, []).append(row)
    return rows


def named(rows: list[hints.Told]) -> set[str]:
    return {row.mistake for row in rows if row.mistake}


@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_function_is_told_what_it_says(name):
    handed_in = functions(name)
    assert len(handed_in) >= 15
    for wrong, function in handed_in.items():
        assert function.__doc__.startswith(hints.TOLD), wrong
        assert wrong in told(name), f"{wrong} passes"
        assert (named(told(name)[wrong]) or {""}) <= hints.expected(function), wrong


@pytest.mark.parametrize("name", NAMES)
def test_what_is_named_is_known_and_its_hint_is_given(name):
    known = {m.name: m.hint for m in exercises()[name].mistakes}
    known |= {m["name"]: m["hint"] for m in ANYWHERE}
    for row in (row for rows in told(name).values() for row in rows):
        assert row.hint == known.get(row.mistake, row.hint) != ""


def test_three_of_five_plausible_functions_are_named():
    every = [rows for name in NAMES for rows in told(name).values()]
    assert len(every) > 350
    assert sum(bool(named(rows)) for rows in every) > 0.6 * len(every)


@pytest.mark.parametrize("name", NAMES)
def test_a_known_mistake_is_told_its_own_hint_or_one_that_is_true_of_it(name):
    exercise = exercises()[name]
    handed_in = hints.known_mistakes(exercise)
    rows = list(hints.told(exercise, public_entry(name), handed_in))
    may_be = {
        m.name: {m.name, *m.like, *([""] if m.untold else [])}
        for m in exercise.mistakes
    }
    for key in handed_in:
        mistake = key.partition(" #")[0]
        got = {row.mistake for row in rows if row.handed_in == key}
        assert got != {""} and got <= may_be[mistake], key


@pytest.mark.parametrize("name", NAMES)
def test_one_mistake_has_one_hint(name):
    pairs = {(m.name, m.hint) for m in exercises()[name].mistakes}
    assert len(pairs) == len(dict(pairs)) == len({hint for _, hint in pairs})
    for mistake, hint in pairs:
        assert hint.rstrip(")")[-1] in ".?…" and len(hint) < 200, mistake


def test_mutants_may_be_fed_in():
    """Any mapping of names to functions."""
    mutants = {
        "mutant 1": lambda theta, learning_rate: theta + learning_rate * 2 * theta,
        "mutant 2": lambda theta, learning_rate: theta - learning_rate * 3 * theta,
        "mutant 3": lambda theta, learning_rate: theta - learning_rate * 2 * theta,
    }
    name = "single_step_gradient_descent"
    rows = list(hints.told(exercises()[name], public_entry(name), mutants))
    assert rows[0].mistake == "sign flipped"
    assert {row.mistake for row in rows[1:]} == {""}
    assert {row.handed_in for row in rows} == {"mutant 1", "mutant 2"}


def test_command_prints_the_table(monkeypatch):
    monkeypatch.setattr(console, "width", 500)  # so that no line is broken
    command = ["hints", "01_single_step", "--root", str(ROOT)]
    ran = CliRunner().invoke(app, command)
    assert ran.exit_code == 0, ran.output
    for text in ("bracket too early", "this step climbs.", "not_kept", KEPT["name"]):
        assert text in " ".join(ran.output.split())
    ran = CliRunner().invoke(app, ["hints", "07_none", "--root", str(ROOT)])
    assert ran.exit_code == 1 and "07_none has no exercises" in ran.output


# At home and in the grader -----------------------------------------------------------


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A folder with the table that ships, made anew from `source/`."""
    from nbformat import read

    from gdgrader.course.public_checks import as_text, public_table

    folder = tmp_path_factory.mktemp("home")
    for path in sorted((ROOT / "source").glob("0*/*.ipynb")):
        (folder / path.stem).mkdir()
        table = as_text(public_table(path.stem, read(path, 4), path))
        (folder / path.stem / "checks.json").write_text(table, encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", NAMES)
def test_what_the_table_leaves_out_is_put_back(name, home):
    path = home / exercises()[name].lesson / "checks.json"
    short = json.loads(path.read_text(encoding="utf-8"))["exercises"][name]
    whole = public_entry(name)
    for asked in whole["properties"]:
        pairs = zip(cases_of(short, asked), cases_of(whole, asked), strict=True)
        for brief, case in pairs:
            for i, answer in enumerate(case["mistakes"]):
                assert same(answer_of(brief, i), answer, whole), (asked, i)


@pytest.mark.parametrize("name", NAMES)
def test_every_hint_can_be_had_at_home(name, home):
    """The shortened table must still know each mistake by its answers."""
    exercise = exercises()[name]
    path = home / exercise.lesson / "checks.json"
    entry = json.loads(path.read_text(encoding="utf-8"))["exercises"][name]
    handed_in = hints.known_mistakes(exercise) | {
        f"wrong: {key}": function for key, function in functions(name).items()
    }
    left = {m.name for m in exercise.mistakes}
    for function in handed_in.values():
        for asked in entry["properties"]:
            answers = [run_case(function, case) for case in cases_of(entry, asked)]
            left.discard(rule(entry, asked, answers).mistake)
        if not left:
            break
    assert not left


def test_a_part_of_a_step_is_told_to_round_up(home):
    """As people write it, without a care for what else the contract asks."""

    def by_logarithms(learning_rate, curvature, tolerance):
        factor = abs(1 - learning_rate * curvature)
        return math.log(tolerance) / math.log(factor) if 0 < factor < 1 else None

    name = "steps_to_tolerance"
    for asked in ("creeping down", "jumping across"):
        with pytest.raises(CheckFailed, match="there is no part of a step: round up"):
            check(by_logarithms, name, asked, home / exercises()[name].lesson)


@pytest.mark.parametrize("name", NAMES)
def test_check_at_home_says_the_same(name, home):
    """The table that ships is shortened and rounded; its hints are not."""
    exercise = exercises()[name]
    handed_in = functions(name)
    for wrong, rows in told(name).items():
        for row in rows:
            for asked in row.where:
                with pytest.raises(CheckFailed) as failed:
                    check(handed_in[wrong], name, asked, home / exercise.lesson)
                if row.mistake or "raised" not in row.hint:
                    assert plain(row.hint) in plain(str(failed.value)), wrong


def plain(text: str) -> str:
    return "".join(text.split())
