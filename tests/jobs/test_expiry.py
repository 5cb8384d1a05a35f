"""A job that is not begun by the moment it names never runs: it ends as cancelled, and says why."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core import clock
from core.db import reading, writing
from jobs import finish
from jobs.claim import NotClaimed, claim
from jobs.expiry import end_expired
from jobs.models import JobNote
from jobs.states import AT_REST, JobState
from jobs.submit import submit
from tests.jobs.running import bid_for, claimed, set_row, start_worker
from tests.jobs_seen import attempts_of, job_of, state_of, submit_ping
from workloads.operations.contracts import PING

PAST = timedelta(seconds=-1)


def expiring(in_time: timedelta = PAST) -> str:
    job_id = submit_ping()
    set_row(job_id, expires_at=clock.now() + in_time)
    return job_id


def notes_of(job_id: str) -> list[tuple[str, str | None]]:
    with reading() as session:
        return [(one.kind, one.message) for one in session.scalars(select(JobNote).where(JobNote.job_id == job_id))]


@pytest.mark.parametrize("state", sorted(AT_REST))
def test_a_job_at_rest_that_expired_ends_as_cancelled_and_says_so(database: str, state: JobState) -> None:
    job_id = expiring()
    set_row(job_id, state=state)

    end_expired()

    job = job_of(job_id)
    assert (job.state, job.error, attempts_of(job_id)) == ("cancelled", None, [])
    assert notes_of(job_id) == [("expired", f"expired: it was not begun by {job.expires_at:%Y-%m-%d %H:%M:%S} UTC")]


def test_a_job_that_was_to_be_tried_again_by_then_says_that_it_was_tried(database: str) -> None:
    job_id = expiring()
    set_row(job_id, state="retrying", attempt=2)
    end_expired()
    assert (notes_of(job_id)[0][1] or "").startswith("expired: it was not begun again by ")


def test_the_claim_refuses_an_expired_job_even_before_anybody_has_ended_it(database: str) -> None:
    job_id = expiring()

    with pytest.raises(NotClaimed, match="expired: it was to be begun by"):
        claim(bid_for(job_id, start_worker()))

    assert (state_of(job_id), attempts_of(job_id)) == ("queued", [])


def test_a_job_that_was_begun_in_time_runs_to_its_end(database: str) -> None:
    job_id = expiring(timedelta(hours=1))
    held = claimed(job_id)
    set_row(job_id, expires_at=clock.now() + PAST)

    end_expired()
    finish.succeed(job_id, held.claim_id, "in time")

    assert state_of(job_id) == "succeeded"


def test_a_job_between_two_slices_was_begun_in_time(database: str) -> None:
    job_id = expiring(timedelta(hours=1))
    finish.continue_later(job_id, claimed(job_id).claim_id, {"page": 1})
    set_row(job_id, expires_at=clock.now() + PAST)

    end_expired()

    assert claimed(job_id).state == {"page": 1}


def test_what_has_time_left_is_left_alone(database: str) -> None:
    later, never = expiring(timedelta(hours=1)), submit_ping()

    assert not end_expired()

    assert (state_of(later), state_of(never)) == ("queued", "queued")


def test_the_children_of_an_expired_job_are_cancelled_with_it(database: str) -> None:
    parent = expiring()
    with writing() as session:
        child = submit(session, PING, {}, parent_id=parent).job_id

    end_expired()

    assert (state_of(parent), state_of(child)) == ("cancelled", "cancelled")
