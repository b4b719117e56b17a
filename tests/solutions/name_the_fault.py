"""Right ways to write `name_the_fault`."""


def right_counter(trace):
    planned, used = trace["planned"], trace["used"]
    taken = 0
    for i, (lr, stepped) in enumerate(zip(used, trace["stepped"], strict=True)):  # noqa: B007
        if lr != planned[taken]:
            break
        taken += stepped
    else:
        return "none" if used[0] else "zero first step"
    if i == trace["resumed_at"]:
        return "resumed without its state"
    if not trace["stepped"][i - 1]:
        return "skipped step counted"
    if i == 1:
        return "stepped per batch" if used[1] > planned[1] else "planned in batches"
    return "overwritten by LambdaLR"


def right_zero_first(trace):
    from itertools import accumulate

    planned, used, stepped = trace["planned"], trace["used"], trace["stepped"]
    if used[0] == 0:
        return "zero first step"
    taken = [0, *accumulate(stepped)]
    off = [lr != planned[n] for lr, n in zip(used, taken, strict=False)]
    if not any(off):
        return "none"
    first = off.index(True)
    if first == 1:
        return "planned in batches" if used[1] < planned[1] else "stepped per batch"
    if trace["resumed_at"] == first:
        return "resumed without its state"
    return "overwritten by LambdaLR" if all(stepped) else "skipped step counted"


def right_by_findings(trace):
    planned, used, stepped = trace["planned"], trace["used"], trace["stepped"]
    due = [planned[stepped[:i].count(True)] for i in range(len(used))]
    first = next((i for i, lr in enumerate(used) if lr != due[i]), None)
    findings = {
        "zero first step": used[0] == 0,
        "none": first is None,
        "resumed without its state": first == trace["resumed_at"],
        "planned in batches": first == 1 and used[1] < due[1],
        "stepped per batch": first == 1,
        "skipped step counted": first is not None and not stepped[first - 1],
        "overwritten by LambdaLR": True,
    }
    return next(name for name, found in findings.items() if found)


def right_where_it_is_flat(trace):
    planned, used, stepped = trace["planned"], trace["used"], trace["stepped"]
    due = [planned[sum(stepped[:i])] for i in range(len(used))]
    if due == used:
        return "zero first step" if used[0] == 0.0 else "none"
    if used[1] != due[1]:
        return "stepped per batch" if used[1] > due[1] else "planned in batches"
    if planned[-2] == planned[-1]:  # a plateau's plan
        return "overwritten by LambdaLR"
    at = trace["resumed_at"]
    if at is not None and used[at] != due[at] and used[:at] == due[:at]:
        return "resumed without its state"
    return "skipped step counted"


def right_by_the_start_anew(trace):
    planned, used, stepped = trace["planned"], trace["used"], trace["stepped"]
    at = trace["resumed_at"]
    due = [planned[sum(stepped[:i])] for i in range(len(used))]
    if not used[0]:
        return "zero first step"
    if used == due:
        return "none"
    if at is not None and used[at] == planned[0] != due[at]:
        return "resumed without its state"
    if used[1] > planned[1]:
        return "stepped per batch"
    if used[1] < planned[1]:
        return "planned in batches"
    return "skipped step counted" if used == planned else "overwritten by LambdaLR"


def right_recursive(trace, i=0, taken=0):
    planned, used = trace["planned"], trace["used"]
    if i == len(used):
        return "none" if used[0] > 0 else "zero first step"
    if used[i] == planned[taken]:
        return right_recursive(trace, i + 1, taken + trace["stepped"][i])
    if i == trace["resumed_at"]:
        return "resumed without its state"
    if trace["stepped"][i - 1] is False:
        return "skipped step counted"
    names = {True: "stepped per batch", False: "planned in batches"}
    return names[used[1] > planned[1]] if i == 1 else "overwritten by LambdaLR"


def right_numpy(trace):
    import numpy as np

    planned, used = np.array(trace["planned"]), np.array(trace["used"])
    stepped = np.array(trace["stepped"])
    due = planned[np.cumsum(stepped) - stepped]
    wrong = np.flatnonzero(used != due)
    if not wrong.size:
        return "none" if used[0] else "zero first step"
    if wrong[0] == trace["resumed_at"]:
        return "resumed without its state"
    if not stepped[wrong[0] - 1]:
        return "skipped step counted"
    if wrong[0] > 1:
        return "overwritten by LambdaLR"
    return "stepped per batch" if used[1] > due[1] else "planned in batches"


def right_match(trace):
    planned, used, stepped = trace["planned"], trace["used"], trace["stepped"]
    due = [planned[sum(stepped[:i])] for i in range(len(used))]
    pairs = enumerate(zip(used, due, strict=True))
    match next((i for i, (a, b) in pairs if a != b), None):
        case None if used[0] == 0:
            return "zero first step"
        case None:
            return "none"
        case 1:
            faster = used[1] > due[1]
            return "stepped per batch" if faster else "planned in batches"
        case i if i == trace["resumed_at"]:
            return "resumed without its state"
        case i if stepped[i - 1]:
            return "overwritten by LambdaLR"
    return "skipped step counted"
