"""Orders as a worker's keeper takes them and its loop carries them out, whatever goes wrong on the way."""

import os
import signal
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from celery import Celery
from sqlalchemy.exc import OperationalError

from core.db import reading, writing
from jobs.workers import liveness
from jobs.workers.instruct import instruct
from jobs.workers.orders import OrderKind, OrderOutcome, WorkerOrder, take_orders
from tests.jobs.running import start_worker
from worker import incarnation, orders
from worker.consuming import Consuming
from worker.orders import Orders

NAME = "w@host"


class Loop:
    """Celery's consumer, as far as orders are handed to its loop; it turns when it is told to."""

    def __init__(self) -> None:
        self.soon: list[Callable[[], Any]] = []
        self.pool = SimpleNamespace(num_processes=1)

    def call_soon(self, work: Callable[..., Any], *values: Any) -> None:
        self.soon.append(lambda: work(*values))

    def turn(self) -> None:
        soon, self.soon = self.soon, []
        for work in soon:
            work()


@pytest.fixture
def loop(sqlite_database: str, monkeypatch: pytest.MonkeyPatch) -> Loop:
    monkeypatch.setattr(incarnation, "_current", start_worker(NAME))
    return Loop()


@pytest.fixture
def signals(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Those that this process would have sent itself."""
    sent: list[int] = []
    monkeypatch.setattr(os, "kill", lambda pid, number: sent.append(number) if pid == os.getpid() else None)
    return sent


@pytest.fixture
def listened(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The orders to listen that were carried out."""
    done: list[object] = []
    monkeypatch.setattr(Orders, "_listen", lambda _orders, order: done.append(order) or "It takes jobs again.")
    return done


def taken_by(loop: Loop) -> Orders:
    return Orders(loop, Consuming(Celery(set_as_current=False)))


def asked(kind: OrderKind) -> str:
    with writing() as session:
        return instruct(session, NAME, kind, by="olga").id


def outcome_of(order_id: str) -> str | None:
    with reading() as session:
        return session.get_one(WorkerOrder, order_id).outcome


def test_a_shutdown_whose_word_the_database_did_not_take_at_once_is_carried_out_all_the_same(
    loop: Loop, signals: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    complete, troubles = orders.complete_order, [OperationalError("UPDATE", {}, Exception("database is locked"))]

    def troubled(*word: Any) -> None:
        if troubles:
            raise troubles.pop()
        complete(*word)

    monkeypatch.setattr(orders, "complete_order", troubled)
    order_id, mine = asked(OrderKind.SHUTDOWN), taken_by(loop)

    with pytest.raises(OperationalError):
        mine.tick()
    assert signals == []
    for _ in range(3):
        mine.tick()

    assert (signals, outcome_of(order_id)) == ([signal.SIGTERM], OrderOutcome.DONE)


def test_an_order_that_was_taken_by_a_commit_whose_answer_was_lost_is_carried_out(loop: Loop) -> None:
    order_id, mine = asked(OrderKind.LISTEN), taken_by(loop)
    assert take_orders(incarnation.current())

    mine.tick()
    loop.turn()
    mine.tick()

    assert outcome_of(order_id) == OrderOutcome.DONE


def test_an_order_is_carried_out_once_however_often_it_is_looked_for(
    loop: Loop, listened: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Orders, "ASK_AGAIN", 0.0)
    order_id, mine = asked(OrderKind.LISTEN), taken_by(loop)

    for _ in range(3):
        mine.tick()
    loop.turn()
    mine.tick()

    assert (len(listened), outcome_of(order_id)) == (1, OrderOutcome.DONE)


def test_what_was_asked_of_an_incarnation_that_was_declared_dead_is_not_done_after_all(
    loop: Loop, listened: list[object]
) -> None:
    order_id, mine = asked(OrderKind.LISTEN), taken_by(loop)
    mine.tick()
    liveness.retire(incarnation.current())

    mine.forget()
    incarnation.set_current(start_worker(NAME))
    loop.turn()
    mine.tick()

    assert (outcome_of(order_id), listened, mine.news) == (OrderOutcome.MISSED, [], False)
