"""Purging a queue: what waits there is cancelled, and nothing else."""

import pytest
from amqp import Message
from sqlalchemy import select

from core.db import reading
from jobs.broker import ready_messages
from jobs.dispatch.publisher import Publisher
from jobs.dispatch.rounds import dispatch_once
from jobs.models import JobNote
from jobs.queues import purge as purging
from jobs.queues.purge import BrokerAway, CountChanged, NotConfirmed, Purge, purge
from tests.jobs.fake_publisher import FakePublisher
from tests.jobs.rows import make_job, make_jobs
from tests.jobs.running import claimed
from tests.jobs_seen import job_of, state_of, states, submit_ping
from tests.waiting import wait_for


def order(**values: object) -> Purge:
    return Purge(**{"queue": "default", "confirm": "default", "expected": 0, "by": "ann", **values})  # type: ignore[arg-type]


def test_what_waits_is_cancelled_with_its_reason_and_the_rest_goes_on(database: str) -> None:
    published, running = submit_ping(), submit_ping()
    dispatch_once(FakePublisher())
    claimed(running)
    unpublished, later, other = submit_ping(), make_job("scheduled"), make_job(queue="crawl")

    done = purge(order(expected=2, reason="wrong model"))

    assert (done.cancelled, done.left, done.messages) == (2, 0, None)
    assert {state_of(one) for one in (published, unpublished)} == {"cancelled"}
    assert (state_of(running), state_of(later), state_of(other)) == ("running", "scheduled", "queued")
    assert job_of(running).cancel_requested_at is None
    with reading() as session:
        note = session.scalars(select(JobNote).where(JobNote.job_id == published)).one()
    assert "ann, who purged default (wrong model)" in (note.message or "")


def test_delayed_ones_only_when_asked(database: str) -> None:
    make_job("scheduled"), make_job("retrying")

    assert purge(order(expected=2, delayed=True)).cancelled == 2


def test_more_than_one_transaction_holds(database: str) -> None:
    make_jobs(2 * purging.CHUNK + 1, "queued")

    assert purge(order(expected=100)).cancelled == 2 * purging.CHUNK + 1
    assert states() == {"cancelled": 2 * purging.CHUNK + 1}


def test_what_does_not_fit_into_one_request_is_left_to_the_next(
    sqlite_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_jobs(3, "queued")
    monkeypatch.setattr(purging, "BUDGET", -1.0)

    done = purge(order(expected=3))

    assert (done.cancelled, done.left) == (0, 3)


def test_a_wrong_name_or_count_purges_nothing(sqlite_database: str) -> None:
    make_jobs(40, "queued")

    with pytest.raises(NotConfirmed, match="'defualt'"):
        purge(order(confirm="defualt", expected=40))
    with pytest.raises(CountChanged, match="40 jobs"):
        purge(order(expected=12))
    assert states() == {"queued": 40}


def test_messages_of_others_go_only_when_asked(sqlite_database: str, broker: str) -> None:
    publisher = Publisher("test")
    channel = publisher.open()
    submit_ping()
    dispatch_once(publisher)
    channel.basic_publish(Message("foreign"), "slipway", "default")

    assert purge(order(expected=1)).messages is None
    wait_for(lambda: ready_messages(channel, "default") == 2, what="both messages to be there")
    assert purge(order(messages=True)).messages == 2
    publisher.close()


def test_without_the_broker_nothing_is_purged_when_its_messages_are_asked_for(sqlite_database: str) -> None:
    job_id = submit_ping()

    with pytest.raises(BrokerAway):
        purge(order(expected=1, messages=True))

    assert state_of(job_id) == "queued"
