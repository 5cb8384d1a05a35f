"""Reading jobs: lists, one job, its attempts, and what happened to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Text, and_, cast, func, or_, select
from sqlalchemy.orm import Session

from core.http import Page, page_of
from jobs.cancel import UnknownJob
from jobs.models import Attempt, Job, JobNote
from jobs.states import JobState, Outcome

NOTES_LIMIT = 5_000  # of one job's notes, the newest are shown


@dataclass(frozen=True, kw_only=True)
class JobFilter:
    """What a list is narrowed to; `q` is text in payload, result or error, or a job's id.

    `readable` are the tasks whose texts the caller may read, None for all: a secret could be guessed by searching.
    """

    states: Sequence[JobState] = ()
    task: str | None = None
    queue: str | None = None
    project_id: str | None = None
    parent_id: str | None = None
    retry_of: str | None = None
    q: str | None = None
    readable: Sequence[str] | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        names = ("task", "queue", "project_id", "parent_id", "retry_of")
        equal = [(getattr(Job, name), getattr(self, name)) for name in names]
        found = [column == value for column, value in equal if value is not None]
        if self.states:
            found.append(Job.state.in_(self.states))
        if self.q:
            found.append(_mentions(self.q, self.readable))
        return found


def _mentions(text: str, readable: Sequence[str] | None) -> ColumnElement[bool]:
    """The columns hold JSON text, so the text is looked for as JSON writes it."""
    needle = orjson.dumps(text)[1:-1].decode()
    columns = [cast(column, Text) for column in (Job.payload, Job.result, Job.error)]
    mentioned = or_(*(column.icontains(needle, autoescape=True) for column in columns))
    if readable is not None:
        # Not the bare column: by its index, the newest of all these tasks would have to be sorted out first.
        mentioned = and_(func.coalesce(Job.task, "").in_(readable), mentioned)
    return or_(Job.id == text, mentioned)


def list_jobs(session: Session, wanted: JobFilter, *, cursor: str | None, limit: int) -> Page[Job]:
    """Newest first. Raises BadCursor."""
    statement = select(Job).where(*wanted.conditions())
    return page_of(session, statement, by=(Job.created_at, Job.id), cursor=cursor, limit=limit)


def count_jobs(session: Session, wanted: JobFilter, *, most: int) -> int:
    """How many there are; counts no further than `most`."""
    some = select(Job.id).where(*wanted.conditions()).limit(most).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def get_job(session: Session, job_id: str) -> Job:
    """Raises UnknownJob."""
    job = session.get(Job, job_id)
    if job is None:
        raise UnknownJob(f"There is no job {job_id!r}.")
    return job


def attempts_of(session: Session, job_id: str) -> list[Attempt]:
    """In their order. Raises UnknownJob."""
    get_job(session, job_id)
    return list(session.scalars(select(Attempt).where(Attempt.job_id == job_id).order_by(Attempt.number)))


@dataclass(frozen=True, kw_only=True)
class Happening:
    """One line of a job's timeline."""

    at: datetime
    kind: str
    state: JobState | None = None
    attempt: int | None = None
    message: str | None = None
    data: Any = None


AFTER = {
    Outcome.SUCCEEDED: JobState.SUCCEEDED,
    Outcome.FAILED: JobState.FAILED,
    Outcome.TIMED_OUT: JobState.FAILED,
    Outcome.RETRIED: JobState.RETRYING,
    Outcome.CANCELLED: JobState.CANCELLED,
    Outcome.LOST: JobState.QUEUED,
    Outcome.GIVEN_BACK: JobState.QUEUED,
}


def timeline_of(session: Session, job_id: str) -> list[Happening]:
    """From submit to end, oldest first: told by the row, its attempts and its notes. Raises UnknownJob."""
    job = get_job(session, job_id)
    happenings = [_submitted(job), *_notes(session, job_id)]
    for attempt in attempts_of(session, job_id):
        happenings += _tries(attempt, job)
    told = any(one.state is not None and one.state.final for one in happenings)
    if job.ended_at is not None and not told:
        happenings.append(Happening(at=job.ended_at, kind="ended", state=job.status))
    return sorted(happenings, key=lambda one: (one.at, one.kind == "ended"))


def _submitted(job: Job) -> Happening:
    data = {"retry_of": job.retry_of} if job.retry_of else None
    return Happening(at=job.created_at, kind="submitted", state=_first_state(job), data=data)


def _first_state(job: Job) -> JobState | None:
    """Unknown once it has been queued again: the row keeps only the last time."""
    if job.dispatch > 1:
        return None
    return JobState.QUEUED if job.queued_at == job.created_at else JobState.SCHEDULED


def _notes(session: Session, job_id: str) -> list[Happening]:
    newest = select(JobNote).where(JobNote.job_id == job_id).order_by(JobNote.id.desc()).limit(NOTES_LIMIT)
    return [
        Happening(at=note.at, kind=note.kind, attempt=note.attempt, message=note.message, data=note.data)
        for note in session.scalars(newest)
    ]


def _tries(attempt: Attempt, job: Job) -> list[Happening]:
    started = Happening(
        at=attempt.started_at,
        kind="started",
        state=JobState.RUNNING,
        attempt=attempt.number,
        message=f"on {attempt.worker}",
    )
    if attempt.ended_at is None or attempt.outcome is None:
        return [started]
    # One transaction ends both, the job's time being taken first; a job that ends later does so by other means.
    last = attempt.number == job.attempt and job.ended_at is not None and job.ended_at <= attempt.ended_at
    error = attempt.error or {}
    ended = Happening(
        at=attempt.ended_at,
        kind=attempt.outcome,
        state=job.status if last else AFTER[Outcome(attempt.outcome)],
        attempt=attempt.number,
        message=error.get("message"),
    )
    return [started, ended]
