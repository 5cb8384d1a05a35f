"""Leaving `running`: success, failure, retry, cancel, or back to the queue. Each is one fenced transaction."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import FromClause, Row, Update, bindparam, select, update
from sqlalchemy.orm import Session

from core import clock
from core.columns import time_of_writing
from core.db import table_of, unindexed, writing
from core.log import presentable
from core.prepared import PreparedWrite
from jobs import checkpoints
from jobs.claim import Superseded, holds
from jobs.dispatch.bell import ring_once_committed
from jobs.follow_up import ENDED, follow_up, followers, nothing_follows
from jobs.models import NOT_TAKEN, Attempt, Job
from jobs.notes import note
from jobs.states import ErrorKind, JobState, Outcome

LOST_LIMIT = 3  # attempts that ended with their worker: the job is taken to be what kills it
MESSAGE_LIMIT = 2_000  # characters of an error's message
TRACEBACK_LIMIT = 64_000


@dataclass(frozen=True, kw_only=True)
class Failure:
    """What an attempt's exception leaves behind."""

    class_name: str
    message: str
    kind: ErrorKind
    traceback: str | None = None

    def as_json(self) -> dict[str, str]:
        return {
            "class_name": self.class_name,
            "message": presentable(self.message)[:MESSAGE_LIMIT],
            "kind": self.kind,
        }


# What makes the next delivery a new one: any message of an earlier dispatch is dropped from here on.
NEXT_DISPATCH: dict[str, Any] = {
    "dispatch": Job.dispatch + 1,
    "published_at": None,
    **NOT_TAKEN,
}


def succeed(job_id: str, claim_id: str, result: Any) -> None:
    """Raises Superseded."""
    if not _succeeded_alone(job_id, claim_id, result):
        _end(job_id, claim_id, JobState.SUCCEEDED, Outcome.SUCCEEDED, result=result)


def fail(job_id: str, claim_id: str, failure: Failure) -> None:
    """Raises Superseded."""
    outcome = Outcome.TIMED_OUT if failure.kind is ErrorKind.TIMEOUT else Outcome.FAILED
    _end(job_id, claim_id, JobState.FAILED, outcome, failure=failure)


def end_cancelled(job_id: str, claim_id: str) -> None:
    """Raises Superseded."""
    with writing() as session:
        if not _ended_so_before(session, job_id, claim_id, JobState.CANCELLED):
            ended: dict[str, Any] = {"state": JobState.CANCELLED, "ended_at": clock.now()}
            _leave(session, job_id, claim_id, Outcome.CANCELLED, **ended)


def retry_later(job_id: str, claim_id: str, failure: Failure, due_at: datetime) -> JobState:
    """A retry is a row write: no message leaves before this is committed. Raises Superseded."""
    with writing() as session:
        if _asked_to_stop(session, job_id):
            return _requeue(session, job_id, claim_id, Outcome.RETRIED)
        values = {"state": JobState.RETRYING, "due_at": due_at, "retries": Job.retries + 1, "error": failure.as_json()}
        _leave(session, job_id, claim_id, Outcome.RETRIED, failure=failure, **values, **NEXT_DISPATCH)
        return JobState.RETRYING


def continue_later(job_id: str, claim_id: str, state: Any) -> JobState:
    """The slice is over and the attempt goes on: `state` and the next dispatch are one commit. Raises Superseded.

    Losses and retries count from here again: a job that gets on is not what kills its workers, and what it asks for
    may be busy once in each of a thousand slices.
    """
    with writing() as session:
        if _asked_to_stop(session, job_id):
            return _requeue(session, job_id, claim_id, Outcome.CANCELLED)
        now, size = clock.now(), checkpoints.size_of(state)
        counts = {"slices": Job.slices + 1, "continues": True, "lost": 0, "retries": 0, "state_bytes": size}
        values = {"state": JobState.QUEUED, "queued_at": now, "updated_at": now, **counts, **NEXT_DISPATCH}
        going_on = update(Job).where(holds(job_id, claim_id)).values(**values)
        row = session.execute(going_on.returning(Job.slices, Job.attempt, Job.worker)).one_or_none()
        if row is None:
            raise Superseded(job_id)
        ring_once_committed(session)
        checkpoints.put(session, job_id, state)
        note(session, job_id, "slice", attempt=row.attempt, message=f"slice {row.slices} ended on {row.worker}")
        return JobState.QUEUED


def end_paused_attempt(session: Session, job_id: str, outcome: Outcome, *, at: datetime, error: Any = None) -> None:
    """For a job that ends between two slices: nobody works on it, but its attempt is open."""
    unended = update(Attempt).where(Attempt.job_id == job_id, Attempt.ended_at.is_(None))
    session.execute(unended.values(ended_at=at, outcome=outcome, error=error))


def fail_queued(session: Session, job: Job, error: dict[str, Any]) -> None:
    """For a job that no worker can be told of; its row is held."""
    now = clock.now()
    ended = {"state": JobState.FAILED, "ended_at": now, "updated_at": now, "error": error, **NOT_TAKEN}
    if job.continues:
        end_paused_attempt(session, job.id, Outcome.FAILED, at=now, error=error)
    follow_up(session, session.execute(update(Job).where(Job.id == job.id).values(**ended).returning(*ENDED)).one())


def give_back(job_id: str, claim_id: str) -> JobState:
    """The worker shuts down: the job is queued again and nobody is to blame. Raises Superseded."""
    with writing() as session:
        return give_back_in(session, job_id, claim_id)


def give_back_in(session: Session, job_id: str, claim_id: str) -> JobState:
    return _requeue(session, job_id, claim_id, Outcome.GIVEN_BACK)


def lose(job_id: str, claim_id: str, why: str) -> JobState:
    """The process that ran it is gone: queued again, or failed as poison after LOST_LIMIT. Raises Superseded."""
    with writing() as session:
        return lose_in(session, job_id, claim_id, why)


def lose_in(session: Session, job_id: str, claim_id: str, why: str) -> JobState:
    lost = session.scalar(select(Job.lost).where(holds(job_id, claim_id)).with_for_update())
    if lost is None:
        raise Superseded(job_id)
    if lost + 1 < LOST_LIMIT or _asked_to_stop(session, job_id):
        return _requeue(session, job_id, claim_id, Outcome.LOST, lost=lost + 1)
    message = f"{LOST_LIMIT} attempts ended with their worker, the last one: {why}"
    failure = Failure(class_name="WorkerLost", message=message, kind=ErrorKind.POISON)
    values = {"state": JobState.FAILED, "ended_at": clock.now(), "error": failure.as_json(), "lost": lost + 1}
    _leave(session, job_id, claim_id, Outcome.LOST, failure=failure, **values)
    return JobState.FAILED


def _asked_to_stop(session: Session, job_id: str) -> bool:
    """Holds the row, so that a cancel in the same moment is seen either here or by a job that is at rest."""
    return session.scalar(select(Job.cancel_requested_at).where(Job.id == job_id).with_for_update()) is not None


def _requeue(session: Session, job_id: str, claim_id: str, outcome: Outcome, **values: Any) -> JobState:
    """Back to the queue; a cancel that was asked for is kept here, since nobody else would look at it again.

    The attempt is then cancelled whatever ended it, so `values` count nothing.
    """
    if _asked_to_stop(session, job_id):
        _leave(session, job_id, claim_id, Outcome.CANCELLED, state=JobState.CANCELLED, ended_at=clock.now())
        return JobState.CANCELLED
    values |= {"state": JobState.QUEUED, "queued_at": clock.now(), "progress": None, **NEXT_DISPATCH}
    _leave(session, job_id, claim_id, outcome, **values)
    ring_once_committed(session)
    return JobState.QUEUED


# Made once: SQLAlchemy takes longer to build a statement than to run it.
_jobs, _attempts = table_of(Job), table_of(Attempt)
_ENDED = tuple(_jobs.c[column.key] for column in ENDED)
_END = (
    update(_jobs)
    .where(_jobs.c.id == bindparam("job_id"), _jobs.c.claim_id == bindparam("claim"))
    .where(unindexed(_jobs.c.state) == JobState.RUNNING)
    .values({name: bindparam(f"new_{name}") for name in ("state", "result", "error", "ended_at")})
    .values(continues=False, updated_at=time_of_writing())
    .returning(*_ENDED)
)
_END_ATTEMPT = (
    update(_attempts)
    .where(_attempts.c.claim_id == bindparam("claim"))
    .values({name: bindparam(f"new_{name}") for name in ("ended_at", "outcome", "error", "traceback")})
)


def _end_its_attempt(ended: FromClause) -> Update:
    of_the_job = select(ended.c.claim_id).where(ended.c.id == bindparam("job_id"))
    return _END_ATTEMPT.where(_attempts.c.claim_id.in_(of_the_job))


@lru_cache(maxsize=1)
def _end_alone(_followers: tuple[str, ...]) -> PreparedWrite:
    """Made anew when there are other followers."""
    return PreparedWrite(_END.where(nothing_follows()).returning(_jobs.c.claim_id), then=_end_its_attempt)


def _succeeded_alone(job_id: str, claim_id: str, result: Any) -> bool:
    """False when something follows, when the job is no longer held, or when this was committed before."""
    now = clock.now()
    ended = {"new_state": JobState.SUCCEEDED, "new_result": result, "new_ended_at": now}
    attempt = {"new_outcome": Outcome.SUCCEEDED, "new_error": None, "new_traceback": None}
    values = {"job_id": job_id, "claim": claim_id, **ended, **attempt}
    return _end_alone(tuple(followers())).run(values) is not None


def _end(
    job_id: str,
    claim_id: str,
    state: JobState,
    outcome: Outcome,
    *,
    result: Any = None,
    failure: Failure | None = None,
) -> None:
    now, error = clock.now(), failure.as_json() if failure is not None else None
    new = {"new_state": state, "new_result": result, "new_error": error, "new_ended_at": now}
    with writing() as session:
        ended = session.execute(_END, {"job_id": job_id, "claim": claim_id, **new}).one_or_none()
        if ended is not None:
            _after(session, claim_id, outcome, ended, failure)
        elif not _ended_so_before(session, job_id, claim_id, state):
            raise Superseded(job_id)


def _ended_so_before(session: Session, job_id: str, claim_id: str, state: JobState) -> bool:
    """A commit that went through although its answer was lost: saying it again is no error."""
    ours = select(Job.id).where(Job.id == job_id, Job.claim_id == claim_id)
    return session.scalar(ours.where(unindexed(Job.state) == state)) is not None


def _leave(
    session: Session, job_id: str, claim_id: str, outcome: Outcome, *, failure: Failure | None = None, **values: Any
) -> None:
    leaving = update(Job).where(holds(job_id, claim_id)).values(updated_at=time_of_writing(), continues=False, **values)
    left = session.execute(leaving.returning(*ENDED)).one_or_none()
    if left is None:
        raise Superseded(job_id)
    _after(session, claim_id, outcome, left, failure)


def _after(
    session: Session, claim_id: str, outcome: Outcome, left: Row[*tuple[Any, ...]], failure: Failure | None
) -> None:
    """The attempt is over, whatever becomes of the job."""
    told: dict[str, Any] = {"new_error": None, "new_traceback": None}
    if failure is not None:
        traceback = presentable(failure.traceback or "")[-TRACEBACK_LIMIT:] or None
        told = {"new_error": failure.as_json(), "new_traceback": traceback}
    session.execute(_END_ATTEMPT, {"claim": claim_id, "new_ended_at": clock.now(), "new_outcome": outcome, **told})
    if JobState(left.state).final:
        follow_up(session, left)
