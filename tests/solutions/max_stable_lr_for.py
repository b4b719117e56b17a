"""Right ways to write `max_stable_lr_for`."""


def right_eigvalsh(x):
    import torch

    return 2 / torch.linalg.eigvalsh(2 / len(x) * x.T @ x).max().item()


def right_last_eigenvalue(x):
    import torch

    return float(2 / torch.linalg.eigh(2 * x.T @ x / x.shape[0]).eigenvalues[-1])


def right_general_eigenvalues(x):
    import torch

    return 2 / torch.linalg.eigvals(x.T @ x * (2 / len(x))).real.max().item()


def right_two_cancelled(x):
    import torch

    return (len(x) / torch.linalg.eigvalsh(x.T @ x)[-1]).item()


def right_singular_value(x):
    import torch

    return len(x) / torch.linalg.svdvals(x)[0].item() ** 2


def right_other_side(x):
    import torch

    return 2 / torch.linalg.eigvalsh(2 / len(x) * x @ x.T).max().item()


def right_power_iteration(x):
    import torch

    hessian = 2 / len(x) * x.T @ x
    v = torch.ones(x.shape[1], dtype=x.dtype)
    for _ in range(500):
        v = hessian @ v
        v = v / v.norm()
    return 2 / (v @ hessian @ v).item()


def right_autograd_hessian(x):
    import torch

    def loss(a):
        return ((x @ a) ** 2).mean()

    zero = torch.zeros(x.shape[1], dtype=x.dtype)
    hessian = torch.autograd.functional.hessian(loss, zero)
    return 2 / torch.linalg.eigvalsh(hessian).max().item()


def right_numpy(x):
    import numpy as np

    m = x.numpy()
    return float(2 / np.linalg.eigvalsh(2 / len(m) * m.T @ m).max())


def right_characteristic_polynomial(x):
    import numpy as np

    hessian = (2 / len(x) * x.T @ x).numpy()
    return 2 / max(np.roots(np.poly(hessian)).real)


def right_spectral_norm(x):
    import torch

    return 2 / torch.linalg.matrix_norm(2 / len(x) * x.T @ x, ord=2).item()
