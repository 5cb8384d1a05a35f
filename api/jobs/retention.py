"""What has been kept long enough goes: results first, then whole jobs by how they ended, and workers long gone.

Batches are small and each is a transaction of its own, found by an index: nobody waits long for a lock. What belongs
to a job (attempts, notes, log lines, deliveries, its text for the search) goes with it, by the database's own cascade.
Recorded spend stays: it is no part of the history.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, exists, false, func, not_, or_, select, text, tuple_, update
from sqlalchemy.orm import Session, aliased

from core import clock
from core.db import changed, is_postgresql, reading, writing
from core.settings import get_settings
from jobs.canvas import has_part
from jobs.celery_groups import CeleryGroup
from jobs.dead_letters.models import DeadLetter
from jobs.logs.models import JobLog
from jobs.models import ENDED, RESULT_KEPT, RUNNING, Job, WorkerIncarnation
from jobs.states import FINAL, JobState
from jobs.workflows.models import Workflow, WorkflowState

RESULTS = 500  # in one transaction
JOBS = 100
LINES = 5_000
WORKERS = 500
WORKFLOWS = 2  # of up to 10,000 nodes each
LETTERS = 500
GROUPS = 50  # of Celery, likewise


@dataclass(frozen=True)
class Batch:
    """What one transaction did; `more` tells that another one may find something."""

    count: int
    more: bool


@dataclass(frozen=True)
class Clearing:
    """One kind of what is cleared. `batch` may be repeated by any number of processes at once."""

    what: str
    batch: Callable[[], Batch]
    waiting: Callable[[], Select[str]]
    frequent: bool = False

    def round(self) -> bool:
        """For a duty: whether more of it waits."""
        return self.batch().more

    def count(self, session: Session) -> int:
        """How many have been kept long enough by now."""
        return session.scalar(select(func.count()).select_from(self.waiting().subquery())) or 0


def clearings() -> list[Clearing]:
    """What the settings ask for, in the order in which it is to be done."""
    results = Clearing("results", expire_results, _expired_results, frequent=True)
    ended = [
        Clearing(f"{state} jobs", partial(clear_jobs, state), partial(_old_jobs, state))
        for state in sorted(FINAL)
        if _days(state)
    ]
    first = [results] if get_settings().result_seconds else []
    workflows = Clearing("workflows", clear_workflows, _old_workflows)
    workers = Clearing("workers", clear_workers, _old_workers)
    groups = [Clearing("saved groups", clear_groups, _old_groups)] if _days(JobState.SUCCEEDED) else []
    letters = [Clearing("dead messages", clear_letters, _old_letters)] if _days(JobState.FAILED) else []
    return [*first, *ended, workflows, workers, *groups, *letters]


def _days(state: JobState) -> int:
    settings = get_settings()
    return {
        JobState.SUCCEEDED: settings.history_days_succeeded,
        JobState.FAILED: settings.history_days_failed,
        JobState.CANCELLED: settings.history_days_cancelled,
    }[state]


def is_wanted() -> ColumnElement[bool]:
    """An open job refers to the row: as its parent, as what it is a retry of, or as one of its children."""
    other = aliased(Job)
    child = exists().where(other.parent_id == Job.id, other.ended_at.is_(None))
    retry = exists().where(other.retry_of == Job.id, other.ended_at.is_(None))
    parent = exists().where(other.id == Job.parent_id, other.ended_at.is_(None))
    return or_(child, retry, parent)


def _in_workflow(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Workflow.id == Job.workflow_id, *conditions)


def _is_old(state: Any, ended_at: Any) -> ColumnElement[bool]:
    """By the days that each ending is worth; the states' names are the same for jobs and workflows."""
    now = clock.now()
    kept = [(one.value, days) for one in sorted(FINAL) if (days := _days(one))]
    return or_(false(), *(and_(state == name, ended_at < now - timedelta(days=days)) for name, days in kept))


def _expired_results() -> Select[str]:
    """Not of Celery's own canvas, whose other parts read them, nor of a workflow that goes on or may be retried."""
    limit = clock.now() - timedelta(seconds=get_settings().result_seconds)
    ended = select(Job.id).where(text(RESULT_KEPT), Job.ended_at < limit)
    unfinished = _in_workflow(Workflow.state != WorkflowState.SUCCEEDED)
    return ended.where(not_(has_part()), not_(unfinished), not_(is_wanted())).order_by(Job.ended_at)


def _old_jobs(state: JobState) -> Select[str]:
    limit = clock.now() - timedelta(days=_days(state))
    ended = select(Job.id).where(text(ENDED), Job.state == state, Job.ended_at < limit)
    kept = _in_workflow(not_(_is_old(Workflow.state, Workflow.ended_at)))
    return ended.where(not_(kept), not_(is_wanted())).order_by(Job.ended_at)


def _old_workflows() -> Select[str]:
    """When the last of its jobs is gone."""
    jobs = exists().where(Job.workflow_id == Workflow.id)
    return select(Workflow.id).where(_is_old(Workflow.state, Workflow.ended_at), not_(jobs))


def _old_workers() -> Select[str]:
    limit = clock.now() - timedelta(days=get_settings().worker_history_days)
    busy = exists().where(text(RUNNING), Job.worker_id == WorkerIncarnation.id)
    return select(WorkerIncarnation.id).where(WorkerIncarnation.ended_at < limit, not_(busy))


def _old_letters() -> Select[str]:
    """A job's goes with its job."""
    limit = clock.now() - timedelta(days=_days(JobState.FAILED))
    without_a_job = (DeadLetter.job_id.is_(None), DeadLetter.at < limit)
    return select(DeadLetter.id).where(*without_a_job).order_by(DeadLetter.at)


def _old_groups() -> Select[str]:
    """Of Celery: as long as the jobs that they name."""
    limit = clock.now() - timedelta(days=_days(JobState.SUCCEEDED))
    return select(CeleryGroup.id).where(CeleryGroup.saved_at < limit)


def expire_results() -> Batch:
    """The row stays, and says when its result went."""
    return _in_a_batch(Job, _expired_results(), RESULTS, _forget_results)


def _forget_results(session: Session, job_ids: Sequence[str]) -> int:
    expired = update(Job).where(Job.id.in_(job_ids), text(RESULT_KEPT))
    return changed(session, expired.values(result=None, result_expired_at=clock.now()))


def clear_jobs(state: JobState) -> Batch:
    """Jobs that ended so long ago; of jobs that said very much, their log lines first."""
    lines_left = False

    def clear(session: Session, job_ids: Sequence[str]) -> int:
        nonlocal lines_left
        lines_left = _clear_lines(session, job_ids) == LINES
        return 0 if lines_left else changed(session, delete(Job).where(Job.id.in_(job_ids)))

    done = _in_a_batch(Job, _old_jobs(state), JOBS, clear)
    return replace(done, more=done.more or lines_left)


def _clear_lines(session: Session, job_ids: Sequence[str]) -> int:
    key = (JobLog.job_id, JobLog.attempt, JobLog.number)
    some = select(*key).where(JobLog.job_id.in_(job_ids)).limit(LINES)
    return changed(session, delete(JobLog).where(tuple_(*key).in_(some))) if job_ids else 0


def clear_workflows() -> Batch:
    """With their nodes; the jobs have gone before."""
    return _clear(Workflow, _old_workflows(), WORKFLOWS)


def clear_workers() -> Batch:
    """Incarnations that ended long ago."""
    return _clear(WorkerIncarnation, _old_workers(), WORKERS)


def clear_groups() -> Batch:
    """Of Celery, that were saved long ago."""
    return _clear(CeleryGroup, _old_groups(), GROUPS)


def clear_letters() -> Batch:
    """Of messages that never became a job."""
    return _clear(DeadLetter, _old_letters(), LETTERS)


Table = type[Job | Workflow | WorkerIncarnation | CeleryGroup | DeadLetter]


def _clear(table: Table, old: Select[str], number: int) -> Batch:
    def clear(session: Session, row_ids: Sequence[str]) -> int:
        return changed(session, delete(table).where(table.id.in_(row_ids)))

    return _in_a_batch(table, old, number, clear)


def _in_a_batch(table: Table, wanted: Select[str], number: int, work: Callable[[Session, Sequence[str]], int]) -> Batch:
    """Searched for without a lock, since much may have to be passed over to find little; then looked at again under it.
    Two processes never wait for each other: what one has in hand the other passes over."""
    with reading() as session:
        found = list(session.scalars(wanted.limit(number)))
    if not found:
        return Batch(0, False)
    with writing() as session:
        still = wanted.where(table.id.in_(found))
        if is_postgresql(session):
            still = still.with_for_update(skip_locked=True, of=table)
        held = list(session.scalars(still))
        return Batch(work(session, held) if held else 0, len(found) == number)
