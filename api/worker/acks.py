"""Acknowledgements of a worker that takes messages ahead: those of one moment leave as one.

Each of them is a write for this process, and one to the log of a quorum queue for the broker. Nobody waits for them,
since the pool has messages ahead; and a job whose message was not acknowledged before this process died is not run
again.
"""

import math
from collections.abc import Callable
from typing import Any

GATHER = 0.02  # seconds
SHARE = 4  # of the messages ahead, one in so many may wait to be acknowledged


class Acks:
    """Of one channel, in whose place it acknowledges. For the thread of the event loop.

    `ahead` says how many messages this worker has beside those that its pool works at.
    """

    def __init__(self, channel: Any, hub: Any, ahead: Callable[[], int]) -> None:
        self._channel, self._hub, self._ahead = channel, hub, ahead
        self._ack, self._reject = channel.basic_ack, channel.basic_reject
        self._open: dict[int, None] = {}  # delivery tags, the oldest first
        self._held: list[int] = []
        channel.basic_ack, channel.basic_reject = self.ack, self.reject

    def delivered(self, tag: int) -> None:
        """To be called for each message, or those before it cannot be told from it."""
        self._open[tag] = None

    def ack(self, delivery_tag: int, multiple: bool = False) -> None:
        self._open.pop(delivery_tag, None)
        self._held.append(delivery_tag)
        if len(self._held) > self._ahead() // SHARE:
            self.flush()
        elif len(self._held) == 1:
            self._hub.call_later(GATHER, self.flush)

    def reject(self, delivery_tag: int, requeue: bool) -> None:
        self._open.pop(delivery_tag, None)
        self._reject(delivery_tag, requeue)

    def flush(self) -> None:
        """All that are older than any open one with the newest of them, the others one by one. Raises the transport's
        errors; on a connection that is gone there is nothing to say: its messages come again."""
        held, self._held = sorted(self._held), []
        if not self._channel.is_open:
            return
        oldest = next(iter(self._open), math.inf)
        together = [tag for tag in held if tag < oldest]
        if together:
            self._ack(together[-1], multiple=True)
        for tag in held[len(together) :]:
            self._ack(tag)
