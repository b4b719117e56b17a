"""The largest curvature, by power iteration: `sharpness(loss_fn, params, n, seed)`.

Tolerance: 1 %. There are so many iterations that any start drawn ends within 1e-4:
16 or more where the next eigenvalue is at most 0.55 of the largest in size, 200 where
it is 0.95 of it; the mistakes differ by 3 % or more.
"""

import math

from gdgrader.exercises.base import Exercise, case, loss, tensor
from gdgrader.exercises.draws import numbers
from gdgrader.exercises.edits import text_of

exercise = Exercise("sharpness", "08_range_test_warmup", rel=1e-2, abs=1e-9, place=3)
exercise.help(
    passage="Your turn: the sharpness",
    first_line="theta = params.detach().clone().…\n"
    "(g,) = torch.autograd.grad(loss_fn(theta), theta, …)\n"
    "…\n"
    "for _ in range(…):\n"
    "    v = v / …\n"
    "    (hv,) = torch.autograd.grad(…)",
    why="Every product with H stretches the steepest direction most, so that v turns "
    "to it; for a v of length 1 on that axis, v·Hv is its eigenvalue.",
)


def _turned(values: list[float], angle: float) -> list[list[float]]:
    """A matrix with these eigenvalues, its axes turned in every pair of directions."""
    n, c, s = len(values), math.cos(angle), math.sin(angle)
    h = [[values[i] if i == j else 0.0 for j in range(n)] for i in range(n)]
    for i in range(n):
        for j in range(i):  # rows i and j, then columns i and j
            h[i], h[j] = (
                [c * a + s * b for a, b in zip(h[i], h[j], strict=True)],
                [c * b - s * a for a, b in zip(h[i], h[j], strict=True)],
            )
            for row in h:
                row[i], row[j] = c * row[i] + s * row[j], c * row[j] - s * row[i]
    return [[round((h[i][j] + h[j][i]) / 2, 6) for j in range(n)] for i in range(n)]


def _values(rng, top: float) -> list[float]:
    """Eigenvalues of which the first is largest in size, the next at most 0.4 of it."""
    others = [
        round(top * rng.uniform(0.2, 0.4), 3),
        round(-top * rng.uniform(0.1, 0.4), 3),
    ]
    return [
        top,
        *others,
        *numbers(rng, rng.randint(0, 2), 0.01 * abs(top), 0.2 * abs(top)),
    ]


def _bowl(rng, sign: int) -> tuple:
    top = sign * round(rng.uniform(3, 60), 2)
    h = _turned(_values(rng, top), rng.uniform(0.4, 1.1))
    return loss("bowl", hessian=h), tensor(numbers(rng, len(h), 0.5, 3.0))


TWO = loss("bowl", hessian=[[2.0, 1.0], [1.0, 5.0]])
LONG = loss("bowl", hessian=[[40.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 20.0]])
HILL = loss("bowl", hessian=[[-8.0, 1.0], [1.0, 3.0]])
NEXT = loss("bowl", hessian=_turned([-10.0, 9.5, 9.5, 9.5, 9.5, 9.5], 0.7))
FAR = loss("steepening", hessian=[[1.0, 0.5], [0.5, 2.0]], quartic=[2e-9, 1.0])
STEEP = loss("steepening", hessian=[[3.0, 1.0], [1.0, 1.0]], quartic=[0.5, 6.0])


@exercise.asks(
    "on a bowl",
    case(TWO, tensor([3.0, -1.0]), 20, 0),
    case(LONG, tensor([0.5, 2.0, -1.0]), 20, 1),
    case(loss("bowl", hessian=[[90000.0]]), tensor([2.5]), 1, 3),
    case(TWO, tensor([0.0, 0.0]), 20, 5),
)
def _(rng):
    return case(*_bowl(rng, 1), rng.randint(16, 24), rng.randint(0, 99))


@exercise.asks(
    "where it bends down",
    case(HILL, tensor([1.0, 2.0]), 20, 0),
    case(loss("bowl", hessian=[[-4e-5]]), tensor([2.5]), 1, 3),
    case(NEXT, tensor([1.0, 2.0, 0.5, -1.0, 3.0, 1.5]), 200, 4),
    case(TWO, tensor([1.0, 2.0]), 20, 0, aside=True),
)
def _(rng):
    return case(*_bowl(rng, -1), rng.randint(16, 24), rng.randint(0, 99))


@exercise.asks(
    "where it is no bowl",
    case(STEEP, tensor([1.0, 2.0]), 20, 0),
    case(STEEP, tensor([6.0, 0.5]), 20, 2),
    case(STEEP, tensor([0.0, 0.0]), 20, 2),
    case(FAR, tensor([80_000.0, 0.5]), 20, 6),
)
def _(rng):
    d = rng.randint(2, 4)
    h = _turned([1.0, *numbers(rng, d - 1, 0.1, 0.6)], rng.uniform(0.4, 1.1))
    theta = numbers(rng, d, 0.5, 1.5)
    quartic = [round(rng.uniform(0.2, 1.0), 2) for _ in range(d)]
    at = rng.randrange(d)
    theta[at], quartic[at] = round(rng.uniform(2, 4), 2), round(rng.uniform(3, 8), 2)
    made = loss("steepening", hessian=h, quartic=quartic)
    return case(made, tensor(theta), rng.randint(16, 24), rng.randint(0, 99))


@exercise.right
def _(loss_fn, params, iterations, seed):
    import torch

    theta = params.detach().clone().requires_grad_()
    (g,) = torch.autograd.grad(loss_fn(theta), theta, create_graph=True)
    generator = torch.Generator().manual_seed(seed)
    v = torch.randn(theta.shape, generator=generator, dtype=theta.dtype)
    for _ in range(iterations):
        v = v / v.norm()
        (hv,) = torch.autograd.grad(g @ v, theta, retain_graph=True)
        found = v @ hv
        v = hv
    return found.item()


_ALL = text_of(exercise.answer).partition("import torch\n\n")[2].rstrip()
_ITERATED = _ALL[_ALL.index("    generator") :]
_HESSIAN = "    h = torch.autograd.functional.hessian(loss_fn, params)\n"
_UNIT = "        v = v / v.norm()\n"
_HV = "(hv,) = torch.autograd.grad(g @ v, theta, retain_graph=True)"
exercise.mistake(
    "v keeps growing",
    "v is not of length 1 when v·Hv is taken, so its length counts twice: divide v by "
    "its length in every round.",
    {_UNIT: ""},
)
exercise.mistake(
    "first v as it was drawn",
    "v is divided by its length after each product, so the first one, which was drawn, "
    "has another length than 1: divide it before.",
    {_UNIT: "", "        v = hv\n": "        v = hv / hv.norm()\n"},
    untold=["where it is no bowl"],
)
exercise.mistake(
    "length of Hv",
    "the length of Hv has no sign. v·Hv has: where the loss bends down it is negative.",
    {"v @ hv": "hv.norm()"},
)
exercise.mistake(
    "largest, not steepest",
    "the largest eigenvalue by its sign. Power iteration ends at the one of the "
    "largest "
    "size, and here that is negative.",
    {_ALL: _HESSIAN + "    return torch.linalg.eigvalsh(h)[-1].item()"},
)
exercise.mistake(
    "one product only",
    "after a single product v still points about where it began. Repeat: iterations "
    "products, each from the last v.",
    {"range(iterations)": "range(1)"},
    {"        v = hv\n": ""},
)
exercise.mistake(
    "the bound returned",
    "this is 2/λ, the largest stable rate: λ itself was asked for.",
    {"found.item()": "2 / found.item()"},
)
exercise.mistake(
    "the gradient's length",
    "this is how long the gradient is, which says how steep the loss is, and not how "
    "much it bends.",
    {_ITERATED: "    return g.norm().item()"},
)
exercise.mistake(
    "along the gradient",
    "this is how much the loss bends along its gradient, and that is not where it "
    "bends "
    "most. Begin at random, and put Hv into v's place.",
    {_UNIT: "        v = (g / g.norm()).detach()\n"},
)
exercise.mistake(
    "the gradient at v",
    "here v is taken for the parameters. On a bowl about 0 the gradient at v happens "
    "to "
    "be Hv; elsewhere it is not. H belongs to params.",
    {
        _HV: "w = v.detach().clone().requires_grad_()\n        (hv,) = "
        "torch.autograd.grad(loss_fn(w), w)",
    },
)
exercise.mistake(
    "at the origin",
    "this is how much the loss bends at 0, not at params.",
    {"params.detach().clone()": "torch.zeros_like(params)"},
)
exercise.mistake(
    "the diagonal's largest",
    "this is the largest entry on the Hessian's diagonal: how much the loss bends "
    "along "
    "one parameter. The steepest direction mixes several.",
    {_ALL: _HESSIAN + "    d = h.diagonal()\n    return d[d.abs().argmax()].item()"},
)
exercise.mistake(
    "the sum of all",
    "this is the sum of all eigenvalues, the Hessian's trace.",
    {_ALL: _HESSIAN + "    return h.trace().item()"},
)
exercise.mistake(
    "direction returned",
    "this is the direction v. The number v·Hv was asked for.",
    {"found.item()": "(v / v.norm()).tolist()"},
)
