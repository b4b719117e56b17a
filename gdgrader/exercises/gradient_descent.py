"""Many steps on θ²: `gradient_descent(initial_theta, learning_rate, number_steps)`.

Tolerance: as for one step, float32 is good to about 1e-6 and the mistakes differ by
1e-3 or more, so 1e-5 of the size. Twelve steps leave 6e-9 or more of θ, far above the
absolute 1e-12.
"""

from gdgrader.exercises.base import Exercise, case
from gdgrader.exercises.draws import a_rate, a_theta

exercise = Exercise("gradient_descent", "01_single_step", rel=1e-5, abs=1e-12, place=2)
exercise.help(
    passage="Many steps",
    first_line="theta = initial_theta\nfor _ in range(…):\n    theta = …",
    why="Each step begins where the one before has ended, so θ is written over in "
    "each round; without any round it is the start.",
)


# At rate 1 every step changes the sign, in any arithmetic: so many steps stay exact.
@exercise.asks(
    "many steps",
    case(1.0, 0.2, 20),
    case(-3.0, 0.7, 7),
    case(-300.0, 1.0, 251),
    case(0.0, 0.3, 4),
)
def _(rng):
    return case(a_theta(rng), a_rate(rng), rng.randint(4, 12))


@exercise.asks(
    "a single step", case(2.0, 0.1, 1), case(-5.0, 0.8, 1), case(2.0, 300.0, 1)
)
def _(rng):
    return case(a_theta(rng), a_rate(rng), 1)


# Beside none some are taken: to give the start back is no answer.
@exercise.asks(
    "no steps at all",
    case(1.0, 0.2, 0),
    case(-3.5, 0.2, 0),
    case(250.0, 0.9, 0),
    case(-3.5, 0.2, 3),
)
def _(rng):
    return [
        case(a_theta(rng), a_rate(rng), 0),
        case(a_theta(rng), a_rate(rng), 2),
    ]


@exercise.right
def _(initial_theta, learning_rate, number_steps):
    theta = initial_theta
    for _ in range(number_steps):
        theta = theta - learning_rate * 2 * theta
    return theta


exercise.mistake(
    "sign flipped",
    "you climb: every step adds the gradient. Downhill is against the gradient.",
    {"theta - ": "theta + "},
)
exercise.mistake(
    "factor 2 forgotten",
    "the derivative of θ² is 2θ, not θ: every step is half as long as it should be.",
    {"2 * ": ""},
)
exercise.mistake(
    "one step too few",
    "a step is missing. `range(n)` already gives n rounds, and what each step returns "
    "must be kept in θ.",
    {"range(number_steps)": "range(number_steps - 1)"},
)
exercise.mistake(
    "one step too many",
    "you take one step more than asked. Zero steps must return the start itself.",
    {"range(number_steps)": "range(number_steps + 1)"},
)
exercise.mistake(
    "loss instead of gradient",
    "each step subtracts the loss θ² itself. It needs the slope of the loss.",
    {"2 * theta": "theta**2"},
)
exercise.mistake(
    "rate dropped",
    "the learning rate plays no part: the whole gradient is subtracted each time.",
    {"learning_rate * ": ""},
)
exercise.mistake(
    "stale gradient",
    "all steps go along the gradient of the start, as one long step would. Compute it "
    "anew where you stand now.",
    {
        "2 * theta": "gradient",
        "theta = initial_theta": "theta = initial_theta\n"
        "    gradient = 2 * initial_theta",
    },
)
exercise.mistake(
    "constant step",
    "every step is equally long, 2η, wherever you stand. The slope of θ² is 2θ: it "
    "changes with θ.",
    {"2 * theta": "2"},
)
exercise.mistake(
    "only one step taken",
    "only one step remains: either each round starts again from initial_theta, or a "
    "`return` inside the loop ends the function in its first round.",
    {
        "theta - ": "initial_theta - ",
        "2 * theta": "2 * initial_theta",
    },
    {"    return": "        return"},
)
exercise.mistake(
    "absolute slope",
    "the slope's sign was lost, so a negative start walks away from the minimum.",
    {"2 * theta": "abs(2 * theta)"},
    like=["sign flipped"],
)
exercise.mistake(
    "nothing kept",
    "the start comes back unchanged: what a step returns must be kept, theta = …",
    {"theta = theta - ": "theta - "},
    like=["one step too few"],
)
exercise.mistake(
    "factor 2 twice",
    "every step is twice as long as it should be: 2θ has the 2 of the derivative "
    "already.",
    {"2 * theta": "4 * theta"},
)
exercise.mistake(
    "whole path returned",
    "these are all the θ on the way. Return the last one alone, a number.",
    {
        "theta = initial_theta": "theta, path = initial_theta, [initial_theta]",
        "\n    return theta": "\n        path.append(theta)\n    return path",
    },
    {
        "theta = initial_theta": "theta, path = initial_theta, []",
        "\n    return theta": "\n        path.append(theta)\n    return path",
    },
)
exercise.mistake(
    "loss returned",
    "this is the loss θ² at the end. Return θ itself.",
    {"return theta": "return theta**2"},
)
exercise.mistake(
    "arguments swapped",
    "θ and η have changed places in each step: the start is the first argument of a "
    "step, the rate the second.",
    {"theta - learning_rate * 2 * theta": "learning_rate - theta * 2 * learning_rate"},
)
