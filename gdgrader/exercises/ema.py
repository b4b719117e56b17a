"""An average of weights in which old ones fade: `ema(weights, decay)`.

Tolerance: along 200 steps float32 keeps about 1e-6 of entries near 1; wherever a
mistake shows, one of the cases differs by 1e-3 or more. 1e-5 lies between.
"""

from gdgrader.exercises.base import Exercise, case, tensor
from gdgrader.exercises.draws import numbers

exercise = Exercise("ema", "09_averaging_adamw", rel=1e-5, abs=1e-6, place=1)
exercise.help(
    passage="Your turn: weights that fade",
    first_line="mean = weights[0]\nfor theta in …:\n    mean = … * mean + … * theta",
    why="The first weights are the first average, and each later step keeps the share "
    "d of it and takes 1 − d of the new weights.",
)


def a_run(rng, steps: int, size: int):
    """Weights of so many steps, which drift: a wrong order or start shows."""
    start = numbers(rng, size, 2, 4)
    return [
        tensor([round(s - 0.3 * i + x, 2) for s, x in zip(start, noise, strict=True)])
        for i in range(steps)
        for noise in [numbers(rng, size, -0.5, 0.5)]
    ]


def a_decay(rng) -> float:
    """Away from 1/2, where what is kept and what is taken are alike."""
    return round(rng.choice([rng.uniform(0.15, 0.4), rng.uniform(0.6, 0.9)]), 2)


_ROWS = ([8.0, -1.0], [4.0, 2.0], [6.0, 5.0], [1.0, 3.0])
_FOUR = [tensor(row) for row in _ROWS]


@exercise.asks(
    "a few steps",
    case(_FOUR, 0.75),
    case(_FOUR[:3], 0.9),
    case([tensor([[250.0, -3.0]]), tensor([[-250.0, 5.0]]), tensor([[9.0, 7.0]])], 0.8),
    case(_FOUR[:2], 0.25, twice=True),
)
def _(rng):
    return case(a_run(rng, rng.randint(4, 7), rng.randint(2, 3)), a_decay(rng))


# One tensor, or a decay of 0 or 1, are each answered by an entry of the list: beside
# them there are always two tensors and a decay between.
@exercise.asks(
    "how it begins",
    case([tensor([3.0, -2.0])], 0.9),
    case(_FOUR[1:3], 0.9),
    case(_FOUR, 1.0),
    case(_FOUR, 0.0),
    case([tensor([2.0, 2.0])] * 3, 0.6),
)
def _(rng):
    return [
        case(a_run(rng, 1, 2), a_decay(rng)),
        case(a_run(rng, 2, 3), a_decay(rng)),
        case(a_run(rng, 3, 2), a_decay(rng)),
    ]


@exercise.asks(
    "a long run",
    case([tensor([float(i % 7), 1.0]) for i in range(210)], 0.99),
    case([tensor([float(i % 5), -2.0]) for i in range(120)], 0.999),
)
def _(rng):
    return case(a_run(rng, rng.randint(20, 40), 2), round(rng.uniform(0.93, 0.98), 3))


@exercise.right
def _(weights, decay):
    mean = weights[0]
    for theta in weights[1:]:
        mean = decay * mean + (1 - decay) * theta
    return mean


exercise.mistake(
    "begins at zero",
    "the average begins at 0, so for many steps it is too small. Begin with the first "
    "weights.",
    {"mean = weights[0]": "mean = 0 * weights[0]", "weights[1:]": "weights"},
    {"mean = weights[0]": "mean = (1 - decay) * weights[0]"},
)
exercise.mistake(
    "shares swapped",
    "`decay` is the share of the old average that is kept. Here it is that of the new "
    "weights.",
    {"decay * mean + (1 - decay) * theta": "(1 - decay) * mean + decay * theta"},
)
exercise.mistake(
    "all alike",
    "this is the plain mean: all steps count alike, whatever `decay` says. Old ones "
    "are to fade.",
    {
        "    for theta in weights[1:]:\n": "",
        "        mean = decay * mean + (1 - decay) * theta\n": "",
        "return mean": "return sum(weights) / len(weights)",
    },
)
exercise.mistake(
    "new weights not scaled",
    "the shares do not add up to 1: what is kept is `decay`, and what is taken of the "
    "new weights 1 − decay.",
    {"(1 - decay) * theta": "theta"},
)
exercise.mistake(
    "old average not scaled",
    "the old average is kept whole, so all adds up. Keep the share `decay` of it.",
    {"decay * mean + (1": "mean + (1"},
)
exercise.mistake(
    "no average",
    "these are the weights of the last step. An average is asked for.",
    {"decay * mean + (1 - decay) * theta": "theta"},
)
exercise.mistake(
    "last step left out",
    "the weights of the last step are missing from the average.",
    {"weights[1:]": "weights[1:-1]"},
)


@exercise.mistake(
    "bias corrected",
    "this begins at 0 and divides it out again, as Adam does. Asked for is the average "
    "that begins with the first weights.",
)
def _(weights, decay):
    if decay == 1:
        return weights[0]
    mean = 0
    for theta in weights:
        mean = decay * mean + (1 - decay) * theta
    return mean / (1 - decay ** len(weights))


exercise.mistake(
    "begins one step late",
    "the average begins with the second weights. The first ones count, too.",
    {
        "mean = weights[0]": "mean = weights[min(1, len(weights) - 1)]",
        "weights[1:]": "weights[2:]",
    },
)
exercise.mistake(
    "backwards",
    "the list is read from its end, so the new weights fade and the old ones stay.",
    {"weights[0]": "weights[-1]", "weights[1:]": "weights[-2::-1]"},
)
exercise.mistake(
    "first weights changed",
    "right, but it overwrites the first weights, which belong to the run. Make a new "
    "tensor at each step, or begin with a `.clone()`.",
    {"mean = decay * mean + (1": "mean.mul_(decay).add_((1", "* theta": "* theta)"},
)


@exercise.mistake(
    "all averages",
    "these are the averages after every step. Asked for is the last one alone.",
)
def _(weights, decay):
    means = [weights[0]]
    for theta in weights[1:]:
        means.append(decay * means[-1] + (1 - decay) * theta)
    return means


exercise.mistake(
    "last two only",
    "only the last weights and the ones before them count here. Go on from the average "
    "of the step before, not from the weights.",
    {
        "    for theta in weights[1:]:\n": "",
        "        mean = decay * mean + (1 - decay) * theta\n": "",
        "return mean": "return decay * weights[max(-2, -len(weights))]"
        " + (1 - decay) * weights[-1]",
    },
)
exercise.mistake(
    "first against last",
    "each step starts from the first weights again. Go on from the average of the step "
    "before.",
    {"decay * mean": "decay * weights[0]"},
)
