"""Each lesson as a student meets it: JupyterLab in a real browser, by the keyboard.

The student runs the lesson before anything is written, plays, answers wrongly, reads
the hint, answers rightly, plays again with the own function, and asks for Validate.
"""

import inspect
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from browser import (
    TRAINING_MS,
    Lesson,
    Play,
    assert_accessible,
    browser,
    jupyter,
    new_page,
)
from exercise_checks import right_solutions
from playwright.sync_api import expect

from gdgrader.course.build import lessons
from gdgrader.exercises import exercises
from gdgrader.exercises.base import Mistake
from gdgrader.exercises.reference import source_notebook
from gdgrader.sandbox.kernel import SPEC

ROOT = Path(__file__).parents[1]
NOT_WRITTEN = "is not written yet"
COMPLAINT = "[data-mime-type$=error], [data-mime-type$=stderr]"


@dataclass(frozen=True)
class Story:
    """What the student of one lesson does.

    Attributes:
        exercise: the one done wrong, then right; the explorer takes its function.
        mistake: the catalogued way in which it is done wrong.
        control: the explorer's control that is moved.
        key: what is pressed there.
        said: what the explorer then says.
    """

    exercise: str
    mistake: str
    control: str
    key: str
    said: str


STORIES = {
    "01_single_step": Story(
        "single_step_gradient_descent",
        "sign flipped",
        "learning rate η",
        "End",
        "diverges: ×19 a step",
    ),
    "02_constant_learning_rate": Story(
        "max_stable_lr",
        "best rate instead of bound",
        "curvature λ",
        "End",
        "Theory's noise floor is 0.031",
    ),
    "03_linear_regression": Story(
        "mse_gradient",
        "factor 2 forgotten",
        "learning rate η",
        "End",
        "Above the bound: diverges",
    ),
    "04_minibatches_momentum": Story(
        "noise_floor",
        "half forgotten",
        "batch size B",
        "End",
        "B = 64, β = 0: 16 steps",
    ),
    "05_step_decay": Story(
        "step_lr",
        "one epoch early",
        "initial rate",
        "Home",
        "The budget is too small to get there.",
    ),
    "06_reduce_on_plateau": Story(
        "simulate_plateau",
        "an epoch too early",
        "patience",
        "Home",
        "with a patience of 0",
    ),
    "07_cosine_one_cycle": Story(
        "cosine_lr",
        "half forgotten",
        "hold, % of steps",
        "ArrowRight",
        "5 % hold, cosine",
    ),
    "08_range_test_warmup": Story(
        "sharpness",
        "the bound returned",
        "learning rate η",
        "End",
        "The loss rises in each of the first 3 steps: diverges.",
    ),
    "09_averaging_adamw": Story(
        "wsd_lr",
        "nothing stable",
        "branch at step",
        "Home",
        "Branch at step 60, cool down over 15",
    ),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """JupyterLab on the student edition, started where the course's settings lie."""
    folder = tmp_path_factory.mktemp("lab")
    release = shutil.copytree(ROOT / "release", folder / "release")
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    # The kernel that needs not import torch each time, for Validate's, too; the plain
    # one is what `make lab` starts in test_lab_browser.py.
    kernel = folder / "kernels" / "python3"
    kernel.mkdir(parents=True)
    (kernel / "kernel.json").write_text(json.dumps(SPEC))
    with jupyter(release, folder) as address:
        yield address, release


def marks(cell: nbformat.NotebookNode, name: str):
    return cell.metadata.get("nbgrader", {}).get(name)


def solutions(lesson: str) -> dict[str, str]:
    """The source's answer to each solution cell."""
    cells = nbformat.read(source_notebook(lesson, ROOT), as_version=4).cells
    own = [c for c in cells if c.cell_type == "code" and marks(c, "solution")]
    return {marks(c, "grade_id"): c.source for c in own}


def run_untouched(lesson: Lesson) -> dict[str, str]:
    """Run all cells; each speaks calmly of what is not there yet. Gives their words."""
    lesson.run_all()
    said, calm = {}, 0
    for cell, output in zip(lesson.cells, lesson.outputs(), strict=True):
        if cell.cell_type == "code":
            # Checks say what is not written yet on stderr.
            own = not marks(cell, "grade")
            complaints = output.errors + output.stderr * own
            assert complaints == 0, f"{cell.id}: {output.words}"
            assert "Traceback" not in output.words
            said[cell.id] = output.words
            calm += own and "This needs your" in output.words
    assert calm >= 2
    return said


def move(lesson: Lesson, story: Story, name: str) -> None:
    """Move the explorer by keyboard; its words, picture and its text follow."""
    explorer = Play(lesson, "explore")
    picture, text = explorer.pixels(), explorer.image.get_attribute("title")
    expect(explorer.box).not_to_contain_text(story.said)
    explorer.press(story.control, story.key)
    explorer.says(story.said)
    expect(explorer.box).not_to_contain_text("Note:")
    assert explorer.pixels() != picture
    assert explorer.image.get_attribute("title") != text
    lesson.screenshot(name)


def answer(lesson: Lesson, cell_id: str, code: str) -> None:
    lesson.write(cell_id, code)
    assert "Error" not in lesson.run(cell_id)


def helpers(function) -> list[str]:
    """The texts of the functions that an answer calls beside it."""
    beside = {k: v for k, v in function.__globals__.items() if k.startswith("_")}
    names = function.__code__.co_names
    return [inspect.getsource(beside[name]) for name in names if name in beside]


def validate(lesson: Lesson) -> str:
    """Press Validate, and give the words of the dialog that answers."""
    lesson.save()
    lesson.page.get_by_role("button", name="Validate").click()
    dialog = lesson.page.locator(".jp-Dialog")
    expect(dialog).to_contain_text("Validation Results", timeout=TRAINING_MS)
    return dialog.inner_text()


@pytest.fixture(scope="module")
def context():
    with browser() as opened:
        yield opened


def test_every_lesson_has_its_student():
    assert list(STORIES) == lessons(ROOT)


@pytest.mark.parametrize("name", STORIES)
def test_a_student_works_through_the_lesson(server, context, name):
    address, release = server
    story, number = STORIES[name], name[:2]
    with new_page(context) as (page, errors):
        path = release / name / f"{name}.ipynb"
        lesson = Lesson(page, address, path, f"lab/tree/{name}/{name}.ipynb")
        said = run_untouched(lesson)
        explorer = Play(lesson, "explore")
        explorer.says(NOT_WRITTEN)
        expect(lesson.cell("explore").locator(".gd-figure")).to_be_hidden()
        assert_accessible(page)
        assert_accessible(page, ".jp-Notebook", runOnly=["scrollable-region-focusable"])
        lesson.screenshot(f"lesson-{number}-untouched")

        exercise = exercises()[story.exercise]
        wanted = f'check({exercise.function}, "{exercise.name}"'
        checks = [c.id for c in lesson.cells if c.source.startswith(wanted)]
        cell = next(
            c for c in solutions(name) if exercise.function in solutions(name)[c]
        )
        assert all("Not written yet" in said[check] for check in checks)
        wrong = next(m for m in exercise.mistakes if m.name == story.mistake)
        answer(lesson, cell, wrong.source(exercise.function))
        words = [lesson.run(check) for check in checks]
        hinted = [w for w in words if wrong.hint in " ".join(w.split())]
        assert hinted and all("Traceback" not in w for w in words)
        lesson.screenshot(f"lesson-{number}-wrong")

        function = next(iter(right_solutions(exercise.name).values()))
        right = Mistake("none", "", function).source(exercise.function)
        answer(lesson, cell, "\n\n".join(["import math", *helpers(function), right]))
        assert all("✓" in lesson.run(check) for check in checks)
        lesson.screenshot(f"lesson-{number}-right")
        for other, code in solutions(name).items():
            if other != cell:
                answer(lesson, other, code)
        for told in lesson.cells:
            if told.cell_type == "markdown" and marks(told, "solution"):
                lesson.tell(told.id, "It ended where the other one did.")
        lesson.run("explore")
        expect(explorer.box).not_to_contain_text("Note:")
        move(lesson, story, f"lesson-{number}-explorer")
        for part in (".jp-RenderedMarkdown", ".jp-OutputArea"):
            assert_accessible(page, f".jp-Notebook {part}")
        assert "Success!" in validate(lesson)
        lesson.screenshot(f"lesson-{number}-validate")
        assert errors == []


def press(lesson: Lesson, cell: str, keys: str) -> None:
    """Press keys on a cell in command mode."""
    lesson.cell(cell).locator(".jp-InputPrompt").click()
    for key in keys:
        lesson.page.keyboard.press(key)


def test_a_student_who_is_stuck_reads_calm_words(server, context):
    """Run All before anything is written, a loop without an end, a copied cell."""
    address, release = server
    name, step = "01_single_step", "single_step_gradient_descent"
    folder = shutil.copytree(ROOT / "release" / name, release / "stuck")
    path = folder / f"{name}.ipynb"
    with new_page(context) as (page, errors):
        lesson = Lesson(page, address, path, f"lab/tree/stuck/{path.name}")
        lesson.run_all()
        outputs = lesson.outputs()
        checks = [c.id for c in lesson.cells if marks(c, "grade")]
        for check in checks:
            output = outputs[lesson.index(check)]
            assert "Not written yet" in output.words and output.errors == 0
        lesson.write(
            step,
            f"def {step}(theta, learning_rate):\n    while theta != 0: theta *= 1",
        )
        lesson.run(step)
        words = " ".join(lesson.run(checks[0]).split())
        assert "stopped after 10 s, at the line `while theta != 0: theta *= 1`" in words
        assert "`theta` was 3 by then." in words and "Traceback" not in words
        lesson.screenshot("endless")
        lesson.write(step, f"def {step}(theta, learning_rate):\n    while True: 0")
        lesson.run(step)
        lesson.cell(checks[0]).locator(".cm-content").click()
        page.keyboard.press("ControlOrMeta+Enter")
        page.wait_for_timeout(500)
        press(lesson, checks[0], "ii")
        output = lesson.cell(checks[0]).locator(".jp-OutputArea")
        expect(output).to_contain_text("Run the cell again to begin anew.")
        assert len(output.inner_text().strip().splitlines()) <= 2
        right = f"def {step}(theta, learning_rate):\n    return theta - 2 * "
        answer(lesson, step, f"{right}learning_rate * theta")
        press(lesson, step, "cv")
        words = " ".join(validate(lesson).split())
        assert (
            f"This cell is there twice: a copied cell keeps the mark `{step}`" in words
        )
        lesson.screenshot("copied")
        assert errors == []
