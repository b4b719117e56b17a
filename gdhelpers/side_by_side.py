"""One seed's networks, one for each schedule, side by side in wide matrices.

They see the same images, so their first layers make one product. With so small networks
autograd would spend as long on its books as on arithmetic; the gradient is therefore
written out, and the tests hold it against `train`, whose own they hold against torch's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import torch
from torch import Tensor

from gdhelpers.data import Images
from gdhelpers.network import seeded_model

GRID = 2.0**-20  # of gradients in float64; two processors differ by some 1e-17
_ROUNDING = 1.5 * 2.0**52 * GRID  # added and taken away, it leaves a multiple of GRID


class SideBySide:
    """R perceptrons of h hidden units that begin as `seeded_model(seed)`.

    All weights, not the biases, are `gain` times that model's at first.

    Attributes:
        weights: of the layers W1 (d, R·h), b1 (R·h), W2 (R, h, 10), b2 (R, 1, 10).
        generator: the seed's stream, where the weights left it.
    """

    def __init__(
        self,
        seed: int,
        runs: int,
        hidden: int,
        inputs: int,
        dtype: torch.dtype,
        gain: float = 1.0,
    ):
        model, self.generator = seeded_model(seed, hidden, inputs)
        self.runs, self.hidden, self.exact = runs, hidden, dtype == torch.float64
        first, second = (
            (gain * layer.weight.detach().T.to(dtype), layer.bias.detach().to(dtype))
            for layer in (model.fc1, model.fc2)
        )
        self.weights = [
            first[0].repeat(1, runs),
            first[1].repeat(runs),
            second[0].repeat(runs, 1, 1),
            second[1].repeat(runs, 1, 1),
        ]
        self.velocity = [torch.zeros_like(w) for w in self.weights]

    def logits(
        self, x: Tensor, weights: list[Tensor] | None = None
    ) -> tuple[Tensor, Tensor]:
        """Map x of shape (n, d) to hidden units (R, n, h) and logits (R, n, 10)."""
        w1, b1, w2, b2 = weights or self.weights
        units = torch.addmm(b1, x, w1).relu_().view(len(x), self.runs, self.hidden)
        units = units.transpose(0, 1)
        return units, torch.baddbmm(b2, units, w2)

    def backpropagate(self, x: Tensor, y: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Give each run's mean cross-entropy, shape (R,), and its gradients.

        By the chain rule, from the logits z back: dL/dz = (softmax(z) - onehot(y)) / n.
        """
        n = len(x)
        units, logits = self.logits(x)
        log_p = logits.log_softmax(2)
        own = y.view(1, n, 1).expand(self.runs, n, 1)
        loss = -log_p.gather(2, own).mean((1, 2))
        d_logits = log_p.exp_().scatter_add_(
            2, own, log_p.new_full((), -1.0).expand(own.shape)
        )
        d_logits /= n
        d_units = d_logits @ self.weights[2].transpose(1, 2)
        d_units = d_units.mul_(units > 0).transpose(0, 1).reshape(n, -1)
        return loss, [
            x.T @ d_units,
            d_units.sum(0),
            units.transpose(1, 2) @ d_logits,
            d_logits.sum(1, keepdim=True),
        ]

    def step(
        self, gradients: list[Tensor], rates: Tensor, momentum: float, nesterov: bool
    ) -> None:
        """Step as torch.optim.SGD, each run with its own rate of `rates`, shape (R,).

        Overwrites the gradients. In float64 each is rounded to a multiple of `GRID`.
        """
        for w, v, g, lr in self._parts(gradients, rates, self.velocity):
            v.mul_(momentum).add_(g)
            # Product and sum apart: fused, they are rounded once, but not everywhere.
            step = g.add_(v * momentum) if nesterov else v
            w.sub_(step * lr)

    def _parts(
        self, gradients: list[Tensor], rates: Tensor, remembered: list[Tensor]
    ) -> Iterator[tuple[Tensor, ...]]:
        """Give weights, what is remembered of them, gradient and rate, by layer."""
        wide, each = rates.repeat_interleave(self.hidden), rates.view(-1, 1, 1)
        columns = (wide, wide, each, each)
        for g in gradients:
            if self.exact:
                g.add_(_ROUNDING).sub_(_ROUNDING)
        return zip(self.weights, remembered, gradients, columns, strict=True)

    def averaged(self, mean: list[Tensor] | None, decay: float) -> list[Tensor]:
        """Take the weights into an average: mean ← decay·mean + (1 - decay)·weights."""
        if mean is None:
            return [w.clone() for w in self.weights]
        for m, w in zip(mean, self.weights, strict=True):
            m.mul_(decay).add_(w * (1 - decay))
        return mean

    def measure(
        self,
        data: Images,
        parts: Iterable[str],
        weights: list[Tensor] | None = None,
    ) -> dict[str, Tensor]:
        """Give mean loss and accuracy in percent, shape (R,), on "test" and "val".

        Args:
            weights: in place of the networks' own, such as their average.
        """
        found = {}
        for part in parts:
            x, y = getattr(data, f"x_{part}"), getattr(data, f"y_{part}")
            if x is None:
                continue
            _, logits = self.logits(x, weights)
            own = y.view(1, -1, 1).expand(self.runs, -1, 1)
            found[f"{part}_loss"] = -logits.log_softmax(2).gather(2, own).mean((1, 2))
            right = (logits.argmax(2) == y).sum(1).double()
            found[f"{part}_accuracy"] = 100 * right / len(y)
        return found


class Adam(SideBySide):
    """The same, stepped as torch.optim.Adam; see `gdhelpers.adam`.

    Sums, products, quotients and roots one by one, each of which every processor
    rounds alike.
    """

    BETA2, EPS = 0.999, 1e-8

    def __init__(self, *shape):
        super().__init__(*shape)
        self.square = [torch.zeros_like(w) for w in self.weights]
        self.steps = 0

    def step(
        self, gradients: list[Tensor], rates: Tensor, momentum: float, nesterov: bool
    ) -> None:
        """Step with β₁ = momentum."""
        self.steps += 1
        first = 1 - momentum**self.steps
        second = 1 - self.BETA2**self.steps
        both = zip(self.velocity, self.square, strict=True)
        for w, (m, s), g, lr in self._parts(gradients, rates, list(both)):
            m.mul_(momentum).add_(g * (1 - momentum))
            s.mul_(self.BETA2).add_(g.mul_(g).mul_(1 - self.BETA2))
            scale = (s / second).sqrt_().add_(self.EPS)
            w.sub_((m / first).mul_(lr).div_(scale))


class ScheduleFree(SideBySide):
    """The same, stepped by schedule-free SGD (Defazio et al., 2024).

    z ← z - η∇L(y), x the mean of all z so far, y = (1 - β)z + βx. Gradients are taken
    at y, here `weights`; what is measured is x.
    """

    def __init__(self, *shape):
        super().__init__(*shape)
        self.base = [w.clone() for w in self.weights]
        self.mean = [w.clone() for w in self.weights]
        self.steps = 0

    def step(
        self, gradients: list[Tensor], rates: Tensor, momentum: float, nesterov: bool
    ) -> None:
        """Step with β = momentum."""
        self.steps += 1
        both = zip(self.base, self.mean, strict=True)
        for y, (z, x), g, lr in self._parts(gradients, rates, list(both)):
            z.sub_(g.mul_(lr))
            x.add_((z - x).div_(self.steps + 1))
            y.copy_(z * (1 - momentum)).add_(x * momentum)

    def measure(
        self,
        data: Images,
        parts: Iterable[str],
        weights: list[Tensor] | None = None,
    ) -> dict[str, Tensor]:
        """Measure the mean of all z, or other weights."""
        return super().measure(data, parts, weights or self.mean)


OPTIMIZERS = {"sgd": SideBySide, "adam": Adam, "schedule-free": ScheduleFree}
