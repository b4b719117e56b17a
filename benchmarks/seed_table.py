"""Print the MNIST results of "Learning Rate Scheduling" beside ours, with the verdict.

    python -m benchmarks.seed_table

About 20 s on two cores.
"""

from __future__ import annotations

from gdhelpers.published_runs import SOURCE_RUNS, Comparison, compare, reproduce_source


def table(name: str, found: Comparison) -> str:
    """Lay out one run: a line for each printout, ours first."""
    at = "step" if SOURCE_RUNS[name].step_size else "epoch"
    lines = [
        name,
        f"  {at:>5}  {'loss':>9}  {'source':>9}  {'accuracy':>8}  {'source':>6}",
    ]
    for i, ((loss, their_loss), (accuracy, their_accuracy)) in enumerate(
        zip(found.loss, found.accuracy, strict=True)
    ):
        where = 500 * (i + 1) if at == "step" else i
        lines.append(
            f"  {where:>5}  {loss:>9.6f}  {their_loss:>9.6f}"
            f"  {accuracy:>8.2f}  {their_accuracy:>6g}"
        )
    if at == "epoch":
        ours, theirs = (", ".join(map(str, e)) for e in found.reduced_after)
        lines.append(f"  rate reduced after epochs {ours} (source: {theirs})")
    return "\n".join([*lines, f"  → {found.verdict}", ""])


def main() -> None:
    for name in SOURCE_RUNS:
        print(table(name, compare(name, reproduce_source(name))), flush=True)


if __name__ == "__main__":
    main()
