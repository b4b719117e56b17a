"""How far you are: each exercise's state, the explorers' targets, what comes next.

The start page shows it, from the file that `check` writes at home (`my_progress`) and
from the lessons that lie beside the page. In words and shapes, never in colour alone.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gdhelpers import my_progress

if TYPE_CHECKING:
    import ipywidgets as widgets

VIEW = "application/vnd.jupyter.widget-view+json"
RIGHT, PARTLY, TRIED, UNTOUCHED = "●", "◐", "◔", "○"
NOT_HERE = (
    "Your own results stand here when you run this in the student edition: `make lab`, "
    "then start.ipynb."
)
NOTE = (
    "From what check saw on this computer, in my_progress.json. Nobody grades it. "
    "Answers in words are not in it: a person reads them."
)
LOOK = """<style>
.gd-overview .widget-html-content { height: auto; line-height: 1.5; }
.gd-lessons { display: grid; gap: 0.6em 2em;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 21em), 1fr)); }
.gd-lessons ul { list-style: none; margin: 0; padding: 0; }
.gd-lessons li { margin: 0; overflow-wrap: anywhere; }
.gd-lessons p { margin: 0; }
</style>"""


@dataclass(frozen=True)
class Item:
    """One line of the overview.

    Attributes:
        shape: RIGHT, PARTLY, TRIED or UNTOUCHED.
        state: the same in words.
        name: of the exercise, or "explorer".
    """

    shape: str
    state: str
    name: str


@dataclass(frozen=True)
class Lesson:
    """A lesson's title and lines; the explorers' come last."""

    title: str
    exercises: tuple[Item, ...]
    explorers: tuple[Item, ...]

    @property
    def right(self) -> int:
        """How many exercises are right."""
        return sum(item.shape == RIGHT for item in self.exercises)


def lessons(folder: str | Path = ".") -> list[Lesson]:
    """The lessons below `folder`, in order, as far as the student has come.

    A lesson is a folder with a table that bears the folder's name.
    """
    known = my_progress.load(folder)
    found = []
    for path in sorted(Path(folder).glob(f"*/{my_progress.TABLE}")):
        try:
            table = json.loads(path.read_text(encoding="utf-8"))
            if table["lesson"] != path.parent.name:
                continue
            asked = {n: list(e["properties"]) for n, e in table["exercises"].items()}
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            continue  # the lesson's own check says what is wrong with it
        title, explorers = _notebook(path.with_name(f"{path.parent.name}.ipynb"))
        found.append(
            Lesson(
                title or path.parent.name,
                tuple(
                    _exercise(name, names, known["exercises"].get(name, {}))
                    for name, names in asked.items()
                ),
                tuple(_explorer(name, known["targets"]) for name in explorers),
            )
        )
    return found


def _notebook(path: Path) -> tuple[str, list[str]]:
    """The title of a lesson and the explorers it calls."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        texts = ["".join(cell["source"]) for cell in cells]
        codes = [
            t for c, t in zip(cells, texts, strict=True) if c["cell_type"] == "code"
        ]
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return "", []
    title = next(iter(texts), "").partition("\n")[0]
    calls = re.findall(r"\b(explore_\w+)\(", "\n".join(codes))
    return title.lstrip("# ").strip(), list(dict.fromkeys(calls))


def _exercise(name: str, properties: list[str], seen: dict) -> Item:
    right = sum(seen.get(p, {}).get("right", False) for p in properties)
    if right == len(properties):
        return Item(RIGHT, "right at home", name)
    if right:
        return Item(PARTLY, f"{right} of {len(properties)} checks right", name)
    if seen:
        return Item(TRIED, "tried, not right yet", name)
    return Item(UNTOUCHED, "untouched", name)


def _explorer(name: str, targets: dict) -> Item:
    if name in targets:
        return Item(RIGHT, "target reached", "explorer")
    return Item(UNTOUCHED, "target not reached yet", "explorer")


def next_step(found: Iterable[Lesson]) -> str:
    """The next thing to do, in a sentence."""
    found = list(found)
    for lesson in found:
        for item in lesson.exercises:
            if item.shape != RIGHT:
                return f"Next: {item.name} in lesson “{lesson.title}” ({item.state})."
    for lesson in found:
        if any(item.shape != RIGHT for item in lesson.explorers):
            return f"Next: the explorer's target in lesson “{lesson.title}”."
    if not found:
        return "No lessons lie beside this page: open it in the folder that holds them."
    return "All exercises are right and all targets reached. Well done."


def in_words(found: Iterable[Lesson]) -> str:
    """The overview as plain text."""
    found = list(found)
    lines = [_summary(found), next_step(found)]
    for lesson in found:
        lines += ["", lesson.title]
        lines += [
            f"  {item.shape} {item.name}: {item.state}"
            for item in (*lesson.exercises, *lesson.explorers)
        ]
    return "\n".join([*lines, "", NOTE])


def _summary(found: list[Lesson]) -> str:
    exercises = sum(len(lesson.exercises) for lesson in found)
    right = sum(lesson.right for lesson in found)
    explorers = [item for lesson in found for item in lesson.explorers]
    reached = sum(item.shape == RIGHT for item in explorers)
    return (
        f"{right} of {exercises} exercises right at home, "
        f"{reached} of {len(explorers)} targets reached."
    )


def as_html(found: Iterable[Lesson]) -> str:
    """The overview as HTML; what changes is said by a screen reader."""
    found = list(found)
    blocks = []
    for lesson in found:
        lines = "".join(
            f'<li><span aria-hidden="true">{item.shape}</span> '
            f"<code>{html.escape(item.name)}</code>: {item.state}</li>"
            for item in (*lesson.exercises, *lesson.explorers)
        )
        head = f"<p><strong>{html.escape(lesson.title)}</strong></p>"
        blocks.append(f"<div>{head}<ul>{lines}</ul></div>")
    return (
        f'{LOOK}<div role="status" aria-live="polite"><p>{_summary(found)}<br>'
        f"<strong>{html.escape(next_step(found))}</strong></p></div>"
        f'<div class="gd-lessons">{"".join(blocks)}</div><p>{NOTE}</p>'
    )


def overview(folder: str | Path = ".") -> widgets.VBox:
    """The overview with a button that looks again."""
    import ipywidgets as widgets

    shown = widgets.HTML(as_html(lessons(folder)))
    button = widgets.Button(description="Look again", tooltip="Look again")
    button.on_click(lambda _: setattr(shown, "value", as_html(lessons(folder))))
    box = widgets.VBox([button, shown])
    box.add_class("gd-overview")
    return box


def show_progress(folder: str | Path = ".") -> None:
    """Show how far you are: a widget, and text where widgets are not."""
    from IPython.display import display

    if my_progress.place(folder) is None:  # the worked edition, or no notebook
        display({"text/markdown": NOT_HERE, "text/plain": NOT_HERE}, raw=True)
        return
    found = lessons(folder)
    view = overview(folder)._repr_mimebundle_()
    forms = {"text/plain": in_words(found), "text/html": as_html(found)}
    display({**forms, VIEW: view[VIEW]}, raw=True)
