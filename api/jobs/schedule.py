"""What is due later: one list of it, by its time, and bringing a job's time forward to now."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select, text, update
from sqlalchemy.orm import Session

from core import clock
from core.db import by_index, changed
from core.errors import Conflict
from core.http import Page, page_of
from jobs.cancel import UnknownJob
from jobs.listed import WITHOUT_VALUES
from jobs.models import DELAYED, Job
from jobs.notes import note
from jobs.states import JobState

DUE_LATER = frozenset({JobState.SCHEDULED, JobState.RETRYING})


class NotDueLater(Conflict):
    """The job does not wait for its time."""


@dataclass(frozen=True, kw_only=True)
class ScheduleFilter:
    """What the list is narrowed to; `states` beside scheduled and retrying find nothing."""

    states: Sequence[JobState] = ()
    task: str | None = None
    queue: str | None = None
    project_id: str | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Not the bare columns: by an index of theirs, what is due would have to be sorted out of all jobs."""
        equal = [(column, getattr(self, column.key)) for column in (Job.task, Job.queue, Job.project_id)]
        found = [func.coalesce(column, "") == value for column, value in equal if value is not None]
        if self.states:
            found.append(func.coalesce(Job.state, "").in_(self.states))
        return found


def list_scheduled(session: Session, wanted: ScheduleFilter, *, cursor: str | None, limit: int) -> Page[Job]:
    """What is due first comes first, without payload and result. Raises BadCursor."""
    later = by_index(select(Job).options(*WITHOUT_VALUES), Job, "ix_jobs_due").where(
        text(DELAYED), Job.due_at.is_not(None)
    )
    statement = later.where(*wanted.conditions())
    return page_of(session, statement, by=(Job.due_at, Job.id), cursor=cursor, limit=limit, descending=False)


def run_now(session: Session, job_id: str, *, by: str) -> None:
    """Makes a job due that waits for its time; the next dispatch takes it. Raises UnknownJob, NotDueLater.

    One statement that checks the state itself: a job that was dispatched or cancelled meanwhile is not brought back.
    """
    now = clock.now()
    waits = update(Job).where(Job.id == job_id, Job.state.in_(sorted(DUE_LATER)))
    if not changed(session, waits.values(due_at=now, updated_at=now)):
        raise _why_not(session, job_id)
    note(session, job_id, "run_now", message=f"{by} let it run now")


def _why_not(session: Session, job_id: str) -> UnknownJob | NotDueLater:
    state = session.scalar(select(Job.state).where(Job.id == job_id))
    if state is None:
        return UnknownJob(f"There is no job {job_id!r}.")
    return NotDueLater(f"Only a job that is scheduled or retrying can be run now; this one is {state}.")
