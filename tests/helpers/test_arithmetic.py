"""Three processors in one run: what must hold on each is run again as they compute.

Run again is whatever hangs on arithmetic and is cheap (`AGAIN`): the prose of lessons
01 to 03 and their cells as nbval compares them, what the later ones say apart from
their trainings, schedules, descents, training against torch's own loop, and for two
seeds the right solutions and known mistakes of every exercise (all their answers to the
public questions are compared by `test_build.py`). Not run again, and why:

- What grades, reports and draws: it compares texts, or within tolerances that the
  exercises argue; `test_build.py` rebuilds tables and lessons in both settings.
- The long trainings of the later lessons. They start from the same bits and count in
  float64; below, one run of each comparison is taken to its full length in all
  settings, and the source's network through two epochs. They end with the same
  accuracies, and with losses equal to more digits than any lesson prints.

A setting that asks for no more than this machine has anyway computes as it does: the
probe shows that, and the same is not computed twice.

The whole suite passes with either setting exported, too; that takes as long again.
"""

import functools
import json
import os
import re
from pathlib import Path

import arithmetic
import pytest

TESTS = Path(__file__).parents[1]
AGAIN = (
    *sorted(map(str, TESTS.glob("lessons/test_lesson_*.py"))),
    *sorted(map(str, TESTS.glob("exercises/test_exercises_*.py"))),
    *(
        str(TESTS / f"helpers/test_{n}.py")
        for n in ("schedules", "descent", "training")
    ),
)
NOTEBOOKS = ("01_single_step", "02_constant_learning_rate", "03_linear_regression")
TRAININGS = """
import hashlib, json, torch
from gdhelpers.data import small_mnist
from gdhelpers.many_runs import train_many
from gdhelpers.schedules import cosine
from gdhelpers.training import train

def said(run):
    accuracy = run.metrics["test_accuracy"].tolist()
    return {"loss": run.loss.tolist(), "accuracy": accuracy}

setting = dict(hidden=32, dtype=torch.float64, num_threads=1, progress=False)
race = train_many(
    {"high": 0.8, "cosine": cosine(0.4, 600)}, seeds=[3], epochs=10,
    data=small_mnist(n_val=4000), **setting)
steps = train_many(
    {"constant": 0.1}, seeds=[5], epochs=5, per="epoch",
    data=small_mnist(n_train=10_000, n_val=0), **setting)
print(json.dumps({
    "lesson 07, at the highest rate": said(race["high"][0]),
    "lesson 07, cosine": said(race["cosine"][0]),
    "lesson 05": said(steps["constant"][0]),
    "the source's network": said(train(
        0.1, epochs=2, loader_draws=True, dtype=torch.float64, num_threads=1)),
}))
"""


def test_a_setting_changes_the_arithmetic_where_it_can(probes, setting):
    native, other = probes[None], probes[setting]
    if arithmetic.why_alike(setting, native["capability"]):
        assert other == native
    else:
        assert other["capability"] != native["capability"]
        assert other != {**native, "capability": other["capability"]}
    assert other["product"] == pytest.approx(native["product"], rel=1e-5)


def test_why_a_setting_cannot_change_anything():
    assert "no more than AVX2" in arithmetic.why_alike("AVX2", "AVX2")
    assert "x86-64" in arithmetic.why_alike("AVX2", "NEON")
    assert arithmetic.why_alike("AVX2", "AVX512") is None
    assert arithmetic.why_alike("no fused multiply-add", "AVX2") is None


@pytest.fixture(scope="module")
def trained():
    """Runs of each kind, full length, in the settings asked for."""
    return functools.cache(
        lambda name: json.loads(arithmetic.run(name, "-c", TRAININGS).stdout)
    )


def test_long_trainings_end_alike(trained, other_processor):
    for kind, native in trained(None).items():
        run = trained(other_processor)[kind]
        assert run["accuracy"] == native["accuracy"], kind
        assert run["loss"] == pytest.approx(native["loss"], abs=1e-6), kind


def test_what_hangs_on_arithmetic_holds_there(other_processor, tmp_path):
    done = arithmetic.run(
        other_processor,
        *("-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider"),
        *("-p", "untrained", f"--basetemp={tmp_path / 'tests'}"),
        *AGAIN,
        *(f"notebooks/{name}.ipynb" for name in NOTEBOOKS),
        TRIAL_SEEDS="2",
        PYTHONPATH=os.pathsep.join(["tests/support", os.environ.get("PYTHONPATH", "")]),
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    outcomes = arithmetic.counted(done.stdout)
    assert outcomes["passed"] > 300
    # Nothing is left out but what trains for long, and that not in silence.
    assert outcomes.keys() <= {"passed", "skipped", "warnings", "warning"}
    told = re.findall(rf"SKIPPED \[(\d+)\].*{arithmetic.UNTRAINED}", done.stdout)
    assert outcomes["skipped"] == sum(map(int, told)) > 0
