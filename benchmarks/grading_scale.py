"""Cost per submission of classes of 50, 500 and 2,000, and the coordinator's memory.

    python -m benchmarks.grading_scale [--counts 50 500 2000] [--workers 2]

Real grading, by `gdgrader.autograde.runner` in a process of its own. The start and the
warm-up, the same for any class, are told apart from the cost of each further
submission.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.classroom import KINDS, Classroom

LESSON = "01_single_step"  # the quickest: here the gradebook's growth matters
CODE = (
    "from benchmarks.grading_scale import coordinate; coordinate({root!r}, {workers})"
)


def coordinate(root: str, workers: int) -> None:
    """Grade the class below `root`; print when results came, and our peak memory."""
    began = time.perf_counter()
    from gdgrader.autograde import runner

    came: list[float] = []
    outcomes = runner.grade(
        LESSON,
        root=Path(root),
        workers=workers,
        progress=lambda *_: came.append(time.perf_counter() - began),
    )
    failed = [o.reason for o in outcomes if o.score is None]
    if failed:
        raise SystemExit(f"{len(failed)} failed: {failed[0]}")
    # Of this process alone, as rusage would count workers in.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    print(json.dumps({"came": came, "peak": int(peak.split()[1]) / 1024}))


def measured(count: int, workers: int) -> tuple[float, float, float]:
    """Seconds to begin, seconds per submission after that, the coordinator's MB."""
    with tempfile.TemporaryDirectory(prefix="grading-") as folder:
        Classroom(Path(folder), LESSON).enrol(count)
        code = CODE.format(root=folder, workers=workers)
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", code],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
            capture_output=True,
            text=True,
        )
    if done.returncode:
        raise RuntimeError(done.stdout[-2000:] + done.stderr[-2000:])
    found = json.loads(done.stdout.splitlines()[-1])
    # Whole rounds of right, wrong, blank and slow, so that classes are alike.
    came, skip = found["came"], len(KINDS)
    each = (came[-1] - came[skip - 1]) / (len(came) - skip)
    return came[skip - 1], each, found["peak"]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--counts", type=int, nargs="+", default=[50, 500, 2000])
    asked.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options = asked.parse_args()
    print(f"{options.workers} workers\n")
    print("| class | first results | each further | beside the first | peak memory |")
    print("|---|---|---|---|---|")
    least = None
    for count in options.counts:
        start, each, peak = measured(count, options.workers)
        least = least or each
        print(
            f"| {count} | {start:.1f} s | {each:.3f} s | {each / least:.2f}× "
            f"| {peak:.0f} MB |",
            flush=True,
        )


if __name__ == "__main__":
    main()
