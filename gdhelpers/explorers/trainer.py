"""Train in the background: a button that starts and cancels, and a progress bar."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable

import ipywidgets as widgets
import numpy as np

EPOCHS, BATCH, IMAGES, SEEDS = 5, 50, 2000, (0, 1)
STEPS = EPOCHS * IMAGES // BATCH


class Cancelled(Exception):
    """The student pressed Cancel."""


_loading = threading.Lock()


@functools.cache
def _load():
    """The images and `train`, with what a first training in a process would load."""
    from gdhelpers.data import small_mnist
    from gdhelpers.training import train

    images = small_mnist(IMAGES, IMAGES, n_test=1)
    train(0.1, epochs=1, data=images, batch_size=IMAGES, hidden=2)
    return images, train


def load():
    """Load once, whoever asks first; the others wait."""
    with _loading:
        return _load()


class Trainer:
    """Trains a small perceptron under given rates, one run at a time, off the kernel's
    own thread, so that sliders answer meanwhile.

    Attributes:
        button: says "Train"; while it trains, "Cancel".
        bar: how far the training is.
        begin: gives the rate of each step, and what to call with the validation
            accuracy in percent and the loss of each step, means over the seeds.
        fail: what to call with a sentence where training is not possible.
        epochs: how often each seed goes through the images.
    """

    def __init__(self):
        self.button = widgets.Button(description="Train", tooltip="Train")
        self.bar = widgets.IntProgress(
            max=STEPS * len(SEEDS),
            description="progress",
            tooltip="progress",
            style={"description_width": "initial"},
        )
        self.begin: Callable[[], tuple[np.ndarray, Callable]] | None = None
        self.fail: Callable[[str], None] | None = None
        self.epochs = EPOCHS
        self.thread: threading.Thread | None = None
        self._stop = threading.Event()
        self.button.on_click(self.press)
        threading.Thread(target=load, daemon=True).start()

    def press(self, _button=None) -> None:
        """Start, or cancel what runs."""
        if self.thread and self.thread.is_alive():
            self._stop.set()
            return
        self._stop.clear()
        rates, enter = self.begin()
        self._say("Cancel", 0)
        self.thread = threading.Thread(
            target=self._train, args=(rates, enter), daemon=True
        )
        self.thread.start()

    def _train(self, rates: np.ndarray, enter: Callable) -> None:
        def lr(seed: int, t: int) -> float:
            if self._stop.is_set():
                raise Cancelled
            if t % 20 == 0:
                self.bar.value = seed * STEPS + t
            return float(rates[min(t, STEPS - 1)])

        try:
            images, train = load()
            runs = [
                train(
                    functools.partial(lr, i),
                    epochs=self.epochs,
                    data=images,
                    seed=seed,
                    batch_size=BATCH,
                    hidden=50,
                )
                for i, seed in enumerate(SEEDS)
            ]
        except Cancelled:
            self._say("Train", 0)
        except Exception as error:
            self._say("Train", 0)
            self.fail(f"Training was not possible: {error}")
        else:
            accuracy = np.mean([run.metrics["val_accuracy"][-1] for run in runs])
            self._say("Train", self.bar.max)
            enter(float(accuracy), np.mean([run.loss for run in runs], axis=0))

    def _say(self, word: str, progress: int) -> None:
        self.button.description = self.button.tooltip = word
        self.bar.value = progress
