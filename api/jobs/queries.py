"""Reading jobs: lists, one job, its attempts, and what happened to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.http import Page, page_of
from jobs.cancel import UnknownJob
from jobs.listed import WITHOUT_VALUES
from jobs.models import Attempt, Job, JobNote
from jobs.narrowing import Wanted, narrowed
from jobs.search.queries import count_found, search_jobs
from jobs.states import JobState, Outcome

NOTES_LIMIT = 5_000  # of one job's notes, the newest are shown


@dataclass(frozen=True, kw_only=True)
class JobFilter:
    """What a list is narrowed to; `q` is text in payload, result or error, or a job's id."""

    states: Sequence[JobState] = ()
    task: str | None = None
    queue: str | None = None
    project_id: str | None = None
    parent_id: str | None = None
    retry_of: str | None = None
    q: str | None = None

    def wanted(self) -> list[Wanted]:
        """All but `q`, which is looked for in other ways."""
        names = ("task", "queue", "project_id", "parent_id", "retry_of")
        equal = [(getattr(Job, name), getattr(self, name)) for name in names]
        found: list[Wanted] = [(column, [value]) for column, value in equal if value is not None]
        return [*found, (Job.state, sorted(set(self.states)))] if self.states else found


def list_jobs(session: Session, wanted: JobFilter, *, cursor: str | None, limit: int) -> Page[Job]:
    """Newest first; payload and result are left unread. Raises BadCursor."""
    if wanted.q:
        return search_jobs(session, wanted.q, wanted.wanted(), cursor=cursor, limit=limit)
    statement = select(Job).options(*WITHOUT_VALUES).where(*narrowed(session, wanted.wanted()))
    return page_of(session, statement, by=(Job.created_at, Job.id), cursor=cursor, limit=limit)


def count_jobs(session: Session, wanted: JobFilter, *, most: int) -> int:
    """How many there are; counts no further than `most`."""
    if wanted.q:
        return count_found(session, wanted.q, wanted.wanted(), most=most)
    some = select(Job.id).where(*narrowed(session, wanted.wanted())).limit(most).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def get_job(session: Session, job_id: str) -> Job:
    """Raises UnknownJob."""
    job = session.get(Job, job_id)
    if job is None:
        raise UnknownJob(f"There is no job {job_id!r}: it never was, or it has been kept long enough.")
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
