"""How far a running job is: on its row, fenced, and the place where it learns that it shall stop."""

from typing import Any

from sqlalchemy import select, update

from core import clock
from core.db import reading, writing
from jobs.claim import Superseded, holds
from jobs.models import Job
from jobs.notes import note


class Cancelled(Exception):
    """Somebody asked this job to stop."""


def checkpoint(job_id: str, claim_id: str) -> None:
    """Raises Cancelled when a stop was asked for, Superseded when the job is no longer ours."""
    with reading() as session:
        row = session.execute(select(Job.cancel_requested_at).where(holds(job_id, claim_id))).one_or_none()
    if row is None:
        raise Superseded(job_id)
    if row.cancel_requested_at is not None:
        raise Cancelled(job_id)


def report(job_id: str, claim_id: str, attempt: int, progress: dict[str, Any], *, new_step: bool) -> None:
    """Stores the progress; a new step is also noted on the timeline. Raises as checkpoint does."""
    with writing() as session:
        write = update(Job).where(holds(job_id, claim_id)).values(progress=progress, updated_at=clock.now())
        row = session.execute(write.returning(Job.cancel_requested_at)).one_or_none()
        if row is not None and new_step:
            note(session, job_id, "step", attempt=attempt, message=progress["step"], data=progress)
    if row is None:
        raise Superseded(job_id)
    if row.cancel_requested_at is not None:
        raise Cancelled(job_id)
