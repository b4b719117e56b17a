"""Wrong ways to write the bound, as people do."""


def wrong_best(curvature):
    """Told: best rate instead of bound."""
    return 1 / curvature


def wrong_upside_down(curvature):
    """Told: fraction upside down."""
    return curvature / 2


def wrong_of_the_square(curvature):
    """Told: curvature ignored."""
    return 1.0


def wrong_two(curvature):
    """Told: curvature ignored."""
    return 2


def wrong_times(curvature):
    """Told: multiplied."""
    return 2 * curvature


def wrong_brackets(curvature):
    """Told: factor 2 below the line."""
    return 1 / (2 * curvature)


def wrong_square(curvature):
    """Told: curvature squared."""
    return 2 / curvature**2


def wrong_double(curvature):
    """Told: twice the bound."""
    return 2 / (curvature / 2)


def wrong_cut(curvature):
    """Told: whole division."""
    return 2 // curvature


def wrong_sign(curvature):
    """Told: sign flipped."""
    return -2 / curvature


def wrong_factor(curvature):
    """Told: factor returned."""
    return 1 - curvature


def wrong_a_little_less(curvature):
    """Told: what came back."""
    return 2 / curvature - 0.01


def wrong_root(curvature):
    """Told: what came back."""
    return 2 / curvature**0.5


def wrong_no_return(curvature):
    """Told: what came back."""
    lr = 2 / curvature


def wrong_lambda(curvature):
    """Told: what came back."""
    return lambda: 2 / curvature


def wrong_question(curvature):
    """Told: what came back."""
    return 2 / curvature < 1
