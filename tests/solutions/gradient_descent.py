"""Right answers to gradient_descent, written in different ways."""


def right_loop(initial_theta, learning_rate, number_steps):
    theta = initial_theta
    for _ in range(number_steps):
        theta = theta - learning_rate * 2 * theta
    return theta


def right_closed_form(initial_theta, learning_rate, number_steps):
    return initial_theta * (1 - 2 * learning_rate) ** number_steps


def right_recursion(initial_theta, learning_rate, number_steps):
    if number_steps == 0:
        return initial_theta
    one = initial_theta - learning_rate * 2 * initial_theta
    return right_recursion(one, learning_rate, number_steps - 1)


def right_while(initial_theta, learning_rate, number_steps):
    while number_steps > 0:
        initial_theta -= 2 * learning_rate * initial_theta
        number_steps -= 1
    return initial_theta


def right_reduce(initial_theta, learning_rate, number_steps):
    from functools import reduce

    return reduce(
        lambda t, _: t - learning_rate * 2 * t, range(number_steps), initial_theta
    )


def right_torch_converted(initial_theta, learning_rate, number_steps):
    import torch

    theta = torch.tensor(initial_theta, requires_grad=True)
    for _ in range(number_steps):
        loss = theta**2
        loss.backward()
        with torch.no_grad():
            theta -= learning_rate * theta.grad
            theta.grad.zero_()
    return theta.item()


def right_torch_optimizer(initial_theta, learning_rate, number_steps):
    import torch

    theta = torch.tensor(initial_theta, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([theta], lr=learning_rate)
    for _ in range(number_steps):
        optimizer.zero_grad()
        (theta**2).backward()
        optimizer.step()
    return float(theta.detach())


def right_numpy(initial_theta, learning_rate, number_steps):
    import numpy as np

    factors = np.full(number_steps, 1 - 2 * learning_rate)
    return initial_theta * np.prod(factors)


def right_list_of_all(initial_theta, learning_rate, number_steps):
    path = [initial_theta]
    for i in range(number_steps):
        path.append(path[i] - learning_rate * 2 * path[i])
    return path[-1]


def right_generator(initial_theta, learning_rate, number_steps):
    def walk(theta):
        while True:
            yield theta
            theta = theta - learning_rate * 2 * theta

    from itertools import islice

    return next(islice(walk(initial_theta), number_steps, None))


def right_class(initial_theta, learning_rate, number_steps):
    class Walker:
        def __init__(self, theta):
            self.theta = theta

        def step(self):
            self.theta -= learning_rate * (2 * self.theta)

    walker = Walker(initial_theta)
    for _ in range(number_steps):
        walker.step()
    return walker.theta


def right_accumulate(initial_theta, learning_rate, number_steps):
    from itertools import accumulate, repeat

    steps = repeat(learning_rate, number_steps)
    return list(
        accumulate(steps, lambda t, lr: t * (1 - 2 * lr), initial=initial_theta)
    )[-1]
