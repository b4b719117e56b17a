"""Wrong ways to write the factor, as people do."""


def wrong_size(learning_rate, curvature=2.0):
    """Told: absolute value."""
    return abs(1 - learning_rate * curvature)


def wrong_two(learning_rate, curvature=2.0):
    """Told: curvature ignored."""
    return 1 - 2 * learning_rate


def wrong_two_again(learning_rate, curvature=2.0):
    """Told: factor 2 twice."""
    return 1 - 2 * learning_rate * curvature


def wrong_default(learning_rate, curvature=1.0):
    """Told: curvature left out."""
    return 1 - learning_rate * curvature


def wrong_rate_alone(learning_rate, curvature=2.0):
    """Told: curvature left out."""
    return 1 - learning_rate


def wrong_plus(learning_rate, curvature=2.0):
    """Told: sign flipped."""
    return 1 + learning_rate * curvature


def wrong_other_way_round(learning_rate, curvature=2.0):
    """Told: minus the factor."""
    return learning_rate * curvature - 1


def wrong_removed(learning_rate, curvature=2.0):
    """Told: the share lost."""
    return learning_rate * curvature


def wrong_division(learning_rate, curvature=2.0):
    """Told: divided by the curvature."""
    return 1 - learning_rate / curvature


def wrong_of_the_loss(learning_rate, curvature=2.0):
    """Told: loss instead of error."""
    return (1 - learning_rate * curvature) ** 2


def wrong_half(learning_rate, curvature=2.0):
    """Told: curvature left out / half the curvature."""
    return 1 - 0.5 * learning_rate * curvature


def wrong_brackets(learning_rate, curvature=2.0):
    """Told: bracket too early."""
    return (1 - learning_rate) * curvature


def wrong_at_least_zero(learning_rate, curvature=2.0):
    """Told: what came back."""
    return max(0, 1 - learning_rate * curvature)


def wrong_percent(learning_rate, curvature=2.0):
    """Told: what came back."""
    return f"{1 - learning_rate * curvature:.0%}"


def wrong_argument_missing(learning_rate):
    """Told: curvature left out."""
    return 1 - learning_rate


def wrong_squares(learning_rate, curvature=2.0):
    """Told: curvature squared / factor 2 twice."""
    return 1 - learning_rate * curvature**2
