"""A message that vanished from a queue that is never empty is missed when later jobs overtake it."""

from datetime import timedelta

import pytest

from core import clock
from jobs.claim import NotClaimed, claim
from jobs.dispatch.vanished import HELD_AT_MOST, MARGIN, redispatch_overtaken
from jobs.workers.liveness import DEAD_AFTER
from tests.jobs.limits import set_queue
from tests.jobs.rows import make_job, make_jobs
from tests.jobs.running import bid_for, set_worker, start_worker
from tests.jobs_seen import job_of
from worker.held import LONG

MINUTE = timedelta(minutes=1)


def waits_since(minutes: float) -> str:
    """A job whose message was published so long ago and that nobody has begun."""
    at = clock.now() - minutes * MINUTE
    return make_job(at=at, published_at=at)


def began(minutes: float, *, state: str = "succeeded", worker_id: str | None = None) -> str:
    """One that was submitted and published so long ago, and begun at once."""
    at = clock.now() - minutes * MINUTE
    times = {"created_at": at, "published_at": at, "started_at": at + timedelta(seconds=1)}
    return make_job(state, worker_id=worker_id, **times)


def test_a_job_that_later_ones_have_overtaken_is_dispatched_again(database: str) -> None:
    vanished, present = waits_since(10), waits_since(2)
    began(5)

    assert redispatch_overtaken("default") == 1
    assert (job_of(vanished).dispatch, job_of(vanished).published_at) == (2, None)
    assert job_of(present).dispatch == 1


def test_the_message_of_one_that_was_dispatched_again_is_dropped_when_it_turns_up(database: str) -> None:
    job_id, worker_id = waits_since(10), start_worker()
    began(5)
    redispatch_overtaken("default")

    with pytest.raises(NotClaimed, match="superseded"):
        claim(bid_for(job_id, worker_id, dispatch=1))


def test_in_a_long_queue_nobody_is_overtaken(database: str) -> None:
    for minutes in (30, 20, 10):
        waits_since(minutes)
    began(40)

    assert redispatch_overtaken("default") == 0


def test_one_that_began_just_now_proves_nothing_yet(sqlite_database: str) -> None:
    waits_since(10)
    began(0.5)

    assert redispatch_overtaken("default") == 0


def test_other_queues_prove_nothing(sqlite_database: str) -> None:
    job_id = waits_since(10)
    other = clock.now() - 5 * MINUTE
    make_job("succeeded", queue="crawl", created_at=other, published_at=other, started_at=other)

    assert redispatch_overtaken("default") == 0
    assert job_of(job_id).dispatch == 1


def test_a_queue_that_was_paused_for_hours_is_left_alone(sqlite_database: str) -> None:
    """Its messages wait in their order, and nothing overtakes anything."""
    set_queue(state="paused")
    began(300)
    for minutes in (240, 200, 180):
        waits_since(minutes)

    assert redispatch_overtaken("default") == 0


def busy_worker() -> str:
    """With two slots, both taken."""
    worker_id = start_worker()
    for _ in range(2):
        began(6, state="running", worker_id=worker_id)
    return worker_id


def test_what_a_busy_worker_may_have_prefetched_is_left_in_peace(database: str) -> None:
    busy_worker()
    prefetched = [waits_since(10), waits_since(9)]
    began(5)

    assert redispatch_overtaken("default") == 0
    assert {job_of(one).dispatch for one in prefetched} == {1}


def test_more_than_busy_workers_can_hold_have_vanished(sqlite_database: str) -> None:
    busy_worker()
    for minutes in (12, 11, 10):
        waits_since(minutes)
    began(5)

    assert redispatch_overtaken("default") == 3


def test_what_no_worker_says_it_holds_has_vanished_however_busy_they_are(database: str) -> None:
    """One message alone, which a busy worker may have had in its hands."""
    vanished = waits_since(10)
    prefetched = [waits_since(9), waits_since(8)]
    set_worker(busy_worker(), held=prefetched)
    set_worker(busy_worker(), held=[])
    began(5)

    assert redispatch_overtaken("default") == 1
    assert job_of(vanished).dispatch == 2
    assert {job_of(one).dispatch for one in prefetched} == {1}


def test_where_one_worker_cannot_say_what_it_holds_its_slots_are_counted(sqlite_database: str) -> None:
    set_worker(busy_worker(), held=[])
    busy_worker()
    waits_since(10)
    began(5)

    assert redispatch_overtaken("default") == 0


def test_a_worker_is_asked_about_no_message_that_it_was_given_since_it_last_reported() -> None:
    """A job that began a MARGIN ago was given out before that, and so was what it has overtaken."""
    assert timedelta(seconds=LONG) + DEAD_AFTER <= MARGIN


def test_nobody_holds_a_message_for_longer_than_the_broker_lets_him(sqlite_database: str) -> None:
    busy_worker()
    old = waits_since(HELD_AT_MOST / MINUTE + 5)
    recent = waits_since(10)
    began(5)

    assert redispatch_overtaken("default") == 1
    assert (job_of(old).dispatch, job_of(recent).dispatch) == (2, 1)


def test_a_worker_that_is_gone_holds_nothing(sqlite_database: str) -> None:
    set_worker(busy_worker(), ended_at=clock.now(), ending="dead")
    waits_since(10)
    began(5)

    assert redispatch_overtaken("default") == 1


def test_many_are_dispatched_again_in_batches(sqlite_database: str) -> None:
    at = clock.now() - 10 * MINUTE
    made = make_jobs(1_100, "queued", at=at, published_at=at)
    began(5)

    assert redispatch_overtaken("default") == len(made)
