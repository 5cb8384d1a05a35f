"""What is known of the broker, whatever the broker does."""

from collections.abc import Iterator

import pytest
from kombu import Connection

from core.db import reading
from core.queues import DEAD_LETTER_QUEUE
from jobs.broker import BrokerQueue, connect
from launch.broker import PrivateBroker
from tests.waiting import wait_for
from web.alerts import alerts
from web.broker_watch import PENDING, QUEUES, BrokerFacts, BrokerWatch, ask_once


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Iterator[BrokerWatch]:
    monkeypatch.setattr(BrokerWatch, "EVERY", 0.05)
    thread = BrokerWatch()
    thread.start()
    yield thread
    thread.stop()


def wait_for_state(watch: BrokerWatch, state: str) -> BrokerFacts:
    return wait_for(lambda: known_as(state, watch.facts()), what=f"the broker to be {state}")


def known_as(state: str, facts: BrokerFacts) -> BrokerFacts | None:
    return facts if facts.state == state and facts != PENDING else None


def send(connection: Connection, queue: str) -> None:
    connection.Producer().publish({}, routing_key=queue)


def test_depths_and_consumers_are_the_brokers_own(watch: BrokerWatch, broker: str) -> None:
    assert set(wait_for_state(watch, "up").queues) == set(QUEUES)

    with connect("test", heartbeat=0) as connection:
        send(connection, "crawl")
        wait_for(lambda: watch.facts().queues.get("crawl") == BrokerQueue(1, 0), what="the message to be seen")
    assert ask_once().queues["crawl"] == BrokerQueue(1, 0)


def test_messages_that_the_broker_gave_up_on_are_counted(broker: str) -> None:
    with connect("test", heartbeat=0) as connection:
        assert ask_once().state == "up"
        send(connection, DEAD_LETTER_QUEUE)
        facts = wait_for(lambda: _with_dead_letter(ask_once()), what="the dead letter to be counted")

    assert facts.queues[DEAD_LETTER_QUEUE] == BrokerQueue(1, 0)


def _with_dead_letter(facts: BrokerFacts) -> BrokerFacts | None:
    return facts if facts.queues.get(DEAD_LETTER_QUEUE, BrokerQueue(0, 0)).messages else None


def test_a_broker_that_stops_is_away_without_its_address_and_is_seen_to_come_back(
    watch: BrokerWatch, broker_of_its_own: PrivateBroker, sqlite_database: str
) -> None:
    wait_for_state(watch, "up")

    broker_of_its_own.stop()
    gone = wait_for_state(watch, "away")
    with reading() as session:
        told = [one.id for one in alerts(session, gone)]
    broker_of_its_own.start()

    assert (gone.reason, gone.queues) == ("The broker does not answer.", {})
    assert told == ["broker-away", "no-worker"]
    wait_for_state(watch, "up")


def test_a_broker_that_hangs_keeps_nobody_waiting_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RABBITMQ_URL", "amqp://u:p@127.0.0.1:1/")
    watch = BrokerWatch()  # its thread was never started, so that it never answers
    monkeypatch.setattr(BrokerWatch, "PATIENCE", 0.05)

    assert watch.facts() == PENDING
    monkeypatch.setattr(BrokerWatch, "PATIENCE", 1_000)
    assert watch.facts() == PENDING


def test_a_broker_that_was_asked_just_now_worries_nobody_yet(
    sqlite_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RABBITMQ_URL", "amqp://u:p@127.0.0.1:1/")
    monkeypatch.setattr(BrokerWatch, "PATIENCE", 0.05)
    watch = BrokerWatch()

    with reading() as session:
        assert [one.id for one in alerts(session, watch.facts())] == ["no-worker"]
        monkeypatch.setattr(BrokerWatch, "STALE_AFTER", 0.0)
        assert [one.id for one in alerts(session, watch.facts())] == ["broker-away", "no-worker"]


def test_no_connection_is_held_while_nobody_asks(
    watch: BrokerWatch, broker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait_for_state(watch, "up")

    monkeypatch.setattr(BrokerWatch, "IDLE_AFTER", 0.0)

    wait_for(lambda: watch._connection is None, what="the connection to be closed")
