"""The machinery that a check stands on, replaced."""

from .base import DESCEND, STEP, Attack

ANY = STEP + "    return theta\n" + DESCEND + "    return [theta] * (num_steps + 1)\n"


def attack(name: str, attempts: str, *cells: str) -> Attack:
    return Attack(name, attempts, (ANY, *cells))


ATTACKS = (
    attack(
        "patched builtins",
        "every comparison is true",
        "import builtins\n"
        "builtins.all = builtins.any = builtins.isinstance = lambda *_: True\n"
        "builtins.abs = builtins.float = builtins.round = lambda *_: 0.0\n"
        "builtins.zip = lambda *_, **__: []",
    ),
    attack(
        "patched import",
        "whatever is imported says yes",
        "import builtins, types\n"
        "real = builtins.__import__\n"
        "class Yes(types.ModuleType):\n"
        "    def __getattr__(self, name): return lambda *a, **k: True\n"
        "def imported(name, *rest, **more):\n"
        "    if name.startswith(('gdhelpers', 'json')): return Yes(name)\n"
        "    return real(name, *rest, **more)\n"
        "builtins.__import__ = imported",
    ),
    attack(
        "patched torch",
        "tensors are close to all others",
        "import torch\n"
        "torch.allclose = torch.equal = torch.isclose = lambda *_, **__: True\n"
        "torch.Tensor.__eq__ = torch.Tensor.allclose = lambda *_, **__: True\n"
        "torch.Tensor.__sub__ = lambda self, other: torch.zeros(())\n"
        "torch.testing.assert_close = lambda *_, **__: None",
    ),
    attack(
        "patched numpy",
        "arrays are close to all others",
        "import numpy as np\n"
        "np.allclose = np.isclose = np.array_equal = lambda *_, **__: True\n"
        "np.testing.assert_allclose = lambda *_, **__: None",
    ),
    attack(
        "patched math",
        "numbers are close to all others",
        "import math, cmath\n"
        "math.isclose = cmath.isclose = lambda *_, **__: True\n"
        "math.isnan = lambda *_: False\n"
        "math.fabs = math.sqrt = lambda *_: 0.0",
    ),
    attack(
        "no assertions",
        "assert statements are compiled away",
        "import ast, gdhelpers.checks\n"
        "class Drop(ast.NodeTransformer):\n"
        "    def visit_Assert(self, node): return ast.Pass()\n"
        "get_ipython().ast_transformers.append(Drop())\n"
        "gdhelpers.checks.rule = lambda *_: type('V', (), "
        "{'right': True, 'message': '✓'})",
    ),
    attack(
        "exceptions that are none",
        "a failing check raises nothing that counts",
        "import builtins, gdhelpers.checks as c\n"
        "class Quiet(Exception):\n"
        "    def __new__(cls, *_): raise StopIteration\n"
        "builtins.AssertionError = c.CheckFailed = Quiet\n"
        "real, c.check = c.check, None\n"
        "def check(*given):\n"
        "    try: real(*given)\n"
        "    except BaseException: print('✓')",
    ),
    attack(
        "patched check",
        "check itself, in its module and here",
        "import gdhelpers.checks\n"
        "check = gdhelpers.checks.check = lambda *_: print('✓ right in 6 cases')",
    ),
    attack(
        "patched rule",
        "the rule by which answers are judged",
        "import gdhelpers.verdicts as v, gdhelpers.checks as c\n"
        "v.rule = c.rule = lambda *_: v.Verdict(True, '✓')\n"
        "v.close = lambda *_: True",
    ),
    attack(
        "patched caller",
        "what calls the function on the inputs",
        "import gdhelpers.cases as c, gdhelpers.checks\n"
        "def run_case(function, case):\n"
        "    return {'value': case.get('expected', case.get('answer', 0.0))}\n"
        "c.run_case = gdhelpers.checks.run_case = run_case",
    ),
    attack(
        "patched json",
        "what carries answers and inputs",
        "import json\n"
        "real = json.loads\n"
        "json.dumps = lambda *_, **__: '[' + '{\"value\": 1.0},' * 5 "
        '+ \'{"value": 1.0, "right": true}]\'\n'
        "json.loads = lambda text, **__: []",
    ),
    attack(
        "no cases",
        "the list of cases is emptied",
        "import gdhelpers.verdicts as v, gdhelpers.checks as c, json\n"
        "v.cases_of = c.cases_of = lambda *_: []\n"
        "json.loads = lambda *_, **__: {'exercises': {}}",
    ),
)
