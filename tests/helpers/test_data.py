import hashlib

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gdhelpers import data


@given(st.integers(1, 300), st.integers(0, 2**31), st.sampled_from([3.0, -1.5]))
@settings(deadline=None)
def test_noisy_line_is_the_line_plus_the_noise_it_names(n, seed, slope):
    x, y = data.noisy_line(n, "uniform", seed, slope=slope)
    assert x.shape == (n, 2) and y.shape == (n,)
    assert x.dtype == y.dtype == torch.float64
    assert torch.equal(x[:, 1], torch.ones(n, dtype=torch.float64))
    assert (x[:, 0] >= -1).all() and (x[:, 0] < 1).all()
    noise = y - (slope * x[:, 0] + 2)
    assert (noise > -1e-12).all() and (noise < 1).all()


@pytest.mark.parametrize(("noise", "mean"), [("uniform", 0.5), ("gaussian", 0.0)])
def test_least_squares_finds_the_line_and_the_mean_of_the_noise(noise, mean):
    x, y = data.noisy_line(100_000, noise, seed=1)
    slope, intercept = torch.linalg.lstsq(x, y).solution
    assert slope.item() == pytest.approx(3, abs=0.01)
    assert intercept.item() == pytest.approx(2 + mean, abs=0.005)
    residual = y - x @ torch.stack([slope, intercept])
    assert residual.var().item() == pytest.approx(1 / 12, rel=0.02)
    # A uniform residual never leaves ±½; a Gaussian one does so 8 times in 100.
    assert ((residual.abs() > 0.52).double().mean() > 0.05) == (noise == "gaussian")


def test_noisy_line_repeats_by_seed_and_leaves_the_global_generator_alone():
    state = torch.get_rng_state()
    x, y = data.noisy_line(seed=3)
    again = data.noisy_line(seed=3)
    gaussian = data.noisy_line(seed=3, noise="gaussian")
    assert torch.equal(x, again[0]) and torch.equal(y, again[1])
    assert torch.equal(x, gaussian[0]) and not torch.equal(y, gaussian[1])
    assert not torch.equal(x, data.noisy_line(seed=4)[0])
    assert torch.equal(state, torch.get_rng_state())
    assert data.noisy_line(dtype=torch.float32)[1].dtype == torch.float32


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"n": 0}, "n must be ≥ 1, got 0"), ({"noise": "Gauss"}, '"gaussian", got')],
)
def test_noisy_line_says_what_is_wrong(arguments, message):
    with pytest.raises(ValueError, match=message):
        data.noisy_line(**arguments)


def test_mnist_is_complete_and_stays_in_memory():
    mnist = data.load_mnist()
    assert mnist.x_train.shape == (60000, 784) and mnist.x_test.shape == (10000, 784)
    assert mnist.x_train.dtype == torch.float32 and mnist.y_train.dtype == torch.int64
    assert mnist.x_train.min() == 0 and mnist.x_train.max() == 1
    # The counts of each digit and the mean and deviation known from the literature.
    assert mnist.y_train.bincount().tolist() == [
        5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949
    ]  # fmt: skip
    assert mnist.y_test.bincount().tolist() == [
        980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009
    ]  # fmt: skip
    assert mnist.x_train.mean().item() == pytest.approx(0.1307, abs=5e-5)
    assert mnist.x_train.std().item() == pytest.approx(0.3081, abs=5e-5)
    assert data.load_mnist() is mnist
    assert mnist.y_train[:5].tolist() == [5, 0, 4, 1, 9]


def test_a_missing_or_damaged_file_is_named_with_its_checksum(tmp_path, monkeypatch):
    path = tmp_path / "mnist.npz"
    monkeypatch.setattr(data, "MNIST_FILE", path)
    with pytest.raises(FileNotFoundError) as missing:
        data.load_mnist()
    content = bytearray(data.Path(data.__file__).with_name("mnist.npz").read_bytes())
    content[1000] ^= 1
    path.write_bytes(content)
    with pytest.raises(ValueError, match="damaged") as damaged:
        data.load_mnist()
    for error in (missing, damaged):
        assert str(path) in str(error.value)
        assert data.MNIST_SHA256 in str(error.value)
    assert hashlib.sha256(content).hexdigest() in str(damaged.value)


def test_hold_out_splits_and_refuses_an_overlap():
    mnist = data.load_mnist()
    split = data.hold_out(mnist, np.arange(10, 30), [3, 4])
    assert torch.equal(split.x_train, mnist.x_train[10:30])
    assert torch.equal(split.y_val, mnist.y_train[[3, 4]])
    assert split.x_test is mnist.x_test
    with pytest.raises(ValueError, match="overlap"):
        data.hold_out(mnist, [1, 2, 3], [3, 4])


def test_small_mnist_is_a_part_at_half_the_resolution():
    small, mnist = data.small_mnist(n_train=50, n_val=20, n_test=30), data.load_mnist()
    assert small.x_train.shape == (50, 196) and small.x_val.shape == (20, 196)
    image = mnist.x_test[0].view(14, 2, 14, 2).mean((1, 3)).flatten()
    assert torch.allclose(small.x_test[0], image)
    means = torch.cat([small.x_train, small.x_val]).mean(1)
    assert len(means.unique()) == 70  # no image twice
    assert data.small_mnist(n_train=50, n_val=0).x_val is None
    with pytest.raises(ValueError, match="at most"):
        data.small_mnist(n_train=60000, n_val=1)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda mnist: mnist.x_train.sub_(0.1307),  # as many tutorials do
        lambda mnist: mnist.x_test[3].zero_(),
        lambda mnist: mnist.y_train.fill_(7),
        lambda mnist: mnist.x_train.requires_grad_(),
        lambda mnist: data.small_mnist(n_test=20).y_test.zero_(),  # a view of it
    ],
)
def test_images_that_were_written_into_are_read_anew(spoil):
    before = data.load_mnist()
    sums = [before.x_train.sum().item(), before.x_test.sum().item()]
    labels = before.y_train[:9].tolist(), before.y_test[:20].tolist()
    spoil(before)
    mnist = data.load_mnist()
    assert mnist is not before and not mnist.x_train.requires_grad
    assert [mnist.x_train.sum().item(), mnist.x_test.sum().item()] == sums
    assert (mnist.y_train[:9].tolist(), mnist.y_test[:20].tolist()) == labels
    assert data.load_mnist() is mnist
    with torch.inference_mode():
        assert data.load_mnist() is mnist


def test_images_read_within_inference_are_watched_too():
    data._read_mnist.cache_clear()
    with torch.inference_mode():
        mnist = data.load_mnist()
    mnist.y_test.zero_()
    assert data.load_mnist().y_test[0] == 7
