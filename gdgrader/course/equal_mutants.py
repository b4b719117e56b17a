"""Mutants that get every point because they are right, each with the reason.

EQUAL: exercise → reason → changes as `gdgrader mutants` prints them, in which "…"
stands for anything. Each change must be that of a survivor.
"""

Reasons = dict[str, tuple[str, ...]]


def never_negative(*names: str) -> Reasons:
    """Arguments that the contract, or what they are, keeps from being negative."""
    return {
        "a rate, a count or a size is never negative": tuple(
            f"{name} = abs({name})" for name in names
        )
    }


def at_most(limit: float, *names: str) -> Reasons:
    """Arguments that never exceed a limit, so that to cut them there does nothing."""
    return {
        f"it never exceeds {limit:g} in the contract": tuple(
            f"{name} = min({name}, …" for name in names
        )
    }


POSITIVE = {
    "the result is never negative": ("if result is not None: result = abs(result)",)
}
NOT_ZERO = {
    "the result is never 0": ("if result is not None: result = result or None",)
}
RATES = {
    "rates are never negative": (
        "result = result[0], [abs(v) for v in list(result[1])]",
    )
}
IN_PLACE = {"a number cannot be changed in place": ("…= … - … → …-= …",)}
TURNED = {
    "the error is squared, so its sign plays no part": (
        "…mse(x @ …, y)… → …mse(y, x @ …",
        "…mse_loss(x @ a, y) → …mse_loss(y, x @ a)",
    )
}

RIGHT_IN_100 = ("right_rayleigh_at_the_end", "right_length_with_the_sign")

EQUAL: dict[str, Reasons] = {
    "range_test_rates": {
        **never_negative("low", "high", "n"),
        "rates are never negative": ("result = [abs(v) for v in result]",),
        "rates that rise are sorted": ("result = sorted(result)",),
        "there are two rates or more": ("n = max(n, 1)", "n = max(n, 2)"),
        "a first rate is small": (
            "low = min(low, 1.0)",
            "low = min(low, 10.0)",
            "low = min(low, 100.0)",
        ),
        "torch takes tensors of one number as ends": ("…*ends.tolist()… → …*ends,…",),
    },
    "suggest_lr": {
        **POSITIVE,
        **NOT_ZERO,
        "losses are numbers, and never negative": (
            "losses = [m if m == m else …",
            "losses = [m for m in losses if m == m]",
            "losses = [abs(m) for m in losses]",
        ),
        "rates are numbers, and never negative": (
            "rates = [m if m == m else …",
            "rates = [m for m in rates if m == m]",
            "rates = [abs(m) for m in rates]",
        ),
        "rates rise": ("rates.sort()", "rates = sorted(rates)"),
        "the first value is replaced at once, as some place is better": (
            "best, at = (float('-inf'), 0) → best, at = (float('-inf'), 1)",
            "best, at = (float('-inf'), 0) → best, at = (float('-inf'), -1)",
            "lowest = 0 → lowest = 1",
            "lowest = 0 → lowest = -1",
            "for i in range(len(losses)): → for i in range(1, len(losses)):",
        ),
        "a curve falls somewhere": (
            "best, at = (float('-inf'), 0) → best, at = (float(), 0)",
            "best, at = (float('-inf'), 0) → best, at = (0, float('-inf'))",
        ),
        "NumPy's and torch's whole numbers are indices, too": (
            "lowest = rates[int(np.argmin(losses))] → lowest = rates[np.argmin(…",
            "return rates[1 + int(slopes.argmin())] → return rates[1 + slopes.…",
            "…y.min().item()… → …y.min())]",
            "….argmax().item()] → ….argmax()]",
        ),
    },
    "sharpness": {
        **never_negative("iterations", "seed"),
        **NOT_ZERO,
        "after enough rounds any start ends in the same place": (
            *(
                f"seed = {made}"
                for made in (
                    "-seed",
                    "2 * seed",
                    "seed + 1",
                    "seed - 1",
                    "max(…",
                    "min(…",
                )
            ),
            "generator = … → generator = torch.Generator()",
            "generator = … → generator = torch.manual_seed(seed)",
            "v = torch.randn(… → v = torch.randn(theta.shape, dtype=theta.dtype)",
            *(
                f"torch.manual_seed(seed) → {made}"
                for made in ("pass", "seed", "torch")
            ),
        ),
        "more rounds than enough end in the same place": (
            "iterations = 2 * iterations",
            "iterations = iterations + 1",
            "… → for _ in range(iterations + 1):",
        ),
        "one is the least, and enough for a single axis": (
            "iterations = max(iterations, 1)",
            "iterations = max(iterations, 2)",
        ),
        "200 are enough for every loss that is asked about": (
            "iterations = min(iterations, 200)",
            "… → for _ in __import__('itertools').islice(range(iterations), 200):",
            *(
                f"{right}: … → for _ in …islice(range(iterations), 100):"
                for right in RIGHT_IN_100
            ),
        ),
        "these losses bend alike on both sides of 0": ("params = params.abs()",),
        "a product is the same in either order": (
            "… → found, v = (hv @ v, hv)",
            "… → found, v = ((hv @ v).item(), hv)",
            "… → found, v = ((theta.grad @ v).item(), theta.grad)",
            "… → found = hv @ v",
            "… → found = torch.dot(hv, v)",
            "… → return float(product(v) @ v)",
            "… → return (v.norm() * torch.sign(v @ before)).item()",
            "… → hv, = torch.autograd.grad(v @ g, theta, retain_graph=True)",
            "… → (v @ g).backward(retain_graph=True)",
        ),
        "v is of this function alone": ("v = v / v.norm() → v /= v.norm()",),
        "what is divided by a sign is multiplied by it": (
            "… → return (v.norm() / torch.sign(before @ v)).item()",
        ),
        "the quotient does not hang on the length of v": (
            "v = hv / hv.abs().max() → v = hv / hv.abs().min()",
            "v = hv / hv.abs().max() → v = hv / hv.max()",
        ),
        "a single gradient is first and last": (
            "return torch.autograd.grad(loss_fn(at), at)[0] → …[-1]",
        ),
        "what a function does to a flag of params is no change of theirs": (
            "theta = … → theta = params.detach().requires_grad_()",
            "theta = … → theta = params.clone().requires_grad_()",
            "theta = params.clone().requires_grad_() → theta = params.requires_grad_()",
            "at = at.detach().requires_grad_() → at = at.requires_grad_()",
        ),
    },
    "name_the_fault": {
        "before the plan falls only the two about batches leave it, and at once": (
            "if wrong[0] > 1: → if wrong[0] > 2:",
            "if first > 1: → if first > 2:",
        ),
        "a rate that is wrong is not the one due": (
            "return … → return 'stepped…used[1] >= …",
            "return … → return 'planned…used[1] <= …",
            "…first == 1 and used[1] < … → …first == 1 and used[1] <= …",
            "return names[… → return names[used[1] >= …",
            "faster = … → faster = used[1] >= due[1]",
        ),
        "k is 2 or more, so that the second rate tells as well as the first": (
            "return … → return 'stepped…used[2] > …",
            "return names[… → return names[used[2] > …",
            "faster = … → faster = used[2] > due[1]",
            "…used[1] < … → …used[1] < planned[2] …",
            "…used[1] < due[1]… → …used[1] < due[2]…",
        ),
        "only batches that are planned for use less than is due first": (
            "…first == 1 and used[1] < due[1]… → …: used[1] < due[1]…",
        ),
        "the first step uses what is due": (
            "… → wrong = [i for i in range(1, len(used)) if used[i] != due[i]]",
        ),
        "no trace is that long": tuple(
            f"right_counter: … → …strict=True)), {n}):" for n in (50, 100, 200)
        ),
        "only a run begun anew uses the first rate once more": (
            "… → if at is not None and used[at] == planned[0] != due:",
        ),
        "what differs does so in either order": (
            "pairs = … → pairs = enumerate(zip(due, used, strict=True))",
        ),
    },
    "single_step_gradient_descent": {
        **never_negative("learning_rate"),
        "a central difference is exact for a parabola, whatever its width": (
            "… → h = 1.001",
            "… → h = -0.999",
            "… → h = 0.002",
        ),
    },
    "gradient_descent": {
        **never_negative("learning_rate", "number_steps"),
        **IN_PLACE,
        "`float` takes a tensor that autograd follows": (
            "return float(theta.detach()) → return float(theta)",
        ),
    },
    "contraction_factor": {
        **never_negative("learning_rate"),
        "a product is the same in either order": (
            "learning_rate, curvature = curvature, learning_rate",
        ),
        "a sum is the same in either order": (
            "… → return sum([-learning_rate * curvature, 1])",
        ),
        "θ is 1, whose powers and reciprocal are 1": (
            "… → gradient = curvature / theta",
            "… → gradient = curvature",
            "(curvature / 2 * theta ** 2).backward() → …theta * 2)).backward()",
        ),
        "the ratio is the same from any start": (
            "… → start = 8.0",
            "… → start = 6.0",
            "… → start = 14.0",
        ),
    },
    "max_stable_lr": {
        **never_negative("curvature"),
        **POSITIVE,
        **NOT_ZERO,
        "a polynomial of degree 1 has one root": ("…[0] → …[-1]",),
        "a bisection from another bracket, or with more or fewer halvings than float64 "
        "can tell apart, ends in the same place": (
            "… → while (rounds := (locals().get('rounds', 0) + 1)) <= 20 and "
            "abs(1 - high * curvature) < 1:",
            "… → while (rounds := (locals().get('rounds', 0) + 1)) <= 50 and "
            "abs(1 - high * curvature) < 1:",
            "… → while (rounds := (locals().get('rounds', 0) + 1)) <= 100 and "
            "abs(1 - high * curvature) < 1:",
            "… → while (rounds := (locals().get('rounds', 0) + 1)) <= 200 and "
            "abs(1 - high * curvature) < 1:",
            "… → while abs(1 - high * curvature) <= 1:",
            "… → while abs(1 - high * curvature) < 2:",
            "… → for _ in __import__('itertools').islice(range(200), 50):",
            "… → for _ in __import__('itertools').islice(range(200), 100):",
            "… → for _ in __import__('itertools').islice(range(200), 200):",
            "… → for _ in range(201):",
            "… → for _ in range(199):",
            "… → for _ in range(400):",
            "low, high = (0.0, 1.0) → low, high = (0.0, 2.0)",
            "… → high *= 3",
            "… → high *= 4",
            "if abs(1 - middle * curvature) < 1: → …<= 1:",
        ),
    },
    "steps_to_tolerance": {
        **never_negative("learning_rate", "curvature", "tolerance"),
        "from tolerance 1 on no step is needed, however large it is": (
            "tolerance = min(tolerance, …",
        ),
        "a product is the same in either order": (
            "learning_rate, curvature = curvature, learning_rate",
            "… → return right_recursion(curvature, learning_rate, tolerance / "
            "factor, done + 1)",
        ),
        "where a step lands nearly on the tolerance, rounding decides; not asked": (
            "… → return math.ceil(math.log(tolerance) / math.log(factor))",
            "… - 1e-09) → …math.log(factor) - 2e-09)",
        ),
        "the size of the error counts, not its sign": (
            "… → new = learning_rate * curvature * error - error",
            "if abs(new) >= abs(error): → if new >= abs(error):",
            "… → factor = learning_rate * curvature - 1",
        ),
        "the search ends before": (
            "raise RuntimeError('no such number of steps') → pass",
            "… → for n in range(10001):",
            "… → for n in range(9999):",
            "… → for n in range(20000):",
            "… → below = np.flatnonzero(factor ** np.arange(5001) <= tolerance)",
            "… → below = np.flatnonzero(factor ** np.arange(4999) <= tolerance)",
            "… → below = np.flatnonzero(factor ** np.arange(10000) <= tolerance)",
        ),
        "a factor of 0 lands in the first step": ("return done + 1 → return 1",),
        "numpy's whole numbers are as good": ("… → return below[0]",),
    },
    "optimize_constant": {
        **never_negative("initial_lr", "num_iterations"),
        **RATES,
        **IN_PLACE,
        "all the rates of a run are the same": (
            "result = result[0], list(result[1])[::-1]",
            "result = result[0], sorted(list(result[1]…",
            "result = result[0], list(__import__('itertools').accumulate(…",
        ),
        "what the contract excludes is not asked": (
            "if num_iterations < 0 or not math.isfinite(initial_lr):; got = "
            "f'got {initial_lr} and {num_iterations}'; raise "
            "ValueError(f'initial_lr must be finite, num_iterations ≥ 0; {got}') "
            "→ pass",
            "… → if num_iterations < 0 and (not math.isfinite(initial_lr)):",
            "… → if num_iterations < 0:",
            "… → if not math.isfinite(initial_lr):",
            "… → if False:",
            "… → if num_iterations < -1 or not math.isfinite(initial_lr):",
            "… → if num_iterations < 0 or not math:",
            "got = … → pass",
            "raise ValueError(… → pass",
        ),
        "`item` copies by itself": (
            "… → xs.append(x.detach().item())",
            "… → xs.append(x.clone().item())",
        ),
        "one entry is its own sum and mean": (
            "… → (x ** 2).mean().backward()",
            "… → (x ** 2).backward()",
        ),
        "torch hands on what the closure returns, and nobody reads it": (
            "return loss → …",
        ),
    },
    "mse": {
        "the error is squared, so its sign plays no part": (
            "y_hat, y = y, y_hat",
            "… → return (y_hat - y).square().mean()",
            "… → return mse_loss(y, y_hat)",
            "…(y_hat, y) → …(y, y_hat)",
            "error = y_hat - y → error = y - y_hat",
            "… → error = (y - y_hat).flatten()",
            "… → for p, t in zip(y.flatten(), y_hat.flatten(), strict=True):",
            "…vector_norm(y_hat - y)… → …vector_norm(y - y_hat)…",
        ),
        "there is nothing to squeeze or to turn in a number, nor is it negative": (
            "result = result.squeeze()",
            "result = result.flip(0)",
            "result = result.abs()",
        ),
        "the mean is what torch takes unless told otherwise": ("… → …MSELoss()(…",),
        "the count may be a 0-d tensor, the sum begin as a number": (
            "… → total, count = (0, torch.zeros((), dtype=y.dtype))",
        ),
        "the sum is the function's own tensor": (
            "total = total + (p - t) ** 2 → total += (p - t) ** 2",
        ),
        "float32 will do, so half of it will": (
            "…y.float()) ** 2).mean() → …(y_hat - y.float()) ** 2).mean()",
            "…y.float()) ** 2).mean() → …(y_hat.float() - y) ** 2).mean()",
        ),
    },
    "mse_gradient": {
        "the matrix is symmetric, a row times a vector has no order": (
            "…(x.T @ x @ a - … → …(a @ (x.T @ x) - …",
            "total += 2 * (row @ a - … → total += 2 * (a @ row - …",
        ),
        "autograd.grad leaves its inputs alone, and gives one gradient for one": (
            "a = torch.nn.Parameter(a.clone()) → a = torch.nn.Parameter(a)",
            "…a)[0] → …a)[-1]",
        ),
        "numpy multiplies tensors, too": ("m, t, w = … → …a)",),
    },
    "epoch_batches": {
        **never_negative("n", "batch_size"),
        "there is an example at least, and a batch holds one": (
            "n = max(n, 1)",
            "batch_size = max(batch_size, 1)",
        ),
        "any order is as good, as long as each seed has its own": (
            "seed = abs(seed)",
            "seed = -seed",
            "seed = 2 * seed",
            "seed = seed + 1",
            "seed = seed - 1",
        ),
        "indices are never negative": ("result = [abs(v) for v in result]",),
        "torch's common generator shuffles as well": ("… → …torch.manual_seed(seed)…",),
        "numpy's arrays and tensors of one number are indices, too": (
            "… → order = np.random.default_rng(seed).permutation(n)",
            "batches[-1].append(i.item()) → batches[-1].append(i)",
        ),
    },
    "noise_floor": {
        **never_negative("lr", "curvature", "sigma", "batch_size"),
        "sigma is squared": ("sigma = -sigma",),
        "a batch holds one example at least": (
            "batch_size = batch_size or 1",
            "batch_size = max(batch_size, 1)",
        ),
        **POSITIVE,
    },
    "momentum_step": {
        **never_negative("lr", "momentum"),
        **at_most(1, "momentum"),
    },
    "train_epoch": {
        **RATES,
        "batches are pairs": (
            "batches = [m for m in batches if m == m]",
            "batches = [m if m == m else …",
        ),
        "it is one of two words": ("per = per or 'batch'",),
        "the optimizer says the rate, with a scheduler or without": (
            "if scheduler: → if False:",
        ),
        "there is one group of parameters": (
            "…get_last_lr()[0]) → …get_last_lr()[-1])",
        ),
    },
    "max_stable_lr_momentum": {
        **never_negative("curvature", "momentum"),
        **at_most(1, "momentum"),
        **POSITIVE,
        **NOT_ZERO,
    },
    "landing_rates": {
        "the order in which they come plays no part": (
            "curvatures = sorted(curvatures)",
        ),
        "curvatures are above 0, and so are rates": (
            "curvatures = [abs(m) for m in curvatures]",
            "result = [abs(v) for v in result]",
        ),
        "curvatures are numbers": (
            "curvatures = [m for m in curvatures if m == m]",
            "curvatures = [m if m == m else …",
        ),
        "they are sorted already": ("result = sorted(result)",),
    },
    "max_stable_lr_for": {
        **POSITIVE,
        **NOT_ZERO,
        "XᵀX and XXᵀ have the same largest eigenvalue": (
            "… → return 2 / torch.linalg.eigvalsh(x @ (2 / len(x) * x.T)).max().item()",
            "… → hessian = (x @ (2 / len(x) * x.T)).numpy()",
            "… → return 2 / torch.linalg.matrix_norm(x @ (2 / len(x) * x.T), "
            "ord=2).item()",
            "… → …x @ (2 * x.T) / x.shape[0]…",
            "… → return 2 / torch.linalg.eigvals(x @ x.T * (2 / "
            "len(x))).real.max().item()",
            "… → return (len(x) / torch.linalg.eigvalsh(x @ x.T)[-1]).item()",
            "… → …x.T @ (2 / len(x) * x)…",
            "… → …m @ (2 / len(m) * m.T)…",
        ),
        "the power iteration has long converged": (
            "… → for _ in __import__('itertools').islice(range(500), 10):",
            "… → for _ in __import__('itertools').islice(range(500), 20):",
            "… → for _ in __import__('itertools').islice(range(500), 50):",
            "… → for _ in __import__('itertools').islice(range(500), 100):",
            "… → for _ in __import__('itertools').islice(range(500), 200):",
            "… → for _ in range(501):",
            "… → for _ in range(499):",
            "… → for _ in range(1000):",
        ),
        "a symmetric matrix may stand on either side": (
            "v = hessian @ v → v = v @ hessian",
            "… → return 2 / (v @ (v @ hessian)).item()",
            "… → return 2 / (hessian @ v @ v).item()",
        ),
        "the vector is the function's own": ("v = v / v.norm() → v /= v.norm()",),
        "numpy takes tensors, too": (
            "m = x.numpy() → m = x",
            "hessian = (2 / len(x) * x.T @ x).numpy() → hessian = 2 / len(x) * x.T @ x",
        ),
        "its eigenvalues are real": ("… → return 2 / max(np.roots(np.poly(hessian)))",),
    },
    "fit": {
        **never_negative("learning_rate", "num_steps"),
        **TURNED,
        "a loss is never negative": (
            "result = result[0], [abs(v) for v in list(result[1])]",
        ),
        "weights that autograd follows are as good": (
            "return (a.detach(), losses) → return (a, losses)",
        ),
    },
    "step_lr": {
        **never_negative("t", "initial_lr", "step_size", "gamma"),
        **POSITIVE,
        "the optimizer is there for the scheduler alone, nobody looks at its "
        "parameter": (
            "optimizer.step() → pass",
            "… → optimizer",
            "… → optimizer = torch.optim.SGD([torch.zeros(1)], lr=initial_lr)",
            "… → optimizer = torch.optim.SGD([torch.zeros(2, "
            "requires_grad=True)], lr=initial_lr)",
            "… → optimizer = torch.optim.SGD([torch.zeros(0, "
            "requires_grad=True)], lr=initial_lr)",
            "… → optimizer = torch.optim.SGD([torch.zeros(1, "
            "requires_grad=False)], lr=initial_lr)",
        ),
        "an interval has one epoch at least": ("step_size = max(step_size, 1)",),
        "what is whole already is not changed by rounding down": (
            "…math.floor(t / step_size)) → …math.floor(t // step_size))",
            "…int(t / step_size)… → …int(t // step_size)…",
            "…(t - t % step_size) / step_size) → …(t - t % step_size) // step_size)",
        ),
        "the optimizer has one group of parameters": ("…[0] → …[-1]",),
    },
    "optimize_scheduled": {
        **never_negative("initial_lr", "num_iterations"),
        **RATES,
        "a gradient of zeros is as good as none, and none is torch's way": (
            "… → optimizer.zero_grad()",
            "… → optimizer.zero_grad(set_to_none=True)",
        ),
        "one entry is its own sum and mean": (
            "… → (x ** 2).backward()",
            "… → torch.mean(x ** 2).backward()",
        ),
        "torch hands on what the closure returns, and nobody reads it": (
            "return value → …",
        ),
        "the gradient is written by hand, autograd plays no part": (
            "right_gradient_by_hand: … → x = torch.tensor(500.0)",
            "right_gradient_by_hand: … → x = torch.tensor(500.0, requires_grad=False)",
            "x.grad = 2 * x.detach() → x.grad = 2 * x",
            "xs[i], rates[i] = (x.detach(), … → xs[i], rates[i] = (x, …",
        ),
        "the optimizer is there for the scheduler alone, its parameter is never looked "
        "at": (
            "idle.step() → pass",
            "… → idle",
            "… → idle = torch.optim.SGD([torch.zeros(1)], lr=initial_lr)",
            "… → idle = torch.optim.SGD([torch.zeros(2, requires_grad=True)], "
            "lr=initial_lr)",
            "… → idle = torch.optim.SGD([torch.zeros(0, requires_grad=True)], "
            "lr=initial_lr)",
            "… → idle = torch.optim.SGD([torch.zeros(1, requires_grad=False)], "
            "lr=initial_lr)",
        ),
        "plain SGD has no momentum": ("…momentum=0) → …lr=initial_lr)",),
        "there is one scheduler at most": (
            "right_always_a_list_of_schedulers: … → scheduler.step(); break",
            "for scheduler in schedulers: → …",
            "schedulers = … → …if make_scheduler else []",
        ),
    },
    "spot_the_bug": {
        "but for the runs that are stepped per batch, all batches of an epoch have one "
        "rate": (
            "used = [rates[0] for … → used = [rates[-1] for …",
            "used = [rates[-1] for … → used = [rates[-0] for …",
            "used = used[:, 0] → used = used[:, -1]",
            "ratio = [u[0] / i for … → ratio = [u[-1] / i for …",
            "noted = [r / u[0] for … → noted = [r / u[-1] for …",
            "…rate != rates[0]… → …rate != rates[-1]…",
            "…u[0] != rate… → …u[-1] != rate…",
            "early = all((u[0] == i… → early = all((u[1] == i…",
            "early = all((u[0] == i… → early = all((u[-1] == i…",
        ),
        "the first rate holds for two epochs at least": (
            "trace = {k: v[1:] for k, v in trace.items()}",
            "…used[0] < intended[0]… → …used[1] < intended[0]…",
            "…used[0] < intended[0]… → …used[0] < intended[1]…",
            "…used[0] != intended[0]… → …used[1] != intended[0]…",
            "…used[0] != intended[0]… → …used[0] != intended[1]…",
            "…used[0] == intended[0]… → …used[1] == intended[0]…",
            "…used[0] == intended[0]… → …used[0] == intended[1]…",
            "both = used[0] == … → both = used[1] == …",
            "both = … → both = used[0] == trace['intended'][1]",
            "if not isclose(used[0], … → if not isclose(used[1], …",
            "if not isclose(used[0], … → if not isclose(used[0], intended[1]):",
            "…[intended[0]] * len(used)… → …[intended[1]] * len(used)…",
            "first = trace['intended'][0] → first = trace['intended'][1]",
            "at_a_drop = … → at_a_drop = …[1]",
            "at_a_drop = … → at_a_drop = …[low[0] - 2]",
        ),
        "equality has no order": (
            "…zip(used, trace['intended'][1:], … → …zip(trace['intended'][1:], used, …",
            "shifted = … → shifted = …zip(used[1:], trace['recorded'], …",
            "… for p, q in zip(a, b, … → … for p, q in zip(b, a, …",
        ),
        "rates that differ do so by 1 % or more, so any narrow margin will do": (
            "…rel_tol=1e-06)… → …isclose(p, q) for …",
            "…rel_tol=1e-06)… → …rel_tol=2e-06)…",
            "…<= 1e-08 * q… → …< 1e-08 * q…",
            "…<= 1e-08 * q… → …<= 1e-08 / q…",
            "…<= 1e-08 * q… → …<= 1e-08 for…",
            "…<= 1e-08 * q… → …<= 2e-08 * q…",
            "…< 0.99… → …<= 0.99…",
            "…> 1.01… → …>= 1.01…",
        ),
        "only the run that is never stepped has neither drops nor bad batches": (
            "if constant[0]: → if constant[1]:",
            "if constant[0]: → if constant[-1]:",
        ),
    },
    "simulate_plateau": {
        **never_negative(
            "initial_lr", "factor", "patience", "threshold", "cooldown", "min_lr"
        ),
        **at_most(1, "factor"),
        "there is no third mode": ("mode = mode or 'min'",),
        "rates never rise and are never negative": (
            "result = sorted(result, reverse=True)",
            "result = [abs(v) for v in result]",
            "result = list(__import__('itertools').accumulate(result, min))",
        ),
        "a rest of −1 is over, as one of 0 is": (
            "… → best, bad, resting, lr, rates = (sign * float('inf'), 0, -1, "
            "initial_lr, [])",
            "… → self.best, self.bad, self.rest, self.lr = (None, 0, -1, initial_lr)",
            "… → best, bad, rest, lr = (math.inf if mode == 'min' else "
            "-math.inf, 0, -1, initial_lr)",
            "lr, bad, resting, rates = … → …0, -1, [])",
            "best, bad, rest, lr = … → …0, -1, initial_lr)",
            "forgive, rest = (patience, 0) → forgive, rest = (patience, -1)",
            "… → forgive, rest = (patience, rest - 1)",
            "… → forgive, rest = (patience, max(-1, rest - 1))",
        ),
        "a number cannot be changed in place": ("bad = bad + 1 → bad += 1",),
        "nobody looks at its parameter": (
            "… → optimizer = torch.optim.SGD([torch.zeros(1)], lr=initial_lr)",
            "… → optimizer = torch.optim.SGD([torch.zeros(2, "
            "requires_grad=True)], lr=initial_lr)",
            "… → optimizer = torch.optim.SGD([torch.zeros(0, "
            "requires_grad=True)], lr=initial_lr)",
            "… → optimizer = torch.optim.SGD([torch.zeros(1, "
            "requires_grad=False)], lr=initial_lr)",
        ),
        "the first metric is asked about infinity of either sign": (
            "return reduce(see, metrics, (sign * math.inf, … → …(math.inf, …",
        ),
        "both are the same where they are equal": (
            "lr = … < min_lr else … → lr = … <= min_lr else …",
            "if lr > min_lr: → if lr >= min_lr:",
        ),
    },
    "optimize_plateau": {
        **never_negative("initial_lr", "num_iterations"),
        **RATES,
        "ReduceLROnPlateau makes a float of its metric": (
            "…loss.item()… → …(loss)…",
            "…[loss.item()]… → …[loss]…",
            "…metrics=loss.item()) → …metrics=loss)",
            "scheduler.step(loss.detach()) → scheduler.step(loss)",
            "loss = x.item() ** 2 → loss = x ** 2",
        ),
        "one entry is its own sum and mean": (
            "… → loss = (x ** 2).mean()",
            "… → loss = x ** 2",
        ),
        "autograd's view is copied as a number": (
            "xs[i], lrs[i] = (x.detach(), … → xs[i], lrs[i] = (x, …",
            "… → xs.append(x.detach().item())",
            "… → xs.append(x.clone().item())",
        ),
        "every entry is written over": (
            "xs, lrs = … → …[1.0] * num_iterations)",
            "xs, lrs = … → …[-1.0] * num_iterations)",
        ),
        "the gradient is written by hand, autograd plays no part": (
            "right_by_hand: … → x = torch.tensor(500.0)",
            "right_by_hand: … → x = torch.tensor(500.0, requires_grad=False)",
            "x.grad = 2 * x.detach() → x.grad = 2 * x",
        ),
        "what is no ReduceLROnPlateau is an LRScheduler": (
            "… → if not isinstance(scheduler, ReduceLROnPlateau):",
            "… → if scheduler and (not isinstance(scheduler, ReduceLROnPlateau)):",
            "… → if LRScheduler and (not isinstance(scheduler, ReduceLROnPlateau)):",
        ),
    },
    "split_train_val": {
        **never_negative("n", "n_val", "seed"),
        "there is one index at least": ("n = max(n, 1)",),
        "every seed gives a split of its own, whichever it is": (
            "seed = -seed",
            "seed = 2 * seed",
            "seed = seed + 1",
            "seed = seed - 1",
            "… → keys = [rng.random() for _ in range(n + 1)]",
        ),
        "the order within a part plays no part, and indices are never negative": (
            "result = list(result[0])[::-1], result[1]",
            "result = result[0], list(result[1])[::-1]",
            "result = sorted(list(result[0])…",
            "result = result[0], sorted(list(result[1])…",
            "result = [abs(v) for v in list(result[0])], result[1]",
            "result = result[0], [abs(v) for v in list(result[1])]",
        ),
        "seeding torch's own generator is impolite, the split is the same": (
            "…torch.Generator().manual_seed(seed)… → …torch.manual_seed(seed)…",
        ),
        "a list of indices is as good as a tensor or a set of them": (
            "… → order = torch.randperm(n, "
            "generator=torch.Generator().manual_seed(seed))",
            "… → order = torch.randperm(n, generator=torch.manual_seed(seed)).tolist()",
            "… → val = random.Random(seed).sample(range(n), n_val)",
        ),
    },
    "cosine_lr": {
        **never_negative("t", "total_steps", "max_lr", "min_lr"),
        **POSITIVE,
        "the optimizer is there for the scheduler alone, nobody looks at its "
        "parameter": (
            "optimizer.step() → pass",
            "… → optimizer",
            "… → optimizer = torch.optim.SGD([torch.zeros(2)], lr=max_lr)",
            "… → optimizer = torch.optim.SGD([torch.zeros(0)], lr=max_lr)",
        ),
        "a schedule has one step at least": ("total_steps = max(total_steps, 1)",),
        "at the last step the cosine is at min_lr, too": (
            "if t >= total_steps: → if t > total_steps:",
        ),
        "a share is never negative": (
            "… → share = np.clip(0, t / total_steps, 1)",
            "… → share = np.clip(t / total_steps, -1, 1)",
        ),
    },
    "one_cycle_lr": {
        **never_negative(
            "t", "total_steps", "max_lr", "pct_start", "div_factor", "final_div_factor"
        ),
        **at_most(1, "pct_start"),
        **POSITIVE,
        **NOT_ZERO,
        "the optimizer is there for the scheduler alone, nobody looks at its "
        "parameter": (
            "optimizer.step() → pass",
            "… → optimizer",
            "… → optimizer = torch.optim.SGD([torch.zeros(1)])",
            "… → optimizer = torch.optim.SGD([torch.zeros(2)], lr=max_lr)",
            "… → optimizer = torch.optim.SGD([torch.zeros(0)], lr=max_lr)",
        ),
        "fewer than two steps leave no room for a peak": (
            "total_steps = max(total_steps, 1)",
            "total_steps = max(total_steps, 2)",
        ),
        "0 is excluded: there 1 < pct_start · T, and one does not divide by 0": (
            "pct_start = pct_start or 0.3",
            "div_factor = div_factor or 25.0",
            "final_div_factor = final_div_factor or 10000.0",
        ),
        "at the peak both halves are at the highest rate": (
            "if t <= peak: → if t < peak:",
            "if t > peak: → if t >= peak:",
            "if t < peak: → if t <= peak:",
            "…if place <= 1 else… → …if place < 1 else…",
        ),
        "the cosine is even, and 1 + x is as far from 0 as 1 − x from 2": (
            "…1 - t / peak… → …1 + t / peak…",
            "…1 - t / peak… → …t / peak - 1…",
            "…(t - peak) / (end - peak)… → …(peak - t) / (end - peak)…",
            "…(t - peak) / (end - peak)… → …(t - peak) / (peak - end)…",
            "… → share = (begin - t) / (end - begin)",
            "… → share = (t - begin) / (begin - end)",
            "…(t - peak) / (total_steps - 1 - peak)… → …(peak - t) / (…",
            "…(t - peak) / (total_steps - 1 - peak)… → …(peak - (total_steps - 1))…",
        ),
        "at the last step the fall is at the last rate, too": (
            "if t >= total_steps - 1: → if t > total_steps - 1:",
            "if t >= total_steps - 1: → if t >= total_steps:",
            "if t >= total_steps - 1: → if t >= total_steps - 0:",
        ),
        "the sine is squared, so its sign plays no part": (
            "left = … → left = (t - (total_steps - 1)) / …",
            "left = … → left = … / (peak - (total_steps - 1))",
        ),
        "OneCycleLR sets every rate itself, and SGD has no momentum here": (
            "optimizer = … → optimizer = torch.optim.SGD([torch.zeros(1)])",
            "scheduler = … → … total_steps, **named)",
            "scheduler = … → …cycle_momentum=True, **named)",
        ),
        "a dictionary takes pairs as well": ("named |= dict(zip(… → named |= zip(…",),
    },
    "warmup_then": {
        **never_negative("warmup_steps", "start_factor"),
        **at_most(1, "start_factor"),
        "at the join both halves are at the schedule's first rate": (
            "…if t < warmup_steps else… → …if t <= warmup_steps else…",
            "right_interp: … → if t > warmup_steps:",
        ),
    },
    "paired_interval": {
        **never_negative("level"),
        **at_most(1, "level"),
        "a level of 0 is none": ("level = level or 0.95",),
        "a result that is no number has no mean": tuple(
            f"{name} = [m {rest}"
            for name in ("a", "b")
            for rest in ("for m in …", "if m == m else …")
        ),
        "a covariance does not care which comes first": (
            "table = np.cov(a, b) → table = np.cov(b, a)",
            "variance = … → … - 2 * table[1, 0]",
        ),
        "it is there for a variance that rounding has made negative": (
            "half = … → …* variance ** 0.5 / len(a) ** 0.5",
            "half = … → …1) * max(variance, -1.0) ** 0.5 / len(a) ** 0.5",
        ),
        "the factor may be rounded, and need not": (
            "factor = round(… → factor = student_t(level, len(lead) - 1)",
            "factor = round(… → factor = round(student_t(level, len(lead) - 1), 4)",
            "factor = round(… → factor = round(student_t(level, len(lead) - 1), 6)",
        ),
    },
    "ema": {
        **never_negative("decay"),
        **at_most(1, "decay"),
        "the first weights, taken once more, leave an average of themselves alone": (
            "for theta in weights[1:]: → for theta in weights:",
            "for theta in weights[1:]: → for theta in weights[:]:",
            "for theta in weights[1:]: → for theta in weights[1 - 1:]:",
            "for theta in weights[1:]: → for theta in weights[0:]:",
        ),
        "the average is a tensor of its own by then": (
            "total = total + … → total += …",
        ),
        "numpy stacks a list of arrays, and takes tensors for arrays, by itself": (
            "table = … → table = [w.numpy() for w in weights]",
            "table = … → table = np.stack([w for w in weights])",
        ),
        "one number that is no whole one makes a range of such": (
            "…, -1, -1.0) → …, -1.0, -1)",
        ),
        "the first update copies the weights, whatever the average held": (
            "model.w = … → model.w = torch.nn.Parameter(weights[-1].clone())",
        ),
        "weights that autograd follows are as good": (
            "return average.module.w.detach() → return average.module.w",
        ),
    },
    "adamw_step": {
        **never_negative("lr", "weight_decay"),
        "the state has three parts": tuple(
            f"state = state[:{n}]" for n in (5, 10, 20, 50, 100, 200)
        ),
        "a number cannot be changed in place": (
            "t = t + 1 → t += 1",
            "step = step + 1 → step += 1",
        ),
        "torch takes an array of numpy's as a tensor": (
            "new = … → new = (1 - lr * weight_decay) * theta - lr * step",
        ),
    },
    "shrinkage": {
        **never_negative("weight_decay"),
        "a product is the same in any order": ("rates = sorted(rates)",),
        "a rate is never negative": ("rates = [abs(m) for m in rates]",),
        "a rate is a number": (
            "rates = [m for m in rates if m == m]",
            "rates = [m if m == m else …",
        ),
        "a number cannot be changed in place": (
            "left = left * … → left *= …",
            "left = left - … → left -= …",
        ),
    },
    "wsd_lr": {
        **never_negative("t", "total_steps", "max_lr", "warmup_steps", "decay_steps"),
        **POSITIVE,
        "there is one step at least, and the decay takes one": (
            "total_steps = max(total_steps, 1)",
            "decay_steps = max(decay_steps, 1)",
        ),
        "where two parts meet both have the same rate": (
            "if t < total_steps - decay_steps: → if t <= total_steps - decay_steps:",
            "if t < total_steps: → if t <= total_steps:",
            "if t >= total_steps: → if t > total_steps:",
            "if t >= begin: → if t > begin:",
            "rising = t < warmup_steps → rising = t <= warmup_steps",
        ),
        "above 1 it is not the smallest of the three": ("…else 1.0 → …else 2.0",),
        "one entry more of the table is 0, as what comes after it": (
            "…range(decay_steps, 0, -1)] → …range(decay_steps, 0 - 1, -1)]",
            "…range(decay_steps, 0, -1)] → …range(decay_steps, -1, -1)]",
        ),
    },
}
