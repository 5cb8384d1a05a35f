"""Reading a job's log lines."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from core.http import Page, page_of
from jobs.logs.models import LEVELS, JobLog, Level
from jobs.queries import get_job


@dataclass(frozen=True, kw_only=True)
class LogFilter:
    """`level` is the least that is wanted."""

    attempt: int | None = None
    level: Level | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.attempt is not None:
            found.append(JobLog.attempt == self.attempt)
        if self.level is not None:
            found.append(JobLog.level.in_(LEVELS[LEVELS.index(self.level) :]))
        return found


def lines_of(
    session: Session, job_id: str, wanted: LogFilter, *, newest_first: bool, cursor: str | None, limit: int
) -> Page[JobLog]:
    """Raises UnknownJob, BadCursor."""
    get_job(session, job_id)
    statement = select(JobLog).where(JobLog.job_id == job_id, *wanted.conditions())
    order = (JobLog.attempt, JobLog.number)
    return page_of(session, statement, by=order, cursor=cursor, limit=limit, descending=newest_first)
