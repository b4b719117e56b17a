"""Right ways to write `suggest_lr`."""

from itertools import pairwise


def right_loop(rates, losses, rule):
    if rule == "steepest":
        best, at = float("-inf"), 0
        for i in range(1, len(rates) - 1):
            fall = losses[i - 1] - losses[i + 1]
            if fall > best:
                best, at = fall, i
        return rates[at]
    lowest = 0
    for i in range(len(losses)):
        if losses[i] < losses[lowest]:
            lowest = i
    if rule == "minimum":
        return rates[lowest]
    return rates[lowest] / 10


def right_pairs(rates, losses, rule):
    if rule == "steepest":
        falls = zip(losses, losses[2:], rates[1:], strict=False)
        return max(falls, key=lambda f: f[0] - f[1])[2]
    _, _, lr = min(
        (loss, i, lr) for i, (loss, lr) in enumerate(zip(losses, rates, strict=True))
    )
    return 0.1 * lr if rule == "tenth" else lr


def right_numpy(rates, losses, rule):
    import numpy as np

    rates, losses = np.array(rates), np.array(losses)
    if rule == "steepest":
        return float(rates[1 + np.argmin(losses[2:] - losses[:-2])])
    lowest = rates[losses.argmin()]
    return lowest / 10 if rule == "tenth" else lowest


def right_gradient(rates, losses, rule):
    import numpy as np

    if rule == "steepest":
        slopes = np.gradient(np.array(losses))[1:-1]
        return rates[1 + int(slopes.argmin())]
    lowest = rates[int(np.argmin(losses))]
    return {"minimum": lowest, "tenth": lowest / 10}[rule]


def right_torch(rates, losses, rule):
    import torch

    y = torch.tensor(losses, dtype=torch.float64)
    if rule == "steepest":
        return rates[1 + (y[:-2] - y[2:]).argmax().item()]
    lowest = rates[losses.index(y.min().item())]
    return lowest if rule == "minimum" else lowest / 10


def right_match(rates, losses, rule):
    match rule:
        case "steepest":
            falls = [losses[i - 1] - losses[i + 1] for i in range(1, len(losses) - 1)]
            return rates[1 + falls.index(max(falls))]
        case "tenth":
            return right_match(rates, losses, "minimum") / 10
        case _:
            return rates[losses.index(min(losses))]


def right_sorted(rates, losses, rule):
    order = sorted(range(len(losses)), key=lambda i: losses[i])
    if rule == "steepest":
        inner = list(range(1, len(losses) - 1))
        inner.sort(key=lambda i: losses[i + 1] - losses[i - 1])
        return rates[inner[0]]
    return rates[order[0]] / (10 if rule == "tenth" else 1)


def right_two_halves(rates, losses, rule):
    drops = [a - b for a, b in pairwise(losses)]
    both = [a + b for a, b in pairwise(drops)]
    found = {
        "steepest": rates[1 + both.index(max(both))],
        "minimum": rates[losses.index(min(losses))],
    }
    found["tenth"] = found["minimum"] / 10
    return found[rule]
