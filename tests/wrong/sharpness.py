"""Wrong ways to find the sharpness, as people write them."""

import torch


def _begin(loss_fn, params, seed):
    theta = params.detach().clone().requires_grad_()
    (g,) = torch.autograd.grad(loss_fn(theta), theta, create_graph=True)
    generator = torch.Generator().manual_seed(seed)
    v = torch.randn(theta.shape, generator=generator, dtype=theta.dtype)

    def product(v):
        return torch.autograd.grad(g @ v, theta, retain_graph=True)[0]

    return g, v, product


def _direction(loss_fn, params, iterations, seed):
    _, v, product = _begin(loss_fn, params, seed)
    for _ in range(iterations):
        v = product(v / v.norm())
    return v / v.norm(), product


def wrong_not_of_length_one(loss_fn, params, iterations, seed):
    """Told: v keeps growing."""
    _, v, product = _begin(loss_fn, params, seed)
    for _ in range(iterations):
        hv = product(v)
        found, v = v @ hv, hv
    return found.item()


def wrong_length(loss_fn, params, iterations, seed):
    """Told: length of Hv / signs lost."""
    v, product = _direction(loss_fn, params, iterations, seed)
    return product(v).norm().item()


def wrong_absolute(loss_fn, params, iterations, seed):
    """Told: length of Hv / signs lost."""
    v, product = _direction(loss_fn, params, iterations, seed)
    return abs((v @ product(v)).item())


def wrong_largest_by_sign(loss_fn, params, iterations, seed):
    """Told: largest, not steepest."""
    h = torch.autograd.functional.hessian(loss_fn, params)
    return max(torch.linalg.eigvalsh(h).tolist())


def wrong_once(loss_fn, params, iterations, seed):
    """Told: one product only."""
    _, v, product = _begin(loss_fn, params, seed)
    v = v / v.norm()
    return (v @ product(v)).item()


def wrong_loop_that_forgets(loss_fn, params, iterations, seed):
    """Told: one product only."""
    _, v, product = _begin(loss_fn, params, seed)
    v = v / v.norm()
    for _ in range(iterations):
        hv = product(v)
    return (v @ hv).item()


def wrong_bound(loss_fn, params, iterations, seed):
    """Told: the bound returned."""
    v, product = _direction(loss_fn, params, iterations, seed)
    return 2 / (v @ product(v)).item()


def wrong_steepness(loss_fn, params, iterations, seed):
    """Told: the gradient's length."""
    g, *_ = _begin(loss_fn, params, seed)
    return g.norm().item()


def wrong_along_the_gradient(loss_fn, params, iterations, seed):
    """Told: along the gradient / what came back."""
    g, _, product = _begin(loss_fn, params, seed)
    v = g.detach() / g.detach().norm()
    return (v @ product(v)).item()


def wrong_gradient_at_v(loss_fn, params, iterations, seed):
    """Told: the gradient at v."""
    generator = torch.Generator().manual_seed(seed)
    v = torch.randn(params.shape, generator=generator, dtype=params.dtype)
    for _ in range(iterations):
        v = (v / v.norm()).requires_grad_()
        (hv,) = torch.autograd.grad(loss_fn(v), v)
        found, v = (v @ hv).item(), hv
    return found


def wrong_at_zero(loss_fn, params, iterations, seed):
    """Told: at the origin."""
    v, product = _direction(loss_fn, torch.zeros_like(params), iterations, seed)
    return (v @ product(v)).item()


def wrong_diagonal(loss_fn, params, iterations, seed):
    """Told: the diagonal's largest / what came back."""
    h = torch.autograd.functional.hessian(loss_fn, params)
    return h.diagonal().max().item()


def wrong_trace(loss_fn, params, iterations, seed):
    """Told: the sum of all."""
    h = torch.autograd.functional.hessian(loss_fn, params)
    return h.trace().item()


def wrong_direction(loss_fn, params, iterations, seed):
    """Told: direction returned / what came back."""
    return _direction(loss_fn, params, iterations, seed)[0].tolist()


def wrong_no_graph(loss_fn, params, iterations, seed):
    """Told: what came back."""
    theta = params.detach().clone().requires_grad_()
    (g,) = torch.autograd.grad(loss_fn(theta), theta)
    v = torch.randn_like(theta)
    for _ in range(iterations):
        v = v / v.norm()
        (hv,) = torch.autograd.grad(g @ v, theta)
        found, v = v @ hv, hv
    return found.item()


def wrong_graph_thrown_away(loss_fn, params, iterations, seed):
    """Told: what came back."""
    theta = params.detach().clone().requires_grad_()
    (g,) = torch.autograd.grad(loss_fn(theta), theta, create_graph=True)
    v = torch.randn(theta.shape, dtype=theta.dtype)
    for _ in range(iterations):
        v = v / v.norm()
        (hv,) = torch.autograd.grad(g @ v, theta)
        found, v = v @ hv, hv
    return found.item()


def wrong_not_marked(loss_fn, params, iterations, seed):
    """Told: what came back."""
    (g,) = torch.autograd.grad(loss_fn(params), params, create_graph=True)
    return g.norm().item()


def wrong_smallest(loss_fn, params, iterations, seed):
    """Told: what came back."""
    h = torch.autograd.functional.hessian(loss_fn, params)
    return min(torch.linalg.eigvalsh(h).tolist(), key=abs)


def wrong_prints(loss_fn, params, iterations, seed):
    """Told: what came back."""
    v, product = _direction(loss_fn, params, iterations, seed)
    print((v @ product(v)).item())


def wrong_halved(loss_fn, params, iterations, seed):
    """Told: what came back."""
    v, product = _direction(loss_fn, params, iterations, seed)
    return (v @ product(v)).item() / 2
