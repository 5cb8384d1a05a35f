"""A worker's main process on its connection: what it does with a message that it cannot read, and when Celery's own
events leave."""

import time
from typing import Any

import structlog
from celery.utils.log import get_logger
from celery.worker.consumer import Consumer

log = structlog.get_logger(__name__)

GATHER = 0.05  # seconds that events of tasks are gathered for; at 24 of them Celery does not wait any longer


class JobConsumer(Consumer):  # type: ignore[misc]  # Celery ships no types
    """Celery acknowledges what it cannot decode, and it is gone."""

    _flush_due_at = 0.0

    def on_decode_error(self, message: Any, exc: Exception) -> None:
        """Refused, as Celery refuses unknown tasks: then the broker itself moves it, and no moment is between."""
        log.error("a message cannot be read", error=str(exc), content_type=message.content_type)
        message.reject_log_error(get_logger(__name__), self.connection_errors)

    def on_send_event_buffered(self) -> None:
        """Celery sends them in each turn of its loop: for short tasks, twice a task. From any thread; by the clock,
        since a connection that is lost forgets what was to be called later."""
        now = time.monotonic()
        if self.hub and now >= self._flush_due_at:
            self._flush_due_at = now + GATHER
            self.hub.call_soon(self.hub.call_later, GATHER, self._flush_events)

    def shutdown(self) -> None:
        """With what was gathered last."""
        self._flush_events()
        super().shutdown()
