"""Slips of this field, put around a right function: what enters, leaves or is kept.

A mutation changes what stands in a text. What a student adds, such as a table that is
too short, a clamp, or a list that outlives the call, is a line before or after it.
"""

from __future__ import annotations

import ast
import inspect
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from gdgrader.course.mutations import CAPS, Mutation, without_docstring
from gdgrader.exercises.base import Exercise
from gdhelpers.cases import run_case

LIMITS = (1.0, 10.0, 100.0)
FLOAT32 = 1e-6  # who asks for less tolerates it


def slips(exercise: Exercise, text: str, reference: Callable) -> Iterator[Mutation]:
    """The reference with one line more: before its body, or after it."""
    kinds = _kinds(exercise, reference)
    results = {_kind(c) for c in _results(exercise, reference)}
    parameters = inspect.signature(reference).parameters
    before = [line for p in parameters for line in _before(p, kinds[p], parameters)]
    before += [
        f"{p}, {q} = {q}, {p}"
        for i, p in enumerate(parameters)
        for q in list(parameters)[i + 1 :]
    ]
    after = [line for kind in sorted(results) for line in _after(kind, exercise)]
    after += [line for p in parameters for line in _in_place(p, kinds[p])]
    for line in dict.fromkeys(before):
        yield Mutation(line, _around(text, before=line))
    for line in dict.fromkeys(after):
        yield Mutation(line, _around(text, after=line))
    yield from _keeping(text, list(parameters), results)


def _around(text: str, before: str = "", after: str = "", whole: str = "") -> str:
    """A function of the same name that calls the right one, `_right`."""
    (function,) = without_docstring(ast.parse(text)).body
    given = ast.unparse(function.args)
    names = ", ".join(a.arg for a in function.args.args)
    name, function.name = function.name, "_right"
    lines = whole or f"result = _right({names})"
    inside = [*before.splitlines(), *lines.splitlines(), *after.splitlines()]
    body = "".join(f"    {line}\n" for line in inside)
    return (
        f"{ast.unparse(function)}\n\n\nkept = []\n\n\n"
        f"def {name}({given}):\n{body}    return result\n"
    )


def _before(p: str, kinds: set[str], parameters) -> Iterator[str]:
    """Lines that spoil an argument."""
    default = parameters[p].default
    if default is not inspect.Parameter.empty:
        yield f"{p} = {default!r}"
        if default:
            yield f"{p} = {p} or {default!r}"
    if kinds & {"int", "float"}:
        yield f"{p} = abs({p})"
        yield f"{p} = -{p}"
        yield f"{p} = 2 * {p}"
    if "int" in kinds:
        yield from (f"{p} = {p} + 1", f"{p} = {p} - 1")
        yield from (f"{p} = max({p}, {n})" for n in (1, 2))
        yield from (f"{p} = min({p}, {cap})" for cap in CAPS)
    if "float" in kinds:
        yield from (f"{p} = int({p})", f"{p} = round({p}, 1)", f"{p} = round({p}, 2)")
        yield from (f"{p} = min({p}, {limit})" for limit in LIMITS)
        if "negative" in kinds:  # where none is, `abs` tells
            yield from (f"{p} = max({p}, -{limit})" for limit in LIMITS)
    if "list" in kinds:
        yield from (f"{p} = {p}[:{cap}]" for cap in CAPS)
        yield from (f"{p} = {p}[1:]", f"{p} = {p}[:-1]", f"{p} = sorted({p})")
        yield f"{p} = [m for m in {p} if m == m]"
        yield f"{p} = [abs(m) for m in {p}]"
        yield from (
            f"{p} = [m if m == m else {other} for m in {p}]"
            for other in ("0.0", "float('inf')", "-float('inf')")
        )
    if "dict" in kinds:
        yield from (f"{p} = {{k: v[:{cap}] for k, v in {p}.items()}}" for cap in CAPS)
        yield from (
            f"{p} = {{k: v[{part}] for k, v in {p}.items()}}"
            for part in ("1:", ":-1", "::-1")
        )
        yield from (
            f"{p} = {{k: [w[{part}] if isinstance(w, list) else w for w in v] "
            f"for k, v in {p}.items()}}"
            for part in (":1", ":2", "1:", ":-1", "-1:")
        )
    if "tensor" in kinds:
        yield from (f"{p} = {p}.abs()", f"{p} = {p} * 2", f"{p} = {p}.round()")
        yield from (f"{p} = {p}.half().double()", f"{p} = {p}.clamp(-1, 1)")
        yield from (f"{p} = {p}.clamp(-{limit}, {limit})" for limit in LIMITS)
    if "scheduler" in kinds:
        yield f"{p} = {p} and (lambda old: lambda o: (old(o), old(o))[1])({p})"
        yield f"{p} = {p} and (lambda old: lambda o: old(0))({p})"


_NUMBER = (
    "-{r}",
    "abs({r})",
    "[{r}]",
    "str({r})",
    "int({r})",
    "round({r}, 2)",
    "round({r}, 4)",
    "float(__import__('numpy').float16({r}))",
    "__import__('torch').tensor({r})",
)
_COUNT = ("-{r}", "[{r}]", "str({r})", "__import__('torch').tensor({r})")
_LIST = (
    "{r}[:-1]",
    "{r}[1:]",
    "[*{r}, *{r}[-1:]]",
    "{r}[::-1]",
    "sorted({r})",
    "sorted({r}, reverse=True)",
    "[round(v, 2) for v in {r}]",
    "[abs(v) for v in {r}]",
    "[v if abs(v) < 200 else 0 for v in {r}]",
    "[v if abs(v) > 1e-3 else 0.0 for v in {r}]",
    "list(__import__('itertools').accumulate({r}, min))",
)
_TENSOR = (
    "{r}.squeeze()",
    "{r}.unsqueeze(0)",
    "{r}.tolist()",
    "{r}.half().double()",
    "-{r}",
    "{r}.abs()",
    "{r}.clamp(-1, 1)",
    "{r}.clamp(-10, 10)",
    "{r}.clamp(-100, 100)",
    "{r}.flip(0)",
)


def _after(kind: str, exercise: Exercise) -> Iterator[str]:
    """Lines that spoil a result."""
    many = {"int": _COUNT, "float": _NUMBER, "list": _LIST, "tensor": _TENSOR}
    if kind == "pair":
        yield from ("result = result[::-1]", "result = result[0]")
        yield "result = [*result, result[0]]"
        for change in _LIST:
            r = "list(result[{}])".format
            yield f"result = {change.format(r=r(0))}, result[1]"
            yield f"result = result[0], {change.format(r=r(1))}"
    if kind in ("int", "float"):
        changes = [c.format(r="result") for c in many[kind]]
        if kind == "float":
            changes += [
                f"None if abs(result) > {n} else result" for n in (*LIMITS, 1e3)
            ]
            changes += [f"0 if abs(result) < {n} else result" for n in (1e-4, 0.01)]
            changes += ["result or None"]
            if exercise.rel < FLOAT32:
                changes += ["float(__import__('numpy').float32(result))"]
        else:
            changes += [f"None if result > {cap} else result" for cap in CAPS]
        yield from (f"if result is not None: result = {c}" for c in changes)
    elif kind in many:
        yield from (f"result = {c.format(r='result')}" for c in many[kind])
    if kind == "none":
        yield from (
            f"result = {other} if result is None else result"
            for other in ("0", "-1", "float('inf')", "float('nan')", "'never'")
        )
    if kind == "function":
        calls = [f"right(min(t, {cap}))" for cap in CAPS]
        calls += ["right(t + 1)", "right(max(t - 1, 0))", "right(max(t, 1))"]
        calls += ["[right(t)]", "-right(t)", "round(right(t), 4)"]
        yield from (f"right = result; result = lambda t: {call}" for call in calls)


def _in_place(p: str, kinds: set[str]) -> Iterator[str]:
    """Lines that change what belongs to the caller."""
    if kinds & {"list", "dict"}:
        yield f"{p}.clear()"
    if "list" in kinds:
        yield from (f"{p}.append(0.0)", f"{p}.sort()", f"{p}[:1] = []")
    if "tensor" in kinds:
        yield from (f"{p}.zero_()", f"{p}.mul_(2)")


def _keeping(text: str, names: list[str], results: set[str]) -> Iterator[Mutation]:
    """State that outlives the call: a cache by too few arguments, a list that grows."""
    for left_out in [names, *([p] for p in names)]:
        key = ", ".join(
            f"not callable({p}) and repr({p})" for p in names if p not in left_out
        )
        lines = (
            f"known, key = dict(kept), ({key}{',' if key else ''})\n"
            f"result = known[key] if key in known else _right({', '.join(names)})\n"
            "kept.append((key, result))"
        )
        without = "any argument" if left_out is names else left_out[0]
        yield Mutation(f"cached without {without}", _around(text, whole=lines))
    call = f"_right({', '.join(names)})"
    yield Mutation(
        "the second call's answer is None",
        _around(text, whole=f"result = None if kept else {call}\nkept.append(1)"),
    )
    if "list" in results:
        grows = f"kept.extend({call})\nresult = list(kept)"
        yield Mutation("the list grows", _around(text, whole=grows))
    if "pair" in results:
        grows = (
            f"result = {call}\nkept.append(list(result[1]))\n"
            "result = result[0], [v for part in kept for v in part]"
        )
        yield Mutation("the second list grows", _around(text, whole=grows))


def _kinds(exercise: Exercise, reference: Callable) -> dict[str, set[str]]:
    """Which kinds of values each parameter is given in the cases."""
    found = defaultdict(set)
    signature = inspect.signature(reference)
    for case in _cases(exercise):
        bound = signature.bind(*case["args"], **case["kwargs"])
        for name, value in bound.arguments.items():
            found[name].add(_kind(value))
            if _is_number(value) and value < 0:
                found[name].add("negative")
    return found


def _cases(exercise: Exercise) -> Iterable[dict]:
    return [c for p in exercise.properties.values() for c in p.cases("slips")]


def _results(exercise: Exercise, reference: Callable) -> Iterator[object]:
    for case in _cases(exercise):
        value = run_case(reference, case)["value"]
        if "at" in case:
            yield {"$schedule": ""}
        elif case.get("twice"):
            yield value[0]
        else:
            yield value


def _kind(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, dict):
        tags = {"$tensor": "tensor", "$scheduler": "scheduler", "$schedule": "function"}
        return next((kind for tag, kind in tags.items() if tag in value), "dict")
    if isinstance(value, list) and len(value) == 2 and not _is_number(value[1]):
        return "pair"
    return type(value).__name__


def _is_number(value: object) -> bool:
    return isinstance(value, int | float)
