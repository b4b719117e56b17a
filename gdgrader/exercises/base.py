"""What an exercise is: where its inputs come from and which mistakes we know."""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from gdgrader.exercises.edits import compiled, edited, text_of
from gdhelpers.cases import run_case

DRAWN_CASES = 4


def case(
    *args, at=None, twice=False, rule=None, wanted=None, aside=False, **kwargs
) -> dict:
    """One call to make: `case(1.0, 0.2, 20)`.

    Args:
        at: the result is a function; call it at each of these steps.
        twice: call two times and return both results; a list holds the positional
            arguments of the second call, a list of lists those of several more.
        rule: name of a rule in `gdhelpers.verdicts.RULES`, where no single value
            is right.
        wanted: what to print as "expected", where the value itself says little.
        aside: it is none of what the property names. It tells mistakes apart which
            look alike there, and its answer is not ruled on.
    """
    made = {"args": list(args), "kwargs": kwargs}
    extra = {"at": at, "twice": twice, "rule": rule, "wanted": wanted, "aside": aside}
    return made | {k: v for k, v in extra.items() if v}


def tensor(values) -> dict:
    """A float64 tensor, as an argument of `case`."""
    return {"$tensor": values}


def scheduler(name: str, **kwargs) -> dict:
    """A `make_scheduler` argument building torch's scheduler of that name."""
    return {"$scheduler": name, "kwargs": kwargs}


def schedule(name: str, **kwargs) -> dict:
    """A schedule of `gdhelpers.schedules`, as an argument of `case`."""
    return {"$schedule": name, "kwargs": kwargs}


@dataclass(frozen=True)
class Property:
    """One graded property: cases always asked, and how to draw further ones."""

    name: str
    edges: tuple[dict, ...]
    draw: Callable[[random.Random], dict] | None

    def cases(self, seed: str, drawn: int = DRAWN_CASES) -> list[dict]:
        """The edge cases, then `drawn` more that depend only on `seed`."""
        rng = random.Random(f"{seed}/{self.name}")
        more = [self.draw(rng) for _ in range(drawn)] if self.draw else []
        return [*self.edges, *more]


@dataclass(frozen=True)
class Mistake:
    """A short wrong implementation and the hint a good tutor would give.

    Attributes:
        text: its definition, where no file holds it.
        like: other mistakes whose hints are true of this one, too: they are told where
            some property cannot tell them from it.
        untold: properties that do not name it, as many other slips answer so there.
    """

    name: str
    hint: str
    function: Callable
    text: str | None = None
    like: Collection[str] = ()
    untold: Collection[str] = ()

    @property
    def told(self) -> dict:
        """What the table says of it."""
        untold = {"untold": list(self.untold)} if self.untold else {}
        return {"name": self.name, "hint": self.hint, **untold}

    def source(self, function_name: str) -> str:
        """Its code as a student would have written it, under the exercise's name."""
        tree = ast.parse(self.text or text_of(self.function))
        tree.body[0].name = function_name
        return ast.unparse(tree)


@dataclass
class Exercise:
    """A graded function of the course.

    Attributes:
        name: unique in the course; what `check(function, name)` says.
        lesson: folder name, such as "01_single_step".
        function: the function's name in the notebook; empty: the exercise's own.
        rel, abs: tolerances; an answer is right within either. Argue them.
        place: where it stands among the lesson's exercises; those without come last.
        answer: the right text that mistakes edit.
    """

    name: str
    lesson: str
    function: str = ""
    rel: float = 1e-6
    abs: float = 1e-9
    place: int = 99
    answer: Callable | None = None
    properties: dict[str, Property] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.function = self.function or self.name

    def asks(self, name: str, *edges: dict) -> Callable:
        """Decorate `draw(rng) -> case` to add a property; edges are always asked."""

        def add(draw):
            self.properties[name] = Property(name, edges, draw)
            return draw

        return add

    def asks_only(self, name: str, *edges: dict) -> None:
        """Add a property with fixed cases alone, such as an empty run."""
        self.properties[name] = Property(name, edges, None)

    def right(self, function: Callable) -> Callable:
        """Decorate a right answer: the text that the edits of `mistake` change."""
        self.answer = function
        return function

    def mistake(
        self,
        name: str,
        hint: str,
        *ways: Mapping[str, str],
        like: Collection[str] = (),
        untold: Collection[str] = (),
    ) -> Callable:
        """Add a wrong implementation to the catalogue; the first that fits is told.

        It is told only to an answer that is the same in every case. Where people make
        one mistake in several ways, such as with a right end or without, give them all.

        Args:
            hint: what is true of whatever answers so, however it was written.
            ways: edits, old → new, each to be found exactly once in the right text.
                Without any, or for one way more, decorate a whole function.
            like: earlier mistakes that some properties cannot tell from this one, and
                whose hints are true of it, too.
            untold: properties where its answers are those of too many other slips.

        Errors: ValueError where an edit does not fit; it names exercise and mistake.
        """

        def add(function, text=None):
            self.mistakes.append(Mistake(name, hint, function, text, like, untold))
            return function

        where = f"{self.name}, mistake {name!r}"
        if ways and self.answer is None:
            raise ValueError(
                f"{where}: decorate the right text, @exercise.right, first"
            )
        for edits in ways:
            try:
                text = edited(text_of(self.answer), edits)
                add(compiled(text, self.answer.__globals__, where), text)
            except (ValueError, SyntaxError) as error:
                raise ValueError(f"{where}: {error}") from error
        return add

    def entry(
        self, reference: Callable, seed: str, properties: Iterable[str] | None = None
    ) -> dict:
        """The exercise as `gdhelpers.verdicts.rule` wants it, answers included.

        Args:
            reference: the function of the lesson's solution cell, trusted.
            seed: decides the drawn cases; "public" for the table that ships.
            properties: only these; None means all.
        """
        wanted = list(self.properties if properties is None else properties)
        return {
            "function": self.function,
            "tolerance": {"rel": self.rel, "abs": self.abs},
            "mistakes": [m.told for m in self.mistakes],
            "properties": {
                name: {"cases": [self._answered(c, reference) for c in cases]}
                for name in wanted
                for cases in [self.properties[name].cases(f"{seed}/{self.name}")]
            },
        }

    def _answered(self, asked: dict, reference: Callable) -> dict:
        expected = run_case(reference, asked)
        if "value" not in expected:
            raise RuntimeError(
                f"the reference of {self.lesson}/{self.name} fails on {asked}: "
                f"{expected}"
            )
        answers = [run_case(m.function, asked) for m in self.mistakes]
        for answer in answers:
            for key in ("tuple", "marked"):  # they play no part in what is right
                answer.pop(key, None)
        return {**asked, "expected": expected, "mistakes": answers}
