"""Lesson 01: one step downhill, many steps, and what a step multiplies.

Tolerances: float64 arithmetic in any order of operations agrees to about 1e-13
here, and a student's float32 tensor to about 1e-6; the mistakes differ by 1e-3 or
more on the drawn inputs. So answers count as equal within 1e-5 of their size.
"""

from gdgrader.exercises.base import Exercise, case

LESSON = "01_single_step"


def a_theta(rng):
    """A start far enough from 0 for mistakes to show, of either sign."""
    return round(rng.choice([-1, 1]) * rng.uniform(1.5, 9.0), 3)


def a_rate(rng):
    """A stable rate, away from 0.5 where one step lands and hides mistakes."""
    return round(rng.choice([rng.uniform(0.05, 0.4), rng.uniform(0.6, 0.9)]), 3)


single_step = Exercise(
    "single_step_gradient_descent",
    LESSON,
    "single_step_gradient_descent",
    rel=1e-5,
    abs=1e-9,
)


@single_step.asks("a positive start", case(3.0, 0.1), case(1.25, 1.1))
def _(rng):
    return case(abs(a_theta(rng)), a_rate(rng))


@single_step.asks("a negative start", case(-4.0, 0.3), case(-1.5, 0.05))
def _(rng):
    return case(-abs(a_theta(rng)), a_rate(rng))


single_step.asks_only("staying put", case(0.0, 0.1), case(2.5, 0.0), case(-0.7, 0.0))


@single_step.mistake(
    "sign flipped",
    "this step climbs. Subtract the gradient, with its sign: downhill is against it.",
)
def _(theta, learning_rate):
    return theta + learning_rate * 2 * theta


@single_step.mistake(
    "factor 2 forgotten",
    "the derivative of θ² is 2θ, not θ: your step is half as long as it should be.",
)
def _(theta, learning_rate):
    return theta - learning_rate * theta


@single_step.mistake(
    "loss instead of gradient",
    "you subtracted the loss θ² itself. The step needs its slope, the derivative.",
)
def _(theta, learning_rate):
    return theta - learning_rate * theta**2


@single_step.mistake(
    "rate dropped",
    "the learning rate plays no part: the whole gradient was subtracted. "
    "Multiply the gradient by it first.",
)
def _(theta, learning_rate):
    return theta - 2 * theta


@single_step.mistake(
    "step returned",
    "this is the length of the step, η times the gradient. Return where the step "
    "leads: the new θ.",
)
def _(theta, learning_rate):
    return learning_rate * 2 * theta


@single_step.mistake(
    "rate used twice",
    "the learning rate enters squared. It belongs in the step once.",
)
def _(theta, learning_rate):
    return theta - learning_rate * (learning_rate * 2 * theta)


@single_step.mistake(
    "sign of the slope only",
    "only the direction of the slope is used, so every step is equally long. The "
    "gradient's size counts too.",
)
def _(theta, learning_rate):
    return theta - learning_rate * ((theta > 0) - (theta < 0))


descent = Exercise("gradient_descent", LESSON, "gradient_descent", rel=1e-5, abs=1e-12)


@descent.asks("many steps", case(1.0, 0.2, 20), case(-3.0, 0.7, 7))
def _(rng):
    return case(a_theta(rng), a_rate(rng), rng.randint(4, 12))


@descent.asks("a single step", case(2.0, 0.1, 1), case(-5.0, 0.8, 1))
def _(rng):
    return case(a_theta(rng), a_rate(rng), 1)


descent.asks_only("no steps at all", case(1.0, 0.2, 0), case(-3.5, 0.9, 0))


@descent.mistake(
    "sign flipped",
    "you climb: every step adds the gradient. Downhill is against the gradient.",
)
def _(initial_theta, learning_rate, number_steps):
    theta = initial_theta
    for _ in range(number_steps):
        theta = theta + learning_rate * 2 * theta
    return theta


@descent.mistake(
    "factor 2 forgotten",
    "the derivative of θ² is 2θ, not θ: every step is half as long as it should be.",
)
def _(initial_theta, learning_rate, number_steps):
    theta = initial_theta
    for _ in range(number_steps):
        theta = theta - learning_rate * theta
    return theta


@descent.mistake(
    "one step too few",
    "a step is missing. `range(n)` already gives n rounds, and what each step returns "
    "must be kept in θ.",
)
def _(initial_theta, learning_rate, number_steps):
    theta = initial_theta
    for _ in range(number_steps - 1):
        theta = theta - learning_rate * 2 * theta
    return theta


@descent.mistake(
    "one step too many",
    "you take one step more than asked. Zero steps must return the start itself.",
)
def _(initial_theta, learning_rate, number_steps):
    theta = initial_theta
    for _ in range(number_steps + 1):
        theta = theta - learning_rate * 2 * theta
    return theta


@descent.mistake(
    "loss instead of gradient",
    "each step subtracts the loss θ² itself. It needs the slope of the loss.",
)
def _(initial_theta, learning_rate, number_steps):
    theta = initial_theta
    for _ in range(number_steps):
        theta = theta - learning_rate * theta**2
    return theta


@descent.mistake(
    "rate dropped",
    "the learning rate plays no part: the whole gradient is subtracted each time.",
)
def _(initial_theta, learning_rate, number_steps):
    theta = initial_theta
    for _ in range(number_steps):
        theta = theta - 2 * theta
    return theta


@descent.mistake(
    "stale gradient",
    "the gradient is that of the start in every step. Compute it anew where you "
    "stand now.",
)
def _(initial_theta, learning_rate, number_steps):
    theta = initial_theta
    gradient = 2 * initial_theta
    for _ in range(number_steps):
        theta = theta - learning_rate * gradient
    return theta


@descent.mistake(
    "constant step",
    "every step is equally long, 2η, wherever you stand. The slope of θ² is 2θ: it "
    "changes with θ.",
)
def _(initial_theta, learning_rate, number_steps):
    theta = initial_theta
    for _ in range(number_steps):
        theta = theta - learning_rate * 2
    return theta


@descent.mistake(
    "only one step taken",
    "only one step remains: either each round starts again from initial_theta, or a "
    "`return` inside the loop ends the function in its first round.",
)
def _(initial_theta, learning_rate, number_steps):
    theta = initial_theta
    for _ in range(number_steps):
        theta = initial_theta - learning_rate * 2 * initial_theta
    return theta


@descent.mistake(
    "absolute slope",
    "the slope's sign was lost, so a negative start walks away from the minimum.",
)
def _(initial_theta, learning_rate, number_steps):
    theta = initial_theta
    for _ in range(number_steps):
        theta = theta - learning_rate * abs(2 * theta)
    return theta


contraction = Exercise(
    "contraction_factor", LESSON, "contraction_factor", rel=1e-5, abs=1e-9
)


@contraction.asks("the curvature of θ²", case(0.2), case(0.9), case(1.1))
def _(rng):
    return case(round(rng.uniform(0.6, 1.5), 3))


@contraction.asks(
    "any curvature", case(0.7, 4.0), case(0.1, 4.0), case(0.25, curvature=12.0)
)
def _(rng):
    return case(round(rng.uniform(0.6, 1.5), 3), round(rng.uniform(2.5, 9.0), 3))


@contraction.mistake(
    "absolute value",
    "the sign matters: a negative factor means the step jumps across the minimum. "
    "Return it as it is.",
)
def _(learning_rate, curvature=2.0):
    return abs(1 - learning_rate * curvature)


@contraction.mistake(
    "curvature ignored",
    "this is right for θ² alone. How steep the bowl is enters through the curvature.",
)
def _(learning_rate, curvature=2.0):
    return 1 - 2 * learning_rate


@contraction.mistake(
    "factor 2 twice",
    "the curvature of θ² is already 2: it contains the 2 of the derivative.",
)
def _(learning_rate, curvature=2.0):
    return 1 - 2 * learning_rate * curvature


@contraction.mistake(
    "curvature left out",
    "1 − η would be the factor for a bowl of curvature 1. Multiply η by the curvature.",
)
def _(learning_rate, curvature=2.0):
    return 1 - learning_rate


@contraction.mistake(
    "sign flipped",
    "1 + ηλ is what climbing multiplies by. Downhill subtracts.",
)
def _(learning_rate, curvature=2.0):
    return 1 + learning_rate * curvature


@contraction.mistake(
    "minus the factor",
    "the sign is the other way round: 1 − ηλ, not ηλ − 1.",
)
def _(learning_rate, curvature=2.0):
    return learning_rate * curvature - 1


@contraction.mistake(
    "the share lost",
    "this is the share a step removes. The factor is what it leaves.",
)
def _(learning_rate, curvature=2.0):
    return learning_rate * curvature


@contraction.mistake(
    "divided by the curvature",
    "a steeper bowl makes the step longer, not shorter: multiply by the curvature.",
)
def _(learning_rate, curvature=2.0):
    return 1 - learning_rate / curvature
