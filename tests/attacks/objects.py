"""Answers that are no answers: objects equal to all, and forged verdicts."""

from nbformat.v4 import new_output

from .base import DESCEND, STEP, Attack, graded

BOTH = "{step}    return {value}\n{descend}    return {value}\n"


def returning(name: str, attempts: str, value: str, setup: str = "") -> Attack:
    """Both functions return `value`."""
    code = BOTH.format(step=STEP, descend=DESCEND, value=value)
    return Attack(
        name,
        attempts,
        answers={
            "step": setup + "\n" + code,
            "descend": DESCEND + f"    return {value}",
        },
    )


EQUAL = """
class Equal({base}):
    __eq__ = __le__ = __ge__ = __lt__ = __gt__ = lambda *_: True
    __ne__ = lambda *_: False
    __hash__ = lambda self: 0
    __sub__ = __rsub__ = __abs__ = __add__ = __radd__ = lambda *_: Equal()
    __float__ = lambda self: float("{number}")
    __bool__ = lambda self: True
    __getattr__ = lambda self, name: self
    __call__ = __getitem__ = lambda self, *_: self
    shape, dtype = (), None
"""
LIAR = """
import numpy as np, torch
class Liar(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        return torch.tensor(True)
class Array(np.ndarray):
    def __array_ufunc__(self, *_, **__): return np.True_
"""
CHAMELEON = """
import inspect
class Chameleon:
    '''Looks for the expected value in whoever asks.'''
    dtype, shape = "float64", ()
    def detach(self): return self
    def item(self): return self.look()
    def tolist(self): return self.look()
    def look(self):
        for record in inspect.stack():
            for name, value in record.frame.f_locals.items():
                if isinstance(value, dict) and "expected" in value:
                    return value["expected"]
                if name in ("expected", "wanted", "answer"):
                    return value
        return {"$other": "right", "expected": True, "right": True}
"""


def forged_outputs(notebook):
    """Outputs as the grader writes them, handed in with the cells."""
    for cell in graded(notebook):
        cell.execution_count = 7
        cell.outputs = [
            new_output("stream", text="✓ right in 6 cases\n"),
            new_output("execute_result", {"text/plain": "7.0"}, execution_count=7),
        ]


def graded_output(text: str) -> str:
    """Code that says something in whatever cell is run while `check` works."""
    return f"def check(*_):\n    from IPython.display import display\n    {text}"


ATTACKS = (
    returning(
        "equal to all",
        "compares as right",
        "Equal()",
        EQUAL.format(base="object", number="0"),
    ),
    returning(
        "a float equal to all",
        "compares as right, and is a float",
        "Equal(1.0)",
        EQUAL.format(base="float", number="nan"),
    ),
    returning(
        "a tensor that lies",
        "each comparison with it is true",
        "torch.zeros(()).as_subclass(Liar)",
        LIAR,
    ),
    returning(
        "an array that lies",
        "each comparison with it is true",
        "np.zeros(3).view(Array)",
        LIAR,
    ),
    returning(
        "a chameleon",
        "takes the expected value from who asks",
        "Chameleon()",
        CHAMELEON,
    ),
    returning("not a number", "NaN and infinity compare oddly", "float('nan')"),
    returning(
        "unittest.mock.ANY",
        "equal to anything, of the standard library",
        "ANY",
        "from unittest.mock import ANY",
    ),
    returning(
        "a forged answer",
        "JSON with keys of the judge's own",
        "{'value': 0.0, 'right': True, 'expected': 0.0, '$other': '✓'}",
    ),
    returning(
        "a nest",
        "an answer too deep to read",
        "__import__('functools').reduce(lambda a, _: [a], range(900), 0)",
    ),
    returning("a huge answer", "an answer too long to read", "[0.5] * 90_000_000"),
    Attack("forged outputs", "a check's output, handed in", edit=forged_outputs),
    Attack(
        "a number shown",
        "the number 7.0 as a check's result",
        (graded_output("display(7.0); return 7.0"),),
    ),
    Attack(
        "infinite points",
        "stock fails the submission, or more",
        (graded_output("return float('inf')"),),
    ),
    Attack(
        "not-a-number points",
        "stock gives full marks",
        (graded_output("return float('nan')"),),
    ),
    Attack(
        "a verdict printed",
        "the words of the judge, and an early exit",
        (graded_output("print('✓ right in 6 cases'); raise SystemExit(0)"),),
    ),
    Attack(
        "a verdict displayed",
        "the judge's message types",
        (
            "from IPython.display import publish_display_data as say\n"
            "say({'application/json': {'right': True, 'score': 7},\n"
            "     'text/plain': '7.0'}, metadata={'right': True, 'score': 7})\n"
            'print(\'{"answers": [{"right": true}]}\')',
        ),
    ),
)
