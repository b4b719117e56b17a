"""One source, two editions: `source/` → `release/` and `source/` → `notebooks/`."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config

from gdgrader.config import apply
from gdgrader.course import pages, public_checks, sameness, staged_help
from gdgrader.course.nbgrader_log import why
from gdgrader.exercises.reference import source_notebook
from gdhelpers import my_progress
from gdhelpers.checks import TABLE
from gdhelpers.handed_out import is_kept
from gdhelpers.stages import SOLUTIONS

KERNEL = {
    "display_name": "Python 3 (ipykernel)",
    "language": "python",
    "name": "python3",
}
CELL_SECONDS = 300
# From one notebook of the student edition to another; the worked edition is flat.
LINK = re.compile(r"\]\((?:\.\./)?(?:\w+/)?(\w+\.ipynb)")
# As a demonstration speaks of a function that is not there, or does not come back.
CALMLY = re.compile(r"^This (needs|uses) your ", re.MULTILINE)


class BuildError(RuntimeError):
    """The source cannot be built; the message names the file and what to do."""


def lessons(root: Path) -> list[str]:
    """The course's lessons in order: the folders of `source/` with their notebook."""
    found = pages.lessons(root)
    if not found:
        raise BuildError(
            f"no lesson in {(root / 'source').resolve()}: run this in the course's "
            "folder, which holds source/<lesson>/<lesson>.ipynb"
        )
    return found


def build(root: Path) -> list[Path]:
    """Regenerate both editions; return the files whose content changed.

    Both are made in a temporary folder first, so that a lesson that fails leaves the
    committed editions as they were.
    """
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch)
        make_release(root, made)
        make_notebooks(root, made)
        changed = [
            path
            for edition in ("release", "notebooks")
            for path in _replace(made / edition, root / edition)
        ]
    return changed


def stale(root: Path, outputs: bool = False) -> list[str]:
    """What is not what `source/` would give, one line each; [] where all is fresh.

    Numbers of `checks.json` are compared by value, everything else exactly. The
    outputs of `notebooks/` are nbval's to compare; with `outputs` every lesson is run
    and they are compared here too, numbers by value and pictures by pixel.
    """
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch)
        make_release(root, made)
        make_notebooks(root, made, run=outputs)
        return [
            line
            for edition in ("release", "notebooks")
            for line in _differences(made / edition, root / edition, root, outputs)
        ]


def make_release(root: Path, made: Path) -> None:
    """The student edition, by nbgrader itself, with a gradebook of its own."""
    for lesson in lessons(root):
        if "+" in lesson:
            raise BuildError(
                f"source/{lesson}: nbgrader takes no + in a lesson's name: rename it"
            )
        _read(root, lesson)
    shutil.copytree(
        root / "source", made / "source", ignore=shutil.ignore_patterns(".*", "*.pyc")
    )
    config = Config()
    apply(config)
    config.CourseDirectory.root = str(made)
    config.CourseDirectory.db_url = f"sqlite:///{made / 'gradebook.db'}"
    api = NbGraderAPI(config=config)
    for lesson in lessons(root):
        result = api.generate_assignment(lesson)
        if not result["success"]:
            raise BuildError(
                f"source/{lesson}: nbgrader could not release it\n{why(result)}"
            )
    for page, notebook in make_pages(root).items():
        nbformat.write(notebook, made / "release" / f"{page}.ipynb")


def make_pages(root: Path, but: Iterable[str] = ()) -> dict[str, NotebookNode]:
    """The pages beside the lessons, by name, filled from the lessons' first cells.

    Args:
        root: the course's folder.
        but: pages that this edition has not.
    """
    wanted = [page for page in pages.pages(root) if page not in but]
    made = {}
    try:
        heads = [pages.Head.of(n, _read(root, n)) for n in lessons(root) if wanted]
        for page in wanted:
            made[page] = pages.filled(root, page, heads)
            pages.add_footer(made[page], pages.footer(root, [page, *but], up=""))
    except pages.PageError as error:
        raise BuildError(str(error)) from None
    return made


def _read(root: Path, lesson: str) -> NotebookNode:
    path = source_notebook(lesson, root)
    try:
        return nbformat.read(path, as_version=4)
    except Exception as error:
        raise BuildError(
            f"{path} is not a notebook ({type(error).__name__}): "
            "restore it with `git checkout`, or save it anew from JupyterLab"
        ) from None


def make_notebooks(root: Path, made: Path, run: bool = True) -> None:
    """The worked edition: executed from top to bottom, solutions collapsed.

    The tables are those of the student edition, which `made` holds already.
    """
    folder = made / "notebooks"
    folder.mkdir()
    tables = []
    worked, solutions = {}, {}
    for lesson in lessons(root):
        notebook = _read(root, lesson)
        if public_checks.has_checks(lesson, notebook):
            table = made / "release" / lesson / TABLE
            tables.append(json.loads(table.read_text(encoding="utf-8")))
            path = source_notebook(lesson, root)
            asked = public_checks.asked_exercises(lesson, notebook, path)
            solutions |= {n: staged_help.worked(x, notebook) for n, x in asked.items()}
        pages.add_footer(notebook, pages.ending(root, lesson, but=[pages.START]))
        worked[lesson] = _worked(notebook)
    for page, notebook in make_pages(root, but=[pages.START]).items():
        worked[page] = _worked(notebook)
    merged = {
        "lesson": "all",
        "exercises": {k: v for t in tables for k, v in t["exercises"].items()},
    }
    (folder / TABLE).write_text(public_checks.as_text(merged), encoding="utf-8")
    (folder / SOLUTIONS).write_text(staged_help.as_text(solutions), encoding="utf-8")
    for name, notebook in worked.items():
        if run and any(cell.cell_type == "code" for cell in notebook.cells):
            _execute(notebook, folder, name)
        nbformat.write(notebook, folder / f"{name}.ipynb")


def _worked(notebook: NotebookNode) -> NotebookNode:
    """Strip nbgrader's marks, collapse solutions, point links at flat files."""
    for cell in notebook.cells:
        marks = cell.metadata.pop("nbgrader", {})
        if cell.cell_type == "markdown":
            cell.source = LINK.sub(r"](\1", cell.source)
        solution = marks.get("solution")
        cell.source = re.sub(r" *### (BEGIN|END) SOLUTION\n?", "", cell.source)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
            if solution:
                cell.metadata["jupyter"] = {"source_hidden": True}
        elif solution:
            head = "<details><summary>A model answer</summary>"
            cell.source = f"{head}\n\n{cell.source}\n\n</details>"
    notebook.metadata = {
        "kernelspec": KERNEL,
        "language_info": {"name": "python"},
    }
    return nbformat.from_dict(notebook)


def _execute(notebook: NotebookNode, folder: Path, lesson: str) -> None:
    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,  # as they come would depend on the moment
        resources={"metadata": {"path": str(folder)}},
    )
    quiet = {"TQDM_DISABLE": "1", "GDHELPERS_PROGRESS": "off"}
    with _environment(**quiet, PYTHONHASHSEED="0"):
        try:
            client.execute()
        except Exception as error:
            words = re.sub(r"\x1b\[[\d;]*m", "", str(error))
            raise BuildError(
                f"source/{lesson}: the worked edition fails\n{words}"
            ) from error
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if CALMLY.search(said := output.get("text", "")):
                raise BuildError(f"source/{lesson}: the worked edition says\n{said}")
    _keep_stills(notebook)
    notebook.metadata = nbformat.from_dict(
        {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    )


def _keep_stills(notebook: NotebookNode) -> None:
    """Of a widget that is also a picture keep the picture: readers have no kernel."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                output.data.pop("application/vnd.jupyter.widget-view+json", None)


@contextlib.contextmanager
def _environment(**values: str) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _files(folder: Path) -> dict[str, Path]:
    """Files of an edition, without what people leave beside them."""
    return {
        str(p.relative_to(folder)): p
        for p in sorted(folder.rglob("*"))
        if p.is_file()
        and not any(part.startswith(".") for part in p.relative_to(folder).parts)
        and p.suffix in {".ipynb", ".json"}
        and not p.name.endswith(".mine.ipynb")
        and not is_kept(p.name)
        and not p.stem.startswith(Path(my_progress.NAME).stem)
    }


def _replace(made: Path, folder: Path) -> list[Path]:
    folder.mkdir(exist_ok=True)
    new, old = _files(made), _files(folder)
    changed = []
    for name, path in new.items():
        target = folder / name
        content = path.read_bytes()
        if name in old:
            content = _kept(path, old[name])
            if content == old[name].read_bytes():
                continue
        if folder.name == "release" and name in old and _worked_in(old[name]):
            shutil.copy(target, target.with_suffix(".mine.ipynb"))
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(content)
        changed.append(target)
    for name in old.keys() - new.keys():
        if folder.name == "release" and _worked_in(old[name]):
            shutil.copy(old[name], old[name].with_suffix(".mine.ipynb"))
        old[name].unlink()
        changed.append(old[name])
    return changed


def _worked_in(path: Path) -> bool:
    """Whether somebody ran cells here: then their work is kept beside it."""
    if path.suffix != ".ipynb":
        return False
    try:
        cells = nbformat.read(path, as_version=4).cells
    except Exception:
        return True
    return any(c.get("execution_count") for c in cells)


def _differences(made: Path, folder: Path, root: Path, outputs: bool) -> list[str]:
    new, old = _files(made), _files(folder)
    lines = []
    for name in sorted(new.keys() | old.keys()):
        where = (folder / name).relative_to(root)
        if name not in old:
            lines.append(f"{where} is missing")
        elif name not in new:
            lines.append(f"{where} has no source")
        elif folder.name == "notebooks" and name.endswith(".ipynb") and not outputs:
            if _inputs(new[name]) != _inputs(old[name]):
                lines.append(f"{where} is not what source/ gives")
        elif _kept(new[name], old[name]) != old[name].read_bytes():
            lines.append(f"{where} is not what source/ gives")
    return lines


def _kept(new: Path, old: Path) -> bytes:
    """The content of `new`; what is equal in value stays as it stands in `old`."""
    content = new.read_bytes()
    with contextlib.suppress(Exception):  # an old file that cannot be read is replaced
        if new.name == TABLE:
            before = json.loads(old.read_bytes())
            return public_checks.as_text(
                sameness.kept_table(json.loads(content), before)
            ).encode()
        if new.parent.name == "notebooks":
            before = nbformat.read(old, as_version=4)
            merged = sameness.kept_notebook(nbformat.read(new, as_version=4), before)
            return f"{nbformat.writes(merged)}\n".encode()
    return content


def _inputs(path: Path) -> bytes:
    try:
        notebook = nbformat.read(path, as_version=4)
    except Exception:
        return b""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return nbformat.writes(notebook).encode()
