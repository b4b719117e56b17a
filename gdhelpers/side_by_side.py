"""One seed's networks, one for each schedule, side by side in wide matrices.

They see the same images, so their first layers make one product. With so small networks
autograd would spend as long on its books as on arithmetic; the gradient is therefore
written out, and the tests hold it against `train`, whose own they hold against torch's.
"""

from __future__ import annotations

from collections.abc import Iterable

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

    def logits(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Map x of shape (n, d) to hidden units (R, n, h) and logits (R, n, 10)."""
        w1, b1, w2, b2 = self.weights
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
        wide, each = rates.repeat_interleave(self.hidden), rates.view(-1, 1, 1)
        columns = (wide, wide, each, each)
        for w, v, g, lr in zip(
            self.weights, self.velocity, gradients, columns, strict=True
        ):
            if self.exact:
                g.add_(_ROUNDING).sub_(_ROUNDING)
            v.mul_(momentum).add_(g)
            # Product and sum apart: fused, they are rounded once, but not everywhere.
            step = g.add_(v * momentum) if nesterov else v
            w.sub_(step * lr)

    def measure(self, data: Images, parts: Iterable[str]) -> dict[str, Tensor]:
        """Give mean loss and accuracy in percent, shape (R,), on "test" and "val"."""
        found = {}
        for part in parts:
            x, y = getattr(data, f"x_{part}"), getattr(data, f"y_{part}")
            if x is None:
                continue
            _, logits = self.logits(x)
            own = y.view(1, -1, 1).expand(self.runs, -1, 1)
            found[f"{part}_loss"] = -logits.log_softmax(2).gather(2, own).mean((1, 2))
            right = (logits.argmax(2) == y).sum(1).double()
            found[f"{part}_accuracy"] = 100 * right / len(y)
        return found
