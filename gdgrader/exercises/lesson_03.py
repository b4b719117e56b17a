"""Lesson 03: mean squared error, its gradient, the largest stable rate, the fit."""

from gdgrader.exercises.base import Exercise, case, tensor

LESSON = "03_linear_regression"

# All inputs are float64 of size about 1 and a handful of rows, where sums in any order
# agree to about 1e-14. 1e-6 lets a student's float32 pass; the mistakes differ by more
# than 1e-2 of the answer.
mse = Exercise("mse", LESSON, "mse")
mse_gradient = Exercise("mse_gradient", LESSON, "mse_gradient", abs=1e-6)
# An eigenvalue found by iteration may be good to 1e-7 only.
max_stable_lr_for = Exercise("max_stable_lr_for", LESSON, "max_stable_lr_for", rel=1e-5)
# Along 30 steps float32 loses a few more digits; a mistake shows in the first.
fit = Exercise("fit", LESSON, "fit", rel=1e-5, abs=1e-6)


def _numbers(rng, n: int, low: float = -2.0, high: float = 2.0) -> list[float]:
    return [round(rng.uniform(low, high), 2) for _ in range(n)]


def _data(rng, n: int, d: int) -> list[list[float]]:
    """Rows of numbers in [-1, 1] whose last column is ones, none nearly the same."""
    rows = [[*_numbers(rng, d - 1, -1, 1), 1.0] for _ in range(n)]
    for i in range(d - 1):  # spread, so that the Hessian's eigenvalues stay apart
        rows[i][i], rows[-1 - i][i] = 1.0, -0.5
    return rows


# mse --------------------------------------------------------------------------------


@mse.asks(
    "vectors",
    case(tensor([1.0, 2.0, 3.0]), tensor([1.0, 2.0, 3.0])),
    case(tensor([1.0, 2.0, 3.0]), tensor([2.0, 0.0, 6.0])),
)
def _(rng):
    n = rng.randint(3, 7)
    return case(tensor(_numbers(rng, n)), tensor(_numbers(rng, n, 3, 6)))


@mse.asks("any shape", case(tensor([[1.0, 2.0], [3.0, 5.0]]), tensor([[0.0, 4.0]] * 2)))
def _(rng):
    n = rng.randint(2, 4)
    left, right = ([_numbers(rng, 3, k, k + 2) for _ in range(n)] for k in (0, 3))
    return case(tensor(left), tensor(right))


@mse.mistake(
    "sum, not mean",
    "this is the sum of the squares. The mean divides it by how many there are, so "
    "that twice the data does not mean twice the loss.",
)
def _(y_hat, y):
    return ((y_hat - y) ** 2).sum()


@mse.mistake(
    "divided by the rows",
    "the sum is divided by the number of rows, `len(y)`. The mean runs over all "
    "entries: `.mean()`.",
)
def _(y_hat, y):
    return ((y_hat - y) ** 2).sum() / len(y)


@mse.mistake(
    "not squared",
    "this is the mean of the errors, where opposite signs cancel. Square them first.",
)
def _(y_hat, y):
    return (y_hat - y).mean()


@mse.mistake(
    "no mean",
    "these are the squared errors one by one. A loss is one number: take their mean.",
)
def _(y_hat, y):
    return (y_hat - y) ** 2


@mse.mistake(
    "mean absolute error",
    "this is the mean of |ŷ − y|. Square the errors instead of taking their size.",
)
def _(y_hat, y):
    return (y_hat - y).abs().mean()


@mse.mistake(
    "square of the mean",
    "first square each error, then take the mean. The other way round, errors of "
    "opposite sign cancel and a bad fit can look perfect.",
)
def _(y_hat, y):
    return (y_hat - y).mean() ** 2


@mse.mistake(
    "root taken",
    "this is the root mean squared error, RMSE. The mean squared error has no root.",
)
def _(y_hat, y):
    return ((y_hat - y) ** 2).mean() ** 0.5


@mse.mistake(
    "halved",
    "some books put a ½ in front so that the 2 of the derivative cancels. Here there "
    "is none: it would change every rate of this lesson by a factor 2.",
)
def _(y_hat, y):
    return ((y_hat - y) ** 2).mean() / 2


@mse.mistake(
    "plain number",
    "`.item()` gives a Python number, and autograd loses the thread there. Return "
    "the 0-d tensor itself.",
)
def _(y_hat, y):
    return ((y_hat - y) ** 2).mean().item()


@mse.mistake(
    "difference of squares",
    "ŷ² − y² is not (ŷ − y)². Subtract first, then square.",
)
def _(y_hat, y):
    return (y_hat**2 - y**2).mean()


# mse_gradient -----------------------------------------------------------------------

_EXACT = [[0.5, 1.0], [-1.0, 1.0], [2.0, 1.0]]


# Three weights in one case: with two, dividing by n·d looks like a forgotten factor 2.
@mse_gradient.asks(
    "a few weights",
    case(tensor(_EXACT), tensor([3.5, -1.0, 8.0]), tensor([3.0, 2.0])),
    case(
        tensor([[1.0, 0.5, 1.0], [0.0, -1.0, 1.0]]),
        tensor([4.0, 1.0]),
        tensor([0.5, -2.0, -1.0]),
    ),
    case(tensor(_EXACT), tensor([3.5, -1.0, 8.0]), tensor([-1.0, 1.0])),
    case(tensor(_EXACT), tensor([3.5, -1.0, 8.0]), tensor([0.0, 1.0]), twice=True),
)
def _(rng):
    n = rng.randint(4, 8)
    y, a = _numbers(rng, n, 2, 5), _numbers(rng, 2, -2, -0.5)
    return case(tensor(_data(rng, n, 2)), tensor(y), tensor(a))


@mse_gradient.asks("more weights")
def _(rng):
    n, d = rng.randint(8, 10), rng.randint(3, 4)
    y, a = _numbers(rng, n, 2, 5), _numbers(rng, d, -2, -0.5)
    return case(tensor(_data(rng, n, d)), tensor(y), tensor(a))


@mse_gradient.mistake(
    "factor 2 forgotten",
    "the derivative of a square brings down a factor 2: d(u²) = 2u du.",
)
def _(x, y, a):
    return x.T @ (x @ a - y) / len(y)


@mse_gradient.mistake(
    "not divided by n",
    "this is the gradient of the *sum* of squares. The loss is their mean: where did "
    "the 1/n go?",
)
def _(x, y, a):
    return 2 * x.T @ (x @ a - y)


@mse_gradient.mistake(
    "sign flipped",
    "this points downhill. The gradient points uphill, and the step subtracts it: "
    "which comes first in the error, ŷ or y?",
)
def _(x, y, a):
    return 2 * x.T @ (y - x @ a) / len(y)


@mse_gradient.mistake(
    "gradients kept in a",
    "right, but only once: `a` itself is marked for autograd, and asked again its "
    "gradients add up. Begin with a copy: `a = a.clone().requires_grad_()`.",
)
def _(x, y, a):
    a.requires_grad_()
    ((x @ a - y) ** 2).mean().backward()
    return a.grad


@mse_gradient.mistake(
    "inner derivative forgotten",
    "by the chain rule each error is multiplied by its own row of x before the mean "
    "is taken. Without that every weight gets the same slope.",
)
def _(x, y, a):
    import torch

    return torch.ones_like(a) * 2 * (x @ a - y).mean()


@mse_gradient.mistake(
    "divided by all entries of x",
    "the mean runs over the n points, not over all n·d entries of x: an `.mean()` "
    "over the whole matrix or `x.numel()` divides by d too often.",
)
def _(x, y, a):
    return 2 * x.T @ (x @ a - y) / x.numel()


@mse_gradient.mistake(
    "target left out",
    "this does not depend on y: the error is the prediction minus the target, "
    "x @ a − y.",
)
def _(x, y, a):
    return 2 * x.T @ (x @ a) / len(y)


@mse_gradient.mistake(
    "sign of the error only",
    "this is the gradient of the mean *absolute* error: it keeps only the sign of "
    "each error. For squares the size of the error counts too.",
)
def _(x, y, a):
    return x.T @ (x @ a - y).sign() / len(y)


# max_stable_lr_for ------------------------------------------------------------------


@max_stable_lr_for.asks("two columns", case(tensor([[0.5, 1.0], [-0.5, 1.0]])))
def _(rng):
    return case(tensor(_data(rng, rng.randint(4, 8), 2)))


@max_stable_lr_for.asks("more columns")
def _(rng):
    return case(tensor(_data(rng, rng.randint(9, 12), rng.randint(3, 4))))


@max_stable_lr_for.mistake(
    "not divided by n",
    "this uses 2XᵀX. The loss is a mean, so its Hessian is (2/n)XᵀX.",
)
def _(x):
    import torch

    return 2 / torch.linalg.eigvalsh(2 * x.T @ x).max().item()


@max_stable_lr_for.mistake(
    "factor 2 of the Hessian forgotten",
    "this is twice as large as it should be, and a rate of that size diverges: the "
    "second derivative of a square is 2, so the Hessian is (2/n)XᵀX.",
)
def _(x):
    import torch

    return 2 / torch.linalg.eigvalsh(x.T @ x / len(x)).max().item()


@max_stable_lr_for.mistake(
    "smallest curvature",
    "this takes the flattest direction. Every direction must be stable, so the "
    "steepest one, the largest eigenvalue, decides.",
)
def _(x):
    import torch

    return 2 / torch.linalg.eigvalsh(2 / len(x) * x.T @ x).min().item()


@max_stable_lr_for.mistake(
    "one over the curvature",
    "1/λ lands in one step; beyond it the step overshoots but still converges. The "
    "bound is where the factor 1 − ηλ reaches −1.",
)
def _(x):
    import torch

    return 1 / torch.linalg.eigvalsh(2 / len(x) * x.T @ x).max().item()


@max_stable_lr_for.mistake(
    "best instead of largest",
    "2/(λ_min + λ_max) is the *best* rate. The largest stable one depends on λ_max "
    "alone.",
)
def _(x):
    import torch

    curvatures = torch.linalg.eigvalsh(2 / len(x) * x.T @ x)
    return 2 / (curvatures.min() + curvatures.max()).item()


@max_stable_lr_for.mistake(
    "singular value of x",
    "this uses the singular values of x as if they were curvatures. The eigenvalues "
    "of (2/n)XᵀX are their squares, times 2/n.",
)
def _(x):
    import torch

    return 2 / torch.linalg.matrix_norm(x, 2).item()


@max_stable_lr_for.mistake(
    "largest diagonal entry",
    "this looks along the axes of the weights only. The steepest direction may lie "
    "between them: it takes the largest eigenvalue, not the largest diagonal entry.",
)
def _(x):
    return 2 / (2 / len(x) * x.T @ x).diagonal().max().item()


# fit --------------------------------------------------------------------------------


def _a_fit(rng, d: int, low: float, high: float):
    n = rng.randint(8, 12)
    return case(
        tensor(_data(rng, n, d)),
        tensor(_numbers(rng, n, 3, 6)),
        round(rng.uniform(low, high), 3),
        rng.randint(4, 8),
        tensor(_numbers(rng, d, -2, -0.5)),
    )


_LINE = (tensor([[0.5, 1.0], [-1.0, 1.0], [1.0, 1.0]]), tensor([3.5, -1.0, 5.5]))


@fit.asks(
    "weights and losses",
    case(*_LINE, 0.1, 0, tensor([-1.0, 1.0])),
    case(*_LINE, 0.1, 1, tensor([-1.0, 1.0])),
    case(*_LINE, 0.1, 30, tensor([-1.0, 1.0])),
    case(*_LINE, 0.1, 3, tensor([-1.0, 1.0]), twice=True),
)
def _(rng):
    return _a_fit(rng, rng.randint(2, 3), 0.05, 0.4)


@fit.asks("too large a rate")
def _(rng):
    return _a_fit(rng, 2, 1.1, 1.6)


@fit.mistake(
    "start not recorded",
    "losses[0] belongs to the start, before any step: `num_steps` steps make "
    "`num_steps + 1` losses.",
)
def _(x, y, learning_rate, num_steps, initial_a):
    a, losses = initial_a, []
    for _ in range(num_steps):
        a = a - learning_rate * 2 / len(y) * x.T @ (x @ a - y)
        losses.append(((x @ a - y) ** 2).mean().item())
    return a, losses


@fit.mistake(
    "end not recorded",
    "each loss is recorded before its step, so the loss of the weights you return is "
    "missing: record once more after the loop.",
)
def _(x, y, learning_rate, num_steps, initial_a):
    a, losses = initial_a, []
    for _ in range(num_steps):
        losses.append(((x @ a - y) ** 2).mean().item())
        a = a - learning_rate * 2 / len(y) * x.T @ (x @ a - y)
    return a, losses


@fit.mistake(
    "one step too many",
    "the losses are complete, but the weights have taken one step more than "
    "`num_steps`. Record the last loss without stepping again.",
)
def _(x, y, learning_rate, num_steps, initial_a):
    a, losses = initial_a, []
    for _ in range(num_steps + 1):
        losses.append(((x @ a - y) ** 2).mean().item())
        a = a - learning_rate * 2 / len(y) * x.T @ (x @ a - y)
    return a, losses


@fit.mistake(
    "uphill",
    "the loss rises from the first step on: the step must subtract the gradient.",
)
def _(x, y, learning_rate, num_steps, initial_a):
    a = initial_a
    losses = [((x @ a - y) ** 2).mean().item()]
    for _ in range(num_steps):
        a = a + learning_rate * 2 / len(y) * x.T @ (x @ a - y)
        losses.append(((x @ a - y) ** 2).mean().item())
    return a, losses


@fit.mistake(
    "gradients pile up",
    "each step uses the sum of all gradients so far. `backward()` adds to `.grad`: "
    "set it to zero before each step.",
)
def _(x, y, learning_rate, num_steps, initial_a):
    a, pile = initial_a, 0
    losses = [((x @ a - y) ** 2).mean().item()]
    for _ in range(num_steps):
        pile = pile + 2 / len(y) * x.T @ (x @ a - y)
        a = a - learning_rate * pile
        losses.append(((x @ a - y) ** 2).mean().item())
    return a, losses


@fit.mistake(
    "gradient computed once",
    "every step goes along the gradient of the start. The slope changes on the way: "
    "compute it anew inside the loop.",
)
def _(x, y, learning_rate, num_steps, initial_a):
    a, slope = initial_a, 2 / len(y) * x.T @ (x @ initial_a - y)
    losses = [((x @ a - y) ** 2).mean().item()]
    for _ in range(num_steps):
        a = a - learning_rate * slope
        losses.append(((x @ a - y) ** 2).mean().item())
    return a, losses


@fit.mistake(
    "start overwritten",
    "right, but only once: `-=` changes the tensor `initial_a` itself, so the next fit "
    "begins where this one ended. Write `a = a - …`, or `.clone()` it first.",
)
def _(x, y, learning_rate, num_steps, initial_a):
    a = initial_a
    losses = [((x @ a - y) ** 2).mean().item()]
    for _ in range(num_steps):
        a -= learning_rate * 2 / len(y) * x.T @ (x @ a - y)
        losses.append(((x @ a - y) ** 2).mean().item())
    return a, losses


@fit.mistake(
    "always from the start",
    "every round steps from `initial_a` again, so only one step remains. Step from the "
    "weights of the round before.",
)
def _(x, y, learning_rate, num_steps, initial_a):
    a = initial_a
    losses = [((x @ a - y) ** 2).mean().item()]
    for _ in range(num_steps):
        a = initial_a - learning_rate * 2 / len(y) * x.T @ (x @ initial_a - y)
        losses.append(((x @ a - y) ** 2).mean().item())
    return a, losses


@fit.mistake(
    "results swapped",
    "the weights come first: `return a, losses`.",
)
def _(x, y, learning_rate, num_steps, initial_a):
    a = initial_a
    losses = [((x @ a - y) ** 2).mean().item()]
    for _ in range(num_steps):
        a = a - learning_rate * 2 / len(y) * x.T @ (x @ a - y)
        losses.append(((x @ a - y) ** 2).mean().item())
    return losses, a


@fit.mistake(
    "start ignored",
    "this begins at zero weights, whatever `initial_a` says.",
)
def _(x, y, learning_rate, num_steps, initial_a):
    a = initial_a * 0
    losses = [((x @ a - y) ** 2).mean().item()]
    for _ in range(num_steps):
        a = a - learning_rate * 2 / len(y) * x.T @ (x @ a - y)
        losses.append(((x @ a - y) ** 2).mean().item())
    return a, losses
