"""Right ways to write `step_lr`."""


def right_floor_division(t, initial_lr, step_size, gamma):
    return initial_lr * gamma ** (t // step_size)


def right_math_floor(t, initial_lr, step_size, gamma):
    import math

    return initial_lr * math.pow(gamma, math.floor(t / step_size))


def right_int(t, initial_lr, step_size, gamma):
    return gamma ** int(t / step_size) * initial_lr


def right_loop(t, initial_lr, step_size, gamma):
    lr = initial_lr
    for epoch in range(1, t + 1):
        if epoch % step_size == 0:
            lr *= gamma
    return lr


def right_while(t, initial_lr, step_size, gamma):
    while t >= step_size:
        t, initial_lr = t - step_size, initial_lr * gamma
    return initial_lr


def right_recursion(t, initial_lr, step_size, gamma):
    if t < step_size:
        return initial_lr
    return gamma * right_recursion(t - step_size, initial_lr, step_size, gamma)


def right_divmod(t, initial_lr, step_size, gamma):
    drops, _ = divmod(t, step_size)
    return initial_lr * gamma**drops


def right_remainder(t, initial_lr, step_size, gamma):
    return initial_lr * gamma ** ((t - t % step_size) / step_size)


def right_product(t, initial_lr, step_size, gamma):
    from math import prod

    return initial_lr * prod(gamma for _ in range(step_size, t + 1, step_size))


def right_reduce(t, initial_lr, step_size, gamma):
    from functools import reduce

    return reduce(lambda lr, _: lr * gamma, range(t // step_size), initial_lr)


def right_numpy(t, initial_lr, step_size, gamma):
    import numpy as np

    return initial_lr * np.power(gamma, np.floor_divide(t, step_size))


def right_torch_s_scheduler(t, initial_lr, step_size, gamma):
    import torch

    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=initial_lr)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size, gamma)
    for _ in range(t):
        optimizer.step()
        scheduler.step()
    return scheduler.get_last_lr()[0]
