"""Claiming: one of many deliveries wins, and whoever loses learns why."""

from datetime import UTC, datetime

import pytest

from core.db import writing
from jobs import finish
from jobs.cancel import cancel
from jobs.claim import Claim, NotClaimed, WorkerDeclaredDead, claim
from jobs.states import JobState
from jobs.workers import liveness
from tests.jobs.rows import plans
from tests.jobs.running import at_once, bid_for, claimed, start_worker
from tests.jobs_seen import attempts_of, job_of, submit_ping


def test_a_claim_is_the_job_in_the_hands_of_an_attempt(database: str) -> None:
    job_id = submit_ping(value="hello", project_id="p")
    worker_id = start_worker()

    held = claimed(job_id, worker_id)

    assert (held.attempt, held.retries, held.project_id) == (1, 0, "p")
    assert held.payload["value"] == "hello"
    job = job_of(job_id)
    assert (job.state, job.claim_id, job.worker_id) == (JobState.RUNNING, held.claim_id, worker_id)
    assert [(one.number, one.claim_id, one.outcome) for one in attempts_of(job_id)] == [(1, held.claim_id, None)]


def test_one_of_many_claims_at_once_wins(database: str) -> None:
    job_id = submit_ping()
    worker_id = start_worker()
    bids = [bid_for(job_id, worker_id) for _ in range(12)]

    def bid(number: int) -> Claim | str:
        try:
            return claim(bids[number])
        except NotClaimed as refused:
            return str(refused)

    results = at_once(bid, len(bids))

    assert [one for one in results if isinstance(one, str)] == ["duplicate: another delivery runs it"] * 11
    assert len(attempts_of(job_id)) == 1


def test_a_job_is_found_by_its_id_however_many_are_in_its_state(database: str) -> None:
    """A planner that knows little of a young table walked through all that are queued, or were just now running."""
    bid = bid_for(submit_ping(), start_worker())
    claim(bid)
    with plans() as lines:
        claim(bid)
        finish.succeed(bid.job_id, bid.claim_id, None)
        finish.succeed(bid.job_id, bid.claim_id, None)  # said again, it goes through a session, whose plans are seen

    assert any("jobs_pkey" in line or "jobs USING INDEX sqlite_autoindex_jobs" in line for line in lines)
    assert not any("ix_jobs_state" in line for line in lines)


def test_a_claim_whose_answer_was_lost_is_recognised(database: str) -> None:
    job_id = submit_ping()
    bid = bid_for(job_id, start_worker())

    first, again = claim(bid), claim(bid)

    assert first == again
    assert len(attempts_of(job_id)) == 1


def test_an_ended_attempt_is_not_taken_for_an_answer_that_was_lost(sqlite_database: str) -> None:
    job_id = submit_ping()
    bid = bid_for(job_id, start_worker())
    finish.succeed(job_id, claim(bid).claim_id, None)

    with pytest.raises(NotClaimed, match="the job is succeeded"):
        claim(bid)


def test_a_cancelled_job_is_refused(sqlite_database: str) -> None:
    job_id = submit_ping()
    with writing() as session:
        cancel(session, job_id, by="a test")

    with pytest.raises(NotClaimed, match="the job is cancelled"):
        claimed(job_id)


def test_a_job_that_waits_for_its_time_is_refused(sqlite_database: str) -> None:
    job_id = submit_ping(due_at=datetime(2999, 1, 1, tzinfo=UTC))

    with pytest.raises(NotClaimed, match="the job is scheduled"):
        claimed(job_id)


def test_a_message_of_an_earlier_dispatch_is_refused(database: str) -> None:
    job_id = submit_ping()
    worker_id = start_worker()
    finish.give_back(job_id, claimed(job_id, worker_id).claim_id)

    with pytest.raises(NotClaimed, match="this was dispatch 1, in force is 2"):
        claim(bid_for(job_id, worker_id, dispatch=1))


def test_a_job_that_is_not_in_this_database_is_refused(sqlite_database: str) -> None:
    job_id = submit_ping()
    bid = bid_for(job_id, start_worker())

    with pytest.raises(NotClaimed, match="not in this database"):
        claim(type(bid)(**{**vars(bid), "job_id": "somebody-elses"}))


def test_a_worker_that_was_declared_dead_claims_nothing(database: str) -> None:
    job_id = submit_ping()
    worker_id = start_worker()
    liveness.retire(worker_id)

    with pytest.raises(WorkerDeclaredDead):
        claimed(job_id, worker_id)

    assert job_of(job_id).state == JobState.QUEUED


def test_each_attempt_has_the_next_number(sqlite_database: str) -> None:
    job_id = submit_ping()
    worker_id = start_worker()

    for _ in range(3):
        finish.give_back(job_id, claimed(job_id, worker_id).claim_id)

    assert [one.number for one in attempts_of(job_id)] == [1, 2, 3]
