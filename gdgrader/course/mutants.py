"""Hand in every small change of a right function: none may get every point.

A mutant that does is a region of the contract that no case asks about, or it is as
right as the reference: then it stands, with the reason, in `equal_mutants.py`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path

from gdgrader.course.equal_mutants import EQUAL
from gdgrader.course.mistakes import right_solutions
from gdgrader.course.mutations import mutations
from gdgrader.course.slips import slips
from gdgrader.exercises.base import Exercise
from gdgrader.exercises.edits import text_of
from gdgrader.exercises.reference import load_reference, solution_text, source_notebook
from gdhelpers.cases import run_case
from gdhelpers.verdicts import cases_of, problem

ROUNDS = 6_000  # of all its loops, for each case: ten times what a right answer takes
SOURCE = "source"


@dataclass(frozen=True)
class Mutant:
    """A changed right function.

    Attributes:
        exercise, origin: which exercise's, and which of its right texts.
        change: what was changed.
        text: its definition; the names that it uses are those of its origin.
    """

    exercise: str
    origin: str
    change: str
    text: str

    def in_share(self, share: float) -> bool:
        """Whether it is of that part of all mutants, the same part each time."""
        said = f"{self.exercise}/{self.origin}/{self.change}/{self.text}"
        return int(sha256(said.encode()).hexdigest(), 16) % 10_000 < share * 10_000


@dataclass(frozen=True)
class Hunt:
    """What became of an exercise's mutants.

    Attributes:
        tried: how many were handed in.
        equal: how many of them stand in the list of those that are right.
        survivors: those that got every point and do not, with the seeds.
        stale: changes of the list that no survivor has, or a refused one as well.
    """

    exercise: str
    tried: int
    equal: int
    survivors: tuple[tuple[Mutant, tuple[str, ...]], ...]
    stale: tuple[tuple[str, str], ...]

    @property
    def lines(self) -> list[str]:
        """What is to be mended, a line each."""
        lines = [
            f"{self.exercise}, {mutant.origin}: {mutant.change}  "
            f"(every point under {len(seeds)} seeds)"
            for mutant, seeds in self.survivors
        ]
        return lines + [
            f"{self.exercise}, equal_mutants.py: {why}: {change}"
            for change, why in self.stale
        ]


def hunt(
    exercise: Exercise,
    root: Path,
    solutions: Path | None,
    seeds: Iterable[str],
    share: float = 1.0,
    known: Mapping[str, Iterable[str]] | None = None,
) -> Hunt:
    """Hand in the mutants of one exercise, or a share of them, under these seeds.

    Args:
        root: the course's folder, whose `source/` holds the reference.
        solutions: a folder of right solutions, mutated as well; None for none.
        known: reason → changes of those that are right; the course's list unless given.

    Errors: FileNotFoundError where the lesson's source is not there.
    """
    path = source_notebook(exercise.lesson, root)
    names = load_reference(path)
    asked = questions(exercise, names[exercise.function], seeds)
    known = EQUAL.get(exercise.name, {}) if known is None else known
    patterns = [p for changes in known.values() for p in changes]
    tried, equal, survivors, found, broad = 0, 0, [], set(), {}
    for mutant, its_names in mutants(exercise, names, path, solutions):
        if not mutant.in_share(share):
            continue
        tried += 1
        fits = {p for p in patterns if is_meant(p, mutant)}
        # What is listed need not be asked under every seed, only whether it is right.
        passed = survived(mutant.text, its_names, asked[:1] if fits else asked)
        if passed and fits:
            equal, found = equal + 1, found | fits
        elif passed:
            survivors.append((mutant, tuple(passed)))
        else:
            broad |= dict.fromkeys(fits, f"it fits the refused {mutant.change!r}, too")
    if share == 1.0:
        broad |= {p: "no survivor has it" for p in patterns if p not in found}
    return Hunt(exercise.name, tried, equal, tuple(survivors), tuple(broad.items()))


def is_meant(listed: str, mutant: Mutant) -> bool:
    """Whether a line of the list means this mutant; "…" stands for anything.

    A line may begin with the name of the right solution, "right_loop: ".
    """
    line = mutant.change
    if listed.startswith("right"):
        line = f"{mutant.origin}: {line}"
    return _pattern(listed).fullmatch(line) is not None


@cache
def _pattern(listed: str) -> re.Pattern:
    return re.compile(re.escape(listed).replace("…", ".*"))


def mutants(
    exercise: Exercise, names: dict, source: Path, solutions: Path | None
) -> Iterator[tuple[Mutant, dict]]:
    """The mutants of every right text, each with the names it may use."""
    text = solution_text(source, exercise.function)
    for change, made in slips(exercise, text, names[exercise.function]):
        yield Mutant(exercise.name, SOURCE, change, made), names
    path = solutions / f"{exercise.name}.py" if solutions else None
    right = right_solutions(path) if path and path.exists() else {}
    if exercise.answer:
        right["right"] = exercise.answer
    texts = {SOURCE: (text, names)}
    texts |= {n: (text_of(f), f.__globals__) for n, f in right.items()}
    seen = set()
    for origin, (text, its_names) in texts.items():
        for change, made in mutations(text):
            body = made.partition("\n")[2]
            if body not in seen:  # two ways may be one way, under two names
                seen.add(body)
                yield Mutant(exercise.name, origin, change, made), its_names


@dataclass(frozen=True)
class Questions:
    """What one seed asks of an exercise, with the right answers."""

    seed: str
    cases: tuple[dict, ...]
    fixed: int  # so many of the first cases are the same for every seed
    tolerance: dict


def questions(
    exercise: Exercise, reference: Callable, seeds: Iterable[str]
) -> list[Questions]:
    """The cases of every seed. No known mistake is asked, as no hint is wanted."""
    asked = []
    bare = replace(exercise, mistakes=[])
    first = next(iter(exercise.properties.values()))
    for seed in seeds:
        entry = bare.entry(reference, seed)
        cases = cases_of(entry, None)
        tolerance = entry["tolerance"]
        asked.append(Questions(seed, tuple(cases), len(first.edges), tolerance))
    return asked


def survived(text: str, names: dict, asked: list[Questions]) -> list[str]:
    """The seeds under which a text gets every point."""
    passed = []
    for questions in asked:
        wrong = _first_wrong(text, names, questions)
        if wrong is None:
            passed.append(questions.seed)
        elif wrong < questions.fixed:
            return []  # what is asked first is asked under every seed
    return passed


def _first_wrong(text: str, names: dict, asked: Questions) -> int | None:
    clock = Clock()
    try:
        function = made(text, names, clock)
    except Exception:  # it cannot even be defined
        return 0
    for index, case in enumerate(asked.cases):
        clock.again()
        if problem(run_case(function, case), case, asked.tolerance):
            return index
    return None


class TooLong(Exception):
    """A mutant took more rounds than it may."""


class Clock:
    """Counts rounds, so that an endless loop ends at the same place each time."""

    left = ROUNDS

    def again(self) -> None:
        """Count from the beginning, for another case."""
        self.left = ROUNDS

    def __call__(self) -> bool:
        """One round more.

        Errors: TooLong where it was one too many.
        """
        self.left -= 1
        if self.left < 0:
            raise TooLong("it takes too long")
        return True


def made(text: str, names: dict, clock: Clock) -> Callable:
    """The last function that a text defines, whose loops tell the clock."""
    tree = ast.fix_missing_locations(_Counted().visit(ast.parse(text)))
    name = tree.body[-1].name
    space = {**names, "_one_round": clock}
    exec(compile(tree, "<mutant>", "exec"), space)
    return space[name]


class _Counted(ast.NodeTransformer):
    """Calls the clock in each round of a loop and in each lambda."""

    def _loop(self, node: ast.For | ast.While) -> ast.AST:
        self.generic_visit(node)
        node.body.insert(0, ast.Expr(_round()))
        return node

    visit_For = visit_While = _loop

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        self.generic_visit(node)
        node.body = ast.BoolOp(ast.And(), [_round(), node.body])
        return node

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        self.generic_visit(node)
        node.ifs.insert(0, _round())
        return node


def _round() -> ast.Call:
    return ast.Call(ast.Name("_one_round", ast.Load()), [], [])
