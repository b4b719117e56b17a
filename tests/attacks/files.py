"""Links, special files and names that lead elsewhere."""

import os
import shutil
import socket
from pathlib import Path

from .base import LESSON, Attack

SOURCE = f"source/{LESSON}/{LESSON}.ipynb"
NEIGHBOUR = f"../../honest/{LESSON}/{LESSON}.ipynb"
SHOW = (
    "import os\n"
    "for place, folders, names in os.walk('.'):\n"
    "    for name in names:\n"
    "        print(name, open(os.path.join(place, name), 'rb').read(100_000))"
)


def links(folder: Path, root: Path) -> None:
    for number, target in enumerate(
        (root / SOURCE, root / "gradebook.db", NEIGHBOUR, "/etc/passwd")
    ):
        (folder / f"link-{number}.txt").symlink_to(target)
    (folder / "source").symlink_to(root / "source")
    (folder / "up").symlink_to("../..")
    (folder / "self").symlink_to(folder)
    os.link(root / SOURCE, folder / "hard-link.ipynb")


def linked_notebook(target: str):
    def change(folder: Path, root: Path) -> None:
        path = folder / f"{LESSON}.ipynb"
        path.unlink()
        path.symlink_to(root / target)

    return change


def linked_folder(folder: Path, root: Path) -> None:
    """The whole folder is a link to the honest student's."""
    shutil.rmtree(folder)
    folder.symlink_to(f"../honest/{LESSON}")


def lesson_linked_to_source(folder: Path, root: Path) -> None:
    """The whole folder is a link to the instructor's."""
    shutil.rmtree(folder)
    folder.symlink_to(root / "source" / LESSON)


def linked_student(folder: Path, root: Path) -> None:
    """The student's folder, all lessons in it, is a link to the honest student's."""
    shutil.rmtree(folder.parent)
    folder.parent.symlink_to("honest")


def student_linked_to_source(folder: Path, root: Path) -> None:
    shutil.rmtree(folder.parent)
    folder.parent.symlink_to(root / "source")


def pipe(folder: Path, root: Path) -> None:
    (folder / f"{LESSON}.ipynb").unlink()
    os.mkfifo(folder / f"{LESSON}.ipynb")


def special(folder: Path, root: Path) -> None:
    os.mkfifo(folder / "pipe")
    (folder / "checks.json").unlink()
    os.mkfifo(folder / "checks.json")
    with socket.socket(socket.AF_UNIX) as one:
        here = Path.cwd()
        os.chdir(folder)  # the path of a socket is short
        one.bind("socket")
        os.chdir(here)
    (folder / "timestamp.txt").symlink_to("/dev/zero")
    (folder / "loop").symlink_to("loop")


def odd_names(folder: Path, root: Path) -> None:
    names = (
        "..\\..\\evil",
        "...",
        "-rf",
        "~",
        "$(touch evil)",
        "a\nb",
        "%s%n",
        "*",
        "nul",
        "\u202egpj.exe",
        "a" * 255,
        " ",
        "{0.__class__}",
    )
    for name in names:
        (folder / name).write_text("odd")
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff\xfe")).touch()
    deep = folder
    for _ in range(60):
        deep /= "deep"
    deep.mkdir(parents=True)
    (deep / "end").touch()


def heavy(folder: Path, root: Path) -> None:
    for number in range(3):
        with (folder / f"heavy-{number}.bin").open("wb") as file:
            file.truncate(4_000_000_000)  # sparse: it takes no room on this disk
    for number in range(300):
        (folder / f"light-{number}.txt").touch()


def named(name: str, student: str) -> Attack:
    return Attack(name, "a student's name that is a path or a pattern", student=student)


ATTACKS = (
    Attack(
        "links", "files elsewhere, by links beside the notebook", (SHOW,), folder=links
    ),
    Attack(
        "notebook linked to the source",
        "the solution, handed in",
        folder=linked_notebook(SOURCE),
        state="failed",
        reason="link",
    ),
    Attack(
        "notebook linked to another's",
        "another's answers, handed in",
        folder=linked_notebook(f"submitted/honest/{LESSON}/{LESSON}.ipynb"),
        state="failed",
        reason="link",
    ),
    Attack(
        "notebook linked to the gradebook",
        "the gradebook, shown in an error",
        folder=linked_notebook("gradebook.db"),
        state="failed",
        reason="link",
    ),
    Attack(
        "folder linked to another's",
        "another's answers, handed in",
        folder=linked_folder,
        state="failed",
        reason="link",
    ),
    Attack(
        "folder linked to the source",
        "the solutions, handed in",
        folder=lesson_linked_to_source,
        state="failed",
        reason="link",
    ),
    Attack(
        "student linked to another",
        "all of another's answers, handed in",
        folder=linked_student,
        state="failed",
        reason="link",
    ),
    Attack(
        "student linked to the source",
        "all solutions, handed in",
        folder=student_linked_to_source,
        state="failed",
        reason="link",
    ),
    Attack(
        "a pipe for a notebook",
        "the grader waits for ever",
        folder=pipe,
        state="failed",
        reason="no ordinary file",
    ),
    Attack(
        "special files",
        "pipes, sockets, endless devices",
        (SHOW,),
        folder=special,
        harms="reads /dev/zero until memory is full",
    ),
    Attack(
        "odd file names",
        "names that lead out, or are commands",
        (SHOW,),
        folder=odd_names,
    ),
    Attack(
        "heavy files",
        "12 GB and 300 files beside the notebook",
        folder=heavy,
        harms="copies 12 GB",
    ),
    Attack(
        "a notebook's odd name",
        "a name that is a path or a command",
        notebook="..\\..\\$(touch evil);`id` --to=..%2f {tiny}\n.ipynb",
        says="was called",
    ),
    named("a student named as a pattern", "[a-z]*"),
    named("a student named as a path", "..%2f..%2fsource"),
    named("a student named as an option", "--db=sqlite:"),
    named("a student named as markup", "<img src=x onerror=alert(1)>"),
    named("a student named as SQL", "x'; DROP TABLE grade; --"),
    named("a student named as a format", "{assignment_id}%s$(id)"),
)
