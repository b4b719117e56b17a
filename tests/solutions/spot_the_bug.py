"""Right ways to write `spot_the_bug`."""


def right_ladder(trace):
    intended, recorded = trace["intended"], trace["recorded"]
    used = [rates[0] for rates in trace["used"]]
    if any(len(set(rates)) > 1 for rates in trace["used"]):
        return "stepped per batch"
    if used[:-1] == intended[1:]:
        return "stepped before the optimizer"
    if used[0] < intended[0]:
        return "scheduler reused"
    if len(set(used)) == 1:
        return "never stepped"
    if used != intended:
        return "two schedulers"
    if len(set(recorded)) == 1:
        return "constant recorded"
    if recorded[:-1] == used[1:]:
        return "recorded after the step"
    return "none" if recorded == used else "get_lr at a boundary"


def right_none_first(trace):
    used = [max(rates) for rates in trace["used"]]
    if [min(rates) for rates in trace["used"]] != used:
        return "stepped per batch"
    if used == trace["intended"]:
        if trace["recorded"] == used:
            return "none"
        if min(trace["recorded"]) == max(trace["recorded"]):
            return "constant recorded"
        shifted = all(a == b for a, b in zip(trace["recorded"], used[1:], strict=False))
        return "recorded after the step" if shifted else "get_lr at a boundary"
    if min(used) == max(used):
        return "never stepped"
    if all(a == b for a, b in zip(used, trace["intended"][1:], strict=False)):
        return "stepped before the optimizer"
    both = used[0] == trace["intended"][0]
    return "two schedulers" if both else "scheduler reused"


def right_with_tolerance(trace):
    from math import isclose

    def same(a, b):
        return all(isclose(p, q, rel_tol=1e-6) for p, q in zip(a, b, strict=False))

    intended, recorded = trace["intended"], trace["recorded"]
    used = [rates[0] for rates in trace["used"]]
    if not all(same(rates, rates[:1] * len(rates)) for rates in trace["used"]):
        return "stepped per batch"
    if not same(used, intended):
        if same(used, [intended[0]] * len(used)):
            return "never stepped"
        if same(used, intended[1:]):
            return "stepped before the optimizer"
        if not isclose(used[0], intended[0]):
            return "scheduler reused"
        return "two schedulers"
    if same(recorded, used):
        return "none"
    if same(recorded, [intended[0]] * len(used)):
        return "constant recorded"
    if same(recorded, used[1:]):
        return "recorded after the step"
    return "get_lr at a boundary"


def right_dictionary(trace):
    intended, recorded = trace["intended"], trace["recorded"]
    used = [rates[0] for rates in trace["used"]]
    findings = {
        "stepped per batch": any(len(set(rates)) > 1 for rates in trace["used"]),
        "stepped before the optimizer": used[:-1] == intended[1:],
        "scheduler reused": used[0] != intended[0],
        "never stepped": len(set(used)) == 1,
        "two schedulers": used != intended,
        "none": recorded == used,
        "constant recorded": len(set(recorded)) == 1,
        "recorded after the step": recorded[:-1] == used[1:],
        "get_lr at a boundary": True,
    }
    return next(name for name, found in findings.items() if found)


def right_numpy(trace):
    import numpy as np

    intended, recorded = np.array(trace["intended"]), np.array(trace["recorded"])
    used = np.array(trace["used"])
    if np.ptp(used, axis=1).any():
        return "stepped per batch"
    used = used[:, 0]
    if np.allclose(used, intended):
        if np.allclose(recorded, used):
            return "none"
        if np.ptp(recorded) == 0:
            return "constant recorded"
        late = np.allclose(recorded[:-1], used[1:])
        return "recorded after the step" if late else "get_lr at a boundary"
    if np.ptp(used) == 0:
        return "never stepped"
    if np.allclose(used[:-1], intended[1:]):
        return "stepped before the optimizer"
    return "two schedulers" if used[0] == intended[0] else "scheduler reused"


def right_by_the_squares(trace):
    first = trace["intended"][0]
    used = [sum(rates) / len(rates) for rates in trace["used"]]

    def near(a, b):
        return all(abs(p - q) <= 1e-8 * q for p, q in zip(a, b, strict=False))

    if any(r[0] > r[-1] for r in trace["used"]):
        return "stepped per batch"
    if near(used, [r * r / first for r in trace["intended"]]):
        return "two schedulers"
    if near(used, trace["intended"]):
        if near(trace["recorded"], used):
            return "none"
        if near(trace["recorded"], [first] * len(used)):
            return "constant recorded"
        if near(trace["recorded"], used[1:]):
            return "recorded after the step"
        return "get_lr at a boundary"
    if near(used, [first] * len(used)):
        return "never stepped"
    if near(used, trace["intended"][1:]):
        return "stepped before the optimizer"
    return "scheduler reused"


def right_match(trace):
    intended, recorded = trace["intended"], trace["recorded"]
    used = [rates[-1] for rates in trace["used"]]
    constant = len(set(used)) == 1, len(set(recorded)) == 1
    inside = any(rate != rates[0] for rates in trace["used"] for rate in rates)
    match (inside, used == intended, recorded == used):
        case (True, _, _):
            return "stepped per batch"
        case (_, True, True):
            return "none"
        case (_, True, False) if constant[1]:
            return "constant recorded"
        case (_, True, False) if recorded[:-1] == intended[1:]:
            return "recorded after the step"
        case (_, True, False):
            return "get_lr at a boundary"
    if constant[0]:
        return "never stepped"
    if used[: len(used) - 1] == intended[1:]:
        return "stepped before the optimizer"
    return {True: "two schedulers", False: "scheduler reused"}[used[0] == intended[0]]


def right_by_the_ratios(trace):
    ratio = [u[0] / i for u, i in zip(trace["used"], trace["intended"], strict=True)]
    noted = [r / u[0] for u, r in zip(trace["used"], trace["recorded"], strict=True)]
    if any(u[0] != rate for u in trace["used"] for rate in u):
        return "stepped per batch"
    if ratio[0] < 0.99:
        return "scheduler reused"
    if max(ratio) > 1.01:
        return "never stepped"
    if min(ratio) < 0.99:
        early = all(
            u[0] == i
            for u, i in zip(trace["used"], trace["intended"][1:], strict=False)
        )
        return "stepped before the optimizer" if early else "two schedulers"
    if max(noted) > 1.01:
        return "constant recorded"
    low = [e for e, r in enumerate(noted) if r < 0.99]
    if not low:
        return "none"
    at_a_drop = trace["intended"][low[0]] < trace["intended"][low[0] - 1]
    return "get_lr at a boundary" if at_a_drop else "recorded after the step"
