"""Wrong ways to cut an epoch, as people do."""

import random

import numpy as np
import torch


def wrong_in_order(n, batch_size, seed):
    """Told: not shuffled."""
    return list(torch.arange(n).split(batch_size))


def wrong_backwards(n, batch_size, seed):
    """Told: what came back."""
    return list(torch.arange(n).flip(0).split(batch_size))


def wrong_no_seed(n, batch_size, seed):
    """Told: what came back."""
    return list(torch.randperm(n).split(batch_size))


def wrong_fixed_seed(n, batch_size, seed):
    """Told: seed ignored."""
    order = torch.randperm(n, generator=torch.Generator().manual_seed(0))
    return list(order.split(batch_size))


def wrong_another_fixed_seed(n, batch_size, seed):
    """Told: what came back."""
    return list(
        torch.from_numpy(np.random.default_rng(42).permutation(n)).split(batch_size)
    )


def wrong_drop_last(n, batch_size, seed):
    """Told: short batch dropped."""
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    return [
        order[k * batch_size : (k + 1) * batch_size] for k in range(n // batch_size)
    ]


def wrong_choices(n, batch_size, seed):
    """Told: what came back."""
    rng = random.Random(seed)
    return [rng.choices(range(n), k=batch_size) for _ in range(n // batch_size)]


def wrong_samples(n, batch_size, seed):
    """Told: what came back."""
    rng = np.random.default_rng(seed)
    return [rng.choice(n, batch_size) for _ in range(-(-n // batch_size))]


def wrong_randint(n, batch_size, seed):
    """Told: drawn with repetition."""
    i = torch.randint(n, (n,), generator=torch.Generator().manual_seed(seed))
    return list(i.split(batch_size))


def wrong_chunk(n, batch_size, seed):
    """Told: number of batches for their size."""
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    return order.chunk(batch_size)


def wrong_flat(n, batch_size, seed):
    """Told: one long list."""
    return torch.randperm(n, generator=torch.Generator().manual_seed(seed))


def wrong_first_only(n, batch_size, seed):
    """Told: what came back."""
    return torch.randperm(n, generator=torch.Generator().manual_seed(seed))[:batch_size]


def wrong_sliding(n, batch_size, seed):
    """Told: batches overlap."""
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    return [order[i : i + batch_size] for i in range(n)]


def wrong_batches_shuffled(n, batch_size, seed):
    """Told: what came back."""
    parts = list(torch.arange(n).split(batch_size))
    random.Random(seed).shuffle(parts)
    return parts


def wrong_shuffled_inside(n, batch_size, seed):
    """Told: what came back."""
    generator = torch.Generator().manual_seed(seed)
    parts = torch.arange(n).split(batch_size)
    return [p[torch.randperm(len(p), generator=generator)] for p in parts]


def wrong_one_too_many(n, batch_size, seed):
    """Told: one index too many."""
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    return [order[i : i + batch_size + 1] for i in range(0, n, batch_size)]


def wrong_from_one(n, batch_size, seed):
    """Told: what came back."""
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed)) + 1
    return list(order.split(batch_size))


def wrong_floats(n, batch_size, seed):
    """Told: what came back."""
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed)).double()
    return list(order.split(batch_size))


def wrong_no_return(n, batch_size, seed):
    """Told: what came back."""
    torch.randperm(n, generator=torch.Generator().manual_seed(seed)).split(batch_size)
