"""Wrong ways to find the rates that land, as people write them."""


def wrong_each(curvatures):
    """Told: a step for every direction, as given / order as given."""
    return [1 / c for c in curvatures]


def wrong_each_sorted(curvatures):
    """Told: a step for every direction."""
    return [1 / c for c in sorted(curvatures, reverse=True)]


def wrong_each_rising(curvatures):
    """Told: a step for every direction, largest rate first / largest rate first."""
    return [1 / c for c in sorted(curvatures)]


def wrong_largest_first(curvatures):
    """Told: largest rate first."""
    return sorted({1 / c for c in curvatures}, reverse=True)


def wrong_bounds(curvatures):
    """Told: twice the rate."""
    return [2 / c for c in sorted(set(curvatures))[::-1]]


def wrong_curvatures(curvatures):
    """Told: curvatures returned."""
    return sorted(set(curvatures))


def wrong_as_they_came(curvatures):
    """Told: curvatures returned."""
    return curvatures


def wrong_best(curvatures):
    """Told: best constant rate."""
    return [2 / (min(curvatures) + max(curvatures))] * len(set(curvatures))


def wrong_best_once(curvatures):
    """Told: best constant rate."""
    return [2 / (min(curvatures) + max(curvatures))]


def wrong_best_number(curvatures):
    """Told: what came back."""
    return 2 / (min(curvatures) + max(curvatures))


def wrong_steepest(curvatures):
    """Told: steepest only."""
    return [1 / max(curvatures)]


def wrong_flattest(curvatures):
    """Told: flattest only."""
    return [1 / min(curvatures)]


def wrong_two_ends(curvatures):
    """Told: what came back."""
    return [1 / max(curvatures), 1 / min(curvatures)]


def wrong_cautious(curvatures):
    """Told: only rates below the bound."""
    rates = sorted({1 / c for c in curvatures})
    return [rate for rate in rates if rate < 2 * rates[0]]


def wrong_capped(curvatures):
    """Told: cut at the bound."""
    bound = 2 / max(curvatures)
    return [min(1 / c, bound) for c in sorted(set(curvatures), reverse=True)]


def wrong_halved(curvatures):
    """Told: half the rate."""
    return sorted({0.5 / c for c in curvatures})


def wrong_mean(curvatures):
    """Told: one step at the mean."""
    return [len(curvatures) / sum(curvatures)]


def wrong_sorts_theirs(curvatures):
    """Told: input sorted in place."""
    curvatures.sort(reverse=True)
    rates = []
    for c in curvatures:
        if 1 / c not in rates:
            rates.append(1 / c)
    return rates


def wrong_a_set(curvatures):
    """Told: what came back."""
    return {1 / c for c in curvatures}


def wrong_printed(curvatures):
    """Told: what came back."""
    print(sorted({1 / c for c in curvatures}))


def wrong_factors(curvatures):
    """Told: what came back."""
    return [1 - c for c in sorted(set(curvatures), reverse=True)]


def wrong_tensor(curvatures):
    """Told: what came back."""
    import torch

    return 1 / torch.tensor(curvatures).unique().flip(0)


def wrong_remembered(curvatures):
    """Told: what came back."""
    return [0.5, 1.5]
