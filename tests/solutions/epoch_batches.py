"""Right ways to write `epoch_batches`."""


def right_torch(n, batch_size, seed):
    import torch

    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    return [order[i : i + batch_size] for i in range(0, n, batch_size)]


def right_split(n, batch_size, seed):
    import torch

    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    return order.split(batch_size)


def right_global_seed(n, batch_size, seed):
    import torch

    torch.manual_seed(seed)
    return list(torch.randperm(n).split(batch_size))


def right_numpy(n, batch_size, seed):
    import numpy as np
    import torch

    order = torch.from_numpy(np.random.default_rng(seed).permutation(n))
    return [order[i : i + batch_size] for i in range(0, n, batch_size)]


def right_lists(n, batch_size, seed):
    import random

    order = list(range(n))
    random.Random(seed).shuffle(order)
    return [order[i : i + batch_size] for i in range(0, n, batch_size)]


def right_while(n, batch_size, seed):
    import torch

    left = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    batches = []
    while len(left):
        batches.append(left[:batch_size])
        left = left[batch_size:]
    return batches


def right_counted(n, batch_size, seed):
    import math

    import torch

    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    number = math.ceil(n / batch_size)
    return [order[k * batch_size : (k + 1) * batch_size] for k in range(number)]


def right_data_loader(n, batch_size, seed):
    import torch
    from torch.utils.data import DataLoader

    generator = torch.Generator().manual_seed(seed)
    return list(DataLoader(range(n), batch_size, shuffle=True, generator=generator))


def right_one_by_one(n, batch_size, seed):
    import torch

    batches = []
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    for k, i in enumerate(order):
        if k % batch_size == 0:
            batches.append([])
        batches[-1].append(i.item())
    return [torch.tensor(batch) for batch in batches]


def right_sorted_inside(n, batch_size, seed):
    import torch

    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    return [batch.sort().values for batch in order.split(batch_size)]


def right_sampled_from_what_is_left(n, batch_size, seed):
    import random

    rng, left, batches = random.Random(seed), list(range(n)), []
    while left:
        batch = rng.sample(left, min(batch_size, len(left)))
        left = [i for i in left if i not in batch]
        batches.append(batch)
    return batches
