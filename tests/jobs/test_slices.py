"""Long jobs in slices: one attempt over many deliveries, and a state that the next one goes on from."""

from typing import Any

import pytest

from core import clock
from core.db import reading, writing
from jobs import checkpoints, finish
from jobs.cancel import cancel
from jobs.checkpoints import STATE_LIMIT, ContinueLater, StateNotStorable, StateTooLarge
from jobs.claim import Claim, NotClaimed, Superseded, claim
from jobs.finish import LOST_LIMIT, Failure
from jobs.handlers import RunningJob
from jobs.progress import Cancelled
from jobs.queries import timeline_of
from jobs.states import ErrorKind, JobState
from tests.jobs.running import bid_for, claimed, set_row
from tests.jobs_seen import attempts_of, job_of, outcomes_of, state_of, submit_ping

BUSY = Failure(class_name="Busy", message="later", kind=ErrorKind.TRANSIENT)


def slice_of(job_id: str, state: Any) -> Claim:
    """One slice, from its claim to its end; answers what it was claimed with."""
    held = claimed(job_id)
    assert finish.continue_later(job_id, held.claim_id, state) is JobState.QUEUED
    return held


def test_a_slice_queues_the_next_and_the_attempt_goes_on(database: str) -> None:
    job_id = submit_ping()
    first = slice_of(job_id, {"page": 1})
    between = job_of(job_id)
    second = slice_of(job_id, {"page": 2})
    last = claimed(job_id)
    finish.succeed(job_id, last.claim_id, "done")

    assert (between.state, between.dispatch, between.published_at, between.slices) == ("queued", 2, None, 1)
    assert [one.state for one in (first, second, last)] == [None, {"page": 1}, {"page": 2}]
    assert [one.attempt for one in (first, second, last)] == [1, 1, 1]
    assert outcomes_of(job_id) == ["succeeded"]
    job = job_of(job_id)
    assert (job.state, job.slices, job.attempt, job.dispatch) == ("succeeded", 2, 1, 3)


def test_a_job_in_slices_counts_its_time_from_the_first(database: str) -> None:
    job_id = submit_ping()
    slice_of(job_id, 1)
    begun = job_of(job_id).started_at

    claimed(job_id)

    assert job_of(job_id).started_at == begun == attempts_of(job_id)[0].started_at


def test_the_fence_passes_to_the_next_slice(database: str) -> None:
    job_id = submit_ping()
    old = slice_of(job_id, 1)
    bid = bid_for(job_id, "nobody", dispatch=1)
    held = claimed(job_id)

    for write in (
        lambda: finish.succeed(job_id, old.claim_id, "late"),
        lambda: finish.continue_later(job_id, old.claim_id, "late"),
        lambda: checkpoints.save(job_id, old.claim_id, "late"),
    ):
        with pytest.raises(Superseded):
            write()
    assert bid.dispatch < job_of(job_id).dispatch
    finish.continue_later(job_id, held.claim_id, 2)
    assert claimed(job_id).state == 2


def test_the_message_of_an_earlier_slice_is_dropped(database: str) -> None:
    job_id = submit_ping()
    slice_of(job_id, 1)
    held = claimed(job_id)

    with pytest.raises(NotClaimed, match="superseded: this was dispatch 1"):
        claim(bid_for(job_id, worker_id_of(job_id), dispatch=1))

    finish.succeed(job_id, held.claim_id, None)


def worker_id_of(job_id: str) -> str:
    return job_of(job_id).worker_id or ""


@pytest.mark.parametrize("ending", ["lost", "given back", "retried"])
def test_another_attempt_goes_on_from_the_last_state(database: str, ending: str) -> None:
    job_id = submit_ping()
    slice_of(job_id, {"page": 1})
    held = claimed(job_id)
    if ending == "lost":
        finish.lose(job_id, held.claim_id, "killed")
    elif ending == "given back":
        finish.give_back(job_id, held.claim_id)
    else:
        finish.retry_later(job_id, held.claim_id, BUSY, job_of(job_id).created_at)
        make_queued(job_id)

    again = claimed(job_id)

    assert (again.attempt, again.state) == (2, {"page": 1})
    assert outcomes_of(job_id) == [ending.replace(" ", "_"), None]


def make_queued(job_id: str) -> None:
    """What a dispatcher does when the time has come."""
    with writing() as session:
        job = session.get_one(type(job_of(job_id)), job_id)
        job.state = JobState.QUEUED


def test_a_state_that_is_kept_within_a_slice_outlives_the_process(database: str) -> None:
    job_id = submit_ping()
    job = RunningJob.of(claimed(job_id))
    job.checkpoint({"page": 3})
    job.checkpoint({"page": 4})
    assert job.state == {"page": 4}

    finish.lose(job_id, job.claim_id, "killed")

    assert claimed(job_id).state == {"page": 4}
    assert job_of(job_id).state_bytes == len(b'{"page":4}')


def test_a_job_that_gets_on_is_not_taken_to_be_what_kills_its_workers(database: str) -> None:
    job_id = submit_ping()
    for page in range(LOST_LIMIT + 1):
        slice_of(job_id, page)
        finish.lose(job_id, claimed(job_id).claim_id, "killed")

    assert state_of(job_id) == "queued"
    assert outcomes_of(job_id) == ["lost"] * (LOST_LIMIT + 1)


def test_a_cancel_between_two_slices_ends_job_and_attempt(database: str) -> None:
    job_id = submit_ping()
    slice_of(job_id, 1)

    with writing() as session:
        cancel(session, job_id, by="a test")

    assert (state_of(job_id), outcomes_of(job_id)) == ("cancelled", ["cancelled"])
    [attempt] = attempts_of(job_id)
    assert attempt.ended_at == job_of(job_id).ended_at


def test_a_cancel_in_a_slice_is_found_at_its_end(database: str) -> None:
    job_id = submit_ping()
    held = claimed(job_id)
    with writing() as session:
        cancel(session, job_id, by="a test")

    with pytest.raises(Cancelled):
        checkpoints.save(job_id, held.claim_id, 1)
    assert finish.continue_later(job_id, held.claim_id, 2) is JobState.CANCELLED

    assert (state_of(job_id), outcomes_of(job_id)) == ("cancelled", ["cancelled"])


@pytest.mark.parametrize("keep", ["checkpoint", "continue_later"])
def test_a_state_that_cannot_be_kept_is_refused_before_anything_is_written(sqlite_database: str, keep: str) -> None:
    job_id = submit_ping()
    job = RunningJob.of(claimed(job_id))

    with pytest.raises(StateTooLarge, match=r"262,147 bytes of JSON; at most 262,144 are kept\. Put what is large"):
        getattr(job, keep)("x" * (STATE_LIMIT + 1))
    with pytest.raises(StateNotStorable, match="cannot be stored"):
        getattr(job, keep)({"cursor": object()})

    assert (state_of(job_id), job_of(job_id).state_bytes, job.state) == ("running", None, None)


def test_a_slice_is_over_after_its_time(sqlite_database: str) -> None:
    held = claimed(submit_ping())

    assert not RunningJob.of(held).slice_is_over()
    over = RunningJob.of(held, slice_seconds=0)
    assert over.slice_is_over()
    with pytest.raises(ContinueLater):
        over.continue_later({})


def test_the_timeline_tells_each_slice(database: str) -> None:
    job_id = submit_ping()
    slice_of(job_id, 1)
    slice_of(job_id, 2)

    with reading() as session:
        told = [one.message for one in timeline_of(session, job_id) if one.kind == "slice"]

    assert told == ["slice 1 ended on worker@host", "slice 2 ended on worker@host"]


def test_a_slice_that_is_done_makes_the_next_one_free_to_try_as_often(database: str) -> None:
    job_id = submit_ping()
    busy = claimed(job_id)
    finish.retry_later(job_id, busy.claim_id, BUSY, clock.now())
    set_row(job_id, state="queued")

    assert slice_of(job_id, {"page": 1}).retries == 1

    assert claimed(job_id).retries == 0
