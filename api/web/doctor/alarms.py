"""Whether the broker takes messages at all: out of memory or disk, it blocks everybody who publishes."""

import time
from collections.abc import Iterator

from amqp import Message
from kombu import Connection

from web.doctor.finding import Finding, error, fine
from web.doctor.management import Management

CHECK = "broker alarms"
ANSWERS_WITHIN = 2.0  # seconds
NOWHERE = "slipway.doctor"  # the default exchange has no queue of this name: what is sent there is dropped
ALARMS = {"mem_alarm": "memory", "disk_free_alarm": "disk space"}


def look(connection: Connection, management: Management | None) -> Iterator[Finding]:
    nodes = (management and management.nodes) or []
    short_of = sorted({word for node in nodes for name, word in ALARMS.items() if node.get(name)})
    if short_of or not takes_messages(connection):
        reason = f": it is short of {' and '.join(short_of)}" if short_of else ""
        yield error(
            CHECK,
            f"The broker takes no messages{reason}.",
            why="Jobs wait in the database until it takes messages again.",
            advice="Give it more memory or disk, or let its queues run empty.",
        )
    else:
        yield fine(CHECK, "The broker takes messages.")


def takes_messages(connection: Connection) -> bool:
    """Sends one that no queue gets, and waits for the confirm."""
    confirmed: list[int] = []
    with connection.channel() as channel:
        channel.confirm_select()
        channel.events["basic_ack"].add(lambda tag, _multiple: confirmed.append(tag))
        channel.basic_publish(Message(""), "", NOWHERE)
        deadline = time.monotonic() + ANSWERS_WITHIN
        while not confirmed and (left := deadline - time.monotonic()) > 0:
            try:
                connection.drain_events(timeout=left)
            except TimeoutError:
                break
    return bool(confirmed)
