"""Cancelling: at once what nobody works on, on request what runs, and the children too."""

import threading
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from sqlalchemy import select, update

from core.db import reading, writing
from jobs import finish, progress
from jobs.cancel import AlreadyEnded, UnknownJob, cancel
from jobs.claim import Superseded
from jobs.models import Job, JobNote
from jobs.orders import Order
from jobs.progress import Cancelled
from jobs.states import AT_REST, JobState
from jobs.submit import submit, submit_many
from tests.jobs.rows import make_job, make_jobs
from tests.jobs.running import claimed, set_row, start_worker, wait_for_a_blocked_write
from tests.jobs_seen import job_of, outcomes_of, state_of, submit_ping
from workloads.operations.contracts import PING, Ping


def cancelled(job_id: str) -> JobState:
    with writing() as session:
        return cancel(session, job_id, by="a test")


def child_of(parent_id: str) -> str:
    with writing() as session:
        return submit(session, PING, {}, parent_id=parent_id).job_id


def notes_of(job_id: str) -> list[str]:
    with reading() as session:
        return list(session.scalars(select(JobNote.kind).where(JobNote.job_id == job_id).order_by(JobNote.id)))


@pytest.mark.parametrize("state", sorted(AT_REST))
def test_a_job_that_nobody_works_on_ends_at_once(sqlite_database: str, state: JobState) -> None:
    job_id = submit_ping()
    set_row(job_id, state=state)

    assert cancelled(job_id) is JobState.CANCELLED

    job = job_of(job_id)
    assert job.state == JobState.CANCELLED
    assert job.ended_at == job.cancel_requested_at == job.updated_at
    assert notes_of(job_id) == ["cancelled"]


def test_a_running_job_is_asked_and_learns_of_it_at_its_next_checkpoint(database: str) -> None:
    job_id = submit_ping()
    held = claimed(job_id)
    progress.checkpoint(job_id, held.claim_id)

    assert cancelled(job_id) is JobState.RUNNING

    with pytest.raises(Cancelled):
        progress.checkpoint(job_id, held.claim_id)
    with pytest.raises(Cancelled):
        progress.report(job_id, held.claim_id, held.attempt, {"step": "next"}, new_step=True)
    finish.end_cancelled(job_id, held.claim_id)
    assert (state_of(job_id), outcomes_of(job_id)) == ("cancelled", ["cancelled"])


def test_asking_twice_keeps_the_first_time(sqlite_database: str) -> None:
    job_id = submit_ping()
    claimed(job_id)
    cancelled(job_id)
    asked_at = job_of(job_id).cancel_requested_at

    cancelled(job_id)

    assert job_of(job_id).cancel_requested_at == asked_at
    assert notes_of(job_id) == ["cancel_requested"]


def test_the_children_are_cancelled_with_their_parent(database: str) -> None:
    parent = submit_ping()
    claimed(parent)
    waiting, running, ended = (child_of(parent) for _ in range(3))
    grandchild = child_of(running)
    worker_id = start_worker()
    claimed(running, worker_id)
    finish.succeed(ended, claimed(ended, worker_id).claim_id, None)

    cancelled(parent)

    assert [state_of(one) for one in (waiting, grandchild, running, ended)] == [
        "cancelled", "cancelled", "running", "succeeded",
    ]  # fmt: skip
    assert job_of(running).cancel_requested_at is not None


def test_jobs_that_each_submitted_the_next_one_are_cancelled_however_many_they_are(sqlite_database: str) -> None:
    first = make_job("running")
    ended = make_jobs(1_200, "succeeded")
    with writing() as session:
        session.execute(update(Job), [{"id": id, "parent_id": parent} for parent, id in pairwise([first, *ended])])
    last = make_job("queued", parent_id=ended[-1])

    with writing() as session:
        cancel(session, first, by="olga")

    assert state_of(last) == JobState.CANCELLED


def test_jobs_that_name_each_other_as_their_parents_are_cancelled_once(sqlite_database: str) -> None:
    first = make_job("queued")
    second = make_job("queued", parent_id=first)
    set_row(first, parent_id=second)

    assert cancelled(first) == JobState.CANCELLED
    assert state_of(second) == JobState.CANCELLED


def test_below_a_child_that_has_ended_its_own_children_are_cancelled(database: str) -> None:
    parent = submit_ping()
    claimed(parent)
    child = child_of(parent)
    held = claimed(child)
    grandchild = child_of(child)
    finish.succeed(child, held.claim_id, None)

    cancelled(parent)

    assert (state_of(child), state_of(grandchild)) == ("succeeded", "cancelled")


def test_a_child_of_a_parent_that_was_told_to_stop_is_born_cancelled(database: str) -> None:
    parent = submit_ping()
    claimed(parent)
    cancelled(parent)

    child = child_of(parent)

    job = job_of(child)
    assert (job.state, job.ended_at, job.cancel_requested_at) == ("cancelled", job.created_at, job.created_at)
    assert notes_of(child) == ["cancelled"]
    assert state_of(child_of(child)) == "cancelled"


def test_in_one_batch_only_the_orphans_are_born_cancelled(database: str) -> None:
    parent, sound = submit_ping(), submit_ping()
    cancelled(parent)
    parents = [parent, sound, None, parent]

    with writing() as session:
        orders = [Order(contract=PING, payload=Ping(), parent_id=one) for one in parents]
        orders[0] = replace(orders[0], idempotency_key="once")
        made = submit_many(session, orders)
        again = submit_many(session, orders[:1])

    assert [one.state for one in made] == ["cancelled", "queued", "queued", "cancelled"]
    assert (again[0].job_id, again[0].created) == (made[0].job_id, False)
    assert [notes_of(one.job_id) for one in made] == [["cancelled"], [], [], ["cancelled"]]


def test_a_child_submitted_in_the_moment_of_its_parents_cancel_does_not_escape(postgresql_database: str) -> None:
    parent = submit_ping()
    claimed(parent)
    canceller = threading.Thread(target=lambda: cancelled(parent))

    with writing() as session:
        child = submit(session, PING, {}, parent_id=parent).job_id
        canceller.start()
        wait_for_a_blocked_write()
    canceller.join()

    assert state_of(child) == "cancelled"


def test_a_cancel_that_is_not_committed_yet_holds_up_the_child(postgresql_database: str) -> None:
    parent = submit_ping()
    claimed(parent)
    born: list[str] = []
    submitter = threading.Thread(target=lambda: born.append(child_of(parent)))

    with writing() as session:
        cancel(session, parent, by="a test")
        submitter.start()
        wait_for_a_blocked_write()
    submitter.join()

    assert [state_of(one) for one in born] == ["cancelled"]


def test_a_child_that_ends_in_the_same_moment_does_not_stop_the_cancel(postgresql_database: str) -> None:
    parent = submit_ping()
    child = child_of(parent)
    set_row(child, state=JobState.RUNNING)
    answers: list[JobState] = []

    with writing() as session:
        child_row = session.get_one(type(job_of(child)), child, with_for_update=True)
        child_row.state, child_row.ended_at = JobState.SUCCEEDED, datetime.now(UTC)
        session.flush()
        canceller = threading.Thread(target=lambda: answers.append(cancelled(parent)))
        canceller.start()
        wait_for_a_blocked_write()
    canceller.join()

    assert answers == [JobState.CANCELLED]
    assert (state_of(parent), state_of(child)) == ("cancelled", "succeeded")


def test_a_job_that_has_ended_is_a_conflict(database: str) -> None:
    job_id = submit_ping()
    cancelled(job_id)

    with pytest.raises(AlreadyEnded, match="it is cancelled") as refused:
        cancelled(job_id)

    assert refused.value.status == 409


def test_a_job_that_is_not_there_is_not_found(sqlite_database: str) -> None:
    with pytest.raises(UnknownJob, match="no job 'nobody'") as refused:
        cancelled("nobody")

    assert refused.value.status == 404


def test_an_attempt_that_lost_its_claim_learns_so_at_its_checkpoint(database: str) -> None:
    job_id = submit_ping()
    held = claimed(job_id)
    finish.give_back(job_id, held.claim_id)

    with pytest.raises(Superseded):
        progress.checkpoint(job_id, held.claim_id)
    with pytest.raises(Superseded):
        progress.report(job_id, held.claim_id, held.attempt, {"step": "late"}, new_step=True)

    assert job_of(job_id).progress is None
    assert notes_of(job_id) == []
