"""Publishing to a real RabbitMQ: confirmed, returned, and across a broker that goes away."""

import socket
import threading
from collections.abc import Iterator
from functools import partial

import psutil
import pytest
from amqp.exceptions import PreconditionFailed

from core.queues import DEAD_LETTER_QUEUE, EVENT_STREAM, Queue
from jobs.broker import TopologyMismatch, connect, declare_topology, ready_messages
from jobs.dispatch import courier
from jobs.dispatch import publisher as publishing
from jobs.dispatch.courier import publish_now
from jobs.dispatch.dispatcher import Dispatcher
from jobs.dispatch.message import Delivery
from jobs.dispatch.publisher import FEW, Publisher
from jobs.dispatch.rounds import dispatch_once
from jobs.states import JobState
from launch.broker import PrivateBroker
from tests.brokers import management_of
from tests.freezing import stand_still, wake
from tests.jobs_seen import job_of, state_of, states, submit_ping
from tests.waiting import wait_for

pytestmark = pytest.mark.integration


@pytest.fixture
def publisher(broker: str) -> Iterator[Publisher]:
    made = Publisher("test")
    yield made
    made.close()


def delivery(number: int, queue: str = "default") -> Delivery:
    return Delivery(job_id=f"job-{number}", task="ping", queue=queue, dispatch=1, retries=0, payload={})


def test_every_queue_exists_before_the_first_message(publisher: Publisher) -> None:
    channel = publisher.open()

    for name in [*Queue, DEAD_LETTER_QUEUE]:
        assert ready_messages(channel, name) == 0


def test_the_event_stream_is_kept_in_small_segments(
    publisher: Publisher, broker: str, broker_node: PrivateBroker
) -> None:
    """What is too old goes with the segment that it is in, and only with a segment that is full."""
    publisher.open()

    with management_of(broker_node) as api:
        stream = api.get(f"queues/{broker.rpartition('/')[2]}/{EVENT_STREAM}").raise_for_status().json()["arguments"]
    assert stream["x-max-age"] == "1D"
    assert stream["x-stream-max-segment-size-bytes"] <= stream["x-max-length-bytes"] / 20


def test_what_a_queue_has_taken_is_answered(publisher: Publisher) -> None:
    published = publisher.publish([delivery(number) for number in range(1_000)])

    assert len(published) == 1_000
    assert ready_messages(publisher.open(), "default") == 1_000


def test_between_few_messages_it_may_rest(broker: str) -> None:
    rests: list[int] = []
    publisher = Publisher("test", rest=lambda: rests.append(1))

    published = publisher.publish([delivery(number) for number in range(2 * FEW + 1)])
    publisher.close()

    assert len(published) == 2 * FEW + 1
    assert len(rests) == 2


def test_few_messages_leave_in_one_write(publisher: Publisher, monkeypatch: pytest.MonkeyPatch) -> None:
    transport = publisher.open().connection.transport
    write, sizes = transport._write, list[int]()

    def note(data: bytes) -> None:
        sizes.append(len(data))
        write(data)

    monkeypatch.setattr(transport, "_write", note)

    assert len(publisher.publish([delivery(number) for number in range(FEW)])) == FEW
    assert len(sizes) == 1


def test_what_no_queue_took_is_not_answered(publisher: Publisher) -> None:
    batch = [delivery(1), delivery(2, queue="nowhere"), delivery(3)]

    assert publisher.publish(batch) == {"job-1", "job-3"}
    assert publisher.publish([delivery(2)]) == {"job-2"}


def test_a_queue_that_is_full_refuses(publisher: Publisher) -> None:
    channel = publisher.open()
    arguments = {"x-max-length": 1, "x-overflow": "reject-publish"}
    channel.queue_declare("small", durable=True, auto_delete=False, arguments=arguments)
    channel.queue_bind("small", "slipway", "small")

    published = [publisher.publish([delivery(number, queue="small")]) for number in range(4)]

    assert published[0] == {"job-0"}
    assert published[-1] == set()


def test_a_queue_with_other_arguments_is_named_with_what_to_do(broker: str) -> None:
    connection = connect("test", heartbeat=0)
    connection.channel().queue_declare("default", durable=True, auto_delete=False)

    with pytest.raises(TopologyMismatch, match="'default' exists with other arguments") as refused:
        declare_topology(connection.channel())

    assert isinstance(refused.value.__cause__, PreconditionFailed)
    connection.release()


def test_the_row_exists_before_the_message(database: str, publisher: Publisher) -> None:
    job_id = submit_ping()
    assert ready_messages(publisher.open(), "default") == 0

    dispatch_once(publisher)

    message = publisher.open().basic_get("default")
    assert (message.headers["id"], message.headers["slipway_dispatch"]) == (job_id, 1)
    assert job_of(job_id).published_at is not None


@pytest.fixture
def own_courier(monkeypatch: pytest.MonkeyPatch) -> Iterator[courier._Courier]:
    """It is one a process, and remembers what went before."""
    made = courier._Courier()
    monkeypatch.setattr(courier, "_courier", made)
    yield made
    made._publisher.close()


@pytest.mark.usefixtures("own_courier")
def test_a_job_is_published_on_the_spot(sqlite_database: str, broker: str) -> None:
    job_id = submit_ping()

    publish_now([job_id])

    assert job_of(job_id).published_at is not None


def test_a_connection_that_died_at_rest_keeps_no_job_from_being_published_on_the_spot(
    sqlite_database: str, broker: str, own_courier: courier._Courier
) -> None:
    publish_now([submit_ping()])
    own_courier._publisher.open().connection.sock.shutdown(socket.SHUT_RDWR)
    job_id = submit_ping()

    publish_now([job_id])

    assert job_of(job_id).published_at is not None


@pytest.mark.usefixtures("own_courier")
def test_without_a_broker_publishing_on_the_spot_leaves_it_to_the_dispatcher(sqlite_database: str) -> None:
    job_id = submit_ping()

    publish_now([job_id])

    assert (state_of(job_id), job_of(job_id).published_at, job_of(job_id).publisher) == ("queued", None, None)


def test_a_broker_that_was_away_gets_every_job_when_it_is_back(
    sqlite_database: str, broker_of_its_own: PrivateBroker
) -> None:
    dispatcher = Dispatcher("test")
    dispatcher.start()
    before = submit_ping()
    wait_for(lambda: job_of(before).published_at, what="a job to go out")

    broker_of_its_own.kill()
    while_away = [submit_ping(value=number) for number in range(50)]
    broker_of_its_own.start()

    wait_for(lambda: all(job_of(one).published_at for one in while_away), what="50 jobs to go out")
    dispatcher.stop()
    publisher = Publisher("test")
    assert ready_messages(publisher.open(), "default") >= 51
    assert states() == {JobState.QUEUED: 51}
    publisher.close()


def test_a_broker_that_is_frozen_keeps_nobody_who_asks_it_or_hangs_up(
    broker_of_its_own: PrivateBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the thread that dispatches would stand still with it, and with that thread the search for lost workers."""
    monkeypatch.setattr(publishing, "connect", partial(connect, answers_within=1.0))
    publisher = Publisher("test")
    channel = publisher.open()
    told: list[BaseException] = []

    def ask_and_hang_up() -> None:
        try:
            ready_messages(channel, "default")
        except TimeoutError as error:
            told.append(error)
        publisher.close()

    node = psutil.Process(broker_of_its_own._children["node"].pid)
    machine = next(one.pid for one in (node, *node.children(recursive=True)) if one.name().startswith("beam"))
    stand_still(machine)
    asking = threading.Thread(target=ask_and_hang_up, daemon=True)

    asking.start()
    asking.join(30)

    hangs = asking.is_alive()
    wake(machine)
    assert (hangs, len(told)) == (False, 1)
