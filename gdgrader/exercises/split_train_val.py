"""Training and validation indices at random: `split_train_val(n, n_val, seed)`.

Tolerance: none; indices, and what is right is for the rule "split" to say.
"""

from gdgrader.exercises.base import Exercise, case

exercise = Exercise("split_train_val", "06_reduce_on_plateau", place=3)
exercise.help(
    passage="Whom may the rate listen to?",
    first_line="order = torch.randperm(n, generator=…)",
    why="A generator with the seed shuffles all indices once, and two parts of one "
    "shuffled list share none.",
)


def _fair(n: int, n_val: int, seed: int, twice=False) -> dict:
    wanted = f"{n - n_val} indices and {n_val} others, at random, all of 0…{n - 1}"
    if twice is True:
        wanted = "the same split twice"
    elif twice:
        wanted = "different splits" if len(twice) > 3 else "two different splits"
    return case(n, n_val, seed, twice=twice, rule="split", wanted=wanted)


# In small ones chance makes any order; from some 150 indices on the rule sees one, and
# also one that a few exchanges, or a shuffle of blocks, have left.
@exercise.asks(
    "a fair split",
    _fair(200, 60, 0),
    _fair(4, 1, 3),
    _fair(5, 0, 1),
    _fair(60, 40, 0),
    _fair(1, 0, 4),
    _fair(6, 6, 2),
    _fair(250, 210, 5),
)
def _(rng):
    return _fair(rng.randint(180, 250), rng.randint(60, 80), rng.randint(3, 10**6))


@exercise.asks(
    "the seed decides",
    _fair(60, 20, 7, twice=True),
    _fair(60, 20, 7, twice=[60, 20, 8]),
    _fair(60, 20, 0, twice=[60, 20, 1]),
    _fair(60, 20, 1, twice=[60, 20, 2]),
    _fair(60, 20, 300, twice=[60, 20, 301]),
    # Of 65 seeds one at least puts each index there, but for a chance of 2 · 10**-11.
    _fair(3, 1, 0, twice=[[3, 1, seed] for seed in range(1, 65)]),
)
def _(rng):
    n, n_val, seed = rng.randint(90, 130), rng.randint(30, 40), rng.randint(3, 10**6)
    return [
        _fair(n, n_val, seed, twice=True),
        _fair(n, n_val, seed, twice=[n, n_val, seed + 1]),
    ]


@exercise.right
def _(n, n_val, seed):
    import torch

    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(n, generator=generator)
    return order[n_val:], order[:n_val]


@exercise.mistake(
    "not shuffled",
    "the last images are cut off in order. If the data is sorted, whole classes are "
    "then missing from training. Draw them at random.",
)
def _(n, n_val, seed):
    return list(range(n - n_val)), list(range(n - n_val, n))


@exercise.mistake(
    "every k-th",
    "every k-th index is taken. That is the same for every seed, and unfair if the "
    "data has a rhythm. Draw them at random.",
)
def _(n, n_val, seed):
    val = list(range(0, n, n // n_val))[:n_val] if n_val else []
    return [i for i in range(n) if i not in val], val


exercise.mistake(
    "trained on all",
    "the training indices still hold the validation ones: the model would be judged "
    "by images that it knows.",
    {"order[n_val:], ": "order, "},
)
exercise.mistake(
    "the wrong way round",
    "the two parts are swapped: training first, and `n_val` is the size of the second.",
    {"order[n_val:], order[:n_val]": "order[:n_val], order[n_val:]"},
)
exercise.mistake(
    "one lost",
    "one index is in neither part: the slices leave a gap between them.",
    {"order[n_val:]": "order[n_val + 1 :]"},
)
exercise.mistake(
    "one in both",
    "one index is in both parts: the slices overlap by one.",
    {"order[n_val:]": "order[max(n_val - 1, 0) :]"},
)
exercise.mistake(
    "shuffled twice",
    "the two parts come from two different shuffles, so they share indices. Shuffle "
    "once and cut.",
    {
        "order[:n_val]": "again[:n_val]",
        "return": "again = torch.randperm(n, generator=generator)\n    return",
    },
)
exercise.mistake(
    "drawn with repetition",
    "`randint` may draw an index more than once. Shuffle all of them and cut.",
    {
        "order = torch.randperm(n, ": "val = torch.randint(n, (n_val,), ",
        "generator)\n    return": "generator).tolist()\n    return",
        "order[n_val:], order[:n_val]": "[i for i in range(n) if i not in val], val",
    },
)
exercise.mistake(
    "seed ignored",
    "the seed of the generator is always the same: use the argument `seed`.",
    {"manual_seed(seed)": "manual_seed(0)"},
)
exercise.mistake(
    "training shuffled only",
    "the validation part is the same for every seed. Shuffle all indices together, "
    "then cut.",
    {
        "randperm(n, ": "randperm(n - n_val, ",
        "order[n_val:], order[:n_val]": "order, torch.arange(n - n_val, n)",
    },
)
