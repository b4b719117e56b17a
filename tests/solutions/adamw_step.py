"""Right ways to write `adamw_step`."""

import math

import torch

from gdhelpers import adam


def right_as_told(theta, state, grad, lr, weight_decay):
    t, mean, square = state
    t = t + 1
    mean = 0.9 * mean + 0.1 * grad
    square = 0.999 * square + 0.001 * grad**2
    corrected = mean / (1 - 0.9**t)
    root = (square / (1 - 0.999**t)).sqrt()
    theta = theta * (1 - lr * weight_decay) - lr * corrected / (root + 1e-8)
    return theta, (t, mean, square)


def right_named_betas(theta, state, grad, lr, weight_decay, betas=(0.9, 0.999)):
    b1, b2 = betas
    t, m, s = state[0] + 1, state[1].clone(), state[2].clone()
    m.mul_(b1).add_(grad, alpha=1 - b1)
    s.mul_(b2).addcmul_(grad, grad, value=1 - b2)
    theta = theta - lr * weight_decay * theta
    return theta - lr * (m / (1 - b1**t)) / (torch.sqrt(s / (1 - b2**t)) + 1e-8), (
        t,
        m,
        s,
    )


def right_lists(theta, state, grad, lr, weight_decay):
    t, m, s = state
    m = m + (grad - m) / 10
    s = s + (grad * grad - s) / 1000
    t += 1
    size = (s / (1 - 0.999**t)).pow(0.5) + 1e-8
    return [
        theta - lr * (weight_decay * theta + m / (1 - 0.9**t) / size),
        [t, m, s],
    ]


def right_entry_by_entry(theta, state, grad, lr, weight_decay):
    t, means, squares = state[0] + 1, state[1].clone(), state[2].clone()
    theta = theta.clone()
    for i, g in enumerate(grad):
        means[i] = 0.9 * means[i] + 0.1 * g
        squares[i] = 0.999 * squares[i] + 0.001 * g**2
        root = math.sqrt(squares[i] / (1 - 0.999**t))
        theta[i] -= lr * weight_decay * theta[i]
        theta[i] -= lr * means[i] / (1 - 0.9**t) / (root + 1e-8)
    return theta, (t, means, squares)


def right_as_torch_scales(theta, state, grad, lr, weight_decay):
    t, mean, square = state
    t += 1
    mean, square = (
        mean.lerp(grad, 1 - 0.9),
        0.999 * square + (1 - 0.999) * grad.square(),
    )
    root = square.sqrt() / (1 - 0.999**t) ** 0.5
    theta = theta.mul(1 - lr * weight_decay)
    theta = theta.addcdiv(mean, root + 1e-8, value=-lr / (1 - 0.9**t))
    return theta, (t, mean, square)


def right_in_place_on_a_copy(theta, state, grad, lr, weight_decay):
    step, mean, square = state
    theta = theta.clone()
    theta *= 1 - lr * weight_decay
    mean = 0.9 * mean + (1 - 0.9) * grad
    square = 0.999 * square + (1 - 0.999) * grad * grad
    step = step + 1
    theta -= (
        lr * (mean / (1 - 0.9**step)) / ((square / (1 - 0.999**step)) ** 0.5 + 1e-8)
    )
    return theta, (step, mean, square)


def right_library(theta, state, grad, lr, weight_decay):
    theta, state = adam.adamw_step(
        theta, adam.AdamState(*state), grad, lr, weight_decay
    )
    return theta, tuple(state)


def right_optimizer(theta, state, grad, lr, weight_decay):
    p = theta.clone()
    p.grad = grad
    optimizer = torch.optim.AdamW([p], lr=lr, weight_decay=weight_decay)
    t, mean, square = state
    optimizer.state[p] = {
        "step": torch.tensor(float(t)),
        "exp_avg": mean.clone(),
        "exp_avg_sq": square.clone(),
    }
    optimizer.step()
    found = optimizer.state[p]
    return p, (t + 1, found["exp_avg"], found["exp_avg_sq"])


def right_numpy_inside(theta, state, grad, lr, weight_decay):
    t, m, s = state[0] + 1, *(part.numpy() for part in state[1:])
    g = grad.numpy()
    m, s = 0.9 * m + 0.1 * g, 0.999 * s + 0.001 * g * g
    step = (m / (1 - 0.9**t)) / ((s / (1 - 0.999**t)) ** 0.5 + 1e-8)
    new = (1 - lr * weight_decay) * theta.numpy() - lr * step
    return torch.as_tensor(new), (t, torch.as_tensor(m), torch.as_tensor(s))
