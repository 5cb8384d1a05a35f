"""Claiming: the one statement that decides which worker runs a job, and the fence that holds it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import ColumnElement, and_, insert, select, update
from sqlalchemy.orm import Session

from core import clock
from core.db import writing
from jobs.models import Attempt, Job, WorkerIncarnation
from jobs.states import JobState

log = structlog.get_logger(__name__)


class Superseded(Exception):
    """This attempt no longer holds its job: another dispatch runs, or it has ended. Nothing may be written."""


class WorkerDeclaredDead(Exception):
    """This worker was taken for dead while it was frozen: the delivery goes back to the queue."""


class NotClaimed(Exception):
    """The message is a duplicate, was cancelled, or belongs to an earlier dispatch: to be acknowledged and dropped."""


@dataclass(frozen=True, kw_only=True)
class Bid:
    """What a delivery brings to the claim."""

    job_id: str
    dispatch: int
    claim_id: str
    worker_id: str
    worker: str


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A job in the hands of one attempt."""

    job_id: str
    claim_id: str
    attempt: int
    retries: int
    payload: Mapping[str, Any]
    project_id: str | None


def holds(job_id: str, claim_id: str) -> ColumnElement[bool]:
    """The fence: every write of an attempt carries it, the parent's as well as the child's."""
    return and_(Job.id == job_id, Job.claim_id == claim_id, Job.state == JobState.RUNNING)


def claim(bid: Bid) -> Claim:
    """Raises NotClaimed with the reason, or WorkerDeclaredDead."""
    with writing() as session:
        _check_alive(session, bid.worker_id)
        won = _take(session, bid)
        if won is None:
            won = _already_ours(session, bid)
        return won


def _check_alive(session: Session, worker_id: str) -> None:
    """Without this, a job claimed under an incarnation that nobody watches any more could hang for ever."""
    alive = select(WorkerIncarnation.id).where(WorkerIncarnation.id == worker_id, WorkerIncarnation.ended_at.is_(None))
    if session.scalar(alive) is None:
        raise WorkerDeclaredDead(worker_id)


def _take(session: Session, bid: Bid) -> Claim | None:
    now = clock.now()
    ours = and_(Job.id == bid.job_id, Job.dispatch == bid.dispatch, Job.state == JobState.QUEUED)
    values = {
        "state": JobState.RUNNING,
        "attempt": Job.attempt + 1,
        "claim_id": bid.claim_id,
        "worker_id": bid.worker_id,
        "worker": bid.worker,
        "started_at": now,
        "updated_at": now,
        "due_at": None,
    }
    row = session.execute(
        update(Job).where(ours).values(**values).returning(Job.attempt, Job.retries, Job.payload, Job.project_id)
    ).one_or_none()
    if row is None:
        return None
    attempt = {"job_id": bid.job_id, "number": row.attempt, "claim_id": bid.claim_id, "worker": bid.worker}
    session.execute(insert(Attempt).values(**attempt, started_at=now))
    return _claim_of(bid, row)


def _claim_of(bid: Bid, row: Any) -> Claim:
    return Claim(
        job_id=bid.job_id,
        claim_id=bid.claim_id,
        attempt=row.attempt,
        retries=row.retries,
        payload=row.payload,
        project_id=row.project_id,
    )


def _already_ours(session: Session, bid: Bid) -> Claim:
    """A claim whose commit went through but whose answer was lost is still ours; anything else is refused."""
    row = session.execute(
        select(Job.state, Job.dispatch, Job.claim_id, Job.attempt, Job.retries, Job.payload, Job.project_id).where(
            Job.id == bid.job_id
        )
    ).one_or_none()
    if row is None:
        raise NotClaimed("its row is not in this database")
    if row.state == JobState.RUNNING and row.claim_id == bid.claim_id:
        return _claim_of(bid, row)
    raise NotClaimed(_why(row, bid))


def _why(row: Any, bid: Bid) -> str:
    if row.dispatch != bid.dispatch:
        return f"superseded: this was dispatch {bid.dispatch}, in force is {row.dispatch}"
    if row.state == JobState.RUNNING:
        return "duplicate: another delivery runs it"
    return f"the job is {row.state}"
