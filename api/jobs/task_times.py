"""How long tasks take: percentiles over the newest jobs of a window."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, extract, func, select, union_all
from sqlalchemy.orm import Session

from core.db import is_postgresql
from jobs.models import Job
from jobs.states import JobState
from jobs.throughput import ended_since

SAMPLE = 5_000  # of the newest jobs of each ending: enough for a percentile, and as fast with a million rows


@dataclass(frozen=True, kw_only=True)
class TaskTimes:
    """Of the newest jobs of a task; the run times in milliseconds are those that succeeded, None if none has."""

    task: str
    succeeded: int
    failed: int
    p50_ms: float | None
    p95_ms: float | None


def busiest_tasks(session: Session, *, since: datetime, limit: int, queue: str | None = None) -> list[TaskTimes]:
    """The tasks of which most ended since then."""
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for row in session.execute(_percentiles(session, since, queue)):
        found[row.task][row.state] = row
    times = [_times(task, by_state) for task, by_state in found.items()]
    return sorted(times, key=lambda one: (-one.succeeded - one.failed, one.task))[:limit]


def _times(task: str, by_state: dict[str, Any]) -> TaskTimes:
    good, bad = by_state.get(JobState.SUCCEEDED), by_state.get(JobState.FAILED)
    return TaskTimes(
        task=task,
        succeeded=good.ended if good else 0,
        failed=bad.ended if bad else 0,
        p50_ms=good.p50 if good else None,
        p95_ms=good.p95 if good else None,
    )


def _percentiles(session: Session, since: datetime, queue: str | None) -> Select[Any]:
    """By nearest rank, with window functions, which both databases have."""
    newest = [_newest(session, state, since, queue) for state in (JobState.SUCCEEDED, JobState.FAILED)]
    sample = union_all(*newest).subquery()
    group = (sample.c.task, sample.c.state)
    rank = func.row_number().over(partition_by=group, order_by=sample.c.took)
    ranked = select(*group, sample.c.took, rank.label("rank"), func.count().over(partition_by=group).label("of"))
    each = ranked.subquery()

    def percentile(share: float) -> ColumnElement[Any]:
        return func.min(case((each.c.rank >= each.c.of * share, each.c.took)))

    columns = (each.c.task, each.c.state, func.count().label("ended"))
    measured = select(*columns, percentile(0.5).label("p50"), percentile(0.95).label("p95"))
    return measured.group_by(each.c.task, each.c.state)


def _newest(session: Session, state: JobState, since: datetime, queue: str | None) -> Select[Any]:
    found = select(Job.task, Job.state, _took(session).label("took")).where(*ended_since(since, state))
    if queue is not None:
        found = found.where(Job.queue == queue)
    newest = found.order_by(Job.ended_at.desc()).limit(SAMPLE).subquery()
    return select(newest.c.task, newest.c.state, newest.c.took)


def _took(session: Session) -> ColumnElement[Any]:
    """Milliseconds from the last attempt's start to the end."""
    if is_postgresql(session):
        return extract("epoch", Job.ended_at - Job.started_at) * 1000.0
    return (func.julianday(Job.ended_at) - func.julianday(Job.started_at)) * 86_400_000.0
