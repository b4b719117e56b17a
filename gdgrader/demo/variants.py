"""What the demo's students write: right answers in their own ways, and known mistakes.

Bodies go where the student edition has its `raise NotImplementedError()`; mistakes are
those of the catalogue, by name, with how many students make each. One pair hands in
the same unusual answers under other names.
"""

STEP = "single_step_gradient_descent"
LESSONS = ("01_single_step", "02_constant_learning_rate")

RIGHT = {
    STEP: (
        "gradient = 2 * theta\nreturn theta - learning_rate * gradient",
        "return theta - learning_rate * 2 * theta",
        "return theta * (1 - 2 * learning_rate)",
        "slope = 2 * theta\nstep = learning_rate * slope\nreturn theta - step",
        "theta -= 2 * learning_rate * theta\nreturn theta",
        "def slope(t):\n    return 2 * t\n\n"
        "return theta - learning_rate * slope(theta)",
    ),
    "gradient_descent": (
        "theta = initial_theta\nfor _ in range(number_steps):\n"
        f"    theta = {STEP}(theta, learning_rate)\nreturn theta",
        "theta = initial_theta\nfor i in range(number_steps):\n"
        "    theta = theta - learning_rate * 2 * theta\nreturn theta",
        "theta, done = initial_theta, 0\nwhile done < number_steps:\n"
        "    theta -= learning_rate * 2 * theta\n    done += 1\nreturn theta",
        "return initial_theta * (1 - 2 * learning_rate) ** number_steps",
        f"thetas = [initial_theta]\nfor _ in range(number_steps):\n"
        f"    thetas.append({STEP}(thetas[-1], learning_rate))\nreturn thetas[-1]",
        "if number_steps == 0:\n    return initial_theta\n"
        "theta = initial_theta - 2 * learning_rate * initial_theta\n"
        "return gradient_descent(theta, learning_rate, number_steps - 1)",
    ),
    "contraction_factor": (
        "return 1 - learning_rate * curvature",
        "factor = 1 - curvature * learning_rate\nreturn factor",
        "removed = learning_rate * curvature\nreturn 1 - removed",
        "return 1.0 - (curvature * learning_rate)",
        "theta = 1.0\nreturn theta - learning_rate * curvature * theta",
    ),
    "max_stable_lr": (
        "return 2 / curvature",
        "best = 1 / curvature\nreturn 2 * best",
        "# 1 - lr * curvature = -1\nlr = 2 / curvature\nreturn lr",
        "return 2.0 * curvature**-1",
    ),
    "steps_to_tolerance": (
        "factor = abs(1 - learning_rate * curvature)\n"
        "if factor >= 1:\n    return 0 if tolerance >= 1 else None\n"
        "n, error = 0, 1.0\nwhile error > tolerance:\n"
        "    error *= factor\n    n += 1\nreturn n",
        "factor = abs(1 - learning_rate * curvature)\n"
        "if tolerance >= 1:\n    return 0\nif factor >= 1:\n    return None\n"
        "steps = 0\nwhile factor**steps > tolerance:\n    steps += 1\nreturn steps",
        "if tolerance >= 1:\n    return 0\n"
        "factor = abs(1 - learning_rate * curvature)\n"
        "if factor == 0:\n    return 1\nif factor >= 1:\n    return None\n"
        "return math.ceil(math.log(tolerance) / math.log(factor))",
        "error, count = 1.0, 0\nwhile abs(error) > tolerance:\n"
        "    before = abs(error)\n    error -= learning_rate * curvature * error\n"
        "    if abs(error) >= before:\n        return None\n"
        "    count += 1\nreturn count",
    ),
    "optimize": (
        "x = torch.tensor(500.0, requires_grad=True)\n"
        "optimizer = torch.optim.SGD([x], lr=initial_lr)\n"
        "x_history, lr_history = [], []\nfor _ in range(num_iterations):\n"
        "    optimizer.zero_grad()\n    loss = x**2\n    loss.backward()\n"
        "    optimizer.step()\n    x_history.append(x.item())\n"
        "    lr_history.append(initial_lr)\nreturn x_history, lr_history",
        "x = torch.nn.Parameter(torch.tensor(500.0))\n"
        "sgd = torch.optim.SGD([x], lr=initial_lr)\nxs, rates = [], []\n"
        "for i in range(num_iterations):\n"
        '    rates.append(sgd.param_groups[0]["lr"])\n    sgd.zero_grad()\n'
        "    x.square().backward()\n    sgd.step()\n    xs.append(float(x))\n"
        "return xs, rates",
        "x = torch.tensor(500.0, requires_grad=True)\n"
        "opt = torch.optim.SGD([x], initial_lr)\nxs = []\n"
        "while len(xs) < num_iterations:\n    opt.zero_grad()\n"
        "    (x * x).backward()\n    opt.step()\n    xs.append(x.item())\n"
        "return xs, [initial_lr] * num_iterations",
    ),
}

# Unusual answers that one student wrote and another took over under other names.
COPIED = {
    STEP: "h = 1e-6\nleft, right = (theta - h) ** 2, (theta + h) ** 2\n"
    "slope = (right - left) / (2 * h)\nmoved = theta - learning_rate * slope\n"
    "return moved",
    "gradient_descent": "def walk(where, left):\n    while left:\n"
    f"        where, left = {STEP}(where, learning_rate), left - 1\n"
    "    return where\n\nreturn walk(initial_theta, number_steps)",
    "contraction_factor": "before = 1.0\nslope = curvature * before\n"
    "after = before - learning_rate * slope\nreturn after / before",
    "max_stable_lr": "least = -1\nbound = (1 - least) / curvature\nreturn float(bound)",
    "steps_to_tolerance": "factor = abs(1 - learning_rate * curvature)\n"
    "for n in range(20_000):\n    left = factor**n\n    if left <= tolerance:\n"
    "        return n\n    if factor >= 1:\n        break\nreturn None",
    "optimize": "x = torch.full((), 500.0, requires_grad=True)\n"
    "optimizer = torch.optim.SGD(params=[x], lr=initial_lr)\nrecord = []\n"
    "for _ in range(num_iterations):\n    x.grad = None\n"
    "    torch.pow(x, 2).backward()\n    optimizer.step()\n"
    "    record.append((x.item(), initial_lr))\n"
    "return [r[0] for r in record], [r[1] for r in record]",
}
RENAMED = {
    **{"left": "rest", "slope": "incline", "moved": "result", "walk": "go"},
    **{"before": "e0", "after": "e1", "least": "edge", "bound": "answer"},
    **{"factor": "q", "record": "log", "optimizer": "opt", "where": "position"},
}

# How many students make which known mistake: exercise, mistake, how many.
PLANTED = {
    "01_single_step": (
        (STEP, "factor 2 forgotten", 3),
        (STEP, "sign flipped", 2),
        (STEP, "loss instead of gradient", 1),
        ("gradient_descent", "one step too many", 5),
        ("gradient_descent", "stale gradient", 3),
        ("gradient_descent", "only one step taken", 2),
        ("gradient_descent", "constant step", 1),
        ("contraction_factor", "absolute value", 6),
        ("contraction_factor", "curvature ignored", 3),
        ("contraction_factor", "sign flipped", 1),
    ),
    "02_constant_learning_rate": (
        ("max_stable_lr", "best rate instead of bound", 5),
        ("max_stable_lr", "fraction upside down", 2),
        ("steps_to_tolerance", "one step too few", 4),
        ("steps_to_tolerance", "no answer for jumping rates", 3),
        ("steps_to_tolerance", "number instead of None", 2),
        ("optimize_constant", "x recorded before the step", 7),
        ("optimize_constant", "start recorded too", 3),
        ("optimize_constant", "gradients not cleared", 2),
        ("optimize_constant", "only the end returned", 1),
    ),
}
# Wrong in a way that the catalogue does not know: exercise, body, how many.
UNKNOWN = {
    "01_single_step": (
        (
            "gradient_descent",
            "for _ in range(number_steps):\n"
            "    initial_theta -= learning_rate * 2 * initial_theta\n"
            "print(initial_theta)",
            2,
        ),
    ),
    "02_constant_learning_rate": (
        (
            "steps_to_tolerance",
            "shrink = learning_rate * curvature\nreturn round(shrink / tolerance)",
            2,
        ),
    ),
}

WRITTEN = (
    "A small rate creeps, a large one jumps out. You can pick only one rate, so "
    "either the start is slow or the end is restless.",
    "Above 2/λ it diverges. Below it, it converges, but with noise it never settles: "
    "it hops around the minimum at a distance that grows with η.",
    "The rate that is good at the beginning is too large near the minimum, so it "
    "should get smaller with time.",
    "With |θ| the slope stays 1 right up to the minimum, so a constant step "
    "overshoots for ever. It has to shrink.",
    "It is slow.",
    "Because the curvature is different everywhere, one number cannot fit all of them: "
    "the steep direction limits η and the flat direction then takes ages.",
)

STUDENTS = (
    *("abena", "ayla", "bjorn", "camila", "chidi", "dilnoza", "elif", "emeka"),
    *("farah", "giulia", "hana", "ines", "jakub", "kofi", "lan", "leila"),
    *("mateo", "mei", "milos", "nadia", "noor", "oskar", "priya", "quang"),
    *("rafael", "saoirse", "tomasz", "uma", "wanjiru", "yusuf"),
)
