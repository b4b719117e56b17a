"""The examples in the docstrings of the core run as written."""

import doctest
import importlib

import pytest


@pytest.mark.parametrize("name", ["data", "schedules", "traces", "verdicts"])
def test_examples(name):
    result = doctest.testmod(importlib.import_module(f"gdhelpers.{name}"))
    assert result.attempted > 0
    assert result.failed == 0


REPORT = ("attention", "cells", "page", "pseudonyms", "reach", "similar", "summary")


@pytest.mark.parametrize(
    "name",
    [
        *("archives", "export", "files", "gradebook", "platforms", "safe_html"),
        "scores",
        "exercises.edits",
        *("demo.late", *(f"report.{name}" for name in REPORT), "table"),
    ],
)
def test_examples_of_the_grader(name):
    result = doctest.testmod(importlib.import_module(f"gdgrader.{name}"))
    assert result.attempted > 0
    assert result.failed == 0
