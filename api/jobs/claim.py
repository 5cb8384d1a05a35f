"""Claiming: the one statement that decides which worker runs a job, and the fence that holds it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import (
    ColumnElement,
    FromClause,
    Insert,
    and_,
    bindparam,
    case,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from core import clock
from core.columns import UtcDateTime
from core.db import table_of, unindexed, writing
from core.prepared import PreparedWrite
from jobs.models import NOT_TAKEN, Attempt, Checkpoint, Job, WorkerIncarnation
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
    return and_(Job.id == job_id, Job.claim_id == claim_id, unindexed(Job.state) == JobState.RUNNING)


def claim(bid: Bid) -> Claim:
    """Raises NotClaimed with the reason, or WorkerDeclaredDead."""
    return _take_fresh(bid) or _take_any(bid)


def _take_any(bid: Bid) -> Claim:
    """Also what goes on, and a claim that was committed before; else it finds out why not."""
    with writing() as session:
        won = _take(session, bid)
        if won is None:
            _check_alive(session, bid.worker_id)
            won = _already_ours(session, bid)
        return won


# Made once: SQLAlchemy takes longer to build a statement than to run it.
_jobs, _attempts, _workers = table_of(Job).c, table_of(Attempt), table_of(WorkerIncarnation).c
_now = bindparam("now", type_=UtcDateTime)
# Without it, a job claimed under an incarnation that nobody watches any more could hang for ever.
_alive = exists().where(_workers.id == bindparam("worker_id"), _workers.ended_at.is_(None))
# A job that goes on was begun in time.
_not_expired = or_(_jobs.expires_at.is_(None), _jobs.expires_at > _now, _jobs.continues)
_TAKE = (
    update(table_of(Job))
    .where(_jobs.id == bindparam("job_id"), _jobs.dispatch == bindparam("number"))
    .where(unindexed(_jobs.state) == JobState.QUEUED)
    .where(_alive, _not_expired)
    .values(
        state=JobState.RUNNING,
        attempt=_jobs.attempt + case((_jobs.continues, 0), else_=1),
        claim_id=bindparam("claim"),
        worker_id=bindparam("worker_id"),
        worker=bindparam("worker_name"),
        started_at=case((_jobs.continues, _jobs.started_at), else_=_now),
        updated_at=_now,
        due_at=None,
        published_at=func.coalesce(_jobs.published_at, _now),  # its dispatcher may have died before it said so
        **NOT_TAKEN,
    )
    .returning(*(_jobs[column.key] for column in CLAIMED))
)
_BEGIN_ATTEMPT = insert(_attempts)


def _begin_attempt(taken: FromClause) -> Insert:
    columns = ("job_id", "number", "claim_id", "worker", "started_at")
    found = (taken.c.id, taken.c.attempt, taken.c.claim_id, taken.c.worker, taken.c.started_at)
    return insert(_attempts).from_select(columns, select(*found).where(taken.c.id == bindparam("job_id")))


_FRESH = PreparedWrite(
    _TAKE.where(~_jobs.continues, _jobs.state_bytes.is_(None)).returning(
        _jobs.id, _jobs.claim_id, _jobs.worker, _jobs.started_at
    ),
    then=_begin_attempt,
)


def _take_fresh(bid: Bid) -> Claim | None:
    """As nearly all are: an attempt that begins, with nothing written down by earlier ones."""
    row = _FRESH.run(_values(bid, clock.now()))
    return None if row is None else _claim_of(bid, row)


def _values(bid: Bid, now: datetime) -> dict[str, Any]:
    taken = {"job_id": bid.job_id, "number": bid.dispatch, "now": now}
    return taken | {"claim": bid.claim_id, "worker_id": bid.worker_id, "worker_name": bid.worker}


def _take(session: Session, bid: Bid) -> Claim | None:
    now = clock.now()
    row = session.execute(_TAKE, _values(bid, now)).one_or_none()
    if row is None:
        return None
    _write_attempt(session, bid, row, now)
    return _claim_of(bid, row, _state(session, row, bid))


def _write_attempt(session: Session, bid: Bid, row: Any, now: datetime) -> None:
    """A slice after the first goes on with the attempt that there is; the fence passes to it."""
    ours = {"claim_id": bid.claim_id, "worker": bid.worker}
    place = {"job_id": bid.job_id, "number": row.attempt}
    if row.continues:
        session.execute(update(Attempt).filter_by(**place).values(**ours))
    else:
        session.execute(_BEGIN_ATTEMPT, place | ours | {"started_at": now})


def _check_alive(session: Session, worker_id: str) -> None:
    alive = select(WorkerIncarnation.id).where(WorkerIncarnation.id == worker_id, WorkerIncarnation.ended_at.is_(None))
    if session.scalar(alive) is None:
        raise WorkerDeclaredDead(worker_id)


def _state(session: Session, row: Any, bid: Bid) -> Any:
    if row.state_bytes is None:
        return None
    return session.scalar(select(Checkpoint.state).where(Checkpoint.job_id == bid.job_id))


def _claim_of(bid: Bid, row: Any, state: Any = None) -> Claim:
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
        return _claim_of(bid, row, _state(session, row, bid))
    raise NotClaimed(_why(row, bid))


def _why(row: Any, bid: Bid) -> str:
    if row.dispatch != bid.dispatch:
        return f"superseded: this was dispatch {bid.dispatch}, in force is {row.dispatch}"
    if row.state == JobState.RUNNING:
        return "duplicate: another delivery runs it"
    if row.state == JobState.QUEUED and row.expires_at is not None:
        return f"expired: it was to be begun by {row.expires_at:%Y-%m-%d %H:%M:%S} UTC"
    return f"the job is {row.state}"
