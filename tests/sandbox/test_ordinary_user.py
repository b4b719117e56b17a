"""A grader who is not root, with and without user ids for kernels.

Whoever runs the tests grades the whole corpus of attacks, in `tests/attacks/`. Of it
two parts are graded again by others. One without further ids gets all that hangs on the
user, as this is the strictest: kernels have the grader's own id, so that nothing is
refused to them for having another. One with such ids gets what hangs on these.
"""

import json

import arithmetic
import pytest
from attacks import ATTACKS as CORPUS
from attacks import BY_IDS, BY_USER, FAMILIES, OF_IDS, OF_LINUX, OF_THE_GRADER
from ordinary import ROOT, as_ordinary

PYTEST = ("-m", "pytest", "-p", "no:cacheprovider", "-n0", "-q", f"--rootdir={ROOT}")
SANDBOX = ("tests/sandbox/test_user_ids.py", "tests/sandbox/test_sandbox.py")
ATTACKS = "tests/attacks/test_attacks.py"
# Of what is asked of the whole class what hangs on the user; pages are made of
# `autograded/`, and nothing of a student runs.
OF_THE_CLASS = (
    "the_honest_keep_full_marks",
    "the_gradebook_is_as_the_grader_left_it",
    "nobody_was_called",
    "no_process_is_left",
    "no_file_is_left",
    "the_lookouts_see_files_processes_and_secrets",
)


def test_what_hangs_on_no_user_is_left_out_by_name():
    known = {attack.name for attack in CORPUS}
    assert known >= OF_THE_GRADER and set(OF_LINUX) <= FAMILIES.keys()
    assert 80 < len(BY_USER) < len(known) - len(OF_THE_GRADER)
    assert set(OF_IDS) <= set(OF_LINUX) and 40 < len(BY_IDS) < len(BY_USER)


@pytest.mark.parametrize(
    ("names", "attacks", "ids"),
    [(SANDBOX, BY_IDS, 65536), ((), BY_USER, 0)],
    ids=["with further ids", "without"],
)
def test_it_holds_for_a_user_who_is_not_root(names, attacks, ids):
    of_each = [f"an_attack_gains_nothing[{attack.name}]" for attack in attacks]
    asked = [f"{ATTACKS}::test_{name}" for name in (*of_each, *OF_THE_CLASS)]
    here = [str(ROOT / name) for name in (*names, *asked)]
    done = as_ordinary(*PYTEST, "--basetemp=t", *here, ids=ids)
    assert done.returncode == 0, done.stdout
    assert arithmetic.counted(done.stdout)["passed"] >= len(asked) + 20 * len(names)


SAY = """
import json

from light import LIGHT
from sandboxed import run
from gdgrader.sandbox.host import Sandbox
from gdgrader.sandbox.selftest import verify
with Sandbox(extra=LIGHT) as sandbox:
    verify(sandbox)
    said = run(sandbox, "print(6 * 7)").text
    print(json.dumps([sandbox.nested, sandbox.own_ids, sandbox.why_shared, said]))
"""


def test_a_user_without_further_ids_is_told_so():
    done = as_ordinary("-c", SAY, ids=0)
    nested, own, why, said = json.loads(done.stdout)
    assert (nested, own, said) == (True, False, "42")
    assert "/etc/subuid" in why
