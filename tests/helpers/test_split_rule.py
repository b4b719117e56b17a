"""What is random passes, but for a chance below 1e-9; what is in order does not."""

import random
from itertools import combinations, pairwise

import numpy as np
import pytest
import torch

from gdgrader.exercises import exercises
from gdhelpers.split_rule import (
    RARE,
    equal_by_chance,
    shared_by_chance,
    split_problem,
)

SPLIT = exercises()["split_train_val"]
SIZES = [(180, 60), (200, 60), (250, 70), (250, 210)]


def problem_of(val, n, m):
    val = [int(i) for i in val]
    train = [i for i in range(n) if i not in set(val)]
    return split_problem([train, val], {"args": [n, m, 0]})


# The chances --------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "m"), [(7, 3), (8, 4), (9, 5), (10, 3)])
def test_chances_are_those_of_all_parts_counted(n, m):
    parts = list(combinations(range(n), m))
    for g in range(1, n):
        for j in range(1, m):
            many = sum(sum(b - a == g for a, b in pairwise(p)) >= j for p in parts)
            assert equal_by_chance(n, m, g, j) == pytest.approx(many / len(parts))
    for k in range(m + 1):
        many = sum(len(set(p) & set(parts[0])) >= k for p in parts)
        assert shared_by_chance(n, m, k) == pytest.approx(many / len(parts))


def calls(case):
    again = case.get("twice")
    if not again or again is True:
        return [case["args"]]
    return [case["args"], *(again if isinstance(again[0], list) else [again])]


@pytest.mark.parametrize("seed", ["public", "a", "b", "c"])
def test_all_that_is_asked_refuses_a_random_split_by_less_than_1e_9(seed):
    chance = 0.0
    for asked in SPLIT.properties.values():
        for case in asked.cases(seed):
            splits = calls(case)
            chance += 2 * RARE * len(splits)
            n, m, _ = splits[0]
            if len(splits) == 2:
                assert shared_by_chance(n, m, m) < RARE
                chance += RARE
            elif len(splits) > 2:
                k = len(splits)
                chance += n * ((1 - m / n) ** k + (m / n) ** k)
    assert 0 < chance < 1e-9


# What is random -----------------------------------------------------------------------


def with_replaced(n, m, seed):
    """A shuffle of Fisher and Yates, by hand."""
    rng, order = random.Random(seed), list(range(n))
    for i in range(n - 1, 0, -1):
        j = rng.randrange(i + 1)
        order[i], order[j] = order[j], order[i]
    return order[:m]


RANDOM = {
    "torch": lambda n, m, seed: torch.randperm(
        n, generator=torch.Generator().manual_seed(seed)
    )[:m].tolist(),
    "sample": lambda n, m, seed: random.Random(seed).sample(range(n), m),
    "sorted sample": lambda n, m, seed: sorted(random.Random(seed).sample(range(n), m)),
    "shuffle": with_replaced,
    "numpy": lambda n, m, seed: np.random.default_rng(seed).permutation(n)[-m:],
    "choice": lambda n, m, seed: np.random.default_rng(seed).choice(
        n, m, replace=False
    ),
    # As train_test_split and ShuffleSplit of scikit-learn draw.
    "scikit-learn": lambda n, m, seed: np.random.RandomState(seed).permutation(n)[:m],
    "argsort": lambda n, m, seed: np.random.RandomState(seed).rand(n).argsort()[:m],
}


@pytest.mark.parametrize("name", RANDOM)
@pytest.mark.parametrize(("n", "m"), SIZES)
def test_what_is_random_passes(name, n, m):
    for seed in range(40):
        assert problem_of(RANDOM[name](n, m, seed), n, m) == "", seed


# What is not --------------------------------------------------------------------------


def exchanged(val, n, times, rng):
    inside, outside = list(val), [i for i in range(n) if i not in set(val)]
    for i, j in zip(
        rng.sample(range(len(inside)), times),
        rng.sample(range(len(outside)), times),
        strict=True,
    ):
        inside[i], outside[j] = outside[j], inside[i]
    return inside


def blocks(n, size, rng):
    starts = list(range(0, n, size))
    rng.shuffle(starts)
    return [i for start in starts for i in range(start, min(start + size, n))]


def nearby(n, window, rng):
    """A shuffle that carries no index far."""
    return sorted(range(n), key=lambda i: i + rng.uniform(0, window))


ORDERED = {
    "the last": lambda n, m, rng: range(n - m, n),
    "the first": lambda n, m, rng: range(m),
    "reversed": lambda n, m, rng: list(range(n))[::-1][:m],
    "rotated": lambda n, m, rng: [(i + n - m // 2) % n for i in range(m)],
    **{
        f"{times} exchanged": lambda n, m, rng, times=times: exchanged(
            range(n - m, n), n, times, rng
        )
        for times in (1, 2, 3, 5)
    },
    **{
        f"blocks of {size}": lambda n, m, rng, size=size: blocks(n, size, rng)[:m]
        for size in (4, 5, 10, 20)
    },
    **{
        f"a window of {window}": lambda n, m, rng, window=window: nearby(
            n, window, rng
        )[-m:]
        for window in (3, 10, 30)
    },
    "every k-th": lambda n, m, rng: list(range(rng.randrange(2), n, max(n // m, 1)))[
        :m
    ],
    "every k-th, 2 exchanged": lambda n, m, rng: exchanged(
        list(range(0, n, max(n // m, 1)))[:m], n, 2, rng
    ),
    "halves in order": lambda n, m, rng: [
        *range(n // 2 - m // 2, n // 2),
        *range(n - (m - m // 2), n),
    ],
    "steps of 17 around": lambda n, m, rng: [17 * i % n for i in range(m)],
}


@pytest.mark.parametrize("name", ORDERED)
@pytest.mark.parametrize(("n", "m"), SIZES)
def test_what_is_in_order_is_refused(name, n, m):
    for seed in range(10):
        val = list(ORDERED[name](n, m, random.Random(seed)))
        assert len(set(val)) == m
        assert "cut out" in problem_of(val, n, m), seed


def rotated_by_seed(n, n_val, seed):
    order = random.Random(0).sample(range(n), n)
    order = order[seed % n :] + order[: seed % n]
    return order[n_val:], order[:n_val]


def a_few_by_seed(n, n_val, seed):
    order = random.Random(0).sample(range(n), n)
    i, j = seed % n_val, n_val + seed % (n - n_val)
    order[i], order[j] = order[j], order[i]
    return order[n_val:], order[:n_val]


@pytest.mark.parametrize("split", [rotated_by_seed, a_few_by_seed])
def test_a_split_that_the_seed_hardly_changes_is_refused(split):
    for n, m, seed in ((90, 30, 7), (110, 35, 3), (120, 40, 999)):
        case = {"args": [n, m, seed], "twice": [n, m, seed + 1]}
        two = [split(n, m, s) for s in (seed, seed + 1)]
        said = split_problem([list(pair) for pair in two], case)
        assert "nearly the same split" in said
