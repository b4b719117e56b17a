"""Right ways to write `simulate_plateau`."""

import math


def right_two_branches(
    metrics, initial_lr, mode="min", factor=0.1, patience=10, threshold=1e-4,
    cooldown=0, min_lr=0.0,
):  # fmt: skip
    best = math.inf if mode == "min" else -math.inf
    lr, bad, rest, rates = initial_lr, 0, 0, []
    for metric in metrics:
        if (mode == "min" and metric < best * (1 - threshold)) or (
            mode == "max" and metric > best * (1 + threshold)
        ):
            best = metric
            bad = 0
        else:
            bad = bad + 1
        if rest:
            rest -= 1
            bad = 0
        if bad > patience:
            lr = min(lr, max(lr * factor, min_lr))
            bad = 0
            rest = cooldown
        rates.append(lr)
    return rates


def right_torch_itself(metrics, initial_lr, mode="min", factor=0.1, patience=10,
                       threshold=1e-4, cooldown=0, min_lr=0.0):  # fmt: skip
    import torch

    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=initial_lr)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimizer, mode, factor, patience, threshold, cooldown=cooldown, min_lr=min_lr
    )
    rates = []
    for metric in metrics:
        scheduler.step(metric)
        rates.append(optimizer.param_groups[0]["lr"])
    return rates


def right_class(metrics, initial_lr, mode="min", factor=0.1, patience=10,
                threshold=1e-4, cooldown=0, min_lr=0.0):  # fmt: skip
    class Rule:
        def __init__(self):
            self.best, self.bad, self.rest, self.lr = None, 0, 0, initial_lr

        def better(self, metric):
            if self.best is None:
                return metric == metric  # all but NaN
            if mode == "min":
                return metric < self.best - threshold * self.best
            return metric > self.best + threshold * self.best

        def see(self, metric):
            if self.better(metric):
                self.best, self.bad = metric, 0
            else:
                self.bad += 1
            if self.rest > 0:
                self.rest, self.bad = self.rest - 1, 0
            if self.bad > patience:
                self.lr = min(self.lr, max(min_lr, factor * self.lr))
                self.rest, self.bad = cooldown, 0
            return self.lr

    rule = Rule()
    return [rule.see(metric) for metric in metrics]


def right_recursion(metrics, initial_lr, mode="min", factor=0.1, patience=10,
                    threshold=1e-4, cooldown=0, min_lr=0.0):  # fmt: skip
    def rest_of(series, best, bad, rest, lr):
        if not series:
            return []
        bar = best * (1 - threshold if mode == "min" else 1 + threshold)
        better = series[0] < bar if mode == "min" else series[0] > bar
        best, bad = (series[0], 0) if better else (best, bad + 1)
        if rest:
            rest, bad = rest - 1, 0
        if bad > patience:
            lr, bad, rest = min(lr, max(lr * factor, min_lr)), 0, cooldown
        return [lr, *rest_of(series[1:], best, bad, rest, lr)]

    best = float("inf") if mode == "min" else float("-inf")
    return rest_of(list(metrics), best, 0, 0, initial_lr)


def right_reduce(metrics, initial_lr, mode="min", factor=0.1, patience=10,
                 threshold=1e-4, cooldown=0, min_lr=0.0):  # fmt: skip
    from functools import reduce

    sign = -1 if mode == "max" else 1

    def see(state, metric):
        best, bad, rest, rates = state
        better = sign * metric < sign * (best - sign * threshold * best)
        if math.isinf(best):
            better = not math.isnan(metric)
        best, bad = (metric, 0) if better else (best, bad + 1)
        bad = 0 if rest else bad
        lr = rates[-1]
        if bad > patience:
            lower = min(lr, max(lr * factor, min_lr))
            return best, 0, cooldown, [*rates, lower]
        return best, bad, max(rest - 1, 0), [*rates, lr]

    return reduce(see, metrics, (sign * math.inf, 0, 0, [initial_lr]))[3][1:]


def right_numpy(metrics, initial_lr, mode="min", factor=0.1, patience=10,
                threshold=1e-4, cooldown=0, min_lr=0.0):  # fmt: skip
    import numpy as np

    series, rates = np.array(metrics, dtype=float), np.zeros(len(metrics))
    best = np.inf if mode == "min" else -np.inf
    lr, bad, rest = np.float64(initial_lr), 0, 0
    for i, metric in enumerate(series):
        below, above = best * (1 - threshold), best * (1 + threshold)
        better = np.less(metric, below) if mode == "min" else np.greater(metric, above)
        best = metric if better else best
        bad = 0 if better or rest else bad + 1
        rest = max(rest - 1, 0)
        if bad > patience:
            lr, bad, rest = min(lr, np.maximum(lr * factor, min_lr)), 0, cooldown
        rates[i] = lr
    return rates


def right_generator(metrics, initial_lr, mode="min", factor=0.1, patience=10,
                    threshold=1e-4, cooldown=0, min_lr=0.0):  # fmt: skip
    import operator

    beats = operator.lt if mode == "min" else operator.gt
    slack = 1 - threshold if mode == "min" else 1 + threshold

    def rates():
        best, bad, rest, lr = math.inf if mode == "min" else -math.inf, 0, 0, initial_lr
        for metric in metrics:
            improved = beats(metric, best * slack)
            if improved:
                best = metric
            bad = 0 if improved else bad + 1
            if rest > 0:
                rest, bad = rest - 1, 0
            if bad >= patience + 1:
                lr = min(lr, min_lr) if lr * factor < min_lr else lr * factor
                bad, rest = 0, cooldown
            yield lr

    return list(rates())


def right_while_left_to_forgive(metrics, initial_lr, mode="min", factor=0.1,
                                patience=10, threshold=1e-4, cooldown=0,
                                min_lr=0.0):  # fmt: skip
    i, lr, rates = 0, initial_lr, []
    best = math.inf if mode == "min" else -math.inf
    forgive, rest = patience, 0
    while i < len(metrics):
        metric = metrics[i]
        better = (
            metric < best * (1 - threshold)
            if mode == "min"
            else metric > best * (1 + threshold)
        )
        if better:
            best = metric
        if better or rest > 0:
            forgive, rest = patience, max(0, rest - 1)
        elif forgive == 0:
            if lr > min_lr:
                lr = max(min_lr, lr * factor)
            forgive, rest = patience, cooldown
        else:
            forgive -= 1
        rates.append(lr)
        i += 1
    return tuple(rates)
