"""Wrong ways to write the rates of a range test, as people write them."""

import math


def wrong_linear(low, high, n):
    """Told: evenly spaced rates."""
    return [low + (high - low) * i / (n - 1) for i in range(n)]


def wrong_linspace(low, high, n):
    """Told: evenly spaced rates."""
    import torch

    return torch.linspace(low, high, n, dtype=torch.float64).tolist()


def wrong_end_left_out(low, high, n):
    """Told: ends too early."""
    return [low * (high / low) ** (i / n) for i in range(n)]


def wrong_start_left_out(low, high, n):
    """Told: low left out."""
    return [low * (high / low) ** ((i + 1) / n) for i in range(n)]


def wrong_one_more(low, high, n):
    """Told: n gaps, n + 1 rates."""
    return [low * (high / low) ** (i / n) for i in range(n + 1)]


def wrong_beyond(low, high, n):
    """Told: one rate too many."""
    rates, factor = [low], (high / low) ** (1 / (n - 1))
    for _ in range(n):
        rates.append(rates[-1] * factor)
    return rates


def wrong_one_fewer(low, high, n):
    """Told: one rate too few."""
    factor = (high / low) ** (1 / (n - 1))
    return [low * factor**i for i in range(n - 1)]


def wrong_falling(low, high, n):
    """Told: downwards."""
    factor = (low / high) ** (1 / (n - 1))
    return [high * factor**i for i in range(n)]


def wrong_logs(low, high, n):
    """Told: logarithms returned."""
    a, b = math.log10(low), math.log10(high)
    return [a + (b - a) * i / (n - 1) for i in range(n)]


def wrong_natural_logs(low, high, n):
    """Told: logarithms returned."""
    a, b = math.log(low), math.log(high)
    return [a + (b - a) * i / (n - 1) for i in range(n)]


def wrong_bases_mixed(low, high, n):
    """Told: what came back."""
    a, b = math.log(low), math.log(high)
    return [10 ** (a + (b - a) * i / (n - 1)) for i in range(n)]


def wrong_high_as_factor(low, high, n):
    """Told: high as a factor."""
    return [low * high ** (i / (n - 1)) for i in range(n)]


def wrong_no_root(low, high, n):
    """Told: root forgotten."""
    return [low * (high / low) ** i for i in range(n)]


def wrong_divided(low, high, n):
    """Told: factor divided."""
    factor = high / low / (n - 1)
    return [low * factor**i for i in range(n)]


def wrong_precedence(low, high, n):
    """Told: what came back."""
    return [low * high / low ** (i / (n - 1)) for i in range(n)]


def wrong_decades(low, high, n):
    """Told: times ten."""
    return [low * 10**i for i in range(n)]


def wrong_doubled(low, high, n):
    """Told: doubled."""
    return [low * 2**i for i in range(n)]


def wrong_ends_only(low, high, n):
    """Told: what came back."""
    return [low, high]


def wrong_generator(low, high, n):
    """Told: what came back."""
    factor = (high / low) ** (1 / (n - 1))
    return (low * factor**i for i in range(n))


def wrong_printed(low, high, n):
    """Told: what came back."""
    print([low * (high / low) ** (i / (n - 1)) for i in range(n)])


def wrong_rounded(low, high, n):
    """Told: rounded / what came back."""
    return [round(low * (high / low) ** (i / (n - 1)), 3) for i in range(n)]


def wrong_a_tensor(low, high, n):
    """Told: what came back."""
    import torch

    return torch.logspace(math.log10(low), math.log10(high), n, dtype=torch.float64)
