"""Mutants that people plausibly write: three of five are told what they did."""

import pytest
from exercise_checks import ROOT

from gdgrader.course.mutants import SOURCE, Mutant
from gdgrader.course.plausible import hinted, slip_of
from gdgrader.exercises import exercises

RIGHT = '''def f(a, b, n=3):
    """Doc."""
    total = 0
    for i in range(n):
        if i < b:
            total = total - min(a, i) / b
        step(a, b)
    return total
'''


@pytest.mark.parametrize(
    ("old", "new", "slip"),
    [
        ("range(n)", "range(n + 1)", "off by one"),
        ("range(n)", "range(1, n)", "off by one"),
        ("i < b", "i <= b", "off by one"),
        ("i < b", "i > b", "comparison turned"),
        ("total - min(a, i) / b", "total + min(a, i) / b", "sign turned"),
        ("min(a, i) / b", "b / min(a, i)", "turned round"),
        ("min(a, i) / b", "min(a, i) // b", "a floor left out or put in"),
        ("min(a, i)", "a", "a clamp left out"),
        ("step(a, b)", "step(b, a)", "arguments swapped"),
        ("step(a, b)", "pass", "a call left out"),
        ("return total", "total", "no return"),
        ("step(a, b)\n", "step(a, b)\n        break\n", "an early end"),
        ("total = total - min(a, i) / b", "total -= min(a, i) / b", "changed in place"),
        ("range(n)", "range(min(n, 20))", ""),
        ("total = 0", "total = 1", ""),
        ("min(a, i) / b", "min(a, i)", ""),
    ],
)
def test_a_slip_is_seen_in_the_text(old, new, slip):
    assert RIGHT.count(old) == 1
    assert slip_of(Mutant("f", SOURCE, "…", RIGHT.replace(old, new)), RIGHT) == slip


@pytest.mark.parametrize(
    ("change", "slip"),
    [
        ("n = n + 1", "off by one"),
        ("mode = 'min'", "argument ignored"),
        ("patience = patience or 10", "zero taken for none"),
        ("result = list(result[0])[1:], result[1]", "an entry lost"),
        ("cached without learning_rate", "state kept"),
        ("x.mul_(2)", "changed in place"),
        ("n = min(n, 20)", ""),
        ("rate = round(rate, 2)", ""),
        ("n = 2 * n", ""),
    ],
)
def test_a_slip_is_seen_in_a_line_around_it(change, slip):
    text = f"{RIGHT}\n\ndef g(a):\n    return f(a, 1)\n"
    assert slip_of(Mutant("f", SOURCE, change, text), RIGHT) == slip


@pytest.mark.slow
def test_three_of_five_plausible_mutants_are_named():
    """In a sample: the slow ones are those that run torch's optimizers."""
    told = [
        found
        for name, exercise in exercises().items()
        for found in hinted(exercise, ROOT, 0.1 if "optimize" in name else 0.3)
    ]
    assert len(told) > 80
    assert sum(found.named for found in told) >= 0.6 * len(told)
