"""Rounds in which the broker goes away, or does not take what it is sent."""

import sqlite3
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from core import clock
from jobs.dispatch import dispatcher
from jobs.dispatch.dispatcher import Dispatcher
from jobs.dispatch.message import Delivery
from jobs.dispatch.rounds import REFUSED_PAUSE, dispatch_once
from tests.jobs.fake_publisher import FakePublisher
from tests.jobs.running import PAST, claimed, set_row
from tests.jobs_seen import job_of, submit_ping


def test_a_message_that_no_queue_took_counts_as_unpublished(sqlite_database: str) -> None:
    refused, taken = submit_ping(), submit_ping()

    dispatch_once(FakePublisher(refuses=[refused]))

    assert job_of(taken).published_at is not None
    job = job_of(refused)
    assert (job.published_at, job.publisher) == (None, None)
    assert job.publisher_until is not None
    assert timedelta() < job.publisher_until - clock.now() <= REFUSED_PAUSE


def test_a_refused_message_is_tried_again_after_its_pause(sqlite_database: str) -> None:
    job_id = submit_ping()
    dispatch_once(FakePublisher(refuses=[job_id]))
    publisher = FakePublisher()
    assert dispatch_once(publisher) == 0
    set_row(job_id, publisher_until=PAST)

    assert dispatch_once(publisher) == 1


def test_rows_are_free_again_when_the_broker_went_away_meanwhile(sqlite_database: str) -> None:
    job_id = submit_ping()

    with pytest.raises(ConnectionResetError):
        dispatch_once(FakePublisher(fails=ConnectionResetError()))

    assert job_of(job_id).publisher is None
    assert dispatch_once(FakePublisher()) == 1


@pytest.mark.parametrize("fault", [ConnectionResetError(), None], ids=["connection lost", "not confirmed"])
def test_a_row_that_has_begun_before_the_broker_was_heard_of_is_on_its_way_no_more(
    database: str, fault: Exception | None
) -> None:
    class Quick(FakePublisher):
        def publish(self, deliveries: Sequence[Delivery]) -> set[str]:
            self.refuses = {one.job_id for one in deliveries if claimed(one.job_id)}
            return super().publish(deliveries)

    job_id = submit_ping()

    with suppress(ConnectionResetError):
        dispatch_once(Quick(fails=fault))

    job = job_of(job_id)
    assert (job.state, job.publisher, job.publisher_until) == ("running", None, None)


def test_while_the_broker_is_away_not_every_submit_is_a_try(
    sqlite_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[object] = []

    def away(publisher: object, **_: int) -> int:
        tries.append(publisher)
        raise ConnectionRefusedError

    monkeypatch.setattr(dispatcher, "dispatch_once", away)
    thread = Dispatcher("test")
    thread.start()
    for _ in range(100):
        thread.wake()
        time.sleep(0.01)
    thread.stop()

    assert 1 < len(tries) < 5


def test_a_broker_that_went_is_hung_up_on_also_when_the_database_is_in_trouble_right_after(
    sqlite_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the dead connection would be kept for as long as both are away."""
    one, closed = Dispatcher("test"), []

    def gone(_publisher: object, **_: int) -> int:
        raise ConnectionResetError

    def locked() -> None:
        raise OperationalError("UPDATE", {}, sqlite3.OperationalError("database is locked"))

    monkeypatch.setattr(dispatcher, "dispatch_once", gone)
    monkeypatch.setattr(one._caretaker, "tick", locked)
    monkeypatch.setattr(one._publisher, "close", lambda: closed.append(True))
    monkeypatch.setattr(one, "SHORTEST_PAUSE", 0.0)

    assert one._round(called=True) is False

    assert closed
