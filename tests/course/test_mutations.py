"""Changes of a text: what a mutation tester makes, and what the field adds."""

import pytest
from exercise_checks import ROOT, reference_of

from gdgrader.course.mutations import mutations
from gdgrader.course.slips import slips
from gdgrader.exercises import exercises
from gdgrader.exercises.reference import solution_text, source_notebook


def changes(body: str, head: str = "def f(a, b):") -> set[str]:
    lines = "".join(f"\n    {line}" for line in body.splitlines())
    return {m.change.partition(" → ")[2] for m in mutations(head + lines)}


@pytest.mark.parametrize(
    ("body", "made"),
    [
        ("return a < b", {"return a <= b", "return a >= b", "return a > b"}),
        ("return a == b", {"return a != b"}),
        ("return a - b", {"return a + b", "return b - a", "return a", "return b"}),
        ("return a // b", {"return a / b", "return a % b", "return b // a"}),
        ("return a + 3", {"return a + 4", "return a + 2", "return a + 6"}),
        ("return max(a, b)", {"return min(a, b)", "return a", "return b"}),
        ("return round(a)", {"return a", "return floor(a)"}),
        ("return a or b", {"return a", "return b", "return a and b"}),
        ("return a if b else 0", {"return a", "return 0", "return a if True else 0"}),
        ("return a, b", {"return (b, a)", "return a", "return (a,)"}),
        ("return a[1:]", {"return a[:]", "return a[2:]", "return a"}),
        ("return g(a, b)", {"return g(b, a)", "return g(a)", "return g(b)"}),
        ("return a.clone()", {"return a"}),
        ("a += b", {"a = b", "a -= b", "pass"}),
        ("a = a - b", {"a -= b", "a = a + b"}),
        ("for i in a:\n    b += i", {"b += i; break", "pass"}),
        ("if a:\n    b = 1", {"if True:", "if False:", "pass"}),
        ("for i in range(b):\n    a += i", {"for i in range(b - 1):"}),
        ("for i in range(b):\n    a += i", {"for i in range(1, b):"}),
    ],
)
def test_an_operator_s_changes(body, made):
    assert made <= changes(body)


def test_loops_end_at_caps():
    found = changes("while a:\n    a -= b")
    for cap in (5, 10, 20, 50, 100, 200):
        assert any(f"<= {cap} and a:" in change for change in found)


def test_no_text_comes_twice_and_all_are_python():
    text = "def f(a, b=2):\n    for i in range(a):\n        b = b * 2 - i\n    return b"
    texts = [m.text for m in mutations(text)]
    assert len(set(texts)) == len(texts) > 30 and text not in texts
    for made in texts:
        compile(made, "mutant", "exec")


def test_a_sign_that_plays_no_part_is_left_alone():
    assert "return (b - a) ** 2" not in changes("return (a - b) ** 2")
    assert "return (b - a) ** 3" in changes("return (a - b) ** 3")


def slips_of(name: str) -> list[str]:
    exercise = exercises()[name]
    path = source_notebook(exercise.lesson, ROOT)
    text = solution_text(path, exercise.function)
    return [m.change for m in slips(exercise, text, reference_of(exercise))]


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("step_lr", {"t = min(t, 100)", "gamma = round(gamma, 2)", "t = t - 1"}),
        ("step_lr", {"cached without step_size", "t, gamma = gamma, t"}),
        ("gradient_descent", {"initial_theta = max(initial_theta, -100.0)"}),
        ("simulate_plateau", {"metrics.clear()", "threshold = threshold or 0.0001"}),
        ("simulate_plateau", {"mode = 'min'", "metrics = [abs(m) for m in metrics]"}),
        ("mse_gradient", {"result = result.squeeze()", "a.mul_(2)"}),
        ("spot_the_bug", {"trace = {k: v[:1] for k, v in trace.items()}"}),
        ("fit", {"result = result[::-1]", "the second list grows"}),
        ("warmup_then", {"right = result; result = lambda t: right(min(t, 50))"}),
    ],
)
def test_the_field_s_slips(name, made):
    assert made <= set(slips_of(name))


def test_no_solution_cell_of_that_name():
    path = source_notebook("01_single_step", ROOT)
    with pytest.raises(ValueError, match="no solution cell defines nothing"):
        solution_text(path, "nothing")
