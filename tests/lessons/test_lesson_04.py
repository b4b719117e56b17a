"""The numbers in the prose of lesson 04, and theory beside experiment."""

import functools
import math

import pytest
import torch
from prose import ROOT, assert_no_other_decimals, assert_stands, prose
from torch.optim.lr_scheduler import StepLR

from gdgrader.exercises.reference import load_reference, source_notebook
from gdhelpers import stability
from gdhelpers.data import noisy_line, small_mnist
from gdhelpers.minibatches import excess_loss, gradient_noise
from gdhelpers.network import Perceptron

LESSON = "04_minibatches_momentum"
lesson = load_reference(source_notebook(LESSON, ROOT))
noise_floor, momentum_step = lesson["noise_floor"], lesson["momentum_step"]
bound = lesson["max_stable_lr_momentum"]
x, y = noisy_line(n=100, noise="uniform", seed=4)
best = torch.linalg.lstsq(x, y).solution
each = 2 * x * (x @ best - y)[:, None]
variances = each.var(0, correction=0).tolist()
curvatures, sigmas = (values.tolist() for values in gradient_noise(x, y))

settled = functools.cache(functools.partial(excess_loss, x, y))


def floor_of_line(lr, batch_size):
    return sum(
        noise_floor(lr, curvature, sigma, batch_size)
        for curvature, sigma in zip(curvatures, sigmas, strict=True)
    )


@functools.cache
def dropped(kind):
    """θ of θ² after steps 5, 6 and 7, the rate falling to a tenth after step 5."""
    theta, v, path = 1.0, 0.0, []
    for lr in [0.02] * 5 + [0.002] * 2:
        if kind == "tutorial":
            v = 0.9 * v + lr * 2 * (theta - 0.9 * v)
            theta = theta - v
        else:
            theta, v = momentum_step(theta, v, 2 * theta, lr, 0.9, nesterov=True)
        path.append(theta)
    return path[4:]


@functools.cache
def trained_line(drops=True):
    """Slope and intercept after each epoch of the lesson's training."""
    torch.manual_seed(0)
    model = torch.nn.Linear(1, 1, dtype=torch.float64)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, nesterov=True)
    scheduler = StepLR(optimizer, step_size=5, gamma=0.1) if drops else None
    found = []
    for epoch in range(20):
        indices = lesson["epoch_batches"](100, 10, seed=epoch)
        batches = [(x[i, :1], y[i, None]) for i in indices]
        lesson["train_epoch"](
            model, batches, torch.nn.MSELoss(), optimizer, scheduler, per="epoch"
        )
        found.append((model.weight.item(), model.bias.item()))
    return found


def off(pair):
    return [abs(a - b) for a, b in zip(pair, best.tolist(), strict=True)]


@functools.cache
def percent_right(shuffled):
    images = small_mnist(n_train=6000, n_val=0)
    by_digit = images.y_train.argsort(stable=True).split(100)
    torch.manual_seed(0)
    model = Perceptron(hidden=32, inputs=196).double()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, nesterov=True)
    for epoch in range(3):
        indices = lesson["epoch_batches"](6000, 100, seed=epoch)
        batches = [
            (images.x_train[i].double(), images.y_train[i])
            for i in (indices if shuffled else by_digit)
        ]
        lesson["train_epoch"](model, batches, torch.nn.CrossEntropyLoss(), optimizer)
    with torch.no_grad():
        hits = model(images.x_test.double()).argmax(1) == images.y_test
    return 100 * hits.double().mean().item()


def of_momentum(lr, momentum):
    return stability.noise_floor(lr, 2, 1, batch_size=4, momentum=momentum)


def steps_to_a_hundredth(lr, momentum):
    factor = max(stability.contraction(lr, c, momentum) for c in (1, 100))
    return math.ceil(math.log(100) / -math.log(factor))


def path_of(curvature):
    """θ from 1 under the heavy ball at the rates that are best for κ = 100."""
    theta, v, path = 1.0, 0.0, []
    for _ in range(500):
        theta, v = momentum_step(theta, v, curvature * theta, 4 / 121, (9 / 11) ** 2)
        path.append(theta)
    return path


def overtakes():
    """The rate from which on the heavy ball's factor is below plain descent's again."""
    rates = (i / 10_000 for i in range(5_000, 10_000))
    factor = functools.partial(stability.contraction, curvature=2)
    return next(lr for lr in rates if factor(lr, momentum=0.9) < factor(lr))


NUMBERS = {
    "B independent examples is σ²/B: 0.1131": variances[0],
    "0.1131 for one, then 0.0283": variances[0] / 4,
    "then 0.0283, 0.0071": variances[0] / 16,
    "0.0071 and 0.0018": variances[0] / 64,
    "the intercept's axis 0.327": variances[1],
    "Their roots, 0.336": variances[0] ** 0.5,
    "roots, 0.336, 0.168": (variances[0] / 4) ** 0.5,
    "0.168, 0.084": (variances[0] / 16) ** 0.5,
    "0.084 and 0.042": (variances[0] / 64) ** 0.5,
    "Theory gives 0.0030": floor_of_line(0.1, 4),
    "Theory gives 0.0030, 0.0033": floor_of_line(0.2, 8),
    "0.0030, 0.0033 and 0.0042": floor_of_line(0.4, 16),
    "settle at 0.0031": settled(0.1, 4),
    "settle at 0.0031, 0.0033": settled(0.2, 8),
    "0.0031, 0.0033 and 0.0043": settled(0.4, 16),
    "In shuffled epochs it is 0.0019": settled(0.1, 4, shuffled=True),
    "it is 0.0019, 0.0025": settled(0.2, 8, shuffled=True),
    "0.0019, 0.0025 and 0.0049": settled(0.4, 16, shuffled=True),
    "where ηλ is 1.6": 0.8 * curvatures[1],
    "in v. torch's v knows no η, so its steps are short at once: 0.429": dropped(
        "torch"
    )[0],
    "at once: 0.429 → 0.416": dropped("torch")[1],
    "0.429 → 0.416 → 0.402": dropped("torch")[2],
    "tutorial's goes on, 0.544": dropped("tutorial")[0],
    "goes on, 0.544 → 0.428": dropped("tutorial")[1],
    "0.544 → 0.428 → 0.321": dropped("tutorial")[2],
    "for the heavy ball, 1.9": bound(2, 0.9),
    "for Nesterov, 0.6786": bound(2, 0.9, True),
    "with β = 0.9 it allows 0.68": bound(2, 0.9, True) / bound(2, 0),
    "The bound is 1.9": bound(2, 0.9) / bound(2, 0),
    "In lesson 3 the best constant rate at κ = 100 needed 231": steps_to_a_hundredth(
        2 / 101, 0
    ),
    "the heavy ball also at the far right, from 0.974": overtakes(),
    "steep direction the error grows to 3.7": max(map(abs, path_of(100))),
    "At the same η it is 9.5": of_momentum(0.1, 0.9) / of_momentum(0.1, 0),
    "it is nearly the same, 0.0063": of_momentum(0.01, 0.9),
    "0.0063 against 0.0069": of_momentum(0.1, 0),
    "at 0.1 the intercept is still 0.05": off(trained_line()[4])[1],
    "both numbers are within 0.004": max(off(trained_line()[-1])),
}
# The rates of the sources and of the questions.
GIVEN = {"0.1", "0.2", "0.4", "0.5", "0.8", "0.9", "0.02", "0.05"}


@pytest.mark.parametrize("text", NUMBERS)
def test_the_number_is_measured(text):
    assert_stands(LESSON, text, float(NUMBERS[text]))


def test_no_other_number_is_quoted():
    assert_no_other_decimals(LESSON, NUMBERS, GIVEN)


@pytest.mark.parametrize(
    ("lr", "batch_size"),
    [(lr, size) for lr in (0.05, 0.1, 0.2) for size in (4, 8, 16, 32, 64)]
    + [(0.4, 8), (0.4, 16), (0.4, 64), (0.8, 32), (0.8, 64)],
)
def test_runs_settle_at_the_floor_of_theory(lr, batch_size):
    """A little above it, as the noise grows with the distance, by chance below."""
    found = settled(lr, batch_size) / floor_of_line(lr, batch_size)
    assert 0.97 < found < 1.05


def test_small_batches_at_a_high_rate_leave_the_line():
    assert settled(0.8, 4) > 1.2 * floor_of_line(0.8, 4)
    assert settled(0.8, 2) > 2 * floor_of_line(0.8, 2)
    assert 2 / curvatures[1] > 0.8 and settled(0.8, 1, runs=50) > 1e3


def test_the_three_pairs_of_one_ratio_have_nearly_one_floor():
    found = [settled(*pair) for pair in ((0.1, 4), (0.2, 8), (0.4, 16))]
    assert found == sorted(found) and found[-1] < 1.5 * found[0]


def test_errors_of_an_epoch_cancel_but_for_a_short_last_batch():
    assert settled(0.1, 4, shuffled=True) < 0.7 * settled(0.1, 4)
    assert settled(0.4, 16, shuffled=True) > 1.1 * settled(0.4, 16)
    whole = functools.partial(excess_loss, x[:96], y[:96], 0.4, 16)
    assert whole(shuffled=True) < 0.8 * whole()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("size", [1, 4, 16, 64])
def test_a_mean_of_b_examples_has_a_bth_of_the_variance(size, seed):
    generator = torch.Generator().manual_seed(seed)
    drawn = each[torch.randint(100, (5000, size), generator=generator)].mean(1)
    assert drawn.var(0).tolist() == pytest.approx(
        [variance / size for variance in variances], rel=0.1
    )


def left(lr, curvature, momentum, nesterov):
    theta, v = 1.0, 0.0
    for _ in range(2000):
        theta, v = momentum_step(theta, v, curvature * theta, lr, momentum, nesterov)
    return abs(theta)


@pytest.mark.parametrize("curvature", [0.5, 2.0, 30.0])
@pytest.mark.parametrize(
    ("momentum", "nesterov"),
    [(0.0, False), (0.5, False), (0.9, False), (0.5, True), (0.9, True), (0.99, True)],
)
def test_the_bound_is_right_to_one_percent(curvature, momentum, nesterov):
    largest = bound(curvature, momentum, nesterov)
    assert left(0.99 * largest, curvature, momentum, nesterov) < 1e-3
    assert left(1.01 * largest, curvature, momentum, nesterov) > 1e3
    # And nothing goes wrong before it.
    for share in range(1, 100):
        lr = share / 100 * largest
        assert stability.contraction(lr, curvature, momentum, nesterov) < 1


@pytest.mark.parametrize("momentum", [0.3, 0.5, 0.9, 0.99])
def test_the_heavy_ball_allows_more_and_nesterov_less(momentum):
    assert bound(2, momentum, True) < bound(2, 0) < bound(2, momentum) < 2 * bound(2, 0)


def test_momentum_wins_where_the_bowl_is_flat_for_the_rate_only():
    def factor(lr, *how):
        return stability.contraction(lr, 2, *how)

    for lr in (0.005, 0.01, 0.02):
        assert max(factor(lr, 0.9), factor(lr, 0.9, True)) < factor(lr)
    for lr in (0.1, 0.3, 0.45):
        assert factor(lr) < factor(lr, 0.9, True) < factor(lr, 0.9)
    for lr in (0.98, 1.0, 1.3, 1.89):  # and where plain descent nears its bound
        assert factor(lr, 0.9) < min(1, factor(lr))
    for lr in (0.1, 0.5, 0.9, 0.97):
        assert factor(lr) < factor(lr, 0.9)


def test_it_lowers_no_floor_as_long_as_the_bowl_is_flat_for_the_rate():
    for lr in (0.01, 0.05, 0.1):
        assert of_momentum(lr / 10, 0.9) == pytest.approx(of_momentum(lr, 0), rel=0.1)
    assert of_momentum(0.05, 0.9) < 0.6 * of_momentum(0.5, 0)


def test_the_tutorials_point_ahead_is_torchs_theta():
    theta, v, mine = 1.0, 0.0, (1.0, 0.0)
    for _ in range(40):
        v = 0.9 * v + 0.02 * 2 * (theta - 0.9 * v)
        theta = theta - v
        mine = momentum_step(*mine, 2 * mine[0], 0.02, 0.9, nesterov=True)
        assert theta - 0.9 * v == pytest.approx(mine[0], abs=1e-12)
        assert v / 0.02 == pytest.approx(mine[1], abs=1e-12)


def test_momentum_turns_kappa_into_its_root():
    momentum = (9 / 11) ** 2
    assert steps_to_a_hundredth(2 / 101, 0) == 231
    assert steps_to_a_hundredth(4 / 121, momentum) == 23
    needed = [
        max(i for i, e in enumerate(path_of(c)) if abs(e) > 0.01) + 2 for c in (1, 100)
    ]
    assert max(needed) == 45 and "45 steps in place of 231" in prose(LESSON)
    assert "by it alone 23 steps would do" in prose(LESSON)
    factor = max(stability.contraction(4 / 121, c, momentum) for c in (1, 100))
    assert factor == pytest.approx(9 / 11, abs=1e-6)


def test_the_drops_take_the_noise_away():
    ends, constant = trained_line()[-1], trained_line(drops=False)
    assert max(off(ends)) < 0.0045
    assert sum(max(off(pair)) for pair in constant[5:]) / 15 > 0.03


def test_the_digits_are_read_where_the_batches_are_shuffled():
    assert round(percent_right(True)) == 91 and round(percent_right(False)) == 10
    assert "91 and 10." in prose(LESSON)


def test_the_gradient_of_images_is_not_needed():
    images = small_mnist(n_train=100, n_val=0)
    found = []
    for followed in (False, True):
        torch.manual_seed(0)
        model = Perceptron(hidden=8, inputs=196)
        inputs = images.x_train.clone().requires_grad_(followed)
        torch.nn.functional.cross_entropy(model(inputs), images.y_train).backward()
        found.append([p.grad for p in model.parameters()])
    assert all(torch.equal(a, b) for a, b in zip(*found, strict=True))
