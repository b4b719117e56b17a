"""x² with torch at a constant rate: lesson 02's `optimize(initial_lr, num_iterations)`.

Tolerance: the source runs in float32, an answer may run in float64: over 20 iterations
they part by less than 1e-5 of the value, and every mistake by more than 1e-2.
"""

from gdgrader.exercises.base import Exercise, case

exercise = Exercise(
    "optimize_constant",
    "02_constant_learning_rate",
    "optimize",
    rel=1e-4,
    abs=1e-6,
    place=3,
)
exercise.help(
    passage="A loop in PyTorch",
    first_line="x = torch.tensor(500.0, …)\noptimizer = torch.optim.SGD(…)",
    why="Each round clears the gradient, computes it and steps, and only then notes "
    "x, as a plain number.",
)


@exercise.asks("the source's two runs", case(), case(0.1), case(initial_lr=0.3))
def _(rng):
    return case(initial_lr=round(rng.uniform(0.02, 0.4), 3), num_iterations=9)


# At rate 0 nothing moves, so that a long run takes little room in the public table.
@exercise.asks(
    "any length",
    case(0.2, 1),
    case(0.9, num_iterations=7),
    case(0.0004, 2),
    case(1500.0, 2),
    case(0.0, 201),
)
def _(rng):
    return case(round(rng.uniform(0.05, 0.4), 3), rng.randint(2, 12))


# Beside an empty run there is another: two empty lists are no answer.
@exercise.asks("no iterations", case(0.1, 0), case(num_iterations=0), case(0.1, 3))
def _(rng):
    rates = [round(rng.uniform(0.05, 0.4), 3) for _ in range(2)]
    return [case(rates[0], 0), case(rates[1], rng.randint(2, 6))]


@exercise.right
def _(initial_lr=1.05, num_iterations=20):
    import torch

    x = torch.tensor(500.0, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    xs, lrs = [], []
    for _ in range(num_iterations):
        optimizer.zero_grad()
        (x**2).backward()
        optimizer.step()
        xs.append(x.item())
        lrs.append(initial_lr)
    return xs, lrs


exercise.mistake(
    "x recorded before the step",
    "your first entry is the start, 500, and the last step is missing. Record x after "
    "`optimizer.step()`.",
    {
        "optimizer.step()": "",
        "lrs.append(initial_lr)": "lrs.append(initial_lr)\n        optimizer.step()",
    },
)
exercise.mistake(
    "start recorded too",
    "there is one entry more than iterations: the start does not belong in "
    "x_history here.",
    {"xs, lrs = [], []": "xs, lrs = [x.item()], []"},
)
exercise.mistake(
    "start recorded in both lists",
    "both lists have one entry more than iterations: the start belongs in neither.",
    {"xs, lrs = [], []": "xs, lrs = [x.item()], [initial_lr]"},
)
exercise.mistake(
    "half the loss",
    "these are the steps of x²/2, whose slope is x. The loss is x², with the slope 2x.",
    {"x**2": "x**2 / 2"},
)
exercise.mistake(
    "gradients not cleared",
    "gradients pile up from one iteration to the next. Call `optimizer.zero_grad()` "
    "in every round.",
    {"optimizer.zero_grad()": ""},
)
exercise.mistake(
    "loss recorded instead of x",
    "x_history holds the loss x² where it should hold x.",
    {
        "(x**2).backward()": "loss = x**2\n        loss.backward()",
        "x.item()": "loss.item()",
    },
)
exercise.mistake(
    "histories swapped",
    "the two lists come back in the wrong order: x_history first, then lr_history.",
    {"return xs, lrs": "return lrs, xs"},
)
exercise.mistake(
    "only the end returned",
    "this is where the run ended. Return the two lists, one entry per iteration.",
    {"return xs, lrs": "return x.item(), initial_lr"},
)
exercise.mistake(
    "one iteration too few",
    "you stop one iteration early. `range(n)` already gives n rounds.",
    {"range(num_iterations)": "range(1, num_iterations)"},
)
exercise.mistake(
    "climbing",
    "this run climbs: the gradient was added. Plain SGD subtracts it.",
    {"lr=initial_lr)": "lr=initial_lr, maximize=True)"},
)
exercise.mistake(
    "started elsewhere",
    "every run starts from x = 500.0, yours from another value.",
    {"500.0": "5.0"},
    {"500.0": "1.0"},
    {"500.0": "50.0"},
)
exercise.mistake(
    "x never moves",
    "x stays at 500: a round needs `backward()`, then `optimizer.step()`, with no "
    "`zero_grad()` between them, and for the x that the optimizer was given.",
    {"optimizer.step()": ""},
)
exercise.mistake(
    "x made anew each round",
    "every round begins at 500 again, so all entries are the first step. Make x and "
    "the optimizer before the loop.",
    {
        "optimizer.zero_grad()": "x = torch.tensor(500.0, requires_grad=True)\n"
        "        optimizer = torch.optim.SGD([x], lr=initial_lr)",
    },
)
exercise.mistake(
    "the last x throughout",
    "every entry is the last x: what is recorded is x itself, which moves on. "
    "`x.item()` takes the number out.",
    {"return xs, lrs": "return [x.item() for _ in xs], lrs"},
)
exercise.mistake(
    "times two, not squared",
    "x falls by the same amount in every step: `x * 2` is no bowl. The loss is `x**2`.",
    {"x**2": "x * 2"},
)
exercise.mistake(
    "one iteration too many",
    "there is one iteration more than asked. `range(n)` already gives n rounds.",
    {"range(num_iterations)": "range(num_iterations + 1)"},
)
exercise.mistake(
    "always 20 iterations",
    "this always runs 20 iterations: use the argument `num_iterations`.",
    {"range(num_iterations)": "range(20)"},
)
exercise.mistake(
    "another optimizer",
    "x does not move as under plain SGD: leave out momentum, and take no Adam.",
    {"lr=initial_lr)": "lr=initial_lr, momentum=0.9)"},
    {"optim.SGD(": "optim.Adam("},
)
exercise.mistake(
    "rate ignored",
    "x moves at the usual rate, 1.05, whatever `initial_lr` says.",
    {"lr=initial_lr)": "lr=1.05)"},
    {"lr=initial_lr)": "lr=1.05)", "lrs.append(initial_lr)": "lrs.append(1.05)"},
)


@exercise.mistake(
    "no leaf any more",
    "`x.grad` is None: `backward()` fills it, and only while x is a leaf, which it is "
    "no more after `x = x - …`. Let `optimizer.step()` move x.",
)
def _(initial_lr=1.05, num_iterations=20):
    import torch

    x = torch.tensor(500.0, requires_grad=True)
    xs, lrs = [], []
    for _ in range(num_iterations):
        (x**2).backward()
        x = x - initial_lr * x.grad
        xs.append(x.item())
        lrs.append(initial_lr)
    return xs, lrs
