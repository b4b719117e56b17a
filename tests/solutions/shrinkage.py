"""Right ways to write `shrinkage`."""

import functools
import math

import numpy as np
import torch

from gdhelpers import adam


def right_loop(rates, weight_decay):
    left = 1.0
    for lr in rates:
        left *= 1 - lr * weight_decay
    return left


def right_prod(rates, weight_decay):
    return math.prod(1 - lr * weight_decay for lr in rates)


def right_numpy(rates, weight_decay):
    return np.prod(1 - weight_decay * np.array(rates))


def right_subtracts(rates, weight_decay):
    left = 1.0
    for lr in rates:
        left = left - lr * weight_decay * left
    return left


def right_recursion(rates, weight_decay):
    if not rates:
        return 1
    return (1 - rates[0] * weight_decay) * right_recursion(rates[1:], weight_decay)


def right_reduce(rates, weight_decay):
    return functools.reduce(lambda left, lr: left * (1 - lr * weight_decay), rates, 1.0)


def right_torch(rates, weight_decay):
    factors = 1 - weight_decay * torch.tensor(rates, dtype=torch.float64)
    return factors.prod().item()


def right_library(rates, weight_decay):
    return adam.shrinkage(rates, weight_decay)


def right_optimizer(rates, weight_decay):
    theta = torch.ones(1, dtype=torch.float64)
    theta.grad = torch.zeros(1, dtype=torch.float64)
    optimizer = torch.optim.AdamW([theta], weight_decay=weight_decay)
    for lr in rates:
        optimizer.param_groups[0]["lr"] = lr
        optimizer.step()
    return theta.item()
