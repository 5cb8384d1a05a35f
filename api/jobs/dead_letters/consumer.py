"""The thread that empties the dead letter queue, in every web process: whichever gets a message writes it down.

A message is acknowledged after its row is committed. A process that dies in between leaves the message in the queue,
and whoever reads it then finds the row. tests/jobs/dead_letters/test_consumer.py dies on each line once.
"""

from functools import partial
from typing import Any

import structlog
from amqp import Channel
from kombu import Connection

from core.patience import until_through
from core.queues import DEAD_LETTER_QUEUE
from jobs.broker import declare_topology
from jobs.dead_letters import messages
from jobs.dead_letters.intake import take_in
from jobs.listener import Listener

log = structlog.get_logger(__name__)

PREFETCH = 20
PATIENCE = 10.0  # seconds of database trouble before the messages go back; below two heartbeats


class DeadLetterConsumer(Listener):
    """What it could not write down comes back to it, or to another process."""

    def __init__(self) -> None:
        super().__init__("dead letters")

    def attach(self, connection: Connection) -> None:
        attach(connection.channel())


def attach(channel: Channel) -> None:
    """From now on `channel` is sent dead letters."""
    declare_topology(channel)
    channel.basic_qos(0, PREFETCH, False)
    channel.basic_consume(DEAD_LETTER_QUEUE, callback=partial(settle, channel))


def settle(channel: Channel, message: Any) -> None:
    """Raises StillTroubled, or whatever is wrong with the database; the message stays in the queue then."""
    dead = messages.read(message)
    until_through(partial(take_in, dead), what="a dead letter", patience=PATIENCE)
    channel.basic_ack(message.delivery_tag)
    log.warning("the broker gave up on a message", letter=dead.id, task=dead.task, cause=dead.cause, queue=dead.queue)
