"""Attacks that need more than one notebook, and the tests that run them.

Each of them is run twice: with our step, and with the one that was there before, which
it is seen to beat at each run of the suite.
"""

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

TESTS = Path(__file__).parents[1]


HEAD = (
    "| attack | attempts | nbgrader's own step, at each run | ours | test |",
    "|---|---|---|---|---|",
)


@dataclass(frozen=True)
class Kind:
    """Attacks of one kind, each tried by the same test.

    Attributes:
        attempts: what each would gain.
        before: what each is seen to do with nbgrader's own step.
        test: the file and the name of the test.
        attacks: by their names.
    """

    attempts: str
    before: str
    test: str
    attacks: dict[str, Callable]

    def runs(self) -> tuple[list[Callable], list[str]]:
        """Which attacks the test runs, and with whose steps."""
        file, name = self.test.split("::")
        marks = getattr(loaded(TESTS / file), name).pytestmark
        by_name = {mark.args[0]: mark for mark in marks}
        return list(by_name["attack"].args[1]), by_name["ours"].kwargs["ids"]

    def rows(self) -> list[str]:
        """For the table of docs/threat-model.md."""
        return [
            f"| {name} | {self.attempts} | {self.before} | not here | `{self.test}` |"
            for name in self.attacks
        ]


@cache
def loaded(path: Path) -> ModuleType:
    """A file of tests, as a module of its own."""
    spec = importlib.util.spec_from_file_location(f"beside_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _named(attacks: tuple[Callable, ...]) -> dict[str, Callable]:
    return {one.__name__.replace("_", " "): one for one in attacks}


FILE = "lms/test_collect.py"
_collect = loaded(TESTS / FILE)
BESIDE = (
    Kind(
        "a file that is the teacher's alone, by what is handed into the exchange",
        "its text is collected",
        f"{FILE}::test_what_a_link_leads_to_is_not_collected",
        _named(_collect.LINKS),
    ),
    Kind(
        "an end to the collection for the class, or waiting for ever",
        "collecting fails",
        f"{FILE}::test_no_submission_ends_the_collection",
        _named(_collect.STOPPERS),
    ),
)
