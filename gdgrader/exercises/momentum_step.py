"""One step with momentum: `momentum_step(theta, velocity, grad, lr, momentum, …)`.

Tolerance: a few operations; float32 is good to 1e-6 of the largest number in them, and
no draw lets them cancel below a hundredth of it. So 1e-4 of the size; mistakes differ
by 5 % or more.
"""

from gdgrader.exercises.base import Exercise, case, tensor

exercise = Exercise(
    "momentum_step", "04_minibatches_momentum", rel=1e-4, abs=1e-7, place=3
)
exercise.help(
    passage="Your turn: a step with momentum",
    first_line="velocity = momentum * velocity + …\nstep = … if nesterov else velocity",
    why="The new velocity is made first and used in the same step; the rate stands "
    "outside it, and Nesterov adds β times the new velocity to the gradient.",
)


def _draw(rng):
    """θ, v and g, two of them or three, far from 0 and of unlike size; η and β."""
    size = rng.randint(2, 3)

    def some(low, high):
        return [
            round(rng.choice([-1, 1]) * rng.uniform(low, high), 3) for _ in range(size)
        ]

    given = [tensor(some(5, 9)), tensor(some(1, 4)), tensor(some(1, 4))]
    return *given, round(rng.uniform(0.05, 0.3), 3), round(rng.uniform(0.3, 0.9), 3)


_THREE = (tensor([3.0, -1.0]), tensor([0.5, 2.0]), tensor([-4.0, 1.5]))

# One argument at a time is another one.
_ONE_OF_EACH = (
    case(3.0, 0.0, 2.0, 0.25, 0.5),
    case(1.0, 4.0, 2.0, 0.25, 0.5),
    case(1.0, 0.0, 5.0, 0.25, 0.5),
    case(1.0, 0.0, 2.0, 0.75, 0.5),
)


@exercise.asks(
    "heavy ball",
    case(1.0, 0.0, 2.0, 0.25, 0.5),
    *_ONE_OF_EACH,
    case(0.5, 2.0, 1.0, 0.2, 0.9),
    case(*_THREE, 0.1, 0.9),
    case(*_THREE, 0.1, 0.0),
    case(*_THREE, 0.0, 0.5),
    case(500.0, -300.0, 250.0, 150.0, 0.95),
    case(tensor([[1.0, -2.0], [0.5, 3.0]]), tensor([[0.0, 1.0], [2.0, -1.0]]),
         tensor([[4.0, 2.0], [-1.0, 0.5]]), 0.5, 0.8),
    case(*_THREE, lr=0.1, momentum=0.7, nesterov=False, twice=True),
    case(*_THREE, 0.1, 0.9, True, aside=True),
)  # fmt: skip
def _(rng):
    return case(*_draw(rng))


@exercise.asks(
    "Nesterov",
    case(1.0, 0.0, 2.0, 0.25, 0.5, True),
    *({**each, "kwargs": {"nesterov": True}} for each in _ONE_OF_EACH),
    case(0.5, 2.0, 1.0, 0.2, 0.9, True),
    case(*_THREE, 0.1, 0.9, True),
    case(*_THREE, 0.1, 0.0, True),
    case(500.0, -300.0, 250.0, 150.0, 0.95, True),
    case(*_THREE, lr=0.1, momentum=0.7, nesterov=True, twice=True),
    case(*_THREE, 0.1, 0.9, aside=True),
)
def _(rng):
    return case(*_draw(rng), nesterov=True)


@exercise.right
def _(theta, velocity, grad, lr, momentum, nesterov=False):
    velocity = momentum * velocity + grad
    step = grad + momentum * velocity if nesterov else velocity
    return theta - lr * step, velocity


exercise.mistake(
    "Nesterov as heavy ball",
    "right without Nesterov, and given with it, too: with `nesterov` the step is "
    "g + βv with the *new* v. (With the old one that is the heavy ball's again.)",
    {"grad + momentum * velocity if nesterov else velocity": "velocity"},
    untold=["heavy ball"],
)
exercise.mistake(
    "Nesterov always",
    "this is Nesterov's step. Without `nesterov` θ goes along v alone.",
    {" if nesterov else velocity": ""},
    untold=["Nesterov"],
)
exercise.mistake(
    "old velocity used",
    "θ moves by the velocity that came in. Make the new one first, it holds the "
    "gradient of this very step.",
    {
        "    velocity = momentum * velocity + grad\n": (
            "    old, velocity = velocity, momentum * velocity + grad\n"
        ),
        "momentum * velocity if nesterov else velocity": (
            "momentum * old if nesterov else old"
        ),
    },
)
exercise.mistake(
    "momentum dropped",
    "the old velocity plays no part: v ← βv + g.",
    {"momentum * velocity + grad": "grad"},
)
exercise.mistake(
    "velocity not damped",
    "the old velocity lives on whole, without β: it would never fade.",
    {"momentum * velocity + grad\n": "velocity + grad\n"},
)
exercise.mistake(
    "a mean of the two",
    "(1 − β)g makes v a mean. torch adds the whole gradient: v ← βv + g.",
    {"momentum * velocity + grad\n": "momentum * velocity + (1 - momentum) * grad\n"},
)
exercise.mistake(
    "rate inside the velocity",
    "the rate stands inside v, as the tutorial writes it. torch keeps it outside: "
    "v ← βv + g, then θ ← θ − ηv.",
    {
        "momentum * velocity + grad\n": "momentum * velocity + lr * grad\n",
        "grad + momentum * velocity if": "lr * grad + momentum * velocity if",
        "theta - lr * step": "theta - step",
    },
)
exercise.mistake(
    "rate twice",
    "the rate is taken in v and once more in the step.",
    {"momentum * velocity + grad\n": "momentum * velocity + lr * grad\n"},
    {
        "momentum * velocity + grad\n": "momentum * velocity + lr * grad\n",
        "grad + momentum * velocity if": "lr * grad + momentum * velocity if",
    },
)
exercise.mistake(
    "rate forgotten",
    "θ moves by the whole step: multiply it by the rate.",
    {"lr * step": "step"},
)
exercise.mistake(
    "uphill",
    "θ goes uphill: subtract the step.",
    {"theta - lr": "theta + lr"},
)
exercise.mistake(
    "gradient subtracted in the velocity",
    "v gathers gradients, v ← βv + g; the minus belongs to θ ← θ − ηv.",
    {"momentum * velocity + grad\n": "momentum * velocity - grad\n"},
    {
        "momentum * velocity + grad\n": "momentum * velocity - grad\n",
        "theta - lr": "theta + lr",
    },
)
exercise.mistake(
    "results swapped",
    "θ comes first: `return theta, velocity`.",
    {"return theta - lr * step, velocity": "return velocity, theta - lr * step"},
)
exercise.mistake(
    "velocity as it came",
    "θ is right, but the velocity that comes back is the old one: the next step would "
    "know nothing of this one.",
    {
        "    velocity = momentum * velocity + grad\n": (
            "    old, velocity = velocity, momentum * velocity + grad\n"
        ),
        "step, velocity": "step, old",
    },
)
exercise.mistake(
    "step returned for velocity",
    "θ is right, but with Nesterov g + βv comes back in place of v.",
    {"step, velocity": "step, step"},
    untold=["heavy ball"],
)
exercise.mistake(
    "θ changed in place",
    "right, but `-=` changes the tensor `theta` that was given. Write `theta - …`.",
    {
        "    return theta - lr * step, velocity": (
            "    theta -= lr * step\n    return theta, velocity"
        )
    },
)
exercise.mistake(
    "velocity changed in place",
    "right, but the velocity that was given is changed, which belongs to whoever "
    "calls. Make a new one, with `=`, and no `*=` or `+=`.",
    {
        "    velocity = momentum * velocity + grad": (
            "    velocity *= momentum\n    velocity += grad"
        )
    },
)
exercise.mistake(
    "the two exchanged",
    "heavy ball and Nesterov are exchanged: ask `if nesterov` once more.",
    {"if nesterov": "if not nesterov"},
)
