"""Sharpness against eigenvalues that are known or computed from the whole Hessian."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.functional import cross_entropy

from gdhelpers.network import Perceptron
from gdhelpers.sharpness import sharpness
from gdhelpers.stability import max_stable_lr_momentum

quick = settings(max_examples=25)


def turned(curvatures, seed):
    """A symmetric matrix with these curvatures along directions drawn from `seed`."""
    n = len(curvatures)
    generator = torch.Generator().manual_seed(seed)
    normal = torch.randn((n, n), generator=generator, dtype=torch.float64)
    axes, _ = torch.linalg.qr(normal)
    return axes @ torch.diag(torch.tensor(curvatures, dtype=torch.float64)) @ axes.T


def turned_bowl(curvatures, seed):
    """The loss θᵀHθ/2 of such a matrix, and its θ."""
    hessian = turned(curvatures, seed)
    theta = torch.linspace(-1, 2, len(hessian), dtype=torch.float64).requires_grad_()
    return lambda: theta @ hessian @ theta / 2, theta


@quick
@given(
    st.floats(0.1, 100),
    st.lists(st.floats(-2, 0.8), max_size=6),
    st.integers(0, 2**32 - 1),
    st.integers(0, 5),
)
def test_of_a_bowl_or_a_saddle_it_is_the_largest_curvature(top, others, turn, seed):
    loss, theta = turned_bowl([top, *(top * part for part in others)], turn)
    found = sharpness(loss, [theta], seed, tolerance=1e-6)
    assert found == pytest.approx(top, rel=1e-5)


@quick
@given(
    st.lists(st.floats(-1, 1), min_size=1, max_size=6),
    st.integers(0, 2**32 - 1),
    st.floats(0.003, 0.1),
)
def test_some_eigenvalue_is_within_the_tolerance_however_they_lie(
    curvatures, turn, tolerance
):
    loss, theta = turned_bowl(curvatures, turn)
    found = sharpness(loss, [theta], tolerance=tolerance, max_iterations=5000)
    strongest = max(map(abs, curvatures))
    allowed = tolerance * strongest * 1.001 + 1e-12
    assert min(abs(found - c) for c in curvatures) <= allowed
    assert found <= max(curvatures) + 1e-9 * strongest


@pytest.mark.parametrize("curvatures", [[3.0, -3.0], [3.0, -3.0, 1.0], [2.0, -2.001]])
def test_up_and_down_alike_are_told_apart(curvatures):
    loss, theta = turned_bowl(curvatures, 3)
    assert sharpness(loss, [theta]) == pytest.approx(max(curvatures))


def test_of_a_hill_it_is_below_0_and_of_a_plane_0():
    loss, theta = turned_bowl([-2.0, -5.0], 1)
    assert sharpness(loss, [theta]) == pytest.approx(-2.0)
    loss, theta = turned_bowl([-2.0], 1)
    assert sharpness(loss, [theta]) == pytest.approx(-2.0)
    assert sharpness(lambda: 3 * theta.sum(), [theta]) == 0.0
    beside = torch.ones(2, dtype=torch.float64, requires_grad=True)
    assert sharpness(lambda: (theta**2).sum(), [theta, beside]) == pytest.approx(2.0)


@pytest.fixture
def network():
    """A small network and its loss on data drawn for it, in float64."""
    generator = torch.Generator().manual_seed(0)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = Perceptron(hidden=4, inputs=5, outputs=3).double()
    x = torch.randn((40, 5), generator=generator, dtype=torch.float64)
    y = torch.randint(3, (40,), generator=generator)
    return model, lambda: cross_entropy(model(x), y), x, y


def test_of_a_network_it_is_the_whole_hessians(network):
    model, loss, x, y = network
    names = [name for name, _ in model.named_parameters()]
    values = [p.detach() for p in model.parameters()]
    sizes = [p.numel() for p in values]

    def of_a_row(row):
        parts = [
            part.reshape(p.shape)
            for part, p in zip(row.split(sizes), values, strict=True)
        ]
        named = dict(zip(names, parts, strict=True))
        return cross_entropy(torch.func.functional_call(model, named, (x,)), y)

    row = torch.cat([p.reshape(-1) for p in values])
    largest = torch.linalg.eigvalsh(torch.autograd.functional.hessian(of_a_row, row))[
        -1
    ]
    found = sharpness(loss, model.parameters(), tolerance=1e-5)
    assert found == pytest.approx(largest.item(), rel=1e-6)
    model.float()
    x.data = x.float()
    assert sharpness(loss, model.parameters()) == pytest.approx(found, rel=1e-3)


def test_nothing_is_touched_and_a_seed_fixes_the_answer(network):
    model, loss, *_ = network
    before = [p.detach().clone() for p in model.parameters()]
    stream = torch.get_rng_state()
    with torch.no_grad():  # a training's loop may stand around it
        found = [
            sharpness(loss, model.parameters(), s, tolerance=0.05) for s in (1, 1, 2)
        ]
    assert found[0] == found[1] != found[2]
    assert torch.equal(torch.get_rng_state(), stream)
    for p, was in zip(model.parameters(), before, strict=True):
        assert p.grad is None and torch.equal(p, was)


@quick
@given(st.lists(st.floats(0.1, 10), min_size=1, max_size=4), st.integers(0, 99))
def test_two_over_the_sharpness_is_where_descent_turns(curvatures, turn):
    curvatures = [*curvatures, 12.0]
    loss, theta = turned_bowl(curvatures, turn)
    bound = max_stable_lr_momentum(sharpness(loss, theta, tolerance=1e-6), 0.0)
    for part, grows in ((0.99, False), (1.01, True)):
        lr = part * bound
        step = torch.eye(len(theta)).double() - lr * turned(curvatures, turn)
        after = torch.linalg.matrix_power(step, 4000) @ theta.detach()
        assert bool(after.norm() > theta.norm()) is grows


@pytest.mark.parametrize("curvatures", [[1.0, 0.99], [1.0, 0.99, -0.5]])
def test_where_it_does_not_converge_it_says_so(curvatures):
    loss, theta = turned_bowl(curvatures, 3)
    with pytest.raises(RuntimeError, match="within tolerance = 1e-08 after max_iter"):
        sharpness(loss, [theta], tolerance=1e-8, max_iterations=50)
    assert sharpness(
        loss, [theta], tolerance=1e-8, max_iterations=4000
    ) == pytest.approx(1)


def one(requires_grad=True):
    return torch.ones(2, requires_grad=requires_grad)


THETA = one()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sharpness(lambda: THETA.sum(), []), "params must hold at least one"),
        (
            lambda: sharpness(lambda: THETA.sum(), [THETA, one(False)]),
            r"params\[1\] must require a gradient",
        ),
        (
            lambda: sharpness(lambda: THETA**2, [THETA]),
            r"loss_fn must give a tensor of one number, got shape \(2,\)",
        ),
        (lambda: sharpness(lambda: 1.0, [THETA]), "one number, got float"),
        (
            lambda: sharpness(lambda: THETA.sum() * math.inf, [THETA]),
            "loss_fn must give a finite loss, got inf",
        ),
        (
            lambda: sharpness(lambda: torch.tensor(1.0), [THETA]),
            "loss_fn must use params",
        ),
        (
            lambda: sharpness(lambda: (THETA - 1).abs().pow(1.5).sum(), [THETA]),
            "loss_fn must have a finite second derivative",
        ),
        (
            lambda: sharpness(lambda: (THETA**2).sum(), [THETA], tolerance=0),
            "tolerance must be > 0, got 0",
        ),
        (
            lambda: sharpness(lambda: (THETA**2).sum(), [THETA], max_iterations=0),
            "max_iterations must be a whole number ≥ 1, got 0",
        ),
    ],
)
def test_bad_input_says_what_to_do(call, message):
    with pytest.raises(ValueError, match=message):
        call()
