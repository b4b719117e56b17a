"""Other processors' arithmetic on this one: PyTorch and MKL can be told to use less.

`SETTINGS` are environments for a new process. "no fused multiply-add" computes as
processors before 2013 and by MKL's compatible path; "AVX2" as those without AVX-512.
"""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
UNTRAINED = "takes a long training"
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


def run(
    setting: str | None, *arguments: str, **more: str
) -> subprocess.CompletedProcess:
    """Run Python with these arguments in that setting and `more` environment."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment(setting) | more,
        capture_output=True,
        text=True,
        check=False,
    )


# Some of it differs wherever the processor does: from AVX2 to AVX-512 products do so on
# Intel's and not on AMD's, sums over the lanes of a vector on both.
PROBE = """
import json, torch
g = torch.Generator().manual_seed(0)
x = torch.rand(40, 700, generator=g)
drawn = torch.empty(1000).uniform_(-0.3, 0.7, generator=g)
print(json.dumps({
    "capability": torch.backends.cpu.get_cpu_capability(),
    "product": float((x @ x.T).double().sum()),
    "drawn": float(drawn.double().sum()),
    "added": float(torch.add(x, x.exp(), alpha=0.3).double().sum()),
    "over lanes": float(torch.log_softmax(x, 1).double().sum()),
}))
"""


def probe(setting: str | None) -> dict:
    """What torch calls its arithmetic there, and numbers whose last bits tell it."""
    return json.loads(run(setting, "-c", PROBE).stdout)


def why_alike(setting: str, native: str) -> str | None:
    """Why a setting can change nothing on a machine of this capability, if so."""
    if native not in ("DEFAULT", "AVX2", "AVX512"):
        return f"the settings are for x86-64, this processor computes with {native}"
    if setting == "AVX2" and native != "AVX512":
        return f"this processor has no more than {native}"
    if native == "DEFAULT":
        return "this processor has no fused multiply-add to leave out"
    return None


def counted(said: str) -> Counter:
    """The outcomes that pytest's closing line counts, "passed" and so on."""
    closing = said.strip().splitlines()[-1]
    return Counter({name: int(n) for n, name in re.findall(r"(\d+) (\w+)", closing)})
