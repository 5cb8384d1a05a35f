"""What the transaction that makes a job hands over: what nothing holds back, once, to a dispatcher that keeps up."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from core import clock
from core.contracts import catalog
from core.db import reading
from jobs import committer as module
from jobs import plain_orders, storing
from jobs.committer import Committer
from jobs.dispatch import crowd, handover
from jobs.dispatch.bell import LOOK, Bell
from jobs.dispatch.gates import in_flight
from jobs.dispatch.handover import Handover, Hold
from jobs.dispatch.rounds import BATCH, take
from jobs.orders import Order
from jobs.submit import Submitted
from tests.jobs.dispatch.handover.orders import ping, published, submitted
from tests.jobs.fake_publisher import FakePublisher
from tests.jobs.limits import set_queue, set_task
from tests.jobs.running import PAST, set_row
from tests.jobs_seen import job_of
from tests.waiting import wait_for
from workloads.operations.contracts import PING


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

    assert bell.wait(60) == LOOK
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

    assert bell.wait(60) == LOOK
    assert ours.take() == []


def test_what_is_handed_over_counts_against_a_limit_that_is_set_before_it_is_published(
    database: str, committer: Committer
) -> None:
    submitted(committer, ping(), ping())

    set_queue(concurrency_limit=2)

    with reading() as session:
        assert in_flight(session, "default", most=10) == 2


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


def test_a_dispatcher_sees_the_crowd_that_submits_beside_it(
    sqlite_database: str, committer: Committer, ours: Handover, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crowd, "WINDOW", 0.0)
    monkeypatch.setattr(crowd, "MANY", 0.001)
    ours.keep_up(False)
    assert not ours.crowd.is_here()

    submitted(committer, ping())

    assert ours.crowd.is_here()


def test_in_a_crowd_those_right_behind_the_first_share_its_commit(
    sqlite_database: str, committer: Committer, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, stored = storing.store, list[int]()

    def counting(orders: Sequence[Order], hold: Hold) -> list[Submitted]:
        stored.append(len(orders))
        return store(orders, hold)

    async def two() -> None:
        loop, waits = asyncio.get_running_loop(), asyncio.Event()

        def another_comes(_seconds: float) -> None:
            loop.call_soon_threadsafe(waits.set)
            wait_for(lambda: committer._inbox.qsize() == 1, what="the other one")

        monkeypatch.setattr(module, "time", SimpleNamespace(sleep=another_comes))
        first = asyncio.create_task(committer.submit([ping()]))
        await asyncio.wait_for(waits.wait(), 10)
        await asyncio.gather(first, committer.submit([ping()]))

    monkeypatch.setattr(crowd, "WINDOW", 0.0)
    monkeypatch.setattr(crowd, "MANY", 0.0)
    monkeypatch.setattr(module, "store", counting)
    asyncio.run(two())

    assert stored == [2]


def test_a_commit_whose_answer_was_lost_is_handed_over_once(
    database: str, committer: Committer, ours: Handover, monkeypatch: pytest.MonkeyPatch
) -> None:
    def losing(*values: Any) -> Any:
        """Commits, and then says that it has failed."""
        make(*values)
        raise OperationalError("COMMIT", {}, Exception("gone"))

    make = storing._make
    monkeypatch.setattr(storing, "_make", losing)
    made = submitted(committer, ping(), ping())

    assert published(ours, FakePublisher()) == made


def test_what_was_rolled_back_is_not_handed_over(
    database: str, committer: Committer, ours: Handover, bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_rows: object) -> None:
        raise OperationalError("INSERT", {}, Exception("locked"))

    monkeypatch.setattr(plain_orders.INSERT, "run", failing)
    [job_id] = submitted(committer, ping())

    assert bell.wait(60) == LOOK
    assert (ours.take(), job_of(job_id).publisher) == ([], None)
