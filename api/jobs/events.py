"""Events say "look again" and nothing more: they are sent without confirms and may be lost.

They go to Celery's own event exchange, so that the stream behind it holds Celery's events and ours in one order.
A thread of each process sends them: nobody who announces waits for the broker, and what comes in quick succession,
such as the start and the end of a short job, is one message. For the end of a job somebody may wait (`?wait`): unless
many end, it leaves at once and takes with it what was gathered.
"""

import atexit
import math
import os
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any

import orjson
import structlog
from amqp import Channel, Message
from kombu import Connection

from core.portions import portions
from core.queues import EVENT_EXCHANGE
from core.settings import get_settings
from jobs.broker import connect, hang_up
from jobs.states import FINAL

log = structlog.get_logger(__name__)

SENDER = f"slipway@{socket.gethostname()}"
QUIET_AFTER_FAILURE = 5.0  # seconds without another try, so that a broker that is away slows nobody down
GATHER = 0.01  # seconds that events are gathered for
GATHER_MANY = 0.04  # seconds, while they come so fast that nobody could follow them one by one
FEW = 120  # events a second, below which the end of a job ends the gathering
MANY = 200  # events a second
LATELY = 0.25  # seconds over which they are counted
# What comes while as much waits for a broker that takes nothing is dropped.
MOST_WAITING = 5_000  # calls
MOST_BYTES_WAITING = 32 * 1024 * 1024  # a call may announce thousands of jobs, or many lines of a log
MOST_AT_ONCE = 500  # events in a message
GOODBYE = 1.0  # seconds that a process which ends gives its last events

Written = tuple[str, bytes]  # its type, and the event as JSON


class EventSender:
    """One unconfirmed channel a process, made when it is first needed. Only its thread touches the connection."""

    def __init__(self) -> None:
        self._waiting: SimpleQueue[list[Written] | threading.Event] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._hurry = threading.Event()
        self._bytes_waiting = 0
        self._connection: Connection | None = None
        self._channel: Channel | None = None
        self._quiet_until = self._last = self._rate = 0.0

    def send(self, events: Sequence[dict[str, Any]]) -> None:
        """Raises nothing of its own: whoever needs the truth reads the table."""
        written = list(_written(events))
        size = _size_of(written)
        with self._lock:
            if self._waiting.qsize() < MOST_WAITING and self._bytes_waiting + size <= MOST_BYTES_WAITING:
                self._bytes_waiting += size
                self._waiting.put(written)
                self._start()
        if any(str(one.get("state")) in FINAL for one in events):
            self._hurry.set()

    def flush(self, timeout: float = GOODBYE) -> bool:
        """Waits until what was announced so far is sent; False when it took longer."""
        if not self._is_going():
            return self._waiting.empty()
        done = threading.Event()
        self._waiting.put(done)
        self._hurry.set()
        return done.wait(timeout)

    def _start(self) -> None:
        """Also where it did not come to that before: there were too many threads, or a time limit struck."""
        if not self._is_going():
            self._thread = threading.Thread(target=self._run, name="events", daemon=True)
            try:
                self._thread.start()
            except RuntimeError as error:
                log.debug("events wait for a thread", error=str(error))

    def _is_going(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def _run(self) -> None:
        while True:
            events, waits = self._gathered()
            for some in portions(events, MOST_AT_ONCE):
                self._deliver(some)
            for one in waits:
                one.set()

    def _gathered(self) -> tuple[list[Written], list[threading.Event]]:
        """All of a moment that begins with the first."""
        found = [self._waiting.get()]
        self._gather()
        with suppress(Empty):
            while True:
                found.append(self._waiting.get_nowait())
        events = [event for one in found if isinstance(one, list) for event in one]
        self._count(len(events))
        with self._lock:
            self._bytes_waiting -= _size_of(events)
        return events, [one for one in found if isinstance(one, threading.Event)]

    def _gather(self) -> None:
        self._count(0)
        if self._rate < FEW:
            self._hurry.wait(GATHER)
        else:
            time.sleep(GATHER if self._rate < MANY else GATHER_MANY)
        self._hurry.clear()

    def _count(self, events: int) -> None:
        """Over a while, however many a message holds: two jobs that end one right after the other are not many."""
        now = time.monotonic()
        self._rate = self._rate * math.exp((self._last - now) / LATELY) + events / LATELY
        self._last = now

    def _deliver(self, events: Sequence[Written]) -> None:
        """An idle connection may have died unnoticed, so a failure on an old one is worth a second try."""
        if time.monotonic() < self._quiet_until:
            return
        reused = self._channel is not None
        if not self._sent(events) and not (reused and self._sent(events)):
            self._quiet_until = time.monotonic() + QUIET_AFTER_FAILURE

    def _sent(self, events: Sequence[Written]) -> bool:
        try:
            self._send(events)
        except Exception as error:
            log.debug("events were not sent", error=str(error), count=len(events))
            self._close()
            return False
        return True

    def _send(self, events: Sequence[Written]) -> None:
        if self._channel is None:
            self._connection = connect("events", heartbeat=0)
            self._channel = self._connection.channel()
            self._channel.exchange_declare(EVENT_EXCHANGE, "topic", durable=True, auto_delete=False)
        body = events[0][1] if len(events) == 1 else b"[%b]" % b",".join(written for _, written in events)
        message = Message(body, content_type="application/json", content_encoding="utf-8", delivery_mode=1)
        self._channel.basic_publish(message, EVENT_EXCHANGE, events[0][0].replace("-", ".", 1))

    def _close(self) -> None:
        connection, self._connection, self._channel = self._connection, None, None
        if connection is not None:
            with suppress(Exception):
                hang_up(connection)


def _written(events: Sequence[dict[str, Any]]) -> Iterator[Written]:
    """As they are now; one that is no JSON is left out."""
    for one in events:
        try:
            yield str(one["type"]), orjson.dumps(one)
        except TypeError as error:
            log.debug("an event cannot be written", type=one["type"], error=str(error))


def _size_of(events: Sequence[Written]) -> int:
    return sum(len(written) for _, written in events)


_sender = EventSender()


def _forget_after_fork() -> None:
    global _sender
    _sender = EventSender()


os.register_at_fork(after_in_child=_forget_after_fork)


@atexit.register
def flush() -> None:
    """For a process that ends. Pool children pass by `atexit`."""
    _sender.flush()


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
