"""What docs/threat-model.md says of stock nbgrader, for some attacks that are cheap."""

import re
from importlib.metadata import version
from pathlib import Path

import pytest

from . import ATTACKS
from .beside import BESIDE
from .stock import SECONDS, run

KEY = {
    "skip tag": "**7 of 7**",
    "patched check": "**7 of 7**",
    "HTML shown": "0 of 7, **script in feedback**",
}
PAGE = Path(__file__).parents[2] / "docs" / "threat-model.md"
ROW = re.compile(r"^\| (.+?) \| (.+?) \| (.+?) \|(.*?)\| (.+?) \|$", re.MULTILINE)


@pytest.fixture(scope="module")
def table() -> dict[str, tuple[str, ...]]:
    """The rows of the page by attack: what it attempts, stock, before, here."""
    found = ROW.findall(PAGE.read_text(encoding="utf-8"))
    beside = {f"`{kind.test}`" for kind in BESIDE}  # a table of its own
    return {name: tuple(rest) for name, *rest in found if rest[-1] not in beside}


def test_the_page_has_every_attack(table):
    assert {a.name: a.attempts for a in ATTACKS} == {
        name: row[0] for name, row in table.items() if name != "attack"
    }


def test_the_page_says_what_each_gains_here(table):
    for attack in ATTACKS:
        _, _, before, here = table[attack.name]
        assert before.strip() == attack.before
        if attack.state == "graded":
            assert here == f"{attack.earns:g} of 7", attack.name
        else:
            assert here.startswith(attack.state) and attack.reason in here


def test_stock_is_as_the_page_says(table):
    assert run(*KEY) == KEY == {name: table[name][1] for name in KEY}


def test_the_page_counts_its_rows(table):
    """Of stock; `SECONDS` is what each was given."""
    stock = [table[attack.name][1] for attack in ATTACKS]

    def those(pattern: str) -> int:
        return sum(bool(re.search(pattern, cell)) for cell in stock)

    ran = sum(not attack.harms for attack in ATTACKS)
    assert those("^not run: ") == len(ATTACKS) - ran
    text = " ".join(PAGE.read_text(encoding="utf-8").split())
    for said in (
        f"Of the {len(ATTACKS)} attacks stock ran {ran}: ",
        f"{those(r'[*]{2}[0-9.]+ of 7')} got points that were not earned",
        f"{those(r'^(?!not run).*reads ')} read a secret",
        f"{those('script in feedback')} put markup into feedback",
        f"{those('gets it')} were given by Linux",
        f"{those('never ends')} were not graded within {SECONDS:g} seconds",
        f"{those('the honest student is not')} kept the honest student",
        f"nbgrader {version('nbgrader')} with its own steps",
    ):
        assert said in text, said
