"""Long trainings remembered on disk, for who runs the same ones many times.

Off unless the environment variable GDHELPERS_REMEMBER names a folder; the project's
tests set it, since lessons, tests and browsers train the same networks. A run is known
by all that its numbers hang on: this package's code, the versions of Python, torch and
numpy, the processor's arithmetic and threads, and the values of all arguments. What
cannot be known by its values, such as a scheduler of one's own, is run each time.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
import json
import os
import platform
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from filelock import FileLock
from torch.optim import SGD, lr_scheduler

from gdhelpers.history import History

FOLDER = "GDHELPERS_REMEMBER"
WORTH_STEPS = 1000
# Of these the state says everything; others hold functions.
KNOWN = ("ReduceLROnPlateau", "StepLR", "ExponentialLR", "CosineAnnealingLR")
# The one changes no number; the other is said with the machine, asked for or not.
_SILENT = {"progress", "num_threads"}


class Unknown(Exception):
    """An argument that cannot be known by its values."""


def one(**_: Any) -> int:
    """Count the networks of a training that has one."""
    return 1


def remembered(
    steps: Callable[..., int], networks: Callable[..., int] = one
) -> Callable:
    """Decorate a training: where asked for, give a former run with the same values.

    Args:
        steps: the number of steps the training takes, from the same arguments.
        networks: how many networks take them, likewise. Below `WORTH_STEPS` steps of
            all of them it is run each time.

    The decorated function returns a `History`, or lists of them by name.
    """

    def decorate(train: Callable) -> Callable:
        signature = inspect.signature(train)

        @functools.wraps(train)
        def wrapped(*args, **kwargs):
            folder = os.environ.get(FOLDER)
            if not folder:
                return train(*args, **kwargs)
            try:
                bound = signature.bind(*args, **kwargs)
                bound.apply_defaults()
                total = steps(**bound.arguments)
                if total * networks(**bound.arguments) < WORTH_STEPS:
                    raise Unknown
                key = _key(train.__name__, bound.arguments, total)
            except (Unknown, TypeError, ValueError):
                return train(*args, **kwargs)  # which says what is wrong
            place = Path(folder) / f"{key}.npz"
            place.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{place}.lock"):
                if not place.exists():
                    result = train(*args, **kwargs)
                    _write(place, _runs(result))
                    return result
            return _read(place, bound.arguments)

        return wrapped

    return decorate


def _key(name: str, arguments: Mapping[str, Any], total: int) -> str:
    said = {
        "function": name,
        "code": _code(),
        "machine": [
            sys.version,
            torch.__version__,
            np.__version__,
            platform.machine(),
            torch.backends.cpu.get_cpu_capability(),
            arguments["num_threads"] or torch.get_num_threads(),
            {k: v for k, v in os.environ.items() if k.startswith(("MKL_", "ATEN_"))},
        ],
        "arguments": {
            k: _maker(v, arguments) if k == "make_scheduler" else _known(v, total)
            for k, v in arguments.items()
            if k not in _SILENT
        },
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


@functools.cache
def _code(package: Path = Path(__file__).parent) -> str:
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _known(value: Any, total: int) -> Any:
    """Say a value in JSON so that two of them agree only where a run would."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value.hex()
        case torch.dtype():
            return str(value)
        case torch.Tensor():
            return [str(value.dtype), [*value.shape], _digest(value.numpy())]
        case Mapping():
            return [[repr(k), _known(v, total)] for k, v in value.items()]
        case Sequence():
            return [_known(v, total) for v in value]
    if is_dataclass(value):
        return [_known(getattr(value, f.name), total) for f in fields(value)]
    if callable(value):  # a schedule, known by its rates
        return _digest(np.array([float(value(t)) for t in range(total + 1)]))
    raise Unknown


def _maker(make: Callable | None, arguments: Mapping[str, Any]) -> Any:
    """Know the maker of a torch scheduler by what it makes."""
    if make is None:
        return None
    made = make(SGD([torch.zeros(1)], lr=arguments["schedule"]))
    kind = type(made).__name__
    if type(made) is not getattr(lr_scheduler, kind, None) or kind not in KNOWN:
        raise Unknown
    return [kind, repr(sorted(made.state_dict().items()))]


def _digest(content: np.ndarray) -> str:
    content = np.ascontiguousarray(content)
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def _runs(result: History | Mapping[Any, Sequence[History]]) -> list[History]:
    if isinstance(result, History):
        return [result]
    return [run for own in result.values() for run in own]


def _write(place: Path, runs: Sequence[History]) -> None:
    arrays = {}
    for i, run in enumerate(runs):
        arrays |= {f"{i}/{k}": getattr(run, k) for k in ("theta", "loss", "lr")}
        arrays |= {f"{i}/metric/{k}": v for k, v in run.metrics.items()}
    part = place.with_suffix(".part.npz")
    np.savez(part, **arrays)
    part.replace(place)  # whole or not at all


def _read(place: Path, arguments: Mapping[str, Any]) -> Any:
    """Give what `_write` kept; names and labels are the caller's own."""
    with np.load(place) as arrays:

        def run(i: int, label: Any) -> History:
            start = f"{i}/metric/"
            names = [k for k in arrays.files if k.startswith(start)]
            return History(
                theta=arrays[f"{i}/theta"],
                loss=arrays[f"{i}/loss"],
                lr=arrays[f"{i}/lr"],
                metrics={k.removeprefix(start): arrays[k] for k in names},
                label=label,
            )

        if "schedules" not in arguments:
            return run(0, arguments["label"])
        seeds = len(arguments["seeds"])
        return {
            name: [run(r * seeds + s, name) for s in range(seeds)]
            for r, name in enumerate(arguments["schedules"])
        }
