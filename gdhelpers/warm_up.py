"""Two minutes to see that everything is there, and how a cell is run."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from gdhelpers.terminal import say

STEPS = 6
AGAIN = (
    "Install what requirements.lock lists (`make lab` does), then restart the kernel."
)


def warm_up(theta: float = 4.0, learning_rate: float = 0.2) -> None:
    """Walk down θ² from `theta`: in words, in a figure, and with a slider.

    Each line says what works, or what is wrong and what to do. Nothing is raised.
    """
    began = time.perf_counter()
    say(f"✓ Python {sys.version.split()[0]} runs this cell.")
    with _told("torch"):
        _torch(theta)
    with _told("the course's package"):
        say("✓ gdhelpers: the figure and the slider below are drawn by it.")
        _figure(theta, learning_rate)
    with _told("the slider"):
        _slider()
    seconds = time.perf_counter() - began
    first = "; the next run is faster" if seconds > 3 else ""
    say(f"It took {seconds:.1f} seconds{first}.")


def _torch(theta: float) -> None:
    import torch

    start = torch.tensor(float(theta), requires_grad=True)
    (start**2).backward()
    slope = f"{start.grad.item():g}"
    say(f"✓ torch {torch.__version__}: the slope of θ² at {theta:g} is {slope}.")


def _figure(theta: float, learning_rate: float) -> None:
    from gdhelpers.plots import plot_path, show

    path = [float(theta)]
    for _ in range(STEPS):
        path.append(path[-1] - learning_rate * 2 * path[-1])
    show(plot_path(path))


def _slider() -> None:
    import ipywidgets as widgets
    from IPython.display import display

    from gdhelpers.explorers.access import manners
    from gdhelpers.explorers.base import choice, status

    words = widgets.HTML()
    slider = choice("θ", [i / 2 for i in range(-10, 11)], 3.0)

    def speak(_change: object = None) -> None:
        at = slider.value
        slope = status(f"✓ Slider: at θ = {at:g} the slope of θ² is {2 * at:g}.")
        words.value = slope

    slider.observe(speak, "value")
    speak()
    box = widgets.VBox([slider, words, manners()])
    box.add_class("gd-explorer")
    view = "application/vnd.jupyter.widget-view+json"
    instead = "There are no sliders here: each explorer shows a picture in their place."
    display({"text/plain": instead, view: box._repr_mimebundle_()[view]}, raw=True)


@contextmanager
def _told(what: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        say(f"✗ {what} does not work ({type(error).__name__}: {error}). {AGAIN}")
