"""What the end of a job means for dead letters; part of the transaction that ends it, so neither is lost alone."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, or_, select, update
from sqlalchemy.orm import Session

from core import clock
from core.contracts import catalog
from jobs.canvas import is_part
from jobs.dead_letters.models import PASSING, Cause, DeadLetter, LetterState
from jobs.models import Job
from jobs.states import JobState

AUTOMATIC = "dead letters"  # who submitted a job that nobody asked for
REDRIVE_EVERY = timedelta(minutes=5)
REDRIVE_CAP = 3  # of one chain; what has failed as often is permanent
MAX_AGE = timedelta(hours=24)  # since the first failure of the chain


@dataclass(frozen=True)
class Chain:
    """What one of a row of re-runs has from those before it."""

    root_id: str
    first_at: datetime
    redrives: int = 0


def on_end(session: Session, ended: Any) -> None:
    """`ended` is an EndedJob. A first try that ends well, as nearly all do, costs nothing here."""
    if ended.state is JobState.FAILED:
        _on_failure(session, ended.id)
    elif ended.state is JobState.SUCCEEDED and (ended.retry_of or ended.dispatch > 1):
        _resolve(session, [one for one in (ended.id, ended.retry_of) if one])
    elif ended.state is JobState.CANCELLED and (ended.retry_of or ended.dispatch > 1):
        _set_aside(session, ended)


def redrive_time(cause: str, chain: Chain, now: datetime) -> datetime | None:
    """When it is tried again without anybody's asking; None when it is for people to decide."""
    if cause not in PASSING or chain.redrives >= REDRIVE_CAP or now - chain.first_at >= MAX_AGE:
        return None
    return now + REDRIVE_EVERY


def _on_failure(session: Session, job_id: str) -> None:
    job = session.execute(select(*_TOLD).where(Job.id == job_id)).one()
    letter = session.get(DeadLetter, job_id, with_for_update=True)
    if letter is not None:
        _reopen(letter, job)
        session.flush()
        return
    now = clock.now()
    chain = chain_of(session, job, now)
    cause = Cause((job.error or {}).get("kind", Cause.PERMANENT))
    row = {name: getattr(job, name) for name in ("id", "task", "queue", "project_id")}
    row |= {"job_id": job.id, "root_id": chain.root_id, "first_at": chain.first_at, "redrives": chain.redrives}
    row |= {"state": LetterState.OPEN, "cause": cause, "error": job.error or {}, "at": now, "history": []}
    session.execute(insert(DeadLetter).values(**row, redrive_at=_own_redrive(job, cause, chain, now)))


_TOLD = (
    Job.id,
    Job.task,
    Job.queue,
    Job.project_id,
    Job.error,
    Job.retry_of,
    Job.submitted_by,
    Job.canvas,
    Job.workflow_id,
    Job.cancel_requested_at,
)


def _reopen(letter: DeadLetter, job: Any) -> None:
    """Its message was given up on before, and the job was dispatched again."""
    letter.state, letter.error, letter.at = LetterState.OPEN, job.error or {}, clock.now()
    letter.redrive_at = None


def _own_redrive(job: Any, cause: Cause, chain: Chain, now: datetime) -> datetime | None:
    """The platform's own jobs have tried for as long as it makes sense; a part of a canvas or a workflow
    cannot be repeated alone; and what was told to stop does not come back by itself."""
    if job.cancel_requested_at is not None:
        return None
    contract = catalog.find(job.task)
    if contract is None or contract.internal or is_part(job.canvas) or job.workflow_id is not None:
        return None
    return redrive_time(cause, chain, now)


def chain_of(session: Session, job: Any, now: datetime) -> Chain:
    """The letter that this job was to mend is superseded by its own."""
    before = session.get(DeadLetter, job.retry_of, with_for_update=True) if job.retry_of else None
    if before is None:
        return Chain(job.id, now)
    if before.state == LetterState.OPEN:
        before.state, before.new_job_id = LetterState.REDRIVEN, job.id
        session.flush()
    return Chain(before.root_id, before.first_at, before.redrives if job.submitted_by == AUTOMATIC else 0)


def _set_aside(session: Session, ended: Any) -> None:
    """What it was to mend may still be run again, by whoever thinks better of it."""
    own = (DeadLetter.id == ended.id) & (DeadLetter.job_id == ended.id)
    mended = (DeadLetter.id == ended.retry_of) & (DeadLetter.new_job_id == ended.id)
    decided = {"state": LetterState.DISCARDED, "reason": "the job was cancelled", "decided_at": clock.now()}
    run_again = update(DeadLetter).where(or_(own, mended), DeadLetter.state == LetterState.REDRIVEN)
    session.execute(run_again.values(**decided))


def _resolve(session: Session, ids: list[str]) -> None:
    """With it, all that led to this run."""
    roots = select(DeadLetter.root_id).where(DeadLetter.id.in_(ids))
    unsettled = DeadLetter.state.in_([LetterState.OPEN, LetterState.REDRIVEN])
    resolved = {"state": LetterState.RESOLVED, "decided_at": clock.now(), "redrive_at": None}
    session.execute(update(DeadLetter).where(DeadLetter.root_id.in_(roots), unsettled).values(**resolved))
