"""What honest students hand in, and the points that it has earned."""

from course import DESCEND, RIGHT, RIGHT_DESCEND, RIGHT_STEP, STEP

CLOSED = DESCEND + "    return theta * (1 - 2 * learning_rate) ** num_steps"
UPHILL = STEP + "    return theta + learning_rate * 2 * theta"
AUTOGRAD = (
    "import torch\n"
    + STEP
    + "    x = torch.tensor(theta, dtype=torch.float64, requires_grad=True)\n"
    "    (x**2).backward()\n"
    "    return (x - learning_rate * x.grad).item()"
)
# What a student hands in, and the points it has earned.
WORK = {
    "right": (RIGHT, 7.0),
    "by autograd and in closed form": ({"step": AUTOGRAD, "descend": CLOSED}, 7.0),
    "blank": ({}, 0.0),
    "uphill": ({"step": UPHILL, "descend": RIGHT_DESCEND}, 0.0),
    "only a step": ({"step": RIGHT_STEP}, 3.0),
    "only many steps": ({"step": "def (", "descend": CLOSED}, 4.0),
    "a step too few": (
        {**RIGHT, "descend": RIGHT_DESCEND.replace("(num_steps)", "(num_steps - 1)")},
        3.0,
    ),
    "right above zero only": (
        {"step": STEP + "    return abs(theta) * (1 - 2 * learning_rate)"},
        1.0,
    ),
}
