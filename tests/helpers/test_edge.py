"""Full-batch descent of a small network: torch's own, and the table of its runs."""

import math

import pytest
import torch
from torch.optim import SGD

from gdhelpers import edge
from gdhelpers.explorers import edge as explorer
from gdhelpers.sharpness import sharpness


def loss_of(weights, theta):
    return weights(theta).item()


def test_full_batch_is_torch_s_sgd_to_the_rounding_of_its_gradients():
    loss_fn, start = edge.small_task()
    run = edge.full_batch(loss_fn, start, 0.2, 60, every=20)
    theta = start.clone().requires_grad_()
    optimizer = SGD([theta], lr=0.2)
    losses = []
    for _ in range(60):
        optimizer.zero_grad()
        loss = loss_fn(theta)
        losses.append(loss.item())
        loss.backward()
        optimizer.step()
    assert run.losses[:60] == pytest.approx(losses, abs=1e-5)
    assert run.steps == [0, 20, 40, 60]
    assert torch.allclose(run.thetas[-1], theta, atol=1e-4)
    assert torch.equal(run.thetas[0], start) and not start.requires_grad


def test_a_schedule_gives_the_rate_of_each_step():
    loss_fn, start = edge.small_task()
    asked = []
    edge.full_batch(loss_fn, start, lambda t: asked.append(t) or 0.1, 5)
    assert asked == [0, 1, 2, 3, 4]


def test_what_diverges_ends_there():
    loss_fn, start = edge.small_task()
    run = edge.full_batch(loss_fn, start, 3.0, 1000)
    assert run.diverged and len(run.losses) < 10 and run.steps == [0]
    assert run.rises == len(run.losses) - 1


def test_the_task_is_as_it_says():
    loss_fn, start = edge.small_task(gain=0.0)
    assert loss_fn(start).item() == pytest.approx(0.5)  # outputs 0, one 1 to be hit
    one, two = edge.small_task(1.0)[1], edge.small_task(2.0)[1]
    assert torch.equal(2 * one, two)
    first = one[: edge.INPUTS * edge.HIDDEN]
    assert first.var().item() == pytest.approx(1 / edge.INPUTS, rel=0.1)


@pytest.mark.parametrize("lr", [0.3, 0.7, 2.0])
def test_the_table_is_what_a_run_gives(lr):
    """The first 200 steps; the whole table takes a minute."""
    row, table = edge.table_row(lr, steps=200), edge.edge_table()[lr]
    dots, found = 200 // edge.DOTS + 1, 200 // edge.EVERY + 1
    assert row["loss"] == pytest.approx(table["loss"][:dots], rel=2e-3)
    assert row["sharpness"] == pytest.approx(table["sharpness"][:found], rel=5e-3)
    assert row["diverged"] == table["diverged"]


def test_the_table_has_every_rate_and_ends_where_it_says():
    table = edge.edge_table()
    assert tuple(table) == edge.RATES
    for row in table.values():
        if not row["diverged"]:
            assert len(row["loss"]) == edge.STEPS // edge.DOTS + 1
            assert len(row["sharpness"]) == edge.STEPS // edge.EVERY + 1
            assert row["last"] == row["loss"][-1]


def answer(lr, steps=edge.STEPS, function=explorer.course_sharpness):
    return explorer.edge_answer(lambda: explorer.first_sharpness(function), lr, steps)


def test_the_target_wants_a_rate_above_the_bound():
    assert not answer(0.5).reached and not answer(0.6).reached
    assert answer(0.7).reached and answer(1.0).reached
    assert not answer(0.7, steps=100).reached
    assert "diverges" in answer(1.2).words and "above the bound" in answer(1.2).words
    assert "below the bound at the start, 2/3.85 = 0.52" in answer(0.1).words
    assert "The sharpness rises." in answer(0.1).words
    assert "They have met" in answer(0.3).words


def test_a_student_s_lambda_is_taken_where_it_is_right():
    assert answer(0.3).note == ""

    def rough(loss_fn, params, iterations, seed):
        return 3.87

    def wrong(loss_fn, params, iterations, seed):
        return 2 / 3.85

    assert "2/3.87" in answer(0.3, function=rough).words
    told = answer(0.3, function=wrong)
    assert "2/3.85" in told.words and "gives 0.5195 at the start" in told.note


def test_the_course_s_own_is_the_table_s_first():
    loss_fn, start = edge.small_task()
    theta = start.clone().requires_grad_()
    found = sharpness(lambda: loss_fn(theta), [theta])
    assert math.isclose(found, edge.edge_table()[0.05]["sharpness"][0], rel_tol=2e-3)
