"""Wrong ways to write a step, as people do."""


def wrong_climbing(theta, learning_rate):
    """Told: sign flipped."""
    gradient = 2 * theta
    return theta + learning_rate * gradient


def wrong_slope_theta(theta, learning_rate):
    """Told: factor 2 forgotten."""
    return theta * (1 - learning_rate)


def wrong_loss(theta, learning_rate):
    """Told: loss instead of gradient."""
    loss = theta**2
    return theta - learning_rate * loss


def wrong_no_rate(theta, learning_rate):
    """Told: rate dropped."""
    return theta - 2 * theta


def wrong_returns_the_step(theta, learning_rate):
    """Told: step returned."""
    step = learning_rate * 2 * theta
    return step


def wrong_returns_minus_the_step(theta, learning_rate):
    """Told: step returned."""
    return -learning_rate * 2 * theta


def wrong_returns_the_gradient(theta, learning_rate):
    """Told: gradient returned."""
    gradient = 2 * theta
    theta = theta - learning_rate * gradient
    return gradient


def wrong_four_theta(theta, learning_rate):
    """Told: factor 2 twice."""
    gradient = 2 * theta
    return theta - 2 * learning_rate * gradient


def wrong_constant_slope(theta, learning_rate):
    """Told: constant slope."""
    return theta - learning_rate * 2


def wrong_absolute(theta, learning_rate):
    """Told: absolute slope."""
    return theta - learning_rate * abs(2 * theta)


def wrong_arguments(learning_rate, theta):
    """Told: arguments swapped."""
    return theta - learning_rate * 2 * theta


def wrong_returns_the_loss(theta, learning_rate):
    """Told: loss returned."""
    theta = theta - learning_rate * 2 * theta
    return theta**2


def wrong_brackets(theta, learning_rate):
    """Told: bracket too early."""
    return (theta - learning_rate) * 2 * theta


def wrong_no_return(theta, learning_rate):
    """Told: what came back."""
    theta = theta - learning_rate * 2 * theta


def wrong_prints(theta, learning_rate):
    """Told: what came back."""
    print(theta - learning_rate * 2 * theta)


def wrong_pair(theta, learning_rate):
    """Told: what came back."""
    return theta, theta - learning_rate * 2 * theta


def wrong_two_steps(theta, learning_rate):
    """Told: what came back."""
    for _ in range(2):
        theta = theta - learning_rate * 2 * theta
    return theta


def wrong_rounded(theta, learning_rate):
    """Told: rounded."""
    return round(theta - learning_rate * 2 * theta, 1)


def wrong_name(theta, learning_rate):
    """Told: what came back."""
    return thetta - learning_rate * 2 * theta


def wrong_never_written_loss(theta, learning_rate):
    """Told: what came back."""
    return theta - learning_rate * slope(theta)


def slope(theta):
    raise NotImplementedError()
