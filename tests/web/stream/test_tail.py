"""The tail of the broker's stream, on a real RabbitMQ."""

import asyncio
import threading
from collections.abc import Callable, Iterator

import orjson
import pytest
from amqp import Channel, Message
from amqp.exceptions import NotFound

from core.queues import EVENT_EXCHANGE, EVENT_STREAM
from jobs.broker import connect, declare_event_stream, declare_topology
from jobs.events import event
from launch.broker import PrivateBroker
from tests.waiting import wait_for
from web.stream.hub import RESET, Hub
from web.stream.ring import LiveEvent
from web.stream.tail import Tail

pytestmark = pytest.mark.integration


class QuickTail(Tail):
    POLL = 0.1
    LONGEST_PAUSE = 0.3


class Listener(Hub):
    """On a loop of its own; keeps what is published."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[LiveEvent] = []
        self._its_loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._its_loop.run_forever)

    def start(self) -> None:
        self._thread.start()
        self.open(self._its_loop)

    def stop(self) -> None:
        self._its_loop.call_soon_threadsafe(self._its_loop.stop)
        self._thread.join()
        self._its_loop.close()

    def publish(self, events: object) -> None:
        super().publish(found := list(events))  # type: ignore[call-overload]  # as in Hub
        self.heard += found

    def jobs(self) -> list[str]:
        return [one.data["job_id"] for one in self.heard if one.kind == "job-state"]


@pytest.fixture
def hub() -> Iterator[Listener]:
    made = Listener()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def follow(hub: Listener) -> Iterator[Callable[[], Tail]]:
    """Starts a tail and waits until it has read the recent past."""
    started: list[Tail] = []

    def start() -> Tail:
        tail = QuickTail(hub)
        started.append(tail)
        tail.start()
        wait_for(hub.caught_up.is_set, what="the tail to catch up")
        return tail

    yield start
    for tail in started:
        tail.stop()


def say(*bodies: object) -> None:
    """Each in a message of its own; a list is several events in one."""
    with connect("test", heartbeat=0) as connection:
        channel: Channel = connection.channel()
        declare_topology(channel)
        declare_event_stream(channel)
        for body in bodies:
            raw = body if isinstance(body, bytes) else orjson.dumps(body)
            channel.basic_publish(Message(raw, content_type="application/json"), EVENT_EXCHANGE, "job.state")


def is_said(body: object) -> bool:
    """False while the broker has not opened the stream again."""
    try:
        say(body)
    except NotFound:
        return False
    return True


def state(job_id: str) -> dict[str, object]:
    return event("job-state", job_id=job_id, state="running")


def test_what_was_said_before_is_read_and_then_what_is_said_now(
    broker: str, hub: Listener, follow: Callable[[], Tail]
) -> None:
    say(state("past"))

    follow()
    assert hub.jobs() == ["past"]

    say(state("present"))
    wait_for(lambda: hub.jobs() == ["past", "present"], what="the present")


def test_several_events_of_one_message_have_places_of_their_own(
    broker: str, hub: Listener, follow: Callable[[], Tail]
) -> None:
    say([state("one"), {"type": "worker-heartbeat"}, state("two")])

    follow()

    one, two = (event.position for event in hub.heard)
    assert one is not None
    assert two is not None
    assert (two.offset, one.index, two.index) == (one.offset, 0, 2)


def test_what_cannot_be_read_is_passed_over(broker: str, hub: Listener, follow: Callable[[], Tail]) -> None:
    odd = [b"no json", 7, [7], {"type": "job-state", "job_id": "odd", "timestamp": "soon"}, {"type": None}]

    say(*odd, state("good"))
    follow()

    assert hub.jobs()[-1] == "good"


def test_celerys_own_inner_life_is_not_shown(broker: str, hub: Listener, follow: Callable[[], Tail]) -> None:
    say({"type": "task-received", "uuid": "1"}, {"type": "worker-online", "hostname": "worker@host", "timestamp": 1.5})

    follow()

    assert [(one.kind, one.data) for one in hub.heard] == [("worker-online", {"worker": "worker@host", "at": 1.5})]


def test_a_stream_made_anew_makes_clients_reload(broker: str, hub: Listener, follow: Callable[[], Tail]) -> None:
    say(*(state(str(number)) for number in range(20)))
    follow()
    connection = connect("test", heartbeat=0)

    connection.channel().queue_delete(EVENT_STREAM)
    connection.release()

    wait_for(lambda: RESET in hub.heard, what="the reset", timeout=40)
    wait_for(lambda: say(state("new life")) or "new life" in hub.jobs(), what="events of the new stream")


def test_after_the_broker_was_away_each_event_is_told_once(
    hub: Listener, broker_of_its_own: PrivateBroker, follow: Callable[[], Tail]
) -> None:
    say(state("before"))
    follow()

    broker_of_its_own.stop()
    broker_of_its_own.start()
    wait_for(lambda: is_said(state("after")), what="the stream to be up again")

    wait_for(lambda: "after" in hub.jobs(), what="the event after the restart", timeout=40)
    assert hub.jobs() == ["before", "after"]
    assert RESET not in hub.heard
