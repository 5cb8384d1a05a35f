"""That a message was confirmed is written down a little later, for many in one transaction.

Nobody waits for it: the worker has the message, and the lease keeps other dispatchers away meanwhile.
"""

import time

from core import clock
from core.db import writing
from jobs.dispatch.rounds import MARK

GATHER = 0.05  # seconds
LATE = 5.0  # seconds since a batch was taken; then its mark waits for nothing, for no other batch's confirms either


class Marks:
    """Of one dispatcher. What could not be written is tried again: a row that moved on has another publisher."""

    def __init__(self) -> None:
        self._confirmed: list[dict[str, object]] = []
        self._due_at = 0.0

    def add(self, batch: str, since: float) -> None:
        """All rows of `batch`, at this moment; it was taken at `since` by the monotonic clock."""
        due_at = min(time.monotonic() + GATHER, since + LATE)
        self._due_at = min(self._due_at, due_at) if self._confirmed else due_at
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
