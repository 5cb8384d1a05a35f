"""What is due later: one list by its time, and letting a job run now without a race."""

import threading
from datetime import timedelta

import pytest

from core import clock, ids
from core.db import reading, writing
from jobs.cancel import UnknownJob
from jobs.dispatch import rounds
from jobs.models import Job
from jobs.schedule import DUE_LATER, NotDueLater, ScheduleFilter, list_scheduled, run_now
from jobs.states import JobState
from tests.jobs.rows import make_job, plans
from tests.jobs.running import wait_for_a_blocked_write
from tests.jobs_seen import job_of, state_of, submit_ping


def due_in(**time: float) -> str:
    return submit_ping(due_at=clock.now() + timedelta(**time))


def let_run(job_id: str) -> None:
    with writing() as session:
        run_now(session, job_id, by="a test")


def listed(**wanted: object) -> list[str]:
    found: list[Job] = []
    cursor = None
    while True:
        with reading() as session:
            page = list_scheduled(session, ScheduleFilter(**wanted), cursor=cursor, limit=2)  # type: ignore[arg-type]
        found += page.items
        if (cursor := page.next_cursor) is None:
            return [job.id for job in found]


def test_what_is_due_first_comes_first_whatever_it_waits_for(database: str) -> None:
    moment = clock.now() + timedelta(hours=2)
    last, first = due_in(days=3), due_in(minutes=5)
    retries = sorted(make_job("retrying", due_at=moment) for _ in range(3))
    submit_ping(), make_job("succeeded", due_at=moment)

    assert listed() == [first, *retries, last]
    assert listed(states=[JobState.RETRYING]) == retries
    assert listed(queue="default", task="ping") == [first, *retries, last]
    assert listed(queue="other") == []


def test_the_list_is_read_from_its_own_index(database: str) -> None:
    with plans() as lines:
        listed(task="ping", states=[JobState.SCHEDULED])

    assert "ix_jobs_due" in " ".join(lines)


@pytest.mark.parametrize("state", sorted(DUE_LATER))
def test_a_job_that_is_let_run_is_taken_by_the_next_dispatch(database: str, state: JobState) -> None:
    job_id = make_job(state, due_at=clock.now() + timedelta(days=1))
    assert not rounds.anything_ready()

    let_run(job_id)

    assert [one.job_id for one in rounds.take(ids.new_id())] == [job_id]
    assert state_of(job_id) == "queued"


@pytest.mark.parametrize("state", sorted(set(JobState) - DUE_LATER))
def test_whatever_else_a_job_does_it_is_not_touched(sqlite_database: str, state: JobState) -> None:
    job_id = make_job(state)
    before = job_of(job_id).updated_at

    with pytest.raises(NotDueLater, match=f"this one is {state}"):
        let_run(job_id)

    assert (state_of(job_id), job_of(job_id).updated_at) == (state, before)


def test_a_job_that_there_is_not(sqlite_database: str) -> None:
    with pytest.raises(UnknownJob):
        let_run("nothing")


def test_a_job_that_is_dispatched_in_this_moment_is_not_brought_back(postgresql_database: str) -> None:
    job_id = make_job("scheduled", due_at=clock.now() - timedelta(seconds=1))
    refused: list[str] = []

    def late() -> None:
        try:
            let_run(job_id)
        except NotDueLater as error:
            refused.append(error.message)

    with writing() as session:
        rounds._queue_what_is_due(session)
        beside = threading.Thread(target=late)
        beside.start()
        wait_for_a_blocked_write()
    beside.join()

    assert refused == ["Only a job that is scheduled or retrying can be run now; this one is queued."]
    assert state_of(job_id) == "queued"
