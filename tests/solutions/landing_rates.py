"""Right ways to write `landing_rates`."""


def right_sorted_set(curvatures):
    return [1 / curvature for curvature in sorted(set(curvatures), reverse=True)]


def right_sorted_rates(curvatures):
    return sorted({1 / curvature for curvature in curvatures})


def right_by_a_loop(curvatures):
    rates = []
    for curvature in curvatures:
        if 1 / curvature not in rates:
            rates.append(1 / curvature)
    rates.sort()
    return rates


def right_from_the_end(curvatures):
    return [curvature**-1 for curvature in sorted(set(curvatures))[::-1]]


def right_steepest_again_and_again(curvatures):
    left, rates = list(curvatures), []
    while left:
        steepest = max(left)
        rates.append(1 / steepest)
        left = [curvature for curvature in left if curvature != steepest]
    return rates


def right_error_by_error(curvatures):
    errors, rates = dict.fromkeys(curvatures, 1.0), []
    while any(errors.values()):
        rate = 1 / max(c for c, error in errors.items() if error)
        rates.append(rate)
        errors = {
            c: 0 if rate == 1 / c else e * (1 - rate * c) for c, e in errors.items()
        }
    return rates


def right_torch(curvatures):
    import torch

    return (1 / torch.tensor(curvatures).unique()).sort().values.tolist()


def right_numpy(curvatures):
    import numpy as np

    return list(1 / np.unique(curvatures)[::-1])


def right_groupby(curvatures):
    from itertools import groupby

    return [
        1.0 / curvature for curvature, _ in groupby(sorted(curvatures, reverse=True))
    ]


def right_recursive(curvatures):
    def rates(left):
        if not left:
            return []
        steepest = max(left)
        return [1 / steepest, *rates([c for c in left if c < steepest])]

    return rates(curvatures)


def right_heap(curvatures):
    import heapq

    heap = [1 / curvature for curvature in curvatures]
    heapq.heapify(heap)
    rates = []
    while heap:
        rate = heapq.heappop(heap)
        if not rates or rate > rates[-1]:
            rates.append(rate)
    return rates
