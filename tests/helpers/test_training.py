"""Training against torch's own loop: autograd, torch.optim.SGD, torch's schedulers."""

import contextlib
import hashlib
import io
import threading

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from prose import ROOT
from torch import nn
from torch.nn.functional import cross_entropy
from torch.optim import SGD, lr_scheduler

from benchmarks import epoch_vs_dataloader
from gdgrader.exercises.reference import load_reference, source_notebook
from gdhelpers.averaging import ema
from gdhelpers.data import Images, small_mnist
from gdhelpers.many_runs import train_many
from gdhelpers.network import Perceptron, PlainSGD, seeded_model
from gdhelpers.schedules import constant, cosine, one_cycle, step_decay
from gdhelpers.side_by_side import SideBySide
from gdhelpers.training import threads, train

F64 = {"dtype": torch.float64}


@pytest.fixture(scope="module")
def data():
    return small_mnist(n_train=330, n_val=50, n_test=60)


def torch_run(data, seed, batch_size, epochs, make_scheduler, per, **sgd):
    """The textbook loop: the oracle for `train`, in float64."""
    model, generator = seeded_model(seed, 7, data.x_train.shape[1])
    model.double()
    optimizer = SGD(model.parameters(), **sgd)
    scheduler = make_scheduler(optimizer)
    losses, rates = [], []
    for _ in range(epochs):
        for idx in torch.randperm(330, generator=generator).split(batch_size):
            optimizer.zero_grad()
            loss = cross_entropy(model(data.x_train[idx].double()), data.y_train[idx])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
            rates.append(optimizer.param_groups[0]["lr"])
            if per == "step":
                scheduler.step()
        if per == "epoch":
            scheduler.step()
    with torch.no_grad():
        logits = model(data.x_test.double())
    accuracy = 100 * (logits.argmax(1) == data.y_test).double().mean().item()
    return losses, rates, accuracy, cross_entropy(logits, data.y_test).item()


def test_the_perceptron_starts_from_the_source_s_weights():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        layers = [nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10)]
        following = torch.rand(3)
        torch.manual_seed(0)
        direct = Perceptron()
    model, generator = seeded_model(0)
    source = nn.Sequential(*layers)
    for ours, also, theirs in zip(
        model.parameters(), direct.parameters(), source.parameters(), strict=True
    ):
        assert torch.equal(also, theirs)
        # Without fused multiply-add torch's own draws are a last bit off at times.
        assert torch.allclose(
            ours, theirs, rtol=0, atol=2**-23 * float(theirs.detach().abs().max())
        )
    assert torch.equal(torch.rand(3, generator=generator), following)


def test_the_first_weights_are_the_same_bits_on_every_processor():
    digest = hashlib.sha256()
    for parameter in seeded_model(0)[0].parameters():
        digest.update(parameter.detach().numpy().tobytes())
    assert digest.hexdigest().startswith("d7199adf9dc4667a")
    before = torch.get_rng_state()
    seeded_model(1)
    assert torch.equal(torch.get_rng_state(), before)


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 40), st.integers(1, 20), st.integers(0, 10**6))
def test_backpropagation_is_autograd_s(n, hidden, seed):
    model, generator = seeded_model(seed, hidden, inputs=12)
    model.double()
    x = torch.rand(n, 12, dtype=torch.float64, generator=generator)
    y = torch.randint(10, (n,), generator=generator)
    loss = cross_entropy(model(x), y)
    expected = torch.autograd.grad(loss, list(model.parameters()))
    assert model.backpropagate(x, y) == pytest.approx(loss.item(), abs=1e-12)
    for parameter, gradient in zip(model.parameters(), expected, strict=True):
        assert torch.allclose(parameter.grad, gradient, atol=1e-12, rtol=0)


@pytest.mark.parametrize(
    ("momentum", "nesterov"), [(0, False), (0.9, False), (0.9, True)]
)
def test_plain_sgd_is_torch_s_to_the_last_bit(momentum, nesterov):
    generator = torch.Generator().manual_seed(0)
    ours = torch.rand(50, generator=generator)
    theirs = ours.clone()
    mine = PlainSGD([ours], 0.3, momentum, nesterov)
    reference = SGD([theirs], 0.3, momentum=momentum, nesterov=nesterov)
    for _ in range(30):
        ours.grad = torch.randn(50, generator=generator)
        theirs.grad = ours.grad.clone()
        mine.step()
        reference.step()
        assert torch.equal(ours, theirs)
    with pytest.raises(ValueError, match="must be ≥ 0, got -1"):
        PlainSGD([ours], -1)


@pytest.mark.parametrize("per", ["step", "epoch"])
@pytest.mark.parametrize("nesterov", [True, False])
def test_train_is_the_textbook_loop(data, per, nesterov):
    schedule = step_decay(0.2, 2, 0.5)
    losses, rates, accuracy, test_loss = torch_run(
        data, 3, 50, 4, lambda o: lr_scheduler.StepLR(o, 2, 0.5), per,
        lr=0.2, momentum=0.8, nesterov=nesterov,
    )  # fmt: skip
    how = {
        "data": data, "epochs": 4, "seed": 3, "batch_size": 50, "momentum": 0.8,
        "nesterov": nesterov,
        "hidden": 7, "per": per,
    }  # fmt: skip
    ours = train(schedule, **how, **F64, label="halved")
    through_torch = train(
        0.2, make_scheduler=lambda o: lr_scheduler.StepLR(o, 2, 0.5), **how, **F64
    )
    for history in (ours, through_torch):
        assert history.num_steps == 28  # 330 images: six batches of 50, one of 30
        assert history.loss == pytest.approx(losses, abs=1e-10)
        assert history.lr == pytest.approx(rates, abs=1e-12)
        assert history.metrics["test_accuracy"][-1] == pytest.approx(accuracy)
        assert history.metrics["test_loss"][-1] == pytest.approx(test_loss, abs=1e-10)
        assert history.metrics["steps"].tolist() == [7, 14, 21, 28]
        assert history.metrics["train_loss"][1] == pytest.approx(np.mean(losses[7:14]))
        assert len(history.metrics["val_accuracy"]) == 4
        upcoming = [schedule(7 * e if per == "step" else e) for e in (1, 2, 3, 4)]
        assert history.metrics["lr_after"] == pytest.approx(upcoming, abs=1e-12)
    assert ours.label == "halved"


@pytest.mark.parametrize("per", ["step", "epoch"])
def test_train_is_lesson_4_s_train_epoch_again_and_again(data, per):
    """As lessons 6 and 8 say."""
    lesson = load_reference(source_notebook("04_minibatches_momentum", ROOT))

    def falling(optimizer):
        return lr_scheduler.StepLR(optimizer, 2, 0.5)

    how = {"epochs": 3, "seed": 2, "hidden": 7, "batch_size": 50, "per": per}
    found = train(0.1, data=data, dtype=torch.float64, make_scheduler=falling, **how)
    model, generator = seeded_model(2, 7, data.x_train.shape[1])
    optimizer = SGD(model.double().parameters(), 0.1, 0.9, nesterov=True)
    scheduler, losses, rates = falling(optimizer), [], []
    for _ in range(3):
        order = torch.randperm(330, generator=generator)
        batches = [(data.x_train[i].double(), data.y_train[i]) for i in order.split(50)]
        unit = {"step": "batch", "epoch": "epoch"}[per]
        own = lesson["train_epoch"](
            model, batches, torch.nn.CrossEntropyLoss(), optimizer, scheduler, per=unit
        )
        losses, rates = losses + own[0], rates + own[1]
    assert found.loss.tolist() == pytest.approx(losses, abs=1e-12)
    assert found.lr.tolist() == pytest.approx(rates)


def test_a_torch_scheduler_may_steer_momentum_too(data):
    def cycle(optimizer):
        return lr_scheduler.OneCycleLR(optimizer, 0.3, total_steps=14)

    how = {"data": data, "epochs": 2, "seed": 1, "batch_size": 50, "hidden": 7}
    losses, rates, *_ = torch_run(
        data, 1, 50, 2, lambda o: _without_last_step(cycle(o), 14), "step",
        lr=0.1, momentum=0.9, nesterov=True,
    )  # fmt: skip
    history = train(
        0.1, make_scheduler=lambda o: _without_last_step(cycle(o), 14), **how, **F64
    )
    assert history.loss == pytest.approx(losses, abs=1e-10)
    assert history.lr == pytest.approx(rates, abs=1e-12)
    pure = train(one_cycle(0.3, 14), **how, **F64)
    assert pure.lr == pytest.approx(rates, abs=1e-12)
    assert abs(pure.loss - history.loss).max() > 1e-3  # its momentum stays at 0.9


def _without_last_step(scheduler, total):
    """Spare OneCycleLR the step behind its last, which is not defined."""
    step, count = scheduler.step, iter(range(1, total))
    scheduler.step = lambda: step() if next(count, None) else None
    return scheduler


def test_a_plateau_scheduler_sees_the_metric_it_is_told_to(data):
    def plateau(optimizer):
        return lr_scheduler.ReduceLROnPlateau(optimizer, "max", factor=0.5, patience=0)

    how = {"data": data, "epochs": 8, "hidden": 7, "make_scheduler": plateau}
    history = train(1.0, monitor="val_accuracy", per="step", **how)
    optimizer = SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler, expected = plateau(optimizer), []
    for accuracy in history.metrics["val_accuracy"]:
        scheduler.step(accuracy)
        expected.append(optimizer.param_groups[0]["lr"])
    assert expected[-1] < 1.0
    assert history.metrics["lr_after"].tolist() == expected
    assert history.lr[::4].tolist() == [1.0, *expected[:-1]]
    for monitor in (None, "accuracy", "steps"):
        with pytest.raises(ValueError, match=r"one of test_accuracy, .*val_loss; got"):
            train(1.0, monitor=monitor, **how)


def test_a_run_depends_on_its_seed_and_on_nothing_else(data):
    how = {"data": data, "epochs": 2, "hidden": 7}
    torch.manual_seed(5)
    state = torch.get_rng_state()
    first = train(0.1, **how)
    train_many({"a": 0.1}, [0], progress=False, **how)
    assert torch.equal(state, torch.get_rng_state())
    torch.manual_seed(6)
    again, other = train(0.1, **how), train(0.1, seed=1, **how)
    assert np.array_equal(first.loss, again.loss)
    assert not np.array_equal(first.loss, other.loss)


def test_threads_change_the_rounding_only():
    data = small_mnist(n_train=2000, n_val=0, n_test=100)
    before = torch.get_num_threads()
    runs = [train(0.3, data=data, epochs=3, num_threads=n, **F64) for n in (1, 2, None)]
    assert torch.get_num_threads() == before
    for run in runs[1:]:
        assert run.loss == pytest.approx(runs[0].loss, abs=1e-9)
        for name, values in runs[0].metrics.items():
            assert run.metrics[name] == pytest.approx(values, abs=1e-9)
    with pytest.raises(RuntimeError, match="inside"), threads(before + 1):
        assert torch.get_num_threads() == before + 1
        raise RuntimeError("inside")
    assert torch.get_num_threads() == before


@pytest.mark.parametrize("per", ["step", "epoch"])
@pytest.mark.parametrize(("momentum", "nesterov"), [(0.9, True), (0.5, False)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_many_runs_at_once_are_the_single_runs(data, per, momentum, nesterov, dtype):
    schedules = {"cosine": cosine(0.3, 10), "constant": 0.1, "wild": constant(1e6)}
    how = {
        "data": data, "epochs": 3, "batch_size": 50, "hidden": 7, "per": per,
        "momentum": momentum, "nesterov": nesterov, "dtype": dtype,
    }  # fmt: skip
    many = train_many(schedules, [4, 2], progress=False, **how)
    assert list(many) == list(schedules)
    for name in ("cosine", "constant"):
        for seed, ours in zip([4, 2], many[name], strict=True):
            one = train(schedules[name], seed=seed, **how)
            assert ours.label == name
            assert np.array_equal(ours.lr, one.lr)
            assert ours.loss == pytest.approx(one.loss, abs=1e-4)
            assert ours.metrics.keys() == one.metrics.keys() - {"lr_after"}
            for metric, values in ours.metrics.items():
                # One image more or less is 2 points here.
                margin = 2.01 if "accuracy" in metric else 1e-4
                assert values == pytest.approx(one.metrics[metric], abs=margin)
    assert not many["wild"][0].loss[-1] < 10  # and it did not spoil its neighbours


def test_measuring_seldom_changes_the_metrics_only(data):
    how = {"data": data, "epochs": 2, "batch_size": 50, "hidden": 7}
    for run in (
        train(0.1, eval_every=5, **how),
        train_many({"a": 0.1}, [0], eval_every=5, progress=False, **how)["a"][0],
    ):
        assert run.metrics["steps"].tolist() == [5, 10]
        assert run.loss == pytest.approx(train(0.1, **how).loss, abs=1e-5)
        assert run.metrics["train_loss"][1] == pytest.approx(run.loss[5:10].mean())


def test_how_many_seeds_are_trained_at_a_time_changes_no_number(data):
    how = {"data": data, "epochs": 2, "hidden": 7, "progress": False}
    schedules = {"cosine": cosine(0.3, 10), "wild": 1e6}
    before = torch.get_num_threads()
    one, two, many = (
        train_many(schedules, [4, 2, 9], num_threads=n, **how) for n in (1, 2, None)
    )
    assert torch.get_num_threads() == before
    for name, runs in one.items():
        for other in (two, many):
            for a, b in zip(runs, other[name], strict=True):
                assert np.array_equal(a.loss, b.loss, equal_nan=True)
                assert a.metrics["test_accuracy"].tolist() == (
                    b.metrics["test_accuracy"].tolist()
                )


def test_a_seed_is_the_same_whoever_runs_beside_it(data):
    how = {"data": data, "epochs": 2, "hidden": 7, "progress": False, **F64}
    alone = train_many({"a": 0.1}, [2], **how)["a"][0]
    beside = train_many({"b": 0.7, "a": 0.1, "c": 1e6}, [5, 2], **how)["a"][1]
    assert beside.loss == pytest.approx(alone.loss, rel=0, abs=1e-12)


def test_a_momentum_may_follow_a_schedule(data):
    how = {"data": data, "epochs": 2, "hidden": 7, "progress": False, **F64}
    same = train_many({"a": 0.1}, [0], momentum=lambda t: 0.9, **how)["a"][0]
    plain = train_many({"a": 0.1}, [0], **how)["a"][0]
    assert np.array_equal(same.loss, plain.loss)
    # One cycle as torch drives it, rate and momentum, on the network of `train`.
    steps = 2 * -(-len(data.x_train) // 100)
    shape = one_cycle(1.0, steps, pct_start=0.6, div_factor=1e12)
    cycled = train_many(
        {"cycle": one_cycle(0.4, steps, pct_start=0.6)}, [0],
        momentum=lambda t: 0.95 - 0.1 * shape(t), **how,
    )["cycle"][0]  # fmt: skip
    losses, *_ = torch_run(
        data, 0, 100, 2,
        lambda o: lr_scheduler.OneCycleLR(o, 0.4, steps, pct_start=0.6), "step",
        lr=0.1, momentum=0.9, nesterov=True,
    )  # fmt: skip
    assert cycled.loss == pytest.approx(losses, abs=1e-5)
    assert plain.loss != pytest.approx(losses, abs=1e-3)


def test_the_test_set_may_wait_for_the_end(data):
    how = {"data": data, "epochs": 2, "batch_size": 50, "hidden": 7, "progress": False}
    usual = train_many({"a": 0.1}, [0], **how)["a"][0].metrics
    for every in (None, 4):
        late = train_many({"a": 0.1}, [0], test_at_end=True, eval_every=every, **how)
        late = late["a"][0].metrics
        assert late["test_accuracy"].tolist() == usual["test_accuracy"][-1:].tolist()
        assert len(late["steps"]) == len(late["val_accuracy"]) > 1


@pytest.mark.parametrize("trouble", [KeyboardInterrupt, ZeroDivisionError])
def test_what_stops_one_seed_stops_all_of_them(data, trouble, monkeypatch):
    """A student's interrupt reaches the main thread; here a schedule raises it."""
    monkeypatch.delenv("GDHELPERS_REMEMBER", raising=False)
    steps = []

    def momentum(t):
        steps.append(t)
        if len(steps) == 7:
            raise trouble("now")
        return 0.9

    before, running = torch.get_num_threads(), threading.active_count()
    with pytest.raises(trouble, match=r"now|Stopped"):
        train_many(
            {"a": 0.1}, range(40), epochs=50, data=data, hidden=7, progress=False,
            momentum=momentum, num_threads=2,
        )  # fmt: skip
    assert len(steps) < 40 * 50 * 2 / 4
    assert torch.get_num_threads() == before
    assert threading.active_count() == running


def test_nothing_is_printed_by_a_single_run(data):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        train(0.1, data=data, epochs=1)
    assert out.getvalue() == err.getvalue() == ""


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"epochs": 0}, "epochs must be ≥ 1, got 0"),
        ({"batch_size": 0}, "batch_size must be ≥ 1, got 0"),
        ({"per": "batch"}, 'per must be "step" or "epoch", got'),
    ],
)
def test_bad_input_says_what_to_do(data, how, message):
    with pytest.raises(ValueError, match=message):
        train(0.1, **{"epochs": 1, "data": data, **how})
    with pytest.raises(ValueError, match=message):
        train_many({"a": 0.1}, [0], **{"epochs": 1, "data": data, **how})


def test_a_schedule_and_a_scheduler_exclude_each_other(data):
    with pytest.raises(ValueError, match="schedule must be a number"):
        train(
            constant(0.1), epochs=1, data=data,
            make_scheduler=lambda o: lr_scheduler.ExponentialLR(o, 0.9),
        )  # fmt: skip
    with pytest.raises(ValueError, match="seeds must be ≥ 1"):
        train_many({"a": 0.1}, [], epochs=1, data=data)


def test_an_epoch_through_train_sees_the_losses_of_a_dataloader():
    images = small_mnist(n_train=2000, n_val=0, n_test=500)
    epoch_vs_dataloader.check_same_losses(images)
    shifted = Images(
        images.x_train, images.y_train.roll(1), images.x_test, images.y_test
    )
    assert epoch_vs_dataloader.through_train(images) != pytest.approx(
        epoch_vs_dataloader.through_dataloader(shifted), abs=1e-3
    )


def own_weights(data, seed):
    """θ of the first run of a seed, as rows, and its stream of batches."""
    model, generator = seeded_model(seed, 7, data.x_train.shape[1])
    return model.double(), generator


def slopes_at(model, data, idx):
    loss = cross_entropy(model(data.x_train[idx].double()), data.y_train[idx])
    return torch.autograd.grad(loss, list(model.parameters())), loss.item()


MANY = {"epochs": 2, "batch_size": 50, "hidden": 7, "dtype": torch.float64}


def test_adam_side_by_side_is_torch_s(data):
    lr = cosine(0.03, 14)
    (run,) = train_many(
        {"a": lr, "b": 0.01}, [3], data=data, optimizer="adam", progress=False, **MANY
    )["a"]
    model, generator = own_weights(data, 3)
    optimizer = torch.optim.Adam(model.parameters(), lr=1.0)
    losses = []
    for _ in range(2):
        for idx in torch.randperm(330, generator=generator).split(50):
            slopes, loss = slopes_at(model, data, idx)
            optimizer.param_groups[0]["lr"] = lr(len(losses))
            for p, g in zip(model.parameters(), slopes, strict=True):
                p.grad = (g * 2**20).round() / 2**20  # as `GRID` rounds them
            optimizer.step()
            losses.append(loss)
    assert run.loss == pytest.approx(losses, rel=1e-7)


def test_schedule_free_sgd_is_its_definition(data):
    (run,) = train_many(
        {"a": 2.0}, [3], data=data, optimizer="schedule-free", progress=False, **MANY
    )["a"]
    model, generator = own_weights(data, 3)
    ps = list(model.parameters())
    z, x = ([p.detach().clone() for p in ps] for _ in range(2))
    losses = []
    for _ in range(2):
        for idx in torch.randperm(330, generator=generator).split(50):
            slopes, loss = slopes_at(model, data, idx)
            losses.append(loss)
            for i, g in enumerate(slopes):
                z[i] = z[i] - 2.0 * (g * 2**20).round() / 2**20
                x[i] = x[i] + (z[i] - x[i]) / (len(losses) + 1)
                ps[i].data = 0.1 * z[i] + 0.9 * x[i]
    assert run.loss == pytest.approx(losses, rel=1e-7)
    for p, mean in zip(ps, x, strict=True):
        p.data = mean
    with torch.no_grad():
        logits = model(data.x_test.double())
    loss = cross_entropy(logits, data.y_test).item()
    assert run.metrics["test_loss"][-1] == pytest.approx(loss, rel=1e-7)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_an_average_is_measured_beside_the_weights(data, optimizer):
    how = MANY | {"data": data, "optimizer": optimizer, "progress": False}
    plain = train_many({"a": 0.05}, [3], **how)["a"][0]
    (run,) = train_many({"a": 0.05}, [3], averages=(0.0, 0.8), **how)["a"]
    assert run.loss.tolist() == plain.loss.tolist()
    for part in ("val_loss", "test_loss", "val_accuracy", "test_accuracy"):
        own, at_once = run.metrics[part], run.metrics[f"{part}, EMA 0"]
        assert own == pytest.approx(at_once) and len(own) == 2
    assert run.metrics["test_loss, EMA 0.8"] != pytest.approx(run.metrics["test_loss"])


def test_an_average_is_that_of_the_weights_after_each_step(data):
    nets = SideBySide(3, 2, 7, data.x_train.shape[1], torch.float64)
    seen, mean = [], None
    for i in range(5):
        for w in nets.weights:
            w += 0.1 * (i + 1)
        seen.append(nets.weights[0].clone())
        mean = nets.averaged(mean, 0.7)
    *_, wanted = ema(seen, 0.7)
    assert torch.allclose(mean[0], wanted)


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"optimizer": "adamax"}, "optimizer must be one of 'sgd', 'adam'"),
        ({"averages": (1.0,)}, r"averages\[0\] must be ≥ 0 and < 1"),
    ],
)
def test_an_unknown_optimizer_or_average_is_refused(data, how, message):
    with pytest.raises(ValueError, match=message):
        train_many({"a": 0.1}, [0], epochs=1, data=data, **how)
