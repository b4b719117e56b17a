"""Right ways to write `range_test_rates`."""

import math
from itertools import accumulate


def right_powers(low, high, n):
    return [low * (high / low) ** (i / (n - 1)) for i in range(n)]


def right_shares(low, high, n):
    shares = [i / (n - 1) for i in range(n)]
    return [low ** (1 - share) * high**share for share in shares]


def right_logarithms(low, high, n):
    gap = (math.log(high) - math.log(low)) / (n - 1)
    return [math.exp(math.log(low) + i * gap) for i in range(n)]


def right_powers_of_ten(low, high, n):
    first, last = math.log10(low), math.log10(high)
    return [10 ** (first + (last - first) * i / (n - 1)) for i in range(n)]


def right_by_a_loop(low, high, n):
    factor = (high / low) ** (1 / (n - 1))
    rates = [low]
    while len(rates) < n:
        rates.append(rates[-1] * factor)
    return rates


def right_from_the_top(low, high, n):
    factor = (low / high) ** (1 / (n - 1))
    return [high * factor**i for i in range(n)][::-1]


def right_accumulated(low, high, n):
    factor = math.exp(math.log(high / low) / (n - 1))
    return list(accumulate([low] + [factor] * (n - 1), lambda a, b: a * b))


def right_torch(low, high, n):
    import torch

    return torch.logspace(math.log10(low), math.log10(high), n).tolist()


def right_torch_exact(low, high, n):
    import torch

    ends = torch.tensor([low, high], dtype=torch.float64).log()
    return torch.linspace(*ends.tolist(), n, dtype=torch.float64).exp().tolist()


def right_numpy(low, high, n):
    import numpy as np

    return list(np.geomspace(low, high, n))


def right_base_two(low, high, n):
    doublings = math.log2(high / low)
    return [low * 2 ** (doublings * i / (n - 1)) for i in range(n)]
