"""What every explorer shares: controls, a picture kept alive, the result in words."""

from __future__ import annotations

import asyncio
import html
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import ipywidgets as widgets
from IPython.display import display
from traitlets import Unicode

from gdhelpers import my_progress
from gdhelpers.endless import Watch
from gdhelpers.explorers.access import manners
from gdhelpers.explorers.canvas import Canvas
from gdhelpers.plots.base import show_still
from gdhelpers.progress import stoppable

ELSEWHERE = (
    "Its controls show where this cell is run in JupyterLab, Jupyter Notebook, VS Code "
    "or Colab."
)
SETTLE = 0.004  # seconds: lets slider moves that wait in the kernel's queue arrive


@dataclass(frozen=True)
class Answer:
    """What one choice of the controls leads to.

    Attributes:
        words: the result, for everybody: seen, and read out by a screen reader.
        data: what the picture's artists show.
        reached: which target is reached and how; empty while it is not.
        note: what is wrong with the student's function or with an input, or empty.
    """

    words: str
    data: Mapping
    reached: str = ""
    note: str = ""


class Picture(widgets.Image):
    """An image whose `tooltip` is its text alternative.

    ipywidgets gives an image no alt text, but makes `tooltip` the title of a widget
    that has a description, and a title names an image for assistive technology.
    """

    description = Unicode("").tag(sync=True)


class Explorer(widgets.VBox):
    """Controls above a picture above the result in words.

    Args:
        controls: by the name under which `answer` takes each value.
        answer: the pure core, `answer(**values) -> Answer`.
        draw: moves the canvas's artists to an answer's data and gives the PNG.
        canvas: the figure that is kept alive.
        target: what to try to reach.
        alt: what the picture shows, in one sentence.
        name: of the function that makes it; under it a target reached is noted.
        more: further controls, which act on those that `answer` takes.
        below: what stands under the result.

    The last value wins: a change only notes that a new picture is due, and it is drawn
    from the newest values once the messages already waiting have been taken in.
    """

    def __init__(
        self,
        controls: Mapping[str, widgets.Widget],
        answer: Callable[..., Answer],
        draw: Callable[[Mapping], bytes],
        canvas: Canvas,
        target: str,
        alt: str,
        name: str,
        more: Sequence[widgets.Widget] = (),
        below: Sequence[widgets.Widget] = (),
    ):
        self.controls, self.answer = controls, answer
        self.draw, self.canvas, self.alt, self.target = draw, canvas, alt, target
        self.name, self.noted = name, False
        self.picture = Picture(format="png", layout=widgets.Layout())
        # Never seen: what the page presses where it is too narrow for two panels.
        self.narrow = widgets.ToggleButton(layout=widgets.Layout(display="none"))
        self.narrow.add_class("gd-narrow")
        self.narrow.observe(self.fit, "value")
        self.words, self.note = widgets.HTML(), widgets.HTML()
        self.pictures = 0
        self._due, self._answer = False, None
        self._drawing = threading.Lock()
        self.row = widgets.Box(
            [*controls.values(), *more],
            layout=widgets.Layout(flex_flow="row wrap", width="100%"),
        )
        parts = [
            widgets.HTML(paragraph("Target", target)),
            self.row,
            self.note,
            self.picture,
            self.words,
            self.narrow,
            *below,
            manners(),
        ]
        super().__init__(parts)
        self.add_class("gd-explorer")
        self.fit()
        for control in controls.values():
            control.observe(self.renew, "value")

    def renew(self, _change=None) -> None:
        """Ask for a new picture; many requests at once are answered by one."""
        if self._due:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # no kernel, as in a script
            self.redraw()
        else:
            self._due = True
            loop.call_later(SETTLE, self.redraw)

    def fit(self, _change=None) -> None:
        """Stack the panels where the page is narrow, and draw them so."""
        with self._drawing:
            self.canvas.stack(self.narrow.value)
            width = round(100 * self.canvas.figure.get_figwidth())
            self.picture.layout.max_width = f"min(100%, {width}px)"
        self.redraw()

    def redraw(self) -> None:
        """Show the answer to the controls' newest values, picture and words."""
        with self._drawing:
            self._due = False
            values = {k: c.value for k, c in self.controls.items()}
            with stoppable(), Watch() as watch:
                answer = watch.run(partial(self.answer, **values))
                place = watch.place
            if place:  # it took too long between two calls
                self.report(f"{place.function} takes too long. {place.words}")
                return
            self._answer = answer
            self.picture.value = self.draw(answer.data)
            self.picture.tooltip = self._alt()
            self.report(answer.note)
            result = html.escape(answer.words)
            self.words.value = status(
                f"<p>{result}</p>{paragraph('Reached', answer.reached)}"
            )
            self.pictures += 1
        if answer.reached and not self.noted:
            self.noted = True
            my_progress.note_target(self.name)

    def _alt(self) -> str:
        alt = f"{self.alt} {self._answer.words}"
        if not self.canvas.stacked:
            return alt
        return alt.replace("Left,", "Above,", 1).replace("right,", "below,", 1)

    def still(self) -> tuple[bytes, str]:
        """The picture as a PNG, with its text, for where nothing can be moved.

        It cannot ask how wide the page is, so its panels are stacked: those a phone
        shows, too.
        """
        with self._drawing:
            wide = not self.canvas.stacked
            self.canvas.stack(True)
            drawn = self.draw(self._answer.data), self._alt()
            if wide:
                self.canvas.stack(False)
        return drawn

    def report(self, note: str) -> None:
        """Say calmly what is wrong; unchanged words are not said again."""
        self.note.value = status(paragraph("Note", note))

    def _ipython_display_(self) -> None:
        """Show the widget; where no kernel or no widgets are, a picture in words."""
        # As ipywidgets 7, which Colab has, and 8 write it.
        mime = "application/vnd.jupyter.widget-view+json"
        view = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        if not self.pictures:  # its first answer took too long
            display({mime: view, "text/plain": repr(self)}, raw=True)
            return
        more = f"Target: {self.target} {ELSEWHERE}"
        show_still(*self.still(), more, **{mime: view})


def paragraph(head: str, text: str) -> str:
    """`text` under a bold head as HTML, nothing for no text."""
    return f"<p><strong>{head}:</strong> {html.escape(text)}</p>" if text else ""


def status(content: str) -> str:
    """HTML whose changes a screen reader reads out when it has a moment."""
    style = "line-height:1.5;max-width:52em"
    return (
        f'<div role="status" aria-live="polite" aria-atomic="true" style="{style}">'
        f"{content}</div>"
    )


def choice(
    description: str, options: list, value, readout: Callable = "{:g}".format
) -> widgets.SelectionSlider:
    """A slider over a list of round numbers, moved by the arrow keys."""
    return widgets.SelectionSlider(
        options=[(readout(o), o) for o in options],
        value=value,
        description=description,
        tooltip=description,
        style={"description_width": "initial"},
        layout=widgets.Layout(width="26em", max_width="98%", margin="2px 2em 2px 2px"),
    )
