"""What the broker says about its queues, asked by a thread of its own: a broker that hangs never hangs a page."""

import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Annotated, Literal

import structlog
from amqp.exceptions import NotFound
from fastapi import Depends, Request
from kombu import Connection

from core.queues import DEAD_LETTER_QUEUE, Queue
from core.settings import get_settings
from jobs.broker import BrokerQueue, connect, declare_topology, hang_up, look_at_queues

log = structlog.get_logger(__name__)

QUEUES = (*(one.value for one in Queue), DEAD_LETTER_QUEUE)
NOT_SET = "No broker is set: jobs are taken and wait."
SILENT = "The broker does not answer."


@dataclass(frozen=True)
class BrokerFacts:
    """`reason` says in one sentence why `queues` is empty; it never holds an address. `product` and `version` are as
    the broker names itself."""

    state: Literal["up", "away", "not set"]
    reason: str | None = None
    queues: Mapping[str, BrokerQueue] = field(default_factory=dict)
    product: str = "unknown"
    version: str = "unknown"


AWAY = BrokerFacts("away", SILENT)
PENDING = BrokerFacts("away", "The broker has not answered yet.")  # it was asked just now: no reason to worry anybody


def ask_once() -> BrokerFacts:
    """On a connection of its own; for those who ask once in their life."""
    if not get_settings().has_broker:
        return BrokerFacts("not set", NOT_SET)
    try:
        with _connected() as connection:
            return _facts(connection)
    except Exception as error:
        return _away(error)


def _connected() -> Connection:
    return connect("broker watch", heartbeat=0, answers_within=BrokerWatch.ANSWERS_WITHIN)


def _facts(connection: Connection) -> BrokerFacts:
    try:
        return _look(connection)
    except NotFound:  # the first of all processes to look at a broker without our queues
        with connection.channel() as channel:
            declare_topology(channel)
        return _look(connection)


def _look(connection: Connection) -> BrokerFacts:
    told = connection.connection.server_properties
    named = {name: str(told.get(name, "unknown")) for name in ("product", "version")}
    with connection.channel() as channel:
        return BrokerFacts("up", queues=look_at_queues(channel, QUEUES), **named)


def _away(error: Exception) -> BrokerFacts:
    log.warning("the broker is away", error_class=type(error).__name__)
    return AWAY


class BrokerWatch(threading.Thread):
    """Looks every two seconds while anybody asks, and holds no connection while nobody does."""

    EVERY = 2.0  # seconds
    IDLE_AFTER = 30.0  # seconds since it was last asked
    STALE_AFTER = 8.0  # seconds; an older answer means that the look itself hangs
    PATIENCE = 1.0  # seconds that the first who asks waits
    ANSWERS_WITHIN = 3.0  # seconds

    def __init__(self) -> None:
        super().__init__(name="broker-watch", daemon=True)
        self._news = threading.Condition()
        self._facts, self._looked_at = AWAY, float("-inf")
        self._asked_at = self._woken_at = float("-inf")
        self._stopping = False
        self._connection: Connection | None = None

    def facts(self) -> BrokerFacts:
        """What is known, a few seconds old at most; within a second also when nothing is known yet."""
        if not get_settings().has_broker:
            return BrokerFacts("not set", NOT_SET)
        with self._news:
            if not self._wanted:
                self._woken_at = time.monotonic()
            self._asked_at = time.monotonic()
            self._news.notify_all()
            if not self._news.wait_for(lambda: self._fresh, self.PATIENCE):
                self._give_up()
            return self._facts

    def _give_up(self) -> None:
        """The next who asks does not wait. Just after it was woken, a broker gets the time of one look to answer."""
        awake = time.monotonic() - self._woken_at
        self._facts, self._looked_at = AWAY if awake > self.STALE_AFTER else PENDING, time.monotonic()

    @property
    def _fresh(self) -> bool:
        return time.monotonic() - self._looked_at < self.STALE_AFTER

    @property
    def _wanted(self) -> bool:
        return time.monotonic() - self._asked_at < self.IDLE_AFTER

    def stop(self, timeout: float = 1.0) -> None:
        with self._news:
            self._stopping = True
            self._news.notify_all()
        if self.is_alive():
            self.join(timeout)

    def run(self) -> None:
        while not self._stopping:
            self._look()
            with self._news:
                self._news.wait_for(lambda: self._stopping, self.EVERY)
            if not self._wanted:
                self._rest()
        self._disconnect()

    def _look(self) -> None:
        if not self._wanted:
            return
        try:
            self._connection = self._connection or _connected()
            facts = _facts(self._connection)
        except Exception as error:
            self._disconnect()
            facts = _away(error)
        with self._news:
            self._facts, self._looked_at = facts, time.monotonic()
            self._news.notify_all()

    def _rest(self) -> None:
        self._disconnect()
        with self._news:
            self._news.wait_for(lambda: self._stopping or self._wanted)

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(Exception):
                hang_up(connection)


def broker_facts(request: Request) -> BrokerFacts:
    watch: BrokerWatch = request.app.state.broker_watch
    return watch.facts()


Broker = Annotated[BrokerFacts, Depends(broker_facts)]
