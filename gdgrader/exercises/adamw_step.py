"""One step of AdamW: `adamw_step(theta, state, grad, lr, weight_decay)`.

Tolerance: the averages and the step in float32 are good to 1e-6; wherever a mistake
shows, one of the cases differs by 1e-4 of the answer or more. 1e-5 lies between. Where
the average of gradients cancels, two ways of rounding differ by 1e-17.
"""

from gdgrader.exercises.base import Exercise, case, tensor

exercise = Exercise("adamw_step", "09_averaging_adamw", rel=1e-5, abs=1e-12, place=2)
exercise.help(
    passage="Your turn: a step of AdamW",
    first_line="t, mean, square = state\n"
    "t = t + 1\n"
    "mean = 0.9 * mean + …\n"
    "square = …\n"
    "…\n"
    "return theta, (…)",
    why="The state keeps the averages as they are; divided by 1 − βᵗ they make the "
    "step, and the weight decay, times η, shrinks θ apart from both.",
)


def a_size(rng) -> float:
    """Of either sign, and not near 0."""
    return round(rng.choice([-1, 1]) * rng.uniform(0.5, 4.0), 2)


def a_first(rng, size: int = 2, weight_decay: float = 0.0) -> dict:
    """Draw a first step."""
    zero = tensor([0.0] * size)
    theta, grad = ([a_size(rng) for _ in range(size)] for _ in range(2))
    lr = round(rng.uniform(0.05, 0.4), 3)
    return case(tensor(theta), [0, zero, zero], tensor(grad), lr, weight_decay)


def a_later(rng, size: int = 2, weight_decay: float = 0.0) -> dict:
    """Draw a step of a run that goes on."""
    theta, grad = ([a_size(rng) for _ in range(size)] for _ in range(2))
    mean = [round(0.2 * a_size(rng), 3) for _ in range(size)]
    square = [round(rng.uniform(0.01, 0.05), 4) for _ in range(size)]
    state = [rng.randint(2, 9), tensor(mean), tensor(square)]
    lr = round(rng.uniform(0.05, 0.4), 3)
    return case(tensor(theta), state, tensor(grad), lr, weight_decay)


_ZERO = [0, tensor([0.0, 0.0]), tensor([0.0, 0.0])]
_LATER = [3, tensor([0.2, -0.1]), tensor([0.01, 0.004])]
_LONG = tensor([2.0, -1.0, 0.5] * 70)
_LONG_STATE = [2, tensor([0.2, 0.1, -0.3] * 70), tensor([0.01, 0.004, 0.02] * 70)]
_THETA, _GRAD, _TINY = tensor([2.0, -1.0]), tensor([3.0, 0.5]), tensor([1e-8, -3e-8])


@exercise.asks(
    "the first step",
    case(_THETA, _ZERO, _GRAD, 0.1, 0.0),
    case(_THETA, _ZERO, _TINY, 0.1, 0.0),
    case(_THETA, _ZERO, tensor([250.0, -250.0]), 0.25, 0.0),
    case(_THETA, _LATER, _GRAD, 0.1, 0.5, aside=True),
)
def _(rng):
    return a_first(rng, rng.randint(2, 3))


@exercise.asks(
    "a later step",
    case(_THETA, _LATER, _GRAD, 0.1, 0.0),
    case(_THETA, [150, *_LATER[1:]], _GRAD, 0.1, 0.0),
    case(_LONG, _LONG_STATE, tensor([3.0, 0.5, -2.0] * 70), 0.1, 0.0),
    case(_THETA, [5, tensor([1e-9, 2e-9]), tensor([1e-18, 0.0])], _TINY, 0.1, 0.0),
    case(_THETA, _LATER, tensor([0.0, 0.0]), 0.1, 0.0),
    case(_THETA, _LATER, _GRAD, 0.1, 0.5, aside=True),
    case(_THETA, _LATER, _GRAD, 0.1, 0.0, twice=True),
)
def _(rng):
    return a_later(rng, rng.randint(2, 3))


@exercise.asks(
    "with weight decay",
    case(_THETA, _ZERO, _GRAD, 0.1, 0.5),
    case(_THETA, _LATER, _GRAD, 0.25, 2.0),
    case(_THETA, _LATER, tensor([0.0, 0.0]), 0.1, 1.5),
    case(tensor([250.0, -250.0]), _LATER, _GRAD, 0.1, 0.5),
    case(_THETA, _ZERO, _TINY, 0.1, 0.5),
    case(_THETA, _LATER, _GRAD, 0.0, 0.5),
    case(_THETA, _LATER, _GRAD, 150.0, 0.001234),
    case(_THETA, _LATER, _GRAD, 0.001, 150.0),
)
def _(rng):
    weight_decay = round(rng.uniform(0.2, 1.5), 2)
    return [a_first(rng, 2, weight_decay), a_later(rng, 3, weight_decay)]


@exercise.right
def _(theta, state, grad, lr, weight_decay):
    t, mean, square = state
    t = t + 1
    mean = 0.9 * mean + 0.1 * grad
    square = 0.999 * square + 0.001 * grad**2
    step = mean / (1 - 0.9**t) / ((square / (1 - 0.999**t)) ** 0.5 + 1e-8)
    theta = (1 - lr * weight_decay) * theta - lr * step
    return theta, (t, mean, square)


_MEAN = "mean / (1 - 0.9**t)"
_SQUARE = "square / (1 - 0.999**t)"
_DECAY = "(1 - lr * weight_decay) * theta - lr * step"

exercise.mistake(
    "no bias correction",
    "the averages begin at 0 and are too small at first. Divide them by 1 − 0.9ᵗ and "
    "1 − 0.999ᵗ where the step uses them.",
    {_MEAN: "mean", _SQUARE: "square"},
)
exercise.mistake(
    "only the mean corrected",
    "the average of the squares is too small at first, too: divide it by 1 − 0.999ᵗ.",
    {_SQUARE: "square"},
)
exercise.mistake(
    "only the square corrected",
    "the average of the gradients is too small at first, too: divide it by 1 − 0.9ᵗ.",
    {_MEAN: "mean"},
)
exercise.mistake(
    "corrected averages kept",
    "the state keeps the averages as they are. The corrected ones are for the step "
    "alone, else they are corrected again and again.",
    {
        _MEAN: "mean",
        _SQUARE: "square",
        "    step = ": f"    mean, square = {_MEAN}, {_SQUARE}\n    step = ",
    },
)
exercise.mistake(
    "decay in the gradient",
    "this is Adam with wd·θ added to the gradient. AdamW keeps the decay out of the "
    "averages: θ itself shrinks, by the factor 1 − η·wd.",
    {
        "    mean = ": "    grad = grad + weight_decay * theta\n    mean = ",
        "(1 - lr * weight_decay) * theta": "theta",
    },
)
exercise.mistake(
    "decay without the rate",
    "the decay is not scaled by η: θ shrinks by 1 − η·wd in a step, not by 1 − wd.",
    {"1 - lr * weight_decay": "1 - weight_decay"},
)
exercise.mistake(
    "no decay",
    "there is no weight decay: θ shrinks by the factor 1 − η·wd besides the step.",
    {"(1 - lr * weight_decay) * theta": "theta"},
)
exercise.mistake(
    "decay after the step",
    "the decay shrinks the step as well. It acts on θ as it was before the step.",
    {_DECAY: "(1 - lr * weight_decay) * (theta - lr * step)"},
)
exercise.mistake(
    "ε under the root",
    "ε is added to the root, not under it: that shows where gradients are tiny.",
    {"0.999**t)) ** 0.5 + 1e-8)": "0.999**t) + 1e-8) ** 0.5)"},
)
exercise.mistake(
    "ε left out",
    "ε is missing: where gradients are tiny it decides how long the step is.",
    {" + 1e-8)": ")"},
    {" + 1e-8)": " + 1e-30)"},
)
exercise.mistake(
    "step not counted",
    "the state's t is the number of steps taken: count this one before you correct by "
    "it, and return it.",
    {"t = t + 1": "t = max(t, 1)"},
    {"return theta, (t,": "return theta, (t - 1,"},
)
exercise.mistake(
    "square of the mean",
    "the average of the *squared gradients* is asked for, not the square of the "
    "average.",
    {"0.001 * grad**2": "0.001 * mean**2"},
)
exercise.mistake(
    "no root",
    "the step divides by the root of the squares' average, else its size depends on "
    "the gradient's again.",
    {"(1 - 0.999**t)) ** 0.5": "(1 - 0.999**t))"},
)
exercise.mistake(
    "β's swapped",
    "0.9 belongs to the gradient's average, 0.999 to that of its squares.",
    {
        "0.9 * mean + 0.1 *": "0.999 * mean + 0.001 *",
        "0.999 * square + 0.001 *": "0.9 * square + 0.1 *",
        "1 - 0.9**t": "1 - 0.999 ** t",
        "1 - 0.999**t": "1 - 0.9 ** t",
    },
)
exercise.mistake(
    "uphill",
    "this climbs: subtract the step.",
    {"theta - lr * step": "theta + lr * step"},
)
exercise.mistake(
    "gradient instead of its average",
    "the step goes along this gradient alone. It goes along the corrected average.",
    {_MEAN: "grad"},
)
exercise.mistake(
    "state as it was",
    "the state that comes back is the old one. Return the new count and averages.",
    {"return theta, (t, mean, square)": "return theta, state"},
)
exercise.mistake(
    "results swapped",
    "θ comes first, then the state: return a pair, `(theta, (t, m, s))`.",
    {"return theta, (t, mean, square)": "return (t, mean, square), theta"},
)
exercise.mistake(
    "gradient not squared",
    "the second average is one of the gradient's squares; here it is of the gradient.",
    {"0.001 * grad**2": "0.001 * grad"},
)
exercise.mistake(
    "state without its count",
    "the state has three parts: t, the average, and the squares' average.",
    {"(t, mean, square)\n": "(mean, square)\n"},
)
