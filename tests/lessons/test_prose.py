"""A number in a lesson's prose cannot be moved by one unit of its last digit unseen."""

import importlib
import re
from pathlib import Path

import prose
import pytest

from gdgrader.course.build import lessons

ROOT = Path(__file__).parents[2]

# Texts of the tables that the lessons' tests keep, and what the tables are called.
SAMPLED = {
    "01": ["hardly moved: 0.961", "The factor at 0.2 is 0.60", "it grows by 1.2"],
    "02": [
        "both take 21",
        "Theory says 0.3333",
        "and 0.0101",
        "at 7.3 and 0.1 at 424",
        "at 0.99, x is still 68",
    ],
    "03": [
        "The intercept is 2.526",
        "The loss starts at 7.511",
        "because the bound is 0.9992",
        "**We measured** 67",
        "the loss *falls* for 2",
    ],
    "04": [
        "the intercept's axis 0.327",
        "settle at 0.0031",
        "for Nesterov, 0.6786",
        "0.544 → 0.428 → 0.321",
        "At the same η it is 9.5",
    ],
    "05": [
        "x is still 221",
        "after 5 epochs: 92.9",
        "with γ = 0.1 every epoch, 92.1 ± 0.1",
        "γ = 0.1 every epoch ends 2.27",
        "γ = 0.1 every 2 epochs ends 0.82 ± 0.18",
        "the constant rate reaches 0.225",
    ],
    "06": [
        "76 drops with patience 0, 6",
        "torch's own stops after 23",
        "model of 500 epochs, 68",
        "they disagree on 63",
        "the standard error of the difference is 7.9",
        "there the test set comes out 0.4 ± 0.2",
        "98.04 % against 97.97 %: 7",
        "At epoch 5 our run and the source's differ by 3",
        "the run ends at 98.0",
        "The validation accuracy is lower, 97.7",
    ],
    "07": [
        "constant has 93.36",
        "it does not, −0.02 ± 0.11",
        "In the race it ended 1.17 ± 0.34",
        "after five epochs one-cycle has 90.8",
    ],
    "08": [
        "the steepest place is at 0.163",
        "near the steepest, 93.4",
        "at step 50 the sharpness is 5.8",
        "a gain of 2.66 ± 2.16",
        "below the 0.043",
    ],
    "09": [
        "d = 0.99 | 0.0049",
        "half of the plan, it has 93.6",
        "They lead it by 1.66 ± 0.55",
        "straight fall gains 0.80 ± 0.24",
        "constant rate, and 0.45 ± 0.15",
    ],
}
SAMPLE = [(lesson, text) for lesson, texts in SAMPLED.items() for text in texts]


def test_the_sample_is_of_all_lessons():
    assert len(SAMPLE) >= 20
    assert list(SAMPLED) == [lesson[:2] for lesson in lessons(ROOT)]


@pytest.mark.parametrize(("lesson", "text"), SAMPLE)
def test_a_number_moved_by_a_unit_is_refused(lesson, text, monkeypatch):
    tests = importlib.import_module(f"test_lesson_{lesson}")
    assert text in tests.NUMBERS | getattr(tests, "LEAGUE", {})
    # As it stands, and so it is measured: that is the lesson's own test.
    value = float(prose.NUMBER.findall(text)[-1])
    prose.assert_stands(tests.LESSON, text, value)
    honest = prose.prose(tests.LESSON)
    for units in (1, -1):
        changed = prose.moved(text, units)
        wrong = honest.replace(text, changed)
        assert wrong != honest
        monkeypatch.setattr(prose, "prose", lambda lesson, wrong=wrong: wrong)
        with pytest.raises(AssertionError, match=re.escape(f"{changed!r}: measured")):
            prose.assert_stands(tests.LESSON, changed, value)
        monkeypatch.undo()


@pytest.mark.parametrize(
    ("text", "units", "wanted"),
    [("of 0.961 %", 1, "of 0.962 %"), ("0.1 to 21", -1, "0.1 to 20")],
)
def test_moved(text, units, wanted):
    assert prose.moved(text, units) == wanted
