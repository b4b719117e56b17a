"""Mean squared error: `mse(y_hat, y)`.

Tolerance: inputs are float64 of size about 1 and a handful of rows, where sums in any
order agree to about 1e-14. 1e-6 lets a student's float32 pass; the mistakes differ by
more than 1e-2 of the answer.
"""

from gdgrader.exercises.base import Exercise, case, tensor
from gdgrader.exercises.draws import numbers

exercise = Exercise("mse", "03_linear_regression", place=1)
exercise.help(
    passage="Your turn: the loss",
    first_line="return ((…) ** 2)…",
    why="Taking the mean over all entries serves every shape, and leaves a tensor "
    "with no dimensions.",
)


@exercise.asks(
    "vectors",
    case(tensor([1.0, 2.0, 3.0]), tensor([1.0, 2.0, 3.0])),
    case(tensor([1.0, 2.0, 3.0]), tensor([2.0, 0.0, 6.0])),
    case(tensor([-4.0, 2.0, 250.0]), tensor([1.0, 2.0, 3.0])),
    case(tensor([1.0, 2.0, 3.0]), tensor([-2.0, 0.5, -250.0])),
    case(tensor([0] * 201 + [3]), tensor([1] * 202)),
)
def _(rng):
    n = rng.randint(3, 7)
    return case(tensor(numbers(rng, n)), tensor(numbers(rng, n, -6, 6)))


@exercise.asks(
    "any shape", case(tensor([[1.0, 2.0], [3.0, 5.0]]), tensor([[0.0, 4.0]] * 2))
)
def _(rng):
    n = rng.randint(2, 4)
    left, right = ([numbers(rng, 3, k, k + 2) for _ in range(n)] for k in (0, 3))
    return case(tensor(left), tensor(right))


@exercise.right
def _(y_hat, y):
    return ((y_hat - y) ** 2).mean()


exercise.mistake(
    "sum, not mean",
    "this is the sum of the squares. The mean divides it by how many there are, so "
    "that twice the data does not mean twice the loss.",
    {".mean()": ".sum()"},
)
exercise.mistake(
    "divided by the rows",
    "the sum is divided by the number of rows, `len(y)`. The mean runs over all "
    "entries: `.mean()`.",
    {".mean()": ".sum() / len(y)"},
)
exercise.mistake(
    "not squared",
    "this is the mean of the errors, where opposite signs cancel. Square them first.",
    {"((y_hat - y) ** 2)": "(y_hat - y)"},
)
exercise.mistake(
    "no mean",
    "these are the squared errors one by one. A loss is one number: take their mean.",
    {".mean()": ""},
)
exercise.mistake(
    "mean absolute error",
    "this is the mean of |ŷ − y|. Square the errors instead of taking their size.",
    {"((y_hat - y) ** 2)": "(y_hat - y).abs()"},
)
exercise.mistake(
    "square of the mean",
    "first square each error, then take the mean. The other way round, errors of "
    "opposite sign cancel and a bad fit can look perfect.",
    {"((y_hat - y) ** 2).mean()": "(y_hat - y).mean() ** 2"},
)
exercise.mistake(
    "root taken",
    "this is the root mean squared error, RMSE. The mean squared error has no root.",
    {".mean()": ".mean() ** 0.5"},
)
exercise.mistake(
    "halved",
    "some books put a ½ in front so that the 2 of the derivative cancels. Here there "
    "is none: it would change every rate of this lesson by a factor 2.",
    {".mean()": ".mean() / 2"},
)
exercise.mistake(
    "plain number",
    "this is a plain number, where autograd loses the thread. Compute with torch and "
    "return the 0-d tensor itself, without `.item()`.",
    {".mean()": ".mean().item()"},
)
exercise.mistake(
    "difference of squares",
    "ŷ² − y² is not (ŷ − y)². Subtract first, then square.",
    {"(y_hat - y) ** 2": "y_hat**2 - y**2"},
)
exercise.mistake(
    "times two, not squared",
    "`* 2` doubles the errors. Squaring is `** 2`.",
    {"** 2": "* 2"},
)
exercise.mistake(
    "mean over one dimension",
    "this is a mean for each row or column. Take one over all entries: `.mean()` "
    "without a dimension.",
    {".mean()": ".mean(dim=0)"},
    {".mean()": ".mean(dim=-1)"},
)
exercise.mistake(
    "length of the error",
    "this is the length of the error vector, the root of a sum of squares. Take their "
    "mean, and no root.",
    {".mean()": ".sum() ** 0.5"},
)
exercise.mistake(
    "divided by one less",
    "the sum is divided by one less than there are, as in a sample's variance. A mean "
    "divides by all of them.",
    {".mean()": ".sum() / (y.numel() - 1)"},
)
exercise.mistake(
    "added, not subtracted",
    "an error is the difference ŷ − y. Here the two are added.",
    {"y_hat - y": "y_hat + y"},
)
