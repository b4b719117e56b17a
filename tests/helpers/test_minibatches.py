"""Where minibatch descent settles, beside what the two moments say exactly."""

import pytest
import torch

from gdhelpers.data import noisy_line
from gdhelpers.minibatches import excess_loss, gradient_noise

x, y = noisy_line(seed=4)
best = torch.linalg.lstsq(x, y).solution


def exact(lr, size):
    """The excess loss of batches drawn with replacement, by the second moment alone."""
    hessian = 2 / len(x) * x.T @ x
    each = 2 * x[:, :, None] * x[:, None, :]  # one example's own Hessian
    pull = 2 * x * (x @ best - y)[:, None]
    # E[(e, 1)(e, 1)ᵀ] goes by the mean over draws of M ⊗ M, M = I - ηG of a batch.
    rows = torch.zeros(len(x), 3, 3, dtype=x.dtype)
    rows[:, :2, :2], rows[:, :2, 2] = each, pull
    mean = rows.mean(0)
    pairs = torch.einsum("nij,nkl->ikjl", rows, rows).reshape(9, 9) / len(x)
    twice = torch.kron(mean, mean)
    identity = torch.eye(3, dtype=x.dtype)
    step = (
        torch.eye(9, dtype=x.dtype)
        - lr * (torch.kron(mean, identity) + torch.kron(identity, mean))
        + lr**2 * (twice + (pairs - twice) / size)
    )
    moment = torch.zeros(3, 3, dtype=x.dtype)
    moment[2, 2] = 1
    moment = torch.linalg.matrix_power(step, 4096) @ moment.reshape(9)
    return (moment.reshape(3, 3)[:2, :2] * hessian).sum().item() / 2


@pytest.mark.parametrize(("lr", "size"), [(0.1, 1), (0.1, 4), (0.2, 8), (0.4, 16)])
def test_the_runs_settle_where_the_second_moment_does(lr, size):
    found = excess_loss(x, y, lr, size, runs=1000)
    assert found == pytest.approx(exact(lr, size), rel=0.03)


def test_the_batch_of_all_shuffled_has_no_noise():
    assert excess_loss(x, y, 0.3, 100, shuffled=True, runs=3) < 1e-25


def test_one_seed_gives_one_answer_and_leaves_the_common_generator_alone():
    before = torch.get_rng_state()
    found = [excess_loss(x, y, 0.1, 4, runs=5, steps=9, seed=s) for s in (1, 1, 2)]
    # Where in memory it lies may change last bits.
    assert found[0] == pytest.approx(found[1], rel=1e-12)
    assert found[0] != pytest.approx(found[2], rel=1e-3)
    assert torch.equal(before, torch.get_rng_state())


def test_the_noise_is_that_of_single_gradients():
    curvatures, sigmas = gradient_noise(x, y)
    assert torch.allclose(curvatures, torch.linalg.eigvalsh(2 / len(x) * x.T @ x))
    total = (2 * x * (x @ best - y)[:, None]).square().mean(0).sum()
    assert sigmas.square().sum().item() == pytest.approx(total.item())


@pytest.mark.parametrize(
    ("lr", "size", "said"),
    [(0.0, 4, "lr must be > 0"), (0.1, 0, "≥ 1"), (0.1, 101, "must be ≤ 100, got 101")],
)
def test_what_it_cannot_do_it_says(lr, size, said):
    with pytest.raises(ValueError, match=said):
        excess_loss(x, y, lr, size)
