"""`check`: each way to be wrong has its own clear words, and no traceback."""

import json
import math
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from gdgrader.exercises import exercises
from gdhelpers.checks import CheckFailed, check, once_written
from gdhelpers.schedules import one_cycle
from gdhelpers.torch_errors import meaning
from gdhelpers.verdicts import COLUMNS, Verdict

ROOT = Path(__file__).parents[2]
simulate_plateau = exercises()["simulate_plateau"].answer
spot_the_bug = exercises()["spot_the_bug"].answer
LESSON_1 = ROOT / "release" / "01_single_step"
LESSON_3 = ROOT / "release" / "03_linear_regression"
LESSON_5 = ROOT / "release" / "05_step_decay"
LESSON_6 = ROOT / "release" / "06_reduce_on_plateau"
LESSON_7 = ROOT / "release" / "07_cosine_one_cycle"


def flat(text: str) -> str:
    return " ".join(text.split())


def words(function, exercise, property_name=None, folder=LESSON_1) -> str:
    with pytest.raises(CheckFailed) as failed:
        check(function, exercise, property_name, folder)
    assert failed.value._render_traceback_() == str(failed.value).splitlines()
    return str(failed.value)


def test_right_is_one_calm_line(capsys):
    check(lambda t, lr: t - 2 * lr * t, "single_step_gradient_descent", None, LESSON_1)
    out = capsys.readouterr().out
    assert out.startswith("✓ single_step_gradient_descent") and out.count("\n") == 1


def test_known_mistake_names_call_answer_expectation_and_slip():
    text = words(lambda t, lr, n: t * (1 + 2 * lr) ** n, "gradient_descent")
    for part in ("gradient_descent(1, 0.2, 20)", "836.68", "3.656158e-05", "climb"):
        assert part in text


@pytest.mark.parametrize(
    ("function", "part"),
    [
        (lambda t, lr: None, "is a `return` missing?"),
        (lambda t, lr: str(t), "should be a number, not a string"),
        (lambda t, lr: [t], "should be a number, not a list"),
        (lambda t, lr: True, "should be a number, not True or False"),
        (lambda t, lr: torch.tensor(t), "is a tensor; return a plain number"),
        (lambda t, lr: (_ for _ in ()), "not a generator"),
        (lambda t, lr: t / 0, "Your code raised ZeroDivisionError"),
        (lambda t: t, "Your code raised TypeError"),
        (lambda t, lr: math.nan, "nan"),
        (lambda t, lr: t - 3 * lr * t, "The result is"),
    ],
)
def test_wrong_answers(function, part):
    assert part in words(function, "single_step_gradient_descent")


def test_not_written_yet():
    def stub(theta, learning_rate):
        raise NotImplementedError

    assert "Not written yet" in words(stub, "single_step_gradient_descent")


def test_the_line_that_raised_is_shown():
    scope = {}
    source = "def f(theta, learning_rate):\n    return theta / (theta - theta)\n"
    import linecache

    name = "/tmp/ipykernel_1/1.py"
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    exec(compile(source, name, "exec"), scope)
    text = words(scope["f"], "single_step_gradient_descent")
    assert "at the line `return theta / (theta - theta)`" in " ".join(text.split())


def test_lines_end_between_words_and_before_the_column_does():
    said = "theta " * 20
    text = words(lambda t, lr: said, "single_step_gradient_descent").splitlines()
    came_back = next(i for i, t in enumerate(text) if "came back" in t)
    assert max(map(len, text)) <= COLUMNS
    assert text[came_back + 1].startswith(" " * 13 + "theta")
    assert "theta " * 5 + "theta" in " ".join(" ".join(text).split())


def test_wrong_shape_and_type_of_tensors():
    text = words(lambda a, b: torch.zeros(7), "mse", None, LESSON_3)
    assert "has shape (7,); expected ()" in text
    text = words(lambda a, b: 1.5, "mse", None, LESSON_3)
    assert "should be a torch tensor, not a number" in text


def emptied(metrics, initial_lr, *how, **more):
    rates = simulate_plateau(list(metrics), initial_lr, *how, **more)
    metrics.clear()
    return rates


def sorted_in_place(metrics, *how, **more):
    rates = simulate_plateau(list(metrics), *how, **more)
    metrics.sort()
    return rates


def zeroed(y_hat, y):
    result = ((y_hat - y) ** 2).mean().clone()
    y_hat.zero_()
    return result


def target_doubled(y_hat, y):
    result = ((y_hat - y) ** 2).mean().clone()
    y.mul_(2)
    return result


def trace_cut(trace):
    name = spot_the_bug({k: list(v) for k, v in trace.items()})
    trace["used"][0].clear()
    return name


@pytest.mark.parametrize(
    ("function", "exercise", "folder", "name"),
    [
        (emptied, "simulate_plateau", LESSON_6, "metrics"),
        (sorted_in_place, "simulate_plateau", LESSON_6, "metrics"),
        (zeroed, "mse", LESSON_3, "y_hat"),
        (target_doubled, "mse", LESSON_3, "y"),
        (trace_cut, "spot_the_bug", LESSON_5, "trace"),
    ],
)
def test_what_belongs_to_the_caller_is_left_alone(function, exercise, folder, name):
    assert f"your function changes `{name}`" in flat(
        words(function, exercise, None, folder)
    )


def test_an_argument_without_a_name_is_counted():
    def spoiled(*given):
        result = ((given[0] - given[1]) ** 2).mean()
        given[1].zero_()
        return result

    assert "changes `argument 2`" in flat(words(spoiled, "mse", None, LESSON_3))


def test_table_missing_damaged_or_without_the_exercise(tmp_path):
    name = "single_step_gradient_descent"
    assert f"missing from {tmp_path}" in words(abs, name, None, tmp_path)
    for damaged in ("{", "[]", "{}", "\x00"):
        (tmp_path / "checks.json").write_text(damaged)
        assert "copy it anew" in words(abs, name, None, tmp_path)
    shutil.copy(LESSON_1 / "checks.json", tmp_path)
    assert "there are single_step" in words(abs, "no_such", None, tmp_path)
    assert "no property 'x' here" in words(abs, name, "x", tmp_path)


def test_not_a_function():
    assert "pass the function itself" in words(0.6, "single_step_gradient_descent")


def test_the_table_says_only_what_is_public():
    for path in (ROOT / "release").glob("*/checks.json"):
        table = json.loads(path.read_text(encoding="utf-8"))
        for entry in table["exercises"].values():
            assert set(entry) == {
                *("function", "tolerance", "mistakes", "properties", "help")
            }
            hints = {(m["name"], m["hint"]) for m in entry["mistakes"]}
            assert len({hint for _, hint in hints}) == len(hints) >= 6


def test_demonstrations_say_calmly_what_is_missing(capsys):
    with once_written("f"):
        raise NotImplementedError
    with once_written("not_there_at_all"):
        not_there_at_all()  # noqa: F821
    with once_written("f"):
        abs(None)
    out = capsys.readouterr().out
    assert out.count("\n") == 3
    assert "write it above" in out and "run the cell" in out and "Its check" in out
    with pytest.raises(KeyError), once_written("f"):
        raise KeyError("ours")


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ([], "rates, suggest and land: write them above"),
        (["rates"], "suggest and land: write them above"),
        (["rates", "land"], "suggest: write it above"),
    ],
)
def test_only_what_is_not_written_is_named(written, named, capsys):
    names = ("rates", "suggest", "land")
    there = {"once_written": once_written}
    for name in names:
        body = "return 1" if name in written else "raise NotImplementedError()"
        exec(f"def {name}(): {body}", there)
    exec(f"with once_written{names}: [rates(), land(), suggest()]", there)
    assert f"This needs your {named}" in " ".join(capsys.readouterr().out.split())


UNTOUCHED = """
def rates():
    raise NotImplementedError()

def suggest(listed):
    raise NotImplementedError()
"""


@pytest.mark.parametrize(
    ("own", "said"),
    [
        (UNTOUCHED, "This needs your rates and suggest: write them above, then run"),
        (
            UNTOUCHED + "def rates(): return []",
            "This needs your suggest: write it above",
        ),
    ],
)
def test_what_an_earlier_demonstration_would_have_made_is_not_there(own, said, capsys):
    there = {"once_written": once_written}
    exec(own, there)
    exec("with once_written('rates', 'suggest'): [suggest(listed) for _ in '1']", there)
    out = " ".join(capsys.readouterr().out.split())
    assert said in out and "those above it again" in out
    exec("def rates(): 0\ndef suggest(listed): 0", there)
    with pytest.raises(NameError):  # all is written: whose name is it?
        exec("with once_written('rates', 'suggest'): suggest(listed)", there)


def test_an_error_is_told_once():
    text = words(lambda t, lr: t / 0, "single_step_gradient_descent")
    assert "came back: nothing, it raised ZeroDivisionError\n" in text
    assert text.count("division by zero") == 1


def test_float32_is_named_where_it_shows():
    def one_cycle_lr(t, total_steps, max_lr, pct_start=0.3):
        return float(torch.tensor(one_cycle(max_lr, total_steps, pct_start)(t)))

    text = words(one_cycle_lr, "one_cycle_lr", None, LESSON_7)
    assert "right in 7 digits only" in text and "float64" in text
    came_back, wanted = re.search(r"The result is (\S+), not (\S+):", text).groups()
    assert came_back != wanted


def test_a_rate_in_float32_is_right_where_nothing_depends_on_more():
    def cosine_lr(t, total_steps, max_lr, min_lr=0.0):
        share = torch.tensor(min(t / total_steps, 1) * math.pi)
        return (min_lr + (max_lr - min_lr) * (1 + torch.cos(share)) / 2).item()

    check(cosine_lr, "cosine_lr", None, LESSON_7)


def test_a_place_in_a_nested_answer_is_written_as_an_index():
    def fit(x, y, learning_rate, num_steps, initial_a):
        return initial_a, [0.0] * (num_steps + 1)

    assert "`result[1][0]` is 0, not" in words(fit, "fit", None, LESSON_3)


def test_a_value_in_place_of_a_function_of_the_step():
    text = words(
        lambda schedule, n, start_factor=0.0: 0.5, "warmup_then", None, LESSON_7
    )
    assert "should be a function of the step, not a number" in text


def test_an_argument_that_was_changed_is_found_out():
    def fit(x, y, learning_rate, num_steps, initial_a):
        losses = [((x @ initial_a - y) ** 2).mean().item()]
        for _ in range(num_steps):
            initial_a -= learning_rate * 2 / len(y) * x.T @ (x @ initial_a - y)
            losses.append(((x @ initial_a - y) ** 2).mean().item())
        return initial_a, losses

    text = words(fit, "fit", "weights and losses", LESSON_3)
    assert "changes the tensor `initial_a`" in text


def test_a_trace_is_spelled_out():
    text = words(lambda trace: "none", "spot_the_bug", None, LESSON_5)
    assert "called:    spot_the_bug({'intended': [0.1, " in text


def test_answers_cut_short_show_where_they_differ():
    def never(metrics, initial_lr, mode="min", factor=0.1, patience=10, **others):
        return [initial_lr] * len(metrics)

    text = words(never, "simulate_plateau", "patience", LESSON_6)
    came_back, expected = (line.partition(": ")[2] for line in text.splitlines()[2:4])
    assert came_back.strip() == "[0.1, 0.1, …, at 10: 0.1, 0.1, 0.1 (13 entries)]"
    assert expected.strip() == "[0.1, 0.1, …, at 10: 0.1, 0.01, 0.01 (13 entries)]"


def test_torchs_own_errors_and_unbound_names_stay_calm(capsys):
    def unbound():
        del gone  # noqa: F821
        gone = 1  # noqa: F841

    with once_written("f"):
        torch.ones(2) @ torch.ones(3)
    with once_written("f"):
        unbound()
    assert capsys.readouterr().out.count("Its check says more") == 2


def test_a_cell_that_was_changed_and_not_run_is_thought_of(tmp_path):
    table = shutil.copy(LESSON_1 / "checks.json", tmp_path)

    def wrong(theta, learning_rate):
        return theta + learning_rate * 2 * theta

    def failed(function, asked=None):
        name, folder = "single_step_gradient_descent", Path(table).parent
        with pytest.raises(CheckFailed) as found:
            check(function, name, asked, folder=folder)
        return " ".join(str(found.value).split())

    again = "If you have changed its cell since, run that cell first"
    assert again not in failed(wrong)
    assert again in failed(wrong)
    assert again not in failed(wrong, "a positive start")  # another check of it
    assert again not in failed(lambda theta, learning_rate: 3.0)  # another one
    assert again not in failed(wrong)


def test_what_stands_below_a_very_long_call_comes_first():
    short = Verdict(
        False, "f", called="f(1)", came_back="2", expected="3", hint="Look."
    )
    assert short.message.splitlines()[-1] == "  Look."
    long = replace(short, called=f"f({', '.join(['1.5'] * 200)})")
    assert long.message.splitlines()[1] == "  Look."


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: torch.tensor(500, requires_grad=True), "write a point"),
        (lambda: math.log(0), "A logarithm needs a number above 0"),
        (lambda: math.log(-0.5), "A logarithm needs a number above 0"),
        (lambda: torch.rand(2) @ torch.rand(2).double(), "float32"),
        (lambda: torch.ones(1).sum().backward(), "`create_graph=True`"),
        (lambda: _twice(), "`retain_graph=True`"),
        (lambda: torch.zeros(2) + torch.ones(3), "`torch.zeros_like(…)`"),
        (lambda: _twice.step(), "call it, with ( )"),
    ],
)
def test_errors_that_say_little_are_explained(wrong, words):
    with pytest.raises((RuntimeError, ValueError, AttributeError)) as raised:
        wrong()
    assert words in meaning(str(raised.value))


def _twice():
    loss = torch.ones(1, requires_grad=True).exp().sum()
    loss.backward()
    loss.backward()
