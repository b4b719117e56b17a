"""What torch's errors about autograd mean in a lesson."""

from __future__ import annotations

HINTS = {
    "a leaf Variable that requires grad is being used in an in-place operation": (
        "`-=` writes into a tensor that autograd follows. Write `a = a - …` on numbers "
        "that are `.detach()`ed, or put the update into `with torch.no_grad():`."
    ),
    "backward through the graph a second time": (
        "The loss hangs on what was computed in a round before. Compute it anew in "
        "each round, from weights that are `.detach()`ed."
    ),
    "does not require grad and does not have a grad_fn": (
        "Autograd follows nothing in this loss. Make the tensor with "
        "`requires_grad=True`, or take a copy, `x.clone().requires_grad_()`."
    ),
    "Can't call numpy() on Tensor that requires grad": (
        "Autograd follows this tensor: take `.detach()` first, or `.item()` of a "
        "number."
    ),
}


def meaning(error: str) -> str:
    """A sentence on one of torch's errors, with a blank before it; "" for others."""
    return next((f" {hint}" for part, hint in HINTS.items() if part in error), "")
