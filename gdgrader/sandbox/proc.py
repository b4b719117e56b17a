"""What Linux says of processes and groups in its small files."""

import os


def read(path: str) -> bytes:
    """The whole of such a file, at a third of what `Path.read_text` takes.

    Linux tells a long one a page at a time.

    Errors: OSError.
    """
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return b"".join(iter(lambda: os.read(file, 1 << 16), b""))
    finally:
        os.close(file)


def tasks(pid: int) -> list[str]:
    """The folders of the threads of `pid`.

    Errors: OSError.
    """
    folder = f"/proc/{pid}/task"
    return [f"{folder}/{name}" for name in os.listdir(folder)]  # noqa: PTH208  quicker
