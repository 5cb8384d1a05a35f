"""Group commit: durable, shared, and fair to neighbours."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from core.db import reading
from core.errors import Unavailable
from jobs import committer as module
from jobs import storing
from jobs.committer import Committer
from jobs.dispatch.handover import Hold
from jobs.models import Job
from jobs.orders import Order
from jobs.payloads import PayloadTooLarge
from jobs.submit import KeyReused, Submitted
from tests.waiting import wait_for
from workloads.operations.contracts import PING

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def woken() -> list[int]:
    return []


@pytest.fixture
def committer(woken: list[int]) -> Iterator[Committer]:
    """Not started yet, so that a test can let requests pile up first."""
    made = Committer(lambda: woken.append(1))
    yield made
    if made.is_alive():
        made.stop()


def ping(value: str = "x", **more: Any) -> Order:
    return Order(contract=PING, payload=PING.parse({"value": value}), **more)


def together(committer: Committer, *requests: list[Order]) -> list[Any]:
    """Hands all requests in before the thread starts, and answers what each got."""

    async def run() -> list[Any]:
        waiting = [asyncio.ensure_future(committer.submit(orders)) for orders in requests]
        await asyncio.sleep(0)
        committer.start()
        return await asyncio.gather(*waiting, return_exceptions=True)

    return asyncio.run(run())


def stored() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(Job)) or 0


def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The number of orders in each transaction."""
    sizes: list[int] = []

    def counting(orders: list[Order], hold: Hold) -> list[Submitted]:
        sizes.append(len(orders))
        return make(orders, hold)

    make = storing._make
    monkeypatch.setattr(storing, "_make", counting)
    return sizes


def test_many_requests_share_one_transaction(committer: Committer, woken: list[int], monkeypatch: pytest.MonkeyPatch):
    sizes = counted(monkeypatch)
    answers = together(committer, *([ping(str(number))] for number in range(40)))
    wait_for(lambda: woken, what="the dispatcher to be woken")
    assert (sizes, woken, stored()) == ([40], [1], 40)
    assert len({made.job_id for [made] in answers}) == 40


def test_a_request_that_is_refused_does_not_fail_its_neighbours(committer: Committer):
    taken = [ping("a", idempotency_key="k")]
    large = [ping("b"), Order(contract=PING, payload=PING.payload.model_construct(value="x" * 300_000))]
    first, reused, too_large, last = together(committer, taken, [ping("z", idempotency_key="k")], large, [ping("d")])
    assert isinstance(first, list)
    assert isinstance(last, list)
    assert isinstance(reused, KeyReused)
    assert isinstance(too_large, PayloadTooLarge)
    assert too_large.fields[0].field == "jobs.1"
    assert stored() == 2


def test_an_unexpected_error_is_its_own_requests_affair(committer: Committer, monkeypatch: pytest.MonkeyPatch):
    def picky(orders: list[Order], hold: Hold) -> list[Submitted]:
        if any(order.project_id == "cursed" for order in orders):
            raise ZeroDivisionError
        return make(orders, hold)

    make = storing._make
    monkeypatch.setattr(storing, "_make", picky)
    cursed, fine = together(committer, [ping(project_id="cursed")], [ping()])
    assert isinstance(cursed, ZeroDivisionError)
    assert isinstance(fine, list)


def test_a_fault_in_what_follows_a_commit_takes_back_no_answer_and_ends_no_thread():
    faults = iter([ZeroDivisionError()])

    def broken_once() -> None:
        for fault in faults:
            raise fault

    committer = Committer(broken_once)
    [first] = together(committer, [ping()])
    second = asyncio.run(committer.submit([ping()]))
    committer.stop()
    assert [one.created for one in (*first, *second)] == [True, True]


def test_a_fault_before_a_commit_is_answered_and_ends_no_thread(monkeypatch: pytest.MonkeyPatch):
    faults = iter([ZeroDivisionError()])

    def broken_once(room: int) -> Hold:
        for fault in faults:
            raise fault
        return Hold(room)

    committer = Committer(lambda: None)
    monkeypatch.setattr(module, "Hold", broken_once)
    [first] = together(committer, [ping()])
    second = asyncio.run(committer.submit([ping()]))
    committer.stop()
    assert (type(first), len(second)) == (ZeroDivisionError, 1)


def trouble() -> OperationalError:
    return OperationalError("INSERT", {}, Exception("database is locked"))


def test_trouble_that_passes_is_waited_for(committer: Committer, monkeypatch: pytest.MonkeyPatch):
    failures = [trouble()]

    def failing(orders: list[Order], hold: Hold) -> list[Submitted]:
        raise failures.pop()

    monkeypatch.setattr(storing, "_make", failing)
    [answer] = together(committer, [ping()])
    assert isinstance(answer, list)
    assert stored() == 1


def test_trouble_that_stays_is_told(committer: Committer, monkeypatch: pytest.MonkeyPatch):
    def broken(orders: list[Order], hold: Hold) -> list[Submitted]:
        raise trouble()

    monkeypatch.setattr(storing, "_make", broken)
    monkeypatch.setattr(storing, "_make_what_is_missing", broken)
    monkeypatch.setattr(storing, "PATIENCE", 0.1)
    answers = together(committer, [ping()], [ping()])
    assert [type(answer) for answer in answers] == [Unavailable, Unavailable]


@pytest.mark.parametrize("key", [None, "k"])
def test_a_commit_whose_answer_was_lost_is_not_repeated(
    key: str | None, committer: Committer, monkeypatch: pytest.MonkeyPatch
):
    def losing(orders: list[Order], hold: Hold) -> list[Submitted]:
        """Commits, and then says that it has failed."""
        make(orders, hold)
        raise trouble()

    make = storing._make
    monkeypatch.setattr(storing, "_make", losing)
    answer, other = together(committer, [ping("a"), ping("b")], [ping("c", idempotency_key=key)])
    assert stored() == 3
    assert len({one.job_id for one in [*answer, *other]}) == 3


def test_a_client_that_goes_away_disturbs_nobody(committer: Committer):
    async def run() -> list[Submitted]:
        gone = asyncio.ensure_future(committer.submit([ping("gone")]))
        stays = asyncio.ensure_future(committer.submit([ping("stays")]))
        await asyncio.sleep(0)
        gone.cancel()
        committer.start()
        return await stays

    assert len(asyncio.run(run())) == 1
    assert stored() == 2


def test_stopping_finishes_what_was_taken_and_takes_no_more(committer: Committer):
    async def run() -> list[Submitted]:
        taken = asyncio.ensure_future(committer.submit([ping()]))
        await asyncio.sleep(0)
        committer.start()
        committer.stop()
        with pytest.raises(Unavailable, match="shutting down"):
            await committer.submit([ping()])
        return await taken

    assert len(asyncio.run(run())) == 1
    assert stored() == 1


def test_a_flood_is_refused_before_memory_runs_out(committer: Committer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "WAITING_LIMIT", 2)
    *taken, refused = together(committer, [ping(), ping(), ping()], [ping()])
    assert isinstance(refused, Unavailable)
    assert len(taken[0]) == 3
