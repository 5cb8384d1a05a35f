"""One action on many jobs: in short transactions, so that nobody else waits long, and each job answered for itself."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import writing
from core.errors import AppError
from core.patience import until_through
from core.portions import portions
from jobs.cancel import AlreadyEnded, UnknownJob, cancel
from jobs.events import announce_many, event
from jobs.models import Job
from jobs.schedule import NotDueLater, run_now
from jobs.states import JobState

CHUNK = 50  # jobs in one transaction
PATIENCE = 10.0  # seconds of database trouble

Answer = JobState | AppError
Act = Callable[[Session, str], Answer]


def cancel_many(job_ids: Sequence[str], *, by: str) -> dict[str, Answer]:
    """What became of each: `cancelled`, `running` where it was asked to stop, or why not. Repeating it does no harm."""
    return _each(job_ids, partial(_cancel, by=by), what="cancelling many")


def run_many_now(job_ids: Sequence[str], *, by: str) -> dict[str, Answer]:
    """What became of each: `scheduled`, for at once, or why not. Repeating it does no harm."""
    return _each(job_ids, partial(_run_now, by=by), what="running many now")


def _each(job_ids: Sequence[str], act: Act, *, what: str) -> dict[str, Answer]:
    answers: dict[str, Answer] = {}
    for some in chunks(job_ids):
        answers |= until_through(partial(_chunk, some, act), what=what, patience=PATIENCE)
    return answers


def chunks(job_ids: Iterable[str]) -> Iterator[Sequence[str]]:
    """In one order, so that two such requests cannot wait for each other's rows."""
    return portions(sorted(set(job_ids)), CHUNK)


def _chunk(job_ids: Sequence[str], act: Act) -> dict[str, Answer]:
    with writing(durable=True) as session:
        answers = {job_id: act(session, job_id) for job_id in job_ids}
        hints = hints_of(session, job_ids)
    announce_many(hints)
    return answers


def _cancel(session: Session, job_id: str, *, by: str) -> Answer:
    try:
        return cancel(session, job_id, by=by)
    except AlreadyEnded as error:  # by a request before this one, or with its parent
        cancelled = session.scalar(select(Job.state).where(Job.id == job_id)) == JobState.CANCELLED
        return JobState.CANCELLED if cancelled else error
    except UnknownJob as error:
        return error


def _run_now(session: Session, job_id: str, *, by: str) -> Answer:
    try:
        run_now(session, job_id, by=by)
    except (NotDueLater, UnknownJob) as error:
        return error
    return JobState.SCHEDULED


def hints_of(session: Session, job_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Events that tell where these jobs stand now."""
    told = select(Job.id, Job.state, Job.task, Job.queue, Job.project_id, Job.attempt)
    return [_hint(row) for row in session.execute(told.where(Job.id.in_(job_ids)))]


def _hint(row: Any) -> dict[str, Any]:
    about = {"task": row.task, "queue": row.queue, "project_id": row.project_id, "attempt": row.attempt}
    return event("job-state", job_id=row.id, state=row.state, **about)
