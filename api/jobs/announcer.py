"""Tells what was committed, from a thread of its own: a broker that does not answer must not hold up a commit.

An event is sent at once. What is committed within the next moment is told with one message: in a crowd of requests a
message for each commit would cost the web process more than the commits.
"""

import queue
import threading
from collections.abc import Callable
from typing import Any

import structlog

from jobs.events import announce_many

log = structlog.get_logger(__name__)

Events = list[dict[str, Any]]
MOMENT = 0.05  # seconds between two messages


class Announcer(threading.Thread):
    def __init__(self, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self._untold: queue.SimpleQueue[Callable[[], Events]] = queue.SimpleQueue()
        self._stopping = threading.Event()

    def tell(self, make: Callable[[], Events]) -> None:
        """`make` is called in this thread, so that whoever tells is not held up by it either."""
        self._untold.put(make)

    def stop(self) -> None:
        """What is untold stays so: events may be lost, and whoever needs the truth reads the table."""
        self._stopping.set()
        self._untold.put(list)

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                announce_many(self._next())
            except Exception:
                log.exception("an event was not made")
            self._stopping.wait(MOMENT)

    def _next(self) -> Events:
        events = self._untold.get()()
        while not self._untold.empty():
            events += self._untold.get()()
        return events
