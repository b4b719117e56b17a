"""Call a student's function on plain inputs and bring back plain answers.

Inputs and answers are JSON, so that they can cross from one process to another.
What JSON cannot say is spelled as a tagged dictionary:

    {"$tensor": [[1.0, 2.0]]}                      a float64 tensor
    {"$scheduler": "StepLR", "kwargs": {...}}      optimizer -> torch scheduler
    {"$schedule": "cosine", "kwargs": {...}}       gdhelpers.schedules.cosine(...)
    {"$model": {"weight": …, "bias": …}}           a torch.nn.Linear with these
    {"$optimizer": "SGD", "kwargs": {...}}         a torch optimizer of that model
    {"$driven": {"$scheduler": …}}                 a torch scheduler of that optimizer
    {"$loss": "mse_loss"}                          torch.nn.functional.mse_loss
    {"$tensor_loss": "bowl", "kwargs": {...}}      gdhelpers.tensor_losses.bowl(...)

An answer is one of

    {"value": …}                                   what came back
    {"missing": true}                              it is not written yet
    {"missing": "mse"}                             it calls `mse`, which is not
    {"error": "TypeError: …", "line": "…"}         the student's code raised

A value comes with {"changed": "metrics"} where the function changed what it was given,
with {"marked": "a"} where it left that tensor to be followed by autograd, and with
{"tuple": true} where its list was a tuple.
A value that is not plain is tagged too: {"$tensor": …, "shape": […]},
{"$array": …, "shape": […]}, {"$other": "generator"}.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import linecache
import sysconfig
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral, Real
from typing import TextIO

MAX_ITEMS = 100_000
UNCHANGING = bool | int | float | str  # no function can change one that it is given
TRAINED = {"$model", "$optimizer", "$driven"}
LIBRARIES = tuple(
    sysconfig.get_path(kind) for kind in ("stdlib", "platstdlib", "purelib", "platlib")
)


def run_case(function: Callable, case: dict, ear: TextIO | None = None) -> dict:
    """Call `function` as `case` says and return the answer, never an exception.

    Args:
        ear: gets what the function prints; unless given nobody hears it.
        case: {"args": […], "kwargs": {…}} and optionally "at": a list of steps, for
            a function whose result is itself a function to be called at each of
            them; or "twice": true, to call it two times with the same objects and
            return both results, or a list, the positional arguments of the second
            call, or a list of such lists, for a call with each.
    """
    try:
        with (
            contextlib.redirect_stdout(ear or io.StringIO()),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            args = decode(case.get("args", []))
            kwargs = {k: decode(v) for k, v in case.get("kwargs", {}).items()}
            args, kwargs = joined(args, kwargs)
            result = _result(function, args, kwargs, case)
            answer = {"value": encode(result)}
            if isinstance(result, tuple):
                answer["tuple"] = True
        return answer | _touched(function, [*args, *kwargs.values()], case)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        if missing := unwritten(error):
            own = missing == getattr(function, "__name__", "")
            return {"missing": own or not missing.isidentifier() or missing}
        return {"error": _one_line(error), "line": _line_of(error)}


def unwritten(error: BaseException) -> str:
    """The name of the function that is not written yet; "" where it is not that.

    Libraries raise NotImplementedError, too, and torch says why it does.
    """
    if not isinstance(error, NotImplementedError):
        return ""
    *_, (frame, line) = traceback.walk_tb(error.__traceback__)
    file = frame.f_code.co_filename
    if file.startswith(LIBRARIES):
        return ""
    handed_out = "NotImplementedError" in linecache.getline(file, line)
    return frame.f_code.co_name if handed_out or not str(error) else ""


def joined(args: list, kwargs: dict) -> tuple[list, dict]:
    """The arguments, each optimizer made for the model among them, and so on."""
    before = None
    made = []
    for value in [*args, *kwargs.values()]:
        if isinstance(value, Part):
            value = before = value.make(before)
        made.append(value)
    return made[: len(args)], dict(zip(kwargs, made[len(args) :], strict=True))


@dataclass
class Part:
    """A part of a training: what makes it from the part before it."""

    make: Callable


def _result(function: Callable, args: list, kwargs: dict, case: dict):
    """What came back, not encoded yet."""
    again = case.get("twice")
    if again:
        # The same objects again, so that a function which changes them is found out.
        more = [args] if again is True else decode(again)
        calls = [args, *(more if isinstance(more[0], list) else [more])]
        return [function(*each, **kwargs) for each in calls]
    result = function(*args, **kwargs)
    if "at" not in case:
        return result
    if callable(result):
        return [result(t) for t in case["at"]]
    # A list of rates must not be taken for the rates at the steps that were asked.
    return Series(result) if isinstance(result, list | tuple) else result


@dataclass
class Series:
    """A list or tuple where something else belongs, so that none is taken for it."""

    entries: list | tuple


def _touched(function: Callable, given: list, case: dict) -> dict:
    """What was done to the arguments: the first that is no more what the case says, the
    first that autograd follows now. Who touches none costs no look at the signature."""
    asked = [*case.get("args", []), *case.get("kwargs", {}).values()]
    pairs = list(zip(given, asked, strict=True))
    changed = [_is_changed(now, before) for now, before in pairs]
    marked = [_is_followed(now) for now in given]
    found = {"changed": changed, "marked": marked}
    if not any(changed + marked):
        return {}
    names = _names(function, case)
    return {k: names[each.index(True)] for k, each in found.items() if any(each)}


def _names(function: Callable, case: dict) -> list[str]:
    """The parameters that the case's arguments are for."""
    count = len(case.get("args", []))
    names = _parameters(function)[:count]
    names += [f"argument {i + 1}" for i in range(len(names), count)]
    return [*names, *case.get("kwargs", {})]


def _is_changed(now, before) -> bool:
    if isinstance(before, UNCHANGING) or before is None:
        return False
    if isinstance(before, dict) and set(before) & TRAINED:  # it is there to be changed
        return False
    return repr(_plain(now)) != repr(_plain(decode(before)))


def _is_followed(value) -> bool:
    """Whether it is a tensor that autograd follows; none is when it is given."""
    return getattr(value, "requires_grad", False) is True


def _parameters(function: Callable) -> list[str]:
    try:
        found = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # some callables tell nothing
        return []
    return [p.name for p in found if p.kind is not p.VAR_POSITIONAL]


def _plain(value):
    """Its numbers; whether a tensor is followed by autograd plays no part."""
    if isinstance(value, list):
        return [_plain(v) for v in value]
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if callable(value):
        return None
    return value.tolist() if hasattr(value, "tolist") else value


def decode(value):
    """Turn tagged dictionaries into what they stand for, and copy the rest."""
    if isinstance(value, list):
        return [decode(v) for v in value]
    if not isinstance(value, dict):
        return value
    if "$tensor" in value:
        import torch

        return torch.tensor(value["$tensor"], dtype=torch.float64)
    if "$scheduler" in value:
        from torch.optim import lr_scheduler

        make = getattr(lr_scheduler, value["$scheduler"])
        kwargs = decode(value.get("kwargs", {}))
        parts = kwargs.pop("schedulers", None)  # of a sequence, on the same optimizer
        return lambda optimizer: make(
            optimizer,
            **({"schedulers": [part(optimizer) for part in parts]} if parts else {}),
            **kwargs,
        )
    if "$schedule" in value:
        from gdhelpers import schedules

        return getattr(schedules, value["$schedule"])(**value.get("kwargs", {}))
    if "$loss" in value:
        from torch.nn import functional

        return getattr(functional, value["$loss"])
    if "$tensor_loss" in value:
        from gdhelpers import tensor_losses

        make = getattr(tensor_losses, value["$tensor_loss"])
        return make(**value.get("kwargs", {}))
    if set(value) & TRAINED:
        return Part(_maker(value))
    return {k: decode(v) for k, v in value.items()}


def _maker(value: dict) -> Callable:
    """How a part of a training is made from the one before."""
    if "$driven" in value:
        return decode(value["$driven"])
    import torch

    if "$optimizer" in value:
        make = getattr(torch.optim, value["$optimizer"])
        return lambda model: make(model.parameters(), **value["kwargs"])

    def linear(_):
        state = {k: decode({"$tensor": v}) for k, v in value["$model"].items()}
        outputs, inputs = state["weight"].shape
        model = torch.nn.Linear(
            inputs, outputs, bias="bias" in state, dtype=torch.float64
        )
        model.load_state_dict(state)
        return model

    return linear


def encode(value):
    """Turn an answer into JSON, naming what JSON has no word for."""
    if value is None or isinstance(value, bool | str):
        return value if not isinstance(value, str) else value[:1000]
    if isinstance(value, Integral) and abs(value) < 2**63:
        return int(value)
    if isinstance(value, Real):  # a fraction too, and what is beyond 64 bits
        with contextlib.suppress(OverflowError):
            return float(value)
    if isinstance(value, Series):
        return _of_many(value.entries)
    if isinstance(value, list | tuple | range):
        return (
            [encode(v) for v in value] if len(value) <= MAX_ITEMS else _of_many(value)
        )
    if hasattr(value, "detach") and hasattr(value, "tolist"):
        return _dense("$tensor", value.detach())
    if hasattr(value, "dtype") and hasattr(value, "tolist"):
        return encode(value.item()) if value.shape == () else _dense("$array", value)
    return {"$other": type(value).__name__}


def _of_many(value) -> dict:
    return {"$other": f"{type(value).__name__} of {len(value)} entries"}


def _dense(tag: str, value) -> dict:
    shape = list(value.shape)
    if "complex" in str(value.dtype):  # JSON has no word for its numbers
        return {"$other": f"complex {tag[1:]}"}
    size = 1
    for n in shape:
        size *= n
    if size > MAX_ITEMS:
        return {"$other": f"{tag[1:]} of {size} entries"}
    return {tag: value.tolist(), "shape": shape}


def _one_line(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    return f"{type(error).__name__}: {text[0][:300]}" if text else type(error).__name__


def _line_of(error: BaseException) -> str:
    """The deepest line the student wrote, not one of ours or of a library."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if "ipykernel" in frame.filename or frame.filename.startswith("<"):
            line = frame.line or linecache.getline(frame.filename, frame.lineno)
            if line.strip():  # libraries have frames of such names, without a text
                return line.strip()
    return ""
