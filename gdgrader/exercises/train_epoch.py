"""An epoch of any training: `train_epoch(model, batches, loss_fn, optimizer, …)`.

Tolerance: the models are float64, and a few steps lose little of 1e-15; who records
float32 is good to 1e-7. Mistakes change a loss or a rate by 1 % at least somewhere, so
1e-5.
"""

from gdgrader.exercises.base import Exercise, case, scheduler, tensor
from gdgrader.exercises.draws import numbers

exercise = Exercise(
    "train_epoch", "04_minibatches_momentum", rel=1e-5, abs=1e-9, place=5
)
exercise.help(
    passage="Seven steps",
    first_line="losses, rates = …\nfor …, … in batches:",
    why="The rate is noted before the scheduler moves on, and the scheduler steps in "
    "the loop for each batch or once below it for the epoch.",
)

STEPPED = scheduler("StepLR", step_size=1, gamma=0.5)
_RISING = scheduler("LinearLR", start_factor=0.25, total_iters=4)


def _model(rng, inputs: int, outputs: int) -> dict:
    weight = [numbers(rng, inputs, -1, 1) for _ in range(outputs)]
    return {"$model": {"weight": weight, "bias": numbers(rng, outputs, -1, 1)}}


def _batches(rng, sizes: list[int], inputs: int, outputs: int) -> list:
    return [
        [
            tensor([numbers(rng, inputs) for _ in range(size)]),
            tensor([numbers(rng, outputs, 1, 4) for _ in range(size)]),
        ]
        for size in sizes
    ]


def _sgd(lr: float, momentum: float = 0.0, nesterov: bool = False) -> dict:
    kwargs = {"lr": lr}
    if momentum:
        kwargs |= {"momentum": momentum, "nesterov": nesterov}
    return {"$optimizer": "SGD", "kwargs": kwargs}


MSE = {"$loss": "mse_loss"}
# Whose arguments cannot be exchanged.
POISSON = {"$loss": "poisson_nll_loss"}
_LINE = {"$model": {"weight": [[-1.0]], "bias": [1.0]}}
_POINTS = [
    [tensor([[0.5], [-1.0]]), tensor([[3.5], [-1.0]])],
    [tensor([[1.0], [0.25]]), tensor([[5.5], [2.0]])],
    [tensor([[-0.5]]), tensor([[1.0]])],
]
# A loss below 1e-3, then one above 1000.
_EXTREME = [[tensor([[0.5]]), tensor([[0.51]])], [tensor([[1.0]]), tensor([[40.0]])]]
_NONE: list = []
_ANY = (_LINE, _POINTS, MSE, _sgd(0.1))


def _driven(made: dict) -> dict:
    return {"$driven": made}


def _drawn(rng, per: str, twice: bool = True) -> dict:
    inputs, outputs = rng.randint(1, 2), rng.randint(1, 2)
    sizes = [rng.randint(2, 3) for _ in range(rng.randint(2, 3))] + [1]
    made = rng.choice(
        [
            scheduler("ExponentialLR", gamma=round(rng.uniform(0.5, 0.8), 2)),
            scheduler("StepLR", step_size=1, gamma=round(rng.uniform(0.4, 0.7), 2)),
            scheduler("LinearLR", start_factor=0.25, total_iters=12),
        ]
    )
    return case(
        _model(rng, inputs, outputs),
        _batches(rng, sizes, inputs, outputs),
        rng.choice([MSE, POISSON]),
        _sgd(round(rng.uniform(0.02, 0.06), 3), 0.5, rng.choice([True, False])),
        _driven(made),
        per,
        twice=twice,
    )


@exercise.asks(
    "without a scheduler",
    case(_LINE, _POINTS, MSE, _sgd(0.1), twice=True),
    case(_LINE, _POINTS, POISSON, _sgd(0.05), twice=True),
    case(_LINE, _POINTS, MSE, _sgd(0.1, 0.9, True), None, "epoch", twice=True),
    case(_LINE, _POINTS[:1], MSE, _sgd(0.1), twice=True),
    case(_LINE, _NONE, MSE, _sgd(0.1)),
    case(_LINE, _EXTREME, MSE, _sgd(0.0005), twice=True),
    case(_LINE, _POINTS[:1], MSE, _sgd(250.0)),
    case(_LINE, _POINTS[2:] * 201, MSE, _sgd(0.0)),  # short to write, at rate 0
)
def _(rng):
    inputs = rng.randint(1, 2)
    return case(
        _model(rng, inputs, 1),
        _batches(rng, [2, 3, 1], inputs, 1),
        rng.choice([MSE, POISSON]),
        _sgd(round(rng.uniform(0.02, 0.06), 3), rng.choice([0.0, 0.5])),
        twice=True,
    )


@exercise.asks(
    "stepped per batch",
    case(_LINE, _POINTS, MSE, _sgd(0.1), _driven(STEPPED), twice=True),
    case(_LINE, _POINTS, MSE, _sgd(0.1), scheduler=_driven(STEPPED), per="batch"),
    case(_LINE, _POINTS, MSE, _sgd(0.1), _driven(_RISING), "batch", twice=True),
    case(_LINE, _POINTS, POISSON, _sgd(0.05), _driven(STEPPED), "batch", twice=True),
    case(*_ANY, _driven(STEPPED), "epoch", twice=True, aside=True),
)
def _(rng):
    return _drawn(rng, "batch")


@exercise.asks(
    "stepped per epoch",
    case(_LINE, _POINTS, MSE, _sgd(0.1), _driven(STEPPED), "epoch", twice=True),
    case(_LINE, _NONE, MSE, _sgd(0.1), _driven(STEPPED), "epoch"),
    case(_LINE, _POINTS, POISSON, _sgd(0.05), _driven(STEPPED), "epoch", twice=True),
    case(*_ANY, _driven(STEPPED), "batch", twice=True, aside=True),
)
def _(rng):
    return _drawn(rng, "epoch")


@exercise.right
def _(model, batches, loss_fn, optimizer, scheduler=None, per="batch"):
    losses, rates = [], []
    for inputs, targets in batches:
        optimizer.zero_grad()
        loss = loss_fn(model(inputs), targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        rates.append(optimizer.param_groups[0]["lr"])
        if scheduler and per == "batch":
            scheduler.step()
    if scheduler and per == "epoch":
        scheduler.step()
    return losses, rates


_IN = '        if scheduler and per == "batch":\n            scheduler.step()\n'
_AFTER = '    if scheduler and per == "epoch":\n        scheduler.step()\n'
_NOTED = '        rates.append(optimizer.param_groups[0]["lr"])\n'

exercise.mistake(
    "gradients pile up",
    "each step uses the sum of all gradients so far: `optimizer.zero_grad()` is "
    "missing from the loop.",
    {"        optimizer.zero_grad()\n": ""},
    {
        "        optimizer.zero_grad()\n": "",
        "    for inputs": "    optimizer.zero_grad()\n    for inputs",
    },
)
exercise.mistake(
    "never a step",
    "the model does not learn: `loss.backward()`, then `optimizer.step()`, with no "
    "`zero_grad()` between them.",
    {"        optimizer.step()\n": ""},
    {
        "        optimizer.zero_grad()\n": "",
        "        optimizer.step()\n": (
            "        optimizer.zero_grad()\n        optimizer.step()\n"
        ),
    },
)
exercise.mistake(
    "step before the gradient",
    "`optimizer.step()` comes before `backward()`, and uses the gradient of the batch "
    "before. First the gradient, then the step.",
    {
        "        optimizer.zero_grad()\n": "",
        "        optimizer.step()\n": "",
        "        loss = loss_fn": "        optimizer.step()\n"
        "        optimizer.zero_grad()\n        loss = loss_fn",
    },
)
exercise.mistake(
    "recorded after the step",
    "the training is right, but the rate is noted after `scheduler.step()`: that is "
    "the next batch's. Note it before.",
    {_IN: "", _NOTED: _IN + _NOTED},
    untold=["without a scheduler", "stepped per epoch"],
)
exercise.mistake(
    "scheduler before optimizer",
    "the scheduler steps before the optimizer, so that its first rate is never used. "
    "Step it last.",
    {
        _IN: "",
        "        optimizer.zero_grad()\n": _IN + "        optimizer.zero_grad()\n",
    },
    {
        _AFTER: "",
        "    for inputs": _AFTER + "    for inputs",
        _IN: "",
        "        optimizer.zero_grad()\n": _IN + "        optimizer.zero_grad()\n",
    },
    untold=["without a scheduler"],
)
exercise.mistake(
    "always per batch",
    "`per` plays no part: the scheduler steps after every batch, also where it should "
    "once an epoch.",
    {' and per == "batch"': "", _AFTER: ""},
    untold=["without a scheduler", "stepped per batch"],
)
exercise.mistake(
    "always per epoch",
    "`per` plays no part: the scheduler steps once, after the last batch, also where "
    "it should after each.",
    {' and per == "epoch"': "", _IN: ""},
    untold=["without a scheduler", "stepped per epoch"],
)
exercise.mistake(
    "per batch and once more",
    "per batch the scheduler steps once more below the loop: that one is for "
    'per="epoch" alone.',
    {' and per == "epoch"': ""},
    untold=["without a scheduler", "stepped per epoch"],
)
exercise.mistake(
    "per epoch in every batch, too",
    'with per="epoch" the scheduler steps in the loop as well: there only per="batch" '
    "does.",
    {' and per == "batch"': ""},
    untold=["without a scheduler", "stepped per batch"],
)
exercise.mistake(
    "scheduler never stepped",
    "the scheduler is there and nobody calls its `step()`: the rate never changes.",
    {_IN: "", _AFTER: ""},
    {_AFTER: ""},
    {_IN: ""},
    untold=["without a scheduler"],
)
exercise.mistake(
    "per batch for per epoch",
    "the two are exchanged: per batch means inside the loop, per epoch below it.",
    {
        'per == "batch"': 'per == "epoch" ',
        'per == "epoch":\n        s': ('per == "batch":\n        s'),
    },
    untold=["without a scheduler"],
)
exercise.mistake(
    "no scheduler not foreseen",
    "without a scheduler there is None in its place, which has no `step`: ask "
    "`if scheduler` first.",
    {'if scheduler and per == "batch"': 'if per == "batch"'},
    {
        'if scheduler and per == "batch"': 'if per == "batch"',
        'if scheduler and per == "epoch"': 'if per == "epoch"',
    },
    untold=["stepped per batch", "stepped per epoch"],
)
exercise.mistake(
    "loss after the step",
    "the losses are those after the step. What was computed before it is in `loss`: "
    "record that, once.",
    {"loss.item()": "loss_fn(model(inputs), targets).item()"},
)
exercise.mistake(
    "results swapped",
    "the losses come first: `return losses, rates`.",
    {"return losses, rates": "return rates, losses"},
)
exercise.mistake(
    "only the first batch",
    "only one batch is trained on: the `return` stands inside the loop.",
    {"    return losses, rates": "        return losses, rates"},
    {_IN: f"{_IN}        break\n"},
)
exercise.mistake(
    "tensors kept",
    "each entry is a tensor, with all it was computed from. `.item()` gives the "
    "number.",
    {"loss.item()": "loss"},
)
exercise.mistake(
    "loss of the epoch",
    "this is one mean over the epoch. Record the loss of each batch.",
    {"return losses, rates": "return sum(losses) / max(len(losses), 1), rates"},
    {
        "return losses, rates": (
            "return [sum(losses) / len(losses)] if losses else [], rates"
        )
    },
)
exercise.mistake(
    "arguments of the loss exchanged",
    "the loss is asked with targets first. Many losses do not mind; this one does: "
    "what the model says comes first.",
    {"loss_fn(model(inputs), targets)": "loss_fn(targets, model(inputs))"},
)
