"""How a worker's main process stops: its threads, then its jobs, which go back to the queue."""

import logging
import os
from typing import Protocol

import structlog

from jobs import events
from jobs.workers import liveness
from worker import incarnation

log = structlog.get_logger(__name__)


class Stoppable(Protocol):
    def stop(self) -> None: ...


_threads: list[Stoppable] = []


def stops_with_the_worker(*threads: Stoppable) -> None:
    """In this order."""
    _threads.extend(threads)


def stop() -> None:
    """Whatever still runs is given back, so that another worker takes it up at once."""
    for thread in _threads:
        thread.stop()
    try:
        given_back = liveness.retire(incarnation.current())
        log.info("worker has stopped", given_back=given_back)
    except Exception:
        log.exception("could not give jobs back; they are found when this worker is declared dead")
    events.flush()


def leave_at_once() -> None:
    """For jobs that share this process: nothing but its end stops them, and they are given back right before it."""
    stop()
    logging.shutdown()
    os._exit(0)
