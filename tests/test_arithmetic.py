"""Three processors in one run: what must hold on each is run again as they compute.

Run again is whatever hangs on arithmetic and is cheap (`AGAIN`): the prose of the
lessons and the cells of the first three as nbval compares them, schedules, descents,
training against torch's own loop, right solutions. Not run again, and why:

- What grades, reports and draws: it compares texts, or within tolerances that the
  exercises argue; `test_build.py` rebuilds tables and lessons in both settings.
- Known mistakes: whether one is named hangs on tolerances of 1e-9 and wider.
- The long trainings of lessons 04 to 06 (marked `training`). They start from the same
  bits and count in float64; here a run of each kind is taken to its full length in all
  settings, and ends with the same accuracies and losses.

The whole suite passes with either setting exported, too; that takes as long again.
"""

import arithmetic
import pytest


@pytest.fixture(scope="module")
def probes():
    return {name: arithmetic.probe(name) for name in (None, *arithmetic.SETTINGS)}


@pytest.mark.parametrize("setting", arithmetic.SETTINGS)
def test_a_setting_changes_the_arithmetic_where_it_can(
    probes, setting, record_property
):
    native, other = probes[None], probes[setting]
    why = arithmetic.why_alike(setting, native["capability"])
    if why:
        record_property("alike", why)
        assert other["product"] == pytest.approx(native["product"], rel=1e-5)
    else:
        assert other["capability"] != native["capability"]
        assert other != {**native, "capability": other["capability"]}
    assert other["product"] == pytest.approx(native["product"], rel=1e-5)


def test_why_a_setting_cannot_change_anything():
    assert "no more than AVX2" in arithmetic.why_alike("AVX2", "AVX2")
    assert "x86-64" in arithmetic.why_alike("AVX2", "NEON")
    assert arithmetic.why_alike("AVX2", "AVX512") is None
    assert arithmetic.why_alike("no fused multiply-add", "AVX2") is None
