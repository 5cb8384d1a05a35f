"""The way to RabbitMQ: connections, and the queues and exchanges that must exist."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog
from amqp import Channel
from amqp.exceptions import PreconditionFailed
from kombu import Connection

from core.errors import AppError
from core.queues import (
    DEAD_LETTER_EXCHANGE,
    DEAD_LETTER_QUEUE,
    EVENT_EXCHANGE,
    EVENT_STREAM,
    EXCHANGE,
    Queue,
    dead_letter_arguments,
    event_stream_arguments,
    work_queue_arguments,
)
from core.settings import get_settings

log = structlog.get_logger(__name__)

HEARTBEAT = 15  # seconds; Celery's 120 is negotiated to 60, which finds a frozen peer after two minutes
CONNECT_TIMEOUT = 4  # seconds
# Seconds that a broker gets for what names no time of its own. One that is frozen, or has no memory or disk left for
# those who publish, keeps the connection and says nothing: a dispatcher that waited would look for no lost worker.
ANSWERS_WITHIN = 10.0
GOODBYE_TIMEOUT = 2.0  # seconds that a broker gets to answer when we hang up


class TopologyMismatch(AppError):
    """A queue exists with other arguments than ours."""


def connect(name: str, *, heartbeat: int = HEARTBEAT, answers_within: float = ANSWERS_WITHIN) -> Connection:
    """A connection that the broker's own pages show under `name`. Raises the transport's errors when it is away.

    Whoever asks for a heartbeat (seconds) must tend it; 0 is for those who may find out late. After a TimeoutError of
    something that names no time of its own, the connection is to be hung up.
    """
    connection = Connection(
        get_settings().broker_url,
        heartbeat=heartbeat,
        connect_timeout=CONNECT_TIMEOUT,
        transport_options={"client_properties": {"connection_name": f"slipway {name}"}},
    )
    connection.ensure_connection(max_retries=0, reraise_as_library_errors=False)
    connection.connection.transport.sock.settimeout(answers_within)
    return connection


def hang_up(connection: Connection) -> None:
    """Closes it without waiting for ever: a broker that is frozen takes our goodbye and never answers it.

    Raises the transport's errors.
    """
    with suppress(AttributeError, *connection.connection_errors):
        if connection.connected:
            connection._connection.transport.sock.settimeout(GOODBYE_TIMEOUT)
    connection.release()


def declare_topology(channel: Channel) -> None:
    """Idempotent. Raises TopologyMismatch when a queue of that name exists with other arguments."""
    for exchange in (EXCHANGE, DEAD_LETTER_EXCHANGE, EVENT_EXCHANGE):
        channel.exchange_declare(exchange, "topic", durable=True, auto_delete=False)
    for queue in Queue:
        _declare(channel, queue.value, work_queue_arguments())
        channel.queue_bind(queue.value, EXCHANGE, queue.value)
    _declare(channel, DEAD_LETTER_QUEUE, dead_letter_arguments())
    channel.queue_bind(DEAD_LETTER_QUEUE, DEAD_LETTER_EXCHANGE, "#")


def declare_event_stream(channel: Channel) -> None:
    """Apart from the rest, because jobs must flow without it: RabbitMQ 3.10 killed in the first second of a stream's
    life can neither open nor delete it afterwards. Raises NotFound then."""
    _declare(channel, EVENT_STREAM, event_stream_arguments())
    channel.queue_bind(EVENT_STREAM, EVENT_EXCHANGE, "#")


def _declare(channel: Channel, name: str, arguments: dict[str, Any]) -> None:
    try:
        channel.queue_declare(name, durable=True, auto_delete=False, arguments=arguments)
    except PreconditionFailed as error:
        raise TopologyMismatch(
            f"Queue {name!r} exists with other arguments ({error.reply_text}). They cannot be changed: let its "
            "messages drain, delete it, and start again; jobs that waited in it are published again by themselves."
        ) from error


@dataclass(frozen=True)
class BrokerQueue:
    """`messages` wait for a consumer; those that a consumer holds unacknowledged are not counted."""

    messages: int
    consumers: int


def look_at_queues(channel: Channel, names: Sequence[str]) -> dict[str, BrokerQueue]:
    """Asks passively, which changes nothing. Raises NotFound for a queue that does not exist."""
    declared = {name: channel.queue_declare(name, passive=True) for name in names}
    return {name: BrokerQueue(int(one.message_count), int(one.consumer_count)) for name, one in declared.items()}


def ready_messages(channel: Channel, queue: str) -> int:
    """How many messages wait in `queue` for a consumer (delivered but unacknowledged ones are not counted)."""
    return look_at_queues(channel, [queue])[queue].messages
