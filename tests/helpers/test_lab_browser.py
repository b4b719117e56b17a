"""From `make lab` in a fresh clone to the first exercise solved, on the screen alone.

One server and one page, in the order in which a student meets them.
"""

import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import nbformat
import pytest
from browser import (
    KERNEL_MS,
    Lesson,
    Play,
    browser_page,
    free_port,
    listening,
    new_page,
    serving,
)
from clone import clone_into
from exercise_checks import right_solutions
from playwright.sync_api import Locator, Page, expect

from gdgrader.exercises import exercises
from gdgrader.exercises.base import Mistake
from gdhelpers.lab.__main__ import START
from gdhelpers.lab.opened import AGAIN

NAME = "01_single_step"
EXERCISE = "single_step_gradient_descent"
CELL = "single-step-gradient-descent"
CHECKS = ("single-step-positive", "single-step-negative", "single-step-stays")


def git(folder: Path, *words: str) -> str:
    identity = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org"]
    command = ["git", *identity, *words]
    ran = subprocess.run(command, cwd=folder, text=True, capture_output=True)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def answers(address: str, path: str) -> bool:
    """Whether the server has something there."""
    try:
        with urllib.request.urlopen(f"{address}/{path}") as reply:
            return reply.status == 200
    except urllib.error.HTTPError:
        return False


class Desk(Lesson):
    """A notebook that is reached by what is to be seen: the one in front."""

    def __init__(self, page: Page, address: str, course: Path, path: str) -> None:
        self.page, self.address, self.course = page, address, course
        self.cells = nbformat.read(course / "release" / path, as_version=4).cells

    def cell(self, cell_id: str) -> Locator:
        front = self.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
        return front.locator(".jp-Notebook .jp-Cell").nth(self.index(cell_id))

    def with_code(self, code: str) -> str:
        """The id of the first cell of code that has it."""
        codes = (c for c in self.cells if c.cell_type == "code")
        return next(c.id for c in codes if code in c.source)

    def bring_to_front(self, name: str) -> None:
        tabs = self.page.locator("#jp-main-dock-panel .lm-TabBar-tab")
        tabs.filter(has_text=name).click()

    def at_rest(self) -> None:
        bar = self.page.locator("#jp-main-statusbar")
        expect(bar).to_contain_text("| Idle", timeout=KERNEL_MS)

    def reload(self) -> None:
        self.page.reload()
        self.cell("text-01").wait_for(timeout=KERNEL_MS)
        self.at_rest()

    def menu(self, *items: str) -> None:
        bar = self.page.get_by_role("menuitem", name=items[0], exact=True)
        bar.click()
        for item in items[1:]:
            found = self.page.locator(".lm-Menu-item").filter(has_text=item)
            found.first.click()


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A fresh clone."""
    folder = clone_into(tmp_path_factory.mktemp("clone"))
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "As handed out")
    return folder


def make_lab(course: Path, home: Path, *words: str):
    """What `make lab` starts for somebody with this empty home; all is installed."""
    ours = ("JUPYTER", "IPYTHON", "PYTEST")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    environment |= {"HOME": str(home), "PYTHONPATH": str(course)}  # not where this is
    port = free_port()
    make = ["make", "--old-file=setup", "lab", f"VENV={sys.prefix}", *words]
    make.append(f"ARGS={' '.join(listening(port))}")
    return serving(make, port, course, environment)


@pytest.fixture(scope="module")
def desk(course, tmp_path_factory):
    """The course after `make lab`, and the first page that shows itself."""
    with (
        make_lab(course, tmp_path_factory.mktemp("home")) as address,
        browser_page() as (page, errors),
    ):
        page.goto(address)
        page.locator("#jp-main-statusbar").wait_for(timeout=KERNEL_MS)
        desk = Desk(page, address, course, f"{NAME}/{NAME}.ipynb")
        desk.errors = errors
        yield desk


@pytest.fixture(scope="module")
def start(desk):
    """The first page, which `make lab` opens."""
    return Desk(desk.page, desk.address, desk.course, START)


def test_the_first_screen_shows_what_a_student_needs(desk, start):
    page = desk.page
    start.cell(start.cells[0].id).wait_for(timeout=KERNEL_MS)
    start.at_rest()
    page.wait_for_timeout(2000)  # a popup would come by now, and the kernel's words
    expect(page.locator(".jp-mod-dirty")).to_have_count(0)
    start.screenshot("lab-start")
    page.locator(".jp-DirListing-content").wait_for()
    page.get_by_role("button", name=re.compile("New Launcher")).first.click()
    page.locator(".jp-Launcher").wait_for(timeout=KERNEL_MS)
    desk.screenshot("lab-launcher")
    kernels = page.locator(".jp-LauncherCard[data-category=Notebook]")
    expect(kernels).to_have_count(1)
    expect(page.locator(".jp-toast-button, .Toastify__toast")).to_have_count(0)
    seen = page.locator("body").inner_text()
    for instructors in ("Create Assignment", "Nbgrader", "Formgrader", "Course List"):
        assert instructors not in seen
    assert not answers(desk.address, "formgrader")


def test_opening_a_lesson_changes_nothing(desk, start):
    page = desk.page
    start.bring_to_front(START)
    page.get_by_role("link", name=re.compile("^1 · ")).first.click()
    expect(desk.cell("text-01")).to_contain_text("You will be able to")
    desk.at_rest()
    listing = page.locator(".jp-DirListing-content")
    listing.get_by_text(NAME, exact=True).dblclick()
    expect(listing.get_by_text(f"{NAME}.ipynb", exact=True)).to_be_visible()
    expect(listing.locator("[data-file-type]")).to_have_count(1)  # no checks.json
    page.wait_for_timeout(1500)  # the kernel has told of itself by now
    expect(page.locator(".jp-mod-dirty")).to_have_count(0)
    desk.screenshot("lab-lesson")
    assert git(desk.course, "status", "--porcelain", "release") == ""


def test_the_first_exercise_is_solved(desk, start):
    function = next(iter(right_solutions(EXERCISE).values()))
    right = Mistake("none", "", function).source(exercises()[EXERCISE].function)
    for name in ("given-02", "code-04", CELL):
        assert "Error" not in desk.run(name)
    assert "Not written yet" in desk.run(CHECKS[0])
    desk.write(CELL, right)
    desk.run(CELL)
    assert all("✓" in desk.run(check) for check in CHECKS)
    desk.run("explore")
    Play(desk, "explore").says("Target")
    desk.save()
    desk.page.get_by_role("button", name="Validate").click()
    dialog = desk.page.locator(".jp-Dialog")
    expect(dialog).to_contain_text("Validation Results", timeout=KERNEL_MS)
    desk.page.keyboard.press("Escape")
    start.bring_to_front(START)
    start.at_rest()
    assert re.search(
        r"\b1 of \d+ exercises", start.run(start.with_code("show_progress"))
    )
    start.screenshot("lab-progress")
    start.save()
    desk.bring_to_front(NAME)


def test_an_explorer_lives_as_long_as_its_kernel(desk):
    desk.reload()
    Play(desk, "explore").press("learning rate η", "End")
    output = desk.cell("explore").locator(".jp-OutputArea")
    assert AGAIN not in output.inner_text()


@pytest.mark.parametrize("ended", ["Restart Kernel…", "Shut Down Kernel"])
def test_an_explorer_without_its_kernel_says_what_to_do(desk, ended):
    desk.menu("Kernel", ended)
    accept = desk.page.locator(".jp-Dialog button.jp-mod-accept")
    if ended.startswith("Restart"):
        accept.click()
        desk.at_rest()
    else:
        bar = desk.page.locator("#jp-main-statusbar")
        expect(bar).to_contain_text("No Kernel")
    desk.reload()
    output = desk.cell("explore").locator(".jp-OutputArea")
    expect(output).to_contain_text(AGAIN)
    expect(output.locator("img")).to_be_visible()
    expect(output).not_to_contain_text(re.compile("Error|Loading"))
    expect(desk.page.locator(".jp-mod-dirty")).to_have_count(0)
    output.scroll_into_view_if_needed()
    desk.screenshot(f"lab-explorer-{ended[:4].lower()}")
    for name in ("given-02", CELL, "explore"):
        desk.run(name)
    Play(desk, "explore").says("Target")
    desk.save()


def test_of_errors_on_the_console_only_the_debuggers_own_are_left_out(desk):
    said = [
        ("error", "Could not restore the debugger state: ", "Canceled future for {} …"),
        ("error", "Could not restore the debugger state:", "no breakpoint"),
        ("error", "Canceled future for {} message", "before replies were done"),
        ("warn", "a warning", ""),
    ]
    with new_page(desk.page.context) as (page, errors):
        for kind, one, other in said:
            for asked in ("debug_request", "comm_msg"):
                page.evaluate(
                    f"words => console.{kind}(...words)",
                    [one.strip().format(asked), other.format(asked)],
                )
        with page.expect_event("pageerror"):
            page.evaluate("setTimeout(() => { throw Error('thrown') })")
    assert errors == [
        "Could not restore the debugger state: Canceled future for comm_msg …",
        *["Could not restore the debugger state: no breakpoint"] * 2,
        "Canceled future for debug_request message before replies were done",
        "Canceled future for comm_msg message before replies were done",
        "thrown",
    ]


def test_a_phone_shows_the_lesson_in_notebook_7(desk):
    assert desk.errors == []  # Notebook 7 has some of its own
    page = desk.page
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{desk.address}/notebooks/{NAME}/{NAME}.ipynb")
    desk.cell("text-01").wait_for(timeout=KERNEL_MS)
    expect(desk.cell("text-01")).to_contain_text("You will be able to")
    expect(desk.cell("explore").locator(".gd-explorer")).to_have_count(1)
    desk.screenshot("lab-phone")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert "Nbgrader" not in page.locator("body").inner_text()


def test_an_instructor_has_it_all_by_one_command(course, tmp_path):
    with make_lab(course, tmp_path, "ROLE=instructor") as address:
        assert answers(address, "formgrader")
        assert answers(address, "api/contents/source")
        with urllib.request.urlopen(f"{address}/lab") as reply:
            page = reply.read().decode()
    assert '"@jupyter/nbgrader"' in page
    assert "@jupyter/nbgrader:create-assignment" not in page  # as one that is off
