"""What each queue has to do."""

from datetime import timedelta

import pytest

from core import clock
from core.db import reading
from jobs.queues.loads import QueueLoad, open_jobs, queue_loads
from jobs.states import JobState
from tests.jobs.rows import make_job, make_jobs, plans


def loads(*names: str) -> dict[str, QueueLoad]:
    with reading() as session:
        return queue_loads(session, names, now=clock.now())


def test_open_jobs_are_counted_by_queue_and_state(database: str) -> None:
    make_jobs(2, "queued", queue="crawl")
    make_job("running", queue="crawl")
    make_job("scheduled", queue="media")
    make_jobs(4, "succeeded", queue="crawl")

    found = loads("crawl", "media", "tickets")

    assert found["crawl"].states == {JobState.QUEUED: 2, JobState.RUNNING: 1}
    assert found["media"].states == {JobState.SCHEDULED: 1}
    assert found["tickets"].states == {}
    with reading() as session:
        assert open_jobs(session) == {JobState.QUEUED: 2, JobState.RUNNING: 1, JobState.SCHEDULED: 1}


def test_the_oldest_is_the_one_that_could_have_been_taken_longest(database: str) -> None:
    now = clock.now()
    make_job("queued", at=now - timedelta(hours=1), queued_at=now - timedelta(seconds=5))
    make_job("queued", at=now - timedelta(minutes=1))
    make_job("retrying", at=now - timedelta(hours=2))

    assert loads("default")["default"].oldest_queued_at == now - timedelta(minutes=1)


def test_nothing_waits_and_so_nothing_is_old(database: str) -> None:
    make_job("running", at=clock.now() - timedelta(hours=1))

    assert loads("default")["default"].oldest_queued_at is None


def test_rates_are_those_of_the_last_five_minutes(database: str) -> None:
    make_jobs(10, "succeeded", took=200)
    make_jobs(5, "failed", took=600)
    make_jobs(7, "succeeded", at=clock.now() - timedelta(minutes=6))

    found = loads("default")["default"]

    assert found.submitted_per_minute == pytest.approx(2)
    assert found.ended_per_minute == pytest.approx(3)


def test_no_row_is_read_for_what_an_index_can_tell(sqlite_database: str) -> None:
    with plans() as lines:
        loads("default", "crawl")

    about_jobs = [line for line in lines if "jobs" in line]
    assert len(about_jobs) == 5
    assert [line for line in about_jobs if "SEARCH jobs USING COVERING INDEX" not in line] == []
