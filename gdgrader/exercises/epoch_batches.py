"""One epoch's minibatches, by index: `epoch_batches(n, batch_size, seed)`.

Tolerance: none; indices, and what is right is for the rule "batches" to say.
"""

from gdgrader.exercises.base import Exercise, case

exercise = Exercise("epoch_batches", "04_minibatches_momentum", place=1)
exercise.help(
    passage="Your turn: the batches of an epoch",
    first_line="order = torch.randperm(n, generator=…)",
    why="All indices are shuffled once by a generator with the seed, and cut into "
    "pieces of batch_size; slices that reach beyond the end are cut by themselves.",
)


def _fair(n: int, batch_size: int, seed: int, twice=False) -> dict:
    parts = -(-n // batch_size)
    wanted = f"{parts} batches of {batch_size}, all of 0…{n - 1}, each once, shuffled"
    if n % batch_size:
        wanted = wanted.replace(",", f" (the last of {n % batch_size}),", 1)
    if twice is True:
        wanted = "the same batches twice"
    elif twice:
        wanted = "different batches" if len(twice) > 3 else "two different orders"
    return case(n, batch_size, seed, twice=twice, rule="batches", wanted=wanted)


# In small ones chance makes any order; from some 20 indices on the rule sees one.
@exercise.asks(
    "each index once",
    _fair(60, 8, 0),
    _fair(60, 12, 0),
    _fair(500, 210, 3),
    _fair(60, 30, 5),
    _fair(7, 3, 1),
    _fair(1, 1, 4),
    _fair(5, 5, 2),
    _fair(4, 9, 6),
    _fair(3, 1, 7),
    _fair(210, 1, 8),
    _fair(240, 7, 9),
)
def _(rng):
    batch_size = rng.randint(5, 9)
    n = batch_size * rng.randint(12, 20) + rng.randint(1, batch_size - 1)
    return _fair(n, batch_size, rng.randint(10, 10**6))


@exercise.asks(
    "the seed decides",
    _fair(60, 8, 7, twice=True),
    _fair(60, 8, 7, twice=[60, 8, 8]),
    _fair(60, 8, 0, twice=[60, 8, 1]),
    _fair(60, 8, 1, twice=[60, 8, 2]),
    _fair(60, 8, 300, twice=[60, 8, 301]),
    # Of 65 seeds one at least puts each index first, but for a chance of 1e-10.
    _fair(3, 1, 0, twice=[[3, 1, seed] for seed in range(1, 65)]),
)
def _(rng):
    n, batch_size = rng.randint(50, 80), rng.randint(5, 9)
    seed = rng.randint(10, 10**6)
    return [
        _fair(n, batch_size, seed, twice=True),
        _fair(n, batch_size, seed, twice=[n, batch_size, seed + 1]),
    ]


@exercise.right
def _(n, batch_size, seed):
    import torch

    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    return [order[i : i + batch_size] for i in range(0, n, batch_size)]


_SHUFFLE = "torch.randperm(n, generator=torch.Generator().manual_seed(seed))"
_ORDER = f"    order = {_SHUFFLE}\n"
_GENERATOR = "    generator = torch.Generator().manual_seed(seed)\n"
_CUT = "[order[i : i + batch_size] for i in range(0, n, batch_size)]"

exercise.mistake(
    "not shuffled",
    "the indices come in order. Data may be sorted, and then a batch is no fair "
    "sample: shuffle all of them first.",
    {_SHUFFLE: "torch.arange(n)"},
)
exercise.mistake(
    "short batch dropped",
    "the indices that fill no whole batch are missing. The last batch may be short; it "
    "must not be left out.",
    {"range(0, n, batch_size)": "range(0, n - n % batch_size, batch_size)"},
)
exercise.mistake(
    "drawn with repetition",
    "these are drawn, so some index comes twice and another not at all. In an epoch "
    "each comes once: shuffle them and cut.",
    {"torch.randperm(n, ": "torch.randint(n, (n,), "},
)
exercise.mistake(
    "shuffled anew for each batch",
    "each batch is cut out of a shuffle of its own, so some index comes twice. Shuffle "
    "once, then cut.",
    {
        _ORDER: _GENERATOR,
        "order[i : i + batch_size]": (
            "torch.randperm(n, generator=generator)[i : i + batch_size]"
        ),
    },
    {
        _ORDER: _GENERATOR,
        "order[i : i + batch_size]": (
            "torch.randperm(n, generator=generator)[: min(batch_size, n - i)]"
        ),
    },
)
exercise.mistake(
    "seed ignored",
    "the seed of the generator is always the same: use the argument `seed`.",
    {"manual_seed(seed)": "manual_seed(0)"},
)
exercise.mistake(
    "number of batches for their size",
    "here batch_size is taken for the number of batches. It is how many indices one "
    "holds.",
    {_CUT: "list(order.chunk(batch_size))"},
)
exercise.mistake(
    "one long list",
    "this is the shuffled order in one piece. Cut it into batches of batch_size.",
    {_CUT: "order"},
    {_CUT: "order.tolist()"},
    {_CUT: "[order]"},
)
exercise.mistake(
    "batches overlap",
    "each batch begins one index after the one before. Begin it where that one ends: "
    "`range(0, n, batch_size)`.",
    {"range(0, n, batch_size)": "range(n)"},
    {"range(0, n, batch_size)": "range(0, n - batch_size + 1)"},
)
exercise.mistake(
    "order kept in a batch",
    "only the batches are shuffled: in each of them the indices are neighbours. "
    "Shuffle the indices, then cut.",
    {
        f"    return {_CUT}": (
            "    starts = list(range(0, n, batch_size))\n"
            f"{_GENERATOR}"
            "    mixed = torch.randperm(len(starts), generator=generator).tolist()\n"
            "    order = torch.arange(n)\n"
            "    return [order[starts[i] : starts[i] + batch_size] for i in mixed]"
        )
    },
    untold=["each index once"],
)
exercise.mistake(
    "one index lost",
    "the first index of the shuffled order is in no batch: begin the cuts at 0.",
    {"range(0, n, batch_size)": "range(1, n, batch_size)"},
)
exercise.mistake(
    "one index too many",
    "each batch holds one index more than batch_size, which the next one begins with: "
    "a slice ends before its second number.",
    {"order[i : i + batch_size]": "order[i : i + batch_size + 1]"},
)
