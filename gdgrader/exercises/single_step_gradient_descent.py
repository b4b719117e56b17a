"""One step of gradient descent on θ²: `single_step_gradient_descent(theta, rate)`.

Tolerance: float64 in any order of operations agrees to about 1e-13 here, a student's
float32 tensor to about 1e-6; the mistakes differ by 1e-3 or more on the drawn inputs.
So answers count as equal within 1e-5 of their size.
"""

from gdgrader.exercises.base import Exercise, case
from gdgrader.exercises.draws import a_rate, a_theta

exercise = Exercise(
    "single_step_gradient_descent", "01_single_step", rel=1e-5, abs=1e-9, place=1
)
exercise.help(
    passage="The rule",
    first_line="gradient = …\nreturn theta - …",
    why="The slope of θ² at θ is 2θ, and the step goes η times as far, against it.",
)


@exercise.asks(
    "a positive start",
    case(3.0, 0.1),
    case(250.0, 1.1),
    case(3.0, 250.0),
    case(2e-5, 0.3),
)
def _(rng):
    return case(abs(a_theta(rng)), a_rate(rng))


# A positive start aside: at negative ones a lost sign is a flipped one.
@exercise.asks(
    "a negative start", case(-4.0, 0.3), case(-250.0, 0.05), case(3.0, 0.1, aside=True)
)
def _(rng):
    return case(-abs(a_theta(rng)), a_rate(rng))


# Beside what stays something moves: to give θ back is no answer.
@exercise.asks(
    "staying put", case(0.0, 0.1), case(2.5, 0.0), case(-0.7, 0.0), case(-2.5, 0.1)
)
def _(rng):
    theta = a_theta(rng)
    return [
        case(0.0, a_rate(rng)),
        case(a_theta(rng), 0.0),
        case(theta, a_rate(rng)),
        case(-theta, a_rate(rng)),
    ]


@exercise.right
def _(theta, learning_rate):
    return theta - learning_rate * 2 * theta


exercise.mistake(
    "sign flipped",
    "this step climbs. Subtract the gradient, with its sign: downhill is against it.",
    {"theta - ": "theta + "},
)
exercise.mistake(
    "factor 2 forgotten",
    "the derivative of θ² is 2θ, not θ: your step is half as long as it should be.",
    {"2 * ": ""},
)
exercise.mistake(
    "loss instead of gradient",
    "you subtracted the loss θ² itself. The step needs its slope, the derivative.",
    {"2 * theta": "theta**2"},
)
exercise.mistake(
    "rate dropped",
    "the learning rate plays no part: the whole gradient was subtracted. "
    "Multiply the gradient by it first.",
    {"learning_rate * ": ""},
)
exercise.mistake(
    "step returned",
    "this is the step alone, η times the gradient. Return where it leads: the new θ.",
    {"theta - ": ""},
    {"theta - ": "-"},
)
exercise.mistake(
    "rate used twice",
    "the learning rate enters squared. It belongs in the step once.",
    {"2 * theta": "(learning_rate * 2 * theta)"},
)
exercise.mistake(
    "sign of the slope only",
    "only the direction of the slope is used, so every step is equally long. The "
    "gradient's size counts too.",
    {"2 * theta": "((theta > 0) - (theta < 0))"},
)
exercise.mistake(
    "factor 2 twice",
    "this step is twice as long as it should be: 2θ has the derivative's 2 already.",
    {"2 * theta": "4 * theta"},
)
exercise.mistake(
    "gradient returned",
    "this is the gradient 2θ. Go against it from θ, η times as far: to the new θ.",
    {"theta - learning_rate * ": ""},
)
exercise.mistake(
    "loss returned",
    "this is the loss after the step, θ². Return the new θ itself.",
    {"theta - learning_rate * 2 * theta": "(theta - learning_rate * 2 * theta) ** 2"},
)
exercise.mistake(
    "constant slope",
    "every step is 2η long and to the left, wherever you stand. The slope of θ² is 2θ.",
    {"2 * theta": "2"},
)
exercise.mistake(
    "absolute slope",
    "the slope's sign was lost, so a negative start walks away from the minimum.",
    {"2 * theta": "abs(2 * theta)"},
)
exercise.mistake(
    "arguments swapped",
    "θ and η have changed places: the start is the first argument, the rate the other.",
    {"theta - learning_rate": "learning_rate - learning_rate"},
)
exercise.mistake(
    "bracket too early",
    "η is subtracted from θ before anything is multiplied. Multiply first: θ − η · 2θ.",
    {"theta - learning_rate": "(theta - learning_rate)"},
)
