"""Rule on the batches of an epoch: many orders are right, so it checks what one is.

In which order a batch lists its own indices plays no part. Whether the indices were
shuffled is judged by what chance hardly ever makes: at random, on the average,
(b - 1)(n - d)/(n - 1) pairs i, i + d lie in one batch of b indices, nearly as a Poisson
number. More than this mean + 8 of its roots + 12 are refused, beyond a chance of 1e-15.
Batches of one index are refused where more than FOLLOWING of them, in their order, are
equally far apart; two shuffles where more than FOLLOWING places agree. k such places
come by a chance of at most 1/k!, and 1/17! is 3e-15.

With what the course asks, a shuffled order is refused by a chance below 1e-9
(`tests/helpers/test_batches_rule.py`).
"""

from __future__ import annotations

from collections import Counter
from itertools import combinations, pairwise
from math import sqrt

FOLLOWING = 16


def batches_problem(got, case: dict) -> str:
    """What is wrong with `epoch_batches(n, batch_size, seed)`; "" where nothing is.

    A case asked twice brings back two epochs: the same for the same arguments,
    different ones for another seed. Asked for many seeds, each index must come first
    once.
    """
    asked = [case["args"]]
    if again := case.get("twice"):
        more = [case["args"]] if again is True else again
        asked += more if isinstance(more[0], list) else [more]
        if not (isinstance(got, list) and len(got) == len(asked)):
            return "Return a list of batches."
    else:
        got = [got]
    for args, epoch in zip(asked, got, strict=True):
        if wrong := _one_epoch(epoch, *args):
            return wrong
    epochs = [[_indices(batch) for batch in epoch] for epoch in got]
    orders = [[i for batch in epoch for i in batch] for epoch in epochs]
    if len(orders) == 1:
        return ""
    if len(orders) > 2:
        missing = set(range(asked[0][0])) - {order[0] for order in orders}
        if missing:
            return (
                f"Index {min(missing)} never comes first, whatever the seed: every "
                "order should have its chance."
            )
        return ""
    one, other = orders
    if asked[0] == asked[1]:
        return "" if one == other else "Two calls with one seed give different batches."
    if one == other:
        return "Another seed gives the same batches: the seed is not used."
    if sum(a == b for a, b in zip(one, other, strict=True)) > FOLLOWING:
        return (
            "Another seed gives nearly the same order: shuffle all of it by the seed."
        )
    parts, others = (sorted(map(sorted, epoch)) for epoch in epochs)
    if parts == others and 1 < len(parts) < len(one):
        return "Another seed gives batches of the same indices: shuffle across batches."
    return ""


def _one_epoch(epoch, n: int, batch_size: int, seed: int) -> str:
    if not isinstance(epoch, list):
        return "Return a list of batches, each with the indices of its examples."
    batches = [_indices(batch) for batch in epoch]
    if any(batch is None for batch in batches):
        return (
            "Each batch should be a flat tensor (or list) of whole numbers, the "
            "indices of its examples (5, not 5.0)."
        )
    sizes = [len(batch) for batch in batches]
    flat = [i for batch in batches for i in batch]
    if len(set(flat)) < len(flat):
        return "Some index comes more than once in the epoch."
    if set(flat) != set(range(n)):
        return (
            f"The indices should be those from 0 to {n - 1}, each once; here are "
            f"{len(flat)}."
        )
    whole, rest = divmod(n, batch_size)
    if sizes != [batch_size] * whole + [rest] * bool(rest):
        return (
            f"The batches have the sizes {_short(sizes)}; each should have "
            f"{batch_size}, and only the last may be shorter, with what is left."
        )
    return _pattern(batches, n, batch_size)


def _short(sizes: list[int]) -> str:
    said = ", ".join(map(str, sizes[:6]))
    return said + (", …" if len(sizes) > 6 else "")


def _indices(batch) -> list[int] | None:
    if isinstance(batch, dict):
        batch = batch.get("$tensor", batch.get("$array"))
    if not isinstance(batch, list):
        return None
    if not _whole(batch):  # tensors of one number each are as good as numbers
        batch = [
            i["$tensor"] if isinstance(i, dict) and i.get("shape") == [] else i
            for i in batch
        ]
    return batch if _whole(batch) else None


def _whole(numbers: list) -> bool:
    """Whether all are of type int, which bool is not."""
    return set(map(type, numbers)) <= {int}


def _pattern(batches: list[list[int]], n: int, size: int) -> str:
    """What is regular in the batches beyond chance; "" where nothing is."""
    if size == 1:
        order = [i for batch in batches for i in batch]
        found = Counter(b - a for a, b in pairwise(order))
    else:
        found = Counter(
            b - a for batch in batches for a, b in combinations(sorted(batch), 2)
        )
    for step, times in found.items():
        if times > (FOLLOWING if size == 1 else most_by_chance(n, size, step)):
            how = "in order" if abs(step) == 1 else f"in steps of {step}"
            return (
                f"The indices come {how}, or nearly: shuffle all of them, data may be "
                "sorted."
            )
    return ""


def most_by_chance(n: int, batch_size: int, step: int) -> float:
    """How many pairs i, i + step chance may put into one batch; beyond, it was not.

    >>> round(most_by_chance(60, 8, 1))
    40
    """
    mean = (min(batch_size, n) - 1) * (n - step) / max(n - 1, 1)
    return mean + 8 * sqrt(mean) + 12
