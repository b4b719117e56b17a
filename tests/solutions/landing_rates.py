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


def right_neighbours_compared(curvatures):
    falling = sorted(curvatures, reverse=True)
    return [1 / c for i, c in enumerate(falling) if i == 0 or c != falling[i - 1]]


def right_inserted_in_order(curvatures):
    from bisect import insort

    rates = []
    for curvature in curvatures:
        if 1 / curvature not in rates:
            insort(rates, 1 / curvature)
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

    rates = {1 / curvature for curvature in curvatures}
    return heapq.nsmallest(len(rates), rates)
