"""Rule on a train-validation split: many are right, so the rule checks what one is.

Whether a split was drawn at random is judged by what chance hardly ever makes:

- Too many neighbours in a part, in order, are equally far apart. Of the C(n, m) parts
  of m indices, all alike likely, those with i given distances of g and any others are
  C(n − ig, m − i); by inclusion and exclusion so many have j or more of the m − 1:

      Σ_{i ≥ j} (−1)^(i−j) C(i−1, j−1) C(m−1, i) C(n − ig, m − i).

  A share of less than RARE / n for one of the n distances g is refused. So it happens
  to a random part by a chance of RARE at most, and to a split by twice that.
- The validation parts of two seeds share so many indices that two random ones share as
  many, or more, by a chance below RARE (hypergeometric).
- Of many seeds none puts an index into a part; the cases ask so many that this, too,
  is rare.

With what the course asks, all in all, a random split is refused by a chance below 1e-9
(`tests/helpers/test_split_rule.py`). Of 200 indices in order, 60 to validate, whoever
exchanges five or shuffles by blocks of four is still found.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from math import comb

RARE = 1e-12


def split_problem(got, case: dict) -> str:
    """What is wrong with `split_train_val(n, n_val, seed)`; "" where nothing is.

    A case asked twice brings back two splits: the same for the same arguments,
    different ones for another seed. Asked for many seeds, each index must be in the
    validation part once, and in the training part.
    """
    asked = [case["args"]]
    if again := case.get("twice"):
        more = [case["args"]] if again is True else again
        asked += more if isinstance(more[0], list) else [more]
        if not (isinstance(got, list) and len(got) == len(asked)):
            return "Return a pair: the training indices, then the validation indices."
    else:
        got = [got]
    for args, split in zip(asked, got, strict=True):
        wrong = _one_split(split, *args)
        if wrong:
            return wrong
    if len(got) == 1:
        return ""
    if len(got) > 2:
        return _never(got, asked)
    one, other = (set(_indices(split[1])) for split in got)
    if asked[0] == asked[1]:
        return "" if one == other else "Two calls with one seed give different splits."
    if one == other:
        return "Another seed gives the same split: the seed is not used."
    if shared_by_chance(asked[0][0], len(one), len(one & other)) < RARE:
        return "Another seed gives nearly the same split: draw all of it by the seed."
    return ""


def _never(splits, asked: list) -> str:
    """Which index no seed puts into one of the parts."""
    for part, name in enumerate(("training", "validation")):
        seen = {i for split in splits for i in _indices(split[part])}
        missing = set(range(asked[0][0])) - seen
        if missing:
            return (
                f"Index {min(missing)} is never in the {name} part, whatever the seed: "
                "every index should have its chance."
            )
    return ""


def _one_split(split, n: int, n_val: int, seed: int) -> str:
    if not (isinstance(split, list) and len(split) == 2):
        return "Return a pair: the training indices, then the validation indices."
    train, val = map(_indices, split)
    if train is None or val is None:
        return (
            "Each part should be a flat list, array or tensor of whole numbers "
            "(5, not 5.0)."
        )
    if set(train) & set(val):
        return f"{len(set(train) & set(val))} indices are in both parts."
    for name, part, size in (
        ("validation", val, n_val),
        ("training", train, n - n_val),
    ):
        if len(set(part)) < len(part):
            return f"The {name} part holds some index more than once."
        if len(part) != size:
            return f"The {name} part has {len(part)} indices; expected {size}."
    if set(train) | set(val) != set(range(n)):
        return f"The indices should be those from 0 to {n - 1}, each once."
    return _pattern(train, n) or _pattern(val, n)


def _indices(part) -> list[int] | None:
    if isinstance(part, dict):
        part = part.get("$tensor", part.get("$array"))
    if isinstance(part, list):  # tensors of one number each are as good as numbers
        part = [
            i["$tensor"] if isinstance(i, dict) and i.get("shape") == [] else i
            for i in part
        ]
    if isinstance(part, list) and all(type(i) is int for i in part):
        return part
    return None


def _pattern(part: list[int], n: int) -> str:
    """What is regular in a part beyond chance; "" where nothing is."""
    found = Counter(b - a for a, b in pairwise(sorted(part)))
    for distance, times in found.items():
        if equal_by_chance(n, len(part), distance, times) < RARE / n:
            how = "in order" if distance == 1 else f"at distances of {distance}"
            return (
                f"The parts are cut out {how}, or nearly: draw them at random, data "
                "may be sorted or have a rhythm."
            )
    return ""


def equal_by_chance(n: int, m: int, distance: int, times: int) -> float:
    """The chance that m of n indices have so many neighbours, or more, so far apart.

    >>> equal_by_chance(4, 2, distance=1, times=1)  # three of six pairs
    0.5
    """
    parts = 0
    for i in range(times, m):
        if n - i * distance < m - i:
            break
        some = comb(m - 1, i) * comb(n - i * distance, m - i)
        parts += (-1) ** (i - times) * comb(i - 1, times - 1) * some
    return parts / comb(n, m)


def shared_by_chance(n: int, m: int, shared: int) -> float:
    """The chance that two parts of m of n indices share so many, or more.

    >>> shared_by_chance(3, 1, 1)
    0.3333333333333333
    """
    ways = sum(comb(m, k) * comb(n - m, m - k) for k in range(shared, m + 1))
    return ways / comb(n, m)
