"""Run Python as a user who is not root, where we are root: in mounts of its own.

The user is made up (/etc/passwd and its like are others in there), and what root's
home keeps from others is shown: the interpreter or this checkout may lie in it.
"""

import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAME, NUMBER = "grader", 54321


def as_ordinary(*arguments: str, ids: int = 65536) -> subprocess.CompletedProcess:
    """Run this Python with `arguments`, in the home of a user with so many `ids`."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        os.chown(home, NUMBER, NUMBER)
        script = ["set -eu", *_account(home, ids), *_shown(home), 'exec setpriv "$@"']
        paths = map(str, (ROOT, ROOT / "tests" / "support"))
        return subprocess.run(
            [
                *("unshare", "--mount", "sh", "-c", "\n".join(script), "sh"),
                *("--reuid", str(NUMBER), "--regid", str(NUMBER), "--clear-groups"),
                *(sys.executable, *arguments),
            ],
            cwd=home,
            env={
                "HOME": name,
                "PATH": os.environ["PATH"],
                "PYTHONDONTWRITEBYTECODE": "1",
                "PYTHONPATH": os.pathsep.join(paths),
            },
            capture_output=True,
            text=True,
        )


def _account(home: Path, ids: int) -> list[str]:
    """Shell's lines that make the user known."""
    lines = []
    for name, entry in (
        ("passwd", f"{NAME}:x:{NUMBER}:{NUMBER}::{home}:/bin/sh\n"),
        ("group", f"{NAME}:x:{NUMBER}:\n"),
        ("subuid", f"{NAME}:1000000:{ids}\n" if ids else ""),
        ("subgid", f"{NAME}:1000000:{ids}\n" if ids else ""),
    ):
        known = Path("/etc", name)
        known.touch()
        (home / name).write_text(entry + known.read_text() * ("sub" not in name))
        lines.append(f"mount --bind {home}/{name} {known}")
    return lines


def _shown(home: Path) -> list[str]:
    """Shell's lines that show others what they need of folders hidden from them."""
    hidden: dict[Path, list[Path]] = {}
    for needed in {Path(sys.base_prefix), Path(sys.prefix), ROOT}:
        for above in reversed(needed.parents):
            if not above.stat().st_mode & 0o001:
                hidden.setdefault(above, []).append(needed)
                break
    lines = []
    for above, inside in hidden.items():
        kept = [(path, home / f"{n}-{path.name}") for n, path in enumerate(inside)]
        for path, aside in kept:
            lines.append(f"mkdir {shlex.quote(str(aside))}")
            lines.append(shlex.join(["mount", "--rbind", str(path), str(aside)]))
        lines.append(shlex.join(["mount", "-t", "tmpfs", "-o", "mode=0755", "none"]))
        lines[-1] += " " + shlex.quote(str(above))
        for path, aside in kept:
            lines.append(shlex.join(["mkdir", "-p", str(path)]))
            lines.append(shlex.join(["mount", "--rbind", str(aside), str(path)]))
    return lines
