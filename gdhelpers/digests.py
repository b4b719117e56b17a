"""Long answers of whole numbers, known again by a few letters."""

from __future__ import annotations

import hashlib
import json


def only_whole(value: object) -> bool:
    """Whether a value is lists of whole numbers, however deep.

    >>> only_whole([[1, 2], [3]]), only_whole([1, 2.5]), only_whole([True])
    (True, False, False)
    """
    if isinstance(value, list):
        return all(map(only_whole, value))
    return isinstance(value, int) and not isinstance(value, bool)


def digest(value: object) -> str:
    """Sixteen letters that are the same for equal whole numbers in equal lists.

    Arrays of numpy's are as good as lists and 3.0 is as good as 3, as everywhere
    (`gdhelpers.differences.difference`).

    >>> digest([[1], [3]]) == digest([[1.0], {"$array": [3]}]) != digest([1, 3])
    True
    """
    return hashlib.sha256(json.dumps(_plain(value)).encode()).hexdigest()[:16]


def _plain(value: object) -> object:
    if isinstance(value, dict) and "$array" in value:
        return _plain(value["$array"])
    if isinstance(value, list):
        return [_plain(v) for v in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
