"""Its gradient for a line or plane: `mse_gradient(x, y, a)`.

Tolerance: inputs are float64 of size about 1 and a handful of rows, where sums in any
order agree to about 1e-14. 1e-6 lets a student's float32 pass; the mistakes differ by
more than 1e-2 of the answer. Where the fit is exact the gradient is 0, which float32
gives to about 1e-6.
"""

from gdgrader.exercises.base import Exercise, case, tensor
from gdgrader.exercises.draws import numbers, rows

exercise = Exercise("mse_gradient", "03_linear_regression", abs=1e-6, place=2)
exercise.help(
    passage="Your turn: the gradient",
    first_line="return … * x.T @ (…)",
    why="For each weight, x.T adds up its column times the errors; the 2 comes from "
    "the square, the division by the number of points from the mean.",
)

_EXACT = [[0.5, 1.0], [-1.0, 1.0], [2.0, 1.0]]


# Three weights in one case: with two, dividing by n·d looks like a forgotten factor 2.
@exercise.asks(
    "a few weights",
    case(tensor(_EXACT), tensor([3.5, -1.0, 8.0]), tensor([3.0, 2.0])),
    case(
        tensor([[1.0, 0.5, 1.0], [0.0, -1.0, 1.0]]),
        tensor([4.0, 1.0]),
        tensor([0.5, -2.0, -1.0]),
    ),
    case(tensor(_EXACT), tensor([3.5, -1.0, 8.0]), tensor([-1.0, 1.0])),
    case(tensor(_EXACT), tensor([250.0, -250.0, 8.0]), tensor([-1.0, 1.0])),
    case(tensor([[0.5], [-1.0], [250.0]]), tensor([3.5, -1.0, 8.0]), tensor([3.0])),
    case(tensor([[2.0, -250.0]]), tensor([3.0]), tensor([-250.0, 250.0])),
    case(tensor(_EXACT), tensor([3.5, -1.0, 8.0]), tensor([0.0, 1.0]), twice=True),
)
def _(rng):
    n = rng.randint(4, 8)
    y, a = numbers(rng, n, 2, 5), numbers(rng, 2, -2, -0.5)
    return case(tensor(rows(rng, n, 2)), tensor(y), tensor(a))


@exercise.asks(
    "more weights",
    case(tensor([[1, 0, 0]] * 201 + [[1, 3, 2]]), tensor([1] * 202), tensor([2, 1, 0])),
    case(
        tensor([[1.0, 0.0, 0.0], [2.0, 5.0, 1.0]]),
        tensor([4.0, 1.0]),
        tensor([0.5, -2.0, -1.0]),
    ),
)
def _(rng):
    n, d = rng.randint(8, 10), rng.randint(3, 4)
    y, a = numbers(rng, n, 2, 5), numbers(rng, d, -2, -0.5)
    return case(tensor(rows(rng, n, d)), tensor(y), tensor(a))


@exercise.right
def _(x, y, a):
    return 2 * x.T @ (x @ a - y) / len(y)


exercise.mistake(
    "factor 2 forgotten",
    "the derivative of a square brings down a factor 2: d(u²) = 2u du.",
    {"2 * ": ""},
)
exercise.mistake(
    "not divided by n",
    "this is the gradient of the *sum* of squares. The loss is their mean: where did "
    "the 1/n go?",
    {" / len(y)": ""},
)
exercise.mistake(
    "sign flipped",
    "this points downhill. The gradient points uphill, and the step subtracts it: "
    "which comes first in the error, ŷ or y?",
    {"x @ a - y": "y - x @ a"},
)


@exercise.mistake(
    "gradients kept in a",
    "right, but only once: `a` itself is marked for autograd, and asked again its "
    "gradients add up. Begin with a copy: `a = a.clone().requires_grad_()`.",
)
def _(x, y, a):
    a.requires_grad_()
    ((x @ a - y) ** 2).mean().backward()
    return a.grad


@exercise.mistake(
    "inner derivative forgotten",
    "by the chain rule each error is multiplied by its own row of x before the mean "
    "is taken. Without that every weight gets the same slope.",
)
def _(x, y, a):
    import torch

    return torch.ones_like(a) * 2 * (x @ a - y).mean()


exercise.mistake(
    "divided by all entries of x",
    "the mean runs over the n points, not over all n·d entries of x: an `.mean()` "
    "over the whole matrix or `x.numel()` divides by d too often.",
    {"len(y)": "x.numel()"},
)
exercise.mistake(
    "target left out",
    "this does not depend on y: the error is the prediction minus the target, "
    "x @ a − y.",
    {"x @ a - y": "x @ a"},
)
exercise.mistake(
    "sign of the error only",
    "this is the gradient of the mean *absolute* error: it keeps only the sign of "
    "each error. For squares the size of the error counts too.",
    {"2 * ": "", "(x @ a - y)": "(x @ a - y).sign()"},
)
exercise.mistake(
    "factor 2 twice",
    "this is twice the gradient: the derivative of a square brings down a 2 once.",
    {"2 * ": "4 * "},
)
exercise.mistake(
    "divided by the weights",
    "this divides by the number of weights, d. The mean runs over the n points.",
    {"len(y)": "len(a)"},
)
exercise.mistake(
    "error squared",
    "the derivative of u² is 2u: the error itself, not its square, is multiplied by x.",
    {"(x @ a - y)": "(x @ a - y) ** 2"},
)
exercise.mistake(
    "one number for all",
    "this is one number for all weights. Each has a slope of its own, so the gradient "
    "has the shape of a.",
    {"2 * x.T @ (x @ a - y) / len(y)": "(2 * x.T @ (x @ a - y) / len(y)).mean()"},
    {"2 * x.T @ (x @ a - y) / len(y)": "(2 * x.T @ (x @ a - y) / len(y)).sum()"},
)
exercise.mistake(
    "loss returned",
    "this is the loss itself. Return its slope for each weight.",
    {"2 * x.T @ (x @ a - y) / len(y)": "((x @ a - y) ** 2).mean()"},
)
exercise.mistake(
    "added, not subtracted",
    "the error is Xa − y. Here the two are added.",
    {"x @ a - y": "x @ a + y"},
)
exercise.mistake(
    "multiplied by n",
    "n is on the wrong side of the fraction line: the mean divides by it.",
    {" / len(y)": " * len(y)"},
)
