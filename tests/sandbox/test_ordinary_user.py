"""A grader who is not root, with and without user ids for kernels."""

import json

import arithmetic
import pytest
from ordinary import ROOT, as_ordinary

PYTEST = ("-m", "pytest", "-p", "no:cacheprovider", "-n0", "-q", f"--rootdir={ROOT}")
ATTACKS = "tests/attacks/test_attacks.py"
SANDBOX = ("tests/sandbox/test_user_ids.py", "tests/sandbox/test_sandbox.py")
# What hangs on no user: pages are made of `autograded/`, and nothing of a student runs.
PAGES = ("the_documents", "feedback_", "formgrader_", "the_report_", "active_markup")


@pytest.mark.parametrize(
    ("names", "ids"), [((*SANDBOX, ATTACKS), 65536), ((ATTACKS,), 0)]
)
def test_all_of_it_holds_for_a_user_who_is_not_root(names, ids):
    left_out = [f"--deselect={ATTACKS}::test_{name}" for name in PAGES]
    here = [str(ROOT / name) for name in names]
    done = as_ordinary(*PYTEST, "--basetemp=t", *left_out, *here, ids=ids)
    assert done.returncode == 0, done.stdout
    assert arithmetic.counted(done.stdout)["passed"] > 150  # each attack among them


SAY = """
import json

from sandboxed import run
from gdgrader.sandbox.host import Sandbox
from gdgrader.sandbox.selftest import verify
with Sandbox() as sandbox:
    verify(sandbox)
    said = run(sandbox, "print(6 * 7)").text
    print(json.dumps([sandbox.nested, sandbox.own_ids, sandbox.why_shared, said]))
"""


def test_a_user_without_further_ids_is_told_so():
    done = as_ordinary("-c", SAY, ids=0)
    nested, own, why, said = json.loads(done.stdout)
    assert (nested, own, said) == (True, False, "42")
    assert "/etc/subuid" in why
