"""nbval runs a lesson as the build ran it."""

import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from gdgrader.course.build import KERNEL

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_no_progress_bar_stands_in_a_lesson(tmp_path, stream):
    """A bar's text tells the time it took, so no two runs would agree."""
    shutil.copy(ROOT / "conftest.py", tmp_path)
    bar = f"import sys, tqdm\n[i for i in tqdm.trange(3, file=sys.{stream})]"
    told = {"data": {"text/plain": "[0, 1, 2]"}, "execution_count": 1}
    cell = new_code_cell(bar, execution_count=1)
    cell.outputs = [new_output("execute_result", **told)]
    path = tmp_path / "lesson.ipynb"
    nbformat.write(new_notebook(cells=[cell], metadata={"kernelspec": KERNEL}), path)
    nbval = ["--nbval", "--nbval-kernel-name", "gdgrader-fast"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *nbval, str(path)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0 and "1 passed" in done.stdout, done.stdout
