"""What nothing holds back is handed to the dispatcher by the transaction that makes it, and keeps every promise."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from core import clock
from core.contracts import catalog
from core.db import reading, writing
from jobs import committer as module
from jobs import dispatch, handover, plain_orders
from jobs.bell import HANDED, LOOK, Bell
from jobs.cancel import cancel
from jobs.committer import Committer
from jobs.dispatch import BATCH, LEASE, REFUSED_PAUSE, dispatch_once, take
from jobs.dispatcher import Dispatcher
from jobs.gates import in_flight
from jobs.handover import Handover, publish_handed
from jobs.marks import Marks
from jobs.models import Job
from jobs.submit import Order
from tests.jobs.fake_publisher import FakePublisher
from tests.jobs.limits import set_queue, set_task
from tests.jobs.running import claimed, set_row
from tests.jobs_seen import job_of, state_of
from tests.waiting import wait_for
from workloads.operations.contracts import PING

PAST = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture
def bell() -> Bell:
    return Bell()


@pytest.fixture
def ours(bell: Bell) -> Handover:
    """Of a dispatcher that keeps up."""
    made = Handover(bell)
    made.keep_up(True)
    return made


@pytest.fixture
def committer(bell: Bell, ours: Handover) -> Iterator[Committer]:
    made = Committer(bell.ring, ours)
    made.start()
    yield made
    made.stop()


def ping(**more: Any) -> Order:
    return Order(contract=PING, payload=PING.parse({}), **more)


def submitted(committer: Committer, *orders: Order) -> list[str]:
    return [one.job_id for one in asyncio.run(committer.submit(orders))]


def published(ours: Handover, publisher: FakePublisher) -> list[str]:
    """What has been published of what was handed over, and is marked."""
    marks = Marks()
    if handed := ours.take():
        publish_handed(publisher, handed, marks)
        marks.write()
    return [one.job_id for one in publisher.sent]


def test_a_plain_job_is_published_without_a_look_at_the_table(
    database: str, committer: Committer, ours: Handover, bell: Bell
) -> None:
    [job_id] = submitted(committer, ping())
    assert bell.wait(5) == HANDED
    assert take("another dispatcher") == []

    assert published(ours, FakePublisher()) == [job_id]

    job = job_of(job_id)
    assert job.published_at is not None
    assert (job.state, job.dispatch, job.publisher, job.publisher_until) == ("queued", 1, None, None)
    assert not dispatch.anything_ready()


def test_what_is_handed_over_is_what_a_dispatcher_would_take(
    database: str, committer: Committer, ours: Handover
) -> None:
    order = Order(contract=PING, payload=PING.parse({"value": {"ü": [1, None]}}), canvas={"root_id": "r"})
    [job_id] = submitted(committer, order)
    [held] = ours.take()
    set_row(job_id, publisher_until=PAST)

    assert take("another dispatcher") == list(held.deliveries)


def _limit_the_contract(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(catalog._contracts, "ping", replace(PING, rate_limit="1/h"))


HINDRANCES: dict[str, Any] = {
    "paused": lambda _: set_queue(state="paused"),
    "draining": lambda _: set_queue(state="draining"),
    "concurrency": lambda _: set_queue(concurrency_limit=3),
    "rate": lambda _: set_queue(rate_limit="1/h"),
    "rate of the task": lambda _: set_task("ping", "1/h"),
    "rate of the contract": _limit_the_contract,
}


@pytest.mark.parametrize("hindrance", HINDRANCES)
def test_where_anything_is_shut_or_counted_jobs_go_by_the_table(
    database: str, committer: Committer, ours: Handover, bell: Bell, monkeypatch: pytest.MonkeyPatch, hindrance: str
) -> None:
    HINDRANCES[hindrance](monkeypatch)

    [job_id] = submitted(committer, ping())

    assert bell.wait(5) == LOOK
    assert (ours.take(), job_of(job_id).publisher) == ([], None)


def test_a_limit_that_was_lifted_and_one_elsewhere_hinder_nothing(
    database: str, committer: Committer, ours: Handover
) -> None:
    set_queue(state="open")
    set_queue("crawl", state="paused")
    set_task("ping", None)
    set_task("run_agent_task", "1/h")

    made = submitted(committer, ping())

    assert published(ours, FakePublisher()) == made


@pytest.mark.parametrize("details", [{"due_at": clock.now() + timedelta(hours=1)}, {"waiting": True}])
def test_one_that_is_not_ready_is_not_taken_with_those_that_are(
    database: str, committer: Committer, ours: Handover, details: dict[str, Any]
) -> None:
    ready, other = submitted(committer, ping(), ping(**details))

    assert published(ours, FakePublisher()) == [ready]
    assert job_of(other).publisher is None


def test_a_job_that_may_be_there_already_goes_by_the_table(
    database: str, committer: Committer, ours: Handover, bell: Bell
) -> None:
    submitted(committer, ping(), ping(idempotency_key="k"))

    assert bell.wait(5) == LOOK
    assert ours.take() == []


def test_what_is_handed_over_counts_against_a_limit_that_is_set_before_it_is_published(
    database: str, committer: Committer
) -> None:
    submitted(committer, ping(), ping())

    set_queue(concurrency_limit=2)

    with reading() as session:
        assert in_flight(session, "default", most=10) == 2


def test_when_the_process_dies_any_dispatcher_takes_it_after_the_lease(
    database: str, committer: Committer, ours: Handover
) -> None:
    [job_id] = submitted(committer, ping())
    [_lost] = ours.take()
    until = job_of(job_id).publisher_until
    assert until is not None
    assert LEASE - timedelta(seconds=5) < until - clock.now() <= LEASE
    publisher = FakePublisher()
    assert dispatch_once(publisher) == 0
    set_row(job_id, publisher_until=PAST)

    assert dispatch_once(publisher) == 1


def test_a_broker_that_is_away_leaves_it_to_the_table(database: str, committer: Committer, ours: Handover) -> None:
    made = submitted(committer, ping(), ping())

    with pytest.raises(ConnectionResetError):
        publish_handed(FakePublisher(fails=ConnectionResetError()), ours.take(), Marks())

    publisher = FakePublisher()
    dispatch_once(publisher)
    assert [one.job_id for one in publisher.sent] == made


def test_what_waited_for_too_long_is_not_published_under_an_old_lease(
    database: str, committer: Committer, ours: Handover, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = submitted(committer, ping())
    monkeypatch.setattr(handover, "FRESH", 0.0)

    assert published(ours, FakePublisher()) == []

    publisher = FakePublisher()
    dispatch_once(publisher)
    assert [one.job_id for one in publisher.sent] == made


def test_one_that_no_queue_took_is_tried_again_after_its_pause(
    database: str, committer: Committer, ours: Handover
) -> None:
    refused, other = submitted(committer, ping(), ping())

    published(ours, FakePublisher(refuses=[refused]))

    assert job_of(other).published_at is not None
    job = job_of(refused)
    assert (job.published_at, job.publisher) == (None, None)
    assert job.publisher_until is not None
    assert timedelta() < job.publisher_until - clock.now() <= REFUSED_PAUSE


def test_a_dispatcher_that_is_behind_is_handed_nothing_and_one_that_keeps_up_no_more_than_a_batch(
    sqlite_database: str, committer: Committer, ours: Handover
) -> None:
    ours.keep_up(False)
    submitted(committer, ping())
    assert ours.take() == []

    ours.keep_up(True)
    submitted(committer, *[ping() for _ in range(BATCH - 1)])
    submitted(committer, ping(), ping())
    submitted(committer, ping())
    assert [len(held.deliveries) for held in ours.take()] == [BATCH - 1, 1]


def test_a_dispatcher_that_stands_still_is_handed_no_more(
    sqlite_database: str, committer: Committer, ours: Handover, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits for it no other one may publish."""
    (first,) = submitted(committer, ping())
    monkeypatch.setattr(handover, "PROMPT", 0.0)

    (second,) = submitted(committer, ping())

    assert [one.job_id for held in ours.take() for one in held.deliveries] == [first]
    assert (job_of(second).publisher, ours.room) == (None, BATCH)


def test_a_commit_whose_answer_was_lost_is_handed_over_once(
    database: str, committer: Committer, ours: Handover, monkeypatch: pytest.MonkeyPatch
) -> None:
    def losing(*values: Any) -> Any:
        """Commits, and then says that it has failed."""
        make(*values)
        raise OperationalError("COMMIT", {}, Exception("gone"))

    make = module._make
    monkeypatch.setattr(module, "_make", losing)
    made = submitted(committer, ping(), ping())

    assert published(ours, FakePublisher()) == made


def test_what_was_rolled_back_is_not_handed_over(
    database: str, committer: Committer, ours: Handover, bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_rows: object) -> None:
        raise OperationalError("INSERT", {}, Exception("locked"))

    monkeypatch.setattr(plain_orders.INSERT, "run", failing)
    [job_id] = submitted(committer, ping())

    assert bell.wait(5) == LOOK
    assert (ours.take(), job_of(job_id).publisher) == ([], None)


def test_a_mark_that_comes_late_marks_no_later_dispatch_and_ends_no_job_again(
    database: str, committer: Committer, ours: Handover
) -> None:
    moved, cancelled, running = submitted(committer, ping(), ping(), ping())
    marks = Marks()
    publish_handed(FakePublisher(), ours.take(), marks)
    set_row(moved, dispatch=2, publisher=None, publisher_until=None)
    with writing() as session:
        cancel(session, cancelled, by="a test")
    claimed(running)

    marks.write()

    assert job_of(moved).published_at is None
    assert [state_of(one) for one in (cancelled, running)] == ["cancelled", "running"]


@pytest.mark.integration
def test_a_dispatcher_publishes_what_it_is_handed_and_marks_it_although_it_never_looks(
    database: str, broker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Dispatcher, "POLL", 600.0)
    monkeypatch.setattr(handover, "PROMPT", 600.0)
    dispatcher = Dispatcher("test")
    dispatcher.start()
    committer = Committer(lambda: pytest.fail("it was to look"), dispatcher.handover)
    committer.start()
    try:
        wait_for(lambda: dispatcher.handover.room, what="the first round")
        made = [submitted(committer, ping())[0] for _ in range(3)]
        wait_for(lambda: all(job_of(one).published_at for one in made), what="the jobs to be marked")
    finally:
        committer.stop()
        dispatcher.stop()


@pytest.mark.integration
def test_a_dispatcher_that_stops_leaves_nothing_taken(sqlite_database: str, broker: str) -> None:
    dispatcher = Dispatcher("test")
    dispatcher.handover.keep_up(True)
    committer = Committer(lambda: None, dispatcher.handover)
    committer.start()
    submitted(committer, ping(), ping())
    committer.stop()

    dispatcher._stopping.set()
    dispatcher.start()
    dispatcher.join(10)

    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Job).where(Job.publisher_until.is_not(None))) == 0
