"""A grader who is not root, with and without user ids for kernels."""

import json

import pytest
from ordinary import ROOT, as_ordinary

PYTEST = ("-m", "pytest", "-p", "no:cacheprovider", "-n0", "-q", f"--rootdir={ROOT}")


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("sandbox/test_user_ids.py", 65536),
        ("sandbox/test_sandbox.py", 65536),
        ("attacks/test_attacks.py", 65536),
        ("attacks/test_attacks.py", 0),
    ],
)
def test_all_of_it_holds_for_a_user_who_is_not_root(name, ids):
    here = str(ROOT / "tests" / name)
    done = as_ordinary(*PYTEST, "--basetemp=t", "-k", "not documents", here, ids=ids)
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout


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
