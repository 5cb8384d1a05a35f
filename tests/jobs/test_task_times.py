"""How long tasks take."""

from datetime import timedelta

import pytest

from core import clock
from core.db import reading
from jobs.task_times import TaskTimes, busiest_tasks
from tests.jobs.rows import make_job, make_jobs


def busiest(limit: int = 8, queue: str | None = None) -> list[TaskTimes]:
    with reading() as session:
        return busiest_tasks(session, since=clock.now() - timedelta(hours=1), limit=limit, queue=queue)


def test_the_median_and_the_slowest_twentieth_are_told(database: str) -> None:
    for second in range(1, 21):
        make_job("succeeded", took=second)

    [found] = busiest()

    assert (found.task, found.succeeded, found.failed) == ("ping", 20, 0)
    assert found.p50_ms == pytest.approx(10_000, abs=5)
    assert found.p95_ms == pytest.approx(19_000, abs=5)


def test_failures_count_but_do_not_make_a_task_look_fast(database: str) -> None:
    make_job("succeeded", took=30)
    make_jobs(9, "failed", took=0.01)

    [found] = busiest()

    assert (found.succeeded, found.failed) == (1, 9)
    assert found.p50_ms == pytest.approx(30_000, abs=5)


def test_a_task_that_only_failed_has_no_run_time(database: str) -> None:
    make_job("failed", started_at=None)

    assert busiest() == [TaskTimes(task="ping", succeeded=0, failed=1, p50_ms=None, p95_ms=None)]


def test_the_busiest_come_first_and_old_ones_do_not_count(database: str) -> None:
    make_jobs(2, "succeeded", task="often")
    make_jobs(1, "succeeded", task="seldom")
    make_jobs(1, "succeeded", task="elsewhere", queue="crawl")
    make_jobs(5, "succeeded", task="old", at=clock.now() - timedelta(hours=2))

    assert [one.task for one in busiest()] == ["often", "elsewhere", "seldom"]
    assert [one.task for one in busiest(limit=1)] == ["often"]
    assert [one.task for one in busiest(queue="crawl")] == ["elsewhere"]
