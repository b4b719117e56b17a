"""Right ways to write `max_stable_lr_momentum`."""


def right_formula(curvature, momentum, nesterov=False):
    bound = 2 * (1 + momentum) / curvature
    return bound / (1 + 2 * momentum) if nesterov else bound


def right_two_returns(curvature, momentum, nesterov=False):
    if nesterov:
        return 2 * (1 + momentum) / (curvature * (1 + 2 * momentum))
    return 2 * (1 + momentum) / curvature


def right_by_the_step(curvature, momentum, nesterov=False):
    velocity = curvature / (1 + momentum)  # for an error of 1
    step = curvature + momentum * velocity if nesterov else velocity
    return 2 / step


def right_by_the_course(curvature, momentum, nesterov=False):
    from gdhelpers import stability

    return stability.max_stable_lr_momentum(curvature, momentum, nesterov)


def right_expanded(curvature, momentum, nesterov=False):
    below = curvature + 2 * momentum * curvature if nesterov else curvature
    return (2 + 2 * momentum) / below


def right_by_the_roots(curvature, momentum, nesterov=False):
    # At r = -1: 1 + a - b = 0 of r² = ar + b.
    if not nesterov:
        return (1 + 1 + momentum + momentum) / curvature
    return (1 + 1 / (1 + 2 * momentum)) / curvature


def right_switch(curvature, momentum, nesterov=False):
    share = (1, 1 + 2 * momentum)[nesterov]
    return 2 * (1 + momentum) / (curvature * share)


def right_fraction(curvature, momentum, nesterov=False):
    from fractions import Fraction

    beta = Fraction(momentum)
    bound = 2 * (1 + beta) / Fraction(curvature)
    return float(bound / (1 + 2 * beta)) if nesterov else float(bound)
