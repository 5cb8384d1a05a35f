"""Orders to workers: what is refused at once, what is stored, and what becomes of those nobody carried out."""

import pytest

from core import clock
from core.db import reading, writing
from core.errors import AppError, Invalid
from jobs.workers.instruct import PoolIsFixed, TooSmall, WorkerGone, WorkerStops, instruct
from jobs.workers.liveness import DEAD_AFTER, reap, renew, retire
from jobs.workers.orders import OrderKind, OrderOutcome, WorkerOrder, complete_order, orders_of, take_orders
from jobs.workers.queries import UnknownWorker
from tests.jobs.running import at_once, set_worker, start_worker, worker_of


def ordered(worker: str, kind: OrderKind = OrderKind.QUIET, count: int | None = None) -> WorkerOrder:
    with writing() as session:
        return instruct(session, worker, kind, by="olga", count=count)


def order_of(order: WorkerOrder) -> WorkerOrder:
    with reading() as session:
        return session.get_one(WorkerOrder, order.id)


def test_a_worker_takes_each_order_once_and_in_their_order(database: str) -> None:
    worker_id = start_worker("w@host")
    asked = [ordered("w@host", kind) for kind in (OrderKind.GROW, OrderKind.QUIET, OrderKind.LISTEN)]

    taken = [one.id for one in take_orders(worker_id)]
    assert taken == [one.id for one in asked]
    assert take_orders(worker_id, taken) == []


def test_an_order_is_for_one_start_and_not_for_whoever_comes_after_it(database: str) -> None:
    first = start_worker("w@host")
    order = ordered("w@host")
    retire(first)

    assert take_orders(start_worker("w@host")) == []
    assert (order_of(order).outcome, order_of(order).result) == (
        "missed",
        "The worker was gone before it could do this.",
    )


def test_an_order_to_a_worker_that_is_killed_is_missed(database: str) -> None:
    worker_id = start_worker("w@host")
    order = ordered("w@host")
    take_orders(worker_id)
    set_worker(worker_id, seen_at=clock.now() - 2 * DEAD_AFTER)

    reap()

    assert order_of(order).outcome == OrderOutcome.MISSED


def test_what_was_said_first_of_an_order_stays(database: str) -> None:
    start_worker("w@host")
    order = ordered("w@host")
    complete_order(order.id, OrderOutcome.DONE, "It takes no more jobs.")
    complete_order(order.id, OrderOutcome.REFUSED, "late")

    assert (order_of(order).outcome, order_of(order).result) == ("done", "It takes no more jobs.")


def test_orders_to_the_dead_and_the_unknown_are_refused(database: str) -> None:
    retire(start_worker("stopped@host"))
    set_worker(start_worker("silent@host"), seen_at=clock.now() - 2 * DEAD_AFTER)

    for worker, refusal in (("stopped@host", WorkerGone), ("silent@host", WorkerGone), ("nobody@host", UnknownWorker)):
        with pytest.raises(refusal):
            ordered(worker)


def test_a_worker_that_stops_takes_no_more_orders(database: str) -> None:
    start_worker("w@host")
    ordered("w@host", OrderKind.SHUTDOWN)

    with pytest.raises(WorkerStops):
        ordered("w@host", OrderKind.SHUTDOWN)


def test_of_many_shutdowns_at_once_one_is_taken(database: str) -> None:
    """A second SIGTERM would end the worker at once."""
    worker_id = start_worker("w@host")

    def shut_down(_: int) -> bool:
        try:
            return bool(ordered("w@host", OrderKind.SHUTDOWN))
        except WorkerStops:
            return False

    assert sorted(at_once(shut_down, 4)) == [False, False, False, True]
    with reading() as session:
        assert len(orders_of(session, [worker_id])) == 1


@pytest.mark.parametrize(
    ("pool", "kind", "count", "refusal", "says"),
    [
        ("threads", OrderKind.GROW, 1, PoolIsFixed, "keeps its number of threads"),
        ("solo", OrderKind.SHRINK, 1, PoolIsFixed, "one job at a time"),
        ("prefork", OrderKind.SHRINK, 2, TooSmall, "one process at least"),
        ("prefork", OrderKind.GROW, 0, Invalid, "between 1 and 64"),
        ("prefork", OrderKind.GROW, 65, Invalid, "between 1 and 64"),
        ("prefork", OrderKind.QUIET, 1, Invalid, "takes no count"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    sqlite_database: str, pool: str, kind: OrderKind, count: int, refusal: type[AppError], says: str
) -> None:
    worker_id = start_worker("w@host")
    set_worker(worker_id, pool=pool)

    with pytest.raises(refusal, match=says):
        ordered("w@host", kind, count)
    assert take_orders(worker_id) == []


def test_a_renewal_without_a_report_keeps_what_was_reported(sqlite_database: str) -> None:
    worker_id = start_worker("w@host")
    set_worker(worker_id, vitals={"memory_bytes": 1})

    assert renew(worker_id)
    assert worker_of(worker_id).vitals == {"memory_bytes": 1}
