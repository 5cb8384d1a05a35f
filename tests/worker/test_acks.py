"""Acknowledgements that leave together: what was not acknowledged comes again, and nothing else does."""

from collections.abc import Iterator

import pytest
from amqp import Channel, Message
from kombu.asynchronous import Hub

from core.queues import EXCHANGE, Queue
from jobs.broker import ready_messages
from jobs.states import JobState
from tests.conftest import StartWorker
from tests.jobs.dead_letters.dead_messages import channel
from tests.jobs_seen import states, submit_ping
from tests.waiting import wait_for
from worker.acks import Acks

pytestmark = pytest.mark.integration

MANY = 1_000


def delivered(opened: Channel, hub: Hub, count: int, *, ahead: int = MANY) -> tuple[Acks, list[int]]:
    """Messages "1" to `count` in the hands of a consumer; their delivery tags."""
    acks, tags = Acks(opened, hub, lambda: ahead), []
    for number in range(1, count + 1):
        opened.basic_publish(Message(str(number)), EXCHANGE, Queue.DEFAULT.value)
        tags.append(wait_for(lambda: opened.basic_get(Queue.DEFAULT.value), what="the message").delivery_tag)
        acks.delivered(tags[-1])
    return acks, tags


def come_again(count: int) -> list[str]:
    """The bodies of the messages that the broker still has, once they are `count`."""
    with channel() as opened:
        wait_for(lambda: ready_messages(opened, Queue.DEFAULT.value) == count, what=f"{count} messages to be there")
        return sorted(opened.basic_get(Queue.DEFAULT.value, no_ack=True).body for _ in range(count))


@pytest.fixture
def hub() -> Iterator[Hub]:
    made = Hub()
    yield made
    made.close()


def test_only_what_is_still_open_comes_again(broker: str, hub: Hub) -> None:
    with channel() as opened:
        acks, tags = delivered(opened, hub, 7)
        for number in (4, 1, 2, 6):
            opened.basic_ack(tags[number - 1])
        acks.flush()
        opened.basic_ack(tags[3 - 1])
        acks.flush()

    assert come_again(2) == ["5", "7"]


def test_they_leave_by_themselves_after_a_moment(broker: str, hub: Hub) -> None:
    with channel() as opened:
        _, tags = delivered(opened, hub, 3)
        opened.basic_ack(tags[0])
        opened.basic_ack(tags[1])
        wait_for(lambda: hub.fire_timers() and len(hub.timer) == 0, what="the moment to be over")

    assert come_again(1) == ["3"]


def test_what_nobody_sent_comes_again(broker: str, hub: Hub) -> None:
    with channel() as opened:
        _, tags = delivered(opened, hub, 1)
        opened.basic_ack(tags[0])

    assert come_again(1) == ["1"]


@pytest.mark.parametrize(("ahead", "waiting"), [(0, 0), (8, 2)])
def test_no_more_wait_than_the_pool_can_do_without(broker: str, hub: Hub, ahead: int, waiting: int) -> None:
    with channel() as opened:
        _, tags = delivered(opened, hub, waiting + 1, ahead=ahead)
        for tag in tags:
            opened.basic_ack(tag)

    assert come_again(0) == []


def test_a_refused_message_goes_at_once_and_holds_up_no_other(broker: str, hub: Hub) -> None:
    with channel() as opened:
        acks, tags = delivered(opened, hub, 3)
        opened.basic_reject(tags[0], requeue=True)
        opened.basic_ack(tags[1])
        opened.basic_ack(tags[2])
        acks.flush()

    assert come_again(1) == ["1"]


def test_a_connection_that_is_gone_is_told_nothing(broker: str, hub: Hub) -> None:
    with channel() as opened:
        acks, tags = delivered(opened, hub, 1)
        opened.basic_ack(tags[0])
    acks.flush()

    assert come_again(1) == ["1"]


def test_a_worker_that_stops_has_acknowledged_all_that_it_did(
    sqlite_database: str, broker: str, start_worker: StartWorker
) -> None:
    worker = start_worker("-c", "1", "--prefetch-multiplier", "64")
    for _ in range(10):
        submit_ping()
    wait_for(lambda: states()[JobState.SUCCEEDED] == 10, what="ten jobs")
    worker.terminate()

    with channel() as opened:
        assert ready_messages(opened, Queue.DEFAULT.value) == 0
