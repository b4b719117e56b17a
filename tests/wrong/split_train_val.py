"""Wrong ways to split, as people do."""

import random

import numpy as np
import torch


def wrong_in_order(n, n_val, seed):
    """Told: not shuffled."""
    return list(range(n - n_val)), list(range(n - n_val, n))


def wrong_first_ones(n, n_val, seed):
    """Told: what came back."""
    return list(range(n_val, n)), list(range(n_val))


def wrong_no_seed(n, n_val, seed):
    """Told: what came back."""
    order = torch.randperm(n)
    return order[n_val:], order[:n_val]


def wrong_fixed_seed(n, n_val, seed):
    """Told: seed ignored."""
    order = torch.randperm(n, generator=torch.Generator().manual_seed(0))
    return order[n_val:], order[:n_val]


def wrong_another_fixed_seed(n, n_val, seed):
    """Told: what came back."""
    order = np.random.default_rng(42).permutation(n)
    return order[n_val:], order[:n_val]


def wrong_with_repetition(n, n_val, seed):
    """Told: what came back."""
    random.seed(seed)
    val = random.choices(range(n), k=n_val)
    return [i for i in range(n) if i not in val], val


def wrong_two_shuffles(n, n_val, seed):
    """Told: shuffled twice."""
    generator = torch.Generator().manual_seed(seed)
    train = torch.randperm(n, generator=generator)[n_val:]
    val = torch.randperm(n, generator=generator)[:n_val]
    return train, val


def wrong_all(n, n_val, seed):
    """Told: trained on all."""
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    return order, order[:n_val]


def wrong_way_round(n, n_val, seed):
    """Told: the wrong way round."""
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    return order[:n_val], order[n_val:]


def wrong_sizes(n, n_val, seed):
    """Told: what came back."""
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    return order[:-n_val], order[-n_val:]


def wrong_gap(n, n_val, seed):
    """Told: one lost."""
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    return order[n_val + 1 :], order[:n_val]


def wrong_masks(n, n_val, seed):
    """Told: what came back."""
    random.seed(seed)
    val = set(random.sample(range(n), n_val))
    mask = np.array([i in val for i in range(n)])
    return ~mask, mask


def wrong_floats(n, n_val, seed):
    """Told: what came back."""
    order = np.random.default_rng(seed).permutation(n) * 1.0
    return order[n_val:], order[:n_val]


def wrong_sets(n, n_val, seed):
    """Told: what came back."""
    random.seed(seed)
    val = set(random.sample(range(n), n_val))
    return set(range(n)) - val, val


def wrong_subsets(n, n_val, seed):
    """Told: what came back."""
    return torch.utils.data.random_split(range(n), [n - n_val, n_val])


def wrong_from_one(n, n_val, seed):
    """Told: what came back."""
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed)) + 1
    return order[n_val:], order[:n_val]
