"""A pytest plugin: a test that would train for long is skipped, with that reason."""

import pytest
from arithmetic import UNTRAINED

from gdhelpers import remember


def pytest_configure() -> None:
    remember._key = _skip  # asked for by every long training, and by no short one


def _skip(*_) -> None:
    pytest.skip(UNTRAINED)
