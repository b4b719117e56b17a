"""Print what each attack gains here and with stock nbgrader, as a table.

    python -m tests.attacks              both, some twenty minutes on two cores
    python -m tests.attacks --ours       without stock nbgrader
    python -m tests.attacks --beside     those that other tests run

The table of docs/threat-model.md is made of it.
"""

import argparse
import json
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

# As pytest finds `course`.
sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from course import Course

from . import ATTACKS, FAMILIES
from .beside import BESIDE, HEAD
from .pipeline import Graded
from .stock import run, says


def main() -> None:
    """Print the table, or what stock makes of one attack."""
    parser = argparse.ArgumentParser(prog="python -m tests.attacks")
    parser.add_argument("--ours", action="store_true", help="without stock nbgrader")
    parser.add_argument("--stock", metavar="NAME", help="stock only; one attack")
    parser.add_argument(
        "--beside", action="store_true", help="only those of other tests"
    )
    options = parser.parse_args()
    if options.beside:
        print("\n".join(beside_rows()))
        return
    if options.stock:
        print(json.dumps(run(options.stock)))
        return
    ours = _ours()
    theirs = {} if options.ours else _theirs()
    for family, attacks in FAMILIES.items():
        print(
            f"\n### {family}\n\n| attack | attempts | stock nbgrader | before | here |"
        )
        print("|---|---|---|---|---|")
        for attack in attacks:
            cells = (attack.name, attack.attempts, theirs.get(attack.name, "–"))
            row = (*cells, attack.before, ours[attack.name])
            print("|", " | ".join(x.replace("|", "\\|") for x in row), "|")


def beside_rows() -> list[str]:
    """The table of attacks that other tests run."""
    return [*HEAD, *(row for kind in BESIDE for row in kind.rows())]


def _ours() -> dict[str, str]:
    with tempfile.TemporaryDirectory(prefix="attacks-") as folder:
        scene = Graded(Path(folder), ATTACKS)
        scene.make_feedback()
        scene.close()
        found = {}
        for attack in ATTACKS:
            student = scene.names[attack.name]
            outcome = scene.outcomes[student]
            if outcome.score is None:
                found[attack.name] = f"{outcome.status}: {outcome.reason}"
                continue
            found[attack.name] = f"{outcome.score:g} of {Course.most:g}"
            lost = scene.stolen(student) or scene.won(student)
            if outcome.score != attack.earns or lost:
                found[attack.name] += " **and it should not**"
        return found


def _theirs() -> dict[str, str]:
    with ThreadPoolExecutor(2) as pool:
        names = [attack.name for attack in ATTACKS]
        return dict(zip(names, pool.map(says, ATTACKS), strict=True))


if __name__ == "__main__":
    main()
