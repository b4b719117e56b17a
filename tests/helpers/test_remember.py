"""Remembered trainings are the same runs, and nothing that changes one is missed."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.optim.lr_scheduler import LambdaLR, ReduceLROnPlateau, StepLR

from gdhelpers import remember
from gdhelpers.data import small_mnist
from gdhelpers.many_runs import train_many
from gdhelpers.schedules import step_decay
from gdhelpers.training import threads, train

HOW = {"epochs": 2, "batch_size": 10, "hidden": 5, "num_threads": 1}


@pytest.fixture(scope="module")
def data():
    return small_mnist(n_train=200, n_val=50, n_test=60)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv(remember.FOLDER, str(tmp_path))
    monkeypatch.setattr(remember, "WORTH_STEPS", 10)
    return tmp_path


def kept(folder):
    return sorted(p.name for p in folder.glob("*.npz"))


def assert_same(one, other):
    assert one.label == other.label and one.metrics.keys() == other.metrics.keys()
    for a, b in [
        *((getattr(one, k), getattr(other, k)) for k in ("theta", "loss", "lr")),
        *((one.metrics[k], other.metrics[k]) for k in one.metrics),
    ]:
        assert a.dtype == b.dtype and np.array_equal(a, b)


def test_a_run_is_read_back_as_it_was(data, folder):
    first = train(step_decay(0.1, 3), data=data, label="a", **HOW)
    assert len(kept(folder)) == 1
    again = train(step_decay(0.1, 3), data=replace(data), label="a", **HOW)
    assert len(kept(folder)) == 1 and again is not first
    assert_same(first, again)


def test_many_runs_keep_their_names_and_order(data, folder):
    schedules = {("b", 0.1): 0.1, ("a", 0.2): step_decay(0.2, 5)}
    first = train_many(schedules, range(3), data=data, progress=False, **HOW)
    again = train_many(schedules, range(3), data=data, progress=True, **HOW)
    assert list(again) == list(first) == list(schedules) and len(kept(folder)) == 1
    for name in schedules:
        for one, other in zip(first[name], again[name], strict=True):
            assert_same(one, other)


@pytest.mark.parametrize(("networks", "files"), [(1, 0), (5, 1), (9, 1)])
def test_many_short_runs_are_worth_it_together(
    data, folder, monkeypatch, networks, files
):
    steps = HOW["epochs"] * -(-len(data.x_train) // HOW["batch_size"])
    monkeypatch.setattr(remember, "WORTH_STEPS", 4 * steps)
    train_many(
        {"a": 0.1, "b": 0.2},
        range((networks + 1) // 2),
        data=data,
        progress=False,
        **HOW,
    )
    train(0.1, data=data, **HOW)
    assert len(kept(folder)) == files


CHANGES = {
    "schedule": step_decay(0.1, 3, 0.2),
    "a late rate": lambda t: 0.1 if t < 39 else 0.05,
    "a number": 0.1000001,
    "seed": {"seed": 1},
    "momentum": {"momentum": 0.8},
    "nesterov": {"nesterov": False},
    "dtype": {"dtype": torch.float64},
    "threads": {"num_threads": 2},
    "loader": {"loader_draws": True},
    "eval": {"eval_every": 7},
}


@pytest.mark.parametrize("change", CHANGES)
def test_another_argument_is_another_run(data, folder, change):
    train(step_decay(0.1, 3), data=data, **HOW)
    changed = CHANGES[change]
    more = changed if isinstance(changed, dict) else {}
    schedule = step_decay(0.1, 3) if more else changed
    train(schedule, data=data, **{**HOW, **more})
    assert len(kept(folder)) == 2


def test_threads_are_the_same_whoever_asks_for_them(data, folder):
    train(0.1, data=data, **HOW)
    with threads(1):
        train(0.1, data=data, **{**HOW, "num_threads": None})
    assert len(kept(folder)) == 1
    with threads(2):
        train(0.1, data=data, **{**HOW, "num_threads": None})
    assert len(kept(folder)) == 2


def test_one_pixel_or_label_is_another_run(data, folder):
    train(0.1, data=data, **HOW)
    x, y = data.x_train.clone(), data.y_test.clone()
    x[-1, -1] += 1e-6
    y[0] = (y[0] + 1) % 10
    train(0.1, data=replace(data, x_train=x), **HOW)
    train(0.1, data=replace(data, y_test=y), **HOW)
    assert len(kept(folder)) == 3


def test_the_code_and_the_processor_are_part_of_the_run(data, folder, monkeypatch):
    train(0.1, data=data, **HOW)
    monkeypatch.setattr(remember, "_code", lambda: "changed")
    train(0.1, data=data, **HOW)
    monkeypatch.setenv("MKL_OF_THIS_TEST", "1")
    train(0.1, data=data, **HOW)
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: "other")
    train(0.1, data=data, **HOW)
    assert len(kept(folder)) == 4


@pytest.mark.parametrize("name", ["new.py", "network.py", "plots/base.py"])
def test_the_code_is_every_module_of_the_package(tmp_path, name):
    package = Path(remember.__file__).parent
    copy = shutil.copytree(
        package, tmp_path / "one", ignore=shutil.ignore_patterns("*.npz")
    )
    assert remember._code(copy) == remember._code()
    changed = shutil.copytree(copy, tmp_path / "other")
    with (changed / name).open("a") as file:
        file.write("# changed\n")
    assert remember._code(changed) != remember._code()


def test_torch_s_schedulers_are_known_by_their_settings(data, folder):
    def run(make):
        how = {**HOW, "monitor": "val_accuracy", "per": "epoch"}
        return train(0.1, data=data, make_scheduler=make, **how)

    first = run(lambda o: ReduceLROnPlateau(o, "max", patience=0))
    assert_same(first, run(lambda other: ReduceLROnPlateau(other, "max", patience=0)))
    assert len(kept(folder)) == 1
    run(lambda o: ReduceLROnPlateau(o, "max", patience=1))
    run(lambda o: ReduceLROnPlateau(o, "min", patience=0))
    run(lambda o: StepLR(o, 1, 0.5))
    assert len(kept(folder)) == 4


class Own(StepLR):
    pass


@pytest.mark.parametrize(
    "make", [lambda o: LambdaLR(o, lambda t: 0.5**t), lambda o: Own(o, 1)]
)
def test_what_cannot_be_known_is_run_each_time(data, folder, make):
    first, again = (train(0.1, data=data, make_scheduler=make, **HOW) for _ in range(2))
    assert kept(folder) == []
    assert_same(first, again)


def test_short_runs_are_not_kept_and_errors_are_the_function_s(data, folder):
    train(0.1, data=data, **{**HOW, "batch_size": 200})
    assert kept(folder) == []
    with pytest.raises(ValueError, match='per must be "step" or "epoch"'):
        train(0.1, data=data, **HOW, per="day")
    with pytest.raises(ValueError, match="epochs must be ≥ 1"):
        train(0.1, data=data, **{**HOW, "epochs": 0})
    with pytest.raises(TypeError, match="surprise"):
        train(0.1, data=data, **HOW, surprise=1)
    assert kept(folder) == []


def test_off_unless_asked_for(data, tmp_path, monkeypatch):
    monkeypatch.delenv(remember.FOLDER, raising=False)
    monkeypatch.chdir(tmp_path)
    train(0.1, data=data, **HOW)
    assert not any(tmp_path.iterdir())
