"""The messages that a worker was given ahead and has not begun: what nobody holds, and no queue has, is lost."""

import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from celery.worker import state as worker_state

LONG = 15.0  # seconds; what is held for a shorter time tells nothing yet, and would be written down for nothing
MOST = 100  # jobs; whoever takes many ahead may have thousands
TRIES = 5  # to look at a set that the event loop changes meanwhile


class HeldMessages:
    """Looked at by one thread, every few seconds."""

    def __init__(self) -> None:
        self._since: dict[str, float] = {}

    def for_long(self) -> list[str] | None:
        """The ids of the jobs; None when there are too many to be named, or no look succeeded."""
        begun, given = _ids(worker_state.active_requests), _ids(worker_state.reserved_requests)
        if begun is None or given is None:
            return None
        now = time.monotonic()
        self._since = {job_id: self._since.get(job_id, now) for job_id in given - begun}
        held = [job_id for job_id, since in self._since.items() if now - since >= LONG]
        return held if len(held) <= MOST else None


def _ids(requests: Iterable[Any]) -> set[str] | None:
    for _ in range(TRIES):
        with suppress(RuntimeError):  # it changed its size
            return {request.id for request in list(requests)}
    return None
