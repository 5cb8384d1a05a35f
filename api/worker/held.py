"""The messages that a worker was given ahead and has not begun: what nobody holds, and no queue has, is lost."""

import time

from celery.worker import state as worker_state

from worker.snapshot import snapshot

LONG = 15.0  # seconds; what is held for a shorter time tells nothing yet, and would be written down for nothing
MOST = 100  # jobs; whoever takes many ahead may have thousands


class HeldMessages:
    """Looked at by one thread, every few seconds."""

    def __init__(self) -> None:
        self._since: dict[str, float] = {}

    def for_long(self) -> list[str] | None:
        """The ids of the jobs; None when there are too many to be named, or no look succeeded."""
        begun, given = snapshot(worker_state.active_requests), snapshot(worker_state.reserved_requests)
        if begun is None or given is None:
            return None
        now = time.monotonic()
        waiting = {one.id for one in given} - {one.id for one in begun}
        self._since = {job_id: self._since.get(job_id, now) for job_id in waiting}
        held = [job_id for job_id, since in self._since.items() if now - since >= LONG]
        return held if len(held) <= MOST else None
