"""Publishing on the spot, for `delay()`: whoever submits one job does not wait for a dispatcher's next look."""

import os
import threading
import time
from collections.abc import Sequence

import structlog
from sqlalchemy.exc import DBAPIError

from jobs.dispatch.publisher import Publisher
from jobs.dispatch.rounds import dispatch_once

log = structlog.get_logger(__name__)


class _Courier:
    """Publishes on the spot for `delay()`; one a process, made anew after a fork."""

    QUIET_AFTER_FAILURE = 5.0  # seconds

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._publisher = Publisher("delay", heartbeat=0)
        self._quiet_until = 0.0

    def deliver(self, job_ids: Sequence[str]) -> None:
        with self._lock:
            if time.monotonic() < self._quiet_until:
                return
            try:
                self._publish(job_ids)
            except Exception as error:
                log.warning("left to the dispatcher", error=f"{type(error).__name__}: {error}", jobs=len(job_ids))
                self._publisher.close()
                self._quiet_until = time.monotonic() + self.QUIET_AFTER_FAILURE

    def _publish(self, job_ids: Sequence[str]) -> None:
        """A connection that nobody used for hours may have died unseen: that is no word on the broker."""
        has_rested = self._publisher.is_open
        try:
            dispatch_once(self._publisher, only=job_ids)
        except Exception as error:
            if not has_rested or isinstance(error, DBAPIError):
                raise
            dispatch_once(self._publisher, only=job_ids)


_courier = _Courier()


def _forget_after_fork() -> None:
    global _courier
    _courier = _Courier()


os.register_at_fork(after_in_child=_forget_after_fork)


def publish_now(job_ids: Sequence[str]) -> None:
    """Saves the poll interval; never raises, because the rows are committed and a dispatcher will find them."""
    _courier.deliver(job_ids)
