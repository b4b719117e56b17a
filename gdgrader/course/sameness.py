"""Equal in value: what a rebuild on another processor must leave as it was.

Last bits differ from processor to processor, and rounding does not make equal what lies
on a border. So numbers are compared by value, pictures by pixel (a line that moves by
the last bits moves the shades at its edge, or its end by a pixel), what a cell printed
whatever the pieces it came in, and all else exactly. `kept…` gives the new content with
each part that is equal taken from the old one: no diff where nothing has changed.
"""

from __future__ import annotations

import base64
import io
import math
import re
from functools import reduce
from typing import Any

from nbformat import NotebookNode
from PIL import Image, ImageChops, ImageFilter

# Of an exercise's own tolerance: what may differ unseen decides no verdict. In float32
# what known mistakes answer differs between processors by a tenth of it.
SHARE = 1 / 5
# Where an exercise tolerates nothing (whole numbers): the table has 12 digits.
LEAST = 2e-11
# A number printed in full, with so many digits, may end otherwise; a rounded one not.
FULL = 10
PRINTED = 1e-9
# Of a picture's pixels so many may differ, of 255 shades by so many: nobody sees it.
# What is drawn on whole pixels, a line's end, may lie one further: each has its like
# among the pixels around its place in the other picture, which no other digit has.
FEW_PIXELS = 1 / 1000
SHADES = 32
AROUND = 3
_NUMBER = re.compile(r"(?<![\w.])[-+−]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w.])")


def kept(new: Any, old: Any, rel: float, abs: float = 0.0) -> Any:
    """JSON data `new`, each part equal to its counterpart of `old` taken from there.

    Floats are equal within `rel` or `abs`, everything else where it is the same.

    >>> kept({"a": 0.1, "b": [1, 2.5]}, {"a": 0.1 + 1e-12, "b": [1, 2.0]}, rel=1e-9)
    {'a': 0.100000000001, 'b': [1, 2.5]}
    """
    if isinstance(new, dict) and isinstance(old, dict):
        return {k: kept(v, old[k], rel, abs) if k in old else v for k, v in new.items()}
    if isinstance(new, list) and isinstance(old, list):
        shared = [kept(a, b, rel, abs) for a, b in zip(new, old, strict=False)]
        return shared + new[len(shared) :]
    if isinstance(new, float) and isinstance(old, float):
        same = math.isclose(new, old, rel_tol=rel, abs_tol=abs)
        return old if same or (math.isnan(new) and math.isnan(old)) else new
    return new


def kept_table(new: dict, old: dict) -> dict:
    """A public table; each exercise's own tolerance says which numbers are equal."""
    before = old.get("exercises", {})
    made = {}
    for name, entry in new["exercises"].items():
        allowed = entry["tolerance"]
        rel, abs = max(allowed["rel"] * SHARE, LEAST), allowed["abs"] * SHARE
        made[name] = kept(entry, before.get(name, {}), rel, abs)
    return {**new, "exercises": made}


def kept_notebook(new: NotebookNode, old: NotebookNode) -> NotebookNode:
    """An executed notebook, equal outputs taken from the old one's cell of that id."""
    before = {cell.get("id"): cell.get("outputs", []) for cell in old.cells}
    for cell in new.cells:
        if cell.cell_type == "code":
            cell.outputs = _kept_outputs(cell.outputs, before.get(cell.get("id"), []))
    return new


def same_text(one: str, other: str, rel: float = PRINTED) -> bool:
    """Whether two texts differ at most in the last bits of numbers printed in full.

    >>> same_text("x = 0.30000000000000004", "x = 0.3"), same_text("0.3", "0.30")
    (True, False)
    """
    if one == other:
        return True
    if _NUMBER.split(one) != _NUMBER.split(other):
        return False
    pairs = zip(_NUMBER.findall(one), _NUMBER.findall(other), strict=True)
    return all(a == b or _close(a, b, rel) for a, b in pairs)


def same_picture(one: str, other: str) -> bool:
    """Whether two PNGs in base64 show the same, however compressed: all pixels, or all
    but a few, which differ by a shade or have moved to the next pixel.
    """
    if one == other:
        return True
    ours, theirs = _picture(one), _picture(other)
    if ours.size != theirs.size:
        return False
    most = _strongest(ImageChops.difference(ours, theirs))
    pixels = ours.width * ours.height
    differ = pixels - most.histogram()[0]
    return differ <= FEW_PIXELS * pixels and (
        _highest(most) <= SHADES
        or (_found_around(ours, theirs) and _found_around(theirs, ours))
    )


def joined(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """What a cell put out, each of stdout and stderr in one piece."""
    whole: dict[str, NotebookNode] = {}
    made = []
    for output in outputs:
        name = output.get("name") if output.output_type == "stream" else None
        if name in whole:
            whole[name].text += output.text
        else:
            made.append(NotebookNode(output))
            if name:
                whole[name] = made[-1]
    return made


def _kept_outputs(
    new: list[NotebookNode], old: list[NotebookNode]
) -> list[NotebookNode]:
    whole = joined(old)
    if len(whole) == len(joined(new)):
        merged = [
            before if _same_output(output, before) else output
            for output, before in zip(joined(new), whole, strict=True)
        ]
        if all(a is b for a, b in zip(merged, whole, strict=True)):
            return old
        return merged
    return new


def _same_output(one: NotebookNode, other: NotebookNode) -> bool:
    if one.output_type == "stream" == other.output_type:
        return one.name == other.name and same_text(one.text, other.text)
    rest = [{k: v for k, v in o.items() if k != "data"} for o in (one, other)]
    ours, theirs = one.get("data", {}), other.get("data", {})
    return (
        rest[0] == rest[1]
        and ours.keys() == theirs.keys()
        and all(_same_data(mime, ours[mime], theirs[mime]) for mime in ours)
    )


def _same_data(mime: str, one: Any, other: Any) -> bool:
    if mime == "image/png":
        return same_picture(one, other)
    if mime.startswith("text/") and isinstance(one, str) and isinstance(other, str):
        return same_text(one, other)
    return one == other


def _close(one: str, other: str, rel: float) -> bool:
    digits = max(len(re.sub(r"[eE].*|\D", "", text)) for text in (one, other))
    a, b = (float(text.replace("−", "-")) for text in (one, other))
    return digits >= FULL and math.isclose(a, b, rel_tol=rel)


def _found_around(one: Image.Image, other: Image.Image) -> bool:
    """Whether each pixel's shades are, but for a few, among those around its place."""
    darkest = other.filter(ImageFilter.MinFilter(AROUND))
    lightest = other.filter(ImageFilter.MaxFilter(AROUND))
    outside = (
        ImageChops.subtract(darkest, one),
        ImageChops.subtract(one, lightest),
    )
    return all(_highest(_strongest(part)) <= SHADES for part in outside)


def _strongest(picture: Image.Image) -> Image.Image:
    """Of each pixel's channels the highest."""
    return reduce(ImageChops.lighter, picture.split())


def _highest(picture: Image.Image) -> int:
    return picture.getextrema()[1]


def _picture(png: str) -> Image.Image:
    with Image.open(io.BytesIO(base64.b64decode(png))) as image:
        return image.convert("RGBA")
