"""How a worker's main process stops: its threads, then its jobs, which go back to the queue."""

import logging
import os
from typing import Protocol

import structlog

from jobs import events
from jobs.workers import liveness
from worker import incarnation
from worker.recorder import ending, record_beside, record_last, wait_for_writes

LINGER = 1.0  # seconds in which jobs that were given back may still run here

log = structlog.get_logger(__name__)


class Stoppable(Protocol):
    def stop(self) -> None: ...


_threads: list[Stoppable] = []


def stops_with_the_worker(*threads: Stoppable) -> None:
    """In this order."""
    _threads.extend(threads)


def stop(*, patience: float | None = None) -> None:
    """Whatever still runs is given back, so that another worker takes it up at once. `patience`: seconds for what was
    recorded before."""
    for thread in _threads:
        thread.stop()
    record_beside("given back", _give_back)
    record_last("retired", _retire, patience=patience)
    events.flush()


def _give_back() -> None:
    """Before the endings that wait for the database: they concern other jobs, and may take longer than is left."""
    given_back, left = liveness.give_back_free(incarnation.current(), but=ending())
    log.info("jobs were given back", given_back=given_back, left=left)


def _retire() -> None:
    """After the endings that wait for the database: a job whose end is about to be written is not to run again."""
    given_back = liveness.retire(incarnation.current())
    log.info("worker has stopped", given_back=given_back)


def leave_at_once() -> None:
    """For jobs that share this process: nothing but its end stops them, and they are given back right before it."""
    wait_for_writes()
    stop(patience=LINGER)
    logging.shutdown()
    os._exit(0)
