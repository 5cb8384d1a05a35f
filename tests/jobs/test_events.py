"""Events are hints: sending them never fails, never holds anybody up for long, and may be switched off."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import orjson
import psutil
import pytest
from amqp import Channel

from core.queues import EVENT_EXCHANGE
from core.settings import get_settings
from jobs import events
from jobs.broker import connect, declare_topology
from jobs.events import QUIET_AFTER_FAILURE, EventSender, announce, announce_many, event
from launch.broker import PrivateBroker
from tests.waiting import wait_for
from tests.worker.shell import python

NOBODY = "amqp://slipway:x@127.0.0.1:1/"
PATIENCE = 60.0  # seconds

pytestmark = pytest.mark.usefixtures("sender")


class TimeLimit(Exception):
    """As one of Celery's, which a signal brings."""


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


def heard(channel: Channel) -> tuple[str, Any]:
    message = wait_for(lambda: channel.basic_get("heard", no_ack=True), what="an event")
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


@pytest.mark.parametrize("ended", [0, 1_000])
def test_what_comes_in_quick_succession_is_one_message_in_its_order(
    listener: Channel, sender: EventSender, monkeypatch: pytest.MonkeyPatch, ended: int
) -> None:
    announce("job-state", job_id="before")
    sender.flush(PATIENCE)
    sender._hurry.clear()
    sender._count(ended)
    all_said = threading.Event()
    monkeypatch.setattr(events, "GATHER", PATIENCE)
    monkeypatch.setattr(events, "time", SimpleNamespace(**{**vars(time), "sleep": lambda _: all_said.wait()}))

    for state in ("running", "succeeded"):
        announce("job-state", job_id="short", state=state)
    all_said.set()

    assert heard(listener)[1]["job_id"] == "before"
    assert [one["state"] for one in heard(listener)[1]] == ["running", "succeeded"]


def test_an_end_waits_for_nothing_unless_many_end(
    listener: Channel, sender: EventSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "GATHER", 600.0)

    announce("job-state", job_id="job-1", state="running")
    announce("job-state", job_id="job-1", state="failed")

    assert [one["state"] for one in heard(listener)[1]] == ["running", "failed"]


def test_an_end_that_follows_another_waits_for_nothing_either(
    listener: Channel, sender: EventSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "GATHER", 600.0)
    announce("job-state", job_id="job-1", state="succeeded")
    assert heard(listener)[1]["job_id"] == "job-1"

    announce("job-state", job_id="job-2", state="succeeded")

    assert heard(listener)[1]["job_id"] == "job-2"


def test_a_process_that_ends_sends_its_last_events(listener: Channel) -> None:
    patient = f"events.EventSender.flush.__defaults__ = ({PATIENCE},)"
    python(f"from jobs import events; {patient}; events.announce('job-state', job_id='last')")

    assert heard(listener)[1]["job_id"] == "last"


def test_a_child_has_a_sender_of_its_own(listener: Channel) -> None:
    announce("job-state", job_id="parent")
    if (child := os.fork()) == 0:
        announce("job-state", job_id="child")
        os._exit(not events._sender.flush(PATIENCE))

    assert os.waitpid(child, 0)[1] == 0
    assert {heard(listener)[1]["job_id"], heard(listener)[1]["job_id"]} == {"parent", "child"}


def test_nothing_to_announce_is_no_message(listener: Channel) -> None:
    announce_many([])
    announce("job-state", job_id="the first")

    assert "the first" in str(heard(listener))


def test_a_connection_that_died_unnoticed_is_made_anew(listener: Channel, sender: EventSender) -> None:
    announce("job-state", job_id="before")
    sender.flush(PATIENCE)
    assert sender._connection is not None
    sender._connection.transport.close_connection(sender._connection.connection)

    announce("job-state", job_id="after")

    assert ["before" in str(heard(listener)), "after" in str(heard(listener))] == [True, True]


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no broker at that address."""
    monkeypatch.setenv("RABBITMQ_URL", NOBODY)
    get_settings.cache_clear()


@pytest.mark.usefixtures("nobody")
def test_after_a_failure_it_is_quiet_for_a_while(monkeypatch: pytest.MonkeyPatch, sender: EventSender) -> None:
    announce("job-state", job_id="job-1")
    sender.flush(PATIENCE)
    tries: list[str] = []
    monkeypatch.setattr(events, "connect", lambda name, **_: tries.append(name))

    announce("job-state", job_id="job-1")

    assert sender.flush(PATIENCE)
    assert tries == []
    assert 0 < sender._quiet_until - time.monotonic() <= QUIET_AFTER_FAILURE


@pytest.mark.usefixtures("nobody")
@pytest.mark.parametrize("error", [RuntimeError("can't start new thread"), TimeLimit()])
def test_a_thread_that_could_not_be_started_is_started_by_the_next_event(
    error: Exception, monkeypatch: pytest.MonkeyPatch, sender: EventSender
) -> None:
    def fail(_thread: threading.Thread) -> None:
        raise error

    with monkeypatch.context() as patch, suppress(TimeLimit):
        patch.setattr(threading.Thread, "start", fail)
        announce("job-state", job_id="lost")
    announce("job-state", job_id="next")

    assert sender.flush(PATIENCE)


def test_what_waits_is_bounded_in_bytes_too(monkeypatch: pytest.MonkeyPatch, sender: EventSender) -> None:
    monkeypatch.setattr(EventSender, "_start", lambda _: None)  # as if it never got to its turn
    monkeypatch.setattr(events, "MOST_BYTES_WAITING", 10_000)

    for _ in range(100):
        sender.send([event("job-log", message="x" * 1_000)])

    assert sender._waiting.qsize() < 12


def test_an_event_that_cannot_be_written_takes_no_other_with_it(listener: Channel) -> None:
    announce_many([event("job-state", job_id=object()), event("job-state", job_id="good")])

    assert heard(listener)[1]["job_id"] == "good"


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
def test_a_broker_that_is_frozen_holds_nobody_up_and_fills_no_memory(
    broker_of_its_own: PrivateBroker, sender: EventSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "MOST_WAITING", 20)
    announce("job-state", job_id="job-1")
    sender.flush(PATIENCE)
    broker = psutil.Process(broker_of_its_own._children["node"].pid)
    frozen = [broker, *broker.children(recursive=True)]
    much, waiting = event("job-log", message="x" * 1_000_000), 0

    for process in frozen:
        process.send_signal(signal.SIGSTOP)
    try:
        for _ in range(60):
            announce_many([much])
            waiting = max(waiting, sender._waiting.qsize())
        through = sender.flush(0.1)
    finally:
        for process in frozen:
            process.send_signal(signal.SIGCONT)

    assert (waiting, through) == (20, False)
