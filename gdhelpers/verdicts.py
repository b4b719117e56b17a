"""Rule on an answer: right, or wrong and why, in words a student can use.

Used by `check` in the student's notebook and by the grader outside it, so that
both say the same. Nothing here runs a student's code.
"""

from __future__ import annotations

import math
import operator
import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum

from gdhelpers import as_code
from gdhelpers.batches_rule import batches_problem
from gdhelpers.differences import (
    RESULT,
    counted,
    difference,
    fault_at,
    kind_of,
    missing_return,
    not_but,
    short,
    short_tuple,
)
from gdhelpers.digests import digest
from gdhelpers.split_rule import split_problem
from gdhelpers.torch_errors import meaning

ALMOST = "Almost: "
LEAST = 1e-9  # a table is rounded, also where an exercise tolerates nothing
MARKED = (
    " But it leaves `{0}` marked for autograd, which belongs to whoever calls it and "
    "stays so: take a copy, `{0}.clone().requires_grad_()`."
)
MANY = 6 * 80  # characters of a call
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
        parts = [*labelled, ("  ", self.advice)]
        if len(self.called) > MANY:  # nobody finds what stands below so much
            parts = [parts[-1], *labelled]
        parts = [("", f"✗ {self.title}"), *parts]
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
        answers: one for each of `cases_of`, as `gdhelpers.cases.run_case` gives them;
            those of cases that are asked again may all be left out.
    """
    cases = cases_of(exercise, property_name)
    if len(answers) < len(cases):
        cases = [case for case in cases if "again" not in case]
    tolerance = exercise["tolerance"]
    problems = [
        "" if case.get("aside") else problem(answer, case, tolerance)
        for case, answer in zip(cases, answers, strict=True)
    ]
    wrong = next((i for i, p in enumerate(problems) if p), None)
    asked = (exercise["function"], property_name or "")
    if wrong is None:
        asked_once = [case for case in cases if not {"again", "aside"} & set(case)]
        number = counted(len(asked_once), "case")
        marked = next((a["marked"] for a in answers if a.get("marked")), "")
        hint = f"right in {number}." + (MARKED.format(marked) if marked else "")
        return Verdict(True, *asked, hint=hint)
    kept = _kept(exercise, cases, answers, problems)
    if kept:
        wrong, mistake = kept
    else:
        mistake = _known_mistake(exercise, property_name, cases, answers)
    right = cases[wrong]["expected"].get("value")
    at = fault_at(answers[wrong].get("value"), right, tolerance)
    came_back = _came_back(answers[wrong], whole=bool(mistake), at=at)
    expected = _expected(cases[wrong], at=at)
    hint = mistake["hint"] if mistake else problems[wrong]
    if not mistake and answers[wrong].get("value", 0) is None:
        hint = _nothing(exercise, cases[wrong], answers)
    return Verdict(
        False,
        *asked,
        describe_call(exercise["function"], cases[wrong]),
        came_back,
        expected,
        mistake["name"] if mistake else "",
        hint,
        _fault(answers[wrong]),
    )


def cases_of(exercise: dict, property_name: str | None) -> list[dict]:
    """The cases of one property, or of all of them in order.

    Each property asks one of its cases again at its end, so that what outlives a call
    shows; "again" then says how many cases ago it was asked. A case that stands "aside"
    is none of what the property names: it only tells mistakes apart.
    """
    properties = exercise["properties"]
    if property_name is not None and property_name not in properties:
        known = ", ".join(repr(name) for name in properties)
        raise ValueError(f"no property {property_name!r} here; there are {known}")
    names = [property_name] if property_name is not None else list(properties)
    return [case for n in names for case in _one_again(properties[n]["cases"])]


def _one_again(cases: list[dict]) -> list[dict]:
    """The cases, and once more the first whose answer is not empty."""
    empty = ([], [[], []])
    first = next(
        (i for i, c in enumerate(cases) if c["expected"]["value"] not in empty), 0
    )
    again = [{**case, "again": len(cases) - first} for case in cases[first : first + 1]]
    return [*cases, *again]


def problem(answer: dict, case: dict, tolerance: dict) -> str:
    """What is wrong with this answer, in a sentence; "" where it is right."""
    if "missing" in answer:
        if isinstance(answer["missing"], str):
            return f"It calls `{answer['missing']}`, which is not written yet."
        return "Not written yet: replace the `raise NotImplementedError()` line."
    if "error" in answer:
        return f"Your code raised {_raised(answer)}.{meaning(answer['error'])}"
    got = answer.get("value")
    if case.get("rule"):
        return RULES[case["rule"]](got, case) or _meddling(answer)
    want = case["expected"]["value"]
    if "at" in case and got is not None:
        wrong = _rates_difference(got, want, case["at"], tolerance)
    else:
        wrong = difference(got, want, tolerance, RESULT)
    return wrong or _meddling(answer)


def _rates_difference(got, want: list, steps: list, tolerance: dict) -> str:
    if not isinstance(got, list):
        return (
            f"The result should be a function of the step, not {kind_of(got)}: return "
            "the function itself, without calling it."
        )
    if len(got) != len(want):
        return difference(got, want, tolerance, RESULT)
    differences = (
        difference(g, w, tolerance, f"at step {step} the rate")
        for step, g, w in zip(steps, got, want, strict=True)
    )
    return next(filter(None, differences), "")


def _meddling(answer: dict) -> str:
    if not answer.get("changed"):
        return ""
    return (
        f"The result is right, but your function changes `{answer['changed']}`, "
        "which belongs to whoever calls it. Work on a copy."
    )


def _raised(answer: dict) -> str:
    where = f", at the line `{answer['line']}`" if answer.get("line") else ""
    return f"{answer['error'].rstrip('.')}{where}"


def _calls(answer: dict) -> int:
    value = answer.get("value")
    return len(value) if isinstance(value, list) else 1


def _nothing(exercise: dict, case: dict, answers: list[dict]) -> str:
    """What to say of a None: a `return` was forgotten, or None was meant."""
    want = case["expected"]["value"]
    properties = exercise["properties"].values()
    if any(c["expected"]["value"] is None for p in properties for c in p["cases"]):
        return not_but(RESULT, None, want)
    if all(a.get("value", 0) in (None, [None] * _calls(a)) for a in answers):
        return missing_return(RESULT)
    if want == "none":
        return 'The result is None; wanted is the text "none", in quotes.'
    return (
        "The result is None here, though not everywhere: does a way through the "
        "function end without a `return`?"
    )


def _fault(answer: dict) -> Fault:
    if answer.get("missing") is True:
        return Fault.UNWRITTEN
    return Fault.RAISED if {"error", "missing"} & set(answer) else Fault.ANSWER


# Mistakes of any exercise, which no catalogue has to know.
KEPT = {
    "name": "kept between calls",
    "hint": "the same call gave another answer before: something outlives a call (or "
    "is drawn at random). Is it a global variable, a list as a default argument, or a "
    "generator that is used up? Make it anew inside the function.",
}
ROUNDED = {
    "name": "rounded",
    "hint": "these are the right numbers, rounded. Return them as they are, and round "
    "what is printed only.",
}
NEGATED = {
    "name": "signs turned",
    "hint": "these are the right numbers with the other sign: somewhere a difference "
    "or a minus is the wrong way round.",
}
UNSIGNED = {
    "name": "signs lost",
    "hint": "these are the right numbers without their sign, as `abs` gives them. "
    "Return them with it.",
}
EARLIER = {
    "name": "an earlier answer",
    "hint": "what is wrong here is right for an earlier call, with other arguments: is "
    "one of them not used, or does something (a cache, a list as a default argument) "
    "outlive a call?",
}
ANYWHERE = (KEPT, ROUNDED, NEGATED, UNSIGNED, EARLIER)


def _kept(
    exercise: dict, cases: list[dict], answers: list[dict], problems: list[str]
) -> tuple[int, dict] | None:
    """Which case gave another answer when it was asked again, with what to say."""
    for i, case in enumerate(cases):
        first = i - case.get("again", 0)
        # Where many answers are right they may differ, and chance may make them.
        if first == i or not problems[i] or (case.get("rule") and problems[first]):
            continue
        if not same(answers[i], answers[first], exercise):
            return i, KEPT
    return None


def _known_mistake(
    exercise: dict, property_name: str | None, cases: list[dict], answers: list[dict]
) -> dict | None:
    """The first catalogued mistake that gives just these answers, all of them.

    Where a right answer, too, is none that the mistake would give, it was not made.
    """
    pairs = list(zip(cases, answers, strict=True))
    for i, mistake in enumerate(exercise["mistakes"]):
        if property_name in mistake.get("untold", ()):
            continue
        if all(same(a, answer_of(c, i), exercise, "_") for c, a in pairs):
            return mistake
    return _anywhere(exercise, pairs)


def _anywhere(exercise: dict, pairs: list[tuple[dict, dict]]) -> dict | None:
    """What is true of all these answers, whatever was asked."""
    values = [(a["value"], c["expected"]["value"]) for c, a in pairs if "value" in a]
    if len(values) < len(pairs) or any(c.get("rule") for c, _ in pairs):
        return None
    if all(got == want for got, want in values):
        return None
    for digits in range(1, 8):
        if all(_is_rounded(got, want, digits) for got, want in values):
            return ROUNDED
    for change, mistake in ((operator.neg, NEGATED), (abs, UNSIGNED)):
        changed = ({"value": _changed(want, change)} for _, want in values)
        if all(
            same(a, other, exercise)
            for (_, a), other in zip(pairs, changed, strict=True)
        ):
            return mistake
    return EARLIER if _are_earlier(exercise, pairs) else None


def _changed(value, change: Callable):
    """The value with every number changed."""
    if isinstance(value, dict):
        return {k: v if k == "shape" else _changed(v, change) for k, v in value.items()}
    if isinstance(value, list):
        return [_changed(v, change) for v in value]
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return change(value) if number else value


def _are_earlier(exercise: dict, pairs: list[tuple[dict, dict]]) -> bool:
    """Whether each wrong answer is what was right, and answered, for a case before.

    Whole numbers, texts and zeros are too few to be known again.
    """
    right: list[dict] = []
    for case, answer in pairs:
        if not problem(answer, case, exercise["tolerance"]):
            right.append(case["expected"])
        elif not (
            _is_telling(answer["value"])
            and any(same(answer, other, exercise) for other in right)
        ):
            return False
    return True


def _is_telling(value) -> bool:
    if isinstance(value, dict):
        return _is_telling(value.get("$tensor"))
    if isinstance(value, list):
        return any(map(_is_telling, value))
    return isinstance(value, float) and value != 0


def _is_rounded(got: object, want: object, digits: int) -> bool:
    if isinstance(got, list) and isinstance(want, list):
        pairs = zip(got, want, strict=False)
        return len(got) == len(want) and all(_is_rounded(*p, digits) for p in pairs)
    if isinstance(got, float) and isinstance(want, float):
        return math.isclose(got, round(want, digits), rel_tol=1e-12)
    return got == want


def answer_of(case: dict, mistake: int) -> dict:
    """What a known mistake answers; a table leaves out what is right in it.

    It says {} for a right answer or a right part, and of a list of numbers it has what
    comes "after" so many right ones, up to the last wrong one. A long answer of whole
    numbers is there as its "digest" only, which `same` compares. A number stands for
    the answer at that place of the list, which is the same.
    """
    answer, expected = case["mistakes"][mistake], case["expected"]
    if isinstance(answer, int):
        answer = case["mistakes"][answer]
    value, want = answer.get("value"), expected.get("value")
    if "after" in answer:
        end = answer["after"] + len(value)
        value = [*want[: answer["after"]], *value, *want[end:]]
    elif isinstance(value, list) and {} in value:
        pairs = zip(value, want, strict=True)
        value = [w if part == {} else part for part, w in pairs]
    else:
        return answer or expected
    whole = {key: answer[key] for key in ("changed",) if key in answer}
    return whole | {"value": value}


def same(answer: dict, other: dict, exercise: dict, name: str = "") -> bool:
    """Whether two answers are equal; `name` is that of the other one's function."""
    if repr(answer) == repr(other):  # also what no exercise would take for right
        return True
    if bool(answer.get("changed")) != bool(other.get("changed")):
        return False
    if "value" in answer and "digest" in other:
        return digest(answer["value"]) == other["digest"]
    if "value" in answer and "value" in other:
        allowed = exercise["tolerance"]
        rel = max(allowed["rel"], LEAST)
        return not difference(
            answer["value"], other["value"], {**allowed, "rel": rel}, ""
        )
    if "error" in answer and "error" in other:
        own = exercise["function"]
        return _plain(answer["error"], own) == _plain(other["error"], name or own)
    return answer == other


def _plain(error: str, name: str) -> str:
    """An error without what differs from one telling of it to another.

    >>> _plain("TypeError: step() takes 1 argument, <S object at 0x7f>  given", "step")
    'typeerror: f() takes 1 argument, <s object at > given'
    """
    error = re.sub(r"\b0x[0-9a-fA-F]+", "", error)
    error = re.sub(r"('\w+') and ('\w+')", _in_order, error)
    error = re.sub(rf"\b{re.escape(name)}(\.<locals>\.[\w<>]+)?\(\)", "f()", error)
    return " ".join(error.split()).casefold()


def _in_order(operands: re.Match) -> str:
    return " and ".join(sorted(operands.groups()))


def describe_call(function: str, case: dict) -> str:
    """The call as code that runs in the lesson.

    >>> describe_call("f", {"args": [1.5, 20], "kwargs": {"lr": 0.1}})
    'f(1.5, 20, lr=0.1)'
    """
    call = as_code.call(function, case)
    return f"{call}, again after other calls" if case.get("again") else call


def _came_back(
    answer: dict,
    items: int = 6,
    whole: bool = False,
    at: tuple[int, ...] = (),
) -> str:
    """What came back; `whole` where nothing else tells what was raised."""
    if "missing" in answer:
        name = answer["missing"]
        what = "the function" if name is True else f"`{name}`"
        return f"nothing, {what} is not written yet"
    if "error" in answer:
        error = _raised(answer) if whole else answer["error"].split(":")[0]
        return f"nothing, it raised {error}"
    return _shown(answer, items, at)


def _expected(case: dict, items: int = 6, at: tuple[int, ...] = ()) -> str:
    return case.get("wanted") or _shown(case["expected"], items, at)


def _shown(answer: dict, items: int, at: tuple[int, ...]) -> str:
    value = answer.get("value")
    if answer.get("tuple") and isinstance(value, list):
        return short_tuple(value, items, at)
    return short(value, items=items, at=at)


# Rules for answers that have no single right value, by the name a case carries.
RULES: dict = {"split": split_problem, "batches": batches_problem}
