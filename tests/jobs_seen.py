"""Looking at jobs from a test."""

from collections import Counter
from typing import Any

from sqlalchemy import func, select

from core.db import reading, writing
from jobs.logs.models import JobLog
from jobs.models import Attempt, Job
from jobs.states import FINAL
from jobs.submit import submit
from tests.waiting import wait_for
from workloads.operations.contracts import PING


def submit_ping(**details: Any) -> str:
    """A committed ping; keywords of `submit` may be given beside those of the payload."""
    options = {name: details.pop(name) for name in ("due_at", "idempotency_key", "project_id") if name in details}
    with writing(durable=True) as session:
        return submit(session, PING, details, **options).job_id


def job_of(job_id: str) -> Job:
    with reading() as session:
        return session.get_one(Job, job_id)


def state_of(job_id: str) -> str:
    return job_of(job_id).state


def attempts_of(job_id: str) -> list[Attempt]:
    with reading() as session:
        return list(session.scalars(select(Attempt).where(Attempt.job_id == job_id).order_by(Attempt.number)))


def lines_of(job_id: str) -> list[JobLog]:
    """What it has logged, in every attempt."""
    with reading() as session:
        return list(session.scalars(select(JobLog).where(JobLog.job_id == job_id).order_by(JobLog.number)))


def outcomes_of(job_id: str) -> list[str | None]:
    return [attempt.outcome for attempt in attempts_of(job_id)]


def states() -> Counter[str]:
    with reading() as session:
        return Counter({state: n for state, n in session.execute(select(Job.state, func.count()).group_by(Job.state))})


def wait_until(job_id: str, state: str, timeout: float = 60.0) -> Job:
    wait_for(lambda: state_of(job_id) == state, what=f"job to be {state}", timeout=timeout)
    return job_of(job_id)


def wait_until_ended(timeout: float = 60.0) -> Counter[str]:
    wait_for(lambda: set(states()) <= FINAL, what="every job to end", timeout=timeout)
    return states()
