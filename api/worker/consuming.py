"""What a worker takes messages from: all of its queues but those that are paused; none while it is quiet.

It looks at the stored state by itself, so a pause needs no remote control, and reaches workers that start later.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog

from core import clock
from jobs.queues.control import paused_queues

log = structlog.get_logger(__name__)


class Consuming:
    """`left` are the queues that this worker has left for their pause, or to be quiet. A queue that somebody else made
    it leave, such as `celery control cancel_consumer`, is not its business. `unwanted` are those that it is to have
    left by the newest look: the loop, which may stand still for long, does what holds when it turns again."""

    def __init__(self, app: Any) -> None:
        self._queues = app.amqp.queues
        self._left: set[str] = set()
        self._unwanted: set[str] = set()
        self.quiet_since: datetime | None = None

    def leave_paused(self) -> None:
        """Before the worker consumes for the first time. Raises the database's errors."""
        for queue in paused_queues() & set(self._queues.consume_from):
            self._queues.deselect(queue)
            self._left.add(queue)
            log.info("queue is paused", queue=queue)

    def obey(self, consumer: Any) -> None:
        """From any thread; the consumer belongs to the event loop's. Raises the database's errors."""
        unwanted = paused_queues() if self.quiet_since is None else set(self._queues.consume_from) | self._left
        self._unwanted = unwanted
        for queue in unwanted & set(self._queues.consume_from):
            consumer.call_soon(self._leave, consumer, queue)
        for queue in self._left - unwanted:
            consumer.call_soon(self._return, consumer, queue)

    def be_quiet(self) -> None:
        """From any thread. A connection that is made from now on consumes nothing; `stop` is for the one there is."""
        self.quiet_since = self.quiet_since or clock.now()
        for queue in list(self._queues.consume_from):
            self._left.add(queue)
            self._queues.deselect(queue)

    def stop(self, consumer: Any) -> None:
        """On the event loop."""
        for queue in list(self._left):
            _carefully(consumer.cancel_task_queue, "leave", queue)

    def listen(self) -> None:
        """Quiet no more: it comes back to what is not paused when it is next made to obey."""
        self.quiet_since = None

    def renew(self, consumer: Any) -> None:
        """On the event loop. Quorum queues give a consumer the prefetch that was set when it began, so that a pool that
        has grown would get no more messages than before. Raises what the broker has against it."""
        try:
            _consume_anew(consumer)
        except consumer.connection_errors as error:
            _with_the_next_connection("consume anew", error)

    def _leave(self, consumer: Any, queue: str) -> None:
        """What was prefetched is finished; the rest stays with the broker."""
        if queue in self._unwanted:
            self._left.add(queue)
            _carefully(consumer.cancel_task_queue, "leave", queue)

    def _return(self, consumer: Any, queue: str) -> None:
        if queue not in self._unwanted and self.quiet_since is None:
            self._left.discard(queue)
            _carefully(consumer.add_task_queue, "return to", queue)


def _consume_anew(consumer: Any) -> None:
    consumer.qos.update()
    if consumer.task_consumer is not None:
        consumer.task_consumer.cancel()
        consumer.task_consumer.consume()


def _carefully(change: Callable[[str], Any], what: str, queue: str) -> None:
    """The loop does it, which must go on: nobody else would be told."""
    try:
        change(queue)
    except Exception as error:
        _with_the_next_connection(f"{what} {queue}", error)


def _with_the_next_connection(what: str, error: Exception) -> None:
    """Without a connection it is enough to have said it: with the next one, the worker consumes what is selected, as
    much as its pool can take."""
    log.warning("consuming changes with the next connection", what=what, error=f"{type(error).__name__}: {error}")
