"""Publishing with confirms that are waited for together, not one at a time."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import structlog
from amqp import Channel, Message
from kombu import Connection

from core.portions import portions
from core.queues import EXCHANGE
from jobs.broker import HEARTBEAT, TopologyMismatch, connect, declare_event_stream, declare_topology, hang_up
from jobs.dispatch.message import Delivery
from jobs.dispatch.unwritable import Unsent, Unwritable, sealed_message

log = structlog.get_logger(__name__)

FEW = 50  # messages, between which a publisher may rest
CONFIRM_TIMEOUT = 20.0  # seconds for a whole batch; shorter than the lease its rows are held under


def _go_on() -> None:
    """Nobody waits for the same interpreter."""


class Publisher:
    """One connection, one channel in confirm mode. Not safe to share between threads.

    With a heartbeat, `keep_alive` must be called about once a second. `rest` is called between few messages.
    """

    def __init__(self, name: str, *, heartbeat: int = HEARTBEAT, rest: Callable[[], None] = _go_on) -> None:
        self._name = name
        self._rest = rest
        self._heartbeat = heartbeat
        self.confirm_timeout = CONFIRM_TIMEOUT
        self._connection: Connection | None = None
        self._channel: Channel | None = None
        self._waiting: dict[int, str] = {}
        self._refused: set[str] = set()
        self.unsent: list[Unsent] = []
        self._next_tag = 1

    @property
    def is_open(self) -> bool:
        """As far as is known here."""
        return self._channel is not None

    def open(self) -> Channel:
        """The channel, on a broker that has all our queues. Raises the transport's errors."""
        if self._channel is None:
            self._connection = connect(self._name, heartbeat=self._heartbeat)
            channel = self._connection.channel()
            declare_topology(channel)
            self._declare_stream(self._connection)
            channel.confirm_select()
            channel.events["basic_ack"].add(self._on_ack)
            channel.events["basic_nack"].add(self._on_nack)
            channel.events["basic_return"].add(self._on_return)
            self._channel, self._next_tag = channel, 1
        return self._channel

    def _declare_stream(self, connection: Connection) -> None:
        """On a channel of its own, since jobs must flow without it."""
        try:
            declare_event_stream(connection.channel())
        except (TopologyMismatch, *connection.channel_errors) as error:
            log.warning("there is no event stream", error=str(error))

    def publish(self, deliveries: Sequence[Delivery]) -> set[str]:
        """Answers the ids of the jobs whose message a queue has taken; `unsent` are those of which there can be none.

        Raises the transport's errors.
        """
        channel = self.open()
        self._waiting.clear()
        self._refused.clear()
        self.unsent = []
        for number, few in enumerate(portions(deliveries, FEW)):
            if number:
                self._rest()
            self._write(channel, few)
        self._await_confirms()
        return {one.job_id for one in deliveries} - self._refused - set(self._waiting.values())

    def _write(self, channel: Channel, deliveries: Sequence[Delivery]) -> None:
        with _one_write(channel.connection.transport):
            for delivery, message in self._messages(channel, deliveries):
                channel.basic_publish(message, EXCHANGE, delivery.queue, mandatory=True)
                self._waiting[self._next_tag] = delivery.job_id
                self._next_tag += 1

    def _messages(self, channel: Channel, deliveries: Sequence[Delivery]) -> Iterator[tuple[Delivery, Message]]:
        """One that cannot be written is left out, and keeps none of the others."""
        for delivery in deliveries:
            try:
                yield delivery, sealed_message(delivery, channel.connection.frame_max)
            except Unwritable as error:
                self._refused.add(delivery.job_id)
                self.unsent.append(Unsent(delivery.job_id, delivery.dispatch, str(error)))

    def _await_confirms(self) -> None:
        """What a stuck queue does not confirm in time counts as unpublished; the rest of the batch is not held up."""
        deadline = time.monotonic() + self.confirm_timeout
        try:
            while self._waiting and self._connection is not None:
                self._connection.drain_events(timeout=max(0.01, deadline - time.monotonic()))
        except TimeoutError:
            log.warning("messages were not confirmed in time", count=len(self._waiting))

    def _settle(self, tag: int, multiple: bool) -> list[str]:
        tags = [one for one in self._waiting if one <= tag] if multiple else [tag]
        return [self._waiting.pop(one) for one in tags if one in self._waiting]

    def _on_ack(self, tag: int, multiple: bool) -> None:
        self._settle(tag, multiple)

    def _on_nack(self, tag: int, multiple: bool) -> None:
        self._refused.update(self._settle(tag, multiple))

    def _on_return(self, error: Exception, _exchange: str, routing_key: str, message: Message) -> None:
        """A message no queue took is confirmed as well, so this must be remembered."""
        job_id = message.headers["id"]
        log.warning("no queue took the message", job_id=job_id, queue=routing_key, error=str(error))
        self._refused.add(job_id)

    def keep_alive(self) -> None:
        """To be called about once a second while idle. Raises when the broker has gone."""
        if self._connection is not None:
            self._connection.heartbeat_check()
            with suppress(TimeoutError):
                self._connection.drain_events(timeout=0.001)

    def close(self) -> None:
        connection, self._connection, self._channel = self._connection, None, None
        if connection is not None:
            with suppress(*_transport_errors(connection)):
                hang_up(connection)


@contextmanager
def _one_write(transport: Any) -> Iterator[None]:
    """Every write gives up the interpreter, and a thread that serves requests keeps it for 5 ms then: one is enough."""
    write, gathered = transport._write, bytearray()
    transport._write = gathered.extend
    try:
        yield
    finally:
        transport._write = write
    transport.write(gathered)


def _transport_errors(connection: Connection) -> tuple[type[BaseException], ...]:
    errors: tuple[Any, ...] = connection.connection_errors + connection.channel_errors
    return (OSError, *errors)
