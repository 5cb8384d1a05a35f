"""Who works, who stopped and who was lost, as the pages show it."""

from datetime import timedelta

import pytest

from core import clock
from core.db import reading
from jobs.workers.liveness import DEAD_AFTER, retire
from jobs.workers.queries import UnknownWorker, WorkerView, listeners, living_workers, recent_workers, worker_history
from tests.jobs.rows import make_attempt, make_job
from tests.jobs.running import claimed, set_worker, start_worker
from tests.jobs_seen import submit_ping


def recent() -> list[WorkerView]:
    with reading() as session:
        return recent_workers(session)


def states() -> list[tuple[str, str]]:
    return [(view.worker.name, view.state.value) for view in recent()]


def ended(worker_id: str, hours: float, ending: str = "dead") -> None:
    set_worker(worker_id, ended_at=clock.now() - timedelta(hours=hours), ending=ending)


def test_the_living_come_first_and_those_that_went_within_a_day_follow(database: str) -> None:
    ended(start_worker("b-lost@host"), 1)
    retire(start_worker("a-stopped@host"))
    ended(start_worker("forgotten@host"), 25)
    start_worker("z-alive@host")

    assert states() == [("z-alive@host", "alive"), ("a-stopped@host", "stopped"), ("b-lost@host", "lost")]


def test_a_worker_that_came_back_is_not_shown_as_lost_as_well(database: str) -> None:
    ended(start_worker("w@host"), 1)
    start_worker("w@host")

    [view] = recent()

    assert (view.state.value, view.starts) == ("alive", 2)


def test_a_silent_worker_is_lost_although_nobody_declared_it_so(database: str) -> None:
    set_worker(start_worker("w@host"), seen_at=clock.now() - DEAD_AFTER - timedelta(seconds=5))

    assert states() == [("w@host", "lost")]
    with reading() as session:
        assert living_workers(session) == []


def test_a_worker_shows_what_it_runs_and_what_it_did_within_the_hour(database: str) -> None:
    worker_id = start_worker("worker@host")
    claimed(submit_ping(), worker_id)
    make_attempt(make_job("succeeded"), "worker@host", ended_at=clock.now())
    make_attempt(make_job("succeeded"), "worker@host", ended_at=clock.now() - timedelta(hours=2))
    make_attempt(make_job("succeeded"), "other@host", ended_at=clock.now())

    [view] = recent()

    assert (view.running, view.done_last_hour) == (1, 1)


def test_every_start_of_a_name_is_its_history(database: str) -> None:
    first, second = start_worker("w@host"), start_worker("w@host")
    ended(first, 30)

    with reading() as session:
        by_name, by_id = worker_history(session, "w@host"), worker_history(session, first)

    assert [view.worker.id for view in by_name] == [view.worker.id for view in by_id] == [second, first]


def test_a_worker_nobody_knows_is_said_to_be_unknown(sqlite_database: str) -> None:
    with reading() as session, pytest.raises(UnknownWorker, match="no worker 'nobody@host'"):
        worker_history(session, "nobody@host")


def test_listeners_are_told_queue_by_queue(sqlite_database: str) -> None:
    start_worker("a@host")
    start_worker("b@host")

    with reading() as session:
        assert listeners(living_workers(session)) == {"default": ["a@host", "b@host"]}
