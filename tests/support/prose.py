"""Every number in a lesson's prose is measured, or named as given."""

import functools
import re
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
NUMBER = re.compile(r"\d+(?:\.\d+)?(?:e-?\d+)?")
DECIMAL = re.compile(r"\d+\.\d+")


def once(function: Callable) -> Callable:
    """Cache what a function gives, and that it left its test out: many numbers hang on
    the same training, and where none is taken each would run up to it anew.
    """

    @functools.cache
    def kept(*args):
        try:
            return function(*args), None
        except pytest.skip.Exception as left_out:
            return None, str(left_out)

    @functools.wraps(function)
    def asked(*args):
        found, left_out = kept(*args)
        if left_out is not None:
            pytest.skip(left_out)
        return found

    return asked


def prose(lesson: str) -> str:
    """The text of a lesson's markdown cells, each run of white space one space."""
    notebook = nbformat.read(ROOT / f"source/{lesson}/{lesson}.ipynb", as_version=4)
    cells = (c.source for c in notebook.cells if c.cell_type == "markdown")
    return re.sub(r"[\s>]+", " ", "\n".join(cells))


def assert_stands(lesson: str, text: str, value: float) -> None:
    """`text` occurs, and its last number is `value` at the precision printed."""
    assert text in prose(lesson), f"not in the prose: {text!r}"
    assert_measured(text, value)


def assert_measured(text: str, value: float) -> None:
    """The last number of `text` is `value` at the precision printed."""
    number = NUMBER.findall(text)[-1]
    digits = len(number.partition(".")[2])
    assert f"{abs(value):.{digits}f}" == number, f"{text!r}: measured {value}"


def moved(text: str, units: int) -> str:
    """`text` with its last number larger by so many units in its last digit."""
    *_, last = NUMBER.finditer(text)
    digits = len(last[0].partition(".")[2])
    number = f"{float(last[0]) + units / 10**digits:.{digits}f}"
    return text[: last.start()] + number + text[last.end() :]


def assert_no_other_decimals(lesson: str, asserted, given) -> None:
    """No decimal number but those of the `asserted` texts and the `given` settings."""
    text = prose(lesson)
    covered = {  # texts may overlap, so mark what they cover instead of cutting it out
        place
        for known in asserted
        for match in re.finditer(re.escape(known), text)
        for place in range(*match.span())
    }
    others = {m[0] for m in DECIMAL.finditer(text) if m.start() not in covered}
    assert others <= set(given), (
        f"numbers without a test: {sorted(others - set(given))}"
    )
