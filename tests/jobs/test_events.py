"""Events are hints: sending them never fails, never holds anybody up for long, and may be switched off."""

import signal
import time
from collections.abc import Iterator

import orjson
import psutil
import pytest
from amqp import Channel
from billiard.exceptions import SoftTimeLimitExceeded

from core.queues import EVENT_EXCHANGE
from core.settings import get_settings
from jobs import events
from jobs.broker import connect, declare_topology
from jobs.events import QUIET_AFTER_FAILURE, EventSender, announce, announce_many, event
from launch.broker import PrivateBroker
from tests.waiting import wait_for

NOBODY = "amqp://slipway:x@127.0.0.1:1/"


@pytest.fixture(autouse=True)
def sender(monkeypatch: pytest.MonkeyPatch) -> Iterator[EventSender]:
    """As in a process that has sent nothing yet."""
    fresh = EventSender()
    monkeypatch.setattr(events, "_sender", fresh)
    yield fresh
    fresh._close()


@pytest.fixture
def listener(broker: str) -> Iterator[Channel]:
    """A queue bound to everything that is announced."""
    connection = connect("listener", heartbeat=0)
    channel = connection.channel()
    declare_topology(channel)
    channel.queue_declare("heard", exclusive=True)
    channel.queue_bind("heard", EVENT_EXCHANGE, "#")
    yield channel
    connection.release()


def heard(channel: Channel) -> tuple[str, object]:
    message = wait_for(lambda: channel.basic_get("heard", no_ack=True), what="an event", timeout=5)
    return message.delivery_info["routing_key"], orjson.loads(message.body)


def test_an_event_has_the_shape_of_celerys_own(listener: Channel) -> None:
    announce("job-state", job_id="job-1", state="running")

    routing_key, body = heard(listener)

    assert routing_key == "job.state"
    assert isinstance(body, dict)
    assert {"type", "timestamp", "hostname", "pid", "clock", "utcoffset"} <= body.keys()
    assert (body["type"], body["job_id"], body["state"]) == ("job-state", "job-1", "running")


def test_many_events_are_one_message_in_their_order(listener: Channel) -> None:
    announce_many([event("job-state", job_id=str(number)) for number in range(3)])

    _, body = heard(listener)

    assert isinstance(body, list)
    assert [one["job_id"] for one in body] == ["0", "1", "2"]


def test_nothing_to_announce_is_no_message(listener: Channel) -> None:
    announce_many([])
    announce("job-state", job_id="the first")

    assert "the first" in str(heard(listener))


def test_a_connection_that_died_unnoticed_is_made_anew(listener: Channel, sender: EventSender) -> None:
    announce("job-state", job_id="before")
    assert sender._connection is not None
    sender._connection.transport.close_connection(sender._connection.connection)

    announce("job-state", job_id="after")

    assert ["before" in str(heard(listener)), "after" in str(heard(listener))] == [True, True]


def test_a_broker_that_is_away_raises_nothing_and_costs_little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RABBITMQ_URL", NOBODY)
    get_settings.cache_clear()
    started = time.monotonic()

    announce("job-state", job_id="job-1")

    assert time.monotonic() - started < 1.0


def test_after_a_failure_it_is_quiet_for_a_while(monkeypatch: pytest.MonkeyPatch, sender: EventSender) -> None:
    monkeypatch.setenv("RABBITMQ_URL", NOBODY)
    get_settings.cache_clear()
    announce("job-state", job_id="job-1")
    tries: list[str] = []
    monkeypatch.setattr(events, "connect", lambda name, **_: tries.append(name))

    announce("job-state", job_id="job-1")

    assert tries == []
    assert 0 < sender._quiet_until - time.monotonic() <= QUIET_AFTER_FAILURE


def test_an_event_that_cannot_be_written_raises_nothing(broker: str) -> None:
    announce("job-state", job_id=object())


@pytest.mark.parametrize("settings", [{}, {"RABBITMQ_URL": NOBODY, "SLIPWAY_BROKER_PROFILE": "frugal"}])
def test_without_a_broker_or_in_the_frugal_profile_none_is_sent(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str]
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    get_settings.cache_clear()
    monkeypatch.setattr(EventSender, "send", lambda *_: pytest.fail("an event was sent"))

    announce("job-state", job_id="job-1")


@pytest.mark.integration
def test_a_broker_that_is_frozen_holds_nobody_up(broker_of_its_own: PrivateBroker) -> None:
    announce("job-state", job_id="job-1")
    broker = psutil.Process(broker_of_its_own._children["node"].pid)
    frozen = [broker, *broker.children(recursive=True)]
    much = event("job-log", message="x" * 1_000_000)
    started = time.monotonic()

    for process in frozen:
        process.send_signal(signal.SIGSTOP)
    try:
        for _ in range(20):
            announce_many([much])
        lasted = time.monotonic() - started
    finally:
        for process in frozen:
            process.send_signal(signal.SIGCONT)

    assert lasted < 20


def test_a_time_limit_that_strikes_while_an_event_is_sent_is_the_jobs(
    listener: Channel, sender: EventSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    announce("job-state", job_id="before")

    def strike(*_: object) -> None:
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(sender._channel, "basic_publish", strike)
    with pytest.raises(SoftTimeLimitExceeded):
        announce("job-state", job_id="struck")
    announce("job-state", job_id="after")

    assert "before" in str(heard(listener))
    assert "after" in str(heard(listener))
