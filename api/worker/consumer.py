"""A worker's main process on its connection: what it does with a message that it cannot read, when Celery's own
events leave, and when a signal to stop is heeded."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import structlog
from celery.utils.log import get_logger
from celery.worker.consumer import Consumer

from worker import sent, stopping
from worker.acks import Acks
from worker.children import end_children
from worker.reading import read_at_once
from worker.signals_in_turn import SignalsInTurn

log = structlog.get_logger(__name__)

GATHER = 0.05  # seconds that events of tasks are gathered for; at 24 of them Celery does not wait any longer


class JobConsumer(Consumer):  # type: ignore[misc]  # Celery ships no types
    _flush_due_at = 0.0
    _acks: Acks | None = None

    def start(self) -> None:
        self._signals = SignalsInTurn(job_time=self.app.conf.worker_soft_shutdown_timeout)
        self._signals.take_over()
        super().start()

    def connect(self) -> Any:
        connection = super().connect()
        if self.hub:
            read_at_once(connection.connection, self.hub)
        return connection

    def register_with_event_loop(self, hub: Any) -> None:
        super().register_with_event_loop(hub)
        self._signals.listen(hub)

    def create_task_handler(self) -> Callable[[Any], None]:
        """Called for each connection. Without an event loop (green threads) nothing could gather."""
        handle: Callable[[Any], None] = super().create_task_handler()
        if not self.hub:
            return handle
        acks = self._acks = Acks(self.task_consumer.channel, self.hub, self._ahead)

        def on_message(message: Any) -> None:
            acks.delivered(message.delivery_tag)
            handle(message)

        return on_message

    def _ahead(self) -> int:
        if not self.pool.active:  # it may have no processes any more that could be counted
            return 0
        return int(self.qos.value) - int(self.pool.num_processes)

    def on_connection_error_after_connected(self, exc: Exception) -> None:
        """The loop that was to heed a signal is gone, and the next one begins when the broker is back."""
        super().on_connection_error_after_connected(exc)
        self._signals.heed()

    def on_close(self) -> None:
        """Of a connection that is lost."""
        with sent.remembered():
            super().on_close()

    def on_decode_error(self, message: Any, exc: Exception) -> None:
        """Celery would acknowledge it, and it would be gone. Refused, as Celery refuses unknown tasks, the broker
        itself moves it, and no moment is between."""
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
        """Last of all in either kind of stop. Celery's own signal for it is not sent when a stop is cold."""
        self._flush_events()
        self._flush_acks()
        super().shutdown()
        end_children()
        stopping.stop()

    def _flush_acks(self) -> None:
        """A broker that is away sends these messages again, and they are found to be done."""
        with suppress(*self.connection_errors, *self.channel_errors):
            if self._acks is not None:
                self._acks.flush()
