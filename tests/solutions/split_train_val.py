"""Right ways to write `split_train_val`."""


def right_torch(n, n_val, seed):
    import torch

    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    return order[n_val:], order[:n_val]


def right_last_part(n, n_val, seed):
    import torch

    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed)).tolist()
    return order[: n - n_val], order[n - n_val :]


def right_numpy(n, n_val, seed):
    import numpy as np

    order = np.random.default_rng(seed).permutation(n)
    return order[n_val:], order[:n_val]


def right_shuffle(n, n_val, seed):
    import random

    order = list(range(n))
    random.Random(seed).shuffle(order)
    return order[n_val:], order[:n_val]


def right_sample(n, n_val, seed):
    import random

    val = set(random.Random(seed).sample(range(n), n_val))
    return [i for i in range(n) if i not in val], sorted(val)


def right_choice(n, n_val, seed):
    import numpy as np

    val = np.random.default_rng(seed).choice(n, n_val, replace=False)
    return np.setdiff1d(np.arange(n), val), val


def right_random_split(n, n_val, seed):
    import torch
    from torch.utils.data import random_split

    generator = torch.Generator().manual_seed(seed)
    train, val = random_split(range(n), [n - n_val, n_val], generator=generator)
    return train.indices, val.indices


def right_sort_by_chance(n, n_val, seed):
    import random

    rng = random.Random(seed)
    keys = [rng.random() for _ in range(n)]
    order = sorted(range(n), key=keys.__getitem__)
    return order[n_val:], order[:n_val]


def right_split(n, n_val, seed):
    import torch

    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    val, train = order.split([n_val, n - n_val])
    return train, val


def right_tensors_of_one_number(n, n_val, seed):
    import torch

    order = list(torch.randperm(n, generator=torch.Generator().manual_seed(seed)))
    return order[n_val:], order[:n_val]
