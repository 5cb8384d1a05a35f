"""The thread that empties the dead letter queue, in every web process: whichever gets a message writes it down.

A message is acknowledged after its row is committed. A process that dies in between leaves the message in the queue,
and whoever reads it then finds the row. tests/jobs/test_dead_letter_consumer.py dies on each line once.
"""

import threading
import time
from contextlib import suppress
from functools import partial
from typing import Any

import structlog
from amqp import Channel
from kombu import Connection

from core.db import until_through
from core.queues import DEAD_LETTER_QUEUE
from jobs.broker import connect, declare_topology, hang_up
from jobs.dead_letters import messages
from jobs.dead_letters.intake import take_in

log = structlog.get_logger(__name__)

PREFETCH = 20
PATIENCE = 10.0  # seconds of database trouble before the messages go back; below two heartbeats


class DeadLetterConsumer(threading.Thread):
    """Goes on for ever: what it could not write down comes back to it, or to another process."""

    POLL = 1.0  # seconds
    LONGEST_PAUSE = 5.0  # seconds between two tries

    def __init__(self) -> None:
        super().__init__(name="dead-letters", daemon=True)
        self._stopping = threading.Event()

    def stop(self, timeout: float = 3.0) -> None:
        self._stopping.set()
        if self.is_alive():
            self.join(timeout)

    def run(self) -> None:
        pause = self.POLL
        while not self._stopping.is_set():
            started = time.monotonic()
            try:
                self._consume()
            except Exception as error:
                log.warning("dead letters wait", error=f"{type(error).__name__}: {error}", pause=pause)
            lasted = time.monotonic() - started
            pause = self.POLL if lasted > self.LONGEST_PAUSE else min(pause * 2, self.LONGEST_PAUSE)
            self._stopping.wait(pause)

    def _consume(self) -> None:
        connection = connect("dead letters")
        try:
            attach(connection.channel())
            while not self._stopping.is_set():
                self._drain(connection)
        finally:
            with suppress(Exception):
                hang_up(connection)

    def _drain(self, connection: Connection) -> None:
        with suppress(TimeoutError):
            connection.drain_events(timeout=self.POLL)
        connection.heartbeat_check()


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
