"""The sandbox's file system, as bubblewrap's options.

Read-only: the interpreter, its packages, the system's libraries and fonts, gdhelpers.
Not there: network, home, course source, gradebook, submissions, the grader.
"""

import importlib.util
import shutil
import site
import sys
from collections.abc import Iterable
from pathlib import Path

from gdgrader.sandbox.forkserver import INSIDE
from gdgrader.sandbox.limits import Limits
from gdgrader.sandbox.user_ids import GRADERS, UserIds

HOME = "/home/student"
COURSE = "/opt/course"  # where gdhelpers lies in the sandbox
ENTRY = "/opt/inside"
# Where these lie in the sandbox: they may be below /tmp or a home, which are private.
VENV, USER_BASE = Path("/opt/venv"), Path("/opt/user")
PACKAGES = Path("/opt/packages")
PRIVATE = ("/tmp", "/dev/shm", HOME)  # nothing of this machine is seen there
ABSENT = INSIDE / "absent"
SYSTEM = (
    *("/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/bin", "/lib", "/lib64", "/bin"),
    *("/usr/share/fonts", "/usr/share/fontconfig", "/usr/share/zoneinfo"),
    *("/etc/fonts", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d"),
    *("/etc/alternatives", "/etc/localtime", "/nix/store"),
)
DEVICES = {name: name for name in ("null", "full", "random", "urandom")}
DEVICES["zero"] = "full"  # reads alike, but gives no memory that nobody counts
UNAVAILABLE = """bubblewrap makes no sandbox here, so strangers' code is not run: {}
Install it (Debian, Ubuntu: apt install bubblewrap; Fedora: dnf install bubblewrap).
Where it is installed but not permitted, allow unprivileged user namespaces with sysctl:
kernel.unprivileged_userns_clone=1 (older Debian), user.max_user_namespaces=10000
(RHEL), kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu 24.04); a container needs
--security-opt seccomp=unconfined and --security-opt systempaths=unconfined besides. Or
use --no-sandbox: students' code then runs with your rights, reads your files and uses
your network."""


class SandboxUnavailable(RuntimeError):
    """No sandbox can be made on this machine; the message says what to do."""


def python_folders() -> list[Path]:
    """What the running interpreter needs to start and import, outside SYSTEM.

    Only the usual parts of each prefix: a virtual environment may have been made in the
    course's own folder, beside `source/`, and `etc` and `share` may hold what jupyter
    is told, passwords included. Of the path only what holds installed packages: an
    editable installation has the clone there.
    """
    parts = ("bin", "lib", "lib64", "pyvenv.cfg")
    found = [Path(p, part) for p in (sys.prefix, sys.base_prefix) for part in parts]
    found += map(Path, site.getsitepackages())
    found += packages_on_the_path()
    found = [p for p in found if p.exists() and p.parent != Path("/usr")]
    return [p for p in dict.fromkeys(found) if not _below(p, map(Path, SYSTEM))]


def packages_on_the_path() -> list[Path]:
    """The folders of installed packages on the path, wherever they lie."""
    path = [Path(p).absolute() for p in sys.path]
    return [p for p in path if p.name in ("site-packages", "dist-packages")]


def readable() -> list[Path]:
    """What a kernel with a user id of its own has to be let read, outside SYSTEM."""
    return [*python_folders(), *filter(None, [package_folder("gdhelpers"), INSIDE])]


def moved() -> dict[Path, Path]:
    """Folders that have another place in the sandbox."""
    places = {}
    if sys.prefix != sys.base_prefix:
        places[Path(sys.prefix)] = VENV
    if site.ENABLE_USER_SITE:
        places[Path(site.getuserbase())] = USER_BASE
    found = [p for p in packages_on_the_path() if not _below(p, places)]
    hidden = [p for p in found if _below(p, map(Path, PRIVATE))]
    return places | {p: PACKAGES / str(n) for n, p in enumerate(hidden)}


def inside(path: Path) -> Path:
    """Where a path of this machine lies in the sandbox."""
    for folder, place in moved().items():
        if path.is_relative_to(folder):
            return place / path.relative_to(folder)
    return path


def graders(bound: Iterable[Path]) -> list[Path]:
    """Where this package can be seen in the folders `bound`.

    A wheel puts it among the packages that a kernel needs.
    """
    bound = list(bound)
    places = [Path(p).absolute() for p in sys.path]
    places += [p for folder in bound for p in folder.glob("python3*/*-packages")]
    found = [place / "gdgrader" for place in dict.fromkeys([*places, *bound])]
    return [folder for folder in found if folder.is_dir() and _below(folder, bound)]


def _below(path: Path, folders: Iterable[Path]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)


def package_folder(name: str) -> Path | None:
    """Where the package `name` is imported from."""
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def sandbox_environment() -> dict[str, str]:
    """The whole environment of what runs in the sandbox."""
    own = {"PYTHONUSERBASE": str(USER_BASE)} if site.ENABLE_USER_SITE else {}
    hidden = [str(place) for place in moved().values() if place.parent == PACKAGES]
    return own | {
        "HOME": HOME,
        "USER": "student",
        "LOGNAME": "student",
        "PATH": f"{inside(Path(sys.prefix))}/bin:/usr/bin:/bin",
        "PYTHONPATH": ":".join([COURSE, *hidden]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LANG": "C.UTF-8",
        "TMPDIR": "/tmp",
        "IPYTHONDIR": "/tmp/ipython",
        "MPLCONFIGDIR": "/tmp/matplotlib",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "GDHELPERS_SILENT": "1",  # nobody watches how far a training is
    }


def bubblewrap_command(
    limits: Limits,
    nested: bool = True,
    extra: Iterable[str] = (),
    ids: UserIds | None = None,
) -> list[str]:
    """bubblewrap with the sandbox's file system; a command is to follow.

    Args:
        limits: bounds the sandbox's own temporary folders.
        nested: whether the warmed process shuts each kernel in once more, and so needs
            all capabilities over the sandbox's own namespaces.
        extra: further options (tests weaken a sandbox with them).
        ids: for the kernels; None where they have the grader's.

    Raises:
        SandboxUnavailable: no bubblewrap is installed.
    """
    program = shutil.which("bwrap")
    if program is None:
        raise SandboxUnavailable(UNAVAILABLE.format("no bwrap on the PATH"))
    options = [f"--unshare-{name}" for name in ("ipc", "pid", "net", "uts")]
    options += ["--unshare-cgroup-try", "--hostname", "sandbox"]
    if ids:
        options += ["--userns", str(ids.namespace)]
    else:
        options += ["--unshare-user"]
    options += ["--uid", str(GRADERS), "--gid", str(GRADERS)]
    options += ["--cap-add" if nested else "--cap-drop", "ALL"]
    if ids and not nested:  # to take the id, and for nothing else
        for name in ("CHOWN", "KILL", "SETGID", "SETPCAP", "SETUID"):
            options += ["--cap-add", f"CAP_{name}"]
    options += ["--die-with-parent", "--new-session", "--clearenv"]
    for name, value in sandbox_environment().items():
        options += ["--setenv", name, value]
    bound = []
    for path in map(Path, SYSTEM):
        if path.is_symlink() and path.parent == Path("/"):
            options += ["--symlink", str(path.readlink()), str(path)]
        elif path.exists():
            bound.append(path)
    bound += python_folders()
    others = (ENTRY, f"{COURSE}/gdhelpers", "/dev/null")
    places = [*map(inside, bound), *map(Path, others)]
    above = {parent for place in places for parent in place.parents}
    for folder in sorted(above):  # for all users, as bubblewrap's own would not be
        options += ["--dir", str(folder)]
    for path in bound:
        options += ["--ro-bind", str(path), str(inside(path))]
    for folder in graders(bound):
        # The judge is no student's business. Not a tmpfs: it could be written to, and
        # an empty folder can be imported.
        options += ["--ro-bind", str(ABSENT), str(inside(folder))]
    helpers = package_folder("gdhelpers")
    if helpers:
        options += ["--ro-bind", str(helpers), f"{COURSE}/gdhelpers"]
    options += ["--ro-bind", str(INSIDE), ENTRY, "--proc", "/proc", "--dir", "/private"]
    if not nested:
        options += ["--dev", "/dev"]
    for name, device in DEVICES.items():
        options += ["--dev-bind", f"/dev/{device}", f"/dev/{name}"]
    if nested:
        # Each kernel will have terminals of its own there: `!pip` asks for one.
        options += ["--dir", "/dev/pts", "--symlink", "pts/ptmx", "/dev/ptmx"]
    else:
        options += ["--remount-ro", "/dev"]
    size = str(limits.tmp_bytes)
    for folder in PRIVATE:
        options += ["--size", size, "--tmpfs", folder]
    if not nested:
        # Where the host's user is root, it would own /proc/sys in there too.
        extra = [*extra, "--remount-ro", "/proc"]
    return [program, *options, *extra, "--remount-ro", "/"]
