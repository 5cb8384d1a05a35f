"""A signal to stop is heeded between two turns of the worker's loop, not in the middle of one.

Celery's handlers speak to the broker. A signal that came while a frame was being written had its handler wait for the
lock which the code that it had interrupted held: the worker stood still until somebody killed it, with all its jobs.
"""

import signal
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import Any

from celery.worker.loops import asynloop

from jobs.dispatch.bell import Bell
from worker.attempt import run_attempt

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT)

Handler = Callable[[int, FrameType | None], Any]


class SignalsInTurn:
    """Celery's own handlers, called by its loop. Before the loop runs, and once stopping has begun, signals strike at
    once as ever."""

    def __init__(self) -> None:
        self._bell = Bell()
        self._noted: Callable[[], Any] | None = None

    def take_over(self) -> None:
        """Once Celery has installed its handlers."""
        for number in STOPPING:
            handler = signal.getsignal(number)
            if callable(handler):
                signal.signal(number, partial(self._on_signal, handler))

    def listen(self, hub: Any) -> None:
        """To be called for each loop: a new one hears nothing yet."""
        hub.add_reader(self._bell.fileno(), self.heed)

    def heed(self) -> None:
        """What was asked for first, if anything was."""
        self._bell.wait(0)
        noted, self._noted = self._noted, None
        if noted is not None:
            noted()

    def _on_signal(self, handler: Handler, number: int, frame: FrameType | None) -> None:
        if not _in_the_loop(frame):
            handler(number, frame)
            return
        self._noted = self._noted or partial(handler, number, frame)
        self._bell.ring()


def _in_the_loop(frame: FrameType | None) -> bool:
    """Not within a job that this process runs by itself: it may go on for hours before the loop turns again."""
    while frame is not None and frame.f_code not in (asynloop.__code__, run_attempt.__code__):
        frame = frame.f_back
    return frame is not None and frame.f_code is asynloop.__code__
