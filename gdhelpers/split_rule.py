"""Rule on a train-validation split: many are right, so the rule checks what one is."""

from __future__ import annotations

from itertools import pairwise


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
    same = set(_indices(got[0][1])) == set(_indices(got[1][1]))
    if asked[0] == asked[1]:
        return "" if same else "Two calls with one seed give different splits."
    return "Another seed gives the same split: the seed is not used." if same else ""


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
    # Fewer than 6, of few, may lie evenly by chance.
    if min(len(train), len(val)) >= 6 and (_even(train) or _even(val)):
        return (
            "The parts are cut out in order: draw them at random, data may be sorted."
        )
    return ""


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


def _even(part: list[int]) -> bool:
    """Whether the numbers, sorted, lie at equal distances."""
    ordered = sorted(part)
    return len({b - a for a, b in pairwise(ordered)}) == 1
