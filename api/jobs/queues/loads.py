"""What each queue has to do, by the rows: these numbers stand whether or not the broker answers."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from jobs.models import Job
from jobs.states import OPEN, JobState
from jobs.throughput import ended_since

RATED_OVER = timedelta(minutes=5)


@dataclass(kw_only=True)
class QueueLoad:
    """`oldest_queued_at`: since when the longest waiting of the queued jobs could have been taken."""

    states: Counter[JobState] = field(default_factory=Counter)
    oldest_queued_at: datetime | None = None
    submitted_per_minute: float = 0.0
    ended_per_minute: float = 0.0


def open_jobs(session: Session) -> Counter[JobState]:
    """How many jobs are in each state that is not final; final ones are countless."""
    return sum((load.states for load in _open_by_queue(session).values()), Counter[JobState]())


def queue_loads(session: Session, names: Sequence[str], *, now: datetime) -> dict[str, QueueLoad]:
    """Of the queues named, and of no other."""
    found = _open_by_queue(session)
    loads = {name: found.get(name, QueueLoad()) for name in names}
    submitted, ended = _rates(session, names, now - RATED_OVER)
    minutes = RATED_OVER.total_seconds() / 60
    for name, load in loads.items():
        load.submitted_per_minute = submitted[name] / minutes
        load.ended_per_minute = ended[name] / minutes
    return loads


def _open_by_queue(session: Session) -> dict[str, QueueLoad]:
    """Read from ix_jobs_state alone."""
    # An expression: grouping by the bare column, SQLite would walk all of the index on queue to be spared the sorting.
    grouped = func.coalesce(Job.queue, "")
    columns = (grouped, Job.state, func.count(), func.min(Job.queued_at))
    counted = select(*columns).where(Job.state.in_(sorted(OPEN))).group_by(grouped, Job.state)
    loads: dict[str, QueueLoad] = {}
    for queue, state, count, oldest in session.execute(counted):
        load = loads.setdefault(queue, QueueLoad())
        load.states[JobState(state)] = count
        if state == JobState.QUEUED:
            load.oldest_queued_at = oldest
    return loads


def _rates(session: Session, names: Sequence[str], since: datetime) -> tuple[dict[str, int], dict[str, int]]:
    ended = ended_since(since)
    return _counts(session, names, Job.created_at >= since), _counts(session, names, *ended)


def _counts(session: Session, names: Sequence[str], *conditions: Any) -> dict[str, int]:
    """A sub-query for each queue, each a short range of an index, where one GROUP BY would read the whole of it."""
    counts = [_count(name, *conditions).scalar_subquery() for name in names]
    return dict(zip(names, session.execute(select(*counts)).one(), strict=True)) if names else {}


def _count(name: str, *conditions: Any) -> Select[int]:
    return select(func.count()).select_from(Job).where(Job.queue == name, *conditions)
