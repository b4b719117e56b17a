"""A mistake made once does not follow the student: the notebook's inputs stay."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from exercise_checks import public_entry

from gdgrader.grading.judge import _answer
from gdhelpers import shared_inputs
from gdhelpers.cases import run_case
from gdhelpers.checks import CheckFailed, check, once_written
from gdhelpers.verdicts import cases_of, problem, rule

MAKES = "import torch\nstart = torch.tensor([-1.0, 1.0])  # as in the source\nstart"


@pytest.fixture
def notebook(monkeypatch):
    """The names of a notebook, and the cells that were run in it."""
    names = {
        "start": torch.tensor([-1.0, 1.0]),
        "metrics": [1.0, 0.7, 0.72],
        "noise": np.arange(3.0),
        "column": torch.arange(6.0).reshape(3, 2)[:, 1],
        "In": ["", MAKES, "metrics, other = [1.0, 0.7, 0.72], 0", "broken ="],
    }
    monkeypatch.setattr(shared_inputs, "_seen", {})
    monkeypatch.setattr(shared_inputs, "_shell", lambda: SimpleNamespace(user_ns=names))
    return names


def marks(names):
    names["start"].requires_grad_()


def writes(names):
    names["start"] -= 0.5


def descends(names):
    a = names["start"].requires_grad_()
    (a**2).sum().backward()
    with torch.no_grad():
        a -= 0.1 * a.grad


def becomes_a_result(names):
    w = torch.ones(2, requires_grad=True)
    names["start"] *= w  # no leaf any more


def empties(names):
    names["metrics"].clear()


def sorts(names):
    names["metrics"].sort()


def zeroes(names):
    names["noise"][:] = 0


def writes_into_a_part(names):
    names["column"].mul_(3)


SPOILS = {
    "column": [writes_into_a_part],
    "start": [marks, writes, descends, becomes_a_result],
    "metrics": [empties, sorts],
    "noise": [zeroes],
}
WAYS = [(name, spoil) for name, ways in SPOILS.items() for spoil in ways]


@pytest.mark.parametrize(("name", "spoil"), WAYS)
def test_a_demonstration_puts_back_what_it_spoilt(notebook, capsys, name, spoil):
    before, value = repr(notebook[name]), notebook[name]
    with once_written("fit"):
        spoil(notebook)
    assert notebook[name] is value and repr(value) == before
    assert getattr(value, "grad", None) is None
    said = capsys.readouterr().out
    assert said.startswith(f"Your fit changed `{name}`, which belongs to the notebook")
    with once_written("fit"):  # mended
        pass
    assert capsys.readouterr().out == ""


def test_it_is_put_back_where_the_function_fails_too(notebook, capsys):
    with once_written("fit"):
        notebook["start"].requires_grad_()
        notebook["start"] -= 1
    said = capsys.readouterr().out
    assert "is being used in an in-place operation" in said
    assert "Write `a = a - …`" in said and "changed `start`" in said
    assert not notebook["start"].requires_grad
    with pytest.raises(KeyError), once_written("fit"):  # and where it is not caught
        notebook["start"].mul_(2)
        raise KeyError
    assert notebook["start"].tolist() == [-1, 1]


@pytest.mark.parametrize(("name", "spoil"), WAYS)
def test_what_was_spoilt_elsewhere_is_named_with_its_cell(
    notebook, capsys, name, spoil
):
    with once_written("fit"):
        pass
    spoil(notebook)  # in a cell of the student's own
    spoilt = repr(notebook[name])
    with once_written("fit"):
        pass
    said = capsys.readouterr().out
    assert f"Mind that `{name}` was changed since it was made: run the cell" in said
    line = {"start": "with `start = torch.tensor([-1.0, 1.0])", "metrics": "metrics, "}
    assert line.get(name, "the cell that makes it again.") in said
    assert repr(notebook[name]) == spoilt  # it may have been meant
    value = notebook[name]  # the cell is run again
    notebook[name] = value.detach().clone() if torch.is_tensor(value) else value.copy()
    with once_written("fit"):
        pass
    assert capsys.readouterr().out == ""


def test_what_the_notebook_does_itself_is_left_alone(notebook, capsys):
    notebook["a"] = torch.ones(2, requires_grad=True)
    notebook["rates"], notebook["runs"] = [0.1], {"a": [1.0]}
    notebook["large"] = torch.zeros(shared_inputs.MOST + 1)
    with once_written("fit"):
        notebook["start"] = notebook["start"] * 2  # another tensor
        with torch.no_grad():
            notebook["a"] -= 0.5  # its own worked loop, marked from the beginning
        notebook["rates"].append(0.2)
        notebook["runs"]["a"] = [2.0]
        notebook["large"] += 1
        notebook["new"] = torch.zeros(3)
        notebook["new"] += 1
    assert capsys.readouterr().out == ""
    assert notebook["start"].tolist() == [-2, 2] and notebook["a"].tolist() == [0.5] * 2
    assert notebook["rates"] == [0.1, 0.2] and notebook["runs"] == {"a": [2.0]}
    assert notebook["large"][0] == 1


def table(tmp_path, name):
    entry = public_entry(name)
    text = json.dumps({"exercises": {name: entry}})
    (tmp_path / "checks.json").write_text(text)
    return entry


def test_a_check_says_it_where_the_function_uses_a_spoilt_input(
    notebook, capsys, tmp_path
):
    table(tmp_path, "mse")
    scope = {"start": notebook["start"]}
    exec("def mse(y_hat, y):\n    return ((y_hat - y) ** 2).mean() + start[0]", scope)

    def other(y_hat, y):
        return y_hat.sum()

    shared_inputs.remember()
    notebook["start"] += 3
    with pytest.raises(CheckFailed, match="Mind that `start` was changed"):
        check(scope["mse"], "mse", "vectors", tmp_path)
    with pytest.raises(CheckFailed) as failed:
        check(other, "mse", "vectors", tmp_path)
    assert "Mind" not in str(failed.value)


def fit_that_marks(x, y, learning_rate, num_steps, initial_a):
    a = initial_a.requires_grad_()
    losses = []
    for _ in range(num_steps):
        loss = ((x @ a - y) ** 2).mean()
        losses.append(loss.item())
        (gradient,) = torch.autograd.grad(loss, a)
        a = (a - learning_rate * gradient).detach().requires_grad_()
    return a.detach(), [*losses, ((x @ a - y) ** 2).mean().item()]


def mse_that_marks(y_hat, y):
    y.requires_grad_()
    return ((y_hat - y) ** 2).mean().detach()


def gradient_that_marks(x, y, a):
    (gradient,) = torch.autograd.grad(((x @ a.requires_grad_() - y) ** 2).mean(), a)
    return gradient


@pytest.mark.parametrize(
    ("exercise", "function", "name"),
    [
        ("fit", fit_that_marks, "initial_a"),
        ("mse", mse_that_marks, "y"),
        ("mse_gradient", gradient_that_marks, "a"),
    ],
)
def test_a_mark_is_no_fault_and_is_told_at_home_and_in_the_grader(
    exercise, function, name, tmp_path, capsys
):
    entry = table(tmp_path, exercise)
    answers = [run_case(function, case) for case in cases_of(entry, None)]
    graded = rule(entry, None, [_answer(answer) for answer in answers])
    assert graded.right and f"leaves `{name}` marked for autograd" in graded.hint
    assert f"`{name}.clone().requires_grad_()`" in graded.hint
    check(function, exercise, folder=tmp_path)
    assert " ".join(graded.hint.split()) in " ".join(capsys.readouterr().out.split())


def in_place(x, y, learning_rate, num_steps, initial_a):
    a = initial_a.clone().requires_grad_()
    for _ in range(num_steps):
        ((x @ a - y) ** 2).mean().backward()
        a -= learning_rate * a.grad
    return a, []


def one_graph(x, y, learning_rate, num_steps, initial_a):
    a = initial_a.clone().requires_grad_()
    loss = ((x @ a - y) ** 2).mean()
    for _ in range(num_steps):
        loss.backward()
    return a, []


def unmarked(x, y, learning_rate, num_steps, initial_a):
    ((x @ initial_a - y) ** 2).mean().backward()
    return initial_a, []


def through_numpy(x, y, learning_rate, num_steps, initial_a):
    return initial_a.clone().requires_grad_().numpy(), []


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (in_place, "`-=` writes into a tensor that autograd follows"),
        (one_graph, "compute it anew in each"),
        (unmarked, "Autograd follows nothing in what is differentiated"),
        (through_numpy, "take `.detach()` first"),
    ],
)
def test_torchs_words_are_put_into_the_lessons(function, says):
    entry = public_entry("fit")
    answers = [(run_case(function, case), case) for case in cases_of(entry, None)]
    raised = [(a, c) for a, c in answers if "error" in a]
    said = problem(*raised[0], entry["tolerance"])
    assert said.startswith("Your code raised RuntimeError") and says in said
