"""Rule on an answer: right, or wrong and why, in words a student can use.

Used by `check` in the student's notebook and by the grader outside it, so that
both say the same. Nothing here runs a student's code.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum

from gdhelpers.split_rule import split_problem

ALMOST = "Almost: "
RESULT = "the result"
COLUMNS = 80  # JupyterLab breaks longer lines of text wherever they end, inside words


class Fault(StrEnum):
    """Whose fault it is, and how, that an answer or a submission earns nothing."""

    NONE = "none"
    ANSWER = "answer"  # what came back is wrong
    UNWRITTEN = "unwritten"  # the function is as it was handed out
    RAISED = "raised"  # the student's code raised, ended its kernel, or is not there
    LIMIT = "limit"  # it took more time, memory or output than it may
    UNREADABLE = "unreadable"  # what was handed in, or came back, cannot be read
    COURSE = "course"  # the table, or the instructor's source, does not serve
    GRADER = "grader"  # the sandbox, a worker or the gradebook gave way

    @classmethod
    def named(cls, name: object, otherwise: Fault) -> Fault:
        """The fault of that name; `otherwise` where another version knows more."""
        return next((fault for fault in cls if fault == name), otherwise)

    @property
    def ours(self) -> bool:
        """Whether no student could have helped it."""
        return self in (Fault.COURSE, Fault.GRADER)


@dataclass(frozen=True)
class Verdict:
    """The ruling on one graded cell; what is not known is "".

    Attributes:
        right: whether every case was answered rightly.
        exercise, property_name: what was asked for.
        called, came_back, expected: the first case that was answered wrongly.
        mistake: the known mistake that explains the answers.
        hint: what to tell the student beyond that, a sentence.
        fault: why it is not right.
    """

    right: bool
    exercise: str = ""
    property_name: str = ""
    called: str = ""
    came_back: str = ""
    expected: str = ""
    mistake: str = ""
    hint: str = ""
    fault: Fault = Fault.NONE

    @classmethod
    def from_stored(cls, stored: Mapping) -> Verdict:
        """A verdict from its `asdict`, as written by this version or another.

        What is unknown here is left out. The first versions had a message for hint.

        Errors: TypeError or ValueError where it is no record of a verdict.

        >>> Verdict.from_stored({"right": False, "hint": "No.", "new": 1}).hint
        'No.'
        """
        stored = dict(stored)
        names = {field.name for field in fields(cls)} - {"right", "fault"}
        texts = {name: str(stored[name]) for name in names & set(stored)}
        if "hint" not in texts:
            last = str(stored.get("message", "")).split("\n")[-1]
            texts["hint"] = last.strip().removeprefix(ALMOST)
        right = stored.get("right") is True
        wrong = Fault.named(stored.get("fault"), Fault.ANSWER)
        return cls(right, **texts, fault=Fault.NONE if right else wrong)

    @property
    def title(self) -> str:
        """What was asked for."""
        return ", ".join(filter(None, (self.exercise, self.property_name)))

    @property
    def details(self) -> list[tuple[str, str]]:
        """What is known of the wrong case: labels with texts."""
        pairs = [
            ("called", self.called),
            ("came back", self.came_back),
            ("expected", self.expected),
        ]
        return [(label, text) for label, text in pairs if text]

    @property
    def advice(self) -> str:
        """The hint, said to be near where a known mistake explains the answers."""
        return f"{ALMOST if self.mistake else ''}{self.hint}"

    @property
    def message(self) -> str:
        """What the student reads, in lines of at most COLUMNS.

        >>> print(Verdict(False, "f", expected=", ".join(["0.123456"] * 9)).message)
        ✗ f
          expected:  0.123456, 0.123456, 0.123456, 0.123456, 0.123456, 0.123456,
                     0.123456, 0.123456, 0.123456
        """
        if self.right:
            return _wrapped("", f"✓ {self.title}: {self.hint}")
        labelled = [(f"  {label + ':':<11}", text) for label, text in self.details]
        parts = [("", f"✗ {self.title}"), *labelled, ("  ", self.advice)]
        return "\n".join(_wrapped(*part) for part in parts if part[1])


def _wrapped(label: str, text: str) -> str:
    return textwrap.fill(
        label + text,
        COLUMNS,
        subsequent_indent=" " * len(label),
        break_long_words=False,
        break_on_hyphens=False,
    )


def rule(exercise: dict, property_name: str | None, answers: list[dict]) -> Verdict:
    """Rule on the answers to an exercise's cases.

    Args:
        exercise: its entry of the table: "function", "tolerance", "mistakes" and
            "properties", each with "cases" that carry "expected" and the answers
            of the known "mistakes".
        property_name: which property was asked for; None means all of them.
        answers: one per case, as `gdhelpers.cases.run_case` gives them.
    """
    cases = cases_of(exercise, property_name)
    tolerance = exercise["tolerance"]
    problems = [
        problem(answer, case, tolerance)
        for case, answer in zip(cases, answers, strict=True)
    ]
    wrong = next((i for i, p in enumerate(problems) if p), None)
    asked = (exercise["function"], property_name or "")
    if wrong is None:
        return Verdict(True, *asked, hint=f"right in {_count(len(cases), 'case')}.")
    mistake = _known_mistake(exercise, cases, answers)
    came_back, expected = _came_back(answers[wrong]), _expected(cases[wrong])
    if came_back == expected:  # they differ where the lists were cut short
        came_back = _came_back(answers[wrong], items=100)
        expected = _expected(cases[wrong], items=100)
    return Verdict(
        False,
        *asked,
        describe_call(exercise["function"], cases[wrong]),
        came_back,
        expected,
        mistake["name"] if mistake else "",
        mistake["hint"] if mistake else problems[wrong],
        _fault(answers[wrong]),
    )


def cases_of(exercise: dict, property_name: str | None) -> list[dict]:
    """The cases of one property, or of all of them in order."""
    properties = exercise["properties"]
    if property_name is not None and property_name not in properties:
        known = ", ".join(repr(name) for name in properties)
        raise ValueError(f"no property {property_name!r} here; there are {known}")
    names = [property_name] if property_name is not None else list(properties)
    return [case for name in names for case in properties[name]["cases"]]


def problem(answer: dict, case: dict, tolerance: dict) -> str:
    """What is wrong with this answer, in a sentence; "" where it is right."""
    if "missing" in answer:
        return "Not written yet: replace the `raise NotImplementedError()` line."
    if "error" in answer:
        where = f", at the line `{answer['line']}`" if answer.get("line") else ""
        return f"Your code raised {answer['error'].rstrip('.')}{where}."
    got = answer.get("value")
    if case.get("rule"):
        return RULES[case["rule"]](got, case) or _meddling(answer)
    if "at" in case and got is not None and not isinstance(got, list):
        return f"The result should be a function of the step, not {_kind(got)}."
    wrong = _difference(got, case["expected"]["value"], tolerance, RESULT)
    return wrong or _meddling(answer)


def _meddling(answer: dict) -> str:
    if not answer.get("changed"):
        return ""
    return (
        f"The result is right, but your function changes `{answer['changed']}`, "
        "which belongs to whoever calls it. Work on a copy."
    )


def _fault(answer: dict) -> Fault:
    if "missing" in answer:
        return Fault.UNWRITTEN
    return Fault.RAISED if "error" in answer else Fault.ANSWER


def _difference(got, want, tolerance: dict, what: str) -> str:
    if isinstance(got, dict) and "$array" in got and isinstance(want, list):
        got = got["$array"]  # an array is as good as a list
    if got is None and want is not None:
        return _sentence(f"{what} is None: is a `return` missing?")
    if isinstance(want, dict) and "$tensor" in want:
        return _tensor_difference(got, want, tolerance, what)
    if isinstance(want, list):
        return _list_difference(got, want, tolerance, what)
    if want is None or isinstance(want, str | bool):
        return "" if got == want and type(got) is type(want) else _not(what, got, want)
    if isinstance(got, dict) and "$tensor" in got:
        return _sentence(
            f"{what} is a tensor; return a plain number (`.item()` gives it)."
        )
    if isinstance(got, bool) or not isinstance(got, int | float):
        return _sentence(f"{what} should be a number, not {_kind(got)}.")
    if close(got, want, tolerance):
        return ""
    return _not(what, got, want)


def _list_difference(got, want: list, tolerance: dict, what: str) -> str:
    entries = f"{len(want)} entr{'y' if len(want) == 1 else 'ies'}"
    if not isinstance(got, list):
        return _sentence(
            f"{what} should be a list or tuple of {entries}, not {_kind(got)}."
        )
    if len(got) != len(want):
        return _sentence(f"{what} should have {entries}, not {len(got)}.")
    outer = "result" if what == RESULT else what.strip("`")
    for i, (g, w) in enumerate(zip(got, want, strict=True)):
        wrong = _difference(g, w, tolerance, f"`{outer}[{i}]`")
        if wrong:
            return wrong
    return ""


def _tensor_difference(got, want: dict, tolerance: dict, what: str) -> str:
    if not (isinstance(got, dict) and "$tensor" in got):
        return _sentence(f"{what} should be a torch tensor, not {_kind(got)}.")
    if got["shape"] != want["shape"]:
        return _sentence(
            f"{what} has shape {tuple(got['shape'])}; expected {tuple(want['shape'])}."
        )
    if all(
        not isinstance(g, bool) and close(g, w, tolerance)
        for g, w in zip(_flat(got["$tensor"]), _flat(want["$tensor"]), strict=True)
    ):
        return ""
    return _not(what, got, want)


def close(got: float, want: float, tolerance: dict) -> bool:
    """Equal within "rel" and "abs"; NaN equals NaN, inf equals inf."""
    if math.isnan(want) or math.isnan(got):
        return math.isnan(want) and math.isnan(got)
    return math.isclose(got, want, rel_tol=tolerance["rel"], abs_tol=tolerance["abs"])


def _known_mistake(exercise: dict, cases: list[dict], answers: list[dict]):
    """The first catalogued mistake that gives just these answers.

    Or else the first that gives every *wrong* one of them, two at the least: some
    slips show in a part of the cases, and one answer alone may be a coincidence.
    """
    tolerance = exercise["tolerance"]
    pairs = list(zip(cases, answers, strict=True))
    wrong = [(c, a) for c, a in pairs if problem(a, c, tolerance)]
    for asked in [pairs, wrong] if len(wrong) > 1 else [pairs]:
        for i, mistake in enumerate(exercise["mistakes"]):
            if all(_same(a, c["mistakes"][i], tolerance) for c, a in asked):
                return mistake
    return None


def _same(answer: dict, known: dict, tolerance: dict) -> bool:
    if "value" not in answer or "value" not in known:
        return (
            answer.get("error", "").split(":")[0]
            == known.get("error", "?").split(":")[0]
        )
    if bool(answer.get("changed")) != bool(known.get("changed")):
        return False
    return _difference(answer["value"], known["value"], tolerance, "") == "" or (
        answer["value"] == known["value"]
    )


def describe_call(function: str, case: dict) -> str:
    """The call as a student would type it.

    >>> describe_call("f", {"args": [1.5, 20], "kwargs": {"lr": 0.1}})
    'f(1.5, 20, lr=0.1)'
    """
    args = [_argument(a) for a in case.get("args", [])]
    args += [f"{k}={_argument(v)}" for k, v in case.get("kwargs", {}).items()]
    call = f"{function}({', '.join(args)})"
    if isinstance(case.get("twice"), list) and isinstance(case["twice"][0], list):
        last = ", ".join(_argument(a) for a in case["twice"][-1])
        return f"{call}, then {len(case['twice'])} more, the last {function}({last})"
    if isinstance(case.get("twice"), list):
        again = ", ".join(_argument(a) for a in case["twice"])
        return f"{call}, then {function}({again})"
    if "at" in case:
        return f"{call} at steps {case['at']}"
    return f"{call}, two times" if case.get("twice") else call


def _argument(value) -> str:
    if isinstance(value, dict):
        for tag in ("$scheduler", "$schedule"):
            if tag in value:
                pairs = value["kwargs"].items()
                inner = ", ".join(f"{k}={_argument(v)}" for k, v in pairs)
                return f"{value[tag]}({inner})"
        if "$tensor" in value:
            return f"tensor({_short(value['$tensor'])})"
    if isinstance(value, list) and any(isinstance(v, dict) for v in value):
        return f"[{', '.join(map(_argument, value))}]"
    return _short(value)


def _came_back(answer: dict, items: int = 6) -> str:
    if "missing" in answer:
        return "nothing, the function is not written yet"
    if "error" in answer:
        return f"nothing, it raised {answer['error'].split(':')[0]}"
    return _short(answer.get("value"), items=items)


def _expected(case: dict, items: int = 6) -> str:
    return case.get("wanted") or _short(case["expected"]["value"], items=items)


def _short(value, limit: int = 200, items: int = 6) -> str:
    if isinstance(value, dict):
        for tag in ("$tensor", "$array"):
            if tag in value:
                return f"{tag[1:]}({_short(value[tag], items=items)})"
        if "$other" in value:
            return f"a {value['$other']}"
        return "{" + ", ".join(f"{k!r}: {_short(v)}" for k, v in value.items()) + "}"
    if isinstance(value, float):
        return f"{value:.7g}"
    if isinstance(value, list):
        inner = ", ".join(_short(v, 60, items) for v in value[:items])
        more = f", … ({len(value)} entries)" if len(value) > items else ""
        return f"[{inner}{more}]"
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _not(what: str, got, want) -> str:
    if isinstance(got, float) and _short(got) == _short(want):
        return _sentence(
            f"{what} is {got:.12g}, not {want:.12g}: right in 7 digits only. "
            "Compute with Python's own numbers, or in float64, and do not round."
        )
    return _sentence(f"{what} is {_short(got)}, not {_short(want)}.")


def _kind(value) -> str:
    if isinstance(value, dict):
        return "a " + next(
            (t[1:] for t in ("$tensor", "$array") if t in value),
            str(value.get("$other", "dictionary")),
        )
    names = {list: "a list", str: "a string", bool: "True or False", int: "a number"}
    return names.get(type(value), "a number" if value is not None else "None")


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _flat(value):
    if isinstance(value, list):
        for v in value:
            yield from _flat(v)
    else:
        yield value


def _count(n: int, word: str) -> str:
    return f"{n} {word}" if n == 1 else f"{n} {word}s"


# Rules for answers that have no single right value, by the name a case carries.
RULES: dict = {"split": split_problem}
