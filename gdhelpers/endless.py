"""Stop a student's function that does not come back, and say where it was.

A second thread looks at the first one ten times a second, and raises `TookTooLong` in
it once the student's functions have had `SECONDS` of a processor there, or slept as
long. So it goes on every system, Windows included, and in whatever thread an explorer
draws. Time in a debugger, at an `input()`, in an `import` or asleep with the computer
does not count, and what waits for a processor, as beside a training, may take up to
`PATIENCE` times as long. When the `with` ends the thread is gone, and all is as it was.

What no Python can stop from within is one call of C that neither returns nor lets go,
as `sum(itertools.count())`: there the kernel has to be restarted. Where C lets go of
Python but does not end, a line says so.

Where a class is graded none of this is at work: the grader has limits of its own.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from types import CodeType, FrameType
from typing import TypeVar
from weakref import WeakSet

from gdhelpers import frames, insist
from gdhelpers.insist import TookTooLong, raise_in
from gdhelpers.loop_words import Place, place_of
from gdhelpers.terminal import say

SECONDS = 10.0  # for the student's functions in one check, picture or demonstration
IDLE = 0.1  # of the time: who uses less of a processor does not wait for one
PATIENCE = 6.0
AGAIN = 2.0  # for one that was stopped before and is as it was
TICK = 0.1
HEED = 0.5  # so long it has to heed, before it is told again, more firmly
DEAF = 10  # so many times it was told when the student is
GRADING = "GDHELPERS_SILENT"  # the sandbox's variable
RESTART = (
    "It cannot be stopped from here: choose Kernel > Restart Kernel (the ↻ button), "
    "then run the lesson's cells again from the top."
)

T = TypeVar("T")
_watches: dict[int, Watch] = {}  # by thread
_stopped_before: WeakSet[CodeType] = WeakSet()


class Watch:
    """Watch over student's functions while a `with` runs.

    Args:
        base: the frame that has the `with`, unless it is the caller's own.
        seconds: what they may take.

    Attributes:
        place: where it was when it was stopped; None while it was not.

    Whoever catches a KeyboardInterrupt within looks at `place`: it is set where the
    function took too long, also where it swallowed the exception and came back after
    all, and None where a person interrupted.
    """

    place: Place | None = None

    def __init__(
        self, base: FrameType | None = None, seconds: float | None = None
    ) -> None:
        self.base = base or sys._getframe(1)
        self.most = SECONDS if seconds is None else seconds
        self.taken = 0.0
        self.used = 0.0  # of it, the processor's time
        self._told = 0
        self._at = 0.0
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.get_ident()
        self._watcher: threading.Thread | None = None

    def __enter__(self) -> Watch:
        if os.environ.get(GRADING) or self._thread in _watches:
            return self
        torch = sys.modules.get("torch")
        self._out, self._trace = sys.stdout, sys.gettrace()
        self._grad = torch.is_grad_enabled() if torch else None
        watcher = threading.Thread(target=self._watch, daemon=True)
        with contextlib.suppress(RuntimeError):  # where no thread can be had
            watcher.start()
            self._watcher = watcher
            _watches[self._thread] = self
        return self

    def __exit__(self, *_: object) -> None:
        if self._watcher:
            self._calm_down(lambda: self._over.set())
            self._watcher.join()
            self._watcher = None
            _watches.pop(self._thread, None)
        self.base = None

    def run(self, work: Callable[[], T]) -> T | None:
        """What `work()` gives; None, and `place` set, where it took too long.

        Errors: KeyboardInterrupt where a person interrupted it.
        """
        try:
            try:
                return work()
            except KeyboardInterrupt:
                if self.place is None:
                    raise
                for _ in range(2):  # a second one may be on its way: it arrives here
                    pass
        except KeyboardInterrupt:
            if self.place is None:
                raise
        return None

    def renew(self) -> None:
        """Go on watching after what was stopped has been dealt with."""
        self._calm_down(self._begin_anew)

    def _begin_anew(self) -> None:
        self._told, self.taken, self.used, self.place = 0, 0.0, 0.0, None

    def _calm_down(self, then: Callable[[], None]) -> None:
        """Take in what was sent and has not arrived, then do `then`.

        It may arrive anywhere in here, one that was swallowed before among them.
        """
        sent = done = False
        while not done:
            try:
                try:
                    with self._lock:
                        sent = sent or self._told > 0
                        insist.end()
                        then()
                    if sent:
                        self._receive()
                    done = True
                except KeyboardInterrupt:
                    if not sent:
                        raise  # a person's
                    for _ in range(2):  # a second one arrives here
                        pass
            except KeyboardInterrupt:
                if not sent:
                    raise
        if sent:
            self._put_back()

    def _receive(self) -> None:
        """Have the exception that is on its way raised, or one in its place.

        To take it back would leave the interpreter looking for it for ever.
        """
        try:
            raise_in(self._thread, TookTooLong)
            while True:
                time.sleep(0)
        except KeyboardInterrupt:
            pass

    def _put_back(self) -> None:
        """Undo what a block that was left in haste may have left behind."""
        sys.stdout = self._out
        if sys.gettrace() is not self._trace:  # a debugger's
            insist.settrace(self._trace)
        if self._grad is not None:
            sys.modules["torch"].set_grad_enabled(self._grad)

    # The watcher's thread ---------------------------------------------------------

    def _watch(self) -> None:
        clock = _clock_of(self._thread)
        last, used = time.monotonic(), clock()
        while not self._over.wait(TICK):
            now, then, used = time.monotonic(), used, clock()
            with self._lock:
                if self._over.is_set():
                    return
                self._look(min(now - last, 2 * TICK), used - then, now)
            last = now

    def _look(self, passed: float, used: float, now: float) -> None:
        frame = sys._current_frames().get(self._thread)
        if self._told:
            if now - self._at >= HEED:
                self._tell(now)
            return
        if frames.waits_for_a_person(frame, self.base):
            return
        if not frames.runs_a_students(frame, self.base):
            return
        self.taken, self.used = self.taken + passed, self.used + used
        codes = [f.f_code for f in frames.outwards(frame, self.base)]
        called = next(c for c in reversed(codes) if frames.counts(c, self.base))
        most = min(self.most, AGAIN) if called in _stopped_before else self.most
        if self._too_long(most):
            self.place = place_of(frame, self.base, most)
            _stopped_before.add(called)
            self._tell(now)

    def _too_long(self, most: float) -> bool:
        asleep = self.used <= IDLE * self.taken
        took = self.taken if asleep else min(self.used, self.taken)
        return took >= most or self.taken >= PATIENCE * most

    def _tell(self, now: float) -> None:
        """Raise in the other thread; from the second time on do not take no."""
        self._told, self._at = self._told + 1, now
        if self._told == 1:
            raise_in(self._thread, TookTooLong)
        elif self._told % 2:  # not both at once: one would be lost
            _wake(self._thread)
        else:
            insist.once_more(self._thread, self.base)
        if self._told == DEAF:
            say(RESTART)


def watching() -> Watch | None:
    """The watch over this thread, if there is one."""
    return _watches.get(threading.get_ident())


def _clock_of(thread: int) -> Callable[[], float]:
    """The seconds of a processor that a thread has had, or its process where nothing
    tells them apart, as on Windows and macOS.
    """
    if not hasattr(time, "pthread_getcpuclockid"):
        return time.process_time
    return partial(time.clock_gettime, time.pthread_getcpuclockid(thread))


def _wake(thread: int) -> None:
    """End a sleep or a read of the main thread, which alone hears signals."""
    if thread != threading.main_thread().ident:
        return
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        return
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(thread, signal.SIGINT)
    else:  # Windows
        signal.raise_signal(signal.SIGINT)
