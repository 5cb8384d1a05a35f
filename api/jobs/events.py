"""Events say "look again" and nothing more: they are sent without confirms and may be lost.

They go to Celery's own event exchange, so that the stream behind it holds Celery's events and ours in one order.
"""

import os
import socket
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import orjson
import structlog
from amqp import Channel, Message
from billiard.exceptions import SoftTimeLimitExceeded
from kombu import Connection

from core.queues import EVENT_EXCHANGE
from core.settings import get_settings
from jobs.broker import connect, hang_up

log = structlog.get_logger(__name__)

SENDER = f"slipway@{socket.gethostname()}"
QUIET_AFTER_FAILURE = 5.0  # seconds without another try, so that a broker that is away slows nobody down


class EventSender:
    """One unconfirmed channel a process, made when it is first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self._channel: Channel | None = None
        self._quiet_until = 0.0

    def send(self, events: Sequence[dict[str, Any]]) -> None:
        """Raises nothing but the time limit of the job that sends: whoever needs the truth reads the table."""
        with self._lock:
            if time.monotonic() < self._quiet_until:
                return
            reused = self._channel is not None
            if not self._sent(events) and not (reused and self._sent(events)):
                self._quiet_until = time.monotonic() + QUIET_AFTER_FAILURE

    def _sent(self, events: Sequence[dict[str, Any]]) -> bool:
        """An idle connection may have died unnoticed, so a failure on an old one is worth a second try."""
        try:
            self._send(events)
        except SoftTimeLimitExceeded:  # meant for the job; half a message may have been sent
            self._close()
            raise
        except Exception as error:
            log.debug("events were not sent", error=str(error), count=len(events))
            self._close()
            return False
        return True

    def _send(self, events: Sequence[dict[str, Any]]) -> None:
        if self._channel is None:
            self._connection = connect("events", heartbeat=0)
            self._channel = self._connection.channel()
            self._channel.exchange_declare(EVENT_EXCHANGE, "topic", durable=True, auto_delete=False)
        body = events[0] if len(events) == 1 else list(events)
        routing_key = str(events[0]["type"]).replace("-", ".", 1)
        message = Message(
            orjson.dumps(body), content_type="application/json", content_encoding="utf-8", delivery_mode=1
        )
        self._channel.basic_publish(message, EVENT_EXCHANGE, routing_key)

    def _close(self) -> None:
        connection, self._connection, self._channel = self._connection, None, None
        if connection is not None:
            with suppress(Exception):
                hang_up(connection)


_sender = EventSender()


def _forget_after_fork() -> None:
    global _sender
    _sender = EventSender()


os.register_at_fork(after_in_child=_forget_after_fork)


def event(kind: str, **fields: Any) -> dict[str, Any]:
    """In the shape of Celery's own events, so that every reader of the exchange can read it."""
    return {
        "type": kind,
        "timestamp": time.time(),
        "hostname": SENDER,
        "pid": os.getpid(),
        "clock": 0,
        "utcoffset": 0,
        **fields,
    }


def announce(kind: str, **fields: Any) -> None:
    announce_many([event(kind, **fields)])


def announce_many(events: Sequence[dict[str, Any]]) -> None:
    settings = get_settings()
    if events and settings.has_broker and settings.broker_profile != "frugal":
        _sender.send(events)
