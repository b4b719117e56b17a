"""Other processors' arithmetic on this one: PyTorch and MKL can be told to use less.

`SETTINGS` are environments for a new process. "no fused multiply-add" computes as
processors before 2013 and by MKL's compatible path; "AVX2" as those without AVX-512.
"""

import os
import subprocess
import sys

SETTINGS = {
    "no fused multiply-add": {
        "ATEN_CPU_CAPABILITY": "default",
        "MKL_CBWR": "COMPATIBLE",
    },
    "AVX2": {"ATEN_CPU_CAPABILITY": "avx2", "MKL_ENABLE_INSTRUCTIONS": "AVX2"},
}


def environment(setting: str | None = None) -> dict[str, str]:
    """The environment for a process of that setting; None: this machine's own."""
    ours = {name for values in SETTINGS.values() for name in values}
    native = {k: v for k, v in os.environ.items() if k not in ours}
    return native | SETTINGS.get(setting, {})


def run(setting: str | None, *arguments: str) -> subprocess.CompletedProcess:
    """Run Python with these arguments in that setting."""
    return subprocess.run(
        [sys.executable, *arguments],
        env=environment(setting),
        capture_output=True,
        text=True,
        check=False,
    )
