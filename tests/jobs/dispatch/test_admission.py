"""Limits and pauses are kept at dispatch, by all dispatchers together, and hold back nobody else's jobs."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from core import clock, ids
from core.contracts import catalog
from core.db import reading, writing
from jobs import finish
from jobs.dispatch.gates import in_flight
from jobs.dispatch.rounds import BATCH, anything_ready, dispatch_once, take
from jobs.models import Job
from tests.jobs.fake_publisher import FakePublisher
from tests.jobs.limits import set_queue, set_task
from tests.jobs.rows import make_job, make_jobs, plans
from tests.jobs.running import at_once, claimed, set_row, start_worker
from tests.jobs_seen import job_of, state_of, submit_ping
from workloads.operations.contracts import PING

COUNTS_RUNNING = "SEARCH jobs USING COVERING INDEX ix_jobs_state (state=?)"
PAST = clock.now() - timedelta(hours=1)


def sent_in(rounds: int) -> list[str]:
    publisher = FakePublisher()
    for _ in range(rounds):
        dispatch_once(publisher)
    return [one.job_id for one in publisher.sent]


def in_flight_in(queue: str) -> int:
    with reading() as session:
        return in_flight(session, queue, most=1_000)


@pytest.mark.parametrize("state", ["paused", "draining"])
def test_a_paused_queue_holds_its_jobs_and_no_others(database: str, state: str) -> None:
    held, other = make_job(queue="crawl"), make_job(queue="default")
    set_queue("crawl", state=state)

    assert sent_in(2) == [other]
    assert (job_of(held).published_at, anything_ready()) == (None, False)

    set_queue("crawl", state="open")
    assert anything_ready()
    assert sent_in(1) == [held]


def test_a_pause_holds_what_is_published_on_the_spot_too(sqlite_database: str) -> None:
    held = submit_ping()
    set_queue(state="paused")

    assert take(ids.new_id(), only=[held]) == []


def test_what_falls_due_in_a_paused_queue_waits_there(database: str) -> None:
    scheduled = submit_ping(due_at=clock.now() + timedelta(hours=1))
    set_row(scheduled, due_at=PAST)
    set_queue(state="paused")

    assert sent_in(1) == []
    assert (state_of(scheduled), anything_ready()) == ("queued", False)
    set_queue(state="open")
    assert sent_in(1) == [scheduled]


def test_more_held_jobs_than_a_batch_hold_up_nobody(database: str) -> None:
    make_jobs(3 * BATCH, "queued", queue="crawl", at=PAST)
    free = [make_job(queue="default") for _ in range(3)]
    set_queue("crawl", state="paused")

    assert sent_in(1) == free


@pytest.mark.parametrize("limits", [{"state": "paused"}, {"concurrency_limit": 1}, {"rate_limit": "1/h"}, {}])
def test_the_look_and_the_taking_step_through_narrow_indexes_however_much_is_held(
    sqlite_database: str, limits: dict[str, object]
) -> None:
    make_jobs(2, "retrying", queue="crawl", due_at=PAST)
    for values in ({}, {"published_at": PAST}):
        make_jobs(2, "queued", queue="crawl", **values)
    set_queue("crawl", **limits)

    with plans() as lines:
        anything_ready()
        take(ids.new_id())

    assert {line for line in lines if "ix_jobs_state" in line} <= {COUNTS_RUNNING}
    assert not {line for line in lines if line in {"SCAN jobs", "SCAN j"}}


def test_no_more_run_at_once_than_the_limit_says(database: str) -> None:
    first, second, third = (submit_ping() for _ in range(3))
    set_queue(concurrency_limit=2)

    assert sent_in(3) == [first, second]
    assert not anything_ready()
    held = claimed(first)
    assert sent_in(1) == []
    finish.succeed(first, held.claim_id, None)
    assert sent_in(2) == [third]


def test_a_limit_counts_what_was_published_before_it_was_set(database: str) -> None:
    for _ in range(3):
        submit_ping()
    sent_in(1)
    late = submit_ping()
    set_queue(concurrency_limit=2)

    assert (in_flight_in("default"), sent_in(1)) == (3, [])
    set_queue(concurrency_limit=4)
    assert sent_in(1) == [late]


@pytest.mark.parametrize("limits", [{"concurrency_limit": 3}, {"rate_limit": "1/d"}])
def test_dispatchers_at_once_keep_one_limit_together(database: str, limits: dict[str, object]) -> None:
    made = make_jobs(40, "queued")
    set_queue(**limits)
    publishers = [FakePublisher() for _ in range(4)]

    at_once(lambda number: [dispatch_once(publishers[number]) for _ in range(3)], len(publishers))

    sent = [one.job_id for publisher in publishers for one in publisher.sent]
    assert len(sent) == limits.get("concurrency_limit", 1)
    assert set(sent) <= set(made)


def test_a_dispatcher_killed_between_taking_and_marking_leaves_its_slot_to_the_same_job(database: str) -> None:
    """The message may be in the queue: another job in its place would be one too many."""
    taken, other = submit_ping(), submit_ping()
    set_queue(concurrency_limit=1)
    take("killed")
    older_than_it = make_job(at=PAST)

    assert (sent_in(1), in_flight_in("default")) == ([], 1)
    set_row(taken, publisher_until=PAST)

    assert anything_ready()
    assert sent_in(2) == [taken]
    assert {job_of(one).published_at for one in (other, older_than_it)} == {None}


def test_what_was_sent_to_a_broker_that_went_then_keeps_its_slot_because_it_may_be_there(database: str) -> None:
    sent = submit_ping()
    set_queue(concurrency_limit=1)
    with pytest.raises(ConnectionResetError):
        dispatch_once(FakePublisher(fails=ConnectionResetError()))
    older_than_it = make_job(at=PAST)

    assert sent_in(2) == [sent]
    assert job_of(older_than_it).published_at is None


def test_what_a_killed_dispatcher_had_taken_goes_out_of_a_queue_that_is_drained(database: str) -> None:
    """It counts as dispatched: else the queue would never be through with it."""
    taken = submit_ping()
    take("killed")
    set_row(taken, publisher_until=PAST)
    submit_ping()
    set_queue(state="draining")

    assert sent_in(2) == [taken]


def test_a_message_that_no_queue_took_keeps_its_slot_because_it_may_be_confirmed_late(database: str) -> None:
    refused, other = submit_ping(), submit_ping()
    set_queue(concurrency_limit=1)
    dispatch_once(FakePublisher(refuses=[refused]))

    assert sent_in(1) == []
    set_row(refused, publisher_until=PAST)
    assert sent_in(2) == [refused]
    assert job_of(other).published_at is None


def test_a_retry_waits_for_a_slot_like_everything_else(database: str) -> None:
    first, second = submit_ping(), submit_ping()
    set_queue(concurrency_limit=1)
    sent_in(1)
    finish.give_back(first, claimed(first).claim_id)

    assert sent_in(1) == [first]
    assert sent_in(1) == []
    finish.succeed(first, claimed(first).claim_id, None)
    assert sent_in(1) == [second]


def test_a_queue_rate_lets_one_go_and_then_the_next_when_it_is_time(database: str) -> None:
    first, second = submit_ping(), submit_ping()
    set_queue(rate_limit="1/h")

    assert (sent_in(2), anything_ready()) == ([first], False)
    set_queue(rate_limit="1/h", spent_until=clock.now())
    assert sent_in(2) == [second]


def test_a_job_whose_row_somebody_holds_uses_up_nothing_of_a_rate(postgresql_database: str) -> None:
    held = submit_ping()
    set_queue(rate_limit="1/h")

    with writing() as session:
        session.get_one(Job, held, with_for_update=True)
        assert sent_in(1) == []

    assert sent_in(1) == [held]


def test_a_task_rate_holds_that_task_only(database: str) -> None:
    held = [make_job(task="slow_one", queue="default", at=PAST) for _ in range(3)]
    other = submit_ping()
    set_task("slow_one", "1/h")

    assert sent_in(2) == [held[0], other]


def test_a_rate_that_a_contract_declares_is_kept_without_anybody_setting_it(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(catalog._contracts, "ping", replace(PING, rate_limit="1/h"))
    first, second = submit_ping(), submit_ping()

    assert sent_in(3) == [first]

    set_task("ping", "none")
    assert sent_in(1) == [second]


def test_a_stored_rate_takes_the_place_of_the_declared_one(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(catalog._contracts, "ping", replace(PING, rate_limit="1/h"))
    made = [submit_ping() for _ in range(5)]
    set_task("ping", "100/s")

    assert sent_in(1) == made


def test_a_retry_counts_as_a_dispatch(database: str) -> None:
    job_id = submit_ping()
    set_queue(rate_limit="1/h")
    sent_in(1)

    finish.give_back(job_id, claimed(job_id).claim_id)

    assert (sent_in(1), state_of(job_id)) == ([], "queued")


def test_two_limits_are_kept_together_and_neither_is_used_up_for_the_other(database: str) -> None:
    make_jobs(3, "queued", task="slow_one", at=PAST)
    quick = make_jobs(3, "queued", task="quick_one")
    set_task("slow_one", "1/d")
    set_queue(concurrency_limit=3)

    sent = sent_in(2)

    assert Counter(job_of(one).task for one in sent) == {"slow_one": 1, "quick_one": 2}
    assert sent[1:] == sorted(quick)[:2]


def test_a_job_that_runs_without_our_dispatch_counts_too(database: str) -> None:
    make_job("running", worker_id=start_worker())
    submit_ping()
    set_queue(concurrency_limit=1)

    assert sent_in(1) == []
