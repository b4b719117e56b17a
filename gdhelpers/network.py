"""The network of "Learning Rate Scheduling", its gradient and its SGD, made quick.

With so small a network torch spends more time on keeping autograd's and the
optimizer's books than on arithmetic. Both are therefore written out here, to the same
numbers; the tests hold them against `backward()` and `torch.optim.SGD`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn.functional import nll_loss
from torch.nn.init import calculate_gain


class Perceptron(nn.Module):
    """inputs → hidden → ReLU → 10 classes; maps (n, inputs) to logits (n, outputs).

    After `torch.manual_seed(0)` its weights are those of the source's model (Deep
    Learning Wizard).
    """

    def __init__(self, hidden: int = 100, inputs: int = 784, outputs: int = 10):
        super().__init__()
        self.fc1 = nn.Linear(inputs, hidden)
        self.fc2 = nn.Linear(hidden, outputs)

    def forward(self, x: Tensor) -> Tensor:
        """Give the logits."""
        return self.fc2(self.fc1(x).relu())

    @torch.no_grad()
    def backpropagate(self, x: Tensor, y: Tensor) -> float:
        """Set every parameter's `.grad` to that of the mean cross-entropy; give it.

        By the chain rule, from the logits z back: dL/dz = (softmax(z) - onehot(y)) / n.
        """
        first, second = self.fc1, self.fc2
        hidden = torch.addmm(first.bias, x, first.weight.T).relu_()
        log_p = torch.addmm(second.bias, hidden, second.weight.T).log_softmax(1)
        loss = nll_loss(log_p, y)
        d_logits = log_p.exp_().scatter_add_(
            1, y.unsqueeze(1), log_p.new_full((len(y), 1), -1.0)
        )
        d_logits /= len(y)
        d_hidden = (d_logits @ second.weight).mul_(hidden.sign())
        second.weight.grad, second.bias.grad = d_logits.T @ hidden, d_logits.sum(0)
        first.weight.grad, first.bias.grad = d_hidden.T @ x, d_hidden.sum(0)
        return loss.item()


class PlainSGD(torch.optim.Optimizer):
    """SGD with momentum v ← μv + g, θ ← θ - η(g + μv) if `nesterov`, else θ - ηv.

    Steps as torch.optim.SGD to the last bit, and any torch scheduler can drive it.
    """

    def __init__(
        self,
        params: Iterable[Tensor],
        lr: float,
        momentum: float = 0.0,
        nesterov: bool = False,
    ):
        if not (lr >= 0 and momentum >= 0):
            raise ValueError(f"lr and momentum must be ≥ 0, got {lr} and {momentum}")
        super().__init__(params, {"lr": lr, "momentum": momentum, "nesterov": nesterov})
        for group in self.param_groups:
            for p in group["params"]:
                self.state[p]["velocity"] = torch.zeros_like(p)

    @torch.no_grad()
    def step(self) -> None:
        """Take one step along the gradients in `.grad`."""
        self.update()

    def update(self) -> None:
        """Step without torch's hooks, a tenth of a run's time; under no_grad only."""
        for group in self.param_groups:
            momentum, lr = group["momentum"], group["lr"]
            for p in group["params"]:
                g, v = p.grad, self.state[p]["velocity"]
                v.mul_(momentum).add_(g)
                p.add_(g.add(v, alpha=momentum) if group["nesterov"] else v, alpha=-lr)


def seeded_model(
    seed: int, hidden: int = 100, inputs: int = 784
) -> tuple[Perceptron, torch.Generator]:
    """Give the model that `seed` fixes, and its stream where the weights left it.

    The weights are those of `nn.Linear` after `torch.manual_seed(seed)` on a processor
    with fused multiply-add, and the same bits on any other: training in float64 from
    them agrees between processors to far more digits than one quotes.
    """
    with torch.random.fork_rng(devices=[]):  # what nn.Linear draws is written over
        model = Perceptron(hidden, inputs)
    generator = torch.Generator().manual_seed(seed)
    for layer in (model.fc1, model.fc2):
        bound = 1 / math.sqrt(layer.in_features)
        # As torch computes it, which is one bit off 1 / √inputs at times.
        deviation = calculate_gain("leaky_relu", math.sqrt(5)) * bound
        _draw_uniform(layer.weight, math.sqrt(3) * deviation, generator)
        _draw_uniform(layer.bias, bound, generator)
    return model, generator


@torch.no_grad()
def _draw_uniform(p: Tensor, bound: float, generator: torch.Generator) -> None:
    """Fill with draws from [-bound, bound), the product and sum rounded once.

    A draw has 24 bits and so has the range: their product is exact in float64, and so
    is its sum with the lower end. `uniform_` leaves to the processor whether it rounds
    the product first.
    """
    low, high = torch.tensor([-bound, bound], dtype=p.dtype)
    draws = torch.rand(p.shape, generator=generator, dtype=p.dtype)
    p.copy_(draws.double() * (high - low).double() + low.double())
