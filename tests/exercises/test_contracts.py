"""What else may come back than the very kind a docstring names, and what may not.

Each kind of a result is given back in other kinds by the right text of every exercise:
it is right, or refused with a sentence that says what to do.
"""

from collections import deque
from fractions import Fraction
from functools import partial

import numpy as np
import pytest
import torch
from exercise_checks import public_entry, ruling

from gdgrader.exercises import exercises

ANSWERS = {name: exercise.answer for name, exercise in exercises().items()}
FLOATS = (
    *("single_step_gradient_descent", "gradient_descent", "contraction_factor"),
    *("max_stable_lr", "max_stable_lr_for", "step_lr", "cosine_lr", "one_cycle_lr"),
    *("noise_floor", "max_stable_lr_momentum"),
    *("suggest_lr", "sharpness"),
    *("shrinkage", "wsd_lr"),
)
COUNTS, TEXTS = ("steps_to_tolerance",), ("spot_the_bug", "name_the_fault")
LISTS = ("simulate_plateau", "landing_rates", "range_test_rates")
LEADS = ("paired_interval",)
PAIRS = ("optimize_constant", "optimize_scheduled", "optimize_plateau")
TENSORS, FITS, FUNCTIONS = ("mse", "mse_gradient", "ema"), ("fit",), ("warmup_then",)
ADAMS = ("adamw_step",)
SPLITS = ("split_train_val",)
EPOCHS, STEPS, TRAININGS = ("epoch_batches",), ("momentum_step",), ("train_epoch",)


def test_every_exercise_is_of_one_kind():
    kinds = (FLOATS, COUNTS, LISTS, TEXTS, PAIRS, TENSORS, FITS, FUNCTIONS, SPLITS)
    kinds += (LEADS, EPOCHS, STEPS, TRAININGS, ADAMS)
    assert sorted(name for kind in kinds for name in kind) == sorted(ANSWERS)


class Rate:
    """A schedule as an object."""

    def __init__(self, lr):
        self.lr = lr

    def __call__(self, t):
        return self.lr(t)


def number(cast):
    return lambda n: n if n is None else cast(n)


def entries(cast):
    return lambda pair: tuple([cast(v) for v in part] for part in pair)


def both(cast):
    return lambda pair: tuple(cast(part) for part in pair)


def weights(cast):
    return lambda fitted: (cast(fitted[0]), fitted[1])


def losses(cast):
    return lambda fitted: (fitted[0], cast(fitted[1]))


def iterated(cast):
    return lambda batches: [cast(batch) for batch in batches]


def moved(cast):
    return lambda pair: (cast(pair[0]), cast(pair[1]))


def stepped(cast):
    """Cast θ and the averages, and leave the count."""
    return lambda result: (
        cast(result[0]),
        (result[1][0], *(cast(part) for part in result[1][1:])),
    )


def counted(cast):
    return lambda result: (result[0], (cast(result[1][0]), *result[1][1:]))


def rates(cast):
    return lambda schedule: lambda t: cast(schedule(t))


RIGHT = {
    FLOATS: [np.float64, np.array, Fraction, lambda n: int(n) if n == int(n) else n],
    COUNTS: [
        number(cast) for cast in (float, np.int64, np.float32, np.array, Fraction)
    ],
    LISTS: [tuple, np.array, lambda v: [np.float64(x) for x in v]],
    PAIRS: [
        list,
        both(tuple),
        both(np.array),
        np.array,
        entries(np.float64),
        entries(np.float32),
    ],
    LEADS: [list, both(np.float64), both(np.array), both(Fraction), np.array],
    TENSORS: [
        lambda v: v.float(),
        lambda v: v.detach(),
        lambda v: v.clone().requires_grad_(),
        torch.nn.Parameter,
    ],
    FITS: [
        list,
        weights(torch.Tensor.float),
        weights(torch.nn.Parameter),
        losses(tuple),
        losses(np.array),
        losses(lambda v: [np.float32(x) for x in v]),
    ],
    ADAMS: [
        list,
        lambda result: [result[0], list(result[1])],
        stepped(lambda v: v.clone().requires_grad_()),
        stepped(torch.nn.Parameter),
        counted(float),
        counted(np.int64),
    ],
    FUNCTIONS: [
        Rate,
        lambda lr: Rate(lr).__call__,
        lambda lr: partial(lambda a, t: lr(t), None),
        rates(np.float64),
        rates(Fraction),
    ],
    TEXTS: [np.str_],
    EPOCHS: [
        tuple,
        iterated(torch.Tensor.tolist),
        iterated(lambda batch: tuple(batch.tolist())),
        iterated(torch.Tensor.numpy),
        iterated(torch.Tensor.int),
        iterated(lambda batch: list(batch)),
    ],
    STEPS: [list, moved(lambda v: v.float() if torch.is_tensor(v) else np.float64(v))],
    TRAININGS: [
        list,
        both(tuple),
        both(np.array),
        entries(np.float64),
        entries(np.float32),
    ],
    SPLITS: [
        list,
        both(list),
        both(torch.Tensor.tolist),
        both(lambda part: tuple(part.tolist())),
        both(torch.Tensor.numpy),
        both(torch.Tensor.int),
        both(lambda part: part.numpy().astype("uint8")),
        both(lambda part: list(part.numpy())),
        both(lambda part: sorted(part.tolist())),
    ],
}
TEN = "should be a number, not"
ITEM, FLAT = "`.item()` gives it", "Each part should be a flat list, array or tensor"
REFUSED = {
    FLOATS: [
        (torch.tensor, ITEM),
        (lambda n: torch.tensor(n, requires_grad=True), ITEM),
        (lambda n: torch.tensor([n]), ITEM),
        (lambda n: np.array([n]), ITEM),
        (lambda n: [n], f"{TEN} a list or tuple"),
        (str, f"{TEN} a string"),
        (complex, f"{TEN} a complex"),
        (bool, f"{TEN} True or False"),
        (lambda n: lambda: n, "are the brackets `()` of a call missing?"),
        (lambda n: (v for v in [n]), f"{TEN} a generator"),
    ],
    COUNTS: [
        (number(torch.tensor), ITEM),
        (number(bool), f"{TEN} True or False"),
        (number(str), f"{TEN} a string"),
        (number(lambda n: [n]), f"{TEN} a list or tuple"),
        (number(lambda n: n + 0.5), "The result is"),
        (lambda n: float("nan") if n is None else n, "The result is nan, not None"),
        (lambda n: "None" if n is None else n, "The result is 'None', not None"),
    ],
    LISTS: [
        (torch.tensor, "`.tolist()` gives one"),
        (iter, "should be a list or tuple of"),
        (lambda v: (x for x in v), "`list(…)` makes one"),
        (deque, "`list(…)` makes one"),
        (lambda v: dict(enumerate(v)), "not a dict"),
        (lambda v: [torch.tensor(x) for x in v], ITEM),
        (lambda v: [[x] for x in v], f"{TEN} a list or tuple"),
        (lambda v: [str(x) for x in v], f"{TEN} a string"),
        (lambda v: [bool(x) for x in v], f"{TEN} True or False"),
    ],
    PAIRS: [
        (both(torch.tensor), "`.tolist()` gives one"),
        (both(iter), "should be a list or tuple of"),
        (both(deque), "`list(…)` makes one"),
        (entries(torch.tensor), ITEM),
        (entries(lambda v: torch.tensor(v, requires_grad=True)), ITEM),
        (lambda pair: pair[0], "should be 2 things"),
        (lambda pair: dict(zip(*pair, strict=True)), "should be 2 things"),
        (lambda pair: list(zip(*pair, strict=True)), "should be 2 things"),
    ],
    LEADS: [
        (both(torch.tensor), ITEM),
        (both(lambda n: [n]), f"{TEN} a list or tuple"),
        (both(str), f"{TEN} a string"),
        (lambda pair: pair[0], "not a number"),
        (lambda pair: {"lead": pair[0], "half": pair[1]}, "not a dict"),
        (iter, "should be a list or tuple of 2 entries"),
    ],
    ("mse",): [
        (torch.Tensor.tolist, "return the 0-d tensor itself, without `.item()`"),
        (torch.Tensor.numpy, "return the 0-d tensor itself, without `.item()`"),
    ],
    ("mse_gradient",): [
        (torch.Tensor.tolist, "should be a torch tensor, not a list or tuple"),
        (torch.Tensor.numpy, "`torch.as_tensor(…)` makes one"),
        (lambda v: v.log(), "The result is tensor("),
        (lambda v: v.log().numpy(), "`torch.as_tensor(…)` makes one"),
    ],
    TENSORS: [
        (lambda v: v.unsqueeze(0), "has shape (1,"),
        (lambda v: v > 9, "The result is tensor("),
        (lambda v: v.to(torch.complex128), "torch tensor, not a complex tensor"),
        (lambda v: [v], "should be a torch tensor, not a list or tuple"),
    ],
    FITS: [
        (weights(torch.Tensor.numpy), "`torch.as_tensor(…)` makes one"),
        (weights(torch.Tensor.tolist), "should be a torch tensor, not a list or tuple"),
        (weights(lambda a: a[:, None]), "has shape ("),
        (losses(torch.tensor), "`.tolist()` gives one"),
        (losses(lambda v: [torch.tensor(x) for x in v]), ITEM),
        (losses(iter), "should be a list or tuple of"),
        (lambda fitted: fitted[0], "should be 2 things"),
    ],
    ADAMS: [
        (stepped(torch.Tensor.tolist), "should be a torch tensor, not a list or tuple"),
        (stepped(torch.Tensor.numpy), "`torch.as_tensor(…)` makes one"),
        (stepped(lambda v: v.unsqueeze(0)), "has shape (1,"),
        (counted(torch.tensor), ITEM),
        (lambda result: result[0], "should be 2 things"),
        (lambda result: (result[0], *result[1]), "should be 2 things"),
        (lambda result: (result[0], result[1][1:]), "three parts"),
    ],
    FUNCTIONS: [
        (lambda lr: [lr(t) for t in range(300)], "should be a function of the step"),
        (lambda lr: lr(0), "should be a function of the step, not a number"),
        (lambda lr: (lr(t) for t in range(9)), "should be a function of the step, not"),
        (rates(torch.tensor), ITEM),
        (rates(lambda v: [v]), f"{TEN} a list or tuple"),
    ],
    TEXTS: [
        (str.title, "spell it just so"),
        (lambda text: None if text == "none" else text, 'the text "none", in quotes'),
        (lambda text: [text], "The result is ["),
        (str.encode, "The result is a bytes"),
    ],
    EPOCHS: [
        (iterated(torch.Tensor.double), "a flat tensor (or list) of whole numbers"),
        (iterated(lambda batch: batch[:, None]), "a flat tensor (or list) of whole"),
        (iterated(lambda batch: set(batch.tolist())), "a flat tensor (or list)"),
        (lambda batches: torch.cat(batches), "Cut it into batches"),
        (lambda batches: torch.cat(batches).tolist(), "Cut it into batches"),
        (iter, "Return a list of batches"),
    ],
    STEPS: [
        (lambda pair: pair[0], "should be a list or tuple of 2 entries"),
        (lambda pair: dict(enumerate(pair)), "should be a list or tuple of 2 entries"),
        (moved(lambda v: v.numpy() if torch.is_tensor(v) else v), "makes one"),
        (moved(lambda v: v.tolist() if torch.is_tensor(v) else v), "torch tensor"),
    ],
    TRAININGS: [
        (both(torch.tensor), "`.tolist()` gives one"),
        (both(iter), "should be a list or tuple of"),
        (entries(torch.tensor), ITEM),
        (lambda pair: pair[0], "should be 2 things"),
        (lambda pair: list(zip(*pair, strict=True)), "should be 2 things"),
    ],
    SPLITS: [
        (both(lambda part: set(part.tolist())), FLAT),
        (both(lambda part: part.double()), FLAT),
        (both(lambda part: part[:, None]), FLAT),
        (both(lambda part: part > 3), FLAT),
        (both(lambda part: iter(part.tolist())), FLAT),
        (lambda parts: parts[1], "Return a pair"),
        (lambda parts: torch.cat(parts), "Return a pair"),
        (lambda parts: dict(enumerate(parts)), "Return a pair"),
    ],
}


def cases(table):
    return [
        pytest.param(
            name, *(cast if isinstance(cast, tuple) else (cast,)), id=f"{name}-{i}"
        )
        for names, casts in table.items()
        for name in names
        for i, cast in enumerate(casts)
    ]


def verdict(name, cast):
    answer = ANSWERS[name]
    return ruling(public_entry(name), None, lambda *a, **k: cast(answer(*a, **k)))


@pytest.mark.parametrize(("name", "cast"), cases(RIGHT))
def test_another_kind_is_as_good(name, cast):
    found = verdict(name, cast)
    assert found.right, found.message


@pytest.mark.parametrize(("name", "cast", "said"), cases(REFUSED))
def test_another_kind_is_refused_in_a_sentence(name, cast, said):
    found = verdict(name, cast)
    assert not found.right
    assert said in found.hint
