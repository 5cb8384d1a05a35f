"""Jobs that were to be begun by some moment, and were not: they end as cancelled and never run."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, not_, select, text, update
from sqlalchemy.orm import Session

from core import clock
from core.db import reading, writing
from jobs.cancel import cancel_below
from jobs.events import announce_many, event
from jobs.follow_up import ENDED, follow_up
from jobs.models import EXPIRES, NOT_TAKEN, Job
from jobs.notes import note
from jobs.states import AT_REST, JobState

BATCH = 100  # jobs in one transaction


def end_expired() -> bool:
    """One batch; answers whether there may be more. The claim refuses such a job even before."""
    with reading() as session:
        found = session.execute(select(Job.id, Job.expires_at).where(_expired()).order_by(Job.id).limit(BATCH)).all()
    if not found:
        return False
    with writing() as session:
        ended = [job_id for job_id, expires_at in found if end_if_expired(session, job_id, expires_at)]
    announce_many([event("job-state", job_id=job_id, state=JobState.CANCELLED) for job_id in ended])
    return len(found) == BATCH


def _missed(session: Session, job_id: str) -> str:
    tried = session.scalar(select(Job.attempt).where(Job.id == job_id))
    return "it was not begun again" if tried else "it was not begun"


def _expired() -> ColumnElement[bool]:
    """A job between two slices was begun in time."""
    at_rest = and_(Job.state.in_(AT_REST), not_(Job.continues))
    return and_(text(EXPIRES), Job.expires_at <= clock.now(), at_rest)


def end_if_expired(session: Session, job_id: str, expires_at: datetime | None) -> bool:
    """Looked at again while the row is ours: it may have been claimed, or cancelled, meanwhile."""
    now = clock.now()
    ending = update(Job).where(Job.id == job_id, _expired())
    values = {"state": JobState.CANCELLED, "ended_at": now, "updated_at": now, "cancel_requested_at": now}
    row = session.execute(ending.values(**values, **NOT_TAKEN).returning(*ENDED)).one_or_none()
    if row is None:
        return False
    why = f"expired: {_missed(session, job_id)} by {expires_at:%Y-%m-%d %H:%M:%S} UTC"
    note(session, job_id, "expired", message=why)
    follow_up(session, row)
    cancel_below(session, job_id, by="its parent's expiry")
    return True
