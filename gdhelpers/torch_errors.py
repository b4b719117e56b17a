"""What errors that say little mean in a lesson, most of them torch's on autograd."""

from __future__ import annotations

_DOMAIN = (
    "A logarithm needs a number above 0, and here it is 0 or below: look at what is "
    "handed to it, and what is to happen there."
)
HINTS = {
    "a leaf Variable that requires grad is being used in an in-place operation": (
        "`-=` writes into a tensor that autograd follows. Write `a = a - …` on numbers "
        "that are `.detach()`ed, or put the update into `with torch.no_grad():`."
    ),
    "backward through the graph a second time": (
        "In a training the loss then hangs on what was computed in a round before: "
        "compute it anew in each, from weights that are `.detach()`ed. Where the same "
        "thing is meant to be differentiated again, say `retain_graph=True`."
    ),
    "does not require grad and does not have a grad_fn": (
        "Autograd follows nothing in what is differentiated here. Make the tensor "
        "with `requires_grad=True`, or take a copy, `x.clone().requires_grad_()`. A "
        "gradient that is to be differentiated once more wants `create_graph=True`."
    ),
    "Can't call numpy() on Tensor that requires grad": (
        "Autograd follows this tensor: take `.detach()` first, or `.item()` of a "
        "number."
    ),
    "floating point and complex dtype can require gradients": (
        "Autograd follows no whole numbers: write a point, as in `500.0`."
    ),
    "to have same dtype, but found": (
        "One of the two has 7 digits (float32), the other 16 (float64): make it with "
        "`dtype=` of the other."
    ),
    "must match the size of tensor b": (
        "Two tensors differ in length. One that you make yourself takes its length "
        "from what is handed in: `torch.zeros_like(…)`, or `torch.zeros(len(…))`."
    ),
    "'function' object has no attribute": (
        "A function stands where what it returns is wanted: call it, with ( )."
    ),
    "math domain error": _DOMAIN,
    "expected a positive input": _DOMAIN,  # the same, from Python 3.14 on
}


def meaning(error: str) -> str:
    """A sentence on one of these errors, with a blank before it; "" for others."""
    return next((f" {hint}" for part, hint in HINTS.items() if part in error), "")
