"""That a message was confirmed is written down a little later, for many in one transaction.

Nobody waits for it: the worker has the message, and the lease keeps other dispatchers away meanwhile.
"""

import time

from core import clock
from core.db import writing
from jobs.dispatch.rounds import MARK

GATHER = 0.05  # seconds


class Marks:
    """Of one dispatcher. What could not be written is tried again: a row that moved on has another publisher."""

    def __init__(self) -> None:
        self._confirmed: list[dict[str, object]] = []
        self._due_at = 0.0

    def add(self, batch: str) -> None:
        """All rows of `batch`, at this moment."""
        if not self._confirmed:
            self._due_at = time.monotonic() + GATHER
        self._confirmed.append({"batch": batch, "now": clock.now()})

    def due_in(self, most: float) -> float:
        """Seconds; `most` when there is nothing to write."""
        return max(0.0, min(most, self._due_at - time.monotonic())) if self._confirmed else most

    def write_when_due(self) -> None:
        """Raises the database's errors."""
        if self._confirmed and time.monotonic() >= self._due_at:
            self.write()

    def write(self) -> None:
        """Raises the database's errors."""
        if self._confirmed:
            with writing() as session:
                session.execute(MARK, self._confirmed)
            self._confirmed = []
