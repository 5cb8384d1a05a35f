"""Claiming: the one statement that decides which worker runs a job, and the fence that holds it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import ColumnElement, and_, case, insert, or_, select, update
from sqlalchemy.orm import Session

from core import clock
from core.db import writing
from jobs.models import Attempt, Checkpoint, Job, WorkerIncarnation
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
    """A job in the hands of one attempt; `state` is what it wrote down last, None when it never did."""

    job_id: str
    claim_id: str
    attempt: int
    retries: int
    payload: Mapping[str, Any]
    project_id: str | None
    slices: int = 0
    state: Any = None


# What a claim is made of, whether it is taken now or was taken by a commit whose answer was lost.
CLAIMED = (Job.attempt, Job.retries, Job.payload, Job.project_id, Job.slices, Job.continues, Job.state_bytes)


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
        "attempt": Job.attempt + case((Job.continues, 0), else_=1),
        "claim_id": bid.claim_id,
        "worker_id": bid.worker_id,
        "worker": bid.worker,
        "started_at": case((Job.continues, Job.started_at), else_=now),
        "updated_at": now,
        "due_at": None,
    }
    taking = update(Job).where(ours, not_expired(now)).values(**values)
    row = session.execute(taking.returning(*CLAIMED)).one_or_none()
    if row is None:
        return None
    _write_attempt(session, bid, row, now)
    return _claim_of(session, bid, row)


def not_expired(now: datetime) -> ColumnElement[bool]:
    """A job that goes on was begun in time."""
    return or_(Job.expires_at.is_(None), Job.expires_at > now, Job.continues)


def _write_attempt(session: Session, bid: Bid, row: Any, now: datetime) -> None:
    """A slice after the first goes on with the attempt that there is; the fence passes to it."""
    ours = {"claim_id": bid.claim_id, "worker": bid.worker}
    place = {"job_id": bid.job_id, "number": row.attempt}
    if row.continues:
        session.execute(update(Attempt).filter_by(**place).values(**ours))
    else:
        session.execute(insert(Attempt).values(**place, **ours, started_at=now))


def _claim_of(session: Session, bid: Bid, row: Any) -> Claim:
    state = None
    if row.state_bytes is not None:
        state = session.scalar(select(Checkpoint.state).where(Checkpoint.job_id == bid.job_id))
    return Claim(
        job_id=bid.job_id,
        claim_id=bid.claim_id,
        attempt=row.attempt,
        retries=row.retries,
        payload=row.payload,
        project_id=row.project_id,
        slices=row.slices,
        state=state,
    )


def _already_ours(session: Session, bid: Bid) -> Claim:
    """A claim whose commit went through but whose answer was lost is still ours; anything else is refused."""
    found = select(Job.state, Job.dispatch, Job.claim_id, Job.expires_at, *CLAIMED)
    row = session.execute(found.where(Job.id == bid.job_id)).one_or_none()
    if row is None:
        raise NotClaimed("its row is not in this database")
    if row.state == JobState.RUNNING and row.claim_id == bid.claim_id:
        return _claim_of(session, bid, row)
    raise NotClaimed(_why(row, bid))


def _why(row: Any, bid: Bid) -> str:
    if row.dispatch != bid.dispatch:
        return f"superseded: this was dispatch {bid.dispatch}, in force is {row.dispatch}"
    if row.state == JobState.RUNNING:
        return "duplicate: another delivery runs it"
    if row.state == JobState.QUEUED and row.expires_at is not None:
        return f"expired: it was to be begun by {row.expires_at:%Y-%m-%d %H:%M:%S} UTC"
    return f"the job is {row.state}"
