"""Gradient descent on the mean squared error: `fit(x, y, rate, num_steps, initial_a)`.

Tolerance: along 30 steps float32 loses a few digits more than in one sum, so 1e-5; a
mistake shows in the first.
"""

from gdgrader.exercises.base import Exercise, case, tensor
from gdgrader.exercises.draws import numbers, rows

exercise = Exercise("fit", "03_linear_regression", rel=1e-5, abs=1e-6, place=4)
exercise.help(
    passage="Your turn: the fit",
    first_line="a, losses = initial_a, [mse(…).item()]\nfor _ in range(…):",
    why="One loss is noted before the first step and one after each, and every step "
    "makes a new tensor, so that initial_a stays as it was.",
)


def _a_fit(rng, d: int, low: float, high: float):
    n = rng.randint(8, 12)
    return case(
        tensor(rows(rng, n, d)),
        tensor(numbers(rng, n, 3, 6)),
        round(rng.uniform(low, high), 3),
        rng.randint(4, 8),
        tensor(numbers(rng, d, -2, -0.5)),
    )


_LINE = (tensor([[0.5, 1.0], [-1.0, 1.0], [1.0, 1.0]]), tensor([3.5, -1.0, 5.5]))


_START = tensor([-1.0, 1.0])

# One step, with one argument at a time of another size; then many, from an exact fit.
_STEPS = (
    case(*_LINE, 0.1, 1, _START),
    case(tensor([[250.0, 1.0], [-250.0, 1.0], [1.0, 1.0]]), _LINE[1], 0.1, 1, _START),
    case(_LINE[0], tensor([250.0, -250.0, 5.5]), 0.1, 1, _START),
    case(*_LINE, 0.1, 1, tensor([250.0, -250.0])),
    case(*_LINE, 150.0, 1, _START),
    case(tensor([[0.01, 0.02]]), tensor([0.03]), 150.0, 3, _START),
    case(tensor([[1, 0], [0, 1]]), tensor([1, 2]), 0.5, 201, tensor([1, 2])),
    case(
        tensor([[1.0, 0.5, 1.0], [0.0, -1.0, 1.0], [2.0, 1.0, 1.0], [1.0, 2.0, -1.0]]),
        tensor([4.0, 1.0, 3.0, 5.0]),
        0.1,
        2,
        tensor([0.5, -2.0, -1.0]),
    ),
)


@exercise.asks(
    "weights and losses",
    case(*_LINE, 0.1, 0, _START),
    *_STEPS,
    case(*_LINE, 0.1, 9, _START),
    case(*_LINE, 0.1, 3, _START, twice=True),
)
def _(rng):
    return _a_fit(rng, rng.randint(2, 3), 0.05, 0.4)


@exercise.asks("too large a rate")
def _(rng):
    return _a_fit(rng, 2, 1.1, 1.6)


@exercise.right
def _(x, y, learning_rate, num_steps, initial_a):
    a = initial_a
    losses = [((x @ a - y) ** 2).mean().item()]
    for _ in range(num_steps):
        a = a - learning_rate * 2 / len(y) * x.T @ (x @ a - y)
        losses.append(((x @ a - y) ** 2).mean().item())
    return a, losses


_RECORD = "        losses.append(((x @ a - y) ** 2).mean().item())\n"
_RECORD_FIRST = {
    "losses = [((x @ a - y) ** 2).mean().item()]": "losses = []",
    _RECORD: "",
    "        a = a - ": f"{_RECORD}        a = a - ",
}

exercise.mistake(
    "start not recorded",
    "losses[0] belongs to the start, before any step: `num_steps` steps make "
    "`num_steps + 1` losses.",
    {"losses = [((x @ a - y) ** 2).mean().item()]": "losses = []"},
)
exercise.mistake(
    "end not recorded",
    "each loss is recorded before its step, so the loss of the weights you return is "
    "missing: record once more after the loop.",
    _RECORD_FIRST,
)
exercise.mistake(
    "one step too many",
    "the losses are complete, but the weights have taken one step more than "
    "`num_steps`. Record the last loss without stepping again.",
    _RECORD_FIRST | {"range(num_steps)": "range(num_steps + 1)"},
)
exercise.mistake(
    "uphill",
    "the loss rises from the first step on: the step must subtract the gradient.",
    {"a = a - ": "a = a + "},
)
exercise.mistake(
    "gradients pile up",
    "each step uses the sum of all gradients so far. `backward()` adds to `.grad`: "
    "set it to zero before each step.",
    {
        "a = initial_a": "a, pile = initial_a, 0",
        "        a = a - learning_rate * ": "        pile = pile + ",
        "(x @ a - y)\n": "(x @ a - y)\n        a = a - learning_rate * pile\n",
    },
)
exercise.mistake(
    "gradient computed once",
    "every step goes along the gradient of the start. The slope changes on the way: "
    "compute it anew inside the loop.",
    {
        "a = initial_a": "a, slope = initial_a, 2 / len(y) * x.T @ (x @ initial_a - y)",
        "learning_rate * 2 / len(y) * x.T @ (x @ a - y)": "learning_rate * slope",
    },
)
exercise.mistake(
    "start overwritten",
    "right, but only once: `-=` changes the tensor `initial_a` itself, so the next fit "
    "begins where this one ended. Write `a = a - …`, or `.clone()` it first.",
    {"a = a - ": "a -= "},
)
exercise.mistake(
    "always from the start",
    "every round steps from `initial_a` again, so only one step remains. Step from the "
    "weights of the round before.",
    {"a = a - ": "a = initial_a - ", "x.T @ (x @ a - y)": "x.T @ (x @ initial_a - y)"},
)
exercise.mistake(
    "results swapped",
    "the weights come first: `return a, losses`.",
    {"return a, losses": "return losses, a"},
)
exercise.mistake(
    "start ignored",
    "this begins at zero weights, whatever `initial_a` says.",
    {"a = initial_a": "a = initial_a * 0"},
)
exercise.mistake(
    "factor 2 forgotten",
    "every step is half as long as it should be: the derivative of a square brings "
    "down a factor 2.",
    {"learning_rate * 2 / ": "learning_rate / "},
)
exercise.mistake(
    "not divided by n",
    "every step is n times too long: the loss is a *mean*, so its gradient has a 1/n.",
    {"2 / len(y) * ": "2 * "},
)
exercise.mistake(
    "rate dropped",
    "the learning rate plays no part: the whole gradient is subtracted each time.",
    {"learning_rate * ": ""},
)
exercise.mistake(
    "losses lag",
    "the weights are right, but each loss is that before its step: the first is there "
    "twice and the last is missing. Compute the loss anew after the step.",
    {
        _RECORD: "",
        "        a = a - ": f"{_RECORD}        a = a - ",
    },
)
exercise.mistake(
    "sum recorded",
    "the weights are right, but the losses are sums. The loss is the mean of squares.",
    {
        "losses = [((x @ a - y) ** 2).mean()": "losses = [((x @ a - y) ** 2).sum()",
        "append(((x @ a - y) ** 2).mean()": "append(((x @ a - y) ** 2).sum()",
    },
)
exercise.mistake(
    "times two, not squared",
    "the weights are right, but `* 2` doubles the errors of the losses. Squaring is "
    "`** 2`.",
    {
        "losses = [((x @ a - y) ** 2": "losses = [((x @ a - y) * 2",
        "append(((x @ a - y) ** 2": "append(((x @ a - y) * 2",
    },
)
exercise.mistake(
    "one step too few",
    "a step and its loss are missing: `range(n)` already gives n rounds.",
    {"range(num_steps)": "range(num_steps - 1)"},
)
exercise.mistake(
    "weights of the step before",
    "the losses are right, but the weights that come back lack the last step.",
    {
        "a = initial_a\n": "a = before = initial_a\n",
        "        a = a - ": "        before = a\n        a = a - ",
        "return a, ": "return before, ",
    },
)
exercise.mistake(
    "weights never kept",
    "the weights that come back are those of the start, and all losses are its loss: "
    "keep what each step gives, and set no gradient to zero before it is used.",
    {"        a = a - ": "        a - "},
)


@exercise.mistake(
    "no leaf any more",
    "`a.grad` is None: `backward()` fills it, and only while a is a leaf, which it is "
    "no more after `a = a - …`. Change a in place, `a -= …`, under `torch.no_grad()`.",
)
def _(x, y, learning_rate, num_steps, initial_a):
    a = initial_a.clone().requires_grad_()
    losses = [((x @ a - y) ** 2).mean().item()]
    for _ in range(num_steps):
        ((x @ a - y) ** 2).mean().backward()
        a = a - learning_rate * a.grad
        losses.append(((x @ a - y) ** 2).mean().item())
    return a, losses


@exercise.mistake(
    "a leaf changed in place",
    "torch follows a, so nobody may change it: take the step under `torch.no_grad()`.",
)
def _(x, y, learning_rate, num_steps, initial_a):
    a = initial_a.clone().requires_grad_()
    losses = [((x @ a - y) ** 2).mean().item()]
    for _ in range(num_steps):
        ((x @ a - y) ** 2).mean().backward()
        a -= learning_rate * a.grad
        losses.append(((x @ a - y) ** 2).mean().item())
    return a, losses


@exercise.mistake(
    "backward never called",
    "`a.grad` is None where `backward()` was not called on a loss of a before.",
    like=["no leaf any more"],
)
def _(x, y, learning_rate, num_steps, initial_a):
    a = initial_a.clone().requires_grad_()
    losses = [((x @ a - y) ** 2).mean().item()]
    for _ in range(num_steps):
        a = a - learning_rate * a.grad
        losses.append(((x @ a - y) ** 2).mean().item())
    return a, losses


exercise.mistake(
    "a step and its loss too many",
    "one step more than `num_steps` was taken, and its loss recorded: `range(n)` gives "
    "n rounds already.",
    {"range(num_steps)": "range(num_steps + 1)"},
)
exercise.mistake(
    "only one step taken",
    "one step was taken, whatever `num_steps` says: the loop ends in its first round.",
    {_RECORD: f"{_RECORD}        break\n"},
    {"    return a, losses": "        return a, losses"},
)
