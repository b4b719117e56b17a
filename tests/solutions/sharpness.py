"""Right ways to write `sharpness`."""

import torch


def _product(loss_fn, params):
    theta = params.detach().clone().requires_grad_()
    (g,) = torch.autograd.grad(loss_fn(theta), theta, create_graph=True)

    def product(v):
        (hv,) = torch.autograd.grad(g @ v, theta, retain_graph=True)
        return hv

    return product


def _start(params, seed):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(params.shape, generator=generator).to(params)


def _even_start(params, seed):
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(params.shape, generator=generator, dtype=params.dtype) - 0.5


def _unit(v):
    return v / v.norm()


def right_unit_after(loss_fn, params, iterations, seed):
    product = _product(loss_fn, params)
    v = _start(params, seed)
    v = _unit(v)
    for _ in range(iterations):
        hv = product(v)
        found = torch.dot(v, hv)
        v = hv / hv.norm()
    return found.item()


def right_rayleigh_at_the_end(loss_fn, params, iterations, seed):
    product = _product(loss_fn, params)
    v = _even_start(params, seed)
    for _ in range(iterations):
        v = product(v)
        v = _unit(v)
    return float(v @ product(v))


def right_rayleigh_divided(loss_fn, params, iterations, seed):
    product = _product(loss_fn, params)
    v = _start(params, seed)
    for _ in range(iterations):
        hv = product(v)
        found = (v * hv).sum() / (v * v).sum()
        v = hv / hv.abs().max()
    return found.item()


def right_global_seed(loss_fn, params, iterations, seed):
    torch.manual_seed(seed)
    product = _product(loss_fn, params)
    v = torch.randn_like(params)
    for _ in range(iterations):
        v = _unit(v)
        hv = product(v)
        found, v = (v @ hv).item(), hv
    return found


def right_length_with_the_sign(loss_fn, params, iterations, seed):
    product = _product(loss_fn, params)
    v = _start(params, seed)
    for _ in range(iterations):
        v = _unit(v)
        before, v = v, product(v)
    return (v.norm() * torch.sign(before @ v)).item()


def right_hvp(loss_fn, params, iterations, seed):
    from torch.autograd.functional import hvp

    v = _start(params, seed)
    for _ in range(iterations):
        v = _unit(v)
        _, hv = hvp(loss_fn, params, v)
        found, v = v @ hv, hv
    return found.item()


def right_func(loss_fn, params, iterations, seed):
    h = torch.func.hessian(loss_fn)(params)
    v = _start(params, seed)
    for _ in range(iterations):
        v = _unit(v)
        hv = torch.mv(h, v)
        found, v = v @ hv, hv
    return found.item()


def right_two_gradients(loss_fn, params, iterations, seed):
    """A central difference of gradients in place of a second derivative."""

    def gradient(at):
        at = at.detach().requires_grad_()
        return torch.autograd.grad(loss_fn(at), at)[0]

    v = _start(params, seed)
    for _ in range(iterations):
        v = _unit(v)
        hv = (gradient(params + 1e-4 * v) - gradient(params - 1e-4 * v)) / 2e-4
        found, v = v @ hv, hv
    return found.item()


def right_whole_hessian(loss_fn, params, iterations, seed):
    h = torch.autograd.functional.hessian(loss_fn, params)
    values = torch.linalg.eigvalsh(h)
    return values[values.abs().argmax()].item()


def right_backward(loss_fn, params, iterations, seed):
    theta = params.clone().requires_grad_()
    (g,) = torch.autograd.grad(loss_fn(theta), theta, create_graph=True)
    v = _start(params, seed)
    for _ in range(iterations):
        v = _unit(v)
        theta.grad = None
        (g @ v).backward(retain_graph=True)
        found, v = (v @ theta.grad).item(), theta.grad
    return found
