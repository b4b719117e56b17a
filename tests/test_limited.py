"""A child that may take so much and no more: whatever it does, we learn of it."""

import contextlib
import ctypes
import faulthandler
import os
import re
import time

import psutil
import pytest

from gdgrader import limited as module
from gdgrader.limited import (
    MB,
    Allowance,
    Delayed,
    Exceeded,
    limited,
    limited_each,
)

SMALL = Allowance(seconds=1, memory=100 * MB)


def spin():
    while True:
        pass


def in_c():
    """No bytecode of Python's is run meanwhile, so no handler of its signals."""
    re.match(r"(a+)+$", "a" * 60 + "b")


def hog():
    return len(b"x" * (400 * MB))


def many():
    return len([[] for _ in range(50_000_000)])


def crash():
    faulthandler.disable()  # of pytest's, which would tell of it
    ctypes.string_at(0)


def deep():
    return deep()


def leave():
    os._exit(0)


def flood():
    return b"x" * (70 * MB)


@pytest.mark.parametrize("work", [spin, in_c])
def test_time_is_bounded(work):
    with pytest.raises(Exceeded, match="more than 1 s"):
        limited(SMALL, work)


@pytest.mark.parametrize("work", [hog, many])
def test_memory_is_bounded(work):
    with pytest.raises(Exceeded, match="more than 100 MB of memory"):
        limited(Allowance(seconds=60, memory=100 * MB), work)


@pytest.mark.parametrize("work", [crash, leave, deep, flood])
def test_whatever_ends_it_is_told(work):
    with pytest.raises(Exceeded):
        limited(Allowance(seconds=60, memory=1000 * MB), work)


def test_who_only_waits_is_ended_too(monkeypatch, tmp_path):
    """After a second try: it had not used what it may."""
    tries = tmp_path / "tries"

    def wait():
        with tries.open("a") as file:
            file.write("x")
        time.sleep(3600)

    monkeypatch.setattr(module, "PATIENCE", 0.5)
    with pytest.raises(Delayed, match="by the clock"):
        limited(SMALL, wait)
    assert tries.read_text() == "xx"


def test_what_came_late_once_is_not_lost(monkeypatch, tmp_path):
    def work(name):
        if name in "bd" and not (tmp_path / name).exists():
            (tmp_path / name).touch()
            time.sleep(3600)
        return name

    monkeypatch.setattr(module, "PATIENCE", 0.5)
    assert list(limited_each(SMALL, work, "abcd")) == list("abcd")


def test_one_that_is_always_late_keeps_no_other(monkeypatch):
    def work(name):
        if name in "bc":
            time.sleep(3600)
        return name

    monkeypatch.setattr(module, "PATIENCE", 0.5)
    found = list(limited_each(SMALL, work, "abcd"))
    assert found[0] == "a" and found[3] == "d"
    assert [type(one) for one in found[1:3]] == [Delayed, Delayed]


def test_results_and_exceptions_come_back():
    class Odd(Exception):
        """Cannot be sent: its class has no name elsewhere."""

    def fail(error):
        raise error

    assert limited(SMALL, lambda x: {"twice": 2 * x}, "ä\ud800") == {
        "twice": "ä\ud800" * 2
    }
    with pytest.raises(FileNotFoundError, match="gone"):
        limited(SMALL, open, "/gone")
    with pytest.raises(RuntimeError, match="Odd: so it is"):
        limited(SMALL, fail, Odd("so it is"))


def test_nothing_stays():
    before, others = psutil.Process().num_fds(), psutil.Process().children()
    for work in (spin, crash, int):
        with contextlib.suppress(Exceeded):
            limited(SMALL, work)
    assert psutil.Process().num_fds() == before
    assert psutil.Process().children() == others


def test_this_process_keeps_its_own_limits():
    import resource

    kinds = (resource.RLIMIT_CPU, resource.RLIMIT_AS)
    before = [resource.getrlimit(kind) for kind in kinds]
    assert limited(SMALL, resource.getrlimit, kinds[0])[0] in (1, 2)
    assert [resource.getrlimit(kind) for kind in kinds] == before


def test_one_child_does_many_and_is_replaced():
    def work(name):
        if callable(name):
            return name()
        return name, os.getpid()

    items = ["a", "b", spin, "c", crash, hog, deep, "d"]
    found = list(limited_each(Allowance(1, 100 * MB), work, items))
    kinds = [r[0] if isinstance(r, tuple) else type(r) for r in found]
    assert kinds == ["a", "b", Exceeded, "c", Exceeded, Exceeded, Exceeded, "d"]
    pids = [r[1] for r in found if isinstance(r, tuple)]
    assert pids[0] == pids[1] != pids[2]
    assert list(limited_each(SMALL, work, [])) == []


def test_each_has_time_of_its_own():
    def work(_):
        end = time.process_time() + 0.7
        while time.process_time() < end:
            pass
        return os.getpid()

    assert len(set(limited_each(SMALL, work, range(4)))) == 1


def test_who_stops_listening_leaves_nobody():
    others = psutil.Process().children()
    for _ in limited_each(SMALL, lambda x: x, range(9)):
        break
    assert psutil.Process().children() == others
