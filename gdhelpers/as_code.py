"""A case as the code that a student can paste into the lesson and run."""

from __future__ import annotations

import math
from itertools import groupby

LONGEST = 2000  # characters of one argument; beyond, it is cut and says so
PARTS = {"$model": "model", "$optimizer": "optimizer", "$driven": "scheduler"}
RUN = 4  # equal entries in a row, or equal parts, from which on they are written once


def call(function: str, case: dict) -> str:
    """The call that a case asks for.

    >>> call("f", {"args": [1.5, 20], "kwargs": {"lr": float("inf")}})
    'f(1.5, 20, lr=float("inf"))'
    >>> call("f", {"args": [3], "at": [0, 1]})
    '[f(3)(t) for t in [0, 1]]'
    >>> call("f", {"args": [3], "twice": [4]})
    'f(3), f(4)'
    >>> call("f", {"args": [3], "twice": [[4], [5]]})
    '[f(n) for n in [3, 4, 5]]'
    """
    args, kwargs = case.get("args", []), case.get("kwargs", {})
    once = _call(function, args, kwargs)
    twice = case.get("twice")
    if twice is True:
        return f"{once}, {_again(function, args, kwargs) or once}"
    if twice and isinstance(twice[0], list):
        return _calls(function, [args, *twice], kwargs)
    if twice:
        return f"{once}, {_call(function, twice, kwargs)}"
    return f"[{once}(t) for t in {code(case['at'])}]" if "at" in case else once


def _call(function: str, args: list, kwargs: dict) -> str:
    said = [code(a) for a in args]
    # A part that later ones, or a second call, need is named where it is made.
    said = [
        f"{_part(a)} := {text}" if _part(a) else text
        for a, text in zip(args, said, strict=True)
    ]
    said += [
        f"{k}=({_part(v)} := {code(v)})" if _part(v) else f"{k}={code(v)}"
        for k, v in kwargs.items()
    ]
    return f"{function}({', '.join(said)})"


def _again(function: str, args: list, kwargs: dict) -> str:
    """The same call with the parts of a training that the first one named."""
    names = [_part(a) or code(a) for a in args]
    names += [f"{k}={_part(v) or code(v)}" for k, v in kwargs.items()]
    named = any(map(_part, [*args, *kwargs.values()]))
    return f"{function}({', '.join(names)})" if named else ""


def _part(value: object) -> str:
    """How a call names a part of a training; "" for what is none."""
    tags = set(value) & set(PARTS) if isinstance(value, dict) else set()
    return PARTS[tags.pop()] if tags else ""


def _calls(function: str, each: list[list], kwargs: dict) -> str:
    """Many calls that differ by one argument, or by several."""
    more = "".join(f", {k}={code(v)}" for k, v in kwargs.items())
    moving = [i for i, column in enumerate(zip(*each, strict=True)) if _differ(column)]
    if len(moving) != 1:
        tuples = ", ".join(f"({', '.join(map(code, args))},)" for args in each)
        return f"[{function}(*args{more}) for args in [{tuples}]]"
    (place,) = moving
    said = ["n" if i == place else code(a) for i, a in enumerate(each[0])]
    values = code([args[place] for args in each])
    return f"[{function}({', '.join(said)}{more}) for n in {values}]"


def _differ(column: tuple) -> bool:
    return any(value != column[0] for value in column)


def code(value: object) -> str:
    """A value as Python's code; of lists that repeat themselves once what they repeat.

    >>> code({"$tensor": [1.0, 2.5]})
    'torch.tensor([1, 2.5], dtype=torch.float64)'
    >>> code([0.1] * 9 + [float("nan")])
    '[0.1] * 9 + [float("nan")]'
    """
    said = _code(value)
    if len(said) <= LONGEST:
        return said
    begins = said[:LONGEST].rpartition(", ")[0]
    return f"{begins}, … (cut, no code: {len(said)} characters in all)"


def _code(value: object) -> str:
    if isinstance(value, dict):
        return _tagged(value)
    if isinstance(value, list):
        return _list(value)
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    if isinstance(value, float) and value.is_integer() and 0 < abs(value) < 1e15:
        return str(int(value))
    return "0" if value == 0 and str(value) == "0.0" else repr(value)


def _tagged(value: dict) -> str:
    if "$tensor" in value:
        return f"torch.tensor({_code(value['$tensor'])}, dtype=torch.float64)"
    if "$model" in value:
        return _model(value["$model"])
    if "$optimizer" in value:
        given = f"model.parameters(), {_keywords(value['kwargs'])}"
        return f"torch.optim.{value['$optimizer']}({given})"
    if "$driven" in value:
        return _scheduler(value["$driven"])
    if "$loss" in value:
        return f"torch.nn.functional.{value['$loss']}"
    if "$schedule" in value:
        return f"schedules.{value['$schedule']}({_keywords(value['kwargs'])})"
    if "$tensor_loss" in value:
        return f"tensor_losses.{value['$tensor_loss']}({_keywords(value['kwargs'])})"
    if "$scheduler" in value:
        return f"lambda optimizer: {_scheduler(value)}"
    return "{" + ", ".join(f"{_code(k)}: {_code(v)}" for k, v in value.items()) + "}"


def _model(state: dict) -> str:
    """A torch.nn.Linear with these numbers, in one expression."""
    outputs, inputs = len(state["weight"]), len(state["weight"][0])
    bias = "" if "bias" in state else "bias=False, "
    numbers = _code({k: {"$tensor": v} for k, v in state.items()})
    return (
        f"torch.nn.Linear({inputs}, {outputs}, {bias}dtype=torch.float64)"
        f".apply(lambda linear: linear.load_state_dict({numbers}))"
    )


def _scheduler(value: dict) -> str:
    kwargs = dict(value.get("kwargs", {}))
    parts = kwargs.pop("schedulers", None)
    said = ["optimizer"]
    if parts:  # of a sequence, on the same optimizer
        said.append(f"schedulers=[{', '.join(map(_scheduler, parts))}]")
    said += [_keywords(kwargs)] if kwargs else []
    return f"torch.optim.lr_scheduler.{value['$scheduler']}({', '.join(said)})"


def _keywords(kwargs: dict) -> str:
    return ", ".join(f"{k}={_code(v)}" for k, v in kwargs.items())


def _list(value: list) -> str:
    """The entries, those in a row once: [0.1] * 30 + [0.01] * 20; and equal parts."""
    entries = list(map(_code, value))
    for length in range(2, len(entries) // RUN + 1):
        times, rest = divmod(len(entries), length)
        if not rest and entries == entries[:length] * times and len(set(entries)) > 1:
            return f"[{', '.join(entries[:length])}] * {times}"
    pieces: list[tuple[list[str], int]] = []
    for said, same in groupby(entries):
        times = len(list(same))
        if times >= RUN:
            pieces.append(([said], times))
        elif pieces and pieces[-1][1] == 1:
            pieces[-1][0].extend([said] * times)
        else:
            pieces.append(([said] * times, 1))
    if not pieces:
        return "[]"
    return " + ".join(
        f"[{', '.join(said)}]{f' * {times}' if times > 1 else ''}"
        for said, times in pieces
    )
