"""What the broker sends is read in large pieces, whatever the size of the messages."""

import socket
from collections.abc import Iterator
from contextlib import suppress

import pytest
from amqp import Message
from kombu import Connection
from kombu.asynchronous import Hub

from jobs.broker import connect
from tests.waiting import wait_for
from worker.reading import AT_ONCE, read_at_once

pytestmark = pytest.mark.integration

SIZES = [0, 1, 300, AT_ONCE - 50, 3, 5 * AT_ONCE, 1_000_000, 7, 7, 7]


@pytest.fixture
def connection(broker: str) -> Iterator[Connection]:
    made = connect("reading", heartbeat=0)
    yield made
    with suppress(*made.connection_errors):
        made.close()


@pytest.fixture
def hub(connection: Connection) -> Iterator[Hub]:
    """It reads."""
    made = Hub()
    read_at_once(connection.connection, made)
    yield made
    made.close()


def test_messages_of_all_sizes_arrive_whole_and_in_order(connection: Connection, hub: Hub) -> None:
    channel, found = connection.channel(), list[bytes]()
    queue = channel.queue_declare(exclusive=True).queue
    sent = [bytes([number]) * size for number, size in enumerate(SIZES)]
    for body in sent:
        channel.basic_publish(Message(body), routing_key=queue)
    channel.basic_consume(queue, no_ack=True, callback=lambda message: found.append(message.body or b""))

    def all_there() -> bool:
        hub.run_once()
        return len(found) == len(sent)

    wait_for(all_there, what="all messages")

    assert [one if isinstance(one, bytes) else one.encode() for one in found] == sent


def test_a_broker_that_hangs_up_is_noticed(connection: Connection, hub: Hub) -> None:
    connection.connection.sock.shutdown(socket.SHUT_RD)

    with pytest.raises(connection.connection_errors):
        hub.run_once()


def test_a_connection_that_was_closed_is_not_read_from(connection: Connection, hub: Hub) -> None:
    (read, arguments), *_ = hub.readers.values()
    connection.close()

    with pytest.raises(connection.connection_errors):
        read(*arguments)
