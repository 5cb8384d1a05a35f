"""Orders to a real worker, in the frugal profile: no events, no remote control of Celery's."""

import pytest

from core.db import reading, writing
from core.settings import get_settings
from jobs.cancel import cancel
from jobs.states import JobState
from jobs.workers.instruct import instruct
from jobs.workers.orders import OrderKind, WorkerOrder
from tests.conftest import StartWorker
from tests.jobs.running import worker_of
from tests.jobs_seen import job_of, outcomes_of, state_of, submit_ping, wait_until
from tests.waiting import wait_for

pytestmark = pytest.mark.integration

FRUGAL = ("--without-gossip", "--without-heartbeat")


@pytest.fixture(autouse=True)
def frugal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLIPWAY_BROKER_PROFILE", "frugal")
    monkeypatch.setenv("SLIPWAY_SOFT_SHUTDOWN_SECONDS", "1")
    get_settings.cache_clear()


def order(kind: OrderKind, count: int | None = None, worker: str = "test@localhost") -> WorkerOrder:
    """As it ended."""
    with writing() as session:
        order_id = instruct(session, worker, kind, by="a test", count=count).id
    return wait_for(lambda: ended(order_id), what=f"the worker to {kind}", timeout=50)


def ended(order_id: str) -> WorkerOrder | None:
    with reading() as session:
        found = session.get_one(WorkerOrder, order_id)
    return found if found.done_at else None


def run_at_once(number: int, seconds: float = 600) -> list[str]:
    job_ids = [submit_ping(sleep_s=seconds) for _ in range(number)]
    for job_id in job_ids:
        wait_until(job_id, JobState.RUNNING)
    return job_ids


def stop_jobs(job_ids: list[str]) -> None:
    for job_id in job_ids:
        with writing() as session:
            cancel(session, job_id, by="a test")
    for job_id in job_ids:
        wait_until(job_id, JobState.CANCELLED)


def test_a_worker_grows_shrinks_is_quiet_listens_again_and_stops(
    database: str, broker: str, start_worker: StartWorker
) -> None:
    worker = start_worker("-c", "1", *FRUGAL, queues="default")

    grown = order(OrderKind.GROW, 2)
    assert (grown.outcome, grown.result) == ("done", "It has 3 processes now.")
    running = run_at_once(3)
    assert worker_of(grown.worker_id).concurrency == 3
    assert worker_of(grown.worker_id).vitals["memory_bytes"] > 10_000_000
    assert worker_of(grown.worker_id).vitals["processes"] == 4

    stop_jobs(running[:2])
    shrunk = order(OrderKind.SHRINK, 2)
    assert (shrunk.outcome, shrunk.result) == ("done", "It has one process now.")
    wait_for(lambda: len(worker.children()) == 1, what="two children to end")
    assert state_of(running[2]) == JobState.RUNNING

    assert order(OrderKind.QUIET).outcome == "done"
    assert worker_of(grown.worker_id).quiet_since
    stop_jobs(running[2:])
    waiting = submit_ping()
    wait_for(lambda: published(waiting), what="the job to be published")
    assert state_of(waiting) == JobState.QUEUED

    assert order(OrderKind.LISTEN).outcome == "done"
    wait_until(waiting, JobState.SUCCEEDED)

    [last] = run_at_once(1)
    assert order(OrderKind.SHUTDOWN).outcome == "done"
    wait_for(lambda: not worker.running, what="the worker to stop")
    assert (state_of(last), outcomes_of(last)) == (JobState.QUEUED, ["given_back"])


def published(job_id: str) -> bool:
    return job_of(job_id).published_at is not None
