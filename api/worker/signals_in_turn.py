"""A signal to stop is heeded between two turns of the worker's loop, not in the middle of one.

Celery's handlers speak to the broker. A signal that came while a frame was being written had its handler wait for the
lock which the code that it had interrupted held: the worker stood still until somebody killed it, with all its jobs.
"""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from types import CodeType, FrameType
from typing import Any

import structlog
from celery.worker.loops import asynloop

from jobs.dispatch.bell import Bell
from worker.attempt import run_attempt
from worker.stopping import leave_at_once

log = structlog.get_logger(__name__)

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT)

Handler = Callable[[int, FrameType | None], Any]


class SignalsInTurn:
    """Celery's own handlers, called by its loop. Before the loop runs, and once stopping has begun, signals strike at
    once as ever.

    A job that the loop runs by itself (`-P solo`) gets `job_time` seconds from the signal: Celery's handler would let
    it stand still for as long.
    """

    def __init__(self, *, job_time: float) -> None:
        self._job_time = job_time
        self._bell = Bell()
        self._noted: list[Callable[[], Any]] = []

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
        for noted in self._taken():
            noted()

    def _on_signal(self, handler: Handler, number: int, frame: FrameType | None) -> None:
        running = set(_codes(frame))
        if asynloop.__code__ not in running:
            handler(number, frame)
        elif not self._noted:
            self._noted.append(partial(handler, number, frame))
            self._bell.ring()
            if run_attempt.__code__ in running:
                self._limit_the_job()

    def _limit_the_job(self) -> None:
        """By a thread of its own: the job may go on for hours before the loop turns again."""
        limit = threading.Timer(self._job_time, self._leave_unless_heeded)
        limit.daemon = True
        limit.start()

    def _leave_unless_heeded(self) -> None:
        for _ in self._taken():
            log.warning("the running job has had its time; it is given back", seconds=self._job_time)
            leave_at_once()

    def _taken(self) -> list[Callable[[], Any]]:
        """By one thread only, so that the worker does not stop in two ways."""
        with suppress(IndexError):
            return [self._noted.pop()]
        return []


def _codes(frame: FrameType | None) -> Iterator[CodeType]:
    """Of all that runs where the signal struck."""
    while frame is not None:
        yield frame.f_code
        frame = frame.f_back
