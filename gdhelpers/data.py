"""The two data sets of the course: a noisy line and MNIST, both as tensors in memory.

MNIST is by Y. LeCun, C. Cortes and C. J. C. Burges (http://yann.lecun.com/exdb/mnist/)
and may be passed on under the Creative Commons licence CC BY-SA 3.0. `mnist.npz`
holds its four arrays unchanged, as unsigned bytes.
"""

from __future__ import annotations

import functools
import hashlib
import io
import math
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

MNIST_FILE = Path(__file__).with_name("mnist.npz")
MNIST_SHA256 = "06af5dfe73b70e3bc1c36439982b18a8d76803db9b544f6fdf838a37fbb01b64"


@dataclass(frozen=True)
class Images:
    """Images as rows of numbers in [0, 1], float32, and their labels, int64.

    Attributes:
        x_train, y_train: what the model learns from, shapes (n, d) and (n,).
        x_test, y_test: what the final result is measured on, never to be chosen by.
        x_val, y_val: held out of training to make choices by; None until `hold_out`.
    """

    x_train: Tensor
    y_train: Tensor
    x_test: Tensor
    y_test: Tensor
    x_val: Tensor | None = None
    y_val: Tensor | None = None


def noisy_line(
    n: int = 100,
    noise: str = "uniform",
    seed: int = 0,
    slope: float = 3.0,
    intercept: float = 2.0,
    dtype: torch.dtype = torch.float64,
) -> tuple[Tensor, Tensor]:
    """Draw n points of y = slope · x + intercept + noise, with x uniform on [-1, 1).

    "uniform" noise lies in [0, 1), as in the code of "Effect of learning rate for
    training convergence": its mean is ½, so a fit finds the intercept ½ too high.
    "gaussian" noise, as that article's text has it, has mean 0 and the same
    variance 1/12. One seed gives the same x with either noise.

    Returns:
        x of shape (n, 2), whose second column is ones, and y of shape (n,).

    >>> x, y = noisy_line(n=5)
    >>> x.shape, y.shape
    (torch.Size([5, 2]), torch.Size([5]))
    """
    if n < 1:
        raise ValueError(f"n must be ≥ 1, got {n}")
    if noise not in ("uniform", "gaussian"):
        raise ValueError(f'noise must be "uniform" or "gaussian", got {noise!r}')
    generator = torch.Generator().manual_seed(seed)
    x = torch.ones(n, 2, dtype=dtype)
    x[:, 0].uniform_(-1, 1, generator=generator)
    if noise == "uniform":
        added = torch.rand(n, dtype=dtype, generator=generator)
    else:
        added = torch.randn(n, dtype=dtype, generator=generator) / math.sqrt(12)
    return x, slope * x[:, 0] + intercept + added


def load_mnist() -> Images:
    """Give MNIST: 60000 training and 10000 test images of 784 pixels in [0, 1].

    Read once in a process, then kept in memory; read anew where one of the tensors was
    written into since. Raises FileNotFoundError or ValueError when the packaged file is
    missing or damaged.
    """
    images, versions = _read_mnist(MNIST_FILE)
    if _versions(images) != versions:
        _read_mnist.cache_clear()
        images, _ = _read_mnist(MNIST_FILE)
    return images


def _versions(images: Images) -> list[tuple[int, bool]]:
    """How often each tensor was written into, and whether autograd follows it."""
    tensors = (getattr(images, field.name) for field in fields(images))
    return [(t._version, t.requires_grad) for t in tensors if t is not None]


@functools.lru_cache(maxsize=1)
@torch.inference_mode(False)  # there a tensor does not count what is written into it
def _read_mnist(path: Path) -> tuple[Images, list[tuple[int, bool]]]:
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing. {_REMEDY}")
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != MNIST_SHA256:
        raise ValueError(f"{path} is damaged: its sha256 is {found}. {_REMEDY}")
    with np.load(io.BytesIO(content)) as arrays:
        x_train, y_train, x_test, y_test = (
            torch.from_numpy(arrays[k])
            for k in ("x_train", "y_train", "x_test", "y_test")
        )
    x_train, x_test = _pixels(x_train), _pixels(x_test)
    images = Images(x_train, y_train.long(), x_test, y_test.long())
    return images, _versions(images)


_REMEDY = (
    "Restore it from the course's repository or install gdhelpers again; "
    f"its sha256 should be {MNIST_SHA256}."
)


def _pixels(images: Tensor) -> Tensor:
    return images.flatten(1).float().div_(255)


def hold_out(data: Images, train_idx: Tensor, val_idx: Tensor) -> Images:
    """Split the training images: learn from `train_idx`, choose by `val_idx`.

    The indices are integer tensors, arrays or lists; the two must not overlap.
    """
    train_idx, val_idx = torch.as_tensor(train_idx), torch.as_tensor(val_idx)
    if np.intersect1d(train_idx.numpy(), val_idx.numpy()).size:
        raise ValueError("train_idx and val_idx overlap: an image may be in one only")
    return replace(
        data,
        x_train=data.x_train[train_idx],
        y_train=data.y_train[train_idx],
        x_val=data.x_train[val_idx],
        y_val=data.y_train[val_idx],
    )


def small_mnist(
    n_train: int = 6000, n_val: int = 2000, n_test: int = 10000, seed: int = 0
) -> Images:
    """Give a part of MNIST at 14 × 14 pixels, for experiments of many runs.

    `n_train` and `n_val` images, drawn without repetition from the 60000 by `seed`,
    and the first `n_test` of the test images; each pixel is the mean of 2 × 2.
    """
    full = load_mnist()
    if not (n_train >= 1 and n_val >= 0 and n_train + n_val <= len(full.x_train)):
        raise ValueError(
            f"n_train ≥ 1 and n_val ≥ 0 may add up to {len(full.x_train)} at most, "
            f"got {n_train} and {n_val}"
        )
    order = torch.randperm(
        len(full.x_train), generator=torch.Generator().manual_seed(seed)
    )
    train_idx, val_idx = order[:n_train], order[n_train : n_train + n_val]
    return Images(
        _halve(full.x_train[train_idx]),
        full.y_train[train_idx],
        _halve(full.x_test[:n_test]),
        full.y_test[:n_test],
        _halve(full.x_train[val_idx]) if n_val else None,
        full.y_train[val_idx] if n_val else None,
    )


def _halve(x: Tensor) -> Tensor:
    return torch.nn.functional.avg_pool2d(x.view(-1, 1, 28, 28), 2).flatten(1)
