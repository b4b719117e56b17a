"""A course with secrets in it, somebody listening, and a look at what got out."""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import selectors
import shutil
import socket
import threading
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import psutil
from course import LESSON, RIGHT, Course, course_config
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell
from nbgrader.api import Gradebook

from .base import Attack, find

HONEST = "honest"
TABLE = Path(__file__).parents[2] / "release" / "01_single_step" / "checks.json"
TOKEN = "COURSE_TOKEN"  # the grader's environment has it
SOLUTIONS = "GDHELPERS_SOLUTIONS"  # so has this, as where `make lab` was called
PLACES = ("another submission", "the source", "the gradebook", "the environment")
PLACES += ("the worked solutions",)


class Listener:
    """Notes whoever calls: TCP and UDP on loopback, and two Unix sockets."""

    def __init__(self, path: Path, word: str) -> None:
        self.calls = 0
        tcp = socket.create_server(("127.0.0.1", 0))
        self.port = tcp.getsockname()[1]
        udp = socket.socket(type=socket.SOCK_DGRAM)
        udp.bind(("127.0.0.1", self.port))
        self.sockets = [tcp, udp]
        for address in (str(path), f"\0{word}"):
            self.sockets.append(socket.socket(socket.AF_UNIX))
            self.sockets[-1].bind(address)
            self.sockets[-1].listen()
        self._end, self._stop = socket.socketpair()
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self) -> None:
        with selectors.DefaultSelector() as chosen:
            for one in (*self.sockets, self._end):
                chosen.register(one, selectors.EVENT_READ)
            while True:
                for key, _ in chosen.select():
                    if key.fileobj is self._end:
                        return
                    self.calls += 1
                    if key.fileobj.type == socket.SOCK_DGRAM:
                        key.fileobj.recv(100)
                    else:
                        key.fileobj.accept()[0].close()

    def close(self) -> None:
        """Stop listening."""
        self._stop.send(b"x")
        self._thread.join()
        for one in (*self.sockets, self._end, self._stop):
            one.close()


class Scene:
    """The course of `tests/support/course.py` with a secret in every place.

    Args:
        root: an empty folder with a short path, as a socket lies in it.
        grading: for `Course`; None for a course whose configuration is nbgrader's own.
    """

    def __init__(self, root: Path, grading: dict | None) -> None:
        self.root = root
        self.course = Course(root, **(grading or {}))
        if grading is None:
            self.course.config = course_config(root, ours=False)
        self.mark = f"mark{secrets.token_hex(4)}"  # 15 bytes at most, for a comm
        self.planted = {
            place: f"planted-{secrets.token_hex(12)}" for place in (*PLACES, "the seed")
        }
        self.listener = Listener(root / "listener", self.mark)
        self._plant()
        self.names: dict[str, str] = {}

    def _plant(self) -> None:
        path = self.root / "source" / LESSON / f"{LESSON}.ipynb"
        notebook = nbformat.read(path, as_version=4)
        secret = self.planted["the source"]
        for name in ("step", "descend"):
            cell = find(notebook, name)
            cell.source = cell.source.replace(
                "### BEGIN SOLUTION", f"### BEGIN SOLUTION\n    # {secret}"
            )
        nbformat.write(notebook, path)
        shutil.copy(TABLE, self.root / "release" / LESSON)
        solutions = self.root / "notebooks" / "solutions.json"
        solutions.parent.mkdir()
        secret = self.planted["the worked solutions"]
        worked = {
            name: {"solution": f"# {secret}\n{source}", "why": "It is right."}
            for name, source in (
                ("single_step_gradient_descent", RIGHT["step"]),
                ("gradient_descent", RIGHT["descend"]),
            )
        }
        solutions.write_text(json.dumps(worked), encoding="utf-8")
        os.environ[SOLUTIONS] = str(solutions)
        os.environ[TOKEN] = self.planted["the environment"]
        self.honest(HONEST)
        with Gradebook(self.course.db_url) as book:
            book.add_student(HONEST, last_name=self.planted["the gradebook"])

    def honest(self, student: str) -> None:
        """Hand in right answers, with a secret."""
        secret = self.planted["another submission"]
        work = self.course.answered(
            {name: f"# {secret}\n{source}" for name, source in RIGHT.items()}
        )
        # Only a page with a formula loads MathJax, which is the template's own.
        work.cells.append(new_markdown_cell(r"It falls by $2\eta\theta$."))
        files = {"notes.txt": secret.encode(), TABLE.name: TABLE.read_bytes()}
        self.course.submit(student, work, files=files)

    def fill(self, text: str, student: str) -> str:
        """Put in what a source can only know when it is run."""
        known = {
            "@MARK@": self.mark,
            "@PORT@": str(self.listener.port),
            "@ROOT@": str(self.root),
            "@STUDENT@": student,
            "@PID@": str(os.getpid()),
        }
        for word, value in known.items():
            text = text.replace(word, value)
        return text

    def attack(self, attack: Attack, student: str) -> None:
        """Hand in an attack."""
        self.names[attack.name] = student
        # What was released comes back, as nbgrader's collecting takes whole folders.
        shutil.copy(TABLE, self.course.folder(student))
        attack.hand_in(
            self.root,
            student,
            self.course.release(),
            lambda text: self.fill(text, student),
        )

    def close(self) -> None:
        """End listening, and forget the token and the switch."""
        self.listener.close()
        os.environ.pop(TOKEN, None)
        os.environ.pop(SOLUTIONS, None)

    # What got out ------------------------------------------------------------------

    def stolen(self, student: str, *words: str) -> list[str]:
        """The secrets in what became of a submission: files, feedback, `words`."""
        texts = [text.encode() for text in words]
        for step in ("autograded", "feedback"):
            for path in (self.root / step / student).rglob("*"):
                if path.is_file():
                    texts.append(_without_record(path))
        return [
            place
            for place, secret in self.planted.items()
            if any(secret.encode() in text for text in texts)
        ]

    def won(self, student: str) -> bool:
        """Whether it got what it asked Linux for: then it says the mark backwards."""
        said = self.mark[::-1].encode()
        folder = self.root / "autograded" / student
        return any(
            said in path.read_bytes() for path in folder.rglob("*") if path.is_file()
        )

    def left_files(self) -> list[Path]:
        """Files with the mark in their name, anywhere but in submissions' folders."""
        places = [self.root, Path("/tmp"), Path("/var/tmp"), Path("/dev/shm")]
        places += [Path.home(), Path.cwd()]
        found = [p for place in places for p in place.glob(f"*{self.mark}*")]
        ours = {"submitted", "autograded", "feedback"}
        for folder in self.root.iterdir():
            if folder.name not in ours:
                found += folder.rglob(f"*{self.mark}*")
        return found

    def left_processes(self) -> list[psutil.Process]:
        """Processes with the mark in their name, command or environment."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                said = [process.name(), *process.cmdline(), *process.environ().values()]
                if process.pid != os.getpid() and any(self.mark in x for x in said):
                    found.append(process)
        return found


def _without_record(path: Path) -> bytes:
    """A file's content, but for the seed that the grader records on purpose."""
    content = path.read_bytes()
    if path.suffix != ".ipynb":
        return content
    try:
        notebook: NotebookNode = json.loads(content)
        notebook["metadata"].get("gdgrader", {}).pop("seed", None)
    except (ValueError, KeyError, AttributeError):
        return content
    return json.dumps(notebook).encode()


ACTIVE = {"iframe", "object", "embed", "form", "base", "svg", "frame", "link", "style"}
ACTIVE |= {"input", "button", "textarea", "select", "dialog", "video", "audio", "image"}
PAGES_OWN = {"class", "id", "style", "name"}  # no student's mark stands in them
WORDS = {"title", "alt"}  # are shown, and lead nowhere
MARK = re.compile("mark[0-9a-f]{8}")
PICTURES = ("data:image/png;base64,", "data:image/jpeg;base64,", "data:image/gif")


class _Active(HTMLParser):
    """Collects whatever a browser would run, load or send."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._script: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ACTIVE:
            self.found.append(f"<{tag}>")
        if tag == "meta" and dict(attrs).get("http-equiv"):
            self.found.append(f"meta {sorted(dict(attrs).items())}")
        for name, value in attrs:
            text = "".join((value or "").split()).lower()
            if name in PAGES_OWN and MARK.search(text):
                self.found.append(f"{tag} {name}={value}")
            if tag == "img" and name == "src" and not text.startswith(PICTURES):
                self.found.append(f"{tag} {name}={value}")
            if (
                name.startswith("on")
                or ("javascript:" in text and name not in WORDS)
                or name in {"srcset", "background", "poster", "ping", "data"}
                or (name == "src" and "//" in text)
            ):
                self.found.append(f"{tag} {name}={value}")
        if tag == "script":
            self._script = []

    def handle_data(self, data: str) -> None:
        if self._script is not None:
            self._script.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "script" and self._script is not None:
            self.found.append("script " + "".join(self._script))
            self._script = None


def active(page: str) -> set[str]:
    """What a browser would run, load or send on reading a page."""
    parser = _Active()
    parser.feed(page)
    parser.close()
    return set(parser.found)
