"""Rule on a student's function from outside the process that runs it.

The kernel is asked for plain numbers, by inputs drawn from a secret seed; the ruling is
made here, against the solution cell of `source/`. What the kernel sends is data from a
stranger: anything but numbers that match is a wrong answer.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

from gdgrader.course.edition import Edition, GradedCell
from gdhelpers.verdicts import Fault, Verdict, cases_of, rule

KEY = "answers"  # names the expression in the kernel's reply
LARGEST_ANSWER = 2_000_000  # characters
DEEPEST, LONGEST_TEXT = 8, 2_000
ASKED = ("args", "kwargs", "at", "twice")  # all that a kernel is told of a case
REQUEST = (
    # In hexadecimal, so that reading it takes no parser of Python's.
    "__import__('json').dumps([__import__('gdhelpers.cases', fromlist=['run_case'])"
    ".run_case({function}, case) for case in __import__('json').loads({cases!r})])"
    ".encode().hex()"
)


class Malformed(ValueError):
    """What came back is not what `gdhelpers.cases` sends."""


class Judge:
    """Asks for, and rules on, the graded cells of one lesson.

    Args:
        edition: the instructor's version.
        seed: decides the inputs. Keep it from students until they are graded.
        entries: the exercises' cases and answers by name, as
            `gdgrader.grading.references.References` finds them.
    """

    def __init__(
        self, edition: Edition, seed: str, entries: Mapping[str, dict]
    ) -> None:
        self.edition, self.seed, self.entries = edition, seed, entries

    def request(self, grade_id: str) -> str:
        """An expression that makes the kernel call the function on every case."""
        asked = self.edition.graded[grade_id]
        cases = [
            {key: case[key] for key in ASKED if key in case}
            for case in cases_of(self.entries[asked.exercise], asked.property_name)
        ]
        return REQUEST.format(function=asked.function, cases=json.dumps(cases))

    def ruling(self, grade_id: str, reply: object) -> Verdict:
        """The verdict on a kernel's reply (`user_expressions` of an execute_reply)."""
        asked = self.edition.graded[grade_id]
        entry = self.entries[asked.exercise]
        try:
            answers = _answers(reply, len(cases_of(entry, asked.property_name)))
            return rule(entry, asked.property_name, answers)
        except Missing:
            return wrong(
                asked,
                f"There is no function named {asked.function}: its cell is missing, "
                "was renamed, or raised an error when it ran.",
                Fault.RAISED,
            )
        # Whatever a hostile answer upsets is its own fault, and earns nothing.
        except (Malformed, ValueError, TypeError, ArithmeticError, LookupError):
            why = "What came back is not an answer the grader can read."
            return wrong(asked, why, Fault.UNREADABLE)


class Missing(Exception):
    """The kernel knows no function of that name."""


def wrong(asked: GradedCell, why: str, fault: Fault) -> Verdict:
    """A verdict that gives no points, with the reason."""
    name = asked.property_name or ""
    return Verdict(False, asked.exercise, name, hint=why, fault=fault)


def _answers(reply: object, count: int) -> list[dict]:
    reply = reply.get(KEY) if isinstance(reply, dict) else None
    if not isinstance(reply, dict):
        raise Malformed("no reply")
    if reply.get("status") == "error" and reply.get("ename") == "NameError":
        raise Missing
    data = reply.get("data")
    text = data.get("text/plain") if isinstance(data, dict) else None
    if not isinstance(text, str) or len(text) > LARGEST_ANSWER:
        raise Malformed("no text, or too much of it")
    try:
        answers = json.loads(bytes.fromhex(text.strip("'")))
    except (ValueError, RecursionError):
        raise Malformed("not JSON") from None
    if not isinstance(answers, list) or len(answers) != count:
        raise Malformed("not one answer for each case")
    return [_answer(answer) for answer in answers]


def _answer(answer: object) -> dict:
    """An answer as `gdhelpers.cases` gives it, and nothing else."""
    if not isinstance(answer, dict):
        raise Malformed("not an answer")
    if {"value"} <= set(answer) <= {"value", "changed", "marked", "tuple"}:
        more = {k: _text(answer[k]) for k in ("changed", "marked") if k in answer}
        more |= {"tuple": True} if answer.get("tuple") is True else {}
        return {"value": _value(answer["value"], DEEPEST)} | more
    if set(answer) == {"missing"}:
        name = answer["missing"]
        return {"missing": name if name is True else _name(name)}
    if {"error"} <= set(answer) <= {"error", "line"}:
        return {key: _text(value) for key, value in answer.items()}
    raise Malformed("not an answer")


def _value(value: object, depth: int):
    if depth == 0:
        raise Malformed("nested too deeply")
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return _number(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list):
        return [_value(v, depth - 1) for v in value]
    if isinstance(value, dict):
        if set(value) == {"$other"}:
            return {"$other": _text(value["$other"])}
        for tag in ("$tensor", "$array"):
            if set(value) == {tag, "shape"}:
                _shaped(value[tag], value["shape"])
                return value
    raise Malformed("not a plain value")


def _shaped(values: object, shape: object) -> None:
    if not isinstance(shape, list) or len(shape) > DEEPEST:
        raise Malformed("no shape")
    if not all(type(n) is int and 0 <= n <= LARGEST_ANSWER for n in shape):
        raise Malformed("no shape")
    if not shape:
        _number(values)
        return
    if not isinstance(values, list) or len(values) != shape[0]:
        raise Malformed("not of its shape")
    for value in values:
        _shaped(value, shape[1:])


def _number(value: object) -> int | float | bool:
    if not isinstance(value, bool | int | float):
        raise Malformed("not a number")
    if isinstance(value, int) and math.log2(abs(value) or 1) > 63:
        raise Malformed("a number too large")
    return value


def _name(value: object) -> str:
    if not _text(value).isidentifier():
        raise Malformed("not a name")
    return value


def _text(value: object) -> str:
    """Text that goes into a message: short, and without control characters."""
    if not isinstance(value, str):
        raise Malformed("not text")
    return "".join(c if c.isprintable() else " " for c in value[:LONGEST_TEXT])
