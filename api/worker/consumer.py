"""What a worker's main process does with a message that it cannot read."""

from typing import Any

import structlog
from celery.utils.log import get_logger
from celery.worker.consumer import Consumer

log = structlog.get_logger(__name__)


class JobConsumer(Consumer):  # type: ignore[misc]  # Celery ships no types
    """Celery acknowledges what it cannot decode, and it is gone."""

    def on_decode_error(self, message: Any, exc: Exception) -> None:
        """Refused, as Celery refuses unknown tasks: then the broker itself moves it, and no moment is between."""
        log.error("a message cannot be read", error=str(exc), content_type=message.content_type)
        message.reject_log_error(get_logger(__name__), self.connection_errors)
