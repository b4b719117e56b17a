"""The largest stable rate for data: `max_stable_lr_for(x)`.

Tolerance: an eigenvalue found by iteration may be good to 1e-7 only, and the mistakes
differ by more than 1e-2. So 1e-5 of the size.
"""

from gdgrader.exercises.base import Exercise, case, tensor
from gdgrader.exercises.draws import rows

exercise = Exercise("max_stable_lr_for", "03_linear_regression", rel=1e-5, place=3)
exercise.help(
    passage="The same in three lines",
    first_line="return 2 / …eigvalsh(…)…",
    why="The curvatures are the eigenvalues of (2/n)XᵀX, and of all the bounds 2/λ "
    "that of the largest is the smallest.",
)


@exercise.asks(
    "two columns",
    case(tensor([[0.5, 1.0], [-0.5, 1.0]])),
    case(tensor([[0.02, 0.01], [0.0, -0.03]])),
    case(tensor([[250.0, 1.0], [-250.0, 1.0], [120.0, -250.0]])),
    case(tensor([[1.0], [-3.0]])),
)
def _(rng):
    return case(tensor(rows(rng, rng.randint(4, 8), 2)))


@exercise.asks("more columns")
def _(rng):
    return case(tensor(rows(rng, rng.randint(9, 12), rng.randint(3, 4))))


@exercise.right
def _(x):
    import torch

    return 2 / torch.linalg.eigvalsh(2 / len(x) * x.T @ x).max().item()


exercise.mistake(
    "not divided by n",
    "this uses 2XᵀX. The loss is a mean, so its Hessian is (2/n)XᵀX.",
    {"2 / len(x) * ": "2 * "},
)
exercise.mistake(
    "factor 2 of the Hessian forgotten",
    "this is twice as large as it should be, and a rate of that size diverges: the "
    "Hessian is (2/n)XᵀX, where n is the number of rows.",
    {"2 / len(x) * x.T @ x": "x.T @ x / len(x)"},
)
exercise.mistake(
    "smallest curvature",
    "this takes the flattest direction. Every direction must be stable, so the "
    "steepest one, the largest eigenvalue, decides.",
    {"max()": "min()"},
)
exercise.mistake(
    "one over the curvature",
    "this is half the bound: 1/λ lands in one step, and beyond it the step overshoots "
    "but still converges. The bound is where the factor 1 − ηλ reaches −1.",
    {"2 / torch": "1 / torch"},
)
exercise.mistake(
    "best instead of largest",
    "2/(λ_min + λ_max) is the *best* rate. The largest stable one depends on λ_max "
    "alone.",
    {
        "return 2 / ": "curvatures = ",
        ".max().item()": "\n"
        "    return 2 / (curvatures.min() + curvatures.max()).item()",
    },
)
exercise.mistake(
    "singular value of x",
    "this uses the singular values of x as if they were curvatures. The eigenvalues "
    "of (2/n)XᵀX are their squares, times 2/n.",
    {"eigvalsh(2 / len(x) * x.T @ x).max()": "matrix_norm(x, 2)"},
)
exercise.mistake(
    "largest diagonal entry",
    "this looks along the axes of the weights only. The steepest direction may lie "
    "between them: it takes the largest eigenvalue, not the largest diagonal entry.",
    {
        "import torch": "",
        "torch.linalg.eigvalsh": "",
        ".max()": ".diagonal().max()",
    },
)
exercise.mistake(
    "plain XᵀX",
    "this takes XᵀX itself. The Hessian is (2/n)XᵀX, where n is the number of rows.",
    {"2 / len(x) * ": ""},
)
exercise.mistake(
    "sum of the curvatures",
    "this divides by the sum of all eigenvalues, the trace. The largest alone decides.",
    {".max()": ".sum()"},
    like=["best instead of largest"],
)
exercise.mistake(
    "mean curvature",
    "this takes the mean of the eigenvalues. The largest alone decides.",
    {".max()": ".mean()"},
)
exercise.mistake(
    "divided by all entries of x",
    "the mean runs over the n points, the rows of x, not over all its n·d entries.",
    {"len(x)": "x.numel()"},
    like=["factor 2 of the Hessian forgotten"],
)
exercise.mistake(
    "divided by the columns",
    "this divides by the number of columns, d. The mean runs over the n rows.",
    {"len(x)": "x.shape[1]"},
    like=["plain XᵀX"],
)
exercise.mistake(
    "curvature returned",
    "this is the largest curvature. The rate at which a step no longer converges along "
    "it is 2 / λ.",
    {"return 2 / torch": "return torch"},
)
exercise.mistake(
    "multiplied",
    "this grows with the curvature; the bound must fall with it: 2 / λ_max.",
    {"2 / torch": "2 * torch"},
)
exercise.mistake(
    "multiplied by n",
    "n is on the wrong side of the fraction line: the Hessian is (2/n)XᵀX.",
    {"2 / len(x)": "2 * len(x)"},
)
exercise.mistake(
    "fraction upside down",
    "the curvature belongs below the line: 2 / λ_max, not λ_max / 2.",
    {
        "2 / torch": "torch",
        ".max().item()": ".max().item() / 2",
    },
)
