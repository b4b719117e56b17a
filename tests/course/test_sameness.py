"""What a build takes as equal, and what never."""

import base64
import io
import json
import math
from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from nbformat.v4 import new_code_cell, new_notebook, new_output
from PIL import Image, ImageDraw

from gdgrader.course import sameness
from gdhelpers.plots.base import DPI

SMALLEST = 9  # points, of the labels in a lesson's figures
DIGITS = "0123456789"
ALIKE = [("0.1", "01"), ("10", "1.0"), ("1.", "−1."), ("a > b", "a < b")]


def table(value, rel=1e-6, abs=1e-9, **more):
    entry = {"tolerance": {"rel": rel, "abs": abs}, "cases": [value], **more}
    return {"lesson": "all", "exercises": {"one": entry}}


def kept(new, old, **tolerance):
    found = sameness.kept_table(table(new, **tolerance), table(old, **tolerance))
    return found["exercises"]["one"]["cases"][0]


def test_a_last_bit_is_left_as_it_was_and_a_change_is_not():
    assert kept(2.41961231312, 2.41961231311) == 2.41961231311
    assert kept(2.41961300000, 2.41962231311) == 2.41961300000
    assert kept([1.0, {"a": 3.0}], [1.0 + 1e-12, {"a": 4.0}]) == [1.0 + 1e-12, {"a": 3}]
    assert math.isnan(kept(math.nan, math.nan)) and kept(math.inf, 1.0) == math.inf


@pytest.mark.parametrize(
    ("new", "old"), [(1, 2), (True, False), ("1.0", "1.00"), (None, 0.0), (1.0, 1)]
)
def test_all_but_floats_is_compared_exactly(new, old):
    assert kept(new, old) is new


@given(
    st.floats(-1e9, 1e9), st.sampled_from([1e-4, 1e-6, 1e-9]), st.sampled_from([1, -1])
)
def test_what_is_left_could_not_decide_a_verdict(value, rel, sign):
    """A tenth of the exercise's tolerance is equal, two fifths are a change."""
    near, far = (value * (1 + sign * share * rel) for share in (0.1, 0.4))
    assert kept(near, value, rel=rel, abs=0.0) == value
    assert kept(far, value, rel=rel, abs=0.0) == far


def test_what_is_new_stays_and_what_is_gone_goes():
    new, old = table([1.0, 2.0, 3.0], hint="a"), table([1.0], text="b")
    assert sameness.kept_table(new, old) == new
    assert sameness.kept_table(new, {}) == new


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("x = 0.30000000000000004", "x = 0.3", True),
        ("[1.2345678901, 2]", "[1.2345678902, 2]", True),
        ("1e-17 of 3363.7443847656", "1e-17 of 3363.7443847657", True),
        ("−0.12345678901", "−0.12345678902", True),
        ("94.29", "94.30", False),
        ("0.3", "0.30", False),
        ("1.2345678901", "1.2345679901", False),
        ("1.2345678901 a", "1.2345678902 b", False),
        ("version 1.2345678901.5", "version 1.2345678902.5", False),
        ("1.5e-07", "1.6e-07", False),
    ],
)
def test_numbers_in_texts(one, other, same):
    assert sameness.same_text(one, other) is same
    assert sameness.same_text(other, one) is same


def encoded(picture, level=6):
    out = io.BytesIO()
    picture.save(out, "png", compress_level=level)
    return base64.b64encode(out.getvalue()).decode()


def png(colour, level=6):
    return encoded(Image.new("RGB", (20, 10), colour), level)


def notebook(*outputs):
    cell = new_code_cell("x", id="one")
    cell.outputs = list(outputs)
    return new_notebook(cells=[cell])


def printed(text, name="stdout"):
    return new_output("stream", name=name, text=text)


def shown(picture, alt="a"):
    metadata = {"image/png": {"alt": alt}}
    return new_output("display_data", {"image/png": picture}, metadata=metadata)


def test_a_picture_is_its_pixels():
    old = notebook(shown(png("red", 0)), printed("0.1\n"))
    new = notebook(shown(png("red", 9)), printed("0.2\n"))
    assert old.cells[0].outputs[0] != new.cells[0].outputs[0]
    outputs = sameness.kept_notebook(new, old).cells[0].outputs
    assert outputs == [old.cells[0].outputs[0], printed("0.2\n")]
    other = notebook(shown(png((255, 0, 1))), printed("0.1\n"))
    outputs = sameness.kept_notebook(other, old).cells[0].outputs
    assert outputs[0] == shown(png((255, 0, 1)))
    told = notebook(shown(png("red", 9), "b"), printed("0.1\n"))
    outputs = sameness.kept_notebook(told, old).cells[0].outputs
    assert outputs[0].metadata["image/png"].alt == "b"


@pytest.mark.parametrize(
    ("dots", "colour", "same"),
    [
        (10, (230, 10, 0), True),  # an edge that moved by the last bits
        (10, (200, 0, 0), False),  # another colour, however small the place
        (11, (230, 10, 0), False),
        (10_000, (255, 0, 1), False),
    ],
)
def test_a_picture_may_differ_by_a_shade_in_a_few_pixels(dots, colour, same):
    pictures = [Image.new("RGB", (100, 100), "red") for _ in "ab"]
    for dot in range(dots):
        pictures[1].putpixel((dot % 100, dot // 100), colour)
    one, other = map(encoded, pictures)
    assert sameness.same_picture(one, other) is same
    assert sameness.same_picture(other, one) is same


def drawn(*lines, size=(200, 100)):
    picture = Image.new("RGB", size, "white")
    for line in lines:
        ImageDraw.Draw(picture).line(line, fill="black", width=1)
    return encoded(picture)


@pytest.mark.parametrize(
    ("line", "same"),
    [
        ((20, 20, 20, 61), True),  # an end on the next pixel
        ((20, 20, 20, 58), False),  # two pixels off
        ((20, 20, 20, 62), False),
        ((20, 20, 24, 60), False),
    ],
)
def test_what_is_drawn_on_whole_pixels_may_lie_on_the_next(line, same):
    one, other = drawn((20, 20, 20, 60)), drawn(line)
    assert sameness.same_picture(one, other) is same
    assert sameness.same_picture(other, one) is same


def test_a_line_that_is_new_is_a_change_however_short():
    assert not sameness.same_picture(drawn((20, 20, 20, 60)), drawn())
    assert not sameness.same_picture(drawn(), drawn((150, 50, 150, 51)))


@pytest.fixture(scope="module")
def labels():
    """Pictures, by their text, of labels as small as a lesson's figures have them, each
    in a corner of a picture of which they are few pixels."""
    made = {}
    for text in (*DIGITS, *chain(*ALIKE)):
        figure, out = Figure((0.6, 0.3), dpi=DPI), io.BytesIO()
        figure.text(0.1, 0.3, text, fontsize=SMALLEST)
        figure.savefig(out, format="png")
        made[text] = Image.new("RGB", (500, 400), "white")
        made[text].paste(Image.open(out))
    return {text: encoded(picture, level=1) for text, picture in made.items()}


@pytest.mark.parametrize(("one", "other"), [*combinations(DIGITS, 2), *ALIKE])
def test_no_other_label_is_taken_for_the_same(labels, one, other):
    assert not sameness.same_picture(labels[one], labels[other])


def test_pictures_of_two_sizes_differ():
    pictures = (Image.new("RGB", size, "red") for size in ((20, 10), (10, 20)))
    assert not sameness.same_picture(*map(encoded, pictures))


@pytest.mark.parametrize("cut", [1, 3, 5])
def test_pieces_are_one_output(cut):
    text = "a\nb\nc\n"
    old = notebook(printed(text[:cut]), shown(png("red")), printed(text[cut:]))
    new = notebook(printed(text), shown(png("red")))
    before = json.loads(json.dumps(old.cells[0].outputs))
    assert sameness.kept_notebook(new, old).cells[0].outputs == before
    apart = notebook(printed(text[:cut]), printed(text[cut:], "stderr"))
    after = sameness.kept_notebook(apart, old).cells[0].outputs
    assert [o.get("name") for o in after] == ["stdout", "stderr"]


def test_a_cell_is_known_by_its_id():
    old, new = (
        notebook(printed("0.1000000000001")),
        notebook(printed("0.1000000000002")),
    )
    new.cells.insert(0, new_code_cell("y", id="first"))
    assert sameness.kept_notebook(new, old).cells[1].outputs == old.cells[0].outputs
