"""What every exercise must hold: right solutions pass, each mistake is named."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from gdgrader.exercises import exercises
from gdgrader.exercises.reference import load_reference, source_notebook
from gdhelpers.calls import run_case
from gdhelpers.verdicts import Verdict, cases_of, rule

ROOT = Path(__file__).parents[1]
SEEDS = [f"seed {i}" for i in range(10)]


def reference_of(exercise):
    names = load_reference(source_notebook(exercise.lesson, ROOT))
    return names[exercise.function]


def right_solutions(name: str) -> dict:
    """The functions of tests/solutions/<name>.py whose names start with right_."""
    path = ROOT / "tests" / "solutions" / f"{name}.py"
    spec = spec_from_file_location(f"solutions_{name}", path)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return {k: f for k, f in vars(module).items() if k.startswith("right_")}


def ruling(entry, property_name, function) -> Verdict:
    answers = [run_case(function, c) for c in cases_of(entry, property_name)]
    return rule(entry, property_name, answers)


def assert_right_solutions_pass(name: str) -> None:
    exercise, found = exercises()[name], right_solutions(name)
    assert len(found) >= 8
    for seed in SEEDS:
        entry = exercise.entry(reference_of(exercise), seed)
        for label, function in found.items():
            verdict = ruling(entry, None, function)
            assert verdict.right, f"{label}, {seed}: {verdict.message}"


def assert_mistakes_are_named(name: str) -> None:
    """On the whole exercise, and on every property where it fails."""
    exercise = exercises()[name]
    assert len(exercise.properties) >= 2 and len(exercise.mistakes) >= 6
    for seed in SEEDS:
        entry = exercise.entry(reference_of(exercise), seed)
        for mistake in exercise.mistakes:
            for asked in (None, *exercise.properties):
                verdict = ruling(entry, asked, mistake.function)
                told = f"{mistake.name} on {asked}, {seed}: {verdict}"
                if verdict.right:
                    assert asked is not None, told
                else:
                    assert verdict.mistake == mistake.name, told
                    assert mistake.hint in verdict.message, told
