"""What holds for every test, those in notebooks/ included."""

import os
from unittest import mock

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item):
    """Start notebooks' kernels as a build does: no progress bar is in their outputs."""
    if item.path.suffix != ".ipynb":  # what fixtures set has to stay
        return (yield)
    with mock.patch.dict(os.environ, {"TQDM_DISABLE": "1"}):
        return (yield)
