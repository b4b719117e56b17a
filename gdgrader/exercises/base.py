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


def loss(name: str, **kwargs) -> dict:
    """A loss of `gdhelpers.tensor_losses`, as an argument of `case`."""
    return {"$tensor_loss": name, "kwargs": kwargs}


@dataclass(frozen=True)
class Property:
    """One graded property: cases always asked, and how to draw further ones.

    Errors: ValueError where nothing is drawn, or the same for every seed: whoever
    remembers the public table would have its points.
    """

    name: str
    edges: tuple[dict, ...]
    draw: Callable[[random.Random], dict | list[dict]]

    def __post_init__(self) -> None:
        if not callable(self.draw):
            raise ValueError(
                f"the property {self.name!r} draws no cases: decorate a function "
                "draw(rng) -> case by `asks`"
            )
        if self.drawn("one") == self.drawn("another"):
            raise ValueError(
                f"the property {self.name!r} draws the same cases for every seed: "
                "take numbers from rng"
            )

    def cases(self, seed: str, drawn: int = DRAWN_CASES) -> list[dict]:
        """The edge cases, then those that are drawn."""
        return [*self.edges, *self.drawn(seed, drawn)]

    def drawn(self, seed: str, least: int = DRAWN_CASES) -> list[dict]:
        """Cases that depend only on `seed`, `least` of them or more."""
        rng, made = random.Random(f"{seed}/{self.name}"), []
        while len(made) < least:
            some = self.draw(rng)
            if not some:
                raise ValueError(
                    f"the draw of the property {self.name!r} gives no case"
                )
            made += some if isinstance(some, list) else [some]
        return made


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


@dataclass(frozen=True)
class Help:
    """What a student who is stuck is told, one stage after the other.

    Attributes:
        passage: a heading of the lesson, above the exercise.
        first_line: how one right answer begins, or its shape; "…" stands for what is
            left to find.
        why: one sentence, told with the worked solution.
    """

    passage: str
    first_line: str
    why: str


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
        stages: what who is stuck is told; None where nobody has written it.
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
    stages: Help | None = None

    def __post_init__(self) -> None:
        self.function = self.function or self.name

    def asks(self, name: str, *edges: dict) -> Callable:
        """Decorate `draw(rng) -> case` to add a property; edges are always asked.

        A draw may give a list of cases. Where the right answer to one kind of question
        is an argument, or the same for all, draw another kind with it.

        Errors: ValueError where the draw gives no cases, or the same for every seed.
        """

        def add(draw):
            try:
                self.properties[name] = Property(name, edges, draw)
            except ValueError as error:
                raise ValueError(f"{self.lesson}, {self.name}: {error}") from None
            return draw

        return add

    def help(self, passage: str, first_line: str, why: str) -> None:
        """Say what a student is told who is stuck; see `Help`.

        The passage and the first line go into the table that students have. The worked
        solution is that of `source/`; it and `why` go into no file of theirs.
        """
        self.stages = Help(passage, first_line, why)

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
        self,
        reference: Callable,
        seed: str,
        properties: Iterable[str] | None = None,
        fixed: dict[tuple[str, int], dict] | None = None,
        drawn: int = DRAWN_CASES,
    ) -> dict:
        """The exercise as `gdhelpers.verdicts.rule` wants it, answers included.

        Args:
            reference: the function of the lesson's solution cell, trusted.
            seed: decides the drawn cases; "public" for the table that ships.
            properties: only these; None means all.
            fixed: the cases that every seed asks, answered, by property and place. Who
                tries many seeds hands in the same each time, empty at first.
            drawn: how many cases to draw for each property, at least.
        """
        fixed = {} if fixed is None else fixed
        wanted = list(self.properties if properties is None else properties)
        return {
            "function": self.function,
            "tolerance": {"rel": self.rel, "abs": self.abs},
            "mistakes": [m.told for m in self.mistakes],
            "properties": {
                name: {"cases": self._asked(name, reference, seed, fixed, drawn)}
                for name in wanted
            },
        }

    def _asked(
        self,
        name: str,
        reference: Callable,
        seed: str,
        fixed: dict[tuple[str, int], dict],
        drawn: int,
    ) -> list[dict]:
        asked = self.properties[name]
        for place, edge in enumerate(asked.edges):
            if (name, place) not in fixed:
                fixed[name, place] = self._answered(edge, reference)
        first = [fixed[name, place] for place in range(len(asked.edges))]
        more = asked.drawn(f"{seed}/{self.name}", drawn)
        return [*first, *(self._answered(case, reference) for case in more)]

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
