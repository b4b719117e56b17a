"""What is shuffled passes, but for a chance below 1e-9; what is in order does not."""

import math
import random

import numpy as np
import pytest
import torch

from gdgrader.exercises import exercises
from gdhelpers.batches_rule import FOLLOWING, batches_problem, most_by_chance
from gdhelpers.cases import encode

BATCHES = exercises()["epoch_batches"]
SIZES = [(60, 8), (240, 7), (60, 5), (189, 9), (210, 1)]


def cut(order, size):
    return [list(order[i : i + size]) for i in range(0, len(order), size)]


def said(epoch, n, size, seed=0):
    return batches_problem(encode(epoch), {"args": [n, size, seed]})


def tail_of_poisson(mean, most):
    """The chance of more than `most`."""
    return sum(
        math.exp(-mean + k * math.log(mean) - math.lgamma(k + 1))
        for k in range(int(most) + 1, int(most) + 200)
    )


def test_so_many_neighbours_come_by_chance_below_1e_9():
    """Of a random order each pair in a batch is nearly a Poisson number."""
    chance = 0.0
    for prop in BATCHES.properties.values():
        for case in prop.cases("any"):
            n, size, _ = case["args"]
            if size == 1:
                chance += 2 * n / math.factorial(FOLLOWING + 1)
                continue
            for step in range(1, n):
                mean = (min(size, n) - 1) * (n - step) / max(n - 1, 1)
                if mean:
                    chance += tail_of_poisson(mean, most_by_chance(n, size, step))
    assert 0 < chance < 1e-9


@pytest.mark.parametrize(("n", "size"), SIZES)
def test_many_shuffles_stay_far_from_the_limit(n, size):
    rng = np.random.default_rng(0)
    for seed in range(400):
        order = rng.permutation(n).tolist()
        assert said(cut(order, size), n, size, seed) == ""
        if size > 1:
            inside = [sorted(batch) for batch in cut(order, size)]
            assert said(inside, n, size, seed) == ""


@pytest.mark.parametrize(("n", "size"), SIZES)
def test_what_is_in_order_is_refused(n, size):
    for order in (range(n), range(n - 1, -1, -1)):
        assert "shuffle all of them" in said(cut(list(order), size), n, size)


def test_batches_that_are_only_mixed_are_refused():
    parts = cut(list(range(240)), 8)
    random.Random(3).shuffle(parts)
    assert "in order, or nearly" in said(parts, 240, 8)
    for part in parts:
        random.Random(4).shuffle(part)
    assert "in order, or nearly" in said(parts, 240, 8)


@pytest.mark.parametrize(
    ("epoch", "wanted"),
    [
        ([[0, 1], [2, 3], [4, 4]], "more than once"),
        ([[0, 1], [2, 3]], "each once; here are 4"),
        ([[0, 1], [2, 3], [5, 6]], "from 0 to 4"),
        ([[0], [2, 3], [4, 1]], "sizes 1, 2, 2; each should have 2"),
        ([[0, 1, 2], [3, 4]], "sizes 3, 2"),
        ([[0, 1], [2, 3.0], [4]], "whole numbers"),
        ([[0, 1], [2, True], [4]], "whole numbers"),
        ([[3, 1], [0, 2], [4], []], "sizes 2, 2, 1, 0"),
        (None, "Return a list of batches"),
        ({"a": 1}, "Return a list of batches"),
        (torch.arange(5), "Return a list of batches"),
        ([0, 1, 2, 3, 4], "flat tensor (or list)"),
    ],
)
def test_what_is_wrong_is_said(epoch, wanted):
    assert wanted in said(epoch, 5, 2)


def asked_twice(one, other, second):
    case = {"args": [60, 8, 1], "twice": second}
    return batches_problem(encode([one, other]), case)


def test_the_seed_decides():
    one, other = (
        cut(torch.randperm(60, generator=torch.Generator().manual_seed(s)).tolist(), 8)
        for s in (1, 2)
    )
    assert asked_twice(one, one, True) == ""
    assert "one seed give different" in asked_twice(one, other, True)
    assert asked_twice(one, other, [60, 8, 2]) == ""
    assert "the seed is not used" in asked_twice(one, one, [60, 8, 2])
    turned = [batch[::-1] for batch in one]
    assert "the same indices" in asked_twice(one, turned, [60, 8, 2])
    nearly = [list(batch) for batch in one]
    nearly[0][0], nearly[1][0] = nearly[1][0], nearly[0][0]
    assert "nearly the same" in asked_twice(one, nearly, [60, 8, 2])
    assert asked_twice(one, None, True) != ""


def test_every_index_has_its_chance_to_come_first():
    case = {"args": [3, 1, 0], "twice": [[3, 1, seed] for seed in range(1, 65)]}
    epochs = [[[0], [1], [2]] if s % 2 else [[1], [2], [0]] for s in range(65)]
    assert "Index 2 never comes first" in batches_problem(encode(epochs), case)
    assert 3 * (2 / 3) ** 65 < 1e-10
