"""How much ended: counted in steps, in either database, by its index."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from core.db import reading
from jobs.throughput import Step, Window, latest_failures, throughput
from tests.jobs.rows import analyse, make_job, make_jobs, plans

NOW = datetime(2026, 3, 1, 12, 0, 30, tzinfo=UTC)
LAST = NOW.replace(second=0)


def steps(window: Window = Window.HOUR, queue: str | None = None) -> list[Step]:
    with reading() as session:
        return throughput(session, window, now=NOW, queue=queue)


def busy(found: list[Step]) -> list[Step]:
    return [one for one in found if one != Step(at=one.at)]


@pytest.mark.parametrize("window", list(Window))
def test_a_window_has_all_its_steps_also_when_nothing_ended(sqlite_database: str, window: Window) -> None:
    found = steps(window)

    assert len(found) == window.length / window.step
    assert found[-1].at <= NOW < found[-1].at + window.step
    assert {later.at - one.at for one, later in pairwise(found)} == {window.step}


def test_each_ending_is_counted_in_the_step_in_which_it_was(database: str) -> None:
    make_jobs(3, "succeeded", at=LAST)
    make_job("failed", at=LAST + timedelta(seconds=29.9))
    make_job("cancelled", at=LAST - timedelta(milliseconds=1))
    make_job("running", at=LAST)

    assert busy(steps()) == [Step(at=LAST - timedelta(minutes=1), cancelled=1), Step(at=LAST, succeeded=3, failed=1)]


def test_what_ended_before_the_window_is_not_counted(database: str) -> None:
    make_job("succeeded", at=Window.HOUR.since(NOW) - timedelta(milliseconds=1))
    make_job("failed", at=Window.HOUR.since(NOW))

    assert busy(steps()) == [Step(at=Window.HOUR.since(NOW), failed=1)]


def test_one_queue_can_be_looked_at_alone(database: str) -> None:
    make_job("succeeded", at=LAST, queue="crawl")
    make_job("succeeded", at=LAST, queue="media")

    assert busy(steps(queue="crawl")) == [Step(at=LAST, succeeded=1)]


def test_the_steps_are_ranges_of_an_index(database: str) -> None:
    for state in ("succeeded", "failed", "cancelled"):
        make_jobs(300, state, at=NOW - timedelta(days=3))
        make_jobs(3, state, at=LAST)
    analyse()

    with plans() as lines:
        steps()

    ways = [line for line in lines if " ix_jobs_" in line or line.endswith("can jobs")]
    assert len(ways) == 3
    assert [line for line in ways if "ix_jobs_ended" not in line] == []


def test_the_latest_failures_come_first_however_old(database: str) -> None:
    old, new = (make_job("failed", at=NOW - timedelta(days=days)) for days in (90, 1))
    make_job("succeeded", at=NOW)

    with reading() as session:
        found = latest_failures(session, limit=8)

    assert [one.id for one in found] == [new, old]
    assert found[0].error["class_name"] == "ProviderBusy"
