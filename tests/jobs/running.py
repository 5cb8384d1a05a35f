"""Workers and attempts as the engine's tests need them, without Celery."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import text, update

from core import ids
from core.db import changed, reading, writing
from jobs.claim import Bid, Claim, claim
from jobs.models import Job, WorkerIncarnation
from jobs.workers import liveness
from jobs.workers.liveness import WorkerDescription
from tests.jobs_seen import job_of
from tests.waiting import wait_for

PAST = datetime(2000, 1, 1, tzinfo=UTC)  # when whatever is due is, and every lease is over
T = TypeVar("T")


def start_worker(name: str = "worker@host") -> str:
    """An incarnation of a worker that lives in this process; answers its id."""
    return liveness.register(WorkerDescription(name=name, queues=["default"], concurrency=2, pool="prefork"))


def bid_for(job_id: str, worker_id: str, *, dispatch: int | None = None, claim_id: str | None = None) -> Bid:
    return Bid(
        job_id=job_id,
        dispatch=job_of(job_id).dispatch if dispatch is None else dispatch,
        claim_id=claim_id or ids.new_id(),
        worker_id=worker_id,
        worker="worker@host",
    )


def claimed(job_id: str, worker_id: str | None = None) -> Claim:
    """The job in the hands of a new attempt."""
    return claim(bid_for(job_id, worker_id or start_worker()))


def set_row(job_id: str, **values: object) -> None:
    """The row as some earlier happening has left it."""
    with writing() as session:
        session.execute(update(Job).where(Job.id == job_id).values(**values))


def set_row_while(state: str, job_id: str, **values: object) -> None:
    """As `set_row`, in a moment in which it is in `state`: one that a dispatcher moves on by itself."""

    def caught() -> int:
        with writing() as session:
            return changed(session, update(Job).where(Job.id == job_id, Job.state == state).values(**values))

    wait_for(caught, what=f"job to be {state}")


def sleep_no_more(job_id: str) -> None:
    """What runs now goes on as it was told; whoever claims the job next finds nothing to sleep for."""
    set_row(job_id, payload={**job_of(job_id).payload, "sleep_s": 0})


def set_worker(worker_id: str, **values: object) -> None:
    with writing() as session:
        session.execute(update(WorkerIncarnation).where(WorkerIncarnation.id == worker_id).values(**values))


def worker_of(worker_id: str) -> WorkerIncarnation:
    with reading() as session:
        return session.get_one(WorkerIncarnation, worker_id)


def at_once(work: Callable[[int], T], times: int) -> list[T]:
    """`work(0)` … in threads that start together."""
    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(work, range(times)))


def wait_for_a_blocked_write() -> None:
    """PostgreSQL: until some transaction waits for a row that another one holds."""
    blocked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"

    def one_waits() -> bool:
        with reading() as session:
            return bool(session.scalar(text(blocked)))

    wait_for(one_waits, what="a write to wait for a row")
