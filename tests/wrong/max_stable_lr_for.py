"""Wrong ways to find the bound for data, as people do."""

import torch


def hessian(x):
    return 2 / len(x) * x.T @ x


def wrong_no_n(x):
    """Told: not divided by n."""
    return 2 / torch.linalg.eigvalsh(2 * x.T @ x)[-1].item()


def wrong_no_two(x):
    """Told: factor 2 of the Hessian forgotten."""
    return 2 / torch.linalg.eigvalsh(x.T @ x / len(x))[-1].item()


def wrong_bare(x):
    """Told: plain XᵀX."""
    return 2 / torch.linalg.eigvalsh(x.T @ x)[-1].item()


def wrong_first_eigenvalue(x):
    """Told: smallest curvature."""
    return 2 / torch.linalg.eigvalsh(hessian(x))[0].item()


def wrong_one(x):
    """Told: one over the curvature."""
    return 1 / torch.linalg.eigvalsh(hessian(x)).max().item()


def wrong_best(x):
    """Told: best instead of largest."""
    values = torch.linalg.eigvalsh(hessian(x))
    return 2 / (values[0] + values[-1]).item()


def wrong_singular(x):
    """Told: singular value of x."""
    return 2 / torch.linalg.svdvals(x).max().item()


def wrong_diagonal(x):
    """Told: largest diagonal entry."""
    return 2 / hessian(x).diag().max().item()


def wrong_trace(x):
    """Told: sum of the curvatures."""
    return 2 / hessian(x).trace().item()


def wrong_mean(x):
    """Told: mean curvature."""
    return 2 / torch.linalg.eigvalsh(hessian(x)).mean().item()


def wrong_all_entries(x):
    """Told: divided by all entries of x / factor 2 of the Hessian forgotten."""
    return 2 / torch.linalg.eigvalsh(2 / x.numel() * x.T @ x).max().item()


def wrong_columns(x):
    """Told: divided by the columns / plain XᵀX."""
    return 2 / torch.linalg.eigvalsh(2 / x.shape[1] * x.T @ x).max().item()


def wrong_curvature(x):
    """Told: curvature returned."""
    return torch.linalg.eigvalsh(hessian(x)).max().item()


def wrong_tensor(x):
    """Told: what came back."""
    return 2 / torch.linalg.eigvalsh(hessian(x)).max()


def wrong_complex(x):
    """Told: what came back."""
    return 2 / torch.linalg.eigvals(hessian(x)).max().item()


def wrong_not_square(x):
    """Told: what came back."""
    return 2 / torch.linalg.eigvalsh(x).max().item()


def wrong_largest_entry(x):
    """Told: largest diagonal entry."""
    return 2 / hessian(x).max().item()


def wrong_pair(x):
    """Told: what came back."""
    return 2 / torch.linalg.eigh(hessian(x)).max()
