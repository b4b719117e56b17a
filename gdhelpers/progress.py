"""Say how far a long computation is, and let it be stopped in good order.

Whatever takes over three seconds shows a bar with the time left: in a notebook as HTML
that is gone when the cell ends, elsewhere on the terminal. Nothing is shown where one
of `SILENT` is set, as in a build or where a notebook is graded, and off the main
thread, which is not the cell's.
"""

from __future__ import annotations

import os
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from html import escape
from typing import Any, TypeVar

from tqdm.std import tqdm

from gdhelpers.verdicts import COLUMNS

LONG = 3.0  # seconds: what takes less says nothing
SOON = 1.0  # seconds until how long it will take is known well enough
SILENT = ("TQDM_DISABLE", "NBGRADER_EXECUTION", "GDHELPERS_SILENT")
ON_A_TERMINAL = "{desc}: {percentage:3.0f}% |{bar}| about {remaining} left"
BAR = (
    '<div class="gd-progress"><label>{what} <progress max="100" value="{percent}" '
    'style="width:20em;max-width:50%">{percent} %</progress></label> {words}<br>'
    "<small>To stop it: the ■ button above, or Esc, then I twice.</small></div>"
)

T = TypeVar("T")


class Stopped(KeyboardInterrupt):
    """The student stopped a computation; told in one line, without a traceback."""

    def __init__(self, far: str = "") -> None:
        super().__init__(f"Stopped{far}. Run the cell again to begin anew.")

    def _render_traceback_(self) -> list[str]:
        # IPython asks the exception for its own rendering before making one.
        return textwrap.wrap(str(self), COLUMNS, break_on_hyphens=False)


@contextmanager
def stoppable() -> Iterator[None]:
    """Turn a KeyboardInterrupt into `Stopped`, also one that comes before a first step.

    As any context manager made so it also decorates functions.
    """
    try:
        yield
    except Stopped:
        raise
    except KeyboardInterrupt:
        raise Stopped from None


@contextmanager
def progress(
    total: int, what: str, unit: str = "step", shown: bool = True
) -> Iterator[Callable[..., None]]:
    """Show how much of `total` is done while the `with` runs.

    It gives `advance(count=1)`, to be called whenever so much more is done.

    Within another, as a training within `each`, it moves that one on by a part.

    Errors: Stopped in place of a KeyboardInterrupt, which says how far it came.

    >>> with progress(2, "counting") as advance:
    ...     advance()
    """
    outer = _around()
    bar = _Bar(total=total, desc=what, disable=not shown or _is_silent() or bool(outer))
    done = 0

    def advance(count: int = 1) -> None:
        nonlocal done
        done += count
        if outer:
            outer.part(count / total)
        else:
            bar.update(count)

    try:
        yield advance
    except KeyboardInterrupt:
        far = f": {what}, after {done} of {total} {unit}s"
        within = f" ({outer.desc}: {outer.whole} of {outer.total})" if outer else ""
        raise Stopped(far + within) from None
    finally:
        bar.close()


def each(items: Iterable[T], what: str) -> Iterator[T]:
    """Give the items one by one, and show how many have been dealt with.

    What trains within the loop moves the bar on in between.

    >>> [seed**2 for seed in each(range(3), "three seeds")]
    [0, 1, 4]
    """
    items = list(items)
    if _around() or _is_silent():
        yield from items
        return
    bar = _Bar(total=len(items), desc=what)
    _Bar.current = bar
    try:
        for i, item in enumerate(items):
            yield item
            bar.reach(i + 1)
    finally:
        _Bar.current = None
        bar.close()


class _Bar(tqdm):
    """tqdm's count and estimate, shown where it takes long, in words where it can be.

    Attributes:
        current: the bar of the loop around, which trainings within it move.
    """

    monitor_interval = 0  # a thread of tqdm's would speak where no cell is
    current: _Bar | None = None

    def __init__(self, **how: Any) -> None:
        self.began = _when_the_cell_began()
        self.seen = False
        self.whole = 0
        look = {"leave": False, "bar_format": ON_A_TERMINAL, "gui": True}  # own display
        super().__init__(mininterval=0.4, miniters=0, **look, **how)

    def part(self, share: float) -> None:
        """Move on within the present item, never beyond it."""
        self.update(min(share, max(0.0, self.whole + 1 - self.n)))

    def reach(self, number: int) -> None:
        """Have so many items done."""
        self.whole = number
        self.update(max(0.0, number - self.n))

    def display(self, msg: str | None = None, pos: int | None = None) -> bool:
        """Show the present state; "" takes it away."""
        known = self.format_dict
        share = known["n"] / known["total"] if known["total"] else 1
        left = known["elapsed"] * (1 / share - 1) if share else 0.0
        gone = time.time() - self.began
        if not self.seen and (msg == "" or gone < SOON or gone + left < LONG):
            return False
        self.seen = True
        if _in_a_notebook():  # where the cell's end takes it away
            words = f"{share:.0%} done, about {_in_words(left)} left"
            _show(self.desc, share, words)
            return True
        self.sp = getattr(self, "sp", None) or self.status_printer(self.fp)
        return super().display(msg, pos)


def _around() -> _Bar | None:
    """The bar of the loop in which this runs, if there is one."""
    bar = _Bar.current
    ours = bar and threading.current_thread() is threading.main_thread()
    return bar if ours and bar.began == _when_the_cell_began(bar.began) else None


def _is_silent() -> bool:
    return (
        any(os.environ.get(name) for name in SILENT)
        or threading.current_thread() is not threading.main_thread()
    )


def _in_words(seconds: float) -> str:
    """A time as one says it.

    >>> _in_words(7.2), _in_words(43), _in_words(61), _in_words(130)
    ('7 s', '45 s', '1 min', '2 min 10 s')
    """
    step = 1 if seconds < 10 else 5 if seconds < 60 else 10
    whole = max(1, step * round(seconds / step))
    minutes, rest = divmod(whole, 60)
    return " ".join([f"{minutes} min"] * (minutes > 0) + [f"{rest} s"] * (rest > 0))


# In a notebook: one display for each run of a cell, empty once the cell has ended. ----

_shown: dict[str, Any] = {"cell": None, "began": 0.0, "display": None}


def _shell() -> Any:
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


def _in_a_notebook() -> bool:
    return "IPKernelApp" in getattr(_shell(), "config", {})


def _when_the_cell_began(elsewhere: float | None = None) -> float:
    """When the first bar of this run of the cell was made; elsewhere: now."""
    shell, now = _shell(), time.time()
    if shell is None:
        return now if elsewhere is None else elsewhere
    if _shown["cell"] != shell.execution_count:
        _shown.update(cell=shell.execution_count, began=now, display=None)
    return _shown["began"]


def _show(what: str, share: float, words: str) -> None:
    from IPython.display import display

    bar = BAR.format(what=escape(what), percent=round(100 * share), words=words)
    data = {"text/html": bar, "text/plain": f"{what}: {words}"}
    if _shown["display"]:
        _shown["display"].update(data, raw=True)
        return
    _shown["display"] = display(data, raw=True, display_id=True)
    events = _shell().events

    def take_away(*_: object) -> None:
        events.unregister("post_run_cell", take_away)
        _shown["display"].update({"text/html": ""}, raw=True)
        _shown["display"] = None

    events.register("post_run_cell", take_away)
