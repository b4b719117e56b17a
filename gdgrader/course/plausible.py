"""Which mutants people plausibly write, and how many of them a hint names.

Plausible is one change of one place that hands, not machines, make, and that does not
raise at every call, which is seen at once: it is off by one in a step, a count or a
border; it leaves out a clamp, a floor, an absolute value, a mode, a call or the last
`return`; it turns a sign, a comparison or a fraction round, swaps arguments or results;
it ignores an argument or takes 0 for none; it ends a loop in its first round; it keeps
state, rounds, or changes what it was given.

Constants, caps, tables and limits that a mutation tester tries are not among them:
nobody writes 3 for 2, and cases, not hints, are there to refuse such.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gdgrader.course.mutants import SOURCE, Clock, Mutant, made, mutants
from gdgrader.course.mutations import without_docstring
from gdgrader.course.public_checks import public_entry
from gdgrader.exercises.base import Exercise
from gdgrader.exercises.reference import load_reference, solution_text, source_notebook
from gdhelpers.cases import run_case
from gdhelpers.verdicts import cases_of, rule

# Sentences that name a slip without a mistake of the catalogue.
NAMING = ("is a `return` missing?", "but your function changes `")
SHORTENING = {"min", "max", "abs", "floor", "ceil", "int", "round"}
BORDERS = ({ast.Lt, ast.LtE}, {ast.Gt, ast.GtE})
MIRRORED = ({ast.Lt, ast.Gt}, {ast.LtE, ast.GtE})
ORDERED = ast.Sub | ast.Div | ast.FloorDiv | ast.Mod
# Lines of `slips`, each as a pattern.
LINES = {
    "off by one": (r"(\w+) = \1 [+-] 1",),
    "results swapped": (r"result = result\[::-1\]",),
    "argument ignored": (r"(?!result)(\w+) = ('\w+'|[\d.e-]+|None)",),
    "zero taken for none": (r"(\w+) = \1 or .+",),
    "sign turned": (r"(if result is not None: )?result = (-result|abs\(result\))",),
    "one of two results": (r"result = result\[0\]",),
    "an entry lost": (r"result = (list\()?result(\[\d\]\))?\[(:-1|1:)\].*",),
    "rounded": (r"(if result is not None: )?result = .*round\(.*, [24]\).*",),
    "state kept": (r"cached .*", r"the (second )?list grows", r"the second call.*"),
    "changed in place": (r"\w+\.(sort|clear|append|mul_|zero_)\([\d.]*\)",),
}


@dataclass(frozen=True)
class Hinted:
    """A plausible mutant that is refused, and what it is told.

    Attributes:
        slip: what kind of slip it is.
        told: a mistake (or "") and a hint for each property that refuses it.
    """

    mutant: Mutant
    slip: str
    told: tuple[tuple[str, str], ...]

    @property
    def named(self) -> bool:
        """Whether a hint says what was done."""
        return any(
            mistake or any(n in hint for n in NAMING) for mistake, hint in self.told
        )


def hinted(exercise: Exercise, root: Path, share: float = 1.0) -> Iterator[Hinted]:
    """What the plausible mutants of a reference are told, of all or a share of them.

    Errors: FileNotFoundError where the lesson's source is not there.
    """
    path = source_notebook(exercise.lesson, root)
    names = load_reference(path)
    right = solution_text(path, exercise.function)
    entry = public_entry(exercise, names[exercise.function])
    for mutant, its_names in mutants(exercise, names, path, None):
        if mutant.origin != SOURCE or not mutant.in_share(share):
            continue
        slip = slip_of(mutant, right)
        if not slip:
            continue
        told = dict.fromkeys(_told(mutant, its_names, entry))
        if told and not all("raised" in hint for _, hint in told):
            yield Hinted(mutant, slip, tuple(told))


def _told(mutant: Mutant, names: dict, entry: dict) -> Iterator[tuple[str, str]]:
    for asked in entry["properties"]:
        clock = Clock()
        function, answers = made(mutant.text, names, clock), []
        for case in cases_of(entry, asked):
            clock.again()
            answers.append(run_case(function, case))
        verdict = rule(entry, asked, answers)
        if not verdict.right:
            yield verdict.mistake, verdict.hint


def slip_of(mutant: Mutant, right: str) -> str:
    """What kind of slip a mutant of the right text is; "" for none of people's."""
    for slip, patterns in LINES.items():
        if any(re.fullmatch(pattern, mutant.change) for pattern in patterns):
            return slip
    before, after = (ast.parse(text) for text in (right, mutant.text))
    if len(after.body) != 1:  # a line around the right text
        return ""
    before, after = without_docstring(before), without_docstring(after)
    return _slip(*_where(before, after), before.body[0].body[-1])


def _where(old: object, new: object) -> tuple[object, object]:
    """The smallest part of two trees in which they differ."""
    while isinstance(old, ast.AST) and type(old) is type(new):
        parts = [
            (a, b)
            for (_, one), (_, other) in zip(
                ast.iter_fields(old), ast.iter_fields(new), strict=True
            )
            for a, b in (
                zip(one, other, strict=True)
                if isinstance(one, list) and len(one) == len(other)
                else [(one, other)]
            )
            if _text(a) != _text(b)
        ]
        if len(parts) != 1 or not all(
            isinstance(p, ast.expr | ast.stmt) for p in parts[0]
        ):
            break
        ((old, new),) = parts
    return old, new


def _text(node: object) -> str:
    if isinstance(node, list):
        return " ".join(map(_text, node))
    return ast.dump(node) if isinstance(node, ast.AST) else repr(node)


def _slip(old: object, new: object, last: ast.stmt) -> str:
    if isinstance(old, ast.Compare) and isinstance(new, ast.Compare):
        kinds = {type(old.ops[0]), type(new.ops[0])}
        if kinds in MIRRORED:
            return "comparison turned"
        return "off by one" if kinds in BORDERS else ""
    if isinstance(old, ast.BinOp) and isinstance(new, ast.BinOp):
        return _operation(old, new)
    if isinstance(new, ast.BinOp) and _text(new.left) == _text(old):  # range(n + 1)
        return "off by one"
    if isinstance(old, ast.UnaryOp) and _text(old.operand) == _text(new):
        return "sign turned"
    if isinstance(old, ast.Call):
        return _called(old, new)
    if isinstance(old, ast.Expr) and isinstance(new, ast.Pass):
        return "a call left out"
    if old is last and isinstance(new, ast.Expr | ast.Pass):
        return "no return"
    if isinstance(old, ast.Assign) and isinstance(new, ast.AugAssign):
        return "changed in place"
    if isinstance(old, ast.For | ast.While) and type(new) is type(old):
        return "an early end" if isinstance(new.body[-1], ast.Break) else ""
    if isinstance(old, ast.IfExp) and _text(new) in map(_text, (old.body, old.orelse)):
        return "a mode left out"
    if isinstance(old, ast.Tuple) and isinstance(new, ast.Tuple):
        return "results swapped" if len(old.elts) == len(new.elts) == 2 else ""
    return ""


def _operation(old: ast.BinOp, new: ast.BinOp) -> str:
    if type(old.op) is type(new.op):
        swapped = isinstance(old.op, ORDERED) and _text(old.left) == _text(new.right)
        return "turned round" if swapped else ""
    kinds = {type(old.op), type(new.op)}
    if kinds == {ast.Div, ast.FloorDiv}:
        return "a floor left out or put in"
    return "sign turned" if kinds == {ast.Add, ast.Sub} else ""


def _called(old: ast.Call, new: object) -> str:
    name = getattr(old.func, "attr", getattr(old.func, "id", ""))
    if name in SHORTENING and _text(new) in map(_text, old.args):
        return "a clamp left out"
    if not isinstance(new, ast.Call) or _text(old.func) != _text(new.func):
        return ""
    if name == "range":
        return "off by one" if new.args else ""
    same = sorted(map(_text, old.args)) == sorted(map(_text, new.args))
    return "arguments swapped" if same and old.args else ""
