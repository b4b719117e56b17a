"""Right ways to write `momentum_step`."""


def right_formula(theta, velocity, grad, lr, momentum, nesterov=False):
    velocity = momentum * velocity + grad
    step = grad + momentum * velocity if nesterov else velocity
    return theta - lr * step, velocity


def right_two_returns(theta, velocity, grad, lr, momentum, nesterov=False):
    new = velocity * momentum + grad
    if nesterov:
        return theta - lr * (grad + momentum * new), new
    return theta - lr * new, new


def right_other_names(theta, velocity, grad, lr, momentum, nesterov=False):
    v = grad + momentum * velocity
    moved = theta - lr * v
    if nesterov:
        moved = theta - lr * grad - lr * momentum * v
    return moved, v


def right_by_the_course(theta, velocity, grad, lr, momentum, nesterov=False):
    from gdhelpers import momentum as steps

    return steps.momentum_step(theta, velocity, grad, lr, momentum, nesterov)


def right_list(theta, velocity, grad, lr, momentum, nesterov=False):
    velocity = momentum * velocity + grad
    theta = theta - lr * (grad + momentum * velocity if nesterov else velocity)
    return [theta, velocity]


def right_by_the_step(theta, velocity, grad, lr, momentum, nesterov=False):
    # Nesterov's step is the heavy ball's, and one look ahead with the new velocity.
    velocity = momentum * velocity + grad
    step = velocity
    if nesterov:
        step = momentum * step + grad
    return theta - lr * step, velocity


def right_in_weights(theta, velocity, grad, lr, momentum, nesterov=False):
    new = momentum * velocity + grad
    on_gradient, on_velocity = (1, momentum) if nesterov else (0, 1)
    return theta - lr * (on_gradient * grad + on_velocity * new), new


def right_copy(theta, velocity, grad, lr, momentum, nesterov=False):
    new = 1 * velocity
    new *= momentum
    new += grad
    step = 1 * new
    if nesterov:
        step *= momentum
        step += grad
    return theta - lr * step, new
