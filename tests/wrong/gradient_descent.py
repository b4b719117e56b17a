"""Wrong ways to write the loop, as people do."""


def step(theta, learning_rate):
    return theta - learning_rate * 2 * theta


def wrong_not_kept(initial_theta, learning_rate, number_steps):
    """Told: nothing kept / one step too few."""
    theta = initial_theta
    for _ in range(number_steps):
        step(theta, learning_rate)
    return theta


def wrong_returns_in_the_loop(initial_theta, learning_rate, number_steps):
    """Told: only one step taken."""
    theta = initial_theta
    for _ in range(number_steps):
        theta = step(theta, learning_rate)
        return theta


def wrong_from_the_start_again(initial_theta, learning_rate, number_steps):
    """Told: only one step taken."""
    theta = initial_theta
    for _ in range(number_steps):
        theta = step(initial_theta, learning_rate)
    return theta


def wrong_once(initial_theta, learning_rate, number_steps):
    """Told: only one step taken / one step too many."""
    return step(initial_theta, learning_rate)


def wrong_long_step(initial_theta, learning_rate, number_steps):
    """Told: stale gradient."""
    return initial_theta - number_steps * learning_rate * 2 * initial_theta


def wrong_from_one(initial_theta, learning_rate, number_steps):
    """Told: one step too few."""
    for _ in range(1, number_steps):
        initial_theta = step(initial_theta, learning_rate)
    return initial_theta


def wrong_while(initial_theta, learning_rate, number_steps):
    """Told: one step too many."""
    done = 0
    while done <= number_steps:
        initial_theta = step(initial_theta, learning_rate)
        done += 1
    return initial_theta


def wrong_range_forgotten(initial_theta, learning_rate, number_steps):
    """Told: what came back."""
    for _ in number_steps:
        initial_theta = step(initial_theta, learning_rate)
    return initial_theta


def wrong_path(initial_theta, learning_rate, number_steps):
    """Told: whole path returned."""
    thetas = [initial_theta]
    for _ in range(number_steps):
        thetas.append(step(thetas[-1], learning_rate))
    return thetas


def wrong_halves(initial_theta, learning_rate, number_steps):
    """Told: factor 2 forgotten."""
    return initial_theta * (1 - learning_rate) ** number_steps


def wrong_climbs(initial_theta, learning_rate, number_steps):
    """Told: sign flipped."""
    for _ in range(number_steps):
        initial_theta += learning_rate * 2 * initial_theta
    return initial_theta


def wrong_loss(initial_theta, learning_rate, number_steps):
    """Told: loss returned."""
    for _ in range(number_steps):
        initial_theta = step(initial_theta, learning_rate)
    return initial_theta**2


def wrong_arguments_of_the_step(initial_theta, learning_rate, number_steps):
    """Told: arguments swapped."""
    theta = initial_theta
    for _ in range(number_steps):
        theta = step(learning_rate, theta)
    return theta


def wrong_gradient_before_the_loop(initial_theta, learning_rate, number_steps):
    """Told: stale gradient."""
    theta, gradient = initial_theta, 2 * initial_theta
    for _ in range(number_steps):
        theta = theta - learning_rate * gradient
    return theta


def wrong_stops_early(initial_theta, learning_rate, number_steps):
    """Told: what came back."""
    theta = initial_theta
    for _ in range(number_steps):
        if abs(theta) < 0.1:
            break
        theta = step(theta, learning_rate)
    return theta


def wrong_decaying_rate(initial_theta, learning_rate, number_steps):
    """Told: what came back."""
    theta = initial_theta
    for _ in range(number_steps):
        theta = step(theta, learning_rate)
        learning_rate *= 0.9
    return theta


LAST = []


def wrong_global(initial_theta, learning_rate, number_steps):
    """Told: kept between calls."""
    if not LAST:
        LAST.append(initial_theta)
    for _ in range(number_steps):
        LAST.append(step(LAST[-1], learning_rate))
    return LAST[-1]


def wrong_default(initial_theta, learning_rate, number_steps, done=[0]):
    """Told: kept between calls / one step too few / nothing kept."""
    while done[0] < number_steps:
        initial_theta = step(initial_theta, learning_rate)
        done[0] += 1
    return initial_theta
