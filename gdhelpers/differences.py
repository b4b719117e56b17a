"""What is wrong with a value, in a sentence a student can use; values in words.

Values are as `gdhelpers.cases` brings them, plain or tagged.
"""

from __future__ import annotations

import math
import re

RESULT = "the result"
_FUNCTIONS = ("function", "builtin_function_or_method", "method", "partial", "type")
_SERIES = ("generator", "set", "map", "zip", "filter", "deque", "dict_values")


def difference(got, want, tolerance: dict, what: str) -> str:
    """What is wrong with a value; "" where it is as good as the one wanted.

    Numbers and arrays of numpy's are as good as Python's numbers and lists, and 3.0 is
    as good as 3. A tensor is neither: `.item()` or `.tolist()` gives what is wanted.
    """
    if isinstance(got, dict) and "$array" in got and isinstance(want, list):
        got = got["$array"]
    if got is None and want is not None:
        return missing_return(what)
    if isinstance(want, dict) and "$tensor" in want:
        return _tensor_difference(got, want, tolerance, what)
    if isinstance(want, list):
        return _list_difference(got, want, tolerance, what)
    if isinstance(want, str) and isinstance(got, str):
        return _text_difference(got, want, what)
    if isinstance(want, dict | bool | str | None):
        return (
            "" if got == want and type(got) is type(want) else not_but(what, got, want)
        )
    if isinstance(got, dict) and set(got.get("shape", [0])) <= {1}:
        return sentence(
            f"{what} is {kind_of(got)}; return a plain number (`.item()` gives it)."
        )
    if isinstance(got, bool) or not isinstance(got, int | float):
        return sentence(f"{what} should be a number, not {kind_of(got, 'number')}.")
    if close(got, want, tolerance):
        return ""
    return not_but(what, got, want)


def _text_difference(got: str, want: str, what: str) -> str:
    if got == want:
        return ""
    words = [re.findall(r"[^\W_]+", text.casefold()) for text in (got, want)]
    if words[0] == words[1]:
        return sentence(f"{what} is {got!r}: spell it just so, {want!r}.")
    return not_but(what, got, want)


def _list_difference(got, want: list, tolerance: dict, what: str) -> str:
    several = any(isinstance(w, list | dict) for w in want)  # things, not a series
    if several and not (isinstance(got, list) and len(got) == len(want)):
        things = " and ".join(kind_of(w).removesuffix(" or tuple") for w in want)
        of = f" of {counted(len(got), 'entry')}" if isinstance(got, list) else ""
        should = f"{what} should be {len(want)} things, {things}"
        return sentence(f"{should}; it is {kind_of(got)}{of}.")
    entries = counted(len(want), "entry")
    if not isinstance(got, list):
        found = kind_of(got, "list")
        return sentence(f"{what} should be a list or tuple of {entries}, not {found}.")
    if len(got) != len(want):
        return sentence(f"{what} should have {entries}, not {len(got)}.")
    outer = "result" if what == RESULT else what.strip("`")
    for i, (g, w) in enumerate(zip(got, want, strict=True)):
        wrong = difference(g, w, tolerance, f"`{outer}[{i}]`")
        if wrong:
            return wrong
    return ""


def _tensor_difference(got, want: dict, tolerance: dict, what: str) -> str:
    if not (isinstance(got, dict) and "$tensor" in got):
        return sentence(
            f"{what} should be a torch tensor, not {kind_of(got, 'tensor')}."
        )
    if got["shape"] != want["shape"]:
        return sentence(
            f"{what} has shape {tuple(got['shape'])}; expected {tuple(want['shape'])}."
        )
    if all(
        not isinstance(g, bool) and close(g, w, tolerance)
        for g, w in zip(_flat(got["$tensor"]), _flat(want["$tensor"]), strict=True)
    ):
        return ""
    return not_but(what, got, want)


def close(got: float, want: float, tolerance: dict) -> bool:
    """Equal within "rel" and "abs"; NaN equals NaN, inf equals inf."""
    if math.isnan(want) or math.isnan(got):
        return math.isnan(want) and math.isnan(got)
    return math.isclose(got, want, rel_tol=tolerance["rel"], abs_tol=tolerance["abs"])


def not_but(what: str, got: object, want: object) -> str:
    """Say that it is one value and should be another."""
    if isinstance(got, float) and short(got) == short(want):
        return sentence(
            f"{what} is {got:.12g}, not {want:.12g}: right in 7 digits only. "
            "Compute with Python's own numbers, or in float64, and do not round."
        )
    return sentence(f"{what} is {short(got)}, not {short(want)}.")


def missing_return(what: str) -> str:
    """Say that None came back."""
    return sentence(f"{what} is None: is a `return` missing?")


def kind_of(value: object, wanted: str = "") -> str:
    """What a value is, in words, and how to make from it what is wanted."""
    if not isinstance(value, dict):
        names = {list: "a list or tuple", str: "a string", bool: "True or False"}
        return "None" if value is None else names.get(type(value), "a number")
    tag = next((t for t in ("$tensor", "$array") if t in value), "")
    kind = tag[1:] or str(value.get("$other", "dictionary"))
    if kind == "builtin_function_or_method":
        kind = "function"
    if tag and value.get("shape"):
        kind += f" of shape {tuple(value['shape'])}"
    article = "an" if kind[:1].lower() in tuple("aeiou") else "a"
    advice = ""
    if wanted and value.get("$other") in _FUNCTIONS:
        advice = ": are the brackets `()` of a call missing?"
    elif wanted == "list" and tag:
        advice = ": `.tolist()` gives one"
    elif wanted == "list" and value.get("$other") in _SERIES:
        advice = ": `list(…)` makes one"
    elif wanted == "tensor" and tag:
        advice = ": `torch.as_tensor(…)` makes one"
    return f"{article} {kind}{advice}"


def short(
    value: object, limit: int = 200, items: int = 6, at: tuple[int, ...] = ()
) -> str:
    """A value as a student would write it, cut short where it is long.

    Args:
        at: the way to the entry at fault, which is shown whatever else is cut.

    >>> short([0.1] * 30)
    '[0.1, 0.1, 0.1, 0.1, 0.1, 0.1, … (30 entries)]'
    >>> short([0.1] * 20 + [0.2] * 10, at=(20,))
    '[0.1, 0.1, …, at 19: 0.1, 0.2, 0.2, … (30 entries)]'
    """
    if isinstance(value, dict):
        for tag in ("$tensor", "$array"):
            if tag in value:
                return f"{tag[1:]}({short(value[tag], items=items, at=at)})"
        if "$other" in value:
            return kind_of(value)
        return "{" + ", ".join(f"{k!r}: {short(v)}" for k, v in value.items()) + "}"
    if isinstance(value, float):
        return f"{value:.7g}"
    if isinstance(value, list):
        return f"[{_entries(value, items, at)}]"
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def short_tuple(value: list, items: int = 6, at: tuple[int, ...] = ()) -> str:
    """The same of what was a tuple."""
    comma = "," if len(value) == 1 else ""
    return f"({_entries(value, items, at)}{comma})"


def _entries(value: list, items: int, at: tuple[int, ...]) -> str:
    place = at[0] if at else 0

    def said(first: int, last: int) -> list[str]:
        parts = enumerate(value[first:last], first)
        return [short(v, 60, items, at[1:] if i == place else ()) for i, v in parts]

    more = f" ({len(value)} entries)"
    if len(value) <= items:
        return ", ".join(said(0, items))
    if place < items - 1:
        return ", ".join([*said(0, items), f"…{more}"])
    near = said(place - 1, place + 2)
    end = [f"…{more}"] if place + 2 < len(value) else []
    around = ", ".join(
        [*said(0, 2), "…", f"at {place - 1}: {near[0]}", *near[1:], *end]
    )
    return around if end else around + more


def fault_at(got: object, want: object, tolerance: dict) -> tuple[int, ...]:
    """The way to the first entry that is wrong; () where it is the value as a whole.

    >>> fault_at([[1, 2], [3, 4]], [[1, 2], [3, 5]], {"rel": 0.1, "abs": 0})
    (1, 1)
    """
    got, want = (_untagged(value) for value in (got, want))
    if not (isinstance(got, list) and isinstance(want, list)):
        return ()
    for i, (g, w) in enumerate(zip(got, want, strict=False)):
        if difference(g, w, tolerance, RESULT):
            return (i, *fault_at(g, w, tolerance))
    return (min(len(got), len(want)),) if len(got) != len(want) else ()


def _untagged(value: object) -> object:
    if isinstance(value, dict):
        return value.get("$tensor", value.get("$array", value))
    return value


def sentence(text: str) -> str:
    """The text with a capital letter, and one sign at its end."""
    return text[:1].upper() + text[1:].replace("?.", "?")


def _flat(value):
    if isinstance(value, list):
        for v in value:
            yield from _flat(v)
    else:
        yield value


def counted(n: int, word: str) -> str:
    """So many of them.

    >>> counted(1, "case"), counted(2, "entry")
    ('1 case', '2 entries')
    """
    return f"{n} {word}" if n == 1 else f"{n} {word}s".replace("ys", "ies")
