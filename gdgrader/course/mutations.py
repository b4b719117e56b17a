"""Small changes of a function's text, as a mutation tester makes them.

The operators are those of mutmut and Cosmic Ray, and some for numeric code. The tools
themselves rewrite a project's files and run its test suite once for each change, and
bring a terminal interface or an HTTP client along; here a mutant is a function in
memory, for which the syntax tree is enough.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from typing import NamedTuple

CAPS = (1, 2, 5, 10, 20, 50, 100, 200)
LONG, CONTEXT = 90, 30  # characters of a change that are shown
ARROW = " → "


class Mutation(NamedTuple):
    """A changed definition.

    Attributes:
        change: the lines that differ, "before → after".
        text: the whole definition, changed.
    """

    change: str
    text: str


def mutations(text: str) -> Iterator[Mutation]:
    """Every small change of a function's definition, each resulting text once.

    >>> [m.change for m in mutations("def f(a, b):\\n    return a < b")][:2]
    ['return a < b → return a <= b', 'return a < b → return a >= b']
    """
    tree = without_docstring(ast.parse(text))
    original = ast.unparse(tree)
    seen = {original}
    for parent, field, index, node in list(_sites(tree.body[0])):
        for new in _variants(node, parent, field):
            _put(parent, field, index, new)
            changed = ast.unparse(tree)
            _put(parent, field, index, node)
            if changed not in seen and _is_python(changed):
                yield Mutation(difference(original, changed), changed)
            seen.add(changed)


def _is_python(text: str) -> bool:
    try:
        compile(text, "a mutant", "exec")
    except SyntaxError:  # a `break` moved out of its loop, say
        return False
    return True


def without_docstring(tree: ast.Module) -> ast.Module:
    """The same tree, whose only function has lost its docstring."""
    function = tree.body[0]
    if ast.get_docstring(function) is not None:
        del function.body[0]
    return tree


def difference(before: str, after: str) -> str:
    """The lines that differ.

    >>> difference("a = 1\\nb = 2\\nc = 3", "a = 1\\nb = 4\\nc = 3")
    'b = 2 → b = 4'
    """
    old, new = before.splitlines(), after.splitlines()
    above: list[str] = []
    while old and new and old[0] == new[0]:
        above, old, new = old[:1], old[1:], new[1:]
    while old and new and old[-1] == new[-1]:
        old, new = old[:-1], new[:-1]
    if not (old and new):  # a line more, or less: say where
        old, new = above + old, above + new
    old, new = ("; ".join(line.strip() for line in part) for part in (old, new))
    return ARROW.join(_cut(old, new))


def _cut(old: str, new: str) -> tuple[str, str]:
    """Two long texts without what they have in common, but for some words around."""
    if len(old) < LONG or len(new) < LONG:
        return old, new
    start = _alike(old, new)
    end = _alike(old[:start:-1], new[:start:-1])
    around = old[:start].rfind(" ", 0, max(start - CONTEXT, 0)) + 1
    after = max(end - CONTEXT, 0)
    return tuple(
        f"{'…' * (around > 0)}{text[around : len(text) - after]}{'…' * (after > 0)}"
        for text in (old, new)
    )


def _alike(old: str, new: str) -> int:
    """How many characters they begin with in common."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(old), len(new)))


def _sites(tree: ast.AST) -> Iterator[tuple[ast.AST, str, int | None, ast.AST]]:
    """Every place of the tree at which something stands that may be replaced."""
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if field in ("annotation", "returns", "format_spec"):
                continue
            nodes = value if isinstance(value, list) else [value]
            for index, node in enumerate(nodes):
                if isinstance(node, ast.expr | ast.stmt):
                    yield parent, field, index if nodes is value else None, node


def _put(parent: ast.AST, field: str, index: int | None, node: ast.AST) -> None:
    if index is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[index] = node


def _like(node: ast.AST, **changes) -> ast.AST:
    made = copy.copy(node)
    for field, value in changes.items():
        setattr(made, field, value)
    return made


def _variants(node: ast.AST, parent: ast.AST, field: str) -> Iterator[ast.AST]:
    if isinstance(getattr(node, "ctx", None), ast.Store) or isinstance(
        parent, ast.Raise | ast.ImportFrom
    ):
        return
    if isinstance(parent, ast.keyword) and parent.arg in _TYPES:
        return
    # An optimizer has one group here, which is the first and the last.
    if field == "slice" and ast.unparse(parent.value).endswith("param_groups"):
        return
    if operator := _OPERATORS.get(type(node)):
        made = operator(node)
        yield from (m for m in made if not _only_the_sign(node, m, parent))
    if isinstance(node, ast.stmt) and not isinstance(
        node, ast.Pass | ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef
    ):
        yield ast.Pass()
    if field == "test":
        yield from (ast.Constant(True), ast.Constant(False))


def _only_the_sign(node: ast.AST, made: ast.AST, parent: ast.AST) -> bool:
    """Whether a difference is turned round where its sign plays no part."""
    turned = (
        isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Sub)
        and getattr(made, "left", None) is node.right
    )
    squared = isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Pow)
    sized = isinstance(parent, ast.Call) and "abs" in ast.unparse(parent.func)
    squared = squared and getattr(parent.right, "value", None) == 2
    return turned and (squared or sized)


_COMPARED = {
    ast.Lt: (ast.LtE, ast.GtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.Gt, ast.GtE),
    ast.Gt: (ast.GtE, ast.LtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.Lt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
_REPLACED = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.FloorDiv: (ast.Div, ast.Mod),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
}
_ORDERED = (ast.Sub, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.MatMult)
_RENAMED = {
    "min": ("max",),
    "max": ("min",),
    "floor": ("ceil",),
    "ceil": ("floor", "round"),
    "round": ("floor",),
    "cos": ("sin",),
    "sin": ("cos",),
    "mean": ("sum",),
    "sum": ("mean",),
    "any": ("all",),
    "all": ("any",),
    "prod": ("sum",),
    "append": ("extend",),
    "isfinite": ("isnan",),
}


def _compare(node: ast.Compare) -> Iterator[ast.AST]:
    for i, op in enumerate(node.ops):
        for other in _COMPARED[type(op)]:
            yield _like(node, ops=[*node.ops[:i], other(), *node.ops[i + 1 :]])


def _binary(node: ast.BinOp) -> Iterator[ast.AST]:
    for other in _REPLACED.get(type(node.op), ()):
        yield _like(node, op=other())
    if isinstance(node.op, _ORDERED):
        yield _like(node, left=node.right, right=node.left)
    yield from (node.left, node.right)


def _boolean(node: ast.BoolOp) -> Iterator[ast.AST]:
    yield _like(node, op=ast.And() if isinstance(node.op, ast.Or) else ast.Or())
    yield from node.values


def _unary(node: ast.UnaryOp) -> Iterator[ast.AST]:
    yield node.operand


def _constant(node: ast.Constant) -> Iterator[ast.AST]:
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, int | float):
        for value in (node.value + 1, node.value - 1, node.value * 2):
            yield ast.Constant(value)


def _choice(node: ast.IfExp) -> Iterator[ast.AST]:
    yield from (node.body, node.orelse)


def _branches(node: ast.If) -> Iterator[ast.AST]:
    if node.orelse:
        yield _like(node, orelse=[])
        yield _like(node, body=node.orelse, orelse=node.body)


# What these give is the same in other words: numpy's number for Python's, a sum or a
# product the other way round, float32 where that is near enough.
_CONVERTING = {"float", "float64", "Fraction", "list", "tuple", "tensor", "array"}
_COMMUTING = {"multiply", "add", "min", "max", "maximum", "isclose", "allclose"}
_COMMUTING |= {"same", "near"}  # as right solutions call their own
_TYPES = {"dtype", "strict"}


def _call(node: ast.Call) -> Iterator[ast.AST]:
    """Dropped or exchanged functions, dropped or swapped arguments."""
    function = node.func
    name = getattr(function, "attr", getattr(function, "id", None))
    if name not in _CONVERTING:
        yield from node.args
    for other in _RENAMED.get(name, ()):
        key = "attr" if isinstance(function, ast.Attribute) else "id"
        yield _like(node, func=_like(function, **{key: other}))
    if isinstance(function, ast.Attribute):
        yield function.value  # `.item()`, `.clone()`, `.abs()` left out
    for i in range(len(node.args)):
        yield _like(node, args=node.args[:i] + node.args[i + 1 :])
        if i and name not in _COMMUTING:
            swapped = [*node.args[: i - 1], node.args[i], node.args[i - 1]]
            yield _like(node, args=swapped + node.args[i + 1 :])
    for i, keyword in enumerate(node.keywords):
        if keyword.arg not in _TYPES:
            others = node.keywords[:i] + node.keywords[i + 1 :]
            yield _like(node, keywords=others)
    if name == "range" and not isinstance(node.args[-1], ast.Constant):
        end = min(1, len(node.args) - 1)
        for op in (ast.Sub(), ast.Add()):
            shifted = ast.BinOp(node.args[end], op, ast.Constant(1))
            yield _like(node, args=[*node.args[:end], shifted, *node.args[end + 1 :]])
        if len(node.args) == 1:
            yield _like(node, args=[ast.Constant(1), *node.args])


def _attribute(node: ast.Attribute) -> Iterator[ast.AST]:
    yield node.value  # `.T`, `.data`, `.real` left out
    if node.attr in _RENAMED:
        for other in _RENAMED[node.attr]:
            yield _like(node, attr=other)


def _augmented(node: ast.AugAssign) -> Iterator[ast.AST]:
    yield ast.Assign([node.target], node.value, lineno=1)
    for other in _REPLACED.get(type(node.op), ()):
        yield _like(node, op=other())


def _assignment(node: ast.Assign) -> Iterator[ast.AST]:
    """`a = a - b` as `a -= b`: the same for numbers, not for a caller's tensor."""
    target, value = node.targets[0], node.value
    if isinstance(value, ast.BinOp) and ast.unparse(target) == ast.unparse(value.left):
        yield ast.AugAssign(target, value.op, value.right)


def _sequence(node: ast.Tuple | ast.List) -> Iterator[ast.AST]:
    if len(node.elts) == 2:
        yield _like(node, elts=node.elts[::-1])
    for i in range(len(node.elts)):
        yield _like(node, elts=node.elts[:i] + node.elts[i + 1 :])
    if isinstance(node, ast.Tuple):
        yield from node.elts


def _slice(node: ast.Slice) -> Iterator[ast.AST]:
    for end in ("lower", "upper"):
        if (value := getattr(node, end)) is not None:
            yield _like(node, **{end: None})
            for op in (ast.Sub(), ast.Add()):
                yield _like(node, **{end: ast.BinOp(value, op, ast.Constant(1))})


def _subscript(node: ast.Subscript) -> Iterator[ast.AST]:
    yield node.value


def _loop(node: ast.For | ast.While) -> Iterator[ast.AST]:
    """Loops that end early: in their first round, or at a cap."""
    yield _like(node, body=[*node.body, ast.Break()])
    for cap in CAPS:
        yield _capped(node, cap)


def _capped(node: ast.For | ast.While, cap: int) -> ast.AST:
    if isinstance(node, ast.For):
        some = ast.parse(f"__import__('itertools').islice(0, {cap})").body[0].value
        some.args[0] = node.iter
        return _like(node, iter=some)
    rounds = ast.parse(f"(rounds := locals().get('rounds', 0) + 1) <= {cap}")
    test = ast.BoolOp(ast.And(), [rounds.body[0].value, node.test])
    return _like(node, test=test)


def _comprehension(node: ast.ListComp | ast.GeneratorExp) -> Iterator[ast.AST]:
    first = node.generators[0]
    for i in range(len(first.ifs)):
        some = _like(first, ifs=first.ifs[:i] + first.ifs[i + 1 :])
        yield _like(node, generators=[some, *node.generators[1:]])


def _return(node: ast.Return) -> Iterator[ast.AST]:
    if node.value is not None:
        if getattr(node.value, "value", node) is not None:
            yield _like(node, value=None)
        yield ast.Expr(node.value)


def _jump(node: ast.stmt) -> Iterator[ast.AST]:
    yield ast.Break() if isinstance(node, ast.Continue) else ast.Continue()


_OPERATORS = {
    ast.Compare: _compare,
    ast.BinOp: _binary,
    ast.BoolOp: _boolean,
    ast.UnaryOp: _unary,
    ast.Constant: _constant,
    ast.IfExp: _choice,
    ast.If: _branches,
    ast.Call: _call,
    ast.Attribute: _attribute,
    ast.AugAssign: _augmented,
    ast.Assign: _assignment,
    ast.Tuple: _sequence,
    ast.List: _sequence,
    ast.Slice: _slice,
    ast.Subscript: _subscript,
    ast.For: _loop,
    ast.While: _loop,
    ast.ListComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.Return: _return,
    ast.Break: _jump,
    ast.Continue: _jump,
}
