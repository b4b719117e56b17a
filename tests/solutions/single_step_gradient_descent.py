"""Right answers to single_step_gradient_descent, written in different ways."""


def right_in_two_lines(theta, learning_rate):
    gradient = 2 * theta
    return theta - learning_rate * gradient


def right_factored(theta, learning_rate):
    return (1 - 2 * learning_rate) * theta


def right_in_place(theta, learning_rate):
    theta -= learning_rate * 2 * theta
    return theta


def right_by_autograd(theta, learning_rate):
    import torch

    x = torch.tensor(theta, dtype=torch.float64, requires_grad=True)
    (x**2).backward()
    return (x - learning_rate * x.grad).item()


def right_by_torch_optimizer(theta, learning_rate):
    import torch

    x = torch.tensor(theta, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=learning_rate)
    (x * x).backward()
    optimizer.step()
    return float(x)


def right_by_numpy(theta, learning_rate):
    import numpy as np

    return np.float64(theta) - learning_rate * np.multiply(2, theta)


def right_by_central_difference(theta, learning_rate):
    h = 1e-3
    return theta - learning_rate * ((theta + h) ** 2 - (theta - h) ** 2) / (2 * h)


def right_by_helper(theta, learning_rate):
    def slope(of):
        return of + of

    return theta + (-learning_rate) * slope(theta)


def right_by_lambda(theta, learning_rate):
    return (lambda t, eta: t - 2 * eta * t)(theta, learning_rate)
