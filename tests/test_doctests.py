"""The examples in the docstrings of the core run as written."""

import doctest
import importlib

import pytest


@pytest.mark.parametrize(
    "name",
    [
        *("adam", "arguments", "as_code", "averaging", "data", "differences", "edge"),
        *("momentum", "plots.legible", "plots.words", "progress", "range_test"),
        *("scheduler_bugs", "scheduler_faults", "schedules", "shared_inputs"),
        *("sharpness", "stability", "tensor_losses", "terminal", "verdicts"),
    ],
)
def test_examples(name):
    result = doctest.testmod(importlib.import_module(f"gdhelpers.{name}"))
    assert result.attempted > 0
    assert result.failed == 0


REPORT = ("attention", "page", "pseudonyms", "reach", "similar", "summary")


@pytest.mark.parametrize(
    "name",
    [
        *("course.edition", "course.times", "exercises.edits", "feedback.safe_html"),
        *(
            "gradebook.states",
            "lms.archives",
            "lms.export",
            "lms.names",
            "lms.platforms",
        ),
        *("sandbox.limits", "submission.files", "submission.note"),
        "submission.source_code",
        *("demo.late", *(f"report.{name}" for name in REPORT)),
    ],
)
def test_examples_of_the_grader(name):
    module = importlib.import_module(f"gdgrader.{name}")
    result = doctest.testmod(module, optionflags=doctest.ELLIPSIS)
    assert result.attempted > 0
    assert result.failed == 0
