"""What a job writes down of how far it is, so that its next slice or its next attempt goes on from there."""

from typing import Any

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from core import clock
from core.db import writing
from core.errors import AppError
from core.text import NotStorable, storable_json
from jobs.claim import Superseded, holds
from jobs.models import Checkpoint, Job
from jobs.progress import Cancelled

STATE_LIMIT = 256 * 1024  # bytes of JSON, as of a payload; larger things are rows that the state refers to


class StateNotStorable(AppError):
    """The job's state must be JSON."""


class StateTooLarge(AppError):
    """The job's state is larger than 256 KiB."""


class ContinueLater(Exception):
    """This slice is over: the job goes on from `state` in a delivery of its own."""

    def __init__(self, state: Any) -> None:
        super().__init__("to be continued")
        self.state = state


def size_of(state: Any) -> int:
    """Bytes of JSON. Raises StateNotStorable, StateTooLarge."""
    try:
        size = len(storable_json(state))
    except NotStorable as error:
        raise StateNotStorable(f"The job's state cannot be stored: {error}") from None
    if size > STATE_LIMIT:
        raise StateTooLarge(
            f"The job's state is {size:,} bytes of JSON; at most {STATE_LIMIT:,} are kept. "
            "Put what is large into rows or files, and their ids into the state."
        )
    return size


def save(job_id: str, claim_id: str, state: Any) -> None:
    """Within a slice. Raises Cancelled when a stop was asked for, Superseded when the job is no longer ours."""
    written = {"state_bytes": size_of(state), "updated_at": clock.now()}
    with writing() as session:
        holding = update(Job).where(holds(job_id, claim_id)).values(**written)
        row = session.execute(holding.returning(Job.cancel_requested_at)).one_or_none()
        if row is None:
            raise Superseded(job_id)
        put(session, job_id, state)
    if row.cancel_requested_at is not None:
        raise Cancelled(job_id)


def put(session: Session, job_id: str, state: Any) -> None:
    """To be called by whoever holds the job's row in this transaction and writes `state_bytes`."""
    session.execute(delete(Checkpoint).where(Checkpoint.job_id == job_id))
    session.execute(insert(Checkpoint).values(job_id=job_id, state=state, saved_at=clock.now()))
