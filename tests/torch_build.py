"""Which build of PyTorch `make` installs: prints the options that pip needs for it.

On Linux the default package brings gigabytes of GPU libraries that the course never
uses, so the CPU build is taken where nothing speaks against it. Run by path before
anything is installed: standard library only.
"""

from __future__ import annotations

import argparse
import platform
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterable
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit

CPU_INDEX = "https://download.pytorch.org/whl/cpu"
SECONDS = 4  # for the index to answer, its name's look-up included
# What of pip's own settings says where packages come from, and which.
OWN = {"index-url", "extra-index-url", "find-links", "no-index", "constraint"}
SECTIONS = {"global", "install", ":env:"}
BUILDS = ("auto", "cpu", "cuda")


def pip_settings() -> list[str]:
    """What pip is set up with, by its files and by PIP_… variables."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    return said.stdout.splitlines()


def chosen_by_pip(settings: Iterable[str]) -> str | None:
    """The first of `pip config list`'s lines that says where packages come from.

    >>> chosen_by_pip(["global.timeout='60'", ":env:.find-links='/wheels'"])
    'find-links'
    """
    for line in settings:
        section, _, name = line.partition("=")[0].rpartition(".")
        if section in SECTIONS and name in OWN:
            return name
    return None


def answers(index: str, seconds: float = SECONDS) -> bool:
    """Whether `index`, an address or a folder, has a page for torch just now."""
    if urlsplit(index).scheme not in {"http", "https"}:
        return Path(urllib.request.url2pathname(urlsplit(index).path), "torch").is_dir()
    heard: list[bool] = []

    def ask() -> None:
        try:
            page = f"{index.rstrip('/')}/torch/"
            with urllib.request.urlopen(page, timeout=seconds) as reply:
                heard.append(reply.status == 200)
        except (URLError, OSError, ValueError):
            heard.append(False)

    # In a thread, since no timeout bounds the look-up of a name.
    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(seconds)
    return heard == [True]


def decide(
    build: str,
    index: str,
    system: tuple[str, str],
    settings: Iterable[str],
    cpu_index: str = CPU_INDEX,
    seconds: float = SECONDS,
) -> tuple[list[str], str]:
    """The options for pip, and a line that says why where a reader may wonder.

    Args:
        build: "cpu", "cuda", or "auto".
        index: the index that was asked for by name, or "".
        system: as `platform.system()` and `platform.machine()` name it.
        settings: pip's own, as `pip config list` prints them.

    Errors: ValueError for another build.
    """
    if build not in BUILDS:
        raise ValueError(f"TORCH must be one of {', '.join(BUILDS)}, got {build!r}")
    if index:
        return ["--extra-index-url", index], ""
    if build == "cuda":
        return [], ""
    if build == "auto":
        if system != ("Linux", "x86_64"):
            return [], ""  # the default package there is not the large one
        if own := chosen_by_pip(settings):
            return [], f"pip has a setting of its own ({own}): it chooses PyTorch."
    if not answers(cpu_index, seconds):
        why = f"{cpu_index} does not answer: taking PyTorch's default package"
        return [], f"{why}, which on Linux is several gigabytes larger."
    return ["--extra-index-url", cpu_index], "Taking PyTorch's CPU build (see README)."


def main() -> None:
    """Print the options on stdout and the reason on stderr."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="auto", help="cpu, cuda or auto")
    parser.add_argument("--index", default="", help="an index to add, whatever it has")
    parser.add_argument("--cpu-index", default=CPU_INDEX, help="where the CPU build is")
    asked = parser.parse_args()
    system = platform.system(), platform.machine()
    settings = pip_settings() if not asked.index else []
    try:
        options, why = decide(
            asked.build or "auto", asked.index, system, settings, asked.cpu_index
        )
    except ValueError as error:
        sys.exit(str(error))
    if why:
        print(why, file=sys.stderr)
    print(*options)


if __name__ == "__main__":
    main()
