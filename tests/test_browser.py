"""A student in JupyterLab, in a real browser: read, answer wrongly, then rightly."""

import shutil
from pathlib import Path

import pytest
from browser import KERNEL_MS, Lesson, browser_page, jupyter

LESSON = "01_single_step"
WRONG = (
    "def single_step_gradient_descent(theta, learning_rate):\n"
    "    return theta + learning_rate * 2 * theta"
)
RIGHT = WRONG.replace("theta +", "theta -")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    release = shutil.copytree(Path(__file__).parents[1] / "release", folder / "release")
    with jupyter(release, folder) as address:
        yield address, release


def test_student_answers_wrongly_then_rightly(server):
    address, release = server
    with browser_page() as (page, errors):
        path = release / LESSON / f"{LESSON}.ipynb"
        lesson = Lesson(page, address, path, f"lab/tree/{LESSON}/{LESSON}.ipynb")
        checks = [
            c.metadata.nbgrader.grade_id
            for c in lesson.cells
            if c.source.startswith("check(single_step_gradient_descent")
        ]
        solution = "single_step_gradient_descent"
        lesson.run_before(checks[0])
        assert "Not written yet" in lesson.run(checks[0])
        lesson.write(solution, WRONG)
        lesson.run(solution)
        words = lesson.run(checks[0])
        assert "✗" in words and "climb" in words and "Traceback" not in words
        lesson.screenshot("lesson-01-wrong")
        lesson.write(solution, RIGHT)
        lesson.run(solution)
        for check in checks:
            assert "✓" in lesson.run(check)
        lesson.screenshot("lesson-01-right")
        lesson.save()
        page.get_by_role("button", name="Validate").click()
        dialog = page.locator(".jp-Dialog")
        dialog.wait_for(timeout=KERNEL_MS)
        assert "gradient_descent" in dialog.inner_text()
        lesson.screenshot("lesson-01-validate")
        assert errors == []
