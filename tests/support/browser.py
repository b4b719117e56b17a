"""Drive a real JupyterLab in a real Chromium."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    expect,
    sync_playwright,
)

SCREENSHOTS = Path(__file__).parents[1] / "screenshots"
CHROMIUM = next(
    (
        found
        for name in ("chromium", "chromium-browser", "google-chrome")
        if (found := shutil.which(name))
    ),
    None,
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# What is not there by then is not coming, however busy the machine is.
KERNEL_MS = 240_000
TRAINING_MS = 480_000
PATIENCE = {"timeout": 120_000}
expect.set_options(**PATIENCE)

# JupyterLab asks its debugger about every kernel, and complains where one is restarted
# or closed before it has answered.
NOT_OURS = "Could not restore the debugger state: Canceled future for debug_request"

# Two frames, then a moment in which the page has nothing to do.
DRAWN = """new Promise(done => {
  setTimeout(done, 10000);
  requestAnimationFrame(() => requestAnimationFrame(() => requestIdleCallback(done)));
}).then(() => null)"""

SETTINGS = {
    # All cells in the page at once, so that a test can reach any of them.
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    # A cursor that blinks has the page drawn anew while it waits.
    "codemirror-extension/plugin": {"defaultConfig": {"cursorBlinkRate": 0}},
}


@contextlib.contextmanager
def jupyter(folder: Path, home: Path, app: str = "jupyterlab") -> Iterator[str]:
    """A server on a free port that serves `folder`; yields its address.

    A kernel spec in `home / "kernels"` stands in for the installed one of that name.
    """
    for name, chosen in SETTINGS.items():
        path = home / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(chosen))
    environment = os.environ | {
        "PYTEST_VERSION": "",  # who clicks is at home
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_PATH": str(home),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "IPYTHONDIR": str(home / "ipython"),
    }
    port = free_port()
    command = [sys.executable, "-m", app, "--allow-root", *listening(port)]
    command.append(f"--ServerApp.root_dir={folder}")
    with serving(command, port, home, environment) as address:
        yield address


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listening(port: int) -> list[str]:
    """What a Jupyter server is told so that a test can talk to it."""
    return ["--no-browser", f"--port={port}", "--IdentityProvider.token="]


@contextlib.contextmanager
def serving(
    command: list[str], port: int, folder: Path, environment: dict[str, str]
) -> Iterator[str]:
    """The Jupyter server that `command` starts in `folder`; yields its address."""
    log = folder / "server.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            command,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(address, server, log)
            yield address
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()


def _wait_for(address: str, server: subprocess.Popen, log: Path) -> None:
    for _ in range(300):
        if server.poll() is not None:
            break
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"{address}/api/status").close()
            return
        time.sleep(0.2)
    raise RuntimeError(f"Jupyter did not start:\n{log.read_text()[-3000:]}")


@contextlib.contextmanager
def browser() -> Iterator[BrowserContext]:
    """A fresh Chromium; its pages share what they have loaded and compiled."""
    if CHROMIUM is None:
        raise RuntimeError("Chromium is missing: apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield chromium.new_context(viewport={"width": 1280, "height": 1000})
        finally:
            chromium.close()


@contextlib.contextmanager
def new_page(context: BrowserContext) -> Iterator[tuple[Page, list[str]]]:
    """A page, and the console errors it has seen, but for NOT_OURS."""
    page = context.new_page()
    errors: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(NOT_OURS):
            errors.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda e: errors.append(str(e)))
    try:
        yield page, errors
    finally:
        page.close()


@contextlib.contextmanager
def browser_page() -> Iterator[tuple[Page, list[str]]]:
    """A page of a Chromium of its own, and the console errors it has seen."""
    with browser() as context, new_page(context) as found:
        yield found


@dataclass(frozen=True)
class Output:
    """What a cell put out: its words, and how many errors and pieces of stderr."""

    words: str
    errors: int
    stderr: int


class Lesson:
    """One notebook, open in JupyterLab."""

    def __init__(self, page: Page, address: str, path: Path, url: str) -> None:
        self.page = page
        self.cells = nbformat.read(path, as_version=4).cells
        # Without ?reset JupyterLab opens the notebooks of the visit before, too.
        page.goto(f"{address}/{url}?reset" if "lab/" in url else f"{address}/{url}")
        page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=KERNEL_MS)
        ready = page.locator('.jp-NotebookPanel [data-status="idle"]').first
        ready.wait_for(timeout=KERNEL_MS, state="attached")
        if url.startswith("lab/"):
            # The indicator alone says idle too soon, and a key press is lost.
            bar = page.locator("#jp-main-statusbar")
            expect(bar).to_contain_text("| Idle", timeout=KERNEL_MS)

    def index(self, cell_id: str) -> int:
        """Where the cell with this id, or grade id, stands."""
        for i, cell in enumerate(self.cells):
            grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
            if cell_id in (cell.id, grade_id):
                return i
        raise KeyError(cell_id)

    def cell(self, cell_id: str) -> Locator:
        return self.page.locator(".jp-Notebook .jp-Cell").nth(self.index(cell_id))

    def write(self, cell_id: str, code: str) -> None:
        """Replace a cell's content as a person would."""
        editor = self.cell(cell_id).locator(".cm-content")
        editor.scroll_into_view_if_needed()
        editor.click()
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.press("Delete")
        self.page.keyboard.insert_text(code)

    def tell(self, cell_id: str, text: str) -> None:
        """Answer in words in a Markdown cell, and render it."""
        self.cell(cell_id).locator(".jp-MarkdownOutput").dblclick()
        self.write(cell_id, text)
        self.page.keyboard.press("ControlOrMeta+Enter")

    def run(self, cell_id: str) -> str:
        """Run a cell with the keyboard and return the words of its output."""
        cell = self.cell(cell_id)
        prompt = cell.locator(".jp-InputPrompt")
        cell.locator(".cm-content").click()
        # In a new kernel its next number may be the last one again.
        prompt.evaluate("node => { node.textContent = '' }")
        self.page.keyboard.press("ControlOrMeta+Enter")
        expect(prompt).to_have_text(re.compile(r"\[\d+\]"), timeout=TRAINING_MS)
        # The number comes after the last output, which takes a moment to be drawn.
        self.page.wait_for_timeout(60)
        self.page.evaluate(DRAWN)
        return cell.locator(".jp-OutputArea").inner_text()

    def run_all(self) -> None:
        """Choose "Run All Cells", and wait until the last has run, or one failed."""
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.get_by_text("Run All Cells", exact=True).click()
        last = [i for i, cell in enumerate(self.cells) if cell.cell_type == "code"][-1]
        self.page.wait_for_function(
            """last => {
                const cells = document.querySelectorAll(".jp-Notebook .jp-Cell");
                const prompt = cells[last].querySelector(".jp-InputPrompt");
                return document.querySelector(".jp-Notebook [data-mime-type$=error]")
                    || /\\[\\d+\\]/.test(prompt.innerText);
            }""",
            arg=last,
            timeout=TRAINING_MS,
            polling=100,
        )
        self.page.wait_for_timeout(60)
        self.page.evaluate(DRAWN)

    def outputs(self) -> list[Output]:
        """What stands below each cell."""
        found = self.page.evaluate(
            """() => [...document.querySelectorAll(".jp-Notebook .jp-Cell")].map(c => ({
                words: c.querySelector(".jp-OutputArea")?.innerText ?? "",
                errors: c.querySelectorAll("[data-mime-type$=error]").length,
                stderr: c.querySelectorAll("[data-mime-type$=stderr]").length,
            }))"""
        )
        return [Output(**told) for told in found]

    def save(self) -> None:
        self.page.keyboard.press("ControlOrMeta+s")
        expect(self.page.locator(".jp-mod-dirty")).to_have_count(0)

    def screenshot(self, name: str) -> None:
        self.page.screenshot(path=screenshot(name))


class Play:
    """One explorer in the output of a cell."""

    def __init__(self, lesson: Lesson, cell: str):
        self.page = lesson.page
        self.box = lesson.cell(cell).locator(".gd-explorer")
        self.box.wait_for(**PATIENCE)
        self.image = self.box.locator("img")
        expect(self.box.locator("[role=slider]").first).to_have_attribute(
            "aria-label", re.compile(r"\w")
        )

    def slider(self, name: str) -> Locator:
        return self.box.get_by_role("slider", name=name, exact=True)

    def press(self, name: str, *keys: str) -> None:
        """Press keys on a control; the picture and its text follow."""
        self.slider(name).focus()
        for key in keys:
            self.page.keyboard.press(key)

    def set(self, name: str, value: str) -> None:
        """Move a slider to a value with the arrow keys alone."""
        slider = self.slider(name)
        slider.focus()
        self.page.keyboard.press("Home")
        for _ in range(70):
            if slider.get_attribute("aria-valuetext") == value:
                return
            self.page.keyboard.press("ArrowRight")
        raise AssertionError(f"{name} never reads {value}")

    def pixels(self) -> str:
        return self.image.evaluate(
            """async e => {
                const bytes = new Uint8Array(await (await fetch(e.src)).arrayBuffer());
                return btoa(bytes.reduce((s, b) => s + String.fromCharCode(b), ""));
            }"""
        )

    def says(self, text: str | re.Pattern) -> None:
        expect(self.box).to_contain_text(text)


def screenshot(name: str) -> Path:
    """Where the picture of that name is kept, to be looked at."""
    SCREENSHOTS.mkdir(exist_ok=True)
    return SCREENSHOTS / f"{name}.png"


def assert_accessible(page: Page, part: str = ".gd-explorer", **options) -> None:
    """axe-core finds nothing to say about a part of the page."""
    found = Axe().run(page, context=part, options=options).response["violations"]
    told = [(v["id"], [n["html"][:200] for n in v["nodes"]]) for v in found]
    assert told == [], told
