"""Right ways to write `ema`."""

import functools

import numpy as np
import torch

from gdhelpers import averaging


def right_loop(weights, decay):
    mean = weights[0]
    for theta in weights[1:]:
        mean = decay * mean + (1 - decay) * theta
    return mean


def right_all_with_the_first_again(weights, decay):
    mean = weights[0]
    for theta in weights:
        mean = mean + (1 - decay) * (theta - mean)
    return mean


def right_in_place_on_a_copy(weights, decay):
    mean = weights[0].clone()
    for theta in weights[1:]:
        mean.mul_(decay).add_(theta, alpha=1 - decay)
    return mean


def right_lerp(weights, decay):
    mean = weights[0]
    for theta in weights[1:]:
        mean = torch.lerp(mean, theta, 1 - decay)
    return mean


def right_recursion(weights, decay):
    *before, last = weights
    if not before:
        return last
    return decay * right_recursion(before, decay) + (1 - decay) * last


def right_reduce(weights, decay):
    return functools.reduce(lambda m, w: decay * m + (1 - decay) * w, weights)


def right_closed_form(weights, decay):
    n = len(weights)
    total = decay ** (n - 1) * weights[0]
    for k in range(n - 1):
        total = total + (1 - decay) * decay**k * weights[n - 1 - k]
    return total


def right_numpy(weights, decay):
    table = np.stack([w.numpy() for w in weights])
    counts = decay ** np.arange(len(weights) - 1, -1, -1.0)
    counts[1:] *= 1 - decay
    return torch.as_tensor(np.tensordot(counts, table, 1))


def right_library(weights, decay):
    *_, last = averaging.ema(weights, decay)
    return last


def right_torch_average(weights, decay):
    from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

    model = torch.nn.Module()
    model.w = torch.nn.Parameter(weights[0].clone())
    average = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(decay))
    for theta in weights:
        model.w.data.copy_(theta)
        average.update_parameters(model)
    return average.module.w.detach()
